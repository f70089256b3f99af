//! What a table does to those that inherit from it or are its partitions.

use crate::replay::conflict::Conflict;
use crate::schema::automatic::addition;
use crate::schema::{
    ApplyError, Change, Check, Column, Constraint, ForeignKey, Index, Name, ObjectName, PartitionOf, Table,
};
use crate::source::Span;
use crate::sql::syntax::{Ident, ObjectIdent};

use super::work::Work;
use super::{constraint, index};

/// The names of the tables that inherit from a table, partitions too.
pub(super) fn children(work: &Work<'_>, table: &ObjectName) -> Vec<ObjectName> {
    work.catalog(table).children(table).map(|child| child.name.clone()).collect()
}

/// The names of the partitions of a table.
pub(super) fn partitions(work: &Work<'_>, table: &ObjectName) -> Vec<ObjectName> {
    let children = work.catalog(table).children(table);
    children.filter(|child| child.options.partition_of.is_some()).map(|child| child.name.clone()).collect()
}

/// Takes a parent's columns and checks into a table that is being made; equal names are merged.
pub(super) fn take_columns(
    work: &mut Work<'_>,
    table: &ObjectName,
    parent: &ObjectName,
    span: &Span,
) -> Result<(), Conflict> {
    let parent = work.table(parent)?.clone();
    for column in &parent.columns {
        let sequence_free = Column {
            inherited: true,
            autoincrement: crate::schema::Autoincrement::No,
            comment: None,
            ..column.clone()
        };
        match work.table(table)?.column(&column.name) {
            None => work.change(Change::AddColumn { table: table.clone(), column: Box::new(sequence_free) })?,
            Some(own) if own.column_type.name != column.column_type.name => {
                let message = format!("column `{}` has other types in the tables that it comes from", column.name);
                return Err(Conflict::refused(span, message));
            }
            Some(_) => work.alter_column(table, &column.name, |own| own.nullable &= column.nullable)?,
        }
    }
    work.take_past(table, &parent.name);
    Ok(())
}

/// Takes a parent's checks into a table that is being made.
pub(super) fn take_checks(work: &mut Work<'_>, table: &ObjectName, parent: &ObjectName) -> Result<(), Conflict> {
    let checks: Vec<Check> = work.table(parent)?.checks.iter().filter(|check| !check.no_inherit).cloned().collect();
    for check in checks {
        // There are no rows yet that it might not hold for.
        place_check(work, table, &Check { not_valid: false, ..check })?;
    }
    Ok(())
}

fn place_check(work: &mut Work<'_>, table: &ObjectName, check: &Check) -> Result<(), ApplyError> {
    let own = check.name.as_ref().and_then(|name| work.table(table).ok()?.constraint(name));
    if matches!(&own, Some(Constraint::Check(own)) if own.expression == check.expression) {
        return Ok(());
    }
    work.change(Change::AddConstraint { table: table.clone(), constraint: Constraint::Check(check.clone()) })
}

/// Adds a check to a table and to those that inherit from it.
pub(super) fn add_check(work: &mut Work<'_>, table: &ObjectName, check: &Check) -> Result<(), Conflict> {
    place_check(work, table, check)?;
    if !check.no_inherit {
        for child in children(work, table) {
            add_check(work, &child, check)?;
        }
    }
    Ok(())
}

/// Adds a foreign key to a table and its partitions.
pub(super) fn add_foreign_key(work: &mut Work<'_>, table: &ObjectName, key: &ForeignKey) -> Result<(), Conflict> {
    let constraint = Constraint::ForeignKey(key.clone());
    work.change(Change::AddConstraint { table: table.clone(), constraint })?;
    for partition in partitions(work, table) {
        clone_foreign_key(work, &partition, key)?;
    }
    Ok(())
}

/// Gives a partition a foreign key of its parent, unless it has such a one.
fn clone_foreign_key(work: &mut Work<'_>, partition: &ObjectName, key: &ForeignKey) -> Result<(), Conflict> {
    let own = work.table(partition)?;
    let is_same = |one: &ForeignKey| ForeignKey { name: key.name.clone(), ..one.clone() } == *key;
    if own.foreign_keys.iter().any(is_same) {
        return Ok(());
    }
    let mut key = key.clone();
    if key.name.as_ref().is_some_and(|name| own.constraint(name).is_some()) {
        let second = addition(key.columns.iter().map(Name::as_str));
        key.name = Some(work.constraint_name(partition, Some(&second), "fkey"));
    }
    add_foreign_key(work, partition, &key)
}

