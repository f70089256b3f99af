//! A database to its schema.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use std::fmt;

use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::schema::Schema;
use diesel::SqliteConnection;

/// Diesel's ledger and dbmig's journal, which no migration makes.
const BOOKS: [&str; 2] = ["__diesel_schema_migrations", "__dbmig_journal"];

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

/// The schema of a database, by a constant number of queries however many tables it has.
///
/// The database's own tables and what belongs to extensions, the ledger and journal of migrations under their usual
/// names, shadow tables of virtual ones, and whatever tables `exclude` names (a ledger of another name, say) are left
/// out. Names in the connection's default schema come without it.
///
/// # Errors
///
/// A database that can't be asked, or holds SQL that dbmig can't read.
pub fn introspect<C: Introspect>(connection: &mut C, exclude: &[&str]) -> Result<Schema, IntrospectError> {
    connection.schema(exclude)
}

/// A connection to a database whose structure can be told.
pub trait Introspect {
    /// What [`introspect`] gives.
    ///
    /// # Errors
    ///
    /// As [`introspect`].
    fn schema(&mut self, exclude: &[&str]) -> Result<Schema, IntrospectError>;
}

impl Introspect for SqliteConnection {
    fn schema(&mut self, exclude: &[&str]) -> Result<Schema, IntrospectError> {
        sqlite::introspect(self, exclude)
    }
}

#[cfg(feature = "postgres")]
impl Introspect for diesel::PgConnection {
    fn schema(&mut self, exclude: &[&str]) -> Result<Schema, IntrospectError> {
        postgres::introspect(self, exclude)
    }
}

#[cfg(feature = "mysql")]
impl Introspect for diesel::MysqlConnection {
    fn schema(&mut self, exclude: &[&str]) -> Result<Schema, IntrospectError> {
        mysql::introspect(self, exclude)
    }
}

/// An expression as a server printed it; one that the lexer doesn't understand is kept whole.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn expression(text: &str, backend: dbmig::Backend) -> dbmig_build::schema::Expression {
    use dbmig_build::schema::{Expression, ExpressionToken};
    let whole =
        |_| Expression::new(vec![ExpressionToken { gap: false, text: text.into(), key: text.into(), name: None }]);
    dbmig_build::sql::expression(text, backend).unwrap_or_else(whole)
}
