//! One revision's turn: its statements, its row in the ledger, its row in the journal.

use std::time::Duration;

use super::goal::Goal;
use super::{Event, Options, ReportStep};
use crate::bundle::{Revision, Script, Statement};
use crate::driver::{Driver, Failure, FailureKind};
use crate::error::{CheckFailed, Error, Failed, Found, Kept, shortened};
use crate::journal::{self, Done, Entry, Stored};
use crate::ledger::Ledger;
use crate::lock::refused;
use crate::revision::Direction;
use crate::source;
use crate::version::Version;

/// What is to be done with a revision, with all that doing it needs.
pub(super) struct Task<'b> {
    /// The version.
    pub(super) version: String,
    /// The folder's name.
    pub(super) name: String,
    /// What is to be done.
    pub(super) direction: Direction,
    /// Whether it runs in a transaction.
    pub(super) run_in_transaction: bool,
    /// Whether it would, if its statements didn't commit what they do.
    pub(super) commits: bool,
    /// The versions that it has replaced and that the ledger still has: their rows go with its own.
    pub(super) replaced: Vec<Version>,
    /// What must be applied before going up, or reverted before going down.
    pub(super) around: Vec<String>,
    /// The chain's revision; `None` where only the journal knows it.
    pub(super) revision: Option<&'b Revision<'b>>,
    /// Where its statements are.
    pub(super) source: Source<'b>,
}

/// Where the statements of a task are.
pub(super) enum Source<'b> {
    /// In the chain.
    Chain(&'b Script<'b>),
    /// In the database.
    Journal(Box<Entry>),
    /// It has none.
    Nothing,
}

/// Whether a task's work is done by this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is, or is to be.
    Done,
    /// Another process has done it.
    DoneByAnother,
}

impl Source<'_> {
    /// The statements.
    pub(super) fn statements(&self) -> Vec<Statement<'_>> {
        match self {
            Source::Chain(script) => script.statements.to_vec(),
            Source::Journal(entry) => {
                let down = entry.down.as_deref().unwrap_or_default();
                down.iter().map(Stored::statement).collect()
            }
            Source::Nothing => Vec::new(),
        }
    }
}

impl Task<'_> {
    /// Whether its statements need foreign keys off.
    pub(super) fn foreign_keys_off(&self) -> bool {
        match (&self.source, self.direction) {
            (Source::Chain(script), Direction::Up | Direction::Down) => script.foreign_keys_off,
            (Source::Journal(entry), _) => entry.down_foreign_keys_off,
            _ => false,
        }
    }

    /// Its statements.
    pub(super) fn statements(&self) -> Vec<Statement<'_>> {
        self.source.statements()
    }

    /// The versions whose rows it takes out of the ledger.
    pub(super) fn versions(&self) -> impl Iterator<Item = &str> {
        self.replaced.iter().map(Version::as_str).chain([self.version.as_str()])
    }

    /// The script, as errors name it.
    pub(super) fn file(&self) -> String {
        // Where only the journal knows it, there is no folder either.
        let path = self.revision.map_or(self.name.as_str(), |revision| revision.path);
        let file = source::file(path, self.direction);
        match self.source {
            Source::Journal(_) => format!("{file} in {}", journal::TABLE),
            _ => file,
        }
    }

    /// The journal's row about it while its statements run.
    pub(super) fn entry(&self, statements: &[Statement<'_>], done: usize) -> Option<Entry> {
        let entry = match (&self.source, self.revision) {
            (Source::Journal(entry), _) => Entry::clone(entry),
            (_, Some(revision)) => Entry::of(revision),
            (_, None) => return None,
        };
        let direction = if self.direction == Direction::Down { Direction::Down } else { Direction::Up };
        let done_checksum = journal::progress(statements.get(..done).unwrap_or(statements));
        Some(Entry { direction, done, total: statements.len(), done_checksum, finished: None, ..entry })
    }

    pub(super) fn report(&self) -> ReportStep {
        ReportStep { version: self.version.clone(), name: self.name.clone(), direction: self.direction }
    }

    /// The error of a statement.
    pub(super) fn failed(&self, statement: &Statement<'_>, trouble: Trouble, kept: Kept, timeout: Duration) -> Error {
        let failure = match trouble {
            Trouble::Refused(failure) => failure,
            Trouble::Found(found) => return self.check_failed(statement, found, kept),
        };
        if failure.kind != FailureKind::Other {
            return refused("", timeout)(failure);
        }
        Error::Failed(Box::new(Failed {
            name: self.name.clone(),
            direction: self.direction,
            file: self.file(),
            line: statement.line + failure.line.map_or(0, |line| line - 1),
            statement: shortened(statement.sql),
            message: failure.message,
            applied: Vec::new(),
            kept,
        }))
    }

    fn check_failed(&self, statement: &Statement<'_>, found: Found, kept: Kept) -> Error {
        Error::CheckFailed(Box::new(CheckFailed {
            name: self.name.clone(),
            direction: self.direction,
            file: self.file(),
            line: statement.line,
            message: statement.check.unwrap_or_default().to_owned(),
            found,
            applied: Vec::new(),
            kept,
        }))
    }
}

