//! Where dbmig answers otherwise than Alembic, and why.

use serde_json::Value;

type Answer = Result<Vec<String>, String>;

/// Answers that differ on purpose.
pub(crate) struct Deviation {
    /// Why, to follow "because".
    pub(crate) why: &'static str,
    /// Whether it explains a command with dbmig's answer and Alembic's.
    pub(crate) applies: fn(&Value, &Answer, &Answer) -> bool,
}

pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        why: "a label that doesn't exist is an error everywhere (Alembic ignores it before some words)",
        applies: |_, ours, _| refused(ours, "no revision `nolabel`"),
    },
    Deviation {
        why: "a step from several current revisions, or from several heads, is ambiguous (Alembic takes the first row, or steps from each)",
        applies: |_, ours, theirs| {
            (refused(ours, "starts from several current") || refused(ours, "stands for several revisions"))
                && theirs.is_ok()
        },
    },
    Deviation {
        why: "every command takes every selector (Alembic's stamp, history and revision know no steps)",
        applies: |command, ours, theirs| {
            ours.is_ok()
                && has_step(command)
                && ["stamp", "history", "resolve", "new"].iter().any(|kind| command[0] == *kind)
                && theirs.as_ref().is_err_and(|class| class == "ResolutionError" || class == "RevisionError")
        },
    },
    Deviation {
        why: "a step down from the base leads nowhere (Alembic's stamp takes it from the heads)",
        applies: |command, ours, theirs| {
            command[0] == "stamp" && refused(ours, "goes down from the base") && theirs.is_ok()
        },
    },
    Deviation {
        why: "a downgrade by one undoes a merge alone, leaving its parents (Alembic: ambiguous walk)",
        applies: |command, ours, theirs| {
            command[0] == "downgrade"
                && command[2].as_str().is_some_and(|target| target.starts_with('-'))
                && ours.is_ok()
                && theirs.is_err()
        },
    },
    Deviation {
        why: "`label@head` is the head of the label's line (Alembic's downgrade counts others' heads too)",
        applies: |command, ours, theirs| {
            command[0] == "downgrade"
                && command[2].as_str().is_some_and(|target| target.ends_with("@head"))
                && ours.is_ok()
                && theirs.as_ref().is_err_and(|class| class == "MultipleHeads")
        },
    },
    Deviation {
        why: "`label@VERSION` demands that the two are on one line (Alembic's downgrade doesn't look)",
        applies: |command, ours, theirs| {
            command[0] == "downgrade" && refused(ours, "is not on the line of") && theirs.is_ok()
        },
    },
    Deviation {
        why: "`heads` are what `dbmig heads` lists: one that others depend on is still a head",
        applies: |command, ours, theirs| {
            command[0] == "resolve"
                && command[1] == "heads"
                && lines(theirs).iter().all(|version| lines(ours).contains(version))
        },
    },
    Deviation {
        why: "stamping heads keeps one that is current already (Alembic loses its row)",
        applies: |command, ours, theirs| {
            command[0] == "stamp" && command[2] == "heads" && ours.is_ok() && theirs.is_ok()
        },
    },
    Deviation {
        why: "a range may go from and to several heads (Alembic: not along one branch)",
        applies: |command, ours, theirs| {
            command[0] == "history" && has_heads(command) && ours.is_ok() && theirs.is_err()
        },
    },
    Deviation {
        why: "both sides of a range are revisions, and the label of one doesn't limit the other",
        applies: |command, ours, theirs| {
            let subset = lines(theirs).iter().all(|version| lines(ours).contains(version));
            command[0] == "history" && ours.is_ok() && theirs.is_ok() && subset
        },
    },
    Deviation {
        why: "a walk beyond the end is an error (Alembic's history stops at the end)",
        applies: |command, ours, theirs| command[0] == "history" && refused(ours, "beyond the head") && theirs.is_ok(),
    },
];

fn refused(ours: &Answer, with: &str) -> bool {
    ours.as_ref().is_err_and(|message| message.contains(with))
}

fn lines(answer: &Answer) -> &[String] {
    answer.as_deref().unwrap_or_default()
}

fn has_heads(command: &Value) -> bool {
    command[1].as_str().is_some_and(|text| text.contains("heads"))
}

/// `+2`, `-1`, `VERSION-1`, `label@+1`, in any argument.
fn has_step(command: &Value) -> bool {
    let is_step = |text: &str| {
        let digit = |at: usize| text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
        text.match_indices(['+', '-']).any(|(at, _)| digit(at))
    };
    command.as_array().into_iter().flatten().filter_map(Value::as_str).any(is_step)
}
