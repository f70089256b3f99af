//! `cargo dbmig rebase`.

use std::collections::HashMap;

use clap::Args;
use dbmig::revision::order::{Edges, IdSet, ancestors};
use dbmig::revision::{Graph, Id};
use dbmig::version::Version;
use dbmig_build::diagnostic::{Diagnostic, Level};
use dbmig_build::link::Chain;
use dbmig_build::migration::{Metadata, write_metadata};
use dbmig_build::replay::Replay;
use dbmig_build::verify::verify;
use jiff::Timestamp;
use serde_json::json;

use super::{reverting, selection};
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::scaffold;
use crate::ui::Ui;

/// Put a branch's revisions on top of another head, so that no merge is needed
///
/// Each revision of the branch that the other head hasn't below it gets a new version and
/// new parents. Its SQL stays as it is, and is proved by replay on its new place before
/// anything is written. What the database has of them is reverted first: upgrade applies it
/// again.
///
///     cargo dbmig rebase add_email                        # onto the other head
///     cargo dbmig rebase add_email --onto create_posts
///     cargo dbmig rebase add_email --dry-run
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct RebaseArgs {
    /// The head of the branch that is moved
    branch: String,
    /// The head that it is put on; the other one where there are two
    #[arg(long, value_name = "REVISION")]
    onto: Option<String>,
    /// Show what would be done, do nothing
    #[arg(long)]
    dry_run: bool,
}

/// A revision that moves.
struct Move {
    id: Id,
    /// Its folder's new name.
    name: String,
    metadata: Metadata,
}

/// Does what `rebase` does.
///
/// # Errors
///
/// A branch that can't be moved, SQL that doesn't fit its new place, a database that can't revert what moves.
pub fn run(args: &RebaseArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let chain = context.chain()?;
    let graph = &chain.graph;
    let branch = selection::resolve_one(graph, &args.branch, None)?;
    refuse_below(graph, branch)?;
    let onto = onto(args.onto.as_deref(), branch, graph)?;
    let moving = moving(graph, branch, onto)?;
    refuse_sealed(&chain, &moving)?;
    prove(&chain, &moving, onto, &context)?;
    let moves = moves(&chain, &moving, onto)?;
    let applied = reverting::applied(&context, graph, &moving);
    if args.dry_run {
        applied.iter().for_each(|version| ui.status("Reverts", *version));
    } else {
        reverting::revert(&context, &chain, &applied)?;
        write(&context, &chain, &moves)?;
    }
    answer(ui, &context, graph, &moves);
    match (args.dry_run, applied.is_empty()) {
        (true, _) => {}
        (false, true) => ui.hint("cargo dbmig upgrade"),
        (false, false) => ui.hint("cargo dbmig upgrade (applies again what was reverted)"),
    }
    Ok(Answer::Yes)
}

fn refuse_below(graph: &Graph, branch: Id) -> Result<(), Error> {
    if graph.children(branch).is_empty() {
        return Ok(());
    }
    let message = format!("{} is no head: what stands on it would lose its parent", graph.node(branch).name);
    Err(Error::new(Kind::Chain, message).help("cargo dbmig heads"))
}

fn onto(selector: Option<&str>, branch: Id, graph: &Graph) -> Result<Id, Error> {
    if let Some(selector) = selector {
        return selection::resolve_one(graph, selector, None);
    }
    let others: Vec<Id> = graph.heads().into_iter().filter(|&id| id != branch).collect();
    match others.as_slice() {
        [only] => Ok(*only),
        [] => {
            let error = Error::new(Kind::Chain, "there is no other head to put it on");
            Err(error.help("cargo dbmig heads"))
        }
        several => {
            let names: Vec<_> = several.iter().map(|&id| format!("  {}", graph.node(id).name)).collect();
            let message = format!("there are several heads to put it on\n{}", names.join("\n"));
            Err(Error::new(Kind::Chain, message).help("say which one with --onto"))
        }
    }
}

/// What the branch has below it and the other head hasn't, in order.
fn moving(graph: &Graph, branch: Id, onto: Id) -> Result<Vec<Id>, Error> {
    let name = |id: Id| &graph.node(id).name;
    let below = ancestors(graph, [onto], Edges::All);
    let moving: Vec<Id> =
        ancestors(graph, [branch], Edges::Parents).iter(graph).filter(|&id| !below.contains(id)).collect();
    let set = IdSet::of(graph, moving.iter().copied());
    let needed = |&id: &Id| {
        let above = graph.children(id).iter().chain(graph.dependents(id)).copied();
        above.into_iter().find(|&other| !set.contains(other)).map(|other| (id, other))
    };
    if let Some((id, other)) = moving.iter().find_map(needed) {
        let message = format!("{} can't move: {} stands on it and would stay", name(id), name(other));
        return Err(Error::new(Kind::Chain, message).help(format!("cargo dbmig rebase {}", graph.version(other))));
    }
    match moving.is_empty() {
        true => Err(Error::new(Kind::Chain, format!("{} is below {} already", name(branch), name(onto)))),
        false => Ok(moving),
    }
}

