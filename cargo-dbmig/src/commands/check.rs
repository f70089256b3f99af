//! `cargo dbmig check`.

use std::collections::BTreeSet;

use clap::Args;
use dbmig_build::diagnostic::Level;
use dbmig_build::target::target;
use dbmig_build::{compile, diff, models};
use serde_json::json;

use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ui::{Ui, diagnostic_json};

/// Check the chain as the build does, and whether the models are ahead of it
///
/// Exit code 0: all is well; 1: something is not. Needs no database and no compiled crate, so that it serves as a
/// pre-commit hook.
///
///     cargo dbmig check
///     cargo dbmig check --json
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct CheckArgs {}
