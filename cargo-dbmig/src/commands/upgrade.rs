//! `cargo dbmig upgrade`.

use clap::Args;
use dbmig::Request;

use super::running;
use crate::cli::{Answer, Global};
use crate::error::Error;
use crate::ui::Ui;

/// Run the up halves of what the database doesn't have yet
///
/// One migrator at a time: another one is waited for. Running it again does nothing.
///
///     cargo dbmig upgrade                 # to the head
///     cargo dbmig upgrade +1              # one step
///     cargo dbmig upgrade create_users --dry-run
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct UpgradeArgs {
    /// Where to: a version or part of one, a slug or part of one, `heads`, `+N`
    ///
    /// Several bring up several branches; none of them may be below another.
    #[arg(value_name = "TARGET", default_value = "heads", allow_negative_numbers = true)]
    targets: Vec<String>,
    #[command(flatten)]
    run: running::RunArgs,
}

/// Does what `upgrade` does.
///
/// # Errors
///
/// A chain at fault, a target that doesn't exist, what the database says.
pub fn run(args: &UpgradeArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    running::run(Request::Upgrade { targets: &running::texts(&args.targets) }, &args.run, global, ui)
}