/// Gives partitions the index of a constraint, unless they have such a one.
pub(super) fn add_key_to_partitions(
    work: &mut Work<'_>,
    table: &ObjectName,
    constraint: &Constraint,
) -> Result<(), Conflict> {
    for partition in partitions(work, table) {
        clone_key(work, &partition, constraint)?;
    }
    Ok(())
}

fn clone_key(work: &mut Work<'_>, partition: &ObjectName, constraint: &Constraint) -> Result<(), Conflict> {
    let unnamed = constraint.clone().with_name(None);
    if work.table(partition)?.constraints().any(|one| one.with_name(None) == unnamed) {
        return Ok(());
    }
    let name = constraint::automatic_name(work, partition, constraint);
    constraint::place_key(work, partition, constraint.clone().with_name(Some(name)))
}

/// Gives partitions an index, unless they have such a one.
pub(super) fn add_index_to_partitions(work: &mut Work<'_>, table: &ObjectName, index: &Index) -> Result<(), Conflict> {
    for partition in partitions(work, table) {
        clone_index(work, &partition, index)?;
    }
    Ok(())
}

fn clone_index(work: &mut Work<'_>, partition: &ObjectName, index: &Index) -> Result<(), Conflict> {
    if work.table(partition)?.indexes.iter().any(|one| same_index(one, index)) {
        return Ok(());
    }
    let name = index::automatic_name(work, partition, index);
    let index = Index { name, ..index.clone() };
    work.change(Change::CreateIndex { table: partition.clone(), index: Box::new(index.clone()) })?;
    add_index_to_partitions(work, partition, &index)
}

/// Whether two indexes differ in their names alone.
pub(super) fn same_index(one: &Index, other: &Index) -> bool {
    Index { name: other.name.clone(), ..one.clone() } == *other
}

/// Gives a new partition its parent's keys, indexes and foreign keys.
pub(super) fn take_keys(work: &mut Work<'_>, partition: &ObjectName, parent: &ObjectName) -> Result<(), Conflict> {
    let parent = work.table(parent)?.clone();
    for constraint in parent.constraints().filter(Constraint::has_index) {
        clone_key(work, partition, &constraint)?;
    }
    for index in &parent.indexes {
        clone_index(work, partition, index)?;
    }
    for key in &parent.foreign_keys {
        clone_foreign_key(work, partition, key)?;
    }
    Ok(())
}

/// `SET NOT NULL`, in children too.
pub(super) fn set_not_null(work: &mut Work<'_>, table: &ObjectName, column: &Ident) -> Result<(), Conflict> {
    constraint::existing(work.table(table)?, [column])?;
    set_not_null_named(work, table, &column.name)
}

pub(super) fn set_not_null_named(work: &mut Work<'_>, table: &ObjectName, column: &Name) -> Result<(), Conflict> {
    in_children(work, table, column, |own| own.nullable = false)
}

/// Alters a column in a table and in those that inherit from it.
pub(super) fn in_children(
    work: &mut Work<'_>,
    table: &ObjectName,
    column: &Name,
    alter: impl Fn(&mut Column) + Copy,
) -> Result<(), Conflict> {
    work.alter_column(table, column, alter)?;
    for child in children(work, table) {
        in_children(work, &child, column, alter)?;
    }
    Ok(())
}

/// `ALTER TABLE … INHERIT parent`
pub(super) fn inherit(work: &mut Work<'_>, table: &ObjectName, parent: &ObjectIdent) -> Result<(), Conflict> {
    let parent_name = work.find_table(parent)?;
    takes_part(work, table, &parent_name, &parent.span)?;
    work.alter_options(table, |options| options.inherits.push(parent_name.clone()))?;
    Ok(())
}

