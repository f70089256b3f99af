//! `cargo dbmig heads`.

use clap::Args;

use super::listing::Listing;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::Error;
use crate::ui::Ui;

/// List the revisions that nobody revises
///
/// A chain that can be deployed has one head; `cargo dbmig merge` joins several. Needs no
/// database.
///
///     cargo dbmig heads
///     cargo dbmig heads --json
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct HeadsArgs {
    /// Print parents, labels and path as well
    #[arg(short, long)]
    verbose: bool,
}

/// Does what `heads` does.
///
/// # Errors
///
/// A folder or graph at fault.
pub fn run(args: &HeadsArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let graph = context.graph()?;
    let heads = graph.heads();
    let listing = Listing::new(&graph, None);
    if ui.json {
        ui.answer_json(&listing.json(&heads));
        return Ok(Answer::Yes);
    }
    for id in heads {
        if args.verbose {
            ui.answer(listing.paragraph(id, &context.config.migrations));
        } else {
            ui.answer(listing.line(id));
        }
    }
    Ok(Answer::Yes)
}
