//! One migrator at a time: every use of a connection goes through [`session`], every write through [`locked`].
//!
//! What is begun here is ended here, on every path, also where the caller's observer panics: a lock that leaks would
//! stop every later start of the program.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use crate::bundle::Bundle;
use crate::driver::{Driver, Failure, FailureKind, Place};
use crate::error::Error;

/// Says what dbmig was doing when a database refused something.
pub(crate) fn refused(doing: &str, lock_timeout: Duration) -> impl Fn(Failure) -> Error + '_ {
    move |failure| match failure.kind {
        FailureKind::Locked => Error::Locked { waited: lock_timeout, holder: failure.holder },
        FailureKind::ReadOnly => Error::ReadOnly,
        FailureKind::NotADatabase => Error::NotADatabase,
        FailureKind::Other => Error::Database { doing: doing.to_owned(), message: failure.message },
    }
}

/// Runs something with the connection's settings noted, and puts them back.
pub(crate) fn session<D: Driver, T>(
    conn: &mut D,
    bundle: &Bundle<'_>,
    lock_timeout: Duration,
    work: impl FnOnce(&mut D, &D::Session) -> Result<T, Error>,
) -> Result<T, Error> {
    if bundle.backend != D::BACKEND {
        return Err(Error::WrongBackend { bundle: bundle.backend, connection: D::BACKEND });
    }
    let refused = refused("reading the connection's settings", lock_timeout);
    let ledger = Place { schema: bundle.version_table_schema, table: bundle.version_table };
    let session = conn.enter(ledger, lock_timeout).map_err(&refused)?;
    let outcome = catch_unwind(AssertUnwindSafe(|| work(conn, &session)));
    let left = conn.leave(&session).map_err(&refused);
    match outcome {
        Ok(Ok(value)) => left.map(|()| value),
        Ok(Err(error)) => Err(error),
        Err(panic) => resume_unwind(panic),
    }
}

/// Runs something in a transaction that holds the lock. It is committed if the work says so, else rolled back.
pub(crate) fn locked<D: Driver, T>(
    conn: &mut D,
    session: &D::Session,
    lock_timeout: Duration,
    work: impl FnOnce(&mut D) -> Result<End<T>, Error>,
) -> Result<T, Error> {
    let uncommitted = |_: &mut D, failure| refused("committing the transaction", lock_timeout)(failure);
    committed(conn, session, lock_timeout, work, uncommitted)
}

/// As [`locked`]; `uncommitted` says what kept the work from being committed, while the transaction is still open.
pub(crate) fn committed<D: Driver, T>(
    conn: &mut D,
    session: &D::Session,
    lock_timeout: Duration,
    work: impl FnOnce(&mut D) -> Result<End<T>, Error>,
    uncommitted: impl FnOnce(&mut D, Failure) -> Error,
) -> Result<T, Error> {
    conn.begin(session).map_err(refused("beginning a transaction", lock_timeout))?;
    match catch_unwind(AssertUnwindSafe(|| work(conn))) {
        Ok(Ok(End::Commit(value))) => match conn.commit(session) {
            Ok(()) => Ok(value),
            Err(failure) => {
                let error = uncommitted(conn, failure);
                conn.rollback(session);
                Err(error)
            }
        },
        Ok(Ok(End::Rollback(value))) => {
            conn.rollback(session);
            Ok(value)
        }
        Ok(Err(error)) => {
            conn.rollback(session);
            Err(error)
        }
        Err(panic) => {
            conn.rollback(session);
            resume_unwind(panic)
        }
    }
}

/// How a transaction ends whose work didn't fail.
pub(crate) enum End<T> {
    /// What was done is kept.
    Commit(T),
    /// Nothing is kept.
    Rollback(T),
}
