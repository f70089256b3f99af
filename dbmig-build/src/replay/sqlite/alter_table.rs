//! `ALTER TABLE`, and what follows from it elsewhere.

use dbmig::Backend;

use super::create_table::check_types;
use super::{Database, find, object, table, virtual_table};
use crate::replay::conflict::Conflict;
use crate::replay::{Replay, lower};
use crate::schema::{
    ApplyError, Catalog, Change, Column, Constraint, Name, ObjectName, SHADOWS, Storage, Table, Trigger, mentions,
};
use crate::sql::syntax::{AlterAction, AlterTable, ColumnSyntax, Ident};
use crate::sql::{mentions_row_column, rename_trigger_table};

pub(super) fn alter_table(replay: &mut Replay, alter: &AlterTable) -> Result<Vec<Change>, Conflict> {
    let database = find(replay, &alter.table)?;
    let mut changes = Vec::new();
    // SQLite has one action for each statement, so that all of them see the table as it was.
    for action in &alter.actions {
        let catalog = replay.database(database);
        let owner = table(catalog, &alter.table)?;
        changes.extend(match action {
            AlterAction::RenameTo(to) => rename_table(replay, database, owner, to)?,
            AlterAction::RenameColumn { from, to } => rename_column(owner, from, to)?,
            AlterAction::AddColumn(column) => add_column(owner, column)?,
            AlterAction::DropColumn(column) => drop_column(replay, owner, column)?,
            AlterAction::SetNotNull(column, on_conflict) => alter_column(owner, column, |column| {
                column.nullable = false;
                column.not_null_conflict = *on_conflict;
            })?,
            AlterAction::DropNotNull(column) => alter_column(owner, column, |column| {
                column.nullable = true;
                column.not_null_conflict = None;
            })?,
            AlterAction::AddCheck(check, span) => {
                let constraint = Constraint::Check((**check).clone());
                if check.name.as_ref().is_some_and(|name| owner.constraint(name).is_some()) {
                    let error = ApplyError::ConstraintExists(owner.name.clone(), constraint.describe());
                    return Err(Conflict::at(span, error));
                }
                vec![Change::AddConstraint { table: owner.name.clone(), constraint }]
            }
            AlterAction::DropConstraint(name) => drop_constraint(owner, name)?,
        });
    }
    replay.changes(database, changes)
}

/// Source: <https://sqlite.org/lang_altertable.html#altertabrename>.
fn rename_table(replay: &Replay, database: Database, owner: &Table, to: &Ident) -> Result<Vec<Change>, Conflict> {
    let catalog = replay.database(database);
    let (from, new) = (&owner.name, object(&to.name));
    let taken = catalog.schema().tables.contains_key(&new) || catalog.schema().views.contains_key(&new);
    if taken && *from != new {
        return Err(Conflict::at(&to.span, ApplyError::Exists(new)));
    }
    if catalog.find_index(None, &to.name).is_some() {
        return Err(Conflict::at(&to.span, ApplyError::IndexExists(to.name.clone())));
    }
    let mut changes = vec![Change::RenameTable { from: from.clone(), to: new.clone() }];
    for suffix in SHADOWS.iter().filter(|_| owner.options.virtual_module.is_some()) {
        let shadow = virtual_table::shadow_name(from, suffix);
        if catalog.schema().tables.contains_key(&shadow) {
            changes.push(Change::RenameTable { from: shadow, to: virtual_table::shadow_name(&new, suffix) });
        }
    }
    if replay.legacy_alter_table && !replay.foreign_keys {
        changes.extend(keep_references(catalog, from, &new));
    }
    if replay.legacy_alter_table {
        changes.extend(keep_texts(catalog, from, &new, replay.backend));
    }
    Ok(changes)
}

/// What keeps foreign keys pointing at the old name.
fn keep_references(catalog: &Catalog, from: &ObjectName, to: &ObjectName) -> Vec<Change> {
    let mut changes = Vec::new();
    for child in catalog.referrers(from) {
        let table = if child.name == *from { to } else { &child.name };
        for key in child.foreign_keys.iter().filter(|key| key.table == *from) {
            let mut renamed = key.clone();
            renamed.table = to.clone();
            let constraint = Constraint::ForeignKey(renamed);
            changes.push(Change::DropConstraint { table: table.clone(), constraint });
            let constraint = Constraint::ForeignKey(key.clone());
            changes.push(Change::AddConstraint { table: table.clone(), constraint });
        }
    }
    changes
}

/// What keeps triggers and views as they are, but for the table that a trigger belongs to.
fn keep_texts(catalog: &Catalog, from: &ObjectName, to: &ObjectName, backend: Backend) -> Vec<Change> {
    let mut changes = Vec::new();
    for owner in catalog.triggered() {
        let table = if owner.name == *from { to } else { &owner.name };
        for trigger in owner.triggers.iter().filter(|trigger| mentions(&trigger.sql, &from.name)) {
            let sql = rename_trigger_table(&trigger.sql, &from.name, &to.name, backend);
            changes.push(Change::DropTrigger { table: table.clone(), trigger: trigger.clone() });
            let trigger = Trigger { name: trigger.name.clone(), sql };
            changes.push(Change::CreateTrigger { table: table.clone(), trigger });
        }
    }
    for view in catalog.schema().views.values().filter(|view| mentions(&view.sql, &from.name)) {
        changes.extend([Change::DropView(view.clone()), Change::CreateView(view.clone())]);
    }
    changes
}

