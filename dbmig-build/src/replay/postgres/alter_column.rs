//! What `ALTER TABLE … ALTER COLUMN` does.

use crate::replay::conflict::Conflict;
use crate::schema::{Autoincrement, Change, IndexColumn, Name, ObjectName};
use crate::sql::syntax::Ident;
use crate::sql::syntax::postgres::{ActionKind, SequenceOption, TypeSyntax};

use super::constraint::existing;
use super::work::Work;
use super::{column, inherit, remade, sequence};

/// Does what is about one column.
pub(super) fn action(work: &mut Work<'_>, table: &ObjectName, action: &ActionKind, only: bool) -> Result<(), Conflict> {
    match action {
        ActionKind::SetType { column, column_type, collation, .. } => {
            existing(work.table(table)?, [column])?;
            let collation = collation.as_ref().map(|one| one.name.clone());
            set_type(work, table, column, column_type, collation)
        }
        ActionKind::SetDefault(column, default) => {
            existing(work.table(table)?, [column])?;
            let default = column::canonical_default(work, default)?;
            each(work, table, &column.name, only, |own| own.default = Some(default.clone()))?;
            note_default(work, table, &column.name, only);
            Ok(())
        }
        ActionKind::DropDefault(column) => {
            existing(work.table(table)?, [column])?;
            each(work, table, &column.name, only, |own| own.default = None)
        }
        ActionKind::SetNotNull(column) => {
            existing(work.table(table)?, [column])?;
            each(work, table, &column.name, only, |own| own.nullable = false)
        }
        ActionKind::DropNotNull(column) => {
            existing(work.table(table)?, [column])?;
            drop_not_null(work, table, column, only)
        }
        ActionKind::SetExpression(column, expression) => {
            existing(work.table(table)?, [column])?;
            each(work, table, &column.name, only, |own| {
                own.generated.iter_mut().for_each(|generated| generated.expression = expression.clone());
            })
        }
        ActionKind::DropExpression { column, if_exists } => {
            existing(work.table(table)?, [column])?;
            let is_generated = work.table(table)?.column(&column.name).is_some_and(|column| column.generated.is_some());
            if !is_generated && !if_exists {
                let message = format!("column `{table}.{}` is not a generated one", column.name);
                return Err(Conflict::refused(&column.span, message));
            }
            each(work, table, &column.name, only, |own| own.generated = None)
        }
        ActionKind::AddIdentity(column, identity) => {
            let owner = work.table(table)?;
            existing(owner, [column])?;
            let Some(mut own) = owner.column(&column.name).cloned() else { return Ok(()) };
            let message = if own.autoincrement != Autoincrement::No {
                Some("is an identity column already")
            } else if own.default.is_some() {
                Some("has a default, which an identity column can't have")
            } else if own.nullable {
                Some("takes NULL, which an identity column doesn't")
            } else {
                None
            };
            if let Some(message) = message {
                return Err(Conflict::refused(&column.span, format!("column `{table}.{}` {message}", column.name)));
            }
            column::add_identity(work, table, &mut own, identity)?;
            Ok(work.alter_column(table, &column.name, |column| *column = own)?)
        }
        ActionKind::AlterIdentity { column, always, options } => {
            identity(work, table, column)?;
            if let Some(always) = always {
                let kind = if *always { Autoincrement::IdentityAlways } else { Autoincrement::IdentityByDefault };
                work.alter_column(table, &column.name, |own| own.autoincrement = kind)?;
            }
            for name in sequence::of_identity(work, table, &column.name) {
                sequence::alter_named(work, &name, options)?;
            }
            Ok(())
        }
        ActionKind::DropIdentity { column, if_exists } => {
            existing(work.table(table)?, [column])?;
            match identity(work, table, column) {
                Err(_) if *if_exists => return Ok(()),
                checked => checked?,
            }
            work.alter_column(table, &column.name, |own| own.autoincrement = Autoincrement::No)?;
            for name in sequence::of_identity(work, table, &column.name) {
                if let Some(one) = work.catalog(&name).schema().sequences.get(&name).cloned() {
                    work.change(Change::DropSequence(Box::new(one)))?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn identity(work: &Work<'_>, table: &ObjectName, column: &Ident) -> Result<(), Conflict> {
    existing(work.table(table)?, [column])?;
    let own = work.table(table)?.column(&column.name);
    if own.is_some_and(|own| own.autoincrement == Autoincrement::No) {
        let message = format!("column `{table}.{}` is no identity column", column.name);
        return Err(Conflict::refused(&column.span, message));
    }
    Ok(())
}

fn each(
    work: &mut Work<'_>,
    table: &ObjectName,
    column: &Name,
    only: bool,
    alter: impl Fn(&mut crate::schema::Column) + Copy,
) -> Result<(), Conflict> {
    if only { Ok(work.alter_column(table, column, alter)?) } else { inherit::in_children(work, table, column, alter) }
}

/// Notes that a default is new, in children too.
fn note_default(work: &mut Work<'_>, table: &ObjectName, column: &Name, only: bool) {
    work.note_default(table, column);
    for child in inherit::children(work, table).into_iter().filter(|_| !only) {
        note_default(work, &child, column, only);
    }
}

fn set_type(
    work: &mut Work<'_>,
    table: &ObjectName,
    column: &Ident,
    syntax: &TypeSyntax,
    collation: Option<Name>,
) -> Result<(), Conflict> {
    if syntax.serial {
        let message = "`serial` is a type for new columns only";
        return Err(Conflict::refused(&syntax.span, message));
    }
    if inherit::inherits_column(work, table, &column.name) {
        let message = format!("column `{table}.{}` is inherited: its type is altered in the parent", column.name);
        return Err(Conflict::refused(&column.span, message));
    }
    let column_type = work.column_type(syntax)?;
    inherit::in_children(work, table, &column.name, |own| {
        own.column_type = column_type.clone();
        own.collation.clone_from(&collation);
    })?;
    remade::indexes(work, table, &column.name)?;
    let own = work.table(table)?.column(&column.name);
    if own.is_some_and(|own| own.autoincrement != Autoincrement::No) {
        for name in sequence::of_identity(work, table, &column.name) {
            sequence::alter_named(work, &name, &[SequenceOption::Type(column_type.clone())])?;
        }
    }
    Ok(())
}

fn drop_not_null(work: &mut Work<'_>, table: &ObjectName, column: &Ident, only: bool) -> Result<(), Conflict> {
    let owner = work.table(table)?;
    let in_key = owner.primary_key.iter().flat_map(|key| &key.columns);
    if in_key.filter_map(IndexColumn::name).any(|name| *name == column.name) {
        let message = format!("column `{table}.{}` is part of the primary key", column.name);
        return Err(Conflict::refused(&column.span, message));
    }
    if owner.column(&column.name).is_some_and(|own| own.autoincrement != Autoincrement::No) {
        let message = format!("column `{table}.{}` is an identity column", column.name);
        return Err(Conflict::refused(&column.span, message));
    }
    each(work, table, &column.name, only, |own| own.nullable = true)
}
