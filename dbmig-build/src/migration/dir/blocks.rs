//! The same work on many folders, several at once: most of the time goes into waiting for files.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// So many folders a thread takes at once; fewer aren't worth a further thread.
const BLOCK: usize = 100;

/// Does the same with each block of some entries, on as many threads as there are processors: each takes the next block
/// when it is done with one, so that a processor that is busy elsewhere holds up little. The results are in the entries'
/// order.
pub(super) fn each<E: Sync, T: Send>(entries: &[E], work: impl Fn(&[E]) -> T + Sync) -> Vec<T> {
    let blocks: Vec<&[E]> = entries.chunks(BLOCK).collect();
    let next = AtomicUsize::new(0);
    let work_on = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(block) = blocks.get(at) else { return done };
            done.push((at, work(block)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(blocks.len());
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work_on)).collect();
        let mut done = work_on();
        done.extend(others.into_iter().flat_map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic))));
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order() {
        let entries: Vec<usize> = (0..10 * BLOCK + 1).collect();
        assert_eq!(each(&entries, <[usize]>::to_vec).concat(), entries);
        assert!(each(&[] as &[usize], <[usize]>::to_vec).is_empty());
    }
}
