//! `cargo dbmig current`.

use clap::Args;
use dbmig::revision::order::{Edges, tips};
use serde_json::json;

use super::listing;
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
    /// Exit with 1 unless everything is applied
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
    let chain = context.chain()?;
    let status = context.status(&chain)?.unwrap_or_default();
    let applied = context.applied(&chain, &status);
    let graph = &chain.graph;
    let current = tips(graph, &applied, Edges::Parents);
    if ui.json {
        let mut value = listing::revisions_json(graph, &current, Some(&applied));
        let unknown = status.unknown.iter().map(|one| json!({"version": one.version, "name": one.name}));
        value["unknown"] = unknown.collect();
        ui.answer_json(&value);
    } else {
        for &id in &current {
            if args.verbose {
                ui.answer(listing::paragraph(graph, id, Some(&applied), &context.config.migrations));
            } else {
                ui.answer(listing::line(graph, id, Some(&applied)));
            }
        }
        for one in &status.unknown {
            ui.answer(format!("{} (not in this checkout)", one.name.as_ref().unwrap_or(&one.version)));
        }
        for one in &status.partial {
            ui.answer(format!("{} (stopped midway: {} of {} statements are done)", one.name, one.done, one.total));
        }
        if current.is_empty() && status.unknown.is_empty() {
            ui.status("Base", "nothing is applied");
        }
        if !status.pending.is_empty() {
            let pending = status.pending.len();
            ui.hint(format!("cargo dbmig upgrade ({pending} pending)"));
        }
    }
    let behind = !status.is_up_to_date() || (!chain.graph.is_empty() && current.is_empty());
    Ok(if args.check_heads && behind { Answer::No } else { Answer::Yes })
}
