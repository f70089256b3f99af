//! Statements that fail.

use std::fmt;

use crate::revision::Direction;
use crate::revision::selector::listed;

/// A statement of a revision that failed, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failed {
    /// The folder's name.
    pub name: String,
    /// Which half ran.
    pub direction: Direction,
    /// The script: `migrations/2026…_x/up.sql`, or where the journal keeps it.
    pub file: String,
    /// The line on which the statement begins, from 1.
    pub line: u32,
    /// The statement, shortened.
    pub statement: String,
    /// What the database said.
    pub message: String,
    /// The folder names of what this run had finished before, and what is kept.
    pub applied: Vec<String>,
    /// What is kept of the revision.
    pub kept: Kept,
}

/// What is kept of a revision, or a run, that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kept {
    /// Nothing of the revision.
    Nothing,
    /// Nothing of the whole run.
    NothingOfTheRun,
    /// Its first statements.
    Statements {
        /// How many.
        done: usize,
        /// Of how many.
        total: usize,
        /// Whether the next run goes on at the one that failed.
        resumes: bool,
    },
}

impl Failed {
    pub(super) fn help(&self) -> String {
        let advice = self.advice();
        match self.kept {
            Kept::Nothing => format!("nothing of this revision was kept; {advice}"),
            Kept::NothingOfTheRun => format!("nothing of this run was kept; {advice}"),
            Kept::Statements { done, total, resumes: true } => format!(
                "{done} of {total} statements are done and stay; mend the one that failed and run this again: it goes \
                 on there"
            ),
            Kept::Statements { done, total, .. } => {
                format!("{done} of {total} statements are done and stay; undo them by hand, or finish by hand")
            }
        }
    }
}

impl Failed {
    /// What to do, by what databases say in such cases.
    fn advice(&self) -> &'static str {
        let says = |text: &str| self.message.contains(text);
        let up = self.direction == Direction::Up;
        if says(" constraint failed") || says(" violates ") || says("Duplicate entry") {
            "mend the rows that don't fit, or the statement, and run this again"
        } else if says("server closed the connection") || says("Lost connection") || says("has gone away") {
            "the connection was lost: see why, and run this again"
        } else if says("cannot run inside a transaction block") || says("from within a transaction") {
            "write `run_in_transaction = false` as the first line of its metadata.toml and run this again"
        } else if up && (says("already exists") || says("duplicate column name")) {
            "if the database has what this revision does, say so with `cargo dbmig stamp`; otherwise mend the \
             statement and run this again"
        } else {
            "mend the statement and run this again"
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.direction == Direction::Down { "revert" } else { "apply" };
        write!(f, "cannot {verb} {}: {}", self.name, self.message)?;
        write!(f, "\nat: {}:{}\nin: {}", self.file, self.line, self.statement)?;
        let title = if self.direction == Direction::Down { "reverted before" } else { "applied before" };
        f.write_str(&listed(title, &self.applied))
    }
}

/// The beginning of a statement, on one line.
pub(crate) fn shortened(sql: &str) -> String {
    let mut line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(100) {
        line.truncate(end);
        line.push('…');
    }
    line
}
