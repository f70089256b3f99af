//! Errors in words.

use std::fmt;

use super::Error;
use crate::revision::Direction;
use crate::revision::selector::listed;

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
            Error::CheckFailed(failed) => failed.fmt(f),
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
            Error::Halfway { name, applied, total, .. } => {
                write!(
                    f,
                    "cannot upgrade: the database has {} of the {total} revisions that are now one, {name}",
                    applied.len()
                )?;
                f.write_str(&listed("applied", applied))
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
            Error::NotGuarded { name, why } => {
                write!(f, "{name} can't be written so that it runs once: {why}")
            }
            Error::TransactionStatement { file, line, statement } => {
                write!(f, "{file}:{line}: `{statement}` in a script that runs in a transaction")
            }
            Error::BelowPartial { name, done, total } => {
                write!(f, "cannot downgrade: {name} stopped midway, with {done} of {total} statements done")
            }
            Error::HalfReverted { name, done, total, .. } => {
                write!(f, "cannot upgrade: {name} stopped on its way down, with {done} of {total} statements done")
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
