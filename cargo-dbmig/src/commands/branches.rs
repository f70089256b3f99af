//! `cargo dbmig branches`.

use clap::Args;
use serde_json::json;

use super::listing::Listing;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::Error;
use crate::ui::Ui;

/// List the branch points: the revisions that several others revise, with those others
///
/// Needs no database.
///
///     cargo dbmig branches
///     cargo dbmig branches --json
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct BranchesArgs {
    /// Print parents, labels and path as well
    #[arg(short, long)]
    verbose: bool,
}

/// Does what `branches` does.
///
/// # Errors
///
/// A folder or graph at fault.
pub fn run(args: &BranchesArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let graph = context.graph()?;
    let listing = Listing::new(&graph, None);
    let branch_points = graph.ids().rev().filter(|&id| graph.children(id).len() > 1);
    if ui.json {
        let revisions = branch_points.map(|id| {
            let mut value = json!(listing.revision_json(id));
            value["children"] = graph.children(id).iter().map(|&child| graph.version(child).as_str()).collect();
            value
        });
        ui.answer_json(&json!({ "revisions": revisions.collect::<Vec<_>>() }));
        return Ok(Answer::Yes);
    }
    let folder = &context.config.migrations;
    ui.answer_lines(branch_points.flat_map(|id| {
        let point = if args.verbose { listing.paragraph(id, folder) } else { listing.line(id) };
        let children = graph.children(id).iter().map(|&child| format!("  -> {}", listing.line(child)));
        std::iter::once(point).chain(children.collect::<Vec<_>>())
    }));
    Ok(Answer::Yes)
}
