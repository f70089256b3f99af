//! `cargo dbmig current`.

use clap::Args;
use dbmig::Status;
use dbmig::revision::Direction;
use dbmig::revision::order::{Edges, tips};
use dbmig::status::PartialRevision;
use serde_json::json;

use super::listing::Listing;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::Error;
use crate::ui::Ui;

/// Say where the database is: the heads of what is applied
///
/// Only reads; a database that isn't there is not made.
///
///     cargo dbmig current
///     cargo dbmig current --json
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct CurrentArgs {
    /// Print parents, labels and path as well
    #[arg(short, long)]
    verbose: bool,
    /// Exit with 1 unless the database is at the heads: nothing pending, nothing that this checkout lacks
    #[arg(short, long)]
    check_heads: bool,
}

/// Does what `current` does.
///
/// # Errors
///
/// A chain at fault, what the database says.
pub fn run(args: &CurrentArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    // What the database has doesn't hang on whether each script can be read: `check` tells that.
    let (chain, _) = context.chain_and_faults()?;
    let found = context.status(&chain)?;
    let is_there = found.is_some();
    let status = found.unwrap_or_default();
    let applied = context.applied_of(&chain, &status);
    let graph = &chain.graph;
    let current = tips(graph, &applied, Edges::Parents);
    let listing = Listing::new(graph, Some(&applied));
    if ui.json {
        let mut value = json!(listing.json(&current));
        let unknown = status.unknown.iter().map(|one| json!({"version": one.version, "name": one.name}));
        value["unknown"] = unknown.collect();
        value["edited"] = edited(&status).collect();
        value["partial"] = status.partial.iter().map(partial_json).collect();
        ui.answer_json(&value);
    } else {
        for &id in &current {
            if args.verbose {
                ui.answer(listing.paragraph(id, &context.config.migrations));
            } else {
                ui.answer(listing.line(id));
            }
        }
        for one in &status.unknown {
            let why = one.replaced_by.as_ref().map(|name| format!("a part of {name}, which isn't applied as a whole"));
            let why = why.as_deref().unwrap_or("not in this checkout");
            ui.answer(format!("{} ({why})", one.name.as_ref().unwrap_or(&one.version)));
        }
        for one in &status.partial {
            let place = if one.direction == Direction::Down { "on its way down" } else { "midway" };
            ui.answer(format!("{} (stopped {place}: {} of {} statements are done)", one.name, one.done, one.total));
        }
        if current.is_empty() && status.unknown.is_empty() {
            ui.status("Base", if is_there { "nothing is applied" } else { "there is no database yet" });
        }
        tell_edited(ui, &status);
        let pending = if is_there { status.pending.len() } else { graph.len() };
        if let Some(one) = status.partial.iter().find(|one| one.direction == Direction::Down) {
            ui.hint(format!("cargo dbmig downgrade {}@-1, which finishes its way down", one.version));
        } else if status.unknown.iter().any(|one| one.replaced_by.is_some()) {
            ui.hint("cargo dbmig upgrade, which says what can be done");
        } else if !status.unknown.is_empty() {
            ui.hint("check out the branch that has it, or revert it: cargo dbmig downgrade");
        } else if pending > 0 {
            ui.hint(format!("cargo dbmig upgrade ({pending} pending)"));
        }
    }
    let behind =
        !status.is_up_to_date() || !status.unknown.is_empty() || (!chain.graph.is_empty() && current.is_empty());
    Ok(if args.check_heads && behind { Answer::No } else { Answer::Yes })
}

fn partial_json(one: &PartialRevision) -> serde_json::Value {
    json!({
        "version": one.version,
        "name": one.name,
        "direction": one.direction.name(),
        "done": one.done,
        "total": one.total,
    })
}

/// Says which revisions were edited after they were applied: nothing runs them again.
pub(super) fn tell_edited(ui: &Ui, status: &Status) {
    for name in edited(status) {
        ui.status("Edited", format!("the up.sql of {name} isn't what was applied: {REDO_IT}"));
    }
}

/// What to do about a revision that was edited after it was applied.
const REDO_IT: &str = "restore it, or bring the database down below it and up again";

/// The folder names of applied revisions whose `up.sql` was edited since.
fn edited(status: &Status) -> impl Iterator<Item = &str> {
    status.applied.iter().filter(|one| one.edited == Some(true)).map(|one| one.name.as_str())
}
