//! A check that found rows: the run stopped before the change that they don't bear.

use std::fmt;

use super::Kept;
use crate::revision::Direction;
use crate::revision::selector::listed;

/// A check of a revision that found rows, and what is left of the revision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckFailed {
    /// The folder's name.
    pub name: String,
    /// Which half ran.
    pub direction: Direction,
    /// The script: `migrations/2026…_x/up.sql`, or where the journal keeps it.
    pub file: String,
    /// The line on which the query begins, from 1.
    pub line: u32,
    /// What the script says is wrong.
    pub message: String,
    /// The rows that the query found.
    pub found: Found,
    /// The folder names of what this run had finished before.
    pub applied: Vec<String>,
    /// What is kept of the revision.
    pub kept: Kept,
}

/// The first rows of a query, whatever their columns are, as text.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Found {
    /// The columns' names, as many as there are cells in a row.
    pub columns: Vec<String>,
    /// The rows; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there are more of them.
    pub more: bool,
}

/// So many letters of a value are shown.
const SHOWN: usize = 40;

impl Found {
    /// The first rows of many, each cell with the name of its column.
    pub(crate) fn of<E>(
        rows: impl Iterator<Item = Result<Vec<(String, Option<String>)>, E>>,
        at_most: usize,
    ) -> Result<Found, E> {
        let mut found = Found::default();
        for row in rows {
            let (columns, cells) = row?.into_iter().unzip();
            if found.rows.len() == at_most {
                found.more = true;
                break;
            }
            found.columns = columns;
            found.rows.push(cells);
        }
        Ok(found)
    }

    /// A line for the columns and one for each row, in columns of equal width.
    fn lines(&self) -> Vec<String> {
        if self.columns.is_empty() {
            return vec![format!("{} without columns", self.rows.len())];
        }
        let title = self.columns.iter().map(|name| shown(name)).collect();
        let cell = |cell: &Option<String>| cell.as_deref().map_or("NULL".to_owned(), shown);
        let rows = self.rows.iter().map(|row| row.iter().map(cell).collect());
        let table: Vec<Vec<String>> = std::iter::once(title).chain(rows).collect();
        let length = |row: &Vec<String>, at: usize| row.get(at).map_or(0, |cell| cell.chars().count());
        let width = |at: usize| table.iter().map(|row| length(row, at)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        table.iter().map(line).collect()
    }
}

/// A value on one line, shortened.
fn shown(text: &str) -> String {
    let escaped = |letter: char| if letter.is_control() { letter.escape_default().to_string() } else { letter.into() };
    let mut line: String = text.chars().take(SHOWN + 1).map(escaped).collect();
    if let Some((end, _)) = line.char_indices().nth(SHOWN) {
        line.truncate(end);
        line.push('…');
    }
    line
}

impl CheckFailed {
    /// What the user can do about it.
    pub(super) fn help(&self) -> String {
        let mend = "mend these rows and run this again";
        match self.kept {
            Kept::Nothing => format!("nothing of this revision was kept; {mend}"),
            Kept::NothingOfTheRun => format!("nothing of this run was kept; {mend}"),
            Kept::Statements { done: 0, .. } => format!("nothing of this revision was done; {mend}"),
            Kept::Statements { done, total, .. } => {
                format!("{done} of {total} statements are done and stay; {mend}: it goes on with the check")
            }
        }
    }
}

impl fmt::Display for CheckFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.direction == Direction::Down { "revert" } else { "apply" };
        write!(f, "cannot {verb} {}: {}", self.name, self.message)?;
        write!(f, "\nat: {}:{}\nrows:", self.file, self.line)?;
        for line in self.found.lines() {
            write!(f, "\n  {line}")?;
        }
        if self.found.more {
            f.write_str("\n  … and more")?;
        }
        let title = if self.direction == Direction::Down { "reverted before" } else { "applied before" };
        f.write_str(&listed(title, &self.applied))
    }
}
