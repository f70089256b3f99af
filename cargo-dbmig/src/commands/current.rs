//! `cargo dbmig current`.

use clap::Args;
use dbmig::revision::Direction;
use dbmig::revision::order::{Edges, IdSet, tips};
use dbmig::status::PartialRevision;
use dbmig::version::Version;
use serde_json::json;

use super::listing::Listing;
use super::live;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::Error;
use crate::ui::Ui;

/// Say where the database is: the heads of what is applied
///
/// Only reads; a database that isn't there is not made. Says of these heads
/// whether their up.sql was edited since; `check --database` says it of all.
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
    let chain = context.outlines()?;
    let graph = &chain.graph;
    let mut connection = context.connect_existing()?;
    let is_there = connection.is_some();
    let position = connection.as_mut().map(|it| context.position(it, &chain)).transpose()?.unwrap_or_default();
    let applied = IdSet::of(graph, graph.find_all(position.applied.iter().map(Version::as_str)));
    let current = tips(graph, &applied, Edges::Parents);
    let edited = connection.as_mut().map(|it| context.edited(it, &chain, &current)).transpose()?.unwrap_or_default();
    let pending = graph.ids().filter(|&id| !applied.contains(id)).count();
    let listing = Listing::new(graph, Some(&applied));
    if ui.json {
        let mut value = json!(listing.json(&current));
        let unknown = position.unknown.iter().map(|one| json!({"version": one.version, "name": one.name}));
        value["unknown"] = unknown.collect();
        value["edited"] = json!(edited);
        value["partial"] = position.partial.iter().map(partial_json).collect();
        ui.answer_json(&value);
    } else {
        for &id in &current {
            if args.verbose {
                ui.answer(listing.paragraph(id, &context.config.migrations));
            } else {
                ui.answer(listing.line(id));
            }
        }
        for one in &position.unknown {
            let why = one.replaced_by.as_ref().map(|name| format!("a part of {name}, which isn't applied as a whole"));
            let why = why.as_deref().unwrap_or("not in this checkout");
            ui.answer(format!("{} ({why})", one.name.as_ref().unwrap_or(&one.version)));
        }
        for one in &position.partial {
            let place = if one.direction == Direction::Down { "on its way down" } else { "midway" };
            ui.answer(format!("{} (stopped {place}: {} of {} statements are done)", one.name, one.done, one.total));
        }
        if current.is_empty() && position.unknown.is_empty() {
            ui.status("Base", if is_there { "nothing is applied" } else { "there is no database yet" });
        }
        live::tell_edited(ui, edited.iter().map(String::as_str));
        if let Some(one) = position.partial.iter().find(|one| one.direction == Direction::Down) {
            ui.hint(format!("cargo dbmig downgrade {}@-1, which finishes its way down", one.version));
        } else if position.unknown.iter().any(|one| one.replaced_by.is_some()) {
            ui.hint("cargo dbmig upgrade, which says what can be done");
        } else if !position.unknown.is_empty() {
            ui.hint("check out the branch that has it, or revert it: cargo dbmig downgrade");
        } else if pending > 0 {
            ui.hint(format!("cargo dbmig upgrade ({pending} pending)"));
        }
    }
    let up_to_date = pending == 0 && position.partial.is_empty() && position.unknown.is_empty();
    Ok(if args.check_heads && !up_to_date { Answer::No } else { Answer::Yes })
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
