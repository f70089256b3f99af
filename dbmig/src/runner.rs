//! Takes a database to where a request wants it. Which steps that needs is decided by [`crate::revision::plan`].

mod entry;
mod foreign_keys;
mod goal;
mod remember;
mod script;
mod stepwise;
mod task;
mod way_back;

use std::fmt;
use std::time::Duration;

use crate::bundle::Bundle;
use crate::driver::Driver;
use crate::error::{Error, Kept};
use crate::ledger::Ledger;
use crate::lock::{End, committed, refused};
use crate::revision::Direction;
use crate::situation;
use goal::{Goal, goal, reading};
use task::{Outcome, Task, execute};

/// What to do with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request<'r> {
    /// Apply targets and all that they need.
    Upgrade {
        /// Selectors: `heads`, `+1`, versions; none of them below another.
        targets: &'r [&'r str],
    },
    /// Revert everything that is applied above targets, which stay.
    Downgrade {
        /// Selectors: `-1`, `base`, versions; none of them below another.
        targets: &'r [&'r str],
    },
    /// Revert some revisions, with whatever stands on them; those that aren't applied are passed over.
    Revert {
        /// Selectors of single revisions, those that only the database's journal knows among them.
        revisions: &'r [&'r str],
    },
    /// Revert everything that is applied above a target and apply it again.
    Redo {
        /// A selector, usually `-1`.
        target: &'r str,
    },
    /// Make the ledger say that the database is at some targets, without running anything.
    Stamp {
        /// Selectors: `head`, `base`, versions.
        targets: &'r [&'r str],
        /// Whether to forget everything that the ledger says, unknown versions too, before.
        purge: bool,
    },
}

/// How a request is carried out.
pub struct Options<'o> {
    /// How long to wait for another process that holds the lock. One minute if not said otherwise.
    pub lock_timeout: Duration,
    /// What a transaction holds.
    pub transaction: TransactionMode,
    /// Hears of each step as it begins and ends.
    pub observer: Option<Observer<'o>>,
}

/// Hears of each step of a run.
pub type Observer<'o> = Box<dyn FnMut(&Event<'_>) + 'o>;

/// What a transaction holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TransactionMode {
    /// The whole run where nothing is applied yet and every revision allows it, otherwise one revision.
    #[default]
    Auto,
    /// One revision.
    Each,
    /// The whole run.
    All,
}

/// Something that happens during a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A step begins.
    Started {
        /// The folder's name.
        name: &'e str,
        /// What is done with it.
        direction: Direction,
    },
    /// A step is done and committed.
    Finished {
        /// The folder's name.
        name: &'e str,
        /// What was done with it.
        direction: Direction,
    },
    /// Another process has done a step meanwhile.
    Skipped {
        /// The folder's name.
        name: &'e str,
    },
    /// A revision that stopped midway goes on.
    Resumed {
        /// The folder's name.
        name: &'e str,
        /// How many of its statements are done already.
        done: usize,
        /// Of how many.
        total: usize,
    },
    /// A revision is reverted with the SQL that the database remembers.
    FromJournal {
        /// The folder's name.
        name: &'e str,
        /// Whether the checkout has the revision, with another `up.sql` than the one that was applied.
        edited: bool,
    },
    /// A revision is applied below one that is applied already.
    OutOfOrder {
        /// The folder's name.
        name: &'e str,
        /// The folder's name of the one above.
        above: &'e str,
    },
}

/// What was done, or would be done.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// The steps in order.
    pub steps: Vec<ReportStep>,
    /// The versions of the current heads after them, in the graph's order.
    pub final_heads: Vec<String>,
}

/// One step of a [`Report`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportStep {
    /// The version.
    pub version: String,
    /// The folder's name.
    pub name: String,
    /// What is done with it.
    pub direction: Direction,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { lock_timeout: Duration::from_secs(60), transaction: TransactionMode::Auto, observer: None }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let observer = self.observer.as_ref().map(|_| "…");
        f.debug_struct("Options")
            .field("lock_timeout", &self.lock_timeout)
            .field("transaction", &self.transaction)
            .field("observer", &observer)
            .finish()
    }
}

