//! What the user can do about an error.

use super::{Error, Kept};
use crate::revision::Direction;

impl Error {
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
            Error::CheckFailed(failed) => failed.help(),
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
            Error::Halfway { version, parents, .. } => {
                let below = if parents.is_empty() { "base".to_owned() } else { parents.join(" ") };
                format!(
                    "check out the commit before the squash, or run the program of that time, and upgrade there to \
                     {version}; or revert what it has with `cargo dbmig downgrade {below}`, where the journal knows how"
                )
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
            Error::NotGuarded { .. } => {
                "name what the database has instead: `cargo dbmig upgrade --sql CURRENT:heads`".to_owned()
            }
            Error::TransactionStatement { .. } => {
                "take the statement out, or write `run_in_transaction = false` into metadata.toml".to_owned()
            }
            Error::BelowPartial { .. } => {
                "finish it with `cargo dbmig upgrade`; or undo it by hand and `cargo dbmig stamp current`".to_owned()
            }
            Error::HalfReverted { version, .. } => format!(
                "finish it with `cargo dbmig downgrade {version}@-1`; or put the database right by hand and `cargo \
                 dbmig stamp current`"
            ),
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
