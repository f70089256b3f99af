//! `cargo dbmig history`.

mod drawing;

use clap::Args;
use dbmig::revision::Id;

use super::listing::Listing;
use super::selection;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::Error;
use crate::ui::Ui;

/// List the chain, newest first
///
/// Needs no database; where there is one, what it has is marked.
///
///     cargo dbmig history
///     cargo dbmig history -r 20261101:heads -v
///     cargo dbmig history --graph
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct HistoryArgs {
    /// Only this range: `a:b`, `a:`, `:b` (a and what lies above it, up to b)
    #[arg(short = 'r', long, value_name = "RANGE", allow_negative_numbers = true)]
    range: Option<String>,
    /// Print parents, labels and path as well
    #[arg(short, long)]
    verbose: bool,
    /// Draw branches and merges as lines, as `git log --graph` does
    #[arg(long)]
    graph: bool,
}

/// Does what `history` does.
///
/// # Errors
///
/// A folder or graph at fault, a range that names no revisions.
pub fn run(args: &HistoryArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let graph = context.graph()?;
    let applied = context.applied_if_known(&graph);
    let ids: Vec<Id> = match &args.range {
        Some(range) => selection::resolve_range(&graph, range, applied.as_ref())?,
        None => graph.ids().rev().collect(),
    };
    let listing = Listing::new(&graph, applied.as_ref());
    if ui.json {
        ui.answer_json(&listing.json(&ids));
        return Ok(Answer::Yes);
    }
    let text = |id: Id| match args.verbose {
        true => listing.paragraph(id, &context.config.migrations),
        false => listing.line(id),
    };
    if args.graph {
        ui.answer_lines(drawing::draw(&graph, &ids, text));
    } else {
        ui.answer_lines(ids.into_iter().map(text));
    }
    Ok(Answer::Yes)
}
