//! What can go wrong between a chain and a database.

mod check;
mod failed;
mod help;
mod text;

pub use check::{CheckFailed, Found};
pub(crate) use failed::shortened;
pub use failed::{Failed, Kept};

use std::time::Duration;

use crate::backend::Backend;
use crate::revision::{Direction, PlanError, SelectorError};

/// Why a chain could not be run, planned or compared with a database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// What was asked for is no revision.
    Selector(SelectorError),
    /// What was asked for can't be reached.
    Plan(PlanError),
    /// The bundle is no valid chain; one that the build script wrote is.
    Chain {
        /// What is wrong with it.
        faults: Vec<String>,
    },
    /// The bundle is written for another kind of database.
    WrongBackend {
        /// The bundle's.
        bundle: Backend,
        /// The connection's.
        connection: Backend,
    },
    /// The database can't be opened.
    Open {
        /// Its path or URL.
        url: String,
        /// What is wrong.
        message: String,
    },
    /// The file is not a database.
    NotADatabase,
    /// The database can't be written to.
    ReadOnly,
    /// Another process held the lock for too long.
    Locked {
        /// How long this one waited.
        waited: Duration,
        /// Who holds it, where the database can tell.
        holder: Option<String>,
    },
    /// The database refused something that dbmig itself does.
    Database {
        /// What dbmig was doing.
        doing: String,
        /// What the database said.
        message: String,
    },
    /// A statement of a revision failed.
    Failed(Box<Failed>),
    /// A check of a revision found rows that the revision must not meet.
    CheckFailed(Box<CheckFailed>),
    /// Versions are applied that this chain doesn't have.
    UnknownVersions {
        /// The versions, in order, each with the folder's name where the journal knows it.
        versions: Vec<(String, Option<String>)>,
        /// What was refused.
        direction: Direction,
    },
    /// The database has a part of what a squashed revision replaces, and not all of it.
    Halfway {
        /// The folder's name of the squashed revision.
        name: String,
        /// Its version, which is that of the last one that it replaces.
        version: String,
        /// The names of those that are applied, in order.
        applied: Vec<String>,
        /// How many it replaces, itself included.
        total: usize,
        /// The versions of what it revises.
        parents: Vec<String>,
    },
    /// A revision has no way back.
    NoWayBack {
        /// The folder's name, or the version.
        name: String,
        /// Why, where that is on purpose.
        irreversible: Option<String>,
        /// Whether the checkout has one, which doesn't belong to what was applied.
        edited: bool,
    },
    /// A revision can't run within the caller's transaction.
    InTransaction {
        /// The folder's name.
        name: String,
        /// Whether it rebuilds a table; otherwise it runs without a transaction.
        rebuild: bool,
    },
    /// One transaction was asked for, and a revision runs without any.
    NotInOneTransaction {
        /// The folder's name.
        name: String,
        /// Whether it is the database that commits its statements one by one.
        commits: bool,
    },
    /// A script was asked for that can be run twice, and a revision can't be written so.
    NotGuarded {
        /// The folder's name.
        name: String,
        /// Why.
        why: String,
    },
    /// A script that runs in a transaction begins or ends one itself.
    TransactionStatement {
        /// The script: `migrations/2026…_x/up.sql`.
        file: String,
        /// The statement's line.
        line: u32,
        /// The statement.
        statement: String,
    },
    /// A downgrade of what a revision that stopped midway stands on.
    BelowPartial {
        /// The folder's name of the revision that stopped midway.
        name: String,
        /// How many of its statements are done.
        done: usize,
        /// Of how many.
        total: usize,
    },
    /// An upgrade where a revision stopped midway on its way down.
    HalfReverted {
        /// The folder's name.
        name: String,
        /// Its version.
        version: String,
        /// How many of the statements of its way down are done.
        done: usize,
        /// Of how many.
        total: usize,
    },
    /// A revision stopped midway and what it had done has been edited since.
    PartialEdited {
        /// The folder's name.
        name: String,
        /// How many of its statements are done.
        done: usize,
    },
    /// Rows refer to rows that don't exist, since this revision.
    ForeignKeys {
        /// The folder's name.
        name: String,
        /// Whether its up or its down half did it.
        direction: Direction,
        /// One line for each: the table, the row, the table that it refers to.
        violations: Vec<String>,
        /// What is left of the revision.
        kept: Kept,
    },
    /// Another process changed the ledger in a way that this run doesn't fit.
    Changed {
        /// The folder's name of the revision whose turn it was.
        name: String,
    },
}

impl Error {
    /// The name of the error in `--json`, kebab-case.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Selector(SelectorError::Ambiguous { .. }) => "ambiguous-revision",
            Error::Selector(SelectorError::Unknown { .. }) => "unknown-revision",
            Error::Selector(_) => "bad-selector",
            Error::Plan(_) => "bad-target",
            Error::Chain { .. } => "bad-chain",
            Error::WrongBackend { .. } => "wrong-backend",
            Error::Open { .. } => "cannot-open",
            Error::NotADatabase => "not-a-database",
            Error::ReadOnly => "read-only",
            Error::Locked { .. } => "locked",
            Error::Database { .. } => "database",
            Error::Failed(_) => "statement-failed",
            Error::CheckFailed(_) => "check-failed",
            Error::UnknownVersions { .. } => "unknown-versions",
            Error::Halfway { .. } => "halfway-through-squash",
            Error::NoWayBack { .. } => "no-way-back",
            Error::InTransaction { .. } => "in-transaction",
            Error::NotInOneTransaction { .. } => "not-in-one-transaction",
            Error::NotGuarded { .. } => "not-guarded",
            Error::TransactionStatement { .. } => "transaction-statement",
            Error::BelowPartial { .. } => "below-partial",
            Error::HalfReverted { .. } => "half-reverted",
            Error::PartialEdited { .. } => "partial-edited",
            Error::ForeignKeys { .. } => "foreign-keys",
            Error::Changed { .. } => "changed-meanwhile",
        }
    }
}

impl std::error::Error for Error {}

impl From<SelectorError> for Error {
    fn from(error: SelectorError) -> Error {
        Error::Selector(error)
    }
}

impl From<PlanError> for Error {
    fn from(error: PlanError) -> Error {
        Error::Plan(error)
    }
}
