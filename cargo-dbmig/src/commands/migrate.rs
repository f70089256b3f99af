//! `cargo dbmig migrate`: the models against the chain, written as revisions.

mod database;
mod draft;
mod drops;
mod named;
mod only;
mod proof;
mod questions;
mod renames;
pub(super) mod summary;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use dbmig_build::link::Chain;
use dbmig_build::migration::Metadata;
use dbmig_build::replay::Replay;

use super::revision::{self, Place};
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::Error;
use crate::render::Rendered;
use crate::ui::Ui;
pub(super) use draft::{Asking, Decisions, Draft, draft, render_changes};
pub(super) use questions::fillable;

/// Compare the models with the chain and write the difference as a revision
///
/// Works offline: the chain's schema is worked out by replaying its SQL. Writes up.sql
/// and down.sql, and proves by replay that one brings the chain to the models and the
/// other brings it back, before it writes anything. What a database can't do in one
/// transaction becomes several revisions, all written or none.
///
///     cargo dbmig migrate -m "create users"
///     cargo dbmig migrate -m "add admin" --backfill users.admin=false
///     cargo dbmig migrate -m "full names" --rename users.name=full_name
///     cargo dbmig migrate -m "drop the old log" --drop-table audit_log
///     cargo dbmig migrate -m "users first" --only users
///     cargo dbmig migrate --check
///     cargo dbmig migrate -m "as it is" --from-database
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct MigrateArgs {
    /// What the revision does
    #[arg(short, long, required_unless_present_any = ["check", "dry_run", "sql"], value_parser = NonEmptyStringValueParser::new())]
    message: Option<String>,
    #[command(flatten)]
    decisions: Decisions,
    #[command(flatten)]
    showing: Showing,
    /// List the changes and write nothing; exit code 1 if there are any
    #[arg(long, conflicts_with_all = ["dry_run", "sql"])]
    check: bool,
    /// Write an empty revision, to be filled by hand, as `revision` does
    #[arg(long, conflicts_with_all = ["check", "dry_run", "sql", "backfill", "drop_table", "only", "rename", "not_renamed"])]
    empty: bool,
    /// Compare the chain with the database in place of the models: what was done to it by hand becomes a revision
    #[arg(long, conflicts_with_all = ["drop_table", "empty"])]
    from_database: bool,
    #[command(flatten)]
    place: Place,
}

/// Options that only show what would be written.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct Showing {
    /// Show the changes and the SQL, write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print the SQL alone, write nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) sql: bool,
}

/// Does what `migrate` does.
///
/// # Errors
///
/// A chain or models at fault, several heads, an option that names nothing, a folder that can't be written.
pub fn run(args: &MigrateArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let message = args.message.as_deref().unwrap_or_default();
    if args.empty {
        return revision::empty(message, &args.place, global, ui);
    }
    let context = Context::load(global, ui)?;
    let (chain, replay, models) = context.replayed_beside_models()?;
    let is_written = !args.check && !args.showing.dry_run && !args.showing.sql;
    let metadata = if is_written { Some(args.place.metadata(message, &chain.graph)?) } else { None };
    let asking = if args.check { Asking::Nothing } else { Asking::AtTerminal };
    let draft = if args.from_database {
        database::draft(&context, &chain, &replay, &args.decisions, asking)?
    } else {
        draft(&context, &replay, models?, &args.decisions, asking)?
    };
    summary::found(ui, &draft);
    if args.check {
        return Ok(summary::check(ui, &draft));
    }
    if draft.changes.is_empty() {
        return Ok(summary::unchanged(ui, &draft));
    }
    let rendered = render(&context, &replay, &draft)?;
    let Some(metadata) = metadata else {
        summary::preview(ui, &draft, &rendered, args.showing);
        return Ok(Answer::Yes);
    };
    let names = write(&context, &chain, &args.place, metadata, &rendered)?;
    summary::written(ui, &context.config.migrations, &names, &draft, &rendered);
    Ok(Answer::Yes)
}

/// The SQL of a draft, proved by replay.
///
/// # Errors
///
/// What a database can't do, and faults of dbmig.
pub(super) fn render(context: &Context<'_>, replay: &Replay, draft: &Draft) -> Result<Rendered, Error> {
    let rendered = render_changes(context, replay.schema(), &draft.changes, &draft.backfills)?;
    proof::prove(&rendered, replay, &draft.target.schema, context.config.backend)?;
    Ok(rendered)
}

/// Writes a revision for each part, and gives their folders' names.
fn write(
    context: &Context<'_>,
    chain: &Chain,
    place: &Place,
    first: Metadata,
    rendered: &Rendered,
) -> Result<Vec<String>, Error> {
    let messages = messages(&first.message, rendered);
    let mut revisions = Vec::new();
    for (part, message) in rendered.parts.iter().zip(&messages) {
        let metadata = if revisions.is_empty() { first.clone() } else { Metadata::new("", Vec::new()) };
        let run_in_transaction = part.run_in_transaction;
        let metadata = Metadata { message: message.clone(), run_in_transaction, ..metadata };
        revisions.push((metadata, revision::Draft { message, up: &part.up, down: &part.down }));
    }
    revision::write_all(context, &chain.graph, place, revisions)
}

/// The message of each part's revision.
pub(super) fn messages(message: &str, rendered: &Rendered) -> Vec<String> {
    let of_part = |title: &str| if title.is_empty() { message.to_owned() } else { format!("{message}: {title}") };
    rendered.parts.iter().map(|part| of_part(&part.title)).collect()
}

#[cfg(test)]
mod tests;
