//! Foreign keys around a table rebuild: off before the transaction begins, checked before it is committed.
//!
//! Within a transaction the pragma is a silent no-op, and the rebuild's `DROP TABLE` then deletes child rows.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::driver::{Driver, Failure, FailureKind, Violation};
use crate::error::{Error, Kept};
use crate::lock::refused;
use crate::revision::Direction;

/// Runs something with foreign keys off if `needed`, and puts them back as they were.
pub(super) fn off<D: Driver, T>(
    conn: &mut D,
    session: &D::Session,
    needed: bool,
    lock_timeout: Duration,
    work: impl FnOnce(&mut D) -> Result<T, Error>,
) -> Result<T, Error> {
    let doing = "switching foreign keys off";
    if !needed || !conn.enforces_foreign_keys().map_err(refused(doing, lock_timeout))? {
        return work(conn);
    }
    conn.disable_foreign_keys().map_err(refused(doing, lock_timeout))?;
    let outcome = work(conn);
    let settled = conn.settle(session).map_err(refused("switching foreign keys on again", lock_timeout));
    outcome.and_then(|value| settled.map(|()| value))
}

/// What refers to nothing before a rebuild; `None` where nothing is to be compared.
///
/// A schema in which the check itself fails (a reference to columns that aren't unique) can't be compared either.
pub(super) fn before<D: Driver>(conn: &mut D, off: bool) -> Option<Vec<Violation>> {
    if off { conn.violations().ok() } else { None }
}

/// Refuses what refers to nothing now and didn't before.
///
/// Compared by number for each pair of tables, since a rebuild may give rows new ids.
pub(super) fn after<D: Driver>(
    conn: &mut D,
    before: Option<Vec<Violation>>,
    name: &str,
    direction: Direction,
    kept: Kept,
) -> Result<(), Error> {
    let Some(before) = before else { return Ok(()) };
    let now = conn.violations().map_err(|failure| Error::Database {
        doing: format!("checking the foreign keys after {name}"),
        message: failure.message,
    })?;
    let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for violation in &before {
        *known.entry((&violation.table, &violation.parent)).or_default() += 1;
    }
    let mut found: BTreeMap<(&str, &str), Vec<&Violation>> = BTreeMap::new();
    for violation in &now {
        found.entry((&violation.table, &violation.parent)).or_default().push(violation);
    }
    let violations: Vec<String> = found
        .into_iter()
        .filter(|(pair, rows)| rows.len() > known.get(pair).copied().unwrap_or(0))
        .flat_map(|(_, rows)| rows)
        .filter(|violation| !before.contains(violation))
        .map(describe)
        .collect();
    if violations.is_empty() {
        return Ok(());
    }
    Err(Error::ForeignKeys { name: name.to_owned(), direction, violations, kept })
}

/// What kept a transaction from being committed: references that are checked only then, most often.
pub(super) fn uncommitted<D: Driver>(
    conn: &mut D,
    failure: Failure,
    name: &str,
    direction: Direction,
    kept: Kept,
    lock_timeout: Duration,
) -> Error {
    let found = if failure.kind == FailureKind::Other { conn.violations().unwrap_or_default() } else { Vec::new() };
    if found.is_empty() {
        return refused(&format!("committing {name}"), lock_timeout)(failure);
    }
    let violations = found.iter().map(describe).collect();
    Error::ForeignKeys { name: name.to_owned(), direction, violations, kept }
}

fn describe(violation: &Violation) -> String {
    let row = violation.row.as_deref().map_or("a row".to_owned(), |row| format!("row {row}"));
    format!("{row} of {} refers to a row of {} that doesn't exist", violation.table, violation.parent)
}
