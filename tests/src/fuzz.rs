//! A mutation fuzzer for what reads SQL: no input may make it panic, hang or lose a byte.
//!
//! The seeds are `cases/fuzz/*.sql`. Inputs that make the readers say or do something new join them, which guides the
//! search a little without an instrumented build. Everything but the clock follows from the seed number.

mod check;
mod minimise;
mod mutate;
mod random;
mod shapes;
mod watch;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use dbmig::Backend;

pub use check::{Target, check};
pub use minimise::minimise;
pub use shapes::{growth, shapes};
pub use watch::Watch;

use mutate::Mutator;

/// The dialects, each with its seeds.
pub const SEEDS: [(Backend, &str); 3] = [
    (Backend::Sqlite, include_str!("../cases/fuzz/sqlite.sql")),
    (Backend::Postgres, include_str!("../cases/fuzz/postgres.sql")),
    (Backend::Mysql, include_str!("../cases/fuzz/mysql.sql")),
];

/// An input that something is wrong with.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was run on it.
    pub target: Target,
    /// The dialect that it was read in.
    pub backend: Backend,
    /// The text.
    pub input: String,
    /// The panic, or what doesn't hold.
    pub what: String,
}

/// How long to search.
#[derive(Clone, Copy, Debug)]
pub enum Effort {
    /// So many inputs for each target and dialect.
    Inputs(usize),
    /// So long for each target and dialect.
    Time(Duration),
}

/// Searches one target in one dialect for an input that it can't bear; `inputs` counts those that were tried.
///
/// # Errors
///
/// The first one that was found.
pub fn search(
    target: Target,
    backend: Backend,
    seed: u64,
    effort: Effort,
    watch: &Watch,
    inputs: &mut usize,
) -> Result<(), Finding> {
    let seeds = SEEDS.iter().find(|(of, _)| *of == backend).map_or("", |(_, text)| text);
    let mut mutator = Mutator::new(seeds, backend, seed);
    let mut known: HashSet<u64> = HashSet::new();
    let start = Instant::now();
    let mut tried = 0;
    let mut run = |input: String, mutator: &mut Mutator| {
        let outcome = watch.during(&input, target, backend, || check(target, backend, &input));
        match outcome {
            Ok(features) => {
                let before = known.len();
                known.extend(features);
                // An input that shows something new is worth changing further; long ones only slow the search down.
                if known.len() > before && input.len() < 4_000 {
                    mutator.learn(input);
                }
                Ok(())
            }
            Err(what) => Err(Finding { target, backend, input, what }),
        }
    };
    for input in mutator.systematic() {
        if matches!(effort, Effort::Inputs(limit) if tried >= limit / 2) {
            break;
        }
        tried += 1;
        *inputs += 1;
        run(input, &mut mutator)?;
    }
    loop {
        match effort {
            Effort::Inputs(limit) if tried >= limit => return Ok(()),
            Effort::Time(limit) if start.elapsed() >= limit => return Ok(()),
            _ => {}
        }
        tried += 1;
        *inputs += 1;
        let input = mutator.next();
        run(input, &mut mutator)?;
    }
}
