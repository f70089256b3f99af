//! `cargo xtask corpus DIR`: real projects against what dbmig makes of them. The comparing itself is
//! `tests/examples/corpus.rs`, which has the readers at hand.

use std::path::PathBuf;

use crate::shell::{self, Outcome, cargo};

/// What `cargo xtask corpus` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder with corpus.json and the checkouts
    folder: PathBuf,
    /// Handed on: `--server`, `--project NAME`, `--backend NAME`, `-v`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let folder = std::path::absolute(&arguments.folder).map_err(|error| error.to_string())?;
    let mut command = cargo(&["run", "--quiet", "--locked", "-p", "dbmig-tests", "--example", "corpus", "--"]);
    shell::run(command.arg(folder).args(&arguments.rest))
}
