//! The few things that a database must do for us.

pub(crate) mod dialect;
#[cfg(feature = "mysql")]
pub mod mysql;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod poll;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;

use std::time::Duration;

use crate::backend::Backend;
use crate::error::Found;

/// A connection that dbmig can migrate.
///
/// Implemented for Diesel's connections of the backends that are switched on; not meant to be implemented elsewhere.
pub trait Driver: private::Sealed {
    /// The kind of database.
    #[doc(hidden)]
    const BACKEND: Backend;

    /// What [`Driver::enter`] found and [`Driver::leave`] puts back.
    #[doc(hidden)]
    type Session;

    /// The lock that [`Driver::hold`] takes; it ends with the process too.
    #[doc(hidden)]
    type Hold;

    /// Runs one statement that returns nothing.
    #[doc(hidden)]
    fn execute(&mut self, sql: &str) -> Result<(), Failure>;

    /// The rows of a query, whose columns are all text.
    #[doc(hidden)]
    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure>;

    /// The first rows of a query, whatever its columns are.
    #[doc(hidden)]
    fn find(&mut self, query: &str, at_most: usize) -> Result<Found, Failure>;

    /// Whether the caller is in a transaction of its own.
    #[doc(hidden)]
    fn in_transaction(&mut self) -> bool;

    /// Whether a table exists; creates nothing.
    #[doc(hidden)]
    fn has_table(&mut self, schema: Option<&str>, name: &str) -> Result<bool, Failure>;

    /// Makes tables of dbmig's own, and their schema where it is missing, within the transaction that [`Driver::begin`]
    /// began, and goes on in it.
    #[doc(hidden)]
    fn create(&mut self, schema: Option<&str>, tables: &[String]) -> Result<(), Failure>;

    /// Notes the settings that scripts may alter, and how long to wait for the lock of a ledger.
    #[doc(hidden)]
    fn enter(&mut self, ledger: Place<'_>, lock_timeout: Duration) -> Result<Self::Session, Failure>;

    /// The schema that the ledger is in if none is configured, as it was at the start: a script may change what an
    /// unqualified name means.
    #[doc(hidden)]
    fn schema(session: &Self::Session) -> Option<&str>;

    /// Puts back what a script altered, between two revisions.
    #[doc(hidden)]
    fn settle(&mut self, session: &Self::Session) -> Result<(), Failure>;

    /// Puts back every setting.
    #[doc(hidden)]
    fn leave(&mut self, session: &Self::Session) -> Result<(), Failure>;

    /// Begins a transaction that holds the migration lock; a savepoint within the caller's transaction.
    #[doc(hidden)]
    fn begin(&mut self, session: &Self::Session) -> Result<(), Failure>;

    /// Commits it.
    #[doc(hidden)]
    fn commit(&mut self, session: &Self::Session) -> Result<(), Failure>;

    /// Rolls it back, whatever state a script has left it in.
    #[doc(hidden)]
    fn rollback(&mut self, session: &Self::Session);

    /// Takes a lock that is held across transactions, for a revision that runs without one.
    #[doc(hidden)]
    fn hold(&mut self, session: &Self::Session) -> Result<Self::Hold, Failure>;

    /// Lets go of it.
    #[doc(hidden)]
    fn release(&mut self, session: &Self::Session, hold: Self::Hold);

    /// Whether a statement belongs to the guard at the head of a table rebuild, which must run as a whole.
    #[doc(hidden)]
    fn is_guard(_sql: &str) -> bool {
        false
    }

    /// Whether foreign keys are enforced now, and enforcing them can be switched off. SQLite alone needs it: the others
    /// alter tables in their places.
    #[doc(hidden)]
    fn enforces_foreign_keys(&mut self) -> Result<bool, Failure> {
        Ok(false)
    }

    /// Stops enforcing foreign keys; only outside a transaction.
    #[doc(hidden)]
    fn disable_foreign_keys(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// The rows that refer to nothing.
    #[doc(hidden)]
    fn violations(&mut self) -> Result<Vec<Violation>, Failure> {
        Ok(Vec::new())
    }
}

pub(crate) mod private {
    /// Keeps others from implementing [`super::Driver`], so that it can grow.
    pub trait Sealed {}
}

/// A row that refers to nothing.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The table that holds the row.
    pub table: String,
    /// The table that it refers to.
    pub parent: String,
    /// The row's id, where it has one.
    pub row: Option<String>,
}

/// Where a ledger is to be.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The schema, if one is configured.
    pub schema: Option<&'a str>,
    /// The table's name.
    pub table: &'a str,
}

/// What a database said, and what kind of trouble it is.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// The database's own words.
    pub message: String,
    /// Who holds the lock, where the database can tell.
    pub holder: Option<String>,
    /// The line of the statement at which the trouble is, from 1, where the database tells.
    pub line: Option<u32>,
}

impl Failure {
    /// A failure of which nothing more is known.
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Failure {
        Failure { kind, message: message.into(), holder: None, line: None }
    }
}

/// Trouble that has nothing to do with a script.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Somebody else holds the lock.
    Locked,
    /// No right to write.
    ReadOnly,
    /// Not a database at all.
    NotADatabase,
    /// Anything else.
    Other,
}
