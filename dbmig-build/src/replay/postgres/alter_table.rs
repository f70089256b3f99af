//! `ALTER TABLE`, and what it does to other relations.

use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Change, Constraint, Deferrable, Name, ObjectName};
use crate::sql::syntax::Ident;
use crate::sql::syntax::postgres::{Action, ActionKind, AlterTable, Column as ColumnSyntax, RelationKind};

use super::constraint::{self, Rows, existing};
use super::resolve::Relation;
use super::work::Work;
use super::{alter_column, column, drop, inherit, rename};

pub(super) fn alter_table(work: &mut Work<'_>, alter: &AlterTable) -> Result<(), Conflict> {
    let Some((name, relation)) = work.find(&alter.name) else {
        if alter.if_exists {
            return Ok(());
        }
        let name = work.unresolved(&alter.name);
        return Err(match alter.kind {
            RelationKind::Table => Conflict::at(&alter.name.span, ApplyError::NoTable(name)),
            RelationKind::View | RelationKind::MaterializedView => {
                Conflict::at(&alter.name.span, ApplyError::NoView(name))
            }
            RelationKind::Sequence => Conflict::at(&alter.name.span, ApplyError::NoSequence(name)),
            RelationKind::Index => {
                Conflict::missing(&alter.name.span, crate::sql::syntax::ObjectKind::Index, &alter.name.name)
            }
        });
    };
    // The table may get another name on the way.
    let mut name = name;
    for action in &alter.actions {
        match &action.kind {
            ActionKind::RenameTo(to) => name = rename::rename(work, &name, &relation, to)?,
            ActionKind::SetSchema(to) => name = rename::set_schema(work, &name, &relation, to)?,
            ActionKind::Unreadable { message, at } => {
                work.reports.push(Conflict::unreadable(at, message.clone()));
            }
            ActionKind::NoEffect => {}
            _ if relation == Relation::Table => action_of_table(work, &name, alter, action)?,
            // Columns of views, parameters of indexes: nothing that the model holds.
            _ => {}
        }
    }
    Ok(())
}

fn action_of_table(
    work: &mut Work<'_>,
    table: &ObjectName,
    alter: &AlterTable,
    action: &Action,
) -> Result<(), Conflict> {
    match &action.kind {
        ActionKind::AddColumn { column, if_not_exists } => add_column(work, table, column, *if_not_exists, alter.only),
        ActionKind::DropColumn { column, if_exists, cascade } => {
            if work.table(table)?.column(&column.name).is_none() && *if_exists {
                return Ok(());
            }
            existing(work.table(table)?, [column])?;
            drop::column(work, table, &column.name, *cascade, alter.only, &column.span)
        }
        ActionKind::RenameColumn { from, to } => rename_column(work, table, from, to),
        ActionKind::AddConstraint(constraint) => constraint::add(work, table, constraint, Rows::Some),
        ActionKind::ValidateConstraint(name) => validate(work, table, name),
        ActionKind::AlterConstraint { name, deferrable } => alter_constraint(work, table, name, *deferrable),
        ActionKind::DropConstraint { name, if_exists, cascade } => match work.table(table)?.constraint(&name.name) {
            Some(constraint) => drop::constraint(work, table, &constraint, *cascade, alter.only, &name.span),
            None if *if_exists => Ok(()),
            None => Err(no_constraint(table, name)),
        },
        ActionKind::RenameConstraint { from, to } => rename::rename_constraint(work, table, from, to),
        ActionKind::Inherit(parent) => inherit::inherit(work, table, parent),
        ActionKind::NoInherit(parent) => inherit::disinherit(work, table, parent),
        ActionKind::AttachPartition { partition, bound } => inherit::attach(work, table, partition, bound),
        ActionKind::DetachPartition(partition) => inherit::detach(work, table, partition),
        ActionKind::SetParameters(parameters) => Ok(work.alter_options(table, |options| {
            for (name, value) in parameters {
                options.parameters.retain(|(own, _)| own != name);
                options.parameters.push((name.clone(), value.clone()));
            }
            options.parameters.sort();
        })?),
        ActionKind::ResetParameters(names) => Ok(work.alter_options(table, |options| {
            options.parameters.retain(|(name, _)| !names.contains(name));
        })?),
        ActionKind::SetLogged => Ok(work.alter_options(table, |options| options.unlogged = false)?),
        ActionKind::SetUnlogged => Ok(work.alter_options(table, |options| options.unlogged = true)?),
        other => alter_column::action(work, table, other, alter.only),
    }
}

