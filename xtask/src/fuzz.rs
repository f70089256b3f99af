//! `cargo xtask fuzz`: a search for SQL that the readers can't bear. The fuzzer itself is `tests/src/fuzz.rs`; a search
//! of a few seconds is among the tests.

use crate::shell::{self, Outcome, cargo};

/// What `cargo xtask fuzz` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Handed on: `--seconds N`, `--seed N`, `--backend NAME`, `--target split | parse | replay`, `--growth`, `--corpus DIR`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut command = cargo(&["run", "--quiet", "--locked", "-p", "dbmig-tests", "--example", "fuzz", "--"]);
    shell::run(command.args(&arguments.rest))
}
