//! The `cargo-dbmig` binary: parse, run, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_dbmig::cli::main()
}