/// `ALTER TABLE … NO INHERIT parent`
pub(super) fn disinherit(work: &mut Work<'_>, table: &ObjectName, parent: &ObjectIdent) -> Result<(), Conflict> {
    let parent_name = work.find_table(parent)?;
    if !work.table(table)?.options.inherits.contains(&parent_name) {
        let message = format!("table `{table}` does not inherit from `{parent_name}`");
        return Err(Conflict::refused(&parent.span, message));
    }
    work.alter_options(table, |options| options.inherits.retain(|one| *one != parent_name))?;
    own_columns(work, table)
}

/// `ALTER TABLE parent ATTACH PARTITION table …`
pub(super) fn attach(
    work: &mut Work<'_>,
    parent: &ObjectName,
    partition: &ObjectIdent,
    bound: &str,
) -> Result<(), Conflict> {
    let table = work.find_table(partition)?;
    takes_part(work, &table, parent, &partition.span)?;
    if let Some(other) = &work.table(&table)?.options.partition_of {
        let message = format!("table `{table}` is a partition of `{}` already", other.parent);
        return Err(Conflict::refused(&partition.span, message));
    }
    let partition_of = PartitionOf { parent: parent.clone(), bound: bound.to_owned() };
    work.alter_options(&table, |options| options.partition_of = Some(partition_of))?;
    for column in work.table(&table)?.columns.clone() {
        work.alter_column(&table, &column.name, |own| own.inherited = true)?;
    }
    take_keys(work, &table, parent)
}

/// `ALTER TABLE parent DETACH PARTITION table`
pub(super) fn detach(work: &mut Work<'_>, parent: &ObjectName, partition: &ObjectIdent) -> Result<(), Conflict> {
    let table = work.find_table(partition)?;
    let is_partition = work.table(&table)?.options.partition_of.as_ref().is_some_and(|one| one.parent == *parent);
    if !is_partition {
        let message = format!("table `{table}` is no partition of `{parent}`");
        return Err(Conflict::refused(&partition.span, message));
    }
    work.alter_options(&table, |options| options.partition_of = None)?;
    own_columns(work, &table)
}

/// Demands that a table has what its parent has, and isn't an ancestor of it.
fn takes_part(work: &Work<'_>, table: &ObjectName, parent: &ObjectName, span: &Span) -> Result<(), Conflict> {
    if is_ancestor(work, table, parent) {
        return Err(Conflict::refused(span, format!("`{parent}` inherits from `{table}` itself")));
    }
    let (own, parent) = (work.table(table)?, work.table(parent)?);
    if let Some(column) = parent.columns.iter().find(|column| own.column(&column.name).is_none()) {
        let message = format!("table `{table}` lacks the column `{}` of `{}`", column.name, parent.name);
        return Err(Conflict::refused(span, message));
    }
    let lacks = |check: &&Check| {
        let same = check.name.as_ref().and_then(|name| own.constraint(name));
        !check.no_inherit && !matches!(same, Some(Constraint::Check(_)))
    };
    match parent.checks.iter().find(lacks) {
        Some(check) => {
            let what = Constraint::Check(check.clone()).describe();
            Err(Conflict::refused(span, format!("table `{table}` lacks the {what} of `{}`", parent.name)))
        }
        None => Ok(()),
    }
}

fn is_ancestor(work: &Work<'_>, table: &ObjectName, of: &ObjectName) -> bool {
    let parents = |table: &Table| table.options.parents().cloned().collect::<Vec<_>>();
    table == of || work.table(of).map(parents).unwrap_or_default().iter().any(|one| is_ancestor(work, table, one))
}

/// Columns that no parent has any more are the table's own.
fn own_columns(work: &mut Work<'_>, table: &ObjectName) -> Result<(), Conflict> {
    for column in work.table(table)?.columns.clone() {
        if column.inherited && !inherits_column(work, table, &column.name) {
            work.alter_column(table, &column.name, |own| own.inherited = false)?;
        }
    }
    Ok(())
}

/// Whether a parent of a table has a column.
pub(super) fn inherits_column(work: &Work<'_>, table: &ObjectName, column: &Name) -> bool {
    let Ok(table) = work.table(table) else { return false };
    let mut parents = table.options.parents().filter_map(|parent| work.table(parent).ok());
    parents.any(|parent| parent.column(column).is_some())
}
