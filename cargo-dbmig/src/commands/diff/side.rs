//! What a state of `diff` stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use dbmig::checksum::Checksum;
use dbmig::revision::Id;
use dbmig::revision::order::{Edges, ancestors};
use dbmig::version::Version;
use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::link::Chain;
use dbmig_build::models::Models;
use dbmig_build::schema::{Renames, Schema};
use dbmig_build::target::{Target, target};

use super::git;
use crate::commands::{live, renamed, selection};
use crate::context::Context;
use crate::error::{Error, Kind};

/// Two states, with what has another name in the second.
pub(super) struct Pair {
    pub(super) before: Schema,
    pub(super) after: Schema,
    pub(super) renames: Renames,
    /// What can't be replayed, and is missing from the states.
    pub(super) errors: Vec<Diagnostic>,
}

/// A state.
enum Side {
    /// Some revisions of a chain, this checkout's or another one's, in order.
    Revisions(Rc<Known>, Vec<Id>),
    Models(Box<Models>),
    Database,
}

/// A chain, and what is wrong with the texts of its scripts.
#[derive(Default)]
struct Known {
    chain: Chain,
    faults: Vec<Diagnostic>,
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
    let forwards = |(before, after, renames, errors)| Pair { before, after, renames, errors };
    let backwards =
        |(after, before, renames, errors)| Pair { before, after, renames: renamed::inverted(&renames), errors };
    Ok(match (&from, &to) {
        (Side::Revisions(one, ids), Side::Revisions(other, others)) => {
            let common = common(&versions(&one.chain, ids), &versions(&other.chain, others));
            let (before, back, mut errors) = replayed(context, one, ids, &common);
            let (after, forth, more) = replayed(context, other, others, &common);
            // What both states lack is said once.
            errors.extend(more.into_iter().filter(|one| !errors.contains(one)).collect::<Vec<_>>());
            let mut renames = renamed::inverted(&back);
            let Renames { tables, columns, types, enum_values, values, unstated } = forth;
            renames.tables.extend(tables);
            renames.columns.extend(columns);
            renames.types.extend(types);
            renames.enum_values.extend(enum_values);
            renames.values.extend(values);
            renames.unstated.extend(unstated);
            Pair { before, after, renames, errors }
        }
        (Side::Revisions(chain, ids), Side::Models(models)) => forwards(to_models(context, chain, ids, models)?),
        (Side::Models(models), Side::Revisions(chain, ids)) => backwards(to_models(context, chain, ids, models)?),
        (Side::Revisions(chain, ids), Side::Database) => forwards(to_database(context, chain, ids)?),
        (Side::Database, Side::Revisions(chain, ids)) => backwards(to_database(context, chain, ids)?),
        (Side::Database, Side::Models(models)) => backwards(models_to_database(context, models)?),
        (Side::Models(models), Side::Database) => forwards(models_to_database(context, models)?),
        (Side::Models(_), Side::Models(_)) | (Side::Database, Side::Database) => {
            forwards((Schema::default(), Schema::default(), Renames::default(), Vec::new()))
        }
    })
}

fn side(context: &Context<'_>, text: &str, known: &mut Option<Rc<Known>>) -> Result<Side, Error> {
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
    if known.is_none() {
        let (chain, faults) = context.chain_and_faults()?;
        *known = Some(Rc::new(Known { chain, faults }));
    }
    let known = known.clone().unwrap_or_default();
    let graph = &known.chain.graph;
    let applied = context.applied_if_known(graph);
    match selection::resolve(graph, text, applied.as_ref()) {
        Ok(target) => {
            let ids = ancestors(graph, target.revisions, Edges::All).iter(graph).collect();
            Ok(Side::Revisions(known, ids))
        }
        Err(_) if git::has(&context.package.root, text) => of_git(context, text),
        Err(error) => Err(error.help("a git ref: git:main")),
    }
}

fn of_git(context: &Context<'_>, reference: &str) -> Result<Side, Error> {
    let chain = git::chain(context, reference)?;
    let ids = chain.graph.ids().collect();
    Ok(Side::Revisions(Rc::new(Known { chain, faults: Vec::new() }), ids))
}

/// The revisions of a state: a version with the SQL that it has there.
fn versions(chain: &Chain, ids: &[Id]) -> BTreeMap<Version, Checksum> {
    ids.iter().map(|&id| (chain.graph.version(id).clone(), chain.migration(id).up.checksum())).collect()
}

fn common(one: &BTreeMap<Version, Checksum>, other: &BTreeMap<Version, Checksum>) -> BTreeSet<Version> {
    let is_there = |(version, checksum): &(&Version, &Checksum)| other.get(*version) == Some(*checksum);
    one.iter().filter(is_there).map(|(version, _)| version.clone()).collect()
}

/// What is known of the schema of some revisions, what those outside `common` renamed, and what can't be replayed.
fn replayed(
    context: &Context<'_>,
    Known { chain, faults }: &Known,
    ids: &[Id],
    common: &BTreeSet<Version>,
) -> (Schema, Renames, Vec<Diagnostic>) {
    let mut renames = Renames::default();
    let mut at = ids.iter();
    let ups = ids.iter().map(|&id| &chain.migration(id).up);
    let (replay, errors) = context.replay_known(ups, faults, |_, changes| {
        if at.next().is_some_and(|&id| !common.contains(chain.graph.version(id))) {
            renamed::add(&changes, &mut renames);
        }
    });
    (replay.schema().clone(), renames, errors)
}

type States = (Schema, Schema, Renames, Vec<Diagnostic>);

/// Models are compared with what is wholly known: what a statement makes would be missing to be made again.
fn to_models(context: &Context<'_>, known: &Known, ids: &[Id], models: &Models) -> Result<States, Error> {
    let (before, _, errors) = replayed(context, known, ids, &BTreeSet::new());
    if !errors.is_empty() {
        return Err(Error::of_diagnostics(Kind::Chain, errors));
    }
    let target = target(&before, &models.schema, &models.renames, &context.config.unmanaged, &BTreeSet::new());
    tell_unmodelled(context, &target);
    Ok((before, target.schema, models.renames.clone(), errors))
}

fn to_database(context: &Context<'_>, known: &Known, ids: &[Id]) -> Result<States, Error> {
    let (before, _, errors) = replayed(context, known, ids, &BTreeSet::new());
    let after = live::beside(context, &before)?;
    Ok((before, after, Renames::default(), errors))
}

/// The models, with all that they don't speak of as the database has it, and the database.
fn models_to_database(context: &Context<'_>, models: &Models) -> Result<States, Error> {
    let (raw, _) = live::read(context, &mut Schema::default())?;
    let target = target(&raw, &models.schema, &models.renames, &context.config.unmanaged, &BTreeSet::new());
    tell_unmodelled(context, &target);
    let after = live::beside(context, &target.schema)?;
    Ok((target.schema, after, renamed::inverted(&models.renames), Vec::new()))
}

fn tell_unmodelled(context: &Context<'_>, target: &Target) {
    if !target.unmodelled.is_empty() {
        let names: Vec<String> = target.unmodelled.iter().map(ToString::to_string).collect();
        context.ui.status("Left out", format!("tables without a model: {}", names.join(", ")));
    }
}
