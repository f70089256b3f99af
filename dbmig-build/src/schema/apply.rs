//! What a change does to a schema.

mod error;
mod mentions;
mod objects;
mod past;

pub use error::ApplyError;

use dbmig::Backend;

use super::{
    Catalog, Change, Column, Constraint, Expression, IndexColumn, IndexKey, Name, ObjectName, Schema, Table,
    TableOptions, Trigger, mention,
};

/// Applies changes one after the other.
///
/// # Errors
///
/// The first change that doesn't fit; those before it have been applied.
pub fn apply_all<'a>(changes: impl IntoIterator<Item = &'a Change>, schema: &mut Schema) -> Result<(), ApplyError> {
    let mut catalog = Catalog::from(std::mem::take(schema));
    let applied = changes.into_iter().try_for_each(|change| catalog.apply(change));
    *schema = catalog.into_schema();
    applied
}

/// Applies a change. For more than one, [`apply_all`] and [`Catalog::apply`] don't look at every table each time.
///
/// # Errors
///
/// A change that doesn't fit; the schema is as it was.
pub fn apply(change: &Change, schema: &mut Schema) -> Result<(), ApplyError> {
    apply_all([change], schema)
}

impl Catalog {
    /// Applies a change.
    ///
    /// # Errors
    ///
    /// A change that doesn't fit; the schema is as it was.
    pub fn apply(&mut self, change: &Change) -> Result<(), ApplyError> {
        let schema = &mut self.schema;
        match change {
            Change::CreateTable(table) => create_table(self, table),
            Change::DropTable(table) => {
                self.unlink(&table.name);
                let dropped = self.schema.tables.remove(&table.name);
                dropped.map(drop).ok_or_else(|| ApplyError::NoTable(table.name.clone()))
            }
            Change::RenameTable { from, to } => rename_table(self, from, to),
            Change::AlterOptions { table, to, .. } => {
                find(schema, table)?;
                self.unlink(table);
                find(&mut self.schema, table)?.options = (**to).clone();
                self.link(table);
                Ok(())
            }
            Change::AddColumn { table, column } => {
                add_column(find(schema, table)?, column)?;
                self.link_column(table, column);
                Ok(())
            }
            Change::DropColumn { table, column } => drop_column(find(schema, table)?, &column.name),
            Change::RenameColumn { table, from, to } => rename_column(self, table, from, to),
            Change::AlterColumn { table, to, .. } => {
                alter_column(find(schema, table)?, to)?;
                self.link_column(table, to);
                Ok(())
            }
            Change::MoveColumn { table, column, to, .. } => move_column(find(schema, table)?, column, to.as_ref()),
            Change::AddConstraint { table, constraint } => {
                add_constraint(find(schema, table)?, constraint)?;
                self.link_constraint(table, constraint);
                Ok(())
            }
            Change::DropConstraint { table, constraint } => {
                let dropped = drop_constraint(find(schema, table)?, constraint)?;
                self.unlink_constraint(table, &dropped);
                Ok(())
            }
            Change::CreateIndex { table, index } => objects::create_index(self, table, index),
            Change::DropIndex { table, index } => objects::drop_index(self, table, &index.name),
            Change::CreateTrigger { table, trigger } => {
                create_trigger(find(schema, table)?, trigger)?;
                self.link_triggers(table);
                Ok(())
            }
            Change::DropTrigger { table, trigger } => {
                let owner = find(schema, table)?;
                let missing = || ApplyError::NoTrigger(table.clone(), trigger.name.clone());
                remove(&mut owner.triggers, |one| one.name == trigger.name).ok_or_else(missing)?;
                self.link_triggers(table);
                Ok(())
            }
            Change::CreateView(view) => {
                free_name(schema, &view.name)?;
                schema.views.insert(view.name.clone(), view.clone());
                self.link_view(&view.name);
                Ok(())
            }
            Change::DropView(view) => {
                self.unlink_view(&view.name);
                let schema = &mut self.schema;
                schema.views.remove(&view.name).map(drop).ok_or_else(|| ApplyError::NoView(view.name.clone()))
            }
            Change::CommentTable { table, to, .. } => {
                find(schema, table)?.comment.clone_from(to);
                Ok(())
            }
            Change::RenameIndex { table, from, to } => objects::rename_index(self, table, from, to),
            Change::RenameConstraint { table, from, to } => {
                find(schema, table)?;
                self.unlink(table);
                let renamed =
                    find(&mut self.schema, table).and_then(|table| objects::rename_constraint(table, from, to));
                self.link(table);
                renamed
            }
            Change::RenameValue { table, column, from, to } => {
                mentions::rename_value(find(schema, table)?, column, (from, to))
            }
            other => objects::apply(other, self),
        }
    }
}

