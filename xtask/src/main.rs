//! Chores of the workspace: `cargo xtask test | lint | ci | tidy | bench | servers | corpus | fuzz`.

mod bench;
mod corpus;
mod fuzz;
mod lint;
mod servers;
mod shell;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chores of the dbmig workspace
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run every test, after installing what the tests need
    Test(test::Arguments),
    /// Check formatting, house rules, lints and documentation
    Lint,
    /// `lint`, then `test`: what must be green before a change lands
    Ci,
    /// Check the house rules
    Tidy,
    /// Time the commands and the build script on long chains, in release builds
    Bench,
    /// Start throwaway PostgreSQL and MariaDB servers, run a command that is told where they are, and stop them
    Servers(servers::Arguments),
    /// Compare what dbmig makes of real projects with what they have checked in
    Corpus(corpus::Arguments),
    /// Search the readers of SQL for inputs that make them panic, hang or lose something
    Fuzz(fuzz::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().chore {
        Chore::Test(arguments) => test::run(&arguments),
        Chore::Lint => lint::run(),
        Chore::Ci => lint::run().and_then(|()| test::run(&test::Arguments::default())),
        Chore::Tidy => tidy::run(),
        Chore::Bench => bench::run(),
        Chore::Servers(arguments) => servers::run(&arguments),
        Chore::Corpus(arguments) => corpus::run(&arguments),
        Chore::Fuzz(arguments) => fuzz::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
