//! What can go wrong between a chain and a database.

use std::fmt;
use std::time::Duration;

use crate::backend::Backend;
use crate::revision::selector::listed;
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
    /// Versions are applied that this chain doesn't have.
    UnknownVersions {
        /// The versions, in order, each with the folder's name where the journal knows it.
        versions: Vec<(String, Option<String>)>,
        /// What was refused.
        direction: Direction,
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
            Error::UnknownVersions { .. } => "unknown-versions",
            Error::NoWayBack { .. } => "no-way-back",
            Error::InTransaction { .. } => "in-transaction",
            Error::NotInOneTransaction { .. } => "not-in-one-transaction",
            Error::TransactionStatement { .. } => "transaction-statement",
            Error::BelowPartial { .. } => "below-partial",
            Error::PartialEdited { .. } => "partial-edited",
            Error::ForeignKeys { .. } => "foreign-keys",
            Error::Changed { .. } => "changed-meanwhile",
        }
    }

    /// What the user can do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Error::Selector(error) => error.help(),
            Error::Plan(error) => error.help(),
            Error::Chain { .. } => "run `cargo dbmig check`".to_owned(),
            Error::WrongBackend { bundle, .. } => format!("connect to a {bundle} database"),
            Error::Open { .. } => "see that the path is right, and that its folder exists and may be read".to_owned(),
            Error::NotADatabase => "see that the path names a SQLite database and not some other file".to_owned(),
            Error::ReadOnly => {
                "let this user write to the database file and to the folder that holds it; nothing was changed"
                    .to_owned()
            }
            Error::Locked { .. } => {
                "another process is migrating or writing; when it is done, run this again".to_owned()
            }
            Error::Database { .. } => return None,
            Error::Failed(failed) => failed.help(),
            Error::UnknownVersions { direction: Direction::Up, .. } => {
                "run the newer program or check out the branch that has them; or revert them with `cargo dbmig \
                 downgrade`, where the journal knows how; or, if the database is right as it is, make the ledger say \
                 so with `cargo dbmig stamp --purge heads`"
                    .to_owned()
            }
            Error::UnknownVersions { direction: Direction::Stamp, .. } => {
                "put the folders back that have these versions; or make the ledger say what is true with `cargo dbmig \
                 stamp --purge heads`"
                    .to_owned()
            }
            Error::UnknownVersions { .. } => {
                "check out the branch that has them and downgrade there; or make the ledger say what is true with \
                 `cargo dbmig stamp --purge`"
                    .to_owned()
            }
            Error::NoWayBack { edited: true, .. } => {
                "check out the up.sql that was applied, or undo it by hand and `cargo dbmig stamp` the revision below"
                    .to_owned()
            }
            Error::NoWayBack { .. } => {
                "write its down.sql, or undo it by hand and `cargo dbmig stamp` the revision below".to_owned()
            }
            Error::InTransaction { .. } => "call it with a connection that is in no transaction".to_owned(),
            Error::NotInOneTransaction { .. } => "upgrade in parts, or without `--transaction all`".to_owned(),
            Error::TransactionStatement { .. } => {
                "take the statement out, or write `run_in_transaction = false` into metadata.toml".to_owned()
            }
            Error::BelowPartial { .. } => {
                "finish it with `cargo dbmig upgrade`; or undo it by hand and `cargo dbmig stamp current`".to_owned()
            }
            Error::PartialEdited { .. } => {
                "put back its first statements as they ran; or finish it by hand and `cargo dbmig stamp` it; or undo \
                 it by hand and `cargo dbmig stamp current`"
                    .to_owned()
            }
            Error::ForeignKeys { kept, .. } => match kept {
                Kept::Nothing => "mend the rows, or the script; nothing of this revision was kept",
                Kept::NothingOfTheRun => "mend the rows, or the script; nothing of this run was kept",
                Kept::Statements { .. } => {
                    "mend the rows and run this again; the revision's statements are done and stay"
                }
            }
            .to_owned(),
            Error::Changed { .. } => "run this again".to_owned(),
        };
        Some(help)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Selector(error) => error.fmt(f),
            Error::Plan(error) => error.fmt(f),
            Error::Chain { faults } => write!(f, "the bundle is no valid chain{}", listed("faults", faults)),
            Error::WrongBackend { bundle, connection } => {
                write!(f, "the chain is written for {bundle}, the connection is to {connection}")
            }
            Error::Open { url, message } => write!(f, "cannot open the database `{url}`: {message}"),
            Error::NotADatabase => f.write_str("the file is not a database"),
            Error::ReadOnly => f.write_str("the database is read-only"),
            Error::Locked { waited, holder } => {
                let seconds = waited.as_secs_f32();
                write!(f, "the database is locked by another process, for longer than {seconds} s")?;
                holder.as_ref().map_or(Ok(()), |holder| write!(f, ": {holder}"))
            }
            Error::Database { doing, message } => write!(f, "{doing} failed: {message}"),
            Error::Failed(failed) => failed.fmt(f),
            Error::UnknownVersions { versions, direction } => {
                let verb = match direction {
                    Direction::Up => "upgrade",
                    Direction::Down => "downgrade",
                    Direction::Stamp | Direction::Unstamp => "stamp",
                };
                let name = |(version, name): &(String, Option<String>)| name.clone().unwrap_or_else(|| version.clone());
                write!(f, "cannot {verb}: the database has revisions that this chain doesn't know")?;
                f.write_str(&listed("unknown", &versions.iter().map(name).collect::<Vec<_>>()))
            }
            Error::NoWayBack { name, irreversible: Some(why), .. } => write!(f, "{name} is irreversible: {why}"),
            Error::NoWayBack { name, edited: true, .. } => {
                write!(f, "{name} was applied without a way back, and its up.sql has been edited since")
            }
            Error::NoWayBack { name, .. } => write!(f, "{name} has no way back"),
            Error::InTransaction { name, rebuild: true } => {
                write!(f, "{name} rebuilds a table, which can't be done within the caller's transaction")
            }
            Error::InTransaction { name, .. } => {
                write!(f, "{name} runs without a transaction, which can't be done within the caller's")
            }
            Error::NotInOneTransaction { name, commits: true } => {
                write!(f, "one transaction can't hold the whole run: MySQL commits each statement of {name}")
            }
            Error::NotInOneTransaction { name, .. } => {
                write!(f, "{name} runs without a transaction, so that one can't hold the whole run")
            }
            Error::TransactionStatement { file, line, statement } => {
                write!(f, "{file}:{line}: `{statement}` in a script that runs in a transaction")
            }
            Error::BelowPartial { name, done, total } => {
                write!(f, "cannot downgrade: {name} stopped midway, with {done} of {total} statements done")
            }
            Error::PartialEdited { name, done } => {
                write!(f, "{name} stopped after statement {done}, and what it had done has been edited since")
            }
            Error::ForeignKeys { name, direction, violations, .. } => {
                write!(f, "{name} ({direction}) would leave rows that refer to nothing")?;
                f.write_str(&listed("rows", violations))
            }
            Error::Changed { name } => write!(f, "another process changed the ledger before it was {name}'s turn"),
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

impl Failed {
    fn help(&self) -> String {
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
