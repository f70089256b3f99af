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

/// A rule: its name, and what finds the places that break it.
type Rule = (&'static str, fn(&Workspace) -> Vec<Violation>);

const RULES: &[Rule] = &[
    ("edges", edges::check),
    ("headers", headers::check),
    ("mod-files", mod_files::check),
    ("file-length", file_length::check),
    ("let-chains", let_chains::check),
    ("allow-attributes", allow_attributes::check),
    ("unfinished", unfinished::check),
    ("absolute-paths", absolute_paths::check),
    ("orphans", orphans::check),
    ("codes", codes::check),
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
    for (name, check) in RULES {
        let mut violations = check(&workspace);
        violations.sort();
        count += violations.len();
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