fn find<'a>(schema: &'a mut Schema, name: &ObjectName) -> Result<&'a mut Table, ApplyError> {
    schema.tables.get_mut(name).ok_or_else(|| ApplyError::NoTable(name.clone()))
}

fn free_name(schema: &Schema, name: &ObjectName) -> Result<(), ApplyError> {
    if schema.tables.contains_key(name) || schema.views.contains_key(name) {
        return Err(ApplyError::Exists(name.clone()));
    }
    Ok(())
}

/// Removes the last element that `matches`: what came last is what goes first, when changes are taken back.
fn remove<T>(list: &mut Vec<T>, matches: impl FnMut(&T) -> bool) -> Option<T> {
    let at = list.iter().rposition(matches)?;
    Some(list.remove(at))
}

fn create_table(catalog: &mut Catalog, table: &Table) -> Result<(), ApplyError> {
    free_name(&catalog.schema, &table.name)?;
    for index in &table.indexes {
        free_index(catalog, &table.name, &index.name)?;
    }
    catalog.schema.tables.insert(table.name.clone(), table.clone());
    catalog.link(&table.name);
    Ok(())
}

fn rename_table(catalog: &mut Catalog, from: &ObjectName, to: &ObjectName) -> Result<(), ApplyError> {
    find(&mut catalog.schema, from)?;
    // A change of case alone is a rename too.
    if from != to {
        free_name(&catalog.schema, to)?;
    }
    let mut touched = catalog.referring(from);
    touched.extend(catalog.inheriting(from));
    touched.retain(|name| name != from);
    touched.sort();
    touched.dedup();
    touched.iter().chain([from]).for_each(|name| catalog.unlink(name));
    if let Some(mut table) = catalog.schema.tables.remove(from) {
        table.name = to.clone();
        catalog.schema.tables.insert(to.clone(), table);
    }
    touched.push(to.clone());
    for name in &touched {
        let referring = catalog.schema.tables.get_mut(name).into_iter().flat_map(|table| &mut table.foreign_keys);
        for key in referring.filter(|key| key.table == *from) {
            key.table = to.clone();
        }
        let options = catalog.schema.tables.get_mut(name).map(|table| &mut table.options);
        for parent in options.into_iter().flat_map(TableOptions::parents_mut).filter(|parent| **parent == *from) {
            *parent = to.clone();
        }
        catalog.link(name);
    }
    objects::rename_owner(catalog, from, to);
    if to.name.backend() == Backend::Mysql {
        let own = catalog.schema.tables.get_mut(to).into_iter().flat_map(|table| &mut table.triggers);
        own.for_each(|trigger| trigger.sql = mention::rename_owner(&trigger.sql, &from.name, &to.name));
    }
    for_each_text(catalog, to, |text, _| {
        if mention::mentions(text, &from.name) {
            *text = mention::rename_table(text, from, to);
        }
    });
    Ok(())
}

/// Does something to the text of each trigger and view; says whether it is a trigger of `owner`.
///
/// MySQL leaves them as they are, but for the table that a trigger is on; those that a rename breaks fail when they are
/// used.
fn for_each_text(catalog: &mut Catalog, owner: &ObjectName, mut visit: impl FnMut(&mut String, bool)) {
    if owner.name.backend() == Backend::Mysql {
        return;
    }
    let (triggered, schema) = catalog.triggered_mut();
    for name in triggered {
        let triggers = schema.tables.get_mut(name).into_iter().flat_map(|table| &mut table.triggers);
        triggers.for_each(|trigger| visit(&mut trigger.sql, name == owner));
    }
    schema.views.values_mut().for_each(|view| visit(&mut view.sql, false));
}

fn add_column(table: &mut Table, column: &Column) -> Result<(), ApplyError> {
    if table.column(&column.name).is_some() {
        return Err(ApplyError::ColumnExists(table.name.clone(), column.name.clone()));
    }
    table.columns.push(column.clone());
    Ok(())
}

