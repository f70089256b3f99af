//! `--from-database`: what makes the chain catch up with a database that was changed by hand.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::diff::diff;
use dbmig_build::link::Chain;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{ObjectName, Schema};
use dbmig_build::target::Target;

use super::draft::{Asking, Decisions, Draft};
use super::named::{is_named, suggest};
use super::questions;
use super::renames::{self, Compared, Sides};
use crate::commands::live;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::render::Backfills;

/// Works out the changes from the chain to the database. Tables that no revision made take part where `--only` names
/// them.
///
/// # Errors
///
/// A database that isn't there or isn't where the chain is, an option that names nothing.
pub(super) fn draft(
    context: &Context<'_>,
    chain: &Chain,
    replay: &Replay,
    decisions: &Decisions,
    asking: Asking,
) -> Result<Draft, Error> {
    refuse_behind(context, chain)?;
    let before = replay.schema();
    let live = live::beside(context, before)?;
    let wanted = wanted(&decisions.only, before, &live)?;
    let after = taken(before, &live, &wanted);
    let foreign: Vec<&ObjectName> =
        live.tables.keys().filter(|name| !before.tables.contains_key(*name) && !wanted.contains(*name)).collect();
    if !foreign.is_empty() {
        let names: Vec<String> = foreign.iter().map(ToString::to_string).collect();
        let names = names.join(", ");
        context.ui.status("Foreign", format!("made by no revision and left alone: {names}; --only NAME takes one in"));
    }
    let mut renames = dbmig_build::schema::Renames::default();
    let sides = Sides { before, desired: &after, enums: &BTreeMap::new() };
    renames::stated(&decisions.rename, &sides, &mut renames)?;
    let different = decisions.not_renamed.iter().cloned().collect();
    let compared = Compared { before, desired: &after, staying: Vec::new(), different };
    let likely = match asking {
        Asking::Nothing => renames::open(&compared, &renames),
        Asking::AtTerminal => {
            renames::settle(context.ui, compared, &decisions.not_renamed, &mut renames)?;
            Vec::new()
        }
    };
    let changes = diff(before, &after, &renames);
    let waiting = if decisions.only.is_empty() { 0 } else { waiting(before, &live, &after) };
    let backfills = match asking {
        Asking::AtTerminal => questions::backfills(&decisions.backfill, &decisions.kept, &changes, before, context)?,
        Asking::Nothing => Backfills::new(),
    };
    let target = Target { schema: after, unmodelled: Vec::new(), unmanaged: Vec::new() };
    Ok(Draft { models: None, target, changes, likely, waiting, backfills })
}

/// What a database that isn't at the heads lacks isn't drift.
fn refuse_behind(context: &Context<'_>, chain: &Chain) -> Result<(), Error> {
    let status = context.status(chain)?.ok_or_else(live::missing)?;
    let refused = |message: String, help: &str| Err(Error::new(Kind::Database, message).help(help));
    if let Some(one) = status.partial.first() {
        return refused(format!("{} stopped midway in the database", one.name), "cargo dbmig current");
    }
    if let Some(one) = status.unknown.first() {
        let name = one.name.as_deref().unwrap_or(&one.version);
        return refused(format!("the database has {name}, which this checkout doesn't have"), "cargo dbmig current");
    }
    match status.pending.first() {
        Some(name) => {
            refused(format!("the database doesn't have {name} yet"), "cargo dbmig upgrade, then run this again")
        }
        None => Ok(()),
    }
}

/// The tables that take part: those of the chain, or those that `--only` names.
fn wanted(only: &[String], before: &Schema, live: &Schema) -> Result<BTreeSet<ObjectName>, Error> {
    if only.is_empty() {
        return Ok(before.tables.keys().cloned().collect());
    }
    let mut wanted = BTreeSet::new();
    for text in only {
        let found: Vec<_> =
            before.tables.keys().chain(live.tables.keys()).filter(|name| is_named(name, text)).collect();
        if found.is_empty() {
            let error = Error::new(Kind::Usage, format!("--only {text}: neither the chain nor the database have it"));
            return Err(suggest(error, text, before.tables.keys().chain(live.tables.keys())));
        }
        wanted.extend(found.into_iter().cloned());
    }
    Ok(wanted)
}

/// The chain's schema with some tables as the database has them, and what belongs to these.
fn taken(before: &Schema, live: &Schema, wanted: &BTreeSet<ObjectName>) -> Schema {
    let mut after = before.clone();
    for name in wanted {
        match live.tables.get(name) {
            Some(table) => drop(after.tables.insert(name.clone(), table.clone())),
            None => drop(after.tables.remove(name)),
        }
    }
    let is_wanted = |owner: &Option<(ObjectName, _)>| owner.as_ref().is_some_and(|(table, _)| wanted.contains(table));
    after.sequences.retain(|name, one| !is_wanted(&one.owner) || live.sequences.contains_key(name));
    for (name, one) in &live.sequences {
        if is_wanted(&one.owner) || before.sequences.contains_key(name) && one.owner.is_none() {
            after.sequences.insert(name.clone(), one.clone());
        }
    }
    let columns = || wanted.iter().filter_map(|name| live.tables.get(name)).flat_map(|table| &table.columns);
    for (name, one) in &live.types {
        if columns().any(|column| column.column_type.names(name)) {
            after.types.insert(name.clone(), one.clone());
        }
    }
    let schemas = wanted.iter().filter(|name| live.tables.contains_key(*name)).filter_map(|name| name.schema.clone());
    after.namespaces.extend(schemas.filter(|name| live.namespaces.contains(name)));
    after
}

/// How many changes to the chain's other tables wait.
fn waiting(before: &Schema, live: &Schema, after: &Schema) -> usize {
    let all = before.tables.keys().chain(after.tables.keys()).cloned().collect();
    diff(after, &taken(before, live, &all), &Default::default()).len()
}