impl<'o> Options<'o> {
    /// The options with something that hears of each step.
    pub fn observed(observer: impl FnMut(&Event<'_>) + 'o) -> Options<'o> {
        Options { observer: Some(Box::new(observer)), ..Options::default() }
    }

    fn tell(&mut self, event: &Event<'_>) {
        if let Some(observer) = &mut self.observer {
            observer(event);
        }
    }
}

fn drive<D: Driver>(
    bundle: &Bundle<'_>,
    conn: &mut D,
    session: &D::Session,
    request: Request<'_>,
    options: &mut Options<'_>,
) -> Result<Report, Error> {
    let ledger = Ledger::of::<D>(bundle, session);
    loop {
        // Read without the lock: where nothing is to be done, nothing is locked and no right to write is needed.
        let goal = match read_goal(bundle, conn, &ledger, request, options.lock_timeout) {
            Err(Error::BelowPartial { .. } | Error::HalfReverted { .. }) if !conn.in_transaction() => {
                when_nobody_runs(conn, session, options, |conn, timeout| {
                    read_goal(bundle, conn, &ledger, request, timeout)
                })?
            }
            outcome => outcome?,
        };
        if goal.is_done() {
            return Ok(goal.report());
        }
        let refused = refused("reading the connection's settings", options.lock_timeout);
        let nested = conn.in_transaction();
        let enforced = conn.enforces_foreign_keys().map_err(&refused)?;
        goal.check_transactions(nested, enforced)?;
        if goal.fits_one_transaction(options.transaction, enforced)? {
            match whole(bundle, conn, session, request, &goal, options)? {
                Some(report) => return Ok(report),
                // Another process was faster; see what is left.
                None => continue,
            }
        }
        return each(bundle, conn, session, &goal, options);
    }
}

/// Looks again with the lock held: what seems to have stopped midway may be running.
fn when_nobody_runs<D: Driver, T>(
    conn: &mut D,
    session: &D::Session,
    options: &Options<'_>,
    look: impl FnOnce(&mut D, Duration) -> Result<T, Error>,
) -> Result<T, Error> {
    let timeout = options.lock_timeout;
    let hold = conn.hold(session).map_err(refused("taking the lock", timeout))?;
    let found = look(conn, timeout);
    conn.release(session, hold);
    found
}

fn read_goal<'b, D: Driver>(
    bundle: &Bundle<'b>,
    conn: &mut D,
    ledger: &Ledger<'_>,
    request: Request<'_>,
    lock_timeout: Duration,
) -> Result<Goal<'b>, Error> {
    let refused = refused("reading the version table", lock_timeout);
    goal(&situation::read(conn, bundle, ledger, reading(request), refused)?, request)
}

/// Everything in one transaction; `None` if the database changed before the lock was had.
fn whole<D: Driver>(
    bundle: &Bundle<'_>,
    conn: &mut D,
    session: &D::Session,
    request: Request<'_>,
    goal: &Goal<'_>,
    options: &mut Options<'_>,
) -> Result<Option<Report>, Error> {
    let timeout = options.lock_timeout;
    let ledger = Ledger::of::<D>(bundle, session);
    let off = goal.tasks.iter().any(Task::foreign_keys_off);
    let last = goal.tasks.last().map(|task| task.direction);
    let name = match goal.tasks.as_slice() {
        [first, .., last] => format!("{} to {}", first.name, last.name),
        [only] => only.name.clone(),
        [] => "the version table".to_owned(),
    };
    let uncommitted = |conn: &mut D, failure| {
        let direction = last.unwrap_or(Direction::Up);
        foreign_keys::uncommitted(conn, failure, &name, direction, Kept::NothingOfTheRun, timeout)
    };
    let done = foreign_keys::off(conn, session, off, timeout, |conn| {
        let work = |conn: &mut D| {
            if read_goal(bundle, conn, &ledger, request, timeout)?.report() != goal.report() {
                return Ok(End::Rollback(false));
            }
            let before = foreign_keys::before(conn, off);
            goal.announce(options);
            task::create_tables(conn, &ledger, timeout)?;
            if let Request::Stamp { purge, .. } = request {
                task::clear(conn, &ledger, goal, purge, timeout)?;
            }
            for task in &goal.tasks {
                options.tell(&Event::Started { name: &task.name, direction: task.direction });
                execute(conn, session, &ledger, task, options).map_err(|error| kept(error, Kept::NothingOfTheRun))?;
            }
            if let Some(direction) = last {
                foreign_keys::after(conn, before, &name, direction, Kept::NothingOfTheRun)?;
            }
            Ok(End::Commit(true))
        };
        committed(conn, session, timeout, work, uncommitted)
    })?;
    if !done {
        return Ok(None);
    }
    for task in &goal.tasks {
        options.tell(&Event::Finished { name: &task.name, direction: task.direction });
    }
    Ok(Some(goal.report()))
}