fn drop_column(table: &mut Table, name: &Name) -> Result<(), ApplyError> {
    let missing = || ApplyError::NoColumn(table.name.clone(), name.clone());
    let at = table.columns.iter().rposition(|column| column.name == *name).ok_or_else(missing)?;
    if let Some(user) = table.user_of_column(name) {
        return Err(ApplyError::ColumnInUse(table.name.clone(), name.clone(), user));
    }
    table.columns.remove(at);
    table.retyped.0.retain(|one| one.column != *name);
    Ok(())
}

fn move_column(table: &mut Table, name: &Name, behind: Option<&Name>) -> Result<(), ApplyError> {
    let missing = |name: &Name| ApplyError::NoColumn(table.name.clone(), name.clone());
    let place = |name: &Name| table.columns.iter().position(|one| one.name == *name).ok_or_else(|| missing(name));
    let from = place(name)?;
    let to = match behind {
        // The place behind a column, as it is once the moved one has been taken out.
        Some(behind) => place(behind).map(|at| at + usize::from(at < from))?,
        None => 0,
    };
    let column = table.columns.remove(from);
    table.columns.insert(to.min(table.columns.len()), column);
    Ok(())
}

fn rename_column(catalog: &mut Catalog, owner: &ObjectName, from: &Name, to: &Name) -> Result<(), ApplyError> {
    let table = find(&mut catalog.schema, owner)?;
    if from != to && table.column(to).is_some() {
        return Err(ApplyError::ColumnExists(owner.clone(), to.clone()));
    }
    let missing = || ApplyError::NoColumn(owner.clone(), from.clone());
    table.column_mut(from).ok_or_else(missing)?.name = to.clone();
    past::rename_column(table, from, to);
    let keys = table.primary_key.iter_mut().flat_map(|key| &mut key.columns);
    let keys = keys.chain(table.uniques.iter_mut().flat_map(|unique| &mut unique.columns));
    for column in keys.chain(table.indexes.iter_mut().flat_map(|index| &mut index.columns)) {
        rename_index_column(column, from, to);
    }
    let generated = table.columns.iter_mut().filter_map(|column| Some(&mut column.generated.as_mut()?.expression));
    let checks = table.checks.iter_mut().map(|check| &mut check.expression);
    let predicates = table.indexes.iter_mut().filter_map(|index| index.predicate.as_mut());
    generated.chain(checks).chain(predicates).for_each(|expression: &mut Expression| expression.rename(from, to));
    let include = table.indexes.iter_mut().flat_map(|index| &mut index.include);
    let include = include.chain(table.primary_key.iter_mut().flat_map(|key| &mut key.include));
    let include = include.chain(table.uniques.iter_mut().flat_map(|unique| &mut unique.include));
    let referring =
        table.foreign_keys.iter_mut().flat_map(|key| key.columns.iter_mut().chain(&mut key.on_delete_columns));
    rename_in(include.chain(referring), from, to);
    for exclusion in &mut table.exclusions {
        exclusion.elements.iter_mut().for_each(|(column, _)| rename_index_column(column, from, to));
        exclusion.predicate.iter_mut().for_each(|predicate| predicate.rename(from, to));
        rename_in(exclusion.include.iter_mut(), from, to);
    }
    if let Some(rule) = &mut table.options.partition_by {
        *rule = mention::rename_in_rule(rule, from, to);
    }
    for name in catalog.referring(owner) {
        let keys = catalog.schema.tables.get_mut(&name).into_iter().flat_map(|table| &mut table.foreign_keys);
        rename_in(keys.filter(|key| key.table == *owner).flat_map(|key| &mut key.referenced), from, to);
    }
    objects::rename_owning_column(catalog, owner, from, to);
    rename_in_texts(catalog, owner, from, to);
    Ok(())
}

/// Renames a column in triggers and views.
fn rename_in_texts(catalog: &mut Catalog, owner: &ObjectName, from: &Name, to: &Name) {
    let concerned =
        |sql: &str, is_own: bool| mention::mentions(sql, from) && (is_own || mention::mentions(sql, &owner.name));
    // Most renames concern no text, and then there is no need to look at every table.
    let triggers = catalog.triggered().flat_map(|table| table.triggers.iter().map(move |one| (table, one)));
    let in_trigger = triggers.into_iter().any(|(table, trigger)| concerned(&trigger.sql, table.name == *owner));
    if !in_trigger && !catalog.schema.views.values().any(|view| concerned(&view.sql, false)) {
        return;
    }
    // Tables that could be meant by an unqualified name: those with such a column.
    let namesakes: Vec<Name> = (catalog.schema.tables.values())
        .filter(|table| table.name != *owner && table.column(from).is_some())
        .map(|table| table.name.name.clone())
        .collect();
    for_each_text(catalog, owner, |sql, is_own| {
        if concerned(sql, is_own) {
            *sql = mention::rename_column(sql, owner, (from, to), is_own, &namesakes);
        }
    });
}

