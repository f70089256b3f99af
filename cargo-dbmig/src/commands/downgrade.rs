//! `cargo dbmig downgrade`.

use clap::Args;
use dbmig::Request;

use super::running;
use crate::cli::{Answer, Global};
use crate::error::Error;
use crate::ui::Ui;

/// Run the down halves of what the database has above a revision
///
/// A revision that this checkout doesn't have is reverted with the down SQL that the
/// database keeps in its journal.
///
///     cargo dbmig downgrade               # one step
///     cargo dbmig downgrade -2
///     cargo dbmig downgrade create_users  # that revision stays applied
///     cargo dbmig downgrade base          # everything
///     cargo dbmig downgrade billing@-1    # one step from where that branch is
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct DowngradeArgs {
    /// Where to: a version or part of one, a slug or part of one, `base`, `-N`
    ///
    /// Several bring down several branches; none of them may be below another.
    #[arg(value_name = "TARGET", default_value = "-1", allow_negative_numbers = true)]
    targets: Vec<String>,
    #[command(flatten)]
    run: running::RunArgs,
}

/// Does what `downgrade` does.
///
/// # Errors
///
/// A chain at fault, a target that doesn't exist, a revision without a way back, what the database says.
pub fn run(args: &DowngradeArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    running::run(Request::Downgrade { targets: &running::texts(&args.targets) }, &args.run, global, ui)
}
