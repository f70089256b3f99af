//! `cargo dbmig redo`.

use clap::Args;
use dbmig::Request;

use super::running;
use crate::cli::{Answer, Global};
use crate::error::Error;
use crate::ui::Ui;

/// Revert the last revision and apply it again
///
/// For a revision that is still being written: edit it, then redo it.
///
///     cargo dbmig redo
///     cargo dbmig redo -2
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct RedoArgs {
    /// Down to where: `-N`, or a revision, which stays applied
    #[arg(default_value = "-1", allow_negative_numbers = true)]
    target: String,
    #[command(flatten)]
    run: running::RunArgs,
}

/// Does what `redo` does.
///
/// # Errors
///
/// A chain at fault, a target that doesn't exist, a revision without a way back, what the database says.
pub fn run(args: &RedoArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    running::run(Request::Redo { target: &args.target }, &args.run, global, ui)
}