fn refuse_sealed(chain: &Chain, moving: &[Id]) -> Result<(), Error> {
    let sealed = |id: &&Id| chain.migration(**id).metadata.sealed.is_some();
    match moving.iter().find(sealed) {
        Some(&id) => {
            let message =
                format!("{} is sealed: databases elsewhere have it under its version", chain.migration(id).name);
            Err(Error::new(Kind::Chain, message).help("cargo dbmig merge"))
        }
        None => Ok(()),
    }
}

/// Replays the branch on its new place, up and down.
fn prove(chain: &Chain, moving: &[Id], onto: Id, context: &Context<'_>) -> Result<(), Error> {
    let backend = context.config.backend;
    let graph = &chain.graph;
    let mut replay = Replay::new(backend);
    for id in ancestors(graph, [onto], Edges::All).iter(graph) {
        replay.run(&chain.migration(id).up);
    }
    let mut faults: Vec<Diagnostic> = Vec::new();
    for &id in moving {
        let migration = chain.migration(id);
        let replayed = replay.run(&migration.up);
        let is_read = replayed.diagnostics.iter().all(|one| one.level != Level::Error);
        faults.extend(replayed.diagnostics.into_iter().filter(|one| one.level == Level::Error));
        if is_read {
            let verified = verify(migration, &replayed.changes, replay.catalog(), backend);
            context.ui.warnings(&verified.into_iter().collect::<Vec<_>>());
        }
    }
    let note = format!("on top of {}", graph.node(onto).name);
    let faults: Vec<_> = faults.into_iter().map(|fault| fault.note(note.clone())).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::of_diagnostics(Kind::Chain, faults)) }
}

/// The new names and metadata, each revision above those before it.
fn moves(chain: &Chain, moving: &[Id], onto: Id) -> Result<Vec<Move>, Error> {
    let graph = &chain.graph;
    let now = Timestamp::now();
    let below = ancestors(graph, [onto], Edges::All);
    let mut renamed: HashMap<&Version, Version> = HashMap::new();
    let mut last: Option<Version> = None;
    let mut moves = Vec::new();
    for &id in moving {
        let metadata = &chain.migration(id).metadata;
        let moved = |version: &Version| renamed.get(version).cloned();
        let mut revises: Vec<Version> = Vec::new();
        for parent in graph.parents(id) {
            // Whatever the new place has below it already is reached through it.
            let version = moved(graph.version(*parent));
            let version =
                version.unwrap_or_else(|| graph.version(if below.contains(*parent) { onto } else { *parent }).clone());
            if !revises.contains(&version) {
                revises.push(version);
            }
        }
        if revises.is_empty() {
            revises.push(graph.version(onto).clone());
        }
        let depends_on: Vec<Version> = graph.depends_on(id).iter().map(|&one| graph.version(one).clone()).collect();
        let depends_on = depends_on.into_iter().map(|version| moved(&version).unwrap_or(version)).collect();
        let metadata = Metadata { revises, depends_on, ..(**metadata).clone() };
        let mut above: Vec<Version> = metadata.revises.iter().chain(&metadata.depends_on).cloned().collect();
        above.extend(last);
        let name = scaffold::folder_name(&metadata.message, &above, graph, now)?;
        last = Some(Version::of_folder(&name));
        renamed.insert(graph.version(id), Version::of_folder(&name));
        moves.push(Move { id, name, metadata });
    }
    Ok(moves)
}

/// Writes every folder anew under its new name, and takes the old ones away.
fn write(context: &Context<'_>, chain: &Chain, moves: &[Move]) -> Result<(), Error> {
    let texts: Vec<String> = moves.iter().map(|one| write_metadata(&one.metadata)).collect();
    let files = moves.iter().zip(&texts).map(|(one, metadata)| {
        let migration = chain.migration(one.id);
        let down = migration.down.as_ref().map(|down| ("down.sql", down.source.text()));
        let up = [("up.sql", migration.up.source.text()), ("metadata.toml", metadata.as_str())];
        up.into_iter().chain(down).collect()
    });
    let files: Vec<Vec<(&str, &str)>> = files.collect();
    let folders = moves.iter().zip(&files).map(|(one, files)| scaffold::Folder { name: &one.name, files });
    let folders: Vec<scaffold::Folder<'_>> = folders.collect();
    let gone: Vec<&str> = moves.iter().map(|one| chain.migration(one.id).name.as_str()).collect();
    scaffold::exchange(&context.migrations(), &gone, &folders, &[])
        .map_err(|error| Error::io(&context.config.migrations, &error))
}

fn answer(ui: &Ui, context: &Context<'_>, graph: &Graph, moves: &[Move]) {
    if ui.json {
        let one = |one: &Move| {
            let version = Version::of_folder(&one.name);
            json!({"from": graph.version(one.id).as_str(), "version": version.as_str(), "name": one.name})
        };
        return ui.answer_json(&json!({"moved": moves.iter().map(one).collect::<Vec<_>>()}));
    }
    for one in moves {
        ui.answer(format!("{0}/{1} -> {0}/{2}", context.config.migrations, graph.node(one.id).name, one.name));
    }
}
