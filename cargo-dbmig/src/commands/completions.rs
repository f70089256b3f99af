//! `cargo dbmig completions`.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::cli::Answer;
use crate::ui::Ui;

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
pub fn run(args: &CompletionsArgs, cargo: &Command, ui: &Ui) -> Answer {
    // The binary is called as `cargo-dbmig dbmig …` by cargo; a shell completes the binary's own name.
    let dbmig = cargo.find_subcommand("dbmig").unwrap_or(cargo);
    let mut dbmig = dbmig.clone().bin_name("cargo-dbmig");
    // Not to stdout itself: clap_complete panics where the reader goes away.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut dbmig, "cargo-dbmig", &mut script);
    ui.answer(String::from_utf8_lossy(&script).trim_end());
    Answer::Yes
}
