//! `cargo dbmig show`.

use clap::Args;
use dbmig_build::diagnostic::Level;
use dbmig_build::replay::Replay;
use serde_json::json;

use super::{describe, listing, selection};
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ui::Ui;

/// Show a revision: its place in the chain, the changes that it makes, its SQL
///
///     cargo dbmig show
///     cargo dbmig show create_users
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct ShowArgs {
    /// The revision
    #[arg(default_value = "head", allow_negative_numbers = true)]
    revision: String,
}

/// Does what `show` does.
///
/// # Errors
///
/// A chain at fault, a selector that names no revision or several.
pub fn run(args: &ShowArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let chain = context.chain()?;
    let applied = context.applied_if_known(&chain);
    let id = selection::resolve_one(&chain.graph, &args.revision, applied.as_ref())?;
    let mut replay = Replay::new(context.config.backend);
    let mut changes = Vec::new();
    let mut errors = Vec::new();
    for migration in chain.migrations.iter().take(id.index() + 1) {
        let replayed = replay.run(&migration.up);
        errors.extend(replayed.diagnostics.into_iter().filter(|one| one.level == Level::Error));
        changes = replayed.changes;
    }
    if !errors.is_empty() {
        return Err(Error::of_diagnostics(Kind::Chain, errors));
    }
    let migration = &chain.migrations[id.index()];
    let (up, down) = (migration.up.source.text(), migration.down.as_ref().map(|down| down.source.text()));
    if ui.json {
        let mut value = listing::revision_json(&chain.graph, id, applied.as_ref());
        value["changes"] = changes.iter().map(describe::change_json).collect();
        value["path"] = json!(migration.path);
        value["up"] = json!(up);
        value["down"] = json!(down);
        ui.answer_json(&value);
        return Ok(Answer::Yes);
    }
    ui.answer(listing::paragraph(&chain.graph, id, applied.as_ref(), &context.config.migrations));
    if !changes.is_empty() {
        ui.answer("");
    }
    changes.iter().for_each(|change| ui.answer(format!("  {}", describe::line(change))));
    ui.answer(format!("\n-- up.sql\n{}", up.trim_end()));
    if let Some(down) = down {
        ui.answer(format!("\n-- down.sql\n{}", down.trim_end()));
    }
    Ok(Answer::Yes)
}