fn add_column(
    work: &mut Work<'_>,
    table: &ObjectName,
    syntax: &ColumnSyntax,
    if_not_exists: bool,
    only: bool,
) -> Result<(), Conflict> {
    let name = &syntax.name.name;
    if work.table(table)?.column(name).is_some() {
        if if_not_exists {
            return Ok(());
        }
        return Err(Conflict::at(&syntax.name.span, ApplyError::ColumnExists(table.clone(), name.clone())));
    }
    let made = column::column(work, table, syntax, None)?;
    work.change(Change::AddColumn { table: table.clone(), column: Box::new(made.clone()) })?;
    if !only {
        add_to_children(work, table, &made, &syntax.name)?;
    }
    for one in &syntax.constraints {
        constraint::add(work, table, one, Rows::Some)?;
    }
    Ok(())
}

fn add_to_children(
    work: &mut Work<'_>,
    table: &ObjectName,
    made: &crate::schema::Column,
    ident: &Ident,
) -> Result<(), Conflict> {
    for child in inherit::children(work, table) {
        match work.table(&child)?.column(&made.name) {
            Some(own) if own.column_type.name != made.column_type.name => {
                let message = format!("table `{child}` has a column `{}` of another type", made.name);
                return Err(Conflict::refused(&ident.span, message));
            }
            Some(_) => work.alter_column(&child, &made.name, |own| own.nullable &= made.nullable)?,
            None => {
                let autoincrement = crate::schema::Autoincrement::No;
                let inherited = crate::schema::Column { inherited: true, autoincrement, ..made.clone() };
                work.change(Change::AddColumn { table: child.clone(), column: Box::new(inherited) })?;
            }
        }
        add_to_children(work, &child, made, ident)?;
    }
    Ok(())
}

fn rename_column(work: &mut Work<'_>, table: &ObjectName, from: &Ident, to: &Ident) -> Result<(), Conflict> {
    existing(work.table(table)?, [from])?;
    if work.table(table)?.column(&to.name).is_some() {
        return Err(Conflict::at(&to.span, ApplyError::ColumnExists(table.clone(), to.name.clone())));
    }
    if inherit::inherits_column(work, table, &from.name) {
        let message = format!("column `{table}.{}` is inherited: it is renamed in the parent", from.name);
        return Err(Conflict::refused(&from.span, message));
    }
    rename_in_children(work, table, &from.name, &to.name)?;
    Ok(())
}

fn rename_in_children(work: &mut Work<'_>, table: &ObjectName, from: &Name, to: &Name) -> Result<(), ApplyError> {
    work.change(Change::RenameColumn { table: table.clone(), from: from.clone(), to: to.clone() })?;
    for child in inherit::children(work, table) {
        if work.table(&child)?.column(from).is_some() {
            rename_in_children(work, &child, from, to)?;
        }
    }
    Ok(())
}

pub(super) fn no_constraint(table: &ObjectName, name: &Ident) -> Conflict {
    Conflict::at(&name.span, ApplyError::NoConstraint(table.clone(), format!("constraint `{}`", name.name)))
}

fn validate(work: &mut Work<'_>, table: &ObjectName, name: &Ident) -> Result<(), Conflict> {
    let constraint = work.table(table)?.constraint(&name.name).ok_or_else(|| no_constraint(table, name))?;
    let mut valid = constraint.clone();
    match &mut valid {
        Constraint::Check(check) => check.not_valid = false,
        Constraint::ForeignKey(key) => key.not_valid = false,
        other => {
            let message = format!("{} is not one that can be validated", other.describe());
            return Err(Conflict::refused(&name.span, message));
        }
    }
    replace(work, table, constraint, valid)?;
    for child in inherit::children(work, table) {
        if matches!(work.table(&child)?.constraint(&name.name), Some(Constraint::Check(check)) if check.not_valid) {
            validate(work, &child, name)?;
        }
    }
    Ok(())
}

fn alter_constraint(
    work: &mut Work<'_>,
    table: &ObjectName,
    name: &Ident,
    deferrable: Option<Deferrable>,
) -> Result<(), Conflict> {
    let constraint = work.table(table)?.constraint(&name.name).ok_or_else(|| no_constraint(table, name))?;
    let mut altered = constraint.clone();
    match (&mut altered, deferrable) {
        (Constraint::ForeignKey(key), Some(deferrable)) => key.deferrable = deferrable,
        (Constraint::ForeignKey(_), None) => {}
        (other, _) => {
            let message = format!("{} is no foreign key, the only kind that can be altered", other.describe());
            return Err(Conflict::refused(&name.span, message));
        }
    }
    Ok(replace(work, table, constraint, altered)?)
}

fn replace(work: &mut Work<'_>, table: &ObjectName, from: Constraint, to: Constraint) -> Result<(), ApplyError> {
    if from == to {
        return Ok(());
    }
    work.change(Change::DropConstraint { table: table.clone(), constraint: from })?;
    work.change(Change::AddConstraint { table: table.clone(), constraint: to })
}
