//! `cargo dbmig schema`.

use clap::Args;
use dbmig::revision::order::{Edges, ancestors};
use dbmig_build::emit::diesel::{SchemaOptions, schema_module_with_places};
use serde_json::json;

use super::selection;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::Error;
use crate::ui::{Ui, with_errors};

/// Print the `table!` modules of a revision, as Diesel's print-schema would
///
/// Worked out from the chain; needs no database. A statement that can't be replayed is
/// told (exit code 2), and the schema is what the others make.
///
///     cargo dbmig schema
///     cargo dbmig schema create_users
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct SchemaArgs {
    /// The revision
    #[arg(default_value = "heads", allow_negative_numbers = true)]
    revision: String,
}

/// Does what `schema` does.
///
/// # Errors
///
/// A chain at fault, a selector that names no revision. What is known of the schema is printed before it is told what
/// can't be replayed.
pub fn run(args: &SchemaArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let chain = context.outlines()?;
    let applied = context.applied_if_known(&chain.graph);
    let target = selection::resolve(&chain.graph, &args.revision, applied.as_ref())?;
    let revisions = ancestors(&chain.graph, target.revisions, Edges::All);
    let (replay, errors) = context.replay_known_at(&chain, revisions.iter(&chain.graph))?;
    let options = SchemaOptions::of_config(&context.config);
    let module = schema_module_with_places(replay.schema(), &options, |table| replay.place_of_table(table));
    let text = module.text;
    ui.warnings(&module.diagnostics);
    if ui.json {
        ui.answer_json(&with_errors(json!({"schema": text}), &errors));
    } else if text.trim().is_empty() && errors.is_empty() {
        ui.status("Empty", "there are no tables yet");
    } else if !text.trim().is_empty() {
        ui.answer(text.trim_end());
    }
    context.unless_incomplete(errors)
}
