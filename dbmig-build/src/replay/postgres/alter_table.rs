//! `ALTER TABLE`, and what it does to other relations.

use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Change, Constraint as Made, Deferrable, Name, ObjectName};
use crate::sql::syntax::Ident;
use crate::sql::syntax::postgres::{
    Action, ActionKind, AlterTable, Column as ColumnSyntax, Constraint, ConstraintKind, RelationKind,
};

use super::constraint::{self, Rows, existing};
use super::resolve::{Relation, is_ledger};
use super::work::Work;
use super::{alter_column, column, drop, inherit, rename};

pub(super) fn alter_table(work: &mut Work<'_>, alter: &AlterTable) -> Result<(), Conflict> {
    let Some((name, relation)) = work.find(&alter.name) else {
        let moves = |one: &Action| matches!(one.kind, ActionKind::RenameTo(_) | ActionKind::SetSchema(_));
        if alter.if_exists || (is_ledger(&alter.name) && !alter.actions.iter().any(moves)) {
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
    for action in &alter.actions {
        match &action.kind {
            // These two stand alone in their statement.
            ActionKind::RenameTo(to) => return rename::rename(work, &name, &relation, to).map(drop),
            ActionKind::SetSchema(to) => return rename::set_schema(work, &name, &relation, to).map(drop),
            ActionKind::Unreadable { message, at } => {
                work.reports.push(Conflict::unreadable(at, message.clone()));
            }
            _ => {}
        }
    }
    // Columns of views, parameters of indexes: nothing that the model holds.
    if relation == Relation::Table { actions(work, &name, alter) } else { Ok(()) }
}

/// Does the actions in PostgreSQL's order, which isn't that in which they are written: what drops comes first, then
/// types, new columns, keys, other constraints.
fn actions(work: &mut Work<'_>, table: &ObjectName, alter: &AlterTable) -> Result<(), Conflict> {
    let mut jobs: Vec<(u8, Job<'_>)> = Vec::new();
    for action in &alter.actions {
        jobs.push((pass(&action.kind), Job::Action(action)));
        if let ActionKind::AddColumn { column, .. } = &action.kind {
            let constraints = column.constraints.iter().map(|one| (pass_of(one), Job::Constraint(&column.name, one)));
            jobs.extend(constraints);
        }
    }
    jobs.sort_by_key(|(pass, _)| *pass);
    let mut kept = Vec::new();
    for (_, job) in jobs {
        match job {
            Job::Action(action) => {
                if let ActionKind::AddColumn { column, if_not_exists: true } = &action.kind {
                    if work.table(table)?.column(&column.name.name).is_some() {
                        kept.push(&column.name);
                        continue;
                    }
                }
                action_of_table(work, table, alter, action)?;
            }
            Job::Constraint(column, _) if kept.contains(&column) => {}
            Job::Constraint(_, one) => constraint::add(work, table, one, Rows::Some)?,
        }
    }
    Ok(())
}

/// An action, or a constraint that was written on a new column.
enum Job<'a> {
    Action(&'a Action),
    Constraint(&'a Ident, &'a Constraint),
}

/// When an action comes. Source: the passes of PostgreSQL's `ATController`.
fn pass(kind: &ActionKind) -> u8 {
    match kind {
        ActionKind::DropColumn { .. }
        | ActionKind::DropConstraint { .. }
        | ActionKind::DropDefault(_)
        | ActionKind::DropNotNull(_)
        | ActionKind::DropExpression { .. }
        | ActionKind::DropIdentity { .. } => 0,
        ActionKind::SetType { .. } => 1,
        ActionKind::AddColumn { .. } => 2,
        ActionKind::SetNotNull(_) | ActionKind::AlterIdentity { .. } | ActionKind::SetExpression(..) => 3,
        ActionKind::AddConstraint(constraint) => pass_of(constraint),
        ActionKind::SetDefault(..) | ActionKind::AddIdentity(..) => 5,
        _ => 6,
    }
}

fn pass_of(constraint: &Constraint) -> u8 {
    match constraint.kind {
        ConstraintKind::NotNull(_) => 3,
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Exclusion(_) => 4,
        ConstraintKind::Check(_) | ConstraintKind::ForeignKey { .. } => 5,
    }
}

fn action_of_table(
    work: &mut Work<'_>,
    table: &ObjectName,
    alter: &AlterTable,
    action: &Action,
) -> Result<(), Conflict> {
    match &action.kind {
        ActionKind::AddColumn { column, .. } => add_column(work, table, column, alter.only),
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
        // A partitioned table has no rows of its own, and PostgreSQL 15 lets it be as it was made.
        ActionKind::SetLogged | ActionKind::SetUnlogged if work.table(table)?.options.partition_by.is_some() => Ok(()),
        ActionKind::SetLogged => Ok(work.alter_options(table, |options| options.unlogged = false)?),
        ActionKind::SetUnlogged => Ok(work.alter_options(table, |options| options.unlogged = true)?),
        other => alter_column::action(work, table, other, alter.only),
    }
}

fn add_column(work: &mut Work<'_>, table: &ObjectName, syntax: &ColumnSyntax, only: bool) -> Result<(), Conflict> {
    let name = &syntax.name.name;
    if work.table(table)?.column(name).is_some() {
        return Err(Conflict::at(&syntax.name.span, ApplyError::ColumnExists(table.clone(), name.clone())));
    }
    let made = column::column(work, table, syntax, None)?;
    work.change(Change::AddColumn { table: table.clone(), column: Box::new(made.clone()) })?;
    if !only {
        add_to_children(work, table, &made, &syntax.name)?;
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
        Made::Check(check) => check.not_valid = false,
        Made::ForeignKey(key) => key.not_valid = false,
        other => {
            let message = format!("{} is not one that can be validated", other.describe());
            return Err(Conflict::refused(&name.span, message));
        }
    }
    replace(work, table, constraint, valid)?;
    for child in inherit::children(work, table) {
        if matches!(work.table(&child)?.constraint(&name.name), Some(Made::Check(check)) if check.not_valid) {
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
        (Made::ForeignKey(key), Some(deferrable)) => key.deferrable = deferrable,
        (Made::ForeignKey(_), None) => {}
        (other, _) => {
            let message = format!("{} is no foreign key, the only kind that can be altered", other.describe());
            return Err(Conflict::refused(&name.span, message));
        }
    }
    Ok(replace(work, table, constraint, altered)?)
}

fn replace(work: &mut Work<'_>, table: &ObjectName, from: Made, to: Made) -> Result<(), ApplyError> {
    if from == to {
        return Ok(());
    }
    work.change(Change::DropConstraint { table: table.clone(), constraint: from })?;
    work.change(Change::AddConstraint { table: table.clone(), constraint: to })
}
