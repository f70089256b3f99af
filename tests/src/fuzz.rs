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
use std::path::Path;
use std::time::{Duration, Instant};

use dbmig::Backend;

pub use check::{Target, check};
pub use minimise::minimise;
pub use shapes::{growth, shapes};
pub use watch::Watch;

use mutate::Mutator;

use crate::corpus;

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

/// Seeds of so many bytes are large.
const LARGE: usize = 200_000;

/// How long to search.
#[derive(Clone, Copy, Debug)]
pub enum Effort {
    /// So many inputs for each target and dialect.
    Inputs(usize),
    /// So long for each target and dialect.
    Time(Duration),
}

/// Searches one target in one dialect for an input that it can't bear, beginning with the statements of `seeds`; `inputs`
/// counts those that were tried.
///
/// # Errors
///
/// The first one that was found.
pub fn search(
    target: Target,
    (backend, seeds): (Backend, &str),
    seed: u64,
    effort: Effort,
    watch: &Watch,
    inputs: &mut usize,
) -> Result<(), Finding> {
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
    // Of large seeds chance takes its part alone: there is no time for each of their characters.
    let systematic = if seeds.len() < LARGE { mutator.systematic() } else { Vec::new() };
    for input in systematic {
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

/// The SQL of real projects, as `cargo xtask corpus` lists them: the seeds of a dialect.
///
/// # Errors
///
/// A folder without such a list, a script that can't be read.
pub fn seeds_of(folder: &Path, backend: Backend) -> Result<String, String> {
    let mut seeds = String::new();
    for project in corpus::read(folder)?.iter().filter(|project| project.backend == backend) {
        for (_, migrations) in &project.migrations {
            let said = |error: std::io::Error| format!("{}: {error}", migrations.display());
            let mut scripts = Vec::new();
            for entry in std::fs::read_dir(migrations).map_err(said)? {
                let migration = entry.map_err(said)?.path();
                scripts.extend(["up.sql", "down.sql"].map(|name| migration.join(name)));
            }
            scripts.sort();
            for script in scripts.iter().filter(|script| script.is_file()) {
                let text = std::fs::read(script).map_err(|error| format!("{}: {error}", script.display()))?;
                seeds.push_str(&String::from_utf8_lossy(&text));
                seeds.push_str("\n;\n");
            }
        }
    }
    Ok(seeds)
}
