//! Selectors that stand for nothing, or for too much.

use std::fmt;

use crate::revision::graph::{Graph, Id};
use crate::revision::selector::find::WORDS;
use crate::version::{Version, slug_of_folder};

/// How many folder names a message lists.
const LISTED: usize = 8;

/// How many near misses a message offers.
const NEAREST: usize = 3;

/// What makes a step ambiguous that starts from where the database is.
pub(super) const SEVERAL_STARTS: &str = "starts from several current revisions";

/// Why a selector doesn't stand for a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectorError {
    /// Nothing has this name.
    Unknown {
        /// The name.
        text: String,
        /// The folder names, labels and words that look most like it.
        nearest: Vec<String>,
    },
    /// Several revisions fit.
    Ambiguous {
        /// What the user typed.
        text: String,
        /// What makes it ambiguous, to follow the text.
        what: String,
        /// The folder names of the revisions that fit.
        candidates: Vec<String>,
    },
    /// `+0` or `-0`.
    NoSteps {
        /// What the user typed.
        text: String,
    },
    /// An offset that leads beyond an end of the chain.
    TooFar {
        /// What the user typed.
        text: String,
        /// The folder name of the revision where the walk starts, `None` for the base.
        from: Option<String>,
        /// Whether it goes down.
        down: bool,
    },
    /// A revision that is not on the line that is asked for.
    OffBranch {
        /// What the user typed.
        text: String,
        /// The revision's folder name.
        name: String,
        /// The folder name of the branch's revision.
        branch: String,
    },
    /// Something before an `@` that names no single revision.
    NoBranch {
        /// What the user typed.
        text: String,
        /// The part before the `@`.
        label: String,
    },
    /// `current` where no database is known.
    NoDatabase {
        /// What the user typed.
        text: String,
    },
    /// The base, or nothing at all, where a revision is needed.
    NoRevision {
        /// What the user typed.
        text: String,
    },
    /// A range where a single selector is needed.
    Range {
        /// What the user typed.
        text: String,
    },
    /// A range whose sides aren't on one line, the older one first.
    NotOneLine {
        /// What the user typed.
        text: String,
    },
    /// A single selector where a range is needed.
    NoRange {
        /// What the user typed.
        text: String,
    },
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SelectorError::Unknown { text, .. } => write!(f, "no revision `{text}`"),
            SelectorError::Ambiguous { text, what, candidates } => {
                write!(f, "`{text}` {what}{}", listed("candidates", candidates))
            }
            SelectorError::NoSteps { text } => write!(f, "`{text}` takes no step"),
            SelectorError::TooFar { text, from: None, down: true } => {
                write!(f, "`{text}` goes down from the base, and nothing is below it")
            }
            SelectorError::TooFar { text, from, down } => {
                let (way, end) = if *down { ("down", "base") } else { ("up", "head") };
                let from = from.as_deref().unwrap_or("the base");
                write!(f, "`{text}` goes {way} from {from} beyond the {end}")
            }
            SelectorError::OffBranch { text, name, branch } => {
                write!(f, "`{text}`: {name} is not on the line of {branch}")
            }
            SelectorError::NoBranch { text, label } => write!(f, "`{text}`: `{label}` is no label and no revision"),
            SelectorError::NoDatabase { text } => write!(f, "`{text}` needs a database"),
            SelectorError::NoRevision { text } if text.is_empty() => f.write_str("an empty selector names no revision"),
            SelectorError::NoRevision { text } if text == "base" => {
                f.write_str("`base` is no revision: it is what is there before the first one")
            }
            SelectorError::NoRevision { text } => write!(f, "`{text}` names no revision: there is none"),
            SelectorError::Range { text } => write!(f, "`{text}` is a range, and one revision is needed"),
            SelectorError::NotOneLine { text } => write!(f, "`{text}`: nothing lies between the two"),
            SelectorError::NoRange { text } => write!(f, "`{text}` is no range"),
        }
    }
}

