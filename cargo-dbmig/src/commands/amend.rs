//! `cargo dbmig amend`: the last revision written anew.

mod edited;
mod kept;
mod span;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use dbmig::revision::{Direction, Id};
use dbmig::status::PartialRevision;
use dbmig::version::Version;
use dbmig_build::link::Chain;
use dbmig_build::migration::{Metadata, write_metadata};
use jiff::Timestamp;
use serde_json::json;

use super::migrate::{self, Asking, Decisions, Showing, summary};
use super::{again, reverting, selection};
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::render::Rendered;
use crate::scaffold;
use crate::ui::Ui;

/// Write the last revision anew from the models
///
/// For a revision that is still being worked on: instead of a second one that mends it. It
/// keeps its version, and its message unless -m gives another. What `migrate` wrote as
/// several revisions is written anew as a whole.
///
/// If the development database has it, it is reverted there first, with the SQL that the
/// database remembers; `upgrade` applies it again. Where the database can't be asked,
/// nothing is done, unless --no-database says that none has it.
///
/// Sealed revisions, and those that others stand on, are refused; one that was edited by
/// hand only with --force. (What dbmig would write for it says so.) The values that
/// --backfill gave then are kept, unless others are given.
///
///     cargo dbmig amend
///     cargo dbmig amend -m "add email and phone" --backfill users.phone="''"
///     cargo dbmig amend --dry-run
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct AmendArgs {
    /// The revision, which nothing stands on
    #[arg(default_value = "head", allow_negative_numbers = true)]
    revision: String,
    /// What it does now
    #[arg(short, long, value_parser = NonEmptyStringValueParser::new())]
    message: Option<String>,
    #[command(flatten)]
    decisions: Decisions,
    #[command(flatten)]
    showing: Showing,
    /// Write it anew though it was edited by hand; remove it if the models need nothing of it
    #[arg(long)]
    force: bool,
    /// Don't ask the database: none has it
    #[arg(long)]
    no_database: bool,
}

/// Does what `amend` does.
///
/// # Errors
///
/// A revision that can't be written anew, what `migrate` refuses, a database that can't be asked or can't revert it.
pub fn run(args: &AmendArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let chain = context.chain()?;
    let head = selection::resolve_one(&chain.graph, &args.revision, None)?;
    let old = span::of(&chain, head);
    refuse(&chain, head, &old)?;
    let below = context.replay(&chain, chain.graph.ids().filter(|id| !old.contains(id)))?;
    let models = context.models();
    let kept = edited::made(&chain, &old, &below, models.as_ref().ok())
        .and_then(|made| kept::values(&context, &chain, &old, below.schema(), &made));
    let decisions = Decisions { kept: kept.clone().unwrap_or_default(), ..args.decisions.clone() };
    let draft = migrate::draft(&context, &below, models?, &decisions, Asking::AtTerminal)?;
    summary::found(ui, &draft);
    let message = args.message.clone().unwrap_or_else(|| span::message(&chain, &old));
    let rendered =
        if draft.changes.is_empty() { Rendered::default() } else { migrate::render(&context, &below, &draft)? };
    if args.showing.dry_run || args.showing.sql {
        summary::preview(ui, &draft, &rendered, args.showing);
        return Ok(Answer::Yes);
    }
    if is_the_same(&chain, &old, &rendered, &message) {
        return Ok(unchanged(ui, &chain, &context, &old));
    }
    let name = &chain.graph.node(head).name;
    if !args.force && kept.is_none() && edited::is_edited(&context, &chain, &old, &below, &draft) {
        allow(ui, name, "isn't what dbmig writes for it: it was edited by hand, or written with other options")?;
    }
    if !args.force && rendered.parts.is_empty() {
        allow(ui, name, "would be empty: the models say what the chain builds without it")?;
    }
    let applied = applied(args, &context, &chain, &old)?;
    reverting::revert(&context, &chain, &applied)?;
    let names = write(&context, &chain, &old, &rendered, &message)?;
    if names.is_empty() {
        removed(ui, &context, &chain, &old);
    } else {
        summary::written(ui, &context.config.migrations, &names, &draft, &rendered);
    }
    Ok(Answer::Yes)
}

/// What can't be written anew, whatever is asked for.
fn refuse(chain: &Chain, head: Id, old: &[Id]) -> Result<(), Error> {
    let graph = &chain.graph;
    let name = |id: Id| &graph.node(id).name;
    if let Some(&above) = graph.children(head).iter().chain(graph.dependents(head)).next() {
        let message = format!("{} can't be written anew: {} stands on it", name(head), name(above));
        return Err(Error::new(Kind::Chain, message).help("cargo dbmig migrate -m \"what is to change\""));
    }
    for &id in old {
        let metadata = &chain.migration(id).metadata;
        let why = match &**metadata {
            Metadata { sealed: Some(_), .. } => "it is sealed: databases elsewhere have it",
            Metadata { replaces, .. } if !replaces.is_empty() => "it stands for others since a squash",
            Metadata { irreversible: Some(_), .. } => "it says of itself that there is no way back",
            _ => continue,
        };
        let message = format!("{} can't be written anew: {why}", name(id));
        return Err(Error::new(Kind::Chain, message).help("cargo dbmig migrate -m \"what is to change\""));
    }
    Ok(())
}

