//! `cargo dbmig squash`.

mod fits;
mod proof;
mod run;
mod text;

use std::collections::BTreeSet;

use clap::Args;
use dbmig::revision::Id;
use dbmig::version::{Version, slug_of_folder};
use dbmig_build::diagnostic::Level;
use dbmig_build::link::Chain;
use dbmig_build::migration::{Metadata, Migration, Outline, parse_metadata, write_metadata};
use dbmig_build::source::Source;
use dbmig_build::sql;
use serde_json::json;

use super::reverting;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::scaffold;
use crate::ui::Ui;
use run::Run;

/// Make one revision of a run of them
///
/// It keeps the last one's version, so that a database that has all of them has it; one
/// that has some of them must be upgraded before. The SQL stays as it is written, in the
/// order in which it ran, and is proved by replay before anything is written.
///
///     cargo dbmig squash create_users:add_email
///     cargo dbmig squash :20261121101500 -m "the first year"
///     cargo dbmig squash :add_email --dry-run
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct SquashArgs {
    /// The first and the last of them: `a:b`, or `:b` from the first revision of all
    #[arg(value_name = "A:B")]
    range: String,
    /// What to say of it
    #[arg(short, long)]
    message: Option<String>,
    /// Show what would be written, write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Does what `squash` does.
///
/// # Errors
///
/// A run that isn't one, statements that can't be kept, a proof that fails, a database that has only a part of it.
pub fn run(args: &SquashArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let (chain, before) = context.replayed()?;
    let run = run::find(&chain.graph, &args.range)?;
    refuse_other_files(&context, &chain, &run)?;
    fits::prove(&chain, &run, context.config.backend)?;
    let one = squashed(args, &context, &chain, &run)?;
    let after = proof::prove(&chain, &run, &one, &before, &context)?;
    refuse_halfway(&context, &chain, &run)?;
    if !args.dry_run {
        write(&context, &chain, &run, &one, &after)?;
    }
    answer(args, ui, &chain, &run, &one);
    Ok(Answer::Yes)
}

/// The revision that takes the place of a run.
fn squashed(args: &SquashArgs, context: &Context<'_>, chain: &Chain, run: &Run) -> Result<Migration, Error> {
    let (first, last) = (chain.migration(run.first()), chain.migration(run.last()));
    let members = || run.ids.iter().map(|&id| chain.migration(id));
    let message = match &args.message {
        Some(message) => message.clone(),
        None => format!("{} to {}", first.metadata.message, last.metadata.message),
    };
    let stem = last.name.strip_suffix(slug_of_folder(&last.name)).map_or(last.name.as_str(), |stem| stem);
    let name = format!("{}_{}", stem.trim_end_matches('_'), scaffold::slug(&message));
    let path = format!("{}/{name}", context.config.migrations);
    let (up, down) = (text::up(chain, run), text::down(chain, run));
    let script =
        |file: &str, text: String| sql::split(&Source::new(format!("{path}/{file}"), text), context.config.backend);
    let mut metadata = Metadata {
        run_in_transaction: first.metadata.run_in_transaction,
        labels: members().flat_map(|one| one.metadata.labels.clone()).collect(),
        depends_on: run.depends_on.clone(),
        replaces: replaced(chain, run),
        irreversible: irreversible(chain, run),
        ..Metadata::new(message, run.revises.clone())
    };
    let (up, down) = (script("up.sql", up), down.map(|down| script("down.sql", down)));
    let (_, places, _) = parse_metadata(&Source::new("metadata.toml", write_metadata(&metadata)), &name);
    let outline = |metadata: Metadata| {
        let metadata_source = Source::new(format!("{path}/metadata.toml"), write_metadata(&metadata));
        let (name, path, places) = (name.clone(), path.clone(), places.clone());
        Outline {
            version: last.version.clone(),
            name,
            path,
            metadata: metadata.into(),
            places: places.into(),
            metadata_source,
        }
    };
    let one = Migration { outline: outline(metadata.clone()), up, down };
    if members().any(|member| member.metadata.sealed.is_none()) {
        return Ok(one);
    }
    // All of them are released, and so is what they come to.
    metadata.sealed = Some(one.seal());
    Ok(Migration { outline: outline(metadata), ..one })
}

/// The versions of a run but the last, and what a squash before replaced by them.
fn replaced(chain: &Chain, run: &Run) -> Vec<Version> {
    let last = chain.migration(run.last());
    let of_one = |&id: &Id| {
        let one = chain.migration(id);
        one.metadata.replaces.iter().chain([&one.version]).cloned().collect::<Vec<_>>()
    };
    run.ids.iter().flat_map(of_one).filter(|version| *version != last.version).collect()
}

fn irreversible(chain: &Chain, run: &Run) -> Option<String> {
    let why = |id: &Id| {
        let one = chain.migration(*id);
        one.metadata.irreversible.as_ref().map(|why| format!("{}: {why}", one.metadata.message))
    };
    let all: Vec<String> = run.ids.iter().filter_map(why).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// What lies beside the scripts would be lost with the folders.
fn refuse_other_files(context: &Context<'_>, chain: &Chain, run: &Run) -> Result<(), Error> {
    let known = BTreeSet::from(["up.sql", "down.sql", "metadata.toml"]);
    for one in run.ids.iter().map(|&id| chain.migration(id)) {
        let folder =
            std::fs::read_dir(context.migrations().join(&one.name)).map_err(|error| Error::io(&one.path, &error))?;
        for entry in folder.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !known.contains(name.as_str()) {
                let message = format!("`{}/{name}` would be lost: squash keeps scripts and metadata alone", one.path);
                return Err(Error::new(Kind::Chain, message).help("move it out of the migrations folder"));
            }
        }
    }
    Ok(())
}

/// A database in the middle would be left without a way on.
fn refuse_halfway(context: &Context<'_>, chain: &Chain, run: &Run) -> Result<(), Error> {
    let applied = reverting::applied(context, &chain.graph, &run.ids);
    let last = chain.graph.version(run.last()).as_str();
    if applied.is_empty() || applied.contains(&last) {
        return Ok(());
    }
    let message = format!(
        "the database has {} of the {} revisions, and would be left without a way on",
        applied.len(),
        run.ids.len()
    );
    Err(Error::new(Kind::Database, message).help(format!("cargo dbmig upgrade {last}")))
}

fn write(context: &Context<'_>, chain: &Chain, run: &Run, one: &Migration, after: &Chain) -> Result<(), Error> {
    let down = one.down.as_ref().map(|down| ("down.sql", down.source.text()));
    let scripts = [("up.sql", one.up.source.text()), ("metadata.toml", one.metadata_source.text())];
    let files: Vec<(&str, &str)> = scripts.into_iter().chain(down).collect();
    let gone: Vec<&str> = run.ids.iter().map(|&id| chain.migration(id).name.as_str()).collect();
    let rewritten = run.rewritten.iter().filter_map(|version| after.graph.find(version.as_str())).map(|id| {
        let one = after.migration(id);
        let path = context.migrations().join(&one.name).join("metadata.toml");
        scaffold::File { path, text: one.metadata_source.text().to_owned() }
    });
    let folder = scaffold::Folder { name: &one.name, files: &files };
    scaffold::exchange(&context.migrations(), &gone, &[folder], &rewritten.collect::<Vec<_>>())
        .map_err(|error| Error::io(&context.config.migrations, &error))
}

fn answer(args: &SquashArgs, ui: &Ui, chain: &Chain, run: &Run, one: &Migration) {
    if ui.json {
        let replaces: Vec<&str> = one.metadata.replaces.iter().map(Version::as_str).collect();
        let mut value =
            json!({"version": one.version.as_str(), "name": one.name, "path": one.path, "replaces": replaces});
        if args.dry_run {
            value["up"] = json!(one.up.source.text());
            value["down"] = json!(one.down.as_ref().map(|down| down.source.text()));
        }
        return ui.answer_json(&value);
    }
    ui.answer(&one.path);
    for &id in &run.ids {
        ui.status("Squashed", &chain.migration(id).name);
    }
    for version in &run.rewritten {
        ui.status(
            "Rewrote",
            format!(
                "{}: it depends on {} now",
                chain.graph.find(version.as_str()).map_or(version.as_str(), |id| chain.graph.node(id).name.as_str()),
                one.version
            ),
        );
    }
    if args.dry_run {
        ui.answer(format!("\n-- up.sql\n{}", one.up.source.text().trim_end()));
        if let Some(down) = &one.down {
            ui.answer(format!("\n-- down.sql\n{}", down.source.text().trim_end()));
        }
    } else {
        ui.hint(format!(
            "databases that have {} have it; upgrade the others to there before they get this",
            one.version
        ));
    }
}

/// Errors as a command's error, if there are any.
fn refuse(mut diagnostics: Vec<dbmig_build::diagnostic::Diagnostic>) -> Result<(), Error> {
    diagnostics.retain(|one| one.level == Level::Error);
    if diagnostics.is_empty() { Ok(()) } else { Err(Error::of_diagnostics(Kind::Chain, diagnostics)) }
}
