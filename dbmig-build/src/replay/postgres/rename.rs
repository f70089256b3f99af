//! Other names and other schemas, for relations of every kind.

use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Change, Constraint, Name, ObjectName};
use crate::sql::syntax::Ident;

use super::alter_table::no_constraint;
use super::inherit;
use super::resolve::{Relation, schema_name};
use super::work::Work;

/// Gives a relation another name in its schema.
pub(super) fn rename(
    work: &mut Work<'_>,
    from: &ObjectName,
    relation: &Relation,
    to: &Ident,
) -> Result<ObjectName, Conflict> {
    let name = ObjectName { schema: from.schema.clone(), name: to.name.clone() };
    let makes_type = !matches!(relation, Relation::Index(_) | Relation::Key(_));
    work.free_relation(&name, &to.span, makes_type)?;
    match relation {
        Relation::Index(table) => {
            let (from, to) = (from.name.clone(), to.name.clone());
            work.change(Change::RenameIndex { table: table.clone(), from, to })?;
        }
        Relation::Key(table) => {
            let (from, to) = (from.name.clone(), to.name.clone());
            work.change(Change::RenameConstraint { table: table.clone(), from, to })?;
        }
        _ => move_to(work, from, relation, &name)?,
    }
    Ok(name)
}

/// Moves a relation into another schema.
pub(super) fn set_schema(
    work: &mut Work<'_>,
    from: &ObjectName,
    relation: &Relation,
    to: &Ident,
) -> Result<ObjectName, Conflict> {
    let schema = schema_name(&to.name);
    if !work.has_schema(schema.as_ref()) {
        return Err(Conflict::at(&to.span, ApplyError::NoNamespace(to.name.clone())));
    }
    let name = ObjectName { schema, name: from.name.clone() };
    if name == *from || matches!(relation, Relation::Index(_) | Relation::Key(_)) {
        return Ok(from.clone());
    }
    work.free_relation(&name, &to.span, true)?;
    let owned: Vec<ObjectName> = work.catalog(from).owned_sequences(from).map(|one| one.name.clone()).collect();
    move_to(work, from, relation, &name)?;
    for sequence in owned.into_iter().filter(|sequence| sequence.schema == from.schema) {
        let moved = ObjectName { schema: name.schema.clone(), name: sequence.name.clone() };
        work.free_relation(&moved, &to.span, true)?;
        work.change(Change::RenameSequence { from: sequence, to: moved })?;
    }
    Ok(name)
}

/// Gives what stands for itself another name.
pub(super) fn move_to(
    work: &mut Work<'_>,
    from: &ObjectName,
    relation: &Relation,
    to: &ObjectName,
) -> Result<(), ApplyError> {
    let (from, to) = (from.clone(), to.clone());
    work.change(match relation {
        Relation::Table => Change::RenameTable { from, to },
        Relation::View | Relation::MaterializedView => Change::RenameView { from, to },
        Relation::Sequence => Change::RenameSequence { from, to },
        Relation::Composite => Change::RenameType { from, to },
        Relation::Index(_) | Relation::Key(_) => return Ok(()),
    })
}

/// `RENAME CONSTRAINT`: its index is called the same, and checks of children follow.
pub(super) fn rename_constraint(
    work: &mut Work<'_>,
    table: &ObjectName,
    from: &Ident,
    to: &Ident,
) -> Result<(), Conflict> {
    let owner = work.table(table)?;
    let constraint = owner.constraint(&from.name).ok_or_else(|| no_constraint(table, from))?;
    if let Some(taken) = owner.constraint(&to.name) {
        let error = ApplyError::ConstraintExists(table.clone(), taken.describe());
        return Err(Conflict::at(&to.span, error));
    }
    if constraint.has_index() {
        let name = ObjectName { schema: table.schema.clone(), name: to.name.clone() };
        work.free_relation(&name, &to.span, false)?;
    }
    rename_here(work, table, &from.name, &to.name)?;
    if matches!(&constraint, Constraint::Check(check) if !check.no_inherit) {
        rename_in_children(work, table, &from.name, &to.name)?;
    }
    Ok(())
}

fn rename_here(work: &mut Work<'_>, table: &ObjectName, from: &Name, to: &Name) -> Result<(), ApplyError> {
    work.change(Change::RenameConstraint { table: table.clone(), from: from.clone(), to: to.clone() })
}

fn rename_in_children(work: &mut Work<'_>, table: &ObjectName, from: &Name, to: &Name) -> Result<(), ApplyError> {
    for child in inherit::children(work, table) {
        if matches!(work.table(&child)?.constraint(from), Some(Constraint::Check(_))) {
            rename_here(work, &child, from, to)?;
            rename_in_children(work, &child, from, to)?;
        }
    }
    Ok(())
}