/// Asks, or refuses where nobody can be asked.
fn allow(ui: &Ui, name: &str, why: &str) -> Result<(), Error> {
    match ui.confirm(&format!("{name} {why}. Go on, and lose what it holds?"))? {
        Some(true) => Ok(()),
        Some(false) => Err(Error::new(Kind::Usage, "nothing was written")),
        None => {
            let error = Error::new(Kind::Usage, format!("{name} {why}"));
            Err(error.help(format!("to lose what it holds: {}", again::with(&["--force"]))))
        }
    }
}

/// Whether everything would be written as it stands there.
fn is_the_same(chain: &Chain, old: &[Id], rendered: &Rendered, message: &str) -> bool {
    let messages = migrate::messages(message, rendered);
    let is_same = |((&id, part), message): ((&Id, &crate::render::Part), &String)| {
        let migration = chain.migration(id);
        edited::holds(migration, part)
            && migration.metadata.message == *message
            && migration.metadata.run_in_transaction == part.run_in_transaction
    };
    old.len() == rendered.parts.len() && old.iter().zip(&rendered.parts).zip(&messages).all(is_same)
}

/// The versions that the database has. A revision that stopped midway on its way up has no way back yet.
fn applied<'g>(args: &AmendArgs, context: &Context<'_>, chain: &'g Chain, old: &[Id]) -> Result<Vec<&'g str>, Error> {
    if args.no_database {
        return Ok(Vec::new());
    }
    let status = context.status(chain).map_err(|error| {
        let why = error.message.lines().next().unwrap_or_default();
        Error::new(Kind::Database, format!("the database can't be asked whether it has the revision: {why}"))
            .help(format!("if no database has it: {}", again::with(&["--no-database"])))
    })?;
    let Some(status) = status else { return Ok(Vec::new()) };
    let versions: Vec<&str> = old.iter().map(|&id| chain.graph.version(id).as_str()).collect();
    let is_half_done =
        |one: &&PartialRevision| one.direction == Direction::Up && versions.contains(&one.version.as_str());
    if let Some(one) = status.partial.iter().find(is_half_done) {
        let message =
            format!("{} stopped midway in the database: {} of {} statements are done", one.name, one.done, one.total);
        return Err(Error::new(Kind::Database, message).help("cargo dbmig upgrade, then run this again"));
    }
    Ok(versions.into_iter().filter(|version| status.applied.iter().any(|one| one.version == *version)).collect())
}

/// Puts the new folders in the places of the old ones: at every moment the chain is a beginning of the old or of the
/// new one.
fn write(
    context: &Context<'_>,
    chain: &Chain,
    old: &[Id],
    rendered: &Rendered,
    message: &str,
) -> Result<Vec<String>, Error> {
    let graph = &chain.graph;
    let now = Timestamp::now();
    let mut names: Vec<String> = Vec::new();
    let mut texts = Vec::new();
    for (at, (part, message)) in rendered.parts.iter().zip(migrate::messages(message, rendered)).enumerate() {
        let before = old.get(at).map(|&id| chain.migration(id));
        let below: Vec<Version> = names.last().map(|name| Version::of_folder(name)).into_iter().collect();
        let name = match before {
            Some(before) if before.metadata.message == message => before.name.clone(),
            Some(before) => {
                let version = before.name.split('_').next().unwrap_or_default();
                format!("{version}_{}", scaffold::slug(&message))
            }
            None => scaffold::folder_name(&message, &below, graph, now)?,
        };
        let metadata = match before {
            Some(before) if at == 0 => (*before.metadata).clone(),
            _ => Metadata::new("", below),
        };
        let metadata = Metadata { message, run_in_transaction: part.run_in_transaction, ..metadata };
        names.push(name);
        texts.push(write_metadata(&metadata));
    }
    let files: Vec<_> = rendered
        .parts
        .iter()
        .zip(&texts)
        .map(|(part, metadata)| {
            [("up.sql", part.up.as_str()), ("down.sql", part.down.as_str()), ("metadata.toml", metadata.as_str())]
        })
        .collect();
    let folders = names.iter().zip(&files).map(|(name, files)| scaffold::Folder { name, files });
    let gone: Vec<&str> = old.iter().rev().map(|&id| graph.node(id).name.as_str()).collect();
    scaffold::exchange(&context.migrations(), &gone, &folders.collect::<Vec<_>>(), &[])
        .map_err(|error| Error::io(&context.config.migrations, &error))?;
    Ok(names)
}

fn unchanged(ui: &Ui, chain: &Chain, context: &Context<'_>, old: &[Id]) -> Answer {
    let folder = &context.config.migrations;
    if ui.json {
        let one = |&id: &Id| {
            let node = chain.graph.node(id);
            json!({"version": node.version.as_str(), "path": format!("{folder}/{}", node.name)})
        };
        let revisions: Vec<_> = old.iter().map(one).collect();
        let last = revisions.last().cloned().unwrap_or_default();
        let (version, path) = (&last["version"], &last["path"]);
        ui.answer_json(&json!({"version": version, "path": path, "revisions": revisions, "changes": []}));
    } else {
        ui.status("Unchanged", "the revision is what the models say; nothing was written");
    }
    Answer::Yes
}

fn removed(ui: &Ui, context: &Context<'_>, chain: &Chain, old: &[Id]) {
    if ui.json {
        return ui.answer_json(&json!({"version": null, "path": null, "revisions": [], "changes": []}));
    }
    for &id in old {
        ui.status("Removed", format!("{}/{}", context.config.migrations, chain.graph.node(id).name));
    }
}