/// Each step in its own transaction, or statement by statement.
fn each<D: Driver>(
    bundle: &Bundle<'_>,
    conn: &mut D,
    session: &D::Session,
    goal: &Goal<'_>,
    options: &mut Options<'_>,
) -> Result<Report, Error> {
    let ledger = Ledger::of::<D>(bundle, session);
    let mut report = Report { steps: Vec::new(), final_heads: goal.final_heads.clone() };
    goal.announce(options);
    for task in &goal.tasks {
        let outcome = if task.run_in_transaction {
            alone(conn, session, &ledger, task, options)
        } else {
            stepwise::run(conn, session, &ledger, task, options)
        };
        let settled =
            conn.settle(session).map_err(refused("restoring the connection's settings", options.lock_timeout));
        match outcome.map_err(|error| applied_before(error, &report))? {
            Outcome::Done => {
                options.tell(&Event::Finished { name: &task.name, direction: task.direction });
                report.steps.push(task.report());
            }
            Outcome::DoneByAnother => options.tell(&Event::Skipped { name: &task.name }),
        }
        settled?;
    }
    Ok(report)
}

/// One step in a transaction of its own.
fn alone<D: Driver>(
    conn: &mut D,
    session: &D::Session,
    ledger: &Ledger<'_>,
    task: &Task<'_>,
    options: &mut Options<'_>,
) -> Result<Outcome, Error> {
    let timeout = options.lock_timeout;
    let off = task.foreign_keys_off();
    foreign_keys::off(conn, session, off, timeout, |conn| {
        let uncommitted = |conn: &mut D, failure| {
            foreign_keys::uncommitted(conn, failure, &task.name, task.direction, Kept::Nothing, timeout)
        };
        let work = |conn: &mut D| {
            task::create_tables(conn, ledger, timeout)?;
            if task::turn(conn, ledger, task, timeout)? == Outcome::DoneByAnother {
                return Ok(End::Rollback(Outcome::DoneByAnother));
            }
            let before = foreign_keys::before(conn, off);
            options.tell(&Event::Started { name: &task.name, direction: task.direction });
            execute(conn, session, ledger, task, options)?;
            foreign_keys::after(conn, before, &task.name, task.direction, Kept::Nothing)?;
            Ok(End::Commit(Outcome::Done))
        };
        committed(conn, session, timeout, work, uncommitted)
    })
}

fn kept(error: Error, kept: Kept) -> Error {
    match error {
        Error::Failed(mut failed) => {
            failed.kept = kept;
            Error::Failed(failed)
        }
        Error::CheckFailed(mut failed) => {
            failed.kept = kept;
            Error::CheckFailed(failed)
        }
        other => other,
    }
}

fn applied_before(error: Error, report: &Report) -> Error {
    let applied = report.steps.iter().map(|step| step.name.clone()).collect();
    match error {
        Error::Failed(mut failed) => {
            failed.applied = applied;
            Error::Failed(failed)
        }
        Error::CheckFailed(mut failed) => {
            failed.applied = applied;
            Error::CheckFailed(failed)
        }
        other => other,
    }
}
