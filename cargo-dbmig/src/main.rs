//! The `cargo-dbmig` binary: parse, run, exit.

use std::process::ExitCode;

/// Reading models and SQL makes many small things: this takes a third off `migrate` with thousands of tables.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cargo_dbmig::cli::main()
}
