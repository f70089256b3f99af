//! A revision that runs without a transaction: statement by statement, each one journalled when it is done, so that
//! the next run goes on at the one that failed.

use super::task::{Outcome, Task, conclude, create_tables, resume, turn};
use super::{Event, Options, foreign_keys};
use crate::bundle::Statement;
use crate::driver::Driver;
use crate::error::{Error, Kept};
use crate::journal::{self, Done};
use crate::ledger::Ledger;
use crate::lock::{End, locked, refused};

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
    let outcome = foreign_keys::off(conn, session, task.foreign_keys_off(), timeout, |conn| {
        statements(conn, session, ledger, task, options)
    });
    conn.release(hold);
    outcome
}

fn statements<D: Driver>(
    conn: &mut D,
    session: &D::Session,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    options: &mut Options<'_>,
) -> Result<Outcome, Error> {
    let timeout = options.lock_timeout;
    let statements = task.statements();
    let Some(mut done) = claim(conn, session, ledger, task, &statements, options)? else {
        return Ok(Outcome::DoneByAnother);
    };
    let before = foreign_keys::before(conn, task.foreign_keys_off());
    let total = statements.len();
    for statement in statements.iter().skip(done) {
        if let Err(failure) = conn.execute(statement.sql) {
            // The script may have begun a transaction of its own; what that held is gone, and so is its journal.
            conn.rollback(session);
            let done = journal::find(conn, ledger, &task.version).ok().flatten().map_or(done, |entry| entry.done);
            return Err(task.failed(statement, failure, Kept::Statements { done, total, resumes: true }, timeout));
        }
        done += 1;
        let so_far = statements.get(..done).unwrap_or(&statements);
        journal::note(conn, ledger, &task.version, so_far).map_err(refused("writing the journal", timeout))?;
    }
    foreign_keys::after(conn, before, &task.name, task.direction)?;
    locked(conn, session, timeout, |conn| {
        conclude(conn, ledger, task, &statements, timeout)?;
        Ok(End::Commit(Outcome::Done))
    })
}

/// Notes that the task runs; how many statements are done already, or `None` if all are.
fn claim<D: Driver>(
    conn: &mut D,
    session: &D::Session,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    statements: &[Statement<'_>],
    options: &mut Options<'_>,
) -> Result<Option<usize>, Error> {
    let timeout = options.lock_timeout;
    locked(conn, session, timeout, |conn| {
        create_tables(conn, ledger, timeout)?;
        if turn(conn, ledger, task, timeout)? == Outcome::DoneByAnother {
            return Ok(End::Rollback(None));
        }
        options.tell(&Event::Started { name: &task.name, direction: task.direction });
        let done = resume(conn, ledger, task, statements, options)?;
        if let Some(entry) = task.entry(statements, done) {
            journal::write(conn, ledger, &entry, Done::No).map_err(refused("writing the journal", timeout))?;
        }
        Ok(End::Commit(Some(done)))
    })
}
