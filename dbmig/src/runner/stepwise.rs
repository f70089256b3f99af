//! A revision that runs without a transaction: statement by statement, each one journalled when it is done, so that
//! the next run goes on at the one that failed.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use super::goal::controls_transaction;
use super::task::{Outcome, Task, Trouble, before_checks, conclude, create_tables, perform, resume, turn};
use super::{Event, Options, foreign_keys};
use crate::bundle::Statement;
use crate::driver::Driver;
use crate::error::{Error, Kept};
use crate::journal::{self, Done, Entry};
use crate::ledger::Ledger;
use crate::lock::{End, locked, refused};
use crate::revision::Direction;

/// Runs a task; the lock is held from its first statement to its last.
pub(super) fn run<D: Driver>(
    conn: &mut D,
    session: &D::Session,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    options: &mut Options<'_>,
) -> Result<Outcome, Error> {
    let timeout = options.lock_timeout;
    let hold = conn.hold(session).map_err(refused("taking the lock", timeout))?;
    let off = task.foreign_keys_off();
    let work = |conn: &mut D| statements(conn, session, ledger, task, options);
    let outcome = catch_unwind(AssertUnwindSafe(|| foreign_keys::off(conn, session, off, timeout, work)));
    conn.release(session, hold);
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

fn statements<D: Driver>(
    conn: &mut D,
    session: &D::Session,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    options: &mut Options<'_>,
) -> Result<Outcome, Error> {
    let (timeout, dialect) = (options.lock_timeout, ledger.dialect());
    let statements = task.statements();
    let Some(Claim { mut done, before: journalled }) = claim(conn, session, ledger, task, &statements, options)? else {
        return Ok(Outcome::DoneByAnother);
    };
    let before = foreign_keys::before(conn, task.foreign_keys_off());
    // What the database was like before the first statement isn't known any more, so that nothing is excused.
    let before = before.map(|violations| if done == 0 { violations } else { Vec::new() });
    let total = statements.len();
    for statement in statements.iter().take(done).filter(|statement| (dialect.ends_with_connection)(statement.sql)) {
        // An earlier process did it, for its own connection. It fails where this is that connection, which has the
        // database attached; where something is amiss, the statements that need it say so.
        let _ = conn.execute(statement.sql);
    }
    // Whether the script is in a transaction that it has begun itself.
    let mut own = false;
    for statement in statements.iter().skip(done) {
        let so_far = statements.get(..=done).unwrap_or(&statements);
        let begins_or_ends = controls_transaction(statement.sql);
        // One transaction for the statement and its note where that can be: a process that is killed between the two
        // would run the statement again.
        let locks = (dialect.table_locks)(statement.sql);
        let together = !own && !begins_or_ends && locks.is_none() && (dialect.fits_transaction)(statement.sql);
        let outcome = if together {
            locked(conn, session, timeout, |conn| {
                Ok(match perform(conn, statement) {
                    Ok(()) => End::Commit(note(conn, ledger, task, so_far, timeout).map(|()| Ok(()))?),
                    Err(trouble) => End::Rollback(Err(trouble)),
                })
            })?
        } else if locks == Some(true) {
            conn.execute(&format!("{}, {} WRITE", statement.sql, journal::table(ledger))).map_err(Trouble::Refused)
        } else {
            perform(conn, statement)
        };
        if let Err(trouble) = outcome {
            if !together {
                // The script may have begun a transaction of its own; what that held is gone, and so are its notes.
                conn.rollback(session);
            }
            let done = journal::find(conn, ledger, &task.version).ok().flatten().map_or(done, |entry| entry.done);
            let nothing = before_checks(&statements, done) == 0
                && withdraw(conn, session, ledger, task, journalled.as_ref(), timeout);
            let kept = if nothing { Kept::Nothing } else { Kept::Statements { done, total, resumes: true } };
            return Err(task.failed(statement, trouble, kept, timeout));
        }
        if !together {
            note(conn, ledger, task, so_far, timeout)?;
        }
        own = locks.unwrap_or(own != begins_or_ends);
        done += 1;
    }
    let kept = Kept::Statements { done, total, resumes: true };
    foreign_keys::after(conn, before, &task.name, task.direction, kept)?;
    conn.settle(session).map_err(refused("restoring the connection's settings", timeout))?;
    locked(conn, session, timeout, |conn| {
        conclude(conn, ledger, task, &statements, timeout)?;
        Ok(End::Commit(Outcome::Done))
    })
}

fn note<D: Driver>(
    conn: &mut D,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    so_far: &[Statement<'_>],
    timeout: Duration,
) -> Result<(), Error> {
    journal::note(conn, ledger, &task.version, so_far).map_err(refused("writing the journal", timeout))
}

/// What is known when a task has been noted as running.
struct Claim {
    /// How many of its statements are done already.
    done: usize,
    /// The journal's row before.
    before: Option<Entry>,
}

/// Notes that the task runs; `None` if it has been done meanwhile.
fn claim<D: Driver>(
    conn: &mut D,
    session: &D::Session,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    statements: &[Statement<'_>],
    options: &mut Options<'_>,
) -> Result<Option<Claim>, Error> {
    let timeout = options.lock_timeout;
    locked(conn, session, timeout, |conn| {
        create_tables(conn, ledger, timeout)?;
        if turn(conn, ledger, task, timeout)? == Outcome::DoneByAnother {
            return Ok(End::Rollback(None));
        }
        options.tell(&Event::Started { name: &task.name, direction: task.direction });
        let before = journal::find(conn, ledger, &task.version).map_err(refused("reading the journal", timeout))?;
        let mut done = resume(before.as_ref(), task, statements, options)?;
        let within = statements.iter().take(done).filter(|statement| controls_transaction(statement.sql)).count() % 2;
        if ledger.dialect().hides_notes && within == 1 && done < statements.len() {
            // The notes of a transaction that the script began are seen: its COMMIT was the last that was done.
            done += 1;
        }
        let unguarded = |at: usize| statements.get(at).is_none_or(|statement| !D::is_guard(statement.sql));
        while done > 0 && !unguarded(done) && !unguarded(done - 1) {
            // The guard's temporary table went away with the process that made it.
            done -= 1;
        }
        done = before_checks(statements, done);
        if let Some(entry) = task.entry(statements, done) {
            journal::write(conn, ledger, &entry, Done::No).map_err(refused("writing the journal", timeout))?;
        }
        Ok(End::Commit(Some(Claim { done, before })))
    })
}

/// Takes the note back that a task runs, where its first statement failed: then nothing has stopped midway. Not where
/// an earlier process stopped, which may have done more than it could note. Whether it is taken back.
fn withdraw<D: Driver>(
    conn: &mut D,
    session: &D::Session,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    before: Option<&Entry>,
    timeout: Duration,
) -> bool {
    if before.is_some_and(|entry| entry.is_partial(task.direction == Direction::Down)) {
        return false;
    }
    let restored = locked(conn, session, timeout, |conn| {
        let written = match before {
            Some(entry) => journal::write(conn, ledger, entry, Done::AsBefore),
            None => journal::delete(conn, ledger, &task.version),
        };
        written.map(End::Commit).map_err(refused("writing the journal", timeout))
    });
    restored.is_ok()
}
