//! A database to its schema.

mod sqlite;

use std::fmt;

use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::schema::Schema;
use diesel::SqliteConnection;

/// Why a database's schema can't be told.
#[derive(Debug)]
#[non_exhaustive]
pub enum IntrospectError {
    /// The database couldn't be asked.
    Query(diesel::result::Error),
    /// The database holds statements that dbmig can't read; their places are in the text that `sqlite_master` gave,
    /// which the diagnostics call by the object's name.
    Unreadable(Vec<Diagnostic>),
}

impl fmt::Display for IntrospectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IntrospectError::Query(error) => write!(f, "the database's structure can't be read: {error}"),
            IntrospectError::Unreadable(diagnostics) => {
                let first = diagnostics.first().map_or("", |one| one.message.as_str());
                write!(f, "the database holds SQL that dbmig can't read: {first}")
            }
        }
    }
}

impl std::error::Error for IntrospectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            IntrospectError::Query(error) => Some(error),
            IntrospectError::Unreadable(_) => None,
        }
    }
}

/// The schema of a SQLite database, by one query however many tables it has.
///
/// SQLite's own tables, the ledger and journal of migrations under their usual names, shadow tables of virtual ones and
/// whatever tables `exclude` names (a ledger of another name, say) are left out.
///
/// # Errors
///
/// A database that can't be asked, or holds SQL that dbmig can't read.
pub fn introspect(connection: &mut SqliteConnection, exclude: &[&str]) -> Result<Schema, IntrospectError> {
    sqlite::introspect(connection, exclude)
}