impl std::error::Error for SelectorError {}

impl SelectorError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            SelectorError::Unknown { nearest, .. } if !nearest.is_empty() => {
                format!("did you mean {}?", nearest.join(" or "))
            }
            SelectorError::Unknown { .. } => "list the revisions with `cargo dbmig history`".to_owned(),
            SelectorError::Ambiguous { text, what, candidates } if what == SEVERAL_STARTS => {
                let versions = candidates.iter().map(|name| format!("`{}@{text}`", Version::of_folder(name)));
                format!("say on which line: {}", versions.take(NEAREST).collect::<Vec<_>>().join(" or "))
            }
            SelectorError::Ambiguous { .. } => {
                "name one of them by its version, all heads as `heads`, the head of a branch as `label@head`".to_owned()
            }
            SelectorError::NoSteps { .. } => "say how many steps: `+1`, `-1`".to_owned(),
            SelectorError::TooFar { from: None, down: true, .. } => {
                "at the base nothing is applied; `cargo dbmig current` says where the database is".to_owned()
            }
            SelectorError::TooFar { down: true, .. } => "`base` is below the first revision".to_owned(),
            SelectorError::TooFar { .. } => "`heads` are the last revisions".to_owned(),
            SelectorError::OffBranch { .. } | SelectorError::NoBranch { .. } => {
                "see labels and branches with `cargo dbmig history -v`".to_owned()
            }
            SelectorError::NoDatabase { .. } => {
                "name the revision, or say with `DATABASE_URL` which database is meant".to_owned()
            }
            SelectorError::NoRevision { text } if text == "head" || text == "heads" => {
                "write the first one: cargo dbmig migrate -m \"…\"".to_owned()
            }
            SelectorError::NoRevision { .. } => "name a revision, `head` for example".to_owned(),
            SelectorError::Range { .. } => "leave out the colon and one side".to_owned(),
            SelectorError::NotOneLine { text } => match text.split_once(':') {
                Some((from, to)) => format!("the older one comes first: `{to}:{from}`, if they are on one line"),
                None => String::new(),
            },
            SelectorError::NoRange { .. } => "write it as `FROM:TO`, `FROM:` or `:TO`".to_owned(),
        }
    }
}

/// The error of a text that several revisions fit.
pub(super) fn several(graph: &Graph, text: &str, what: &str, ids: &[Id]) -> SelectorError {
    let candidates = ids.iter().map(|&id| graph.node(id).name.clone()).collect();
    SelectorError::Ambiguous { text: text.to_owned(), what: what.to_owned(), candidates }
}

/// A list of folder names below a message, one a line.
pub(crate) fn listed(title: &str, names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{title}:");
    for name in names.iter().take(LISTED) {
        text.push_str("\n  ");
        text.push_str(name);
    }
    if names.len() > LISTED {
        text.push_str(&format!("\n  … and {} more", names.len() - LISTED));
    }
    text
}

/// The folder names and labels that look most like a text, the nearest first.
pub(super) fn nearest(text: &str, graph: &Graph) -> Vec<String> {
    let mut near: Vec<(usize, &str)> = Vec::new();
    for id in graph.ids() {
        let node = graph.node(id);
        let slug = slug_of_folder(&node.name);
        let distance = [slug, node.version.as_str(), &node.name].iter().map(|name| edits(text, name)).min();
        near.extend(distance.map(|distance| (distance, node.name.as_str())));
        near.extend(node.labels.iter().map(|label| (edits(text, label), label.as_str())));
    }
    let lower = text.to_lowercase();
    near.extend(WORDS.iter().map(|word| (edits(&lower, word), *word)));
    let bearable = 1 + text.chars().count() / 3;
    near.retain(|(distance, _)| *distance <= bearable);
    near.sort();
    near.into_iter().take(NEAREST).map(|(_, name)| name.to_owned()).collect()
}

/// The number of characters to insert, delete or replace to make one text of the other.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}
