//! `cargo dbmig completions`.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::cli::Answer;

/// Print a completion script for a shell
///
///     cargo dbmig completions bash > ~/.local/share/bash-completion/completions/cargo-dbmig
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Does what `completions` does.
pub fn run(args: &CompletionsArgs, cargo: &Command) -> Answer {
    // The binary is called as `cargo-dbmig dbmig …` by cargo; a shell completes the binary's own name.
    let dbmig = cargo.find_subcommand("dbmig").unwrap_or(cargo);
    let mut dbmig = dbmig.clone().bin_name("cargo-dbmig");
    clap_complete::generate(args.shell, &mut dbmig, "cargo-dbmig", &mut std::io::stdout());
    Answer::Yes
}