fn rename_in<'a>(names: impl Iterator<Item = &'a mut Name>, from: &Name, to: &Name) {
    for name in names {
        if name == from {
            *name = to.clone();
        }
    }
}

fn rename_index_column(column: &mut IndexColumn, from: &Name, to: &Name) {
    match &mut column.key {
        IndexKey::Column(name) if name == from => *name = to.clone(),
        IndexKey::Column(_) => {}
        IndexKey::Expression(expression) => expression.rename(from, to),
    }
}

fn alter_column(table: &mut Table, to: &Column) -> Result<(), ApplyError> {
    let missing = || ApplyError::NoColumn(table.name.clone(), to.name.clone());
    let at = table.columns.iter().position(|column| column.name == to.name).ok_or_else(missing)?;
    past::remember_type(table, at, to);
    table.columns[at] = to.clone();
    Ok(())
}

fn add_constraint(table: &mut Table, constraint: &Constraint) -> Result<(), ApplyError> {
    // On MySQL a key, a foreign key and a check may have one name.
    let is_taken = |name: &Name| match (name.backend(), constraint) {
        (Backend::Mysql, Constraint::PrimaryKey(_)) => false,
        (Backend::Mysql, Constraint::Unique(_)) => table.uniques.iter().any(|one| one.name.as_ref() == Some(name)),
        (Backend::Mysql, Constraint::ForeignKey(_)) => {
            table.foreign_keys.iter().any(|one| one.name.as_ref() == Some(name))
        }
        (Backend::Mysql, Constraint::Check(_)) => table.checks.iter().any(|one| one.name.as_ref() == Some(name)),
        _ => table.constraint_names().any(|other| other == name),
    };
    let taken = constraint.name().is_some_and(is_taken);
    let second_key = matches!(constraint, Constraint::PrimaryKey(_)) && table.primary_key.is_some();
    if taken || second_key {
        return Err(ApplyError::ConstraintExists(table.name.clone(), constraint.describe()));
    }
    match constraint.clone() {
        Constraint::PrimaryKey(key) => table.primary_key = Some(key),
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::ForeignKey(key) => table.foreign_keys.push(key),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Exclusion(exclusion) => table.exclusions.push(exclusion),
    }
    Ok(())
}

/// Gives the constraint as it was there.
fn drop_constraint(table: &mut Table, constraint: &Constraint) -> Result<Constraint, ApplyError> {
    let removed = match constraint {
        Constraint::PrimaryKey(_) => table.primary_key.take().map(Constraint::PrimaryKey),
        Constraint::Unique(unique) => remove(&mut table.uniques, |one| one == unique).map(Constraint::Unique),
        Constraint::ForeignKey(key) => remove(&mut table.foreign_keys, |one| one == key).map(Constraint::ForeignKey),
        Constraint::Check(check) => remove(&mut table.checks, |one| one == check).map(Constraint::Check),
        Constraint::Exclusion(one) => remove(&mut table.exclusions, |other| other == one).map(Constraint::Exclusion),
    };
    removed.ok_or_else(|| ApplyError::NoConstraint(table.name.clone(), constraint.describe()))
}

fn free_index(catalog: &Catalog, table: &ObjectName, name: &Name) -> Result<(), ApplyError> {
    // MySQL's names of indexes are the table's.
    let taken = match name.backend() {
        Backend::Mysql => catalog.schema.tables.get(table).is_some_and(|table| table.index(name).is_some()),
        _ => catalog.has_index(table.schema.as_ref(), name),
    };
    if taken { Err(ApplyError::IndexExists(name.clone())) } else { Ok(()) }
}

fn create_trigger(table: &mut Table, trigger: &Trigger) -> Result<(), ApplyError> {
    if table.triggers.iter().any(|one| one.name == trigger.name) {
        return Err(ApplyError::TriggerExists(table.name.clone(), trigger.name.clone()));
    }
    table.triggers.push(trigger.clone());
    Ok(())
}

#[cfg(test)]
mod tests;
