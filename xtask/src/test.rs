//! `cargo xtask test`: every test, from a machine that has Rust and a C compiler and nothing else.

use std::path::Path;

use crate::servers::Servers;
use crate::shell::{self, Outcome, cargo};

/// The version of diesel's command line that the compatibility tests run; of the same release as the workspace's diesel.
const DIESEL_CLI: &str = "2.3.14";

/// SQLite is linked into it, the other two are the system's libraries.
const DIESEL_CLI_FEATURES: &str = "sqlite-bundled,postgres,mysql";

/// What `cargo xtask test` takes.
#[derive(clap::Args, Default)]
pub(crate) struct Arguments {
    /// Handed on to `cargo test`: names of tests, `-p CRATE`, `-- --nocapture`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let servers = Servers::start()?;
    install_diesel_cli()?;
    let mut command = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    // Named, so that a crate that is tested by itself has the features it has among the others.
    command.args(["--features", "dbmig/sqlite-bundled,dbmig/clap"]);
    shell::run(servers.known_to(command.args(&arguments.rest)))
}

/// Installs diesel's own command line into `target/tools`, once; a later run needs no network.
fn install_diesel_cli() -> Outcome {
    let root = shell::root().join("target/tools");
    if installed(&root) {
        return Ok(());
    }
    let version = format!("={DIESEL_CLI}");
    let mut command = cargo(&["install", "diesel_cli", "--version", &version, "--locked", "--debug", "--force"]);
    command.args(["--no-default-features", "--features", DIESEL_CLI_FEATURES]);
    // Its objects are of no use to the workspace's builds (other features), but they make an interrupted run resume.
    shell::run(command.arg("--root").arg(&root).arg("--target-dir").arg(root.join("build")))?;
    let _objects_may_stay = std::fs::remove_dir_all(root.join("build"));
    Ok(())
}

/// Whether Cargo's record of installed programs names this version with the three backends, and the program is there.
fn installed(root: &Path) -> bool {
    let program = root.join("bin").join(format!("diesel{}", std::env::consts::EXE_SUFFIX));
    let record = std::fs::read_to_string(root.join(".crates2.json")).unwrap_or_default();
    let Some((_, entry)) = record.split_once(&format!("\"diesel_cli {DIESEL_CLI} ")) else { return false };
    let has = |feature: &str| entry.contains(&format!("\"{feature}\""));
    program.is_file() && DIESEL_CLI_FEATURES.split(',').all(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diesel_cli_is_of_the_release_that_the_workspace_locks() {
        let lock = std::fs::read_to_string(shell::root().join("Cargo.lock")).unwrap();
        let (_, after) = lock.split_once("name = \"diesel\"\nversion = \"").unwrap();
        let locked = after.split('"').next().unwrap();
        let release = |version: &str| version.rsplit_once('.').unwrap().0.to_owned();
        assert_eq!(release(locked), release(DIESEL_CLI));
    }
}