/// What keeps a run from going on behind a statement.
pub(super) enum Trouble {
    /// The database refused it.
    Refused(Failure),
    /// It is a check, and there are such rows.
    Found(Found),
}

/// So many rows of a check are shown.
const SHOWN: usize = 5;

/// Runs a statement, or asks it whether what follows may run.
pub(super) fn perform<D: Driver>(conn: &mut D, statement: &Statement<'_>) -> Result<(), Trouble> {
    if statement.check.is_none() {
        return conn.execute(statement.sql).map_err(Trouble::Refused);
    }
    let found = conn.find(statement.sql, SHOWN).map_err(Trouble::Refused)?;
    if found.rows.is_empty() { Ok(()) } else { Err(Trouble::Found(found)) }
}

/// The number of statements that needn't run again: the checks before the one that failed do, since rows may have come
/// meanwhile.
pub(super) fn before_checks(statements: &[Statement<'_>], done: usize) -> usize {
    let done_before = statements.get(..done).unwrap_or(statements);
    done_before.iter().rposition(|statement| statement.check.is_none()).map_or(0, |last| last + 1)
}

/// Makes ledger and journal where they are missing.
pub(super) fn create_tables<D: Driver>(conn: &mut D, ledger: &Ledger<'_>, timeout: Duration) -> Result<(), Error> {
    let refused = refused("creating the version table", timeout);
    let has = |conn: &mut D, name| conn.has_table(ledger.schema, name).map_err(&refused);
    // Even IF NOT EXISTS asks for the right to make tables.
    let (has_ledger, has_journal) = (has(conn, ledger.name)?, has(conn, journal::TABLE)?);
    if has_ledger && has_journal {
        return Ok(());
    }
    let missing = [(has_ledger, ledger.create_sql()), (has_journal, journal::create_sql(ledger))];
    let missing: Vec<String> = missing.into_iter().filter(|(has, _)| !has).map(|(_, sql)| sql).collect();
    conn.create(ledger.schema, &missing).map_err(&refused)
}

/// Whether it is still a task's turn, read with the lock held.
pub(super) fn turn<D: Driver>(
    conn: &mut D,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    timeout: Duration,
) -> Result<Outcome, Error> {
    let asked: Vec<&str> = task.around.iter().map(String::as_str).chain([task.version.as_str()]).collect();
    let present = ledger.present(conn, &asked).map_err(refused("reading the version table", timeout))?;
    let up = task.direction == Direction::Up;
    if present.contains(&task.version) == up {
        return Ok(Outcome::DoneByAnother);
    }
    if task.around.iter().any(|version| present.contains(version) != up) {
        return Err(Error::Changed { name: task.name.clone() });
    }
    // What another process has begun meanwhile, without a transaction, the ledger doesn't say yet.
    let refused = refused("reading the journal", timeout);
    for version in journal::unfinished(conn, ledger).map_err(&refused)? {
        let begun = match task.around.contains(&version) {
            true => journal::find(conn, ledger, &version).map_err(&refused)?,
            false => None,
        };
        if begun.is_some_and(|entry| entry.is_partial(up)) {
            return Err(Error::Changed { name: task.name.clone() });
        }
    }
    Ok(Outcome::Done)
}

/// Forgets what a stamp makes untrue: what stopped midway, and after a purge what nobody knows.
pub(super) fn clear<D: Driver>(
    conn: &mut D,
    ledger: &Ledger<'_>,
    goal: &Goal<'_>,
    purge: bool,
    timeout: Duration,
) -> Result<(), Error> {
    let refused = refused("writing the version table", timeout);
    for version in &goal.forgotten {
        journal::delete(conn, ledger, version.as_str()).map_err(&refused)?;
        if purge {
            conn.execute(&ledger.delete_sql(version.as_str())).map_err(&refused)?;
        }
    }
    Ok(())
}

/// Runs a task within the transaction that is open.
pub(super) fn execute<D: Driver>(
    conn: &mut D,
    session: &D::Session,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    options: &mut Options<'_>,
) -> Result<(), Error> {
    let timeout = options.lock_timeout;
    let statements = task.statements();
    if matches!(task.direction, Direction::Up | Direction::Down) {
        // It may have stopped midway while it ran without a transaction.
        let entry = journal::find(conn, ledger, &task.version).map_err(refused("reading the journal", timeout))?;
        let done = before_checks(&statements, resume(entry.as_ref(), task, &statements, options)?);
        if let Some(entry) = task.entry(&statements, done).filter(|entry| entry.direction == Direction::Up) {
            // It says when the revision was started.
            journal::write(conn, ledger, &entry, Done::No).map_err(refused("writing the journal", timeout))?;
        }
        for statement in statements.iter().skip(done) {
            perform(conn, statement).map_err(|trouble| task.failed(statement, trouble, Kept::Nothing, timeout))?;
        }
        conn.settle(session).map_err(refused("restoring the connection's settings", timeout))?;
    }
    conclude(conn, ledger, task, &statements, timeout)
}

/// How many statements an earlier run has done of a task, by the journal's row.
pub(super) fn resume(
    entry: Option<&Entry>,
    task: &Task<'_>,
    statements: &[Statement<'_>],
    options: &mut Options<'_>,
) -> Result<usize, Error> {
    let applied = task.direction == Direction::Down;
    let Some(entry) = entry.filter(|entry| entry.is_partial(applied) && entry.done > 0) else { return Ok(0) };
    let (name, done) = (&task.name, entry.done);
    if statements.get(..done).map(journal::progress).as_ref() != Some(&entry.done_checksum) {
        return Err(Error::PartialEdited { name: name.clone(), done });
    }
    options.tell(&Event::Resumed { name, done, total: statements.len() });
    Ok(done)
}

/// Writes what a task has done into ledger and journal.
pub(super) fn conclude<D: Driver>(
    conn: &mut D,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    statements: &[Statement<'_>],
    timeout: Duration,
) -> Result<(), Error> {
    let refused = refused("writing the version table", timeout);
    match task.direction {
        Direction::Up | Direction::Stamp => {
            conn.execute(&ledger.insert_sql(&task.version)).map_err(&refused)?;
            match task.entry(statements, statements.len()) {
                Some(entry) => journal::write(conn, ledger, &entry, Done::Yes).map_err(&refused),
                None => Ok(()),
            }
        }
        Direction::Down | Direction::Unstamp => {
            for version in task.versions() {
                conn.execute(&ledger.delete_sql(version)).map_err(&refused)?;
                journal::delete(conn, ledger, version).map_err(&refused)?;
            }
            Ok(())
        }
    }
}
