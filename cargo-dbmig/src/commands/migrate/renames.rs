//! Renames: stated on the command line or asked for, never guessed.

mod parse;

use std::collections::BTreeSet;

use dbmig_build::diff::{Likely, Rename};
use dbmig_build::schema::{Renames, Schema};
use dbmig_build::target::likely_renames;

use crate::commands::again;
use crate::error::{Error, Kind};
use crate::ui::Ui;

pub(super) use parse::{Sides, stated};

/// What is compared for renames.
pub(super) struct Compared<'a> {
    /// The chain's schema.
    pub(super) before: &'a Schema,
    /// What the models say.
    pub(super) desired: &'a Schema,
    /// Names of tables that stay though they aren't desired; `*` for any characters.
    pub(super) staying: Vec<String>,
    /// What `--not-renamed` says, and tables that are dropped on purpose: those that nothing comes of.
    pub(super) different: BTreeSet<String>,
}

/// What looks like a rename and isn't stated or denied; with what shows only once those are made.
pub(super) fn open(compared: &Compared<'_>, renames: &Renames) -> Vec<Likely> {
    let mut renames = renames.clone();
    let mut open: Vec<Likely> = Vec::new();
    loop {
        let found = unanswered(compared, &renames);
        let new: Vec<Likely> =
            found.into_iter().filter(|one| open.iter().all(|other| other.rename != one.rename)).collect();
        if new.is_empty() {
            return open;
        }
        new.iter().for_each(|one| one.rename.state(&mut renames));
        open.extend(new);
    }
}

/// Asks about everything that looks like a rename; the answers are added to what is stated.
///
/// # Errors
///
/// Where nobody can be asked: all that is open, with the commands that settle it. A `--not-renamed` that names nothing.
pub(super) fn settle(
    ui: &Ui,
    mut compared: Compared<'_>,
    not_renamed: &[String],
    renames: &mut Renames,
) -> Result<(), Error> {
    refuse_idle(&compared, not_renamed, renames)?;
    if !ui.can_ask() {
        let open = open(&compared, renames);
        return if open.is_empty() { Ok(()) } else { Err(refused(&open)) };
    }
    while let Some(one) = unanswered(&compared, renames).into_iter().next() {
        let Likely { rename, why } = &one;
        let question = format!("Is {} {} now {}? It looks like it: {why}", rename.noun(), rename.from(), rename.to());
        match ui.confirm(&question)? {
            Some(true) => rename.state(renames),
            _ => drop(compared.different.insert(spelled(rename))),
        }
    }
    Ok(())
}

fn unanswered(compared: &Compared<'_>, renames: &Renames) -> Vec<Likely> {
    let found = likely_renames(compared.before, compared.desired, renames, &compared.staying);
    found.into_iter().filter(|one| !is_denied(&one.rename, &compared.different)).collect()
}

fn is_denied(rename: &Rename, different: &BTreeSet<String>) -> bool {
    different.contains(&spelled(rename)) || different.contains(&rename.from())
}

/// An option that changes nothing is a slip.
fn refuse_idle(compared: &Compared<'_>, not_renamed: &[String], renames: &Renames) -> Result<(), Error> {
    let all = Compared { different: BTreeSet::new(), staying: compared.staying.clone(), ..*compared };
    let open = if not_renamed.is_empty() { Vec::new() } else { open(&all, renames) };
    for text in not_renamed {
        if !open.iter().any(|one| spelled(&one.rename) == *text || one.rename.from() == *text) {
            let error = Error::new(Kind::Usage, format!("--not-renamed {text}: nothing looks like a new name of it"));
            let names: Vec<_> = open.iter().map(|one| spelled(&one.rename)).collect();
            return Err(if names.is_empty() { error } else { error.help(format!("these do: {}", names.join(", "))) });
        }
    }
    Ok(())
}

fn refused(open: &[Likely]) -> Error {
    let what = match open {
        [_] => "this looks like a rename".to_owned(),
        several => format!("these {} look like renames", several.len()),
    };
    let lines: Vec<_> = open.iter().map(|one| format!("  {}: {}", one.rename, one.why)).collect();
    let message = format!("{what}, and a rename is never guessed\n{}", lines.join("\n"));
    let options = |name: &str, value: &dyn Fn(&Rename) -> String| {
        open.iter().flat_map(|one| [name.to_owned(), value(&one.rename)]).collect::<Vec<_>>()
    };
    let renamed = options("--rename", &|one| format!("{}={}", spelled(one), one.to()));
    let different = options("--not-renamed", &spelled);
    let mut error = Error::new(Kind::Usage, message);
    error.code = "likely-rename".to_owned();
    let (yes, no) = match open {
        [_] => ("if it is one", "if it is something else"),
        _ => ("if they are", "if they are different things"),
    };
    error.help(format!("{yes}: {}", again::with(&renamed))).help(format!("{no}: {}", again::with(&different)))
}

/// What goes, as options name it: `users`, `users.name`, `type:mood`, `value:mood.sad`, `value:users.mood.sad`.
fn spelled(rename: &Rename) -> String {
    match rename {
        Rename::Type { .. } => format!("type:{}", rename.from()),
        Rename::EnumValue { .. } | Rename::Value { .. } => format!("value:{}", rename.from()),
        _ => rename.from(),
    }
}
