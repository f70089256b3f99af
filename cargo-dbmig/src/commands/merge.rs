//! `cargo dbmig merge`.

mod proof;

use clap::Args;
use dbmig::revision::order::{Edges, ancestors};
use dbmig::revision::{Graph, Id};
use dbmig::version::Version;
use dbmig_build::migration::Metadata;
use serde_json::json;

use super::revision::{Draft, Place, write};
use super::selection;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ui::Ui;

/// Join heads: write a revision without SQL that revises all of them
///
/// Without revisions, all heads are joined. Before it writes, the branches are replayed
/// in both orders, since databases may have run either one first: two that both create a
/// table, say, or leave a column different, are shown with their places instead.
///
///     cargo dbmig merge -m "merge heads"
///     cargo dbmig merge -m "billing meets main" 20261121101500 20261122090000
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct MergeArgs {
    /// What to say of it
    #[arg(short, long, default_value = "merge heads")]
    message: String,
    /// The revisions to join; all heads if none is named
    #[arg(value_name = "REVISION")]
    revisions: Vec<String>,
    /// Give it a branch label
    #[arg(long, value_name = "LABEL")]
    branch_label: Vec<String>,
    /// Its version, instead of the time in UTC
    #[arg(long, value_name = "VERSION")]
    rev_id: Option<String>,
}

/// PostgreSQL refuses a script of comments alone, so a revision without SQL holds a statement that does nothing.
const NOTHING: &str = "-- Joins branches; there is nothing to do.\nSELECT 1;\n";

/// Does what `merge` does.
///
/// # Errors
///
/// Fewer than two revisions, one that is another's ancestor, branches whose order matters.
pub fn run(args: &MergeArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let chain = context.chain()?;
    let graph = &chain.graph;
    let parents = parents(args, graph)?;
    proof::prove(&chain, &parents, context.config.backend)?;
    let versions = parents.iter().map(|&id| graph.version(id).clone()).collect();
    let metadata = Metadata { labels: args.branch_label.clone(), ..Metadata::new(args.message.as_str(), versions) };
    let place = Place { rev_id: args.rev_id.clone(), ..Place::default() };
    let name =
        write(&context, graph, &metadata, &place, &Draft { message: &args.message, up: NOTHING, down: NOTHING })?;
    let path = format!("{}/{name}", context.config.migrations);
    if ui.json {
        let version = Version::of_folder(&name);
        ui.answer_json(&json!({"version": version.as_str(), "path": path, "changes": []}));
    } else {
        ui.answer(&path);
        for &id in &parents {
            ui.status("Merged", &graph.node(id).name);
        }
    }
    Ok(Answer::Yes)
}

fn parents(args: &MergeArgs, graph: &Graph) -> Result<Vec<Id>, Error> {
    let mut parents = if args.revisions.is_empty() {
        graph.heads()
    } else {
        args.revisions.iter().map(|selector| selection::resolve_one(graph, selector, None)).collect::<Result<_, _>>()?
    };
    parents.sort();
    parents.dedup();
    if parents.len() < 2 {
        let error = Error::new(Kind::Chain, "there is nothing to merge: it takes two revisions or more");
        return Err(match graph.heads().as_slice() {
            [only] => error.help(format!("the chain has one head already: {}", graph.node(*only).name)),
            _ => error.help("cargo dbmig heads"),
        });
    }
    for &id in &parents {
        let above = ancestors(graph, [id], Edges::Parents);
        if let Some(&other) = parents.iter().find(|&&other| other != id && above.contains(other)) {
            let (id, other) = (&graph.node(id).name, &graph.node(other).name);
            return Err(Error::new(Kind::Chain, format!("{other} is an ancestor of {id}: they are one branch")));
        }
    }
    Ok(parents)
}
