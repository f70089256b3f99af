//! What MySQL's and MariaDB's statements do. Where the two differ, what both do is taken, or what their current versions
//! do: foreign keys written on a column count (MySQL 9, MariaDB 10.5), timestamps take NULL unless they say otherwise.
//!
//! Names of tables are compared without case, as those of columns are, though a server on Linux tells `Users` from
//! `users`: servers elsewhere don't, chains written there run here too, and two tables that differ in case alone can't be
//! moved between them.

mod alter_table;
mod create_table;
mod key;
mod program;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use super::conflict::Conflict;
use super::{Replay, Replayed, names_in, unreadable_part};
use crate::schema::{ApplyError, Catalog, Change, Name, ObjectName, Table, Trigger, View};
use crate::source::Span;
use crate::sql::syntax::mysql::{CreateRoutine, CreateTrigger, CreateView, Existing, RoutineEffect, Statement};
use crate::sql::syntax::{ObjectIdent, ObjectKind};
use program::Held;

/// What a connection knows beside the schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    /// Indexes that foreign keys made, by table: they go when another index serves as well.
    generated: BTreeMap<ObjectName, BTreeSet<Name>>,
    /// Temporary tables, which hide others of their names.
    temporary: BTreeSet<ObjectName>,
    /// Procedures, and what calls of them do to the structure.
    routines: BTreeMap<Name, CreateRoutine>,
    /// What variables hold, by name: `@name`.
    variables: BTreeMap<String, Held>,
    /// What the variables of the program hold that is at work.
    locals: BTreeMap<String, Held>,
    /// The texts of prepared statements.
    prepared: BTreeMap<Name, Held>,
    /// How many programs and prepared statements that call each other are at work.
    depth: usize,
    /// How many steps they have made.
    steps: usize,
}

impl Session {
    /// A session on a schema whose foreign keys have made the indexes that look like it.
    pub(super) fn of(catalog: &Catalog) -> Session {
        let mut session = Session::default();
        for table in catalog.schema().tables.values() {
            let made = table.indexes.iter().filter(|index| index.made_by_key.0).map(|index| index.name.clone());
            let made: BTreeSet<Name> = made.collect();
            if !made.is_empty() {
                session.generated.insert(table.name.clone(), made);
            }
            for key in &table.foreign_keys {
                if let Some(index) = table.indexes.iter().find(|index| key.may_have_made(index)) {
                    session.generated.entry(table.name.clone()).or_default().insert(index.name.clone());
                }
            }
        }
        session
    }
}

/// Runs a statement. What it changed before a part of it failed is undone.
pub(super) fn run(
    replay: &mut Replay,
    statement: &Statement,
    place: &Span,
    replayed: &mut Replayed,
) -> Result<(), Conflict> {
    let mut done = Vec::new();
    let about = match statement {
        Statement::AlterTable(alter) => Some(object(&alter.table)),
        Statement::CreateTable(create) => Some(object(&create.name)),
        _ => None,
    };
    let generated = about.as_ref().and_then(|name| replay.mysql.generated.get(name)).cloned();
    let before = about.as_ref().and_then(|name| replay.catalog.schema().tables.get(name));
    let order: Vec<Name> =
        before.into_iter().flat_map(|table| &table.columns).map(|column| column.name.clone()).collect();
    let outcome = match statement {
        Statement::AlterTable(alter) => {
            for unread in alter.actions.iter().filter_map(|action| action.as_ref().err()) {
                replayed.diagnostics.push(unreadable_part(&unread.message, &unread.span));
                replay.unknown.unreadable(Some(alter.table.name.clone()), names_in(place, replay.backend));
            }
            alter_table::alter_table(replay, alter, &mut done)
        }
        Statement::Call { name, arguments } => match replay.mysql.routines.get(&name.name).cloned() {
            Some(routine) => program::call(replay, &routine, arguments, &name.span, replayed),
            None => Ok(()),
        },
        Statement::Program(RoutineEffect::Steps(steps)) => {
            let message = "what this program does to the structure can't be known";
            program::whole(replay, steps, BTreeMap::new(), replayed, || Conflict::unreadable(place, message))
        }
        Statement::Execute(executed) => program::execute(replay, executed, place, replayed),
        other => effect(replay, other, place, &mut done),
    };
    match outcome {
        Ok(()) => {
            for change in &done {
                replay.history.record(change, place);
                replay.unknown.made(change);
            }
            replayed.changes.extend(done);
        }
        Err(_) => {
            if matches!(
                statement,
                Statement::Call { .. } | Statement::Program(_) | Statement::Execute(_) | Statement::Use(_)
            ) {
                // It may have been about anything.
                replay.unknown.unreadable(None, []);
            }
            let undone = done.iter().rev().try_for_each(|change| replay.catalog.apply(&change.inverse()));
            debug_assert_eq!(undone, Ok(()), "a change that was applied can be undone");
            if let Some(name) = about {
                // A column that was dropped comes back as the last one.
                replay.catalog.reorder_columns(&name, &order);
                replay.mysql.generated.insert(name, generated.unwrap_or_default());
            }
        }
    }
    outcome
}

