//! Triggers. Those of views are no part of the schema.

use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Change, ObjectName, Trigger, mentions};
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::{CreateTrigger, DropRoutines, DropTrigger, RenameTrigger};

use super::resolve::Relation;
use super::work::Work;

pub(super) fn create_trigger(work: &mut Work<'_>, create: &CreateTrigger) -> Result<(), Conflict> {
    let Some(table) = owner(work, &create.table)? else { return Ok(()) };
    let trigger = Trigger { name: create.name.name.clone(), sql: create.sql.clone() };
    let own = work.table(&table)?.triggers.iter().find(|one| one.name == trigger.name).cloned();
    if let Some(before) = own {
        if !create.or_replace {
            let error = ApplyError::TriggerExists(table, trigger.name);
            return Err(Conflict::at(&create.name.span, error));
        }
        if before == trigger {
            return Ok(());
        }
        work.change(Change::DropTrigger { table: table.clone(), trigger: before })?;
    }
    work.change(Change::CreateTrigger { table, trigger })?;
    Ok(())
}

/// The table of a trigger; none for a view's.
fn owner(work: &Work<'_>, ident: &ObjectIdent) -> Result<Option<ObjectName>, Conflict> {
    match work.find(ident) {
        Some((_, Relation::View | Relation::MaterializedView)) => Ok(None),
        _ => work.find_table(ident).map(Some),
    }
}

pub(super) fn drop_trigger(work: &mut Work<'_>, drop: &DropTrigger) -> Result<(), Conflict> {
    let table = match owner(work, &drop.table) {
        Err(_) if drop.if_exists => return Ok(()),
        found => found?,
    };
    let Some(table) = table else { return Ok(()) };
    let own = work.table(&table)?.triggers.iter().find(|one| one.name == drop.name.name).cloned();
    match own {
        Some(trigger) => Ok(work.change(Change::DropTrigger { table, trigger })?),
        None if drop.if_exists => Ok(()),
        None => Err(Conflict::at(&drop.name.span, ApplyError::NoTrigger(table, drop.name.name.clone()))),
    }
}

pub(super) fn rename_trigger(work: &mut Work<'_>, rename: &RenameTrigger) -> Result<(), Conflict> {
    let Some(table) = owner(work, &rename.table)? else { return Ok(()) };
    let own = work.table(&table)?.triggers.iter().find(|one| one.name == rename.from.name).cloned();
    let missing = || ApplyError::NoTrigger(table.clone(), rename.from.name.clone());
    let before = own.ok_or_else(|| Conflict::at(&rename.from.span, missing()))?;
    let name = rename.to.name.clone();
    let sql = before.sql.replacen(&before.name.sql(), &name.sql(), 1);
    work.change(Change::DropTrigger { table: table.clone(), trigger: before })?;
    let created = work.change(Change::CreateTrigger { table, trigger: Trigger { name, sql } });
    created.map_err(|error| Conflict::at(&rename.to.span, error))
}

/// Forgets functions; with CASCADE the triggers that run them go.
pub(super) fn drop_routines(work: &mut Work<'_>, drop: &DropRoutines) -> Result<(), Conflict> {
    for ident in &drop.names {
        for name in work.candidates(ident) {
            work.session_mut().routines.remove(&name);
        }
        if !drop.cascade {
            continue;
        }
        let triggered = work.permanent().triggered();
        let users: Vec<(ObjectName, Trigger)> = triggered
            .flat_map(|table| table.triggers.iter().map(|trigger| (table.name.clone(), trigger.clone())))
            .filter(|(_, trigger)| runs(trigger, ident))
            .collect();
        for (table, trigger) in users {
            work.change(Change::DropTrigger { table, trigger })?;
        }
    }
    Ok(())
}

/// Whether a trigger runs a function: it is named behind the last EXECUTE.
fn runs(trigger: &Trigger, function: &ObjectIdent) -> bool {
    let lower = trigger.sql.to_ascii_lowercase();
    let call = lower.rfind("execute").and_then(|at| trigger.sql.get(at..)).unwrap_or_default();
    mentions(call.split('(').next().unwrap_or_default(), &function.name)
}
