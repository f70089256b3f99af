//! `cargo dbmig stamp`.

use clap::Args;
use dbmig::Request;

use super::running;
use crate::cli::{Answer, Global};
use crate::error::Error;
use crate::ui::Ui;

/// Say what the database has, without running any SQL
///
/// For a database that was brought to a revision by other means.
///
///     cargo dbmig stamp                   # the head
///     cargo dbmig stamp create_users
///     cargo dbmig stamp --purge head      # forget whatever else it says
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct StampArgs {
    /// What it has
    #[arg(default_value = "head", allow_negative_numbers = true)]
    targets: Vec<String>,
    /// Forget everything that the version table says first, unknown versions too
    #[arg(long)]
    purge: bool,
    #[command(flatten)]
    run: running::RunArgs,
}

/// Does what `stamp` does.
///
/// # Errors
///
/// A chain at fault, a target that doesn't exist, what the database says.
pub fn run(args: &StampArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let targets = running::texts(&args.targets);
    running::run(Request::Stamp { targets: &targets, purge: args.purge }, &args.run, global, ui)
}