fn effect(replay: &mut Replay, statement: &Statement, place: &Span, done: &mut Vec<Change>) -> Result<(), Conflict> {
    match statement {
        Statement::CreateTable(create) => create_table::create_table(replay, create, done),
        Statement::DropTables { names, if_exists } => {
            names.iter().try_for_each(|name| drop_table(replay, name, *if_exists, done))
        }
        Statement::RenameTables(renames) => {
            renames.iter().try_for_each(|(from, to)| rename_table(replay, from, to, done))
        }
        Statement::CreateView(create) => create_view(replay, create, done),
        Statement::DropViews { names, if_exists } => {
            names.iter().try_for_each(|name| match replay.catalog.schema().views.get(&object(name)).cloned() {
                Some(view) => replay.make(Change::DropView(view), done),
                None if *if_exists => Ok(()),
                None => Err(Conflict::missing(&name.span, ObjectKind::View, &name.name)),
            })
        }
        Statement::CreateTrigger(create) => create_trigger(replay, create, done),
        Statement::DropTrigger { name, if_exists } => match drop_trigger(replay, &name.name) {
            Some(change) => replay.make(change, done),
            None if *if_exists => Ok(()),
            None => Err(Conflict::missing(&name.span, ObjectKind::Trigger, &name.name)),
        },
        Statement::CreateRoutine(create) => {
            replay.mysql.routines.insert(create.name.clone(), create.clone());
            Ok(())
        }
        Statement::DropDatabase(database) => {
            let within = |name: &&ObjectName| name.schema.as_ref() == Some(database);
            let tables: Vec<ObjectName> = replay.catalog.schema().tables.keys().filter(within).cloned().collect();
            tables.iter().try_for_each(|name| drop_existing(replay, name, done))
        }
        Statement::Program(RoutineEffect::Unknown) => {
            Err(Conflict::unreadable(place, "what this program does to the structure can't be known"))
        }
        Statement::Use(database) => {
            let message = format!(
                "which tables are meant after USE can't be known: is `{}` the database of the connection?",
                database.name
            );
            Err(Conflict::unreadable(&database.span, message))
        }
        Statement::Set(variables) => {
            variables.iter().for_each(|(name, assigned)| program::set(replay, name, assigned));
            Ok(())
        }
        Statement::Prepare { name, from } => {
            let held = program::hold(replay, from);
            replay.mysql.prepared.insert(name.clone(), held);
            Ok(())
        }
        Statement::AlterTable(_) | Statement::Call { .. } | Statement::Program(_) | Statement::Execute(_) => Ok(()),
    }
}

impl Replay {
    /// Applies a change and keeps it for undoing.
    fn make(&mut self, change: Change, done: &mut Vec<Change>) -> Result<(), Conflict> {
        self.catalog.apply(&change)?;
        done.push(change);
        Ok(())
    }
}

/// The name of an object: with its database where one is stated.
fn object(ident: &ObjectIdent) -> ObjectName {
    ObjectName { schema: ident.schema.clone(), name: ident.name.clone() }
}

/// The table of a statement.
fn table<'a>(replay: &'a Replay, ident: &ObjectIdent) -> Result<&'a Table, Conflict> {
    let name = object(ident);
    let missing = || Conflict::at(&ident.span, ApplyError::NoTable(name.clone()));
    replay.catalog.schema().tables.get(&name).ok_or_else(missing)
}

