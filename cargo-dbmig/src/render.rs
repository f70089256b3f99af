//! Changes to SQL, up and down.
//!
//! What is rendered is the way from one schema to another, not one change after the other: that way each table of
//! SQLite is rebuilt at most once, and the way back is the same thing with the schemas exchanged.

mod distinct;
mod in_use;
mod mysql;
mod plan;
mod postgres;
mod sqlite;
mod sqlite_check;
mod sqlite_create;
mod sqlite_fill;
mod sqlite_moves;
mod sqlite_native;
mod sqlite_reason;
mod sqlite_rebuild;
mod text;
mod users;

use std::collections::BTreeMap;
use std::fmt;

use dbmig::Backend;
use dbmig_build::config::SqliteVersion;
use dbmig_build::schema::{ApplyError, Change, Name, ObjectName, Schema, Table};

pub use distinct::made_unique;
use plan::{Direction, Plan};

/// The SQL expressions that rows which exist already get in new columns, and in place of NULL in columns that take
/// NULL no more: table and column by their names after, to the expression. It may use the table's columns by their
/// new names. Where a column that is there becomes unique, the rows get it whose value an earlier row has.
pub type Backfills = BTreeMap<(ObjectName, Name), String>;

/// How to render.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The kind of database.
    pub backend: Backend,
    /// Whether tables that exist bear traffic, and so must not be locked for long (`style = "live"`).
    pub live: bool,
    /// What rows that exist get.
    pub backfills: &'a Backfills,
}

/// Scripts with their way back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The revisions to write, in the order in which they run. Most changes fit in one; what a database can't do in
    /// one transaction takes several.
    pub parts: Vec<Part>,
    /// What the author should know: what is lost, what can't be brought back, what is left to decide.
    pub notes: Vec<String>,
}

impl Rendered {
    /// Every up script, in the order in which they run.
    pub fn up(&self) -> String {
        self.parts.iter().map(|part| part.up.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// Every down script, in the order in which they run.
    pub fn down(&self) -> String {
        self.parts.iter().rev().map(|part| part.down.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// Two scripts, each other's inverse: what one revision holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it does, where there are others beside it: words that its message ends with. Empty for the main one.
    pub title: String,
    /// The way there.
    pub up: String,
    /// The way back.
    pub down: String,
    /// Whether it may run in a transaction.
    pub run_in_transaction: bool,
}

/// Why changes can't be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RenderError {
    /// They don't fit the schema.
    Apply(ApplyError),
    /// The database can't make the change; in words.
    Impossible(String),
    /// Something goes that a view or trigger uses which stays.
    InUse {
        /// The table or column that goes.
        what: String,
        /// In words, what uses it.
        user: String,
    },
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenderError::Apply(error) => error.fmt(f),
            RenderError::Impossible(what) => f.write_str(what),
            RenderError::InUse { what, user } => write!(f, "`{what}` is dropped, but the {user} uses it"),
        }
    }
}

impl std::error::Error for RenderError {}

impl From<ApplyError> for RenderError {
    fn from(error: ApplyError) -> RenderError {
        RenderError::Apply(error)
    }
}

/// Renders changes to the schema `before`. No changes give no scripts.
///
/// # Errors
///
/// Changes that don't fit the schema, or that the database can't make.
pub fn render(changes: &[Change], before: &Schema, options: &Options<'_>) -> Result<Rendered, RenderError> {
    if changes.is_empty() {
        return Ok(Rendered::default());
    }
    let plan = || Plan::new(changes, before, options.backfills, Direction::Up);
    let mut rendered = match options.backend {
        Backend::Sqlite => return render_sqlite(changes, before, options.backfills, SqliteVersion::default()),
        Backend::Postgres => {
            if !before.views.is_empty() || before.tables.values().any(|table| !table.triggers.is_empty()) {
                in_use::refuse(&plan()?)?;
            }
            postgres::render(changes, before, options)?
        }
        Backend::Mysql => {
            let plan = plan()?;
            in_use::refuse(&plan)?;
            mysql::render(&plan, options)?
        }
    };
    distinct::fill(&mut rendered, changes, before, options.backfills)?;
    Ok(rendered)
}

/// Renders changes for SQLite, of which the oldest release that is to run them is known.
///
/// # Errors
///
/// As [`render`].
pub fn render_sqlite(
    changes: &[Change],
    before: &Schema,
    backfills: &Backfills,
    sqlite_version: SqliteVersion,
) -> Result<Rendered, RenderError> {
    if changes.is_empty() {
        return Ok(Rendered::default());
    }
    let plan = Plan::new(changes, before, backfills, Direction::Up)?;
    in_use::refuse(&plan)?;
    let mut rendered = sqlite::render(&Plan { sqlite_version, ..plan })?;
    distinct::fill(&mut rendered, changes, before, backfills)?;
    Ok(rendered)
}

/// The `CREATE TABLE` statement of a table, then its indexes and triggers, each with its semicolon.
///
/// # Errors
///
/// A backend that has no renderer yet.
pub fn create_table(table: &Table, backend: Backend) -> Result<String, RenderError> {
    match backend {
        Backend::Sqlite => Ok(sqlite_create::all(table).join("\n")),
        Backend::Postgres => Ok(postgres::create_table(table)),
        Backend::Mysql => Ok(mysql::create_table(table).join("\n")),
    }
}

#[cfg(test)]
mod tests;