fn rename_column(owner: &Table, from: &Ident, to: &Ident) -> Result<Vec<Change>, Conflict> {
    existing(owner, from)?;
    let (table, from, name) = (owner.name.clone(), from.name.clone(), to.name.clone());
    if from != name && owner.column(&name).is_some() {
        return Err(Conflict::at(&to.span, ApplyError::ColumnExists(table, name)));
    }
    Ok(vec![Change::RenameColumn { table, from, to: name }])
}

/// Source: <https://sqlite.org/lang_altertable.html#altertabaddcol>.
fn add_column(owner: &Table, syntax: &ColumnSyntax) -> Result<Vec<Change>, Conflict> {
    let (span, table) = (&syntax.name.span, &owner.name);
    let lowered = lower::column(syntax);
    let column = lowered.column;
    if owner.column(&column.name).is_some() {
        return Err(Conflict::at(span, ApplyError::ColumnExists(table.clone(), column.name)));
    }
    let kind = lowered.constraints.iter().find_map(|(constraint, _)| match constraint {
        Constraint::PrimaryKey(_) => Some("PRIMARY KEY"),
        Constraint::Unique(_) => Some("UNIQUE"),
        _ => None,
    });
    let stored = column.generated.as_ref().is_some_and(|generated| generated.storage == Storage::Stored);
    if let Some(kind) = kind.or_else(|| stored.then_some("STORED")) {
        return Err(Conflict::refused(span, format!("SQLite can't add a {kind} column to a table")));
    }
    check_types(owner, std::slice::from_ref(syntax))?;
    let constraints = lowered.constraints.into_iter().map(|(constraint, _)| constraint);
    let added = constraints.map(|constraint| Change::AddConstraint { table: table.clone(), constraint });
    let mut changes = vec![Change::AddColumn { table: table.clone(), column: Box::new(column) }];
    changes.extend(added);
    Ok(changes)
}

/// A column goes with the checks that mention it and the foreign key that it has alone: SQLite lets it go only if they
/// were written on the column itself. Source: <https://sqlite.org/lang_altertable.html#altertabdropcol>.
fn drop_column(replay: &Replay, owner: &Table, ident: &Ident) -> Result<Vec<Change>, Conflict> {
    let column = existing(owner, ident)?;
    let in_use = |by: String| {
        Err(Conflict::at(&ident.span, ApplyError::ColumnInUse(owner.name.clone(), ident.name.clone(), by)))
    };
    if owner.columns.len() == 1 {
        return Err(Conflict::refused(&ident.span, format!("`{}` is the only column of `{}`", ident.name, owner.name)));
    }
    let mut rest = owner.clone();
    let goes = |constraint: &Constraint| match constraint {
        Constraint::ForeignKey(key) => key.columns == [ident.name.clone()],
        Constraint::Check(check) => check.expression.mentions(&ident.name),
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => false,
    };
    let gone: Vec<Constraint> = owner.constraints().filter(goes).collect();
    rest.foreign_keys.retain(|key| key.columns != [ident.name.clone()]);
    rest.checks.retain(|check| !check.expression.mentions(&ident.name));
    if let Some(user) = rest.user_of_column(&ident.name) {
        return in_use(user);
    }
    // A trigger's NEW and OLD are certain; other mentions may be of other tables.
    let mentions = |trigger: &&Trigger| mentions_row_column(&trigger.sql, &ident.name, replay.backend);
    if let Some(trigger) = owner.triggers.iter().find(mentions) {
        return in_use(format!("trigger `{}`", trigger.name));
    }
    let table = &owner.name;
    let dropped = gone.into_iter().map(|constraint| Change::DropConstraint { table: table.clone(), constraint });
    let mut changes: Vec<Change> = dropped.collect();
    changes.push(Change::DropColumn { table: table.clone(), column: Box::new(column.clone()) });
    Ok(changes)
}

fn alter_column(owner: &Table, ident: &Ident, alter: impl Fn(&mut Column)) -> Result<Vec<Change>, Conflict> {
    let from = existing(owner, ident)?;
    let mut to = from.clone();
    alter(&mut to);
    if *from == to {
        return Ok(Vec::new());
    }
    let (from, to) = (Box::new(from.clone()), Box::new(to));
    Ok(vec![Change::AlterColumn { table: owner.name.clone(), from, to }])
}

fn existing<'a>(owner: &'a Table, ident: &Ident) -> Result<&'a Column, Conflict> {
    let missing = || Conflict::at(&ident.span, ApplyError::NoColumn(owner.name.clone(), ident.name.clone()));
    owner.column(&ident.name).ok_or_else(missing)
}

fn drop_constraint(owner: &Table, ident: &Ident) -> Result<Vec<Change>, Conflict> {
    let named = |name: &Name| owner.constraint(name);
    match named(&ident.name) {
        Some(constraint @ Constraint::Check(_)) => {
            Ok(vec![Change::DropConstraint { table: owner.name.clone(), constraint }])
        }
        Some(other) => {
            let message = format!("SQLite can't drop a {}: only checks", other.describe());
            Err(Conflict::refused(&ident.span, message))
        }
        None => {
            let error = ApplyError::NoConstraint(owner.name.clone(), format!("constraint `{}`", ident.name));
            Err(Conflict::at(&ident.span, error))
        }
    }
}
