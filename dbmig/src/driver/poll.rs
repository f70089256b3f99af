//! Asking for a lock again and again, since a statement that waits for one blocks what its holder waits for:
//! `CREATE INDEX CONCURRENTLY` waits for every other statement to end.

use std::time::{Duration, Instant};

use super::{Failure, FailureKind};

/// Asks until it is given, at growing intervals; `holder` says who has the lock when the time is over.
pub(super) fn poll<C>(
    conn: &mut C,
    limit: Duration,
    mut ask: impl FnMut(&mut C) -> Result<bool, Failure>,
    holder: impl FnOnce(&mut C) -> Option<String>,
) -> Result<(), Failure> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        if ask(conn)? {
            return Ok(());
        }
        let left = limit.saturating_sub(start.elapsed());
        if left.is_zero() {
            let holder = holder(conn);
            return Err(Failure { holder, ..Failure::new(FailureKind::Locked, "the migration lock is held") });
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}
