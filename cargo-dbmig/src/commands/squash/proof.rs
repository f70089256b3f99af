//! The proof before a file is written: the chain with the one revision builds what the chain with the run builds, from
//! the same statements, and its way back leads where theirs lead.

use dbmig::revision::IdSet;
use dbmig::revision::order::{Edges, ancestors};
use dbmig::version::Version;
use dbmig_build::diff::diff;
use dbmig_build::link::{self, Chain};
use dbmig_build::migration::{Migration, parse_metadata, write_metadata};
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Renames, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::Script;
use dbmig_build::verify::verify;

use super::run::Run;
use super::text::does_something;
use crate::commands::describe;
use crate::context::Context;
use crate::error::{Error, Kind};

/// Puts the one revision in the place of a run, and compares.
///
/// # Errors
///
/// A chain that isn't one any more, SQL that doesn't fit, another schema, a way back that ends elsewhere.
pub(super) fn prove(
    chain: &Chain,
    run: &Run,
    one: &Migration,
    before: &Replay,
    context: &Context<'_>,
) -> Result<Chain, Error> {
    let ups = run.ids.iter().map(|&id| &chain.migration(id).up);
    same_statements(&one.up, &ups.collect::<Vec<_>>())?;
    if let Some(down) = &one.down {
        let downs = run.ids.iter().rev().filter_map(|&id| chain.migration(id).down.as_ref());
        same_statements(down, &downs.collect::<Vec<_>>())?;
    }
    let after = exchanged(chain, run, one)?;
    let replay = replayed(context, &after)?;
    same(before.schema(), replay.schema(), "at the heads")?;
    let graph = &after.graph;
    let id = graph.find(one.version.as_str()).ok_or_else(|| Error::new(Kind::Bug, "the revision has gone"))?;
    let below = ancestors(&chain.graph, [run.last()], Edges::All);
    let now_below = ancestors(graph, [id], Edges::All);
    same(&context.schema_at(chain, &below)?, &context.schema_at(&after, &now_below)?, "at the last revision")?;
    restores(chain, run, &after, one, &now_below, context)?;
    Ok(after)
}

/// Nothing got lost or was cut otherwise where the texts were joined.
fn same_statements(one: &Script, parts: &[&Script]) -> Result<(), Error> {
    let texts = |script: &Script| -> Vec<String> {
        let is_in = does_something(script);
        script.statements.iter().filter(|_| is_in).map(|statement| statement.text().to_owned()).collect()
    };
    let parts: Vec<String> = parts.iter().flat_map(|script| texts(script)).collect();
    super::refuse(one.diagnostics.clone())?;
    match texts(one) == parts {
        true => Ok(()),
        false => Err(Error::new(Kind::Bug, format!("`{}` would hold other statements", one.source.path()))),
    }
}

/// The chain with the one revision, and with the dependencies on those in the middle rewritten.
fn exchanged(chain: &Chain, run: &Run, one: &Migration) -> Result<Chain, Error> {
    let gone = IdSet::of(&chain.graph, run.ids.iter().copied());
    let stays = chain.graph.ids().filter(|&id| !gone.contains(id)).map(|id| {
        let migration = chain.migration(id).clone();
        if run.rewritten.contains(&migration.version) {
            depend(migration, &one.metadata.replaces, &one.version)
        } else {
            migration
        }
    });
    let migrations = stays.chain([one.clone()]).collect();
    link::chain(migrations).map_err(|diagnostics| Error::of_diagnostics(Kind::Chain, diagnostics))
}

/// A revision that depends on another one instead of some.
fn depend(mut migration: Migration, instead_of: &[Version], version: &Version) -> Migration {
    let mut metadata = migration.metadata.clone();
    let moved = |one: Version| if instead_of.contains(&one) { version.clone() } else { one };
    let moved: Vec<Version> = metadata.depends_on.drain(..).map(moved).collect();
    for one in moved {
        if !metadata.depends_on.contains(&one) && !metadata.revises.contains(&one) {
            metadata.depends_on.push(one);
        }
    }
    let source = Source::new(migration.metadata_source.path(), write_metadata(&metadata));
    let (metadata, places, _) = parse_metadata(&source, &migration.name);
    (migration.outline.metadata, migration.outline.places) = (metadata.into(), places.into());
    migration.outline.metadata_source = source;
    migration
}

fn replayed(context: &Context<'_>, chain: &Chain) -> Result<Replay, Error> {
    let mut replay = Replay::new(context.config.backend);
    let faults = chain.migrations.iter().flat_map(|one| replay.run(&one.up).diagnostics).collect();
    super::refuse(faults)?;
    Ok(replay)
}

fn same(before: &Schema, after: &Schema, place: &str) -> Result<(), Error> {
    if before.normalized() == after.normalized() {
        return Ok(());
    }
    let differences = diff(before, after, &Renames::default());
    let lines: Vec<String> = differences.iter().map(|change| format!("\n  {}", describe::difference(change))).collect();
    let message = format!("the one revision builds another schema {place}, so nothing was written:{}", lines.concat());
    Err(Error::new(Kind::Chain, message).help("squash a shorter run"))
}

/// Whether the way back restores what was before; where that of a member doesn't either, it is only said.
fn restores(
    chain: &Chain,
    run: &Run,
    after: &Chain,
    one: &Migration,
    below: &IdSet,
    context: &Context<'_>,
) -> Result<(), Error> {
    let backend = context.config.backend;
    let check = |chain: &Chain, ids: Vec<dbmig::revision::Id>, wanted: &dyn Fn(&Migration) -> bool| {
        let mut replay = Replay::new(backend);
        let mut found = Vec::new();
        for id in ids {
            let migration = chain.migration(id);
            let replayed = replay.run(&migration.up);
            if wanted(migration) {
                let mut unsealed = migration.clone();
                unsealed.outline.metadata.sealed = None;
                found.extend(verify(&unsealed, &replayed.changes, replay.catalog(), backend));
            }
        }
        found
    };
    let mut found = check(after, below.iter(&after.graph).collect(), &|migration| migration.version == one.version);
    if found.is_empty() {
        return Ok(());
    }
    let old = ancestors(&chain.graph, [run.last()], Edges::All);
    let members = IdSet::of(&chain.graph, run.ids.iter().copied());
    let is_member =
        |migration: &Migration| chain.graph.find(migration.version.as_str()).is_some_and(|id| members.contains(id));
    if check(chain, old.iter(&chain.graph).collect(), &is_member).is_empty() {
        found.iter_mut().for_each(|one| one.level = dbmig_build::diagnostic::Level::Error);
        return super::refuse(found);
    }
    context.ui.warnings(&found);
    Ok(())
}
