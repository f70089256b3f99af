//! The few things that a database must do for us.

pub mod sqlite;

use std::time::Duration;

use crate::backend::Backend;

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

    /// The rows of a query, as text.
    #[doc(hidden)]
    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure>;

    /// Whether the caller is in a transaction of its own.
    #[doc(hidden)]
    fn in_transaction(&mut self) -> bool;

    /// Whether a table exists; creates nothing.
    #[doc(hidden)]
    fn has_table(&mut self, schema: Option<&str>, name: &str) -> Result<bool, Failure>;

    /// Notes the settings that scripts may alter, and sets how long to wait for the lock.
    #[doc(hidden)]
    fn enter(&mut self, lock_timeout: Duration) -> Result<Self::Session, Failure>;

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
    fn release(&mut self, hold: Self::Hold);

    /// Whether a statement of a revision that runs without a transaction can share one with the note that it is done.
    #[doc(hidden)]
    fn fits_transaction(sql: &str) -> bool;

    /// Whether what a statement does ends with the connection, so that another connection must do it again before it
    /// goes on behind it.
    #[doc(hidden)]
    fn ends_with_connection(sql: &str) -> bool;

    /// Whether a statement belongs to the guard at the head of a table rebuild, which must run as a whole.
    #[doc(hidden)]
    fn is_guard(sql: &str) -> bool;

    /// Whether foreign keys are enforced now, and enforcing them can be switched off.
    #[doc(hidden)]
    fn enforces_foreign_keys(&mut self) -> Result<bool, Failure>;

    /// Stops enforcing foreign keys; only outside a transaction.
    #[doc(hidden)]
    fn disable_foreign_keys(&mut self) -> Result<(), Failure>;

    /// The rows that refer to nothing.
    #[doc(hidden)]
    fn violations(&mut self) -> Result<Vec<Violation>, Failure>;
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

/// What a database said, and what kind of trouble it is.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// The database's own words.
    pub message: String,
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

/// How SQL is written for a database.
pub(crate) struct Dialect {
    /// The quote around identifiers.
    pub(crate) quote: char,
    /// The schema in which the version table is looked for if none is configured.
    pub(crate) schema: Option<&'static str>,
    /// What begins a transaction in a script.
    pub(crate) begin: &'static str,
    /// What a script says before and after a revision that needs foreign keys off.
    pub(crate) foreign_keys: Option<[&'static str; 3]>,
}

/// The dialect of a backend.
pub(crate) fn dialect(backend: Backend) -> &'static Dialect {
    match backend {
        Backend::Sqlite => &sqlite::DIALECT,
        // Standard SQL, until these have drivers of their own.
        Backend::Postgres | Backend::Mysql => &Dialect { quote: '"', schema: None, begin: "BEGIN", foreign_keys: None },
    }
}

impl Dialect {
    pub(crate) fn identifier(&self, name: &str) -> String {
        let quote = self.quote;
        format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
    }

    pub(crate) fn qualified(&self, schema: Option<&str>, name: &str) -> String {
        match schema.or(self.schema) {
            Some(schema) => format!("{}.{}", self.identifier(schema), self.identifier(name)),
            None => self.identifier(name),
        }
    }
}

/// A text as an SQL literal.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
