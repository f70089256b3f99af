//! Triggers. Those of views are no part of the schema.

use dbmig::Backend;

use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Change, Name, ObjectName, Trigger, mentions};
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::{CreateTrigger, DropRoutines, DropTrigger, RenameTrigger};

use super::resolve::{Relation, is_ledger};
use super::routine;
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

/// The table of a trigger; none for a view's and the ledger's.
fn owner(work: &Work<'_>, ident: &ObjectIdent) -> Result<Option<ObjectName>, Conflict> {
    match work.find(ident) {
        Some((_, Relation::View | Relation::MaterializedView)) => Ok(None),
        None if is_ledger(ident) => Ok(None),
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
        let candidates = work.candidates(ident);
        let known = candidates.iter().find(|name| work.session().routines.contains_key(*name));
        let Some(dropped) = known.or(candidates.first()).cloned() else { continue };
        if drop.cascade {
            let triggered = work.permanent().triggered();
            let users: Vec<(ObjectName, Trigger)> = triggered
                .flat_map(|table| table.triggers.iter().map(|trigger| (table.name.clone(), trigger.clone())))
                .filter(|(_, trigger)| runs(work, trigger, &dropped))
                .collect();
            for (table, trigger) in users {
                work.change(Change::DropTrigger { table, trigger })?;
            }
        }
        routine::forget(work, &dropped);
    }
    Ok(())
}

/// Whether a trigger runs a function: it is named behind the last EXECUTE. A name without a schema was looked for when
/// the trigger was made; the path of then isn't known any more: the usual one is tried first.
fn runs(work: &Work<'_>, trigger: &Trigger, function: &ObjectName) -> bool {
    let lower = trigger.sql.to_ascii_lowercase();
    let call = lower.rfind("execute").and_then(|at| trigger.sql.get(at..)).unwrap_or_default();
    let call = call.split('(').next().unwrap_or_default();
    if !mentions(call, &function.name) {
        return false;
    }
    let Some((schema, _)) = call.rsplit_once('.') else {
        let path = std::iter::once(None).chain(work.path());
        let mut path = path.map(|schema| ObjectName { schema, name: function.name.clone() });
        let meant = path.find(|name| work.session().routines.contains_key(name));
        return meant.is_none_or(|name| name == *function);
    };
    match &function.schema {
        Some(of_function) => mentions(schema, of_function),
        None => mentions(schema, &Name::new("public", Backend::Postgres)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Replay;
    use crate::source::Source;
    use crate::sql::split;

    /// The tables' triggers that are left after a script on top of two schemas with a function `touch` each.
    fn left(text: &str) -> Vec<String> {
        let begin = "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (x int); CREATE TABLE b.t (x int); \
                     CREATE FUNCTION a.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
                     CREATE FUNCTION b.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
                     CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
                     CREATE TRIGGER one AFTER INSERT ON a.t EXECUTE FUNCTION a.touch(); \
                     CREATE TRIGGER two AFTER INSERT ON b.t EXECUTE PROCEDURE b . \"touch\"(); \
                     CREATE TRIGGER three AFTER INSERT ON b.t EXECUTE FUNCTION touch(); \
                     CREATE TRIGGER four AFTER INSERT ON b.t EXECUTE FUNCTION public.touch('a.touch'); ";
        let mut replay = Replay::new(Backend::Postgres);
        let replayed = replay.run(&split(&Source::new("up.sql", format!("{begin}{text}")), Backend::Postgres));
        assert_eq!(replayed.diagnostics, []);
        let tables = replay.schema().tables.values();
        tables.flat_map(|table| table.triggers.iter().map(|one| one.name.to_string())).collect()
    }

    #[test]
    fn a_function_takes_its_own_triggers_alone() {
        assert_eq!(left("DROP FUNCTION a.touch() CASCADE"), ["two", "three", "four"]);
        assert_eq!(left("DROP FUNCTION b.touch CASCADE"), ["one", "three", "four"]);
        assert_eq!(left("DROP FUNCTION touch() CASCADE"), ["one", "two"]);
        assert_eq!(left("SET search_path TO b; DROP FUNCTION IF EXISTS touch() CASCADE"), ["one", "three", "four"]);
        assert_eq!(left("DROP FUNCTION a.touch(), b.touch() CASCADE"), ["three", "four"]);
    }
}
