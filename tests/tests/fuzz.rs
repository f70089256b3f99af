//! A few seconds of `cargo xtask fuzz`, always the same ones; and inputs that it found once.

use std::thread;
use std::time::Duration;

use dbmig::Backend;
use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::diagnostic::render::{Style, render};
use dbmig_build::replay::Replay;
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use dbmig_tests::fuzz::{Effort, SEEDS, Target, Watch, check, search, shapes};

/// The dialects, and `cases/fuzz` with their seeds.
const BACKENDS: [Backend; 3] = [Backend::Sqlite, Backend::Postgres, Backend::Mysql];

#[test]
fn no_input_of_the_search_is_too_much() {
    let hang = std::env::temp_dir().join(format!("dbmig-hang-{}.sql", std::process::id()));
    let watch = Watch::new(Duration::from_secs(60), hang, None);
    for (backend, seeds) in SEEDS {
        for target in Target::ALL {
            let mut inputs = 0;
            if let Err(found) = search(target, (backend, seeds), 1, Effort::Inputs(600), &watch, &mut inputs) {
                panic!("{target} {backend}: {}\n{:?}", found.what, found.input);
            }
            assert_eq!(inputs, 600);
        }
    }
}

#[test]
fn no_shape_is_too_deep_or_too_long() {
    // The stack of a thread: less than a build script's.
    let run = || {
        for backend in BACKENDS {
            for (name, text) in shapes(backend, 1_000) {
                for target in Target::ALL {
                    check(target, backend, &text).unwrap_or_else(|what| panic!("{target} {backend}: {name}: {what}"));
                }
            }
        }
    };
    thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn the_seeds_are_sound() {
    for (backend, seeds) in SEEDS.into_iter().rev() {
        let script = split(&Source::new("seeds.sql", seeds), backend);
        let mut replay = Replay::new(backend);
        let replayed = replay.run(&script);
        let said: Vec<Diagnostic> = script.diagnostics.into_iter().chain(replayed.diagnostics).collect();
        assert!(said.is_empty(), "{backend}:\n{}", render(&said, Style::Plain));
        assert!(!replay.schema().tables.is_empty());
    }
}
