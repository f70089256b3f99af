//! The same work on many folders, several at once: most of the time goes into waiting for files.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// So many folders a thread takes at once; fewer aren't worth a further thread.
const BLOCK: usize = 100;

/// Does the same with each block of some entries, on as many threads as there are processors: each takes the next block
/// when it is done with one, so that a processor that is busy elsewhere holds up little. The results are handed on in the
/// entries' order, meanwhile and on the caller's thread: what is needed no longer gives its memory to what comes.
pub(super) fn each<E: Sync, T: Send>(entries: &[E], work: impl Fn(&[E]) -> T + Sync, mut take: impl FnMut(T)) {
    let blocks: Vec<&[E]> = entries.chunks(BLOCK).collect();
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(blocks.len());
    if threads < 2 {
        return blocks.iter().for_each(|block| take(work(block)));
    }
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::sync_channel(2 * threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, blocks, next, work) = (sender.clone(), &blocks, &next, &work);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(block) = blocks.get(at) else { return };
                    // Nobody takes it where the caller has panicked.
                    if sender.send((at, work(block))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (at, result) in receiver {
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&due) {
                take(result);
                due += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(entries: &[usize]) -> Vec<usize> {
        let mut all = Vec::new();
        each(entries, <[usize]>::to_vec, |block| all.extend(block));
        all
    }

    #[test]
    fn results_are_in_order() {
        let entries: Vec<usize> = (0..10 * BLOCK + 1).collect();
        assert_eq!(all(&entries), entries);
        assert_eq!(all(&entries[..3]), entries[..3]);
        assert!(all(&[]).is_empty());
    }
}
