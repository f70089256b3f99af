//! `cargo xtask bench`: how the time grows with the chain. The measuring itself is `tests/examples/bench.rs`, which has
//! the chains at hand.

use crate::shell::{self, Outcome, cargo};

pub(crate) fn run() -> Outcome {
    shell::run(&mut cargo(&["run", "--release", "--quiet", "--locked", "-p", "dbmig-tests", "--example", "bench"]))
}