fn name_is_free(replay: &Replay, ident: &ObjectIdent) -> Result<(), Conflict> {
    let (name, schema) = (object(ident), replay.catalog.schema());
    if schema.tables.contains_key(&name) || schema.views.contains_key(&name) {
        return Err(Conflict::at(&ident.span, ApplyError::Exists(name)));
    }
    Ok(())
}

fn drop_table(
    replay: &mut Replay,
    ident: &ObjectIdent,
    if_exists: bool,
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    let name = object(ident);
    if replay.mysql.temporary.remove(&name) {
        return Ok(());
    }
    let schema = replay.catalog.schema();
    if schema.views.contains_key(&name) && !if_exists {
        return Err(Conflict::refused(&ident.span, format!("`{name}` is a view: it goes by DROP VIEW")));
    }
    if if_exists && !schema.tables.contains_key(&name) {
        return Ok(());
    }
    table(replay, ident)?;
    drop_existing(replay, &name, done)
}

fn drop_existing(replay: &mut Replay, name: &ObjectName, done: &mut Vec<Change>) -> Result<(), Conflict> {
    let Some(table) = replay.catalog.schema().tables.get(name).cloned() else { return Ok(()) };
    replay.mysql.generated.remove(name);
    replay.make(Change::DropTable(Box::new(table)), done)
}

/// A table, or a view, gets another name; foreign keys that the database had named follow.
fn rename_table(
    replay: &mut Replay,
    from: &ObjectIdent,
    to: &ObjectIdent,
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    let (old, new) = (object(from), object(to));
    if replay.mysql.temporary.remove(&old) {
        replay.mysql.temporary.insert(new);
        return Ok(());
    }
    if old != new {
        name_is_free(replay, to)?;
    }
    if replay.catalog.schema().views.contains_key(&old) {
        return replay.make(Change::RenameView { from: old, to: new }, done);
    }
    let keys = table(replay, from)?.foreign_keys_that_follow(&new.name);
    if let Some(generated) = replay.mysql.generated.remove(&old) {
        replay.mysql.generated.insert(new.clone(), generated);
    }
    replay.make(Change::RenameTable { from: old, to: new.clone() }, done)?;
    for (from, to) in keys {
        replay.make(Change::RenameConstraint { table: new.clone(), from, to }, done)?;
    }
    Ok(())
}

fn create_view(replay: &mut Replay, create: &CreateView, done: &mut Vec<Change>) -> Result<(), Conflict> {
    let name = object(&create.name);
    match replay.catalog.schema().views.get(&name).cloned() {
        Some(_) if create.if_not_exists => return Ok(()),
        Some(view) if create.existing != Existing::Refused => replay.make(Change::DropView(view), done)?,
        None if create.existing == Existing::Altered => {
            return Err(Conflict::at(&create.name.span, ApplyError::NoView(name)));
        }
        _ => name_is_free(replay, &create.name)?,
    }
    replay.make(Change::CreateView(View::new(name, create.sql.clone())), done)
}

fn create_trigger(replay: &mut Replay, create: &CreateTrigger, done: &mut Vec<Change>) -> Result<(), Conflict> {
    let name = &create.name.name;
    let existing = drop_trigger(replay, name);
    if existing.is_some() && create.if_not_exists {
        return Ok(());
    }
    let owner = table(replay, &create.table)?.name.clone();
    match existing {
        Some(drop) if create.or_replace => replay.make(drop, done)?,
        Some(drop) => {
            let owner = drop.table().cloned().unwrap_or(owner);
            return Err(Conflict::at(&create.name.span, ApplyError::TriggerExists(owner, name.clone())));
        }
        None => {}
    }
    let trigger = Trigger { name: name.clone(), sql: create.sql.clone() };
    replay.make(Change::CreateTrigger { table: owner, trigger }, done)
}

/// What drops a trigger; names of triggers are unique in a database.
fn drop_trigger(replay: &Replay, name: &Name) -> Option<Change> {
    replay.catalog.triggered().find_map(|table| {
        let trigger = table.triggers.iter().find(|trigger| trigger.name == *name)?.clone();
        Some(Change::DropTrigger { table: table.name.clone(), trigger })
    })
}
