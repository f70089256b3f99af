//! Changes to SQL, up and down.
//!
//! What is rendered is the way from one schema to another, not one change after the other: that way each table of
//! SQLite is rebuilt at most once, and the way back is the same thing with the schemas exchanged.

mod plan;
mod sqlite;
mod sqlite_create;
mod sqlite_fill;
mod sqlite_reason;
mod sqlite_rebuild;
mod text;
mod users;

use std::collections::BTreeMap;
use std::fmt;

use dbmig::Backend;
use dbmig_build::schema::{ApplyError, Change, Name, ObjectName, Schema, Table};

use plan::{Direction, Plan};

/// The SQL expressions that rows which exist already get in new columns, and in place of NULL in columns that take
/// NULL no more: table and column by their names after, to the expression. It may use the table's columns by their
/// new names.
pub type Backfills = BTreeMap<(ObjectName, Name), String>;

/// Two scripts, each other's inverse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The way there.
    pub up: String,
    /// The way back.
    pub down: String,
    /// What the author should know: what is lost, what can't be brought back, what is left to decide.
    pub notes: Vec<String>,
}

/// Why changes can't be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RenderError {
    /// They don't fit the schema.
    Apply(ApplyError),
    /// dbmig has no renderer for the backend yet.
    UnsupportedBackend(Backend),
    /// The database can't make the change; in words.
    Impossible(String),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenderError::Apply(error) => error.fmt(f),
            RenderError::UnsupportedBackend(backend) => write!(f, "writing SQL for {backend} is not supported yet"),
            RenderError::Impossible(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for RenderError {}

impl From<ApplyError> for RenderError {
    fn from(error: ApplyError) -> RenderError {
        RenderError::Apply(error)
    }
}

/// Renders changes to the schema `before`. No changes give empty scripts.
///
/// # Errors
///
/// Changes that don't fit the schema, or that the database can't make.
pub fn render(
    changes: &[Change],
    before: &Schema,
    backend: Backend,
    backfills: &Backfills,
) -> Result<Rendered, RenderError> {
    if backend != Backend::Sqlite {
        return Err(RenderError::UnsupportedBackend(backend));
    }
    let plan = Plan::new(changes, before, backfills, Direction::Up)?;
    let mut notes = Vec::new();
    let up = sqlite::script(&plan, &mut notes)?;
    let down = sqlite::script(&plan.inverse(), &mut notes)?;
    Ok(Rendered { up, down, notes })
}

/// The `CREATE TABLE` statement of a table, then its indexes and triggers, each with its semicolon.
///
/// # Errors
///
/// A backend that has no renderer yet.
pub fn create_table(table: &Table, backend: Backend) -> Result<String, RenderError> {
    match backend {
        Backend::Sqlite => Ok(sqlite_create::all(table).join("\n")),
        Backend::Postgres | Backend::Mysql => Err(RenderError::UnsupportedBackend(backend)),
    }
}

#[cfg(test)]
mod tests;
