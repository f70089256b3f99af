//! Sequences. Source: <https://www.postgresql.org/docs/current/sql-createsequence.html>.

use crate::schema::ColumnType;
use crate::sql::syntax::{Ident, ObjectIdent};

/// `CREATE [TEMP] SEQUENCE [IF NOT EXISTS] name …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateSequence {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether an existing one is kept.
    pub if_not_exists: bool,
    /// Whether it lasts as long as the session only.
    pub temporary: bool,
    /// Its options in order.
    pub options: Vec<SequenceOption>,
}

/// `ALTER SEQUENCE [IF EXISTS] name …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterSequence {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether it may be missing.
    pub if_exists: bool,
    /// What changes, in order.
    pub options: Vec<SequenceOption>,
}

/// An option of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SequenceOption {
    /// `AS type`
    Type(ColumnType),
    /// `INCREMENT [BY] n`
    Increment(i64),
    /// `MINVALUE n`, `NO MINVALUE`
    Minimum(Option<i64>),
    /// `MAXVALUE n`, `NO MAXVALUE`
    Maximum(Option<i64>),
    /// `START [WITH] n`
    Start(i64),
    /// `RESTART [[WITH] n]`
    Restart(Option<i64>),
    /// `CACHE n`
    Cache(i64),
    /// `[NO] CYCLE`
    Cycle(bool),
    /// `OWNED BY table.column`, `OWNED BY NONE`
    OwnedBy(Option<(ObjectIdent, Ident)>),
    /// `SEQUENCE NAME name`, of an identity column
    Name(ObjectIdent),
}
