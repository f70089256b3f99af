//! `cargo xtask tidy`: the house rules, as tests. One file a rule; what a rule says is meant to be acted upon as it is.

mod absolute_paths;
mod allow_attributes;
mod codes;
mod edges;
mod file_length;
mod headers;
mod let_chains;
mod mod_files;
mod orphans;
mod table;
mod tokens;
mod unfinished;
mod workspace;

use std::fmt;

use crate::shell::{self, Outcome};
use workspace::Workspace;

/// A rule: its name, what finds the places that break it, and what a broken one means.
type Rule = (&'static str, fn(&Workspace) -> Vec<Violation>, Meaning);

/// What a broken rule means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The chore fails.
    Failure,
    /// It is said, and the chore goes on.
    Warning,
}

const RULES: &[Rule] = &[
    ("edges", edges::check, Meaning::Failure),
    ("headers", headers::check, Meaning::Failure),
    ("mod-files", mod_files::check, Meaning::Failure),
    ("file-length", file_length::check, Meaning::Failure),
    ("let-chains", let_chains::check, Meaning::Failure),
    ("allow-attributes", allow_attributes::check, Meaning::Failure),
    ("unfinished", unfinished::check, Meaning::Failure),
    ("absolute-paths", absolute_paths::check, Meaning::Failure),
    ("orphans", orphans::check, Meaning::Failure),
    ("codes", codes::check, Meaning::Warning),
];

/// A place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    path: String,
    line: usize,
    /// What is wrong, and what to do about it.
    message: String,
}

impl Violation {
    fn new(path: impl Into<String>, line: usize, message: impl Into<String>) -> Violation {
        Violation { path: path.into(), line, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

pub(crate) fn run() -> Outcome {
    let workspace = Workspace::read(&shell::root())?;
    let mut count = 0;
    for (name, check, meaning) in RULES {
        let mut violations = check(&workspace);
        violations.sort();
        count += if *meaning == Meaning::Failure { violations.len() } else { 0 };
        for violation in violations {
            eprintln!("{violation} [{name}]");
        }
    }
    match count {
        0 => Ok(()),
        1 => Err("a house rule is broken at one place".to_owned()),
        _ => Err(format!("house rules are broken at {count} places")),
    }
}
