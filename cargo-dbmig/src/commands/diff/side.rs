//! What a state of `diff` stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use dbmig::checksum::Checksum;
use dbmig::revision::Id;
use dbmig::revision::order::{Edges, ancestors};
use dbmig::version::Version;
use dbmig_build::link::Chain;
use dbmig_build::models::Models;
use dbmig_build::schema::{Renames, Schema};
use dbmig_build::target::{Target, target};

use super::git;
use crate::commands::{live, renamed, selection};
use crate::context::Context;
use crate::error::Error;

/// Two states, with what has another name in the second.
pub(super) struct Pair {
    pub(super) before: Schema,
    pub(super) after: Schema,
    pub(super) renames: Renames,
}

/// A state.
enum Side {
    /// Some revisions of a chain, this checkout's or another one's, in order.
    Revisions(Rc<Chain>, Vec<Id>),
    Models(Box<Models>),
    Database,
}

/// Works out two states.
///
/// # Errors
///
/// One that can't be read.
pub(super) fn pair(context: &Context<'_>, from: &str, to: &str) -> Result<Pair, Error> {
    let mut chain = None;
    let from = side(context, from, &mut chain)?;
    let to = side(context, to, &mut chain)?;
    let forwards = |(before, after, renames)| Pair { before, after, renames };
    let backwards = |(after, before, renames)| Pair { before, after, renames: renamed::inverted(&renames) };
    Ok(match (&from, &to) {
        (Side::Revisions(one, ids), Side::Revisions(other, others)) => {
            let common = common(&versions(one, ids), &versions(other, others));
            let (before, back) = replayed(context, one, ids, &common)?;
            let (after, forth) = replayed(context, other, others, &common)?;
            let mut renames = renamed::inverted(&back);
            let Renames { tables, columns, types, enum_values, values, unstated } = forth;
            renames.tables.extend(tables);
            renames.columns.extend(columns);
            renames.types.extend(types);
            renames.enum_values.extend(enum_values);
            renames.values.extend(values);
            renames.unstated.extend(unstated);
            Pair { before, after, renames }
        }
        (Side::Revisions(chain, ids), Side::Models(models)) => forwards(to_models(context, chain, ids, models)?),
        (Side::Models(models), Side::Revisions(chain, ids)) => backwards(to_models(context, chain, ids, models)?),
        (Side::Revisions(chain, ids), Side::Database) => forwards(to_database(context, chain, ids)?),
        (Side::Database, Side::Revisions(chain, ids)) => backwards(to_database(context, chain, ids)?),
        (Side::Database, Side::Models(models)) => backwards(models_to_database(context, models)?),
        (Side::Models(models), Side::Database) => forwards(models_to_database(context, models)?),
        (Side::Models(_), Side::Models(_)) | (Side::Database, Side::Database) => {
            forwards((Schema::default(), Schema::default(), Renames::default()))
        }
    })
}

fn side(context: &Context<'_>, text: &str, chain: &mut Option<Rc<Chain>>) -> Result<Side, Error> {
    match text {
        "models" => {
            return Ok(Side::Models(Box::new(context.models()?)));
        }
        "database" => return Ok(Side::Database),
        _ => {}
    }
    if let Some(reference) = text.strip_prefix("git:") {
        return of_git(context, reference);
    }
    if chain.is_none() {
        *chain = Some(Rc::new(context.chain()?));
    }
    let chain = chain.clone().unwrap_or_default();
    let applied = context.applied_if_known(&chain.graph);
    match selection::resolve(&chain.graph, text, applied.as_ref()) {
        Ok(target) => {
            let ids = ancestors(&chain.graph, target.revisions, Edges::All).iter(&chain.graph).collect();
            Ok(Side::Revisions(chain, ids))
        }
        Err(_) if git::has(&context.package.root, text) => of_git(context, text),
        Err(error) => Err(error.help("a git ref: git:main")),
    }
}

fn of_git(context: &Context<'_>, reference: &str) -> Result<Side, Error> {
    let chain = git::chain(context, reference)?;
    let ids = chain.graph.ids().collect();
    Ok(Side::Revisions(Rc::new(chain), ids))
}

/// The revisions of a state: a version with the SQL that it has there.
fn versions(chain: &Chain, ids: &[Id]) -> BTreeMap<Version, Checksum> {
    ids.iter().map(|&id| (chain.graph.version(id).clone(), chain.migration(id).up.checksum())).collect()
}

fn common(one: &BTreeMap<Version, Checksum>, other: &BTreeMap<Version, Checksum>) -> BTreeSet<Version> {
    let is_there = |(version, checksum): &(&Version, &Checksum)| other.get(*version) == Some(*checksum);
    one.iter().filter(is_there).map(|(version, _)| version.clone()).collect()
}

/// The schema of some revisions, and what those outside `common` renamed.
fn replayed(
    context: &Context<'_>,
    chain: &Chain,
    ids: &[Id],
    common: &BTreeSet<Version>,
) -> Result<(Schema, Renames), Error> {
    let mut renames = Renames::default();
    let mut at = ids.iter();
    let replay = context.replay_with(chain, ids.iter().copied(), |_, changes| {
        if at.next().is_some_and(|&id| !common.contains(chain.graph.version(id))) {
            renamed::add(&changes, &mut renames);
        }
    })?;
    Ok((replay.schema().clone(), renames))
}

type States = (Schema, Schema, Renames);

fn to_models(context: &Context<'_>, chain: &Chain, ids: &[Id], models: &Models) -> Result<States, Error> {
    let before = context.replay(chain, ids.iter().copied())?.schema().clone();
    let target = target(&before, &models.schema, &models.renames, &context.config.unmanaged, &BTreeSet::new());
    tell_unmodelled(context, &target);
    Ok((before, target.schema, models.renames.clone()))
}

fn to_database(context: &Context<'_>, chain: &Chain, ids: &[Id]) -> Result<States, Error> {
    let before = context.replay(chain, ids.iter().copied())?.schema().clone();
    let after = live::beside(context, &before)?;
    Ok((before, after, Renames::default()))
}

/// The models, with all that they don't speak of as the database has it, and the database.
fn models_to_database(context: &Context<'_>, models: &Models) -> Result<States, Error> {
    let (raw, _) = live::read(context, &mut Schema::default())?;
    let target = target(&raw, &models.schema, &models.renames, &context.config.unmanaged, &BTreeSet::new());
    tell_unmodelled(context, &target);
    let after = live::beside(context, &target.schema)?;
    Ok((target.schema, after, renamed::inverted(&models.renames)))
}

fn tell_unmodelled(context: &Context<'_>, target: &Target) {
    if !target.unmodelled.is_empty() {
        let names: Vec<String> = target.unmodelled.iter().map(ToString::to_string).collect();
        context.ui.status("Left out", format!("tables without a model: {}", names.join(", ")));
    }
}
