//! Columns and constraints go.

use crate::replay::conflict::Conflict;
use crate::schema::{Change, Constraint, Index, IndexColumn, Name, ObjectName, Table, mentions};
use crate::source::Span;

use super::in_use;
use super::relation::{foreign_keys_to, of_table, owned_sequence, release, views_of};
use crate::replay::postgres::index::UniqueBy;
use crate::replay::postgres::work::Work;
use crate::replay::postgres::{inherit, sequence};

/// Drops a column that is there, with the constraints and indexes that use it, in children too.
pub(in crate::replay::postgres) fn column(
    work: &mut Work<'_>,
    table: &ObjectName,
    name: &Name,
    cascade: bool,
    only: bool,
    span: &Span,
) -> Result<(), Conflict> {
    if inherit::inherits_column(work, table, name) {
        let message = format!("column `{table}.{name}` is inherited: it is dropped in the parent");
        return Err(Conflict::refused(span, message));
    }
    column_here(work, table, name, cascade, span)?;
    children(work, table, name, (cascade, only), span)
}

fn children(
    work: &mut Work<'_>,
    table: &ObjectName,
    name: &Name,
    (cascade, only): (bool, bool),
    span: &Span,
) -> Result<(), Conflict> {
    for child in inherit::children(work, table) {
        let is_inherited = work.table(&child)?.column(name).is_some_and(|column| column.inherited);
        if !is_inherited || inherit::inherits_column(work, &child, name) {
            continue;
        }
        if only {
            work.alter_column(&child, name, |column| column.inherited = false)?;
        } else {
            column_here(work, &child, name, cascade, span)?;
            children(work, &child, name, (cascade, only), span)?;
        }
    }
    Ok(())
}

fn column_here(
    work: &mut Work<'_>,
    table: &ObjectName,
    name: &Name,
    cascade: bool,
    span: &Span,
) -> Result<(), Conflict> {
    let what = format!("column `{table}.{name}`");
    if work.table(table)?.options.partition_by.as_ref().is_some_and(|key| mentions(key, name)) {
        return Err(Conflict::refused(span, format!("{what} is part of the partition key")));
    }
    // Its own foreign keys go with it, whatever they refer to.
    let refers = |owner: &ObjectName, columns: &[Name]| owner == table && columns.contains(name);
    for (owner, key) in foreign_keys_to(work, table) {
        if !key.referenced.contains(name) || refers(&owner, &key.columns) {
            continue;
        }
        if !cascade {
            return Err(in_use(span, &what, &of_table(&key, &owner)));
        }
        work.change(Change::DropConstraint { table: owner, constraint: Constraint::ForeignKey(key) })?;
    }
    let computed: Vec<Name> =
        work.table(table)?.columns.iter().filter(|one| computes(one, name)).map(|one| one.name.clone()).collect();
    for one in computed {
        if !cascade {
            return Err(in_use(span, &what, &format!("the generated column `{table}.{one}`")));
        }
        column_here(work, table, &one, true, span)?;
    }
    for one in sequence::of_column(work, table, name) {
        owned_sequence(work, &one, |user, column| user == table && column == name, cascade, span)?;
    }
    if cascade {
        views_of(work, table, Some(name))?;
    }
    let owner = work.table(table)?.clone();
    for constraint in owner.constraints().filter(|constraint| uses(constraint, name)) {
        work.change(Change::DropConstraint { table: table.clone(), constraint })?;
    }
    for index in owner.indexes.iter().filter(|index| Index::mentions(index, name)) {
        work.change(Change::DropIndex { table: table.clone(), index: Box::new(index.clone()) })?;
    }
    if let Some(column) = work.table(table)?.column(name).cloned() {
        work.change(Change::DropColumn { table: table.clone(), column: Box::new(column) })?;
    }
    Ok(())
}

fn computes(column: &crate::schema::Column, name: &Name) -> bool {
    column.name != *name && column.generated.as_ref().is_some_and(|one| one.expression.mentions(name))
}

/// Whether a constraint goes with a column.
fn uses(constraint: &Constraint, name: &Name) -> bool {
    let any = |columns: &[IndexColumn]| columns.iter().any(|column| column.mentions(name));
    match constraint {
        Constraint::PrimaryKey(key) => any(&key.columns) || key.include.contains(name),
        Constraint::Unique(unique) => any(&unique.columns) || unique.include.contains(name),
        Constraint::ForeignKey(key) => key.columns.contains(name),
        Constraint::Check(check) => check.expression.mentions(name),
        Constraint::Exclusion(one) => {
            one.elements.iter().any(|(column, _)| column.mentions(name))
                || one.predicate.as_ref().is_some_and(|predicate| predicate.mentions(name))
                || one.include.contains(name)
        }
    }
}

/// Drops a constraint that is there, and what children have of it.
pub(in crate::replay::postgres) fn constraint(
    work: &mut Work<'_>,
    table: &ObjectName,
    constraint: &Constraint,
    cascade: bool,
    only: bool,
    span: &Span,
) -> Result<(), Conflict> {
    let owner = work.table(table)?;
    let has_it = |parent: &Table| match constraint {
        Constraint::Check(check) => {
            let own = check.name.as_ref().and_then(|name| parent.constraint(name));
            matches!(own, Some(Constraint::Check(own)) if !own.no_inherit)
        }
        _ => false,
    };
    if owner.options.parents().filter_map(|parent| work.table(parent).ok()).any(has_it) {
        let message = format!("{} of table `{table}` is inherited: it is dropped in the parent", constraint.describe());
        return Err(Conflict::refused(span, message));
    }
    here(work, table, constraint, cascade, only, span)
}

fn here(
    work: &mut Work<'_>,
    table: &ObjectName,
    constraint: &Constraint,
    cascade: bool,
    only: bool,
    span: &Span,
) -> Result<(), Conflict> {
    let columns = match constraint {
        Constraint::PrimaryKey(key) => Some(&key.columns),
        Constraint::Unique(unique) => Some(&unique.columns),
        _ => None,
    };
    if let Some(columns) = columns {
        let by = UniqueBy::Constraint(constraint.name().cloned());
        release(work, table, &by, columns, cascade, span)?;
    }
    work.change(Change::DropConstraint { table: table.clone(), constraint: constraint.clone() })?;
    let reaches = !matches!(constraint, Constraint::Check(check) if check.no_inherit);
    if only || !reaches {
        return Ok(());
    }
    for child in inherit::children(work, table) {
        let own = work.table(&child)?;
        let is_partition = own.options.partition_of.is_some();
        let unnamed = constraint.clone().with_name(None);
        let same = match constraint {
            Constraint::Check(check) => check.name.as_ref().and_then(|name| own.constraint(name)),
            _ => own.constraints().find(|one| is_partition && one.clone().with_name(None) == unnamed),
        };
        if let Some(same) = same {
            here(work, &child, &same, cascade, only, span)?;
        }
    }
    Ok(())
}
