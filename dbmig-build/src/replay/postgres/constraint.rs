//! Constraints: names, columns, and what reaches the tables that inherit.

use crate::replay::conflict::Conflict;
use crate::schema::automatic::{addition, index_columns};
use crate::schema::{
    ApplyError, Change, Check, Constraint, Exclusion, ForeignKey, Index, IndexColumn, Name, ObjectName, PrimaryKey,
    Table, Unique,
};
use crate::source::Span;
use crate::sql::syntax::Ident;
use crate::sql::syntax::postgres::{Constraint as Syntax, ConstraintKind, Key, Reference};

use super::work::Work;
use super::{index, inherit};

/// Whether rows from before may violate it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// The table is new.
    None,
    /// The table may have rows.
    Some,
}

/// Adds a constraint to a table that is there.
pub(super) fn add(work: &mut Work<'_>, table: &ObjectName, syntax: &Syntax, rows: Rows) -> Result<(), Conflict> {
    let not_valid = syntax.not_valid && rows == Rows::Some;
    let given = syntax.name.as_ref();
    match &syntax.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) if key.using_index.is_some() => {
            let is_primary = matches!(syntax.kind, ConstraintKind::PrimaryKey(_));
            from_index(work, table, syntax, key, is_primary)
        }
        ConstraintKind::PrimaryKey(key) => {
            let (columns, include) = key_columns(work.table(table)?, key)?;
            let primary = PrimaryKey { deferrable: syntax.deferrable, include, ..PrimaryKey::new(columns) };
            add_key(work, table, Constraint::PrimaryKey(primary), given, &syntax.span)
        }
        ConstraintKind::Unique(key) => {
            let (columns, include) = key_columns(work.table(table)?, key)?;
            let (deferrable, nulls_not_distinct) = (syntax.deferrable, key.nulls_not_distinct);
            let unique = Unique { deferrable, include, nulls_not_distinct, ..Unique::new(columns) };
            add_key(work, table, Constraint::Unique(unique), given, &syntax.span)
        }
        ConstraintKind::Exclusion(exclusion) => {
            let exclusion = Exclusion { deferrable: syntax.deferrable, ..(**exclusion).clone() };
            add_key(work, table, Constraint::Exclusion(exclusion), given, &syntax.span)
        }
        ConstraintKind::Check(expression) => {
            let owner = work.table(table)?;
            let mut used = owner.columns.iter().filter(|column| expression.mentions(&column.name));
            let only = used.next().filter(|_| used.next().is_none()).map(|column| column.name.as_str());
            let name = match given {
                Some(name) => {
                    free_on_table(owner, name)?;
                    name.name.clone()
                }
                None => work.constraint_name(table, only, "check"),
            };
            let no_inherit = syntax.no_inherit;
            let check = Check { name: Some(name), not_valid, no_inherit, ..Check::new(expression.clone()) };
            inherit::add_check(work, table, &check)
        }
        ConstraintKind::ForeignKey { columns, reference } => {
            let mut key = foreign_key(work, table, columns, reference, &syntax.span)?;
            key.deferrable = syntax.deferrable;
            key.not_valid = not_valid;
            key.name = match given {
                Some(name) => {
                    free_on_table(work.table(table)?, name)?;
                    Some(name.name.clone())
                }
                None => {
                    let second = addition(key.columns.iter().map(Name::as_str));
                    Some(work.constraint_name(table, Some(&second), "fkey"))
                }
            };
            inherit::add_foreign_key(work, table, &key)
        }
        ConstraintKind::NotNull(column) => inherit::set_not_null(work, table, column),
    }
}

fn free_on_table(table: &Table, name: &Ident) -> Result<(), Conflict> {
    match table.constraint(&name.name) {
        Some(taken) => {
            Err(Conflict::at(&name.span, ApplyError::ConstraintExists(table.name.clone(), taken.describe())))
        }
        None => Ok(()),
    }
}

fn key_columns(table: &Table, key: &Key) -> Result<(Vec<IndexColumn>, Vec<Name>), Conflict> {
    existing(table, key.columns.iter().chain(&key.include))?;
    let columns = key.columns.iter().map(|column| IndexColumn::column(column.name.clone()));
    Ok((columns.collect(), key.include.iter().map(|column| column.name.clone()).collect()))
}

/// Demands that columns are there.
pub(super) fn existing<'a>(table: &Table, columns: impl IntoIterator<Item = &'a Ident>) -> Result<(), Conflict> {
    match columns.into_iter().find(|column| table.column(&column.name).is_none()) {
        Some(column) => Err(Conflict::at(&column.span, ApplyError::NoColumn(table.name.clone(), column.name.clone()))),
        None => Ok(()),
    }
}

/// Adds a constraint with an index, to partitions too.
fn add_key(
    work: &mut Work<'_>,
    table: &ObjectName,
    constraint: Constraint,
    given: Option<&Ident>,
    span: &Span,
) -> Result<(), Conflict> {
    let owner = work.table(table)?;
    if let (Constraint::PrimaryKey(_), Some(first)) = (&constraint, &owner.primary_key) {
        let taken = Constraint::PrimaryKey(first.clone()).describe();
        return Err(Conflict::at(span, ApplyError::ConstraintExists(table.clone(), taken)));
    }
    if let Some(name) = given {
        free_on_table(owner, name)?;
        let own = ObjectName { schema: table.schema.clone(), name: name.name.clone() };
        work.free_relation(&own, &name.span, false)?;
    }
    let name = given.map_or_else(|| automatic_name(work, table, &constraint), |name| name.name.clone());
    place_key(work, table, constraint.with_name(Some(name)))
}

/// Adds a constraint with an index under its name; a primary key makes its columns NOT NULL.
pub(super) fn place_key(work: &mut Work<'_>, table: &ObjectName, constraint: Constraint) -> Result<(), Conflict> {
    if let Constraint::PrimaryKey(key) = &constraint {
        for column in key.columns.iter().filter_map(IndexColumn::name) {
            inherit::set_not_null_named(work, table, column)?;
        }
    }
    work.change(Change::AddConstraint { table: table.clone(), constraint: constraint.clone() })?;
    inherit::add_key_to_partitions(work, table, &constraint)
}

/// The name of a constraint with an index that nobody named.
pub(super) fn automatic_name(work: &Work<'_>, table: &ObjectName, constraint: &Constraint) -> Name {
    let (columns, include, label) = match constraint {
        Constraint::Unique(unique) => match &unique.first_columns.0 {
            Some(first) => (first.0.clone(), first.1.as_slice(), "key"),
            None => (unique.columns.clone(), unique.include.as_slice(), "key"),
        },
        Constraint::Exclusion(exclusion) => match &exclusion.first_columns.0 {
            Some(first) => (first.0.clone(), first.1.as_slice(), "excl"),
            None => {
                let columns = exclusion.elements.iter().map(|(column, _)| column.clone()).collect();
                (columns, exclusion.include.as_slice(), "excl")
            }
        },
        _ => return work.key_name(table, None, "pkey"),
    };
    let columns = index_columns(&columns, include);
    work.key_name(table, Some(&addition(columns.iter().map(String::as_str))), label)
}

/// `USING INDEX`: the index becomes the constraint's and takes its name.
fn from_index(
    work: &mut Work<'_>,
    table: &ObjectName,
    syntax: &Syntax,
    key: &Key,
    is_primary: bool,
) -> Result<(), Conflict> {
    let Some(ident) = &key.using_index else { return Ok(()) };
    let owner = work.table(table)?;
    if let (true, Some(first)) = (is_primary, &owner.primary_key) {
        let taken = Constraint::PrimaryKey(first.clone()).describe();
        return Err(Conflict::at(&syntax.span, ApplyError::ConstraintExists(table.clone(), taken)));
    }
    let missing = || Conflict::at(&ident.span, ApplyError::NoIndex(table.clone(), ident.name.clone()));
    let index = owner.index(&ident.name).ok_or_else(missing)?.clone();
    if !index.unique || index.predicate.is_some() || index.columns.iter().any(|column| column.name().is_none()) {
        let message = format!("index `{}` can't become a constraint: it has to be a plain unique one", index.name);
        return Err(Conflict::refused(&ident.span, message));
    }
    let name = syntax.name.as_ref().map_or_else(|| index.name.clone(), |name| name.name.clone());
    work.change(Change::DropIndex { table: table.clone(), index: Box::new(index.clone()) })?;
    let taken = ObjectName { schema: table.schema.clone(), name: name.clone() };
    work.free_relation(&taken, &syntax.span, false)?;
    let Index { columns, include, nulls_not_distinct, first_columns, .. } = index;
    let (name, deferrable) = (Some(name), syntax.deferrable);
    place_key(
        work,
        table,
        if is_primary {
            Constraint::PrimaryKey(PrimaryKey { name, deferrable, include, ..PrimaryKey::new(columns) })
        } else {
            let unique = Unique { deferrable, include, nulls_not_distinct, first_columns, ..Unique::new(columns) };
            Constraint::Unique(Unique { name, ..unique })
        },
    )
}

fn foreign_key(
    work: &Work<'_>,
    table: &ObjectName,
    columns: &[Ident],
    reference: &Reference,
    span: &Span,
) -> Result<ForeignKey, Conflict> {
    existing(work.table(table)?, columns)?;
    let target = work.find_table(&reference.table)?;
    let other = work.table(&target)?;
    existing(other, &reference.columns)?;
    let mut referenced: Vec<Name> = reference.columns.iter().map(|column| column.name.clone()).collect();
    if referenced.is_empty() {
        let key = other.primary_key.as_ref().ok_or_else(|| {
            Conflict::refused(&reference.table.span, format!("table `{target}` has no primary key to refer to"))
        })?;
        referenced = key.columns.iter().filter_map(IndexColumn::name).cloned().collect();
    }
    if referenced.len() != columns.len() {
        return Err(Conflict::refused(span, "this foreign key refers to another number of columns"));
    }
    if index::keys_of(other, &referenced).next().is_none() {
        let names = referenced.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("no primary key or unique constraint of table `{target}` is about ({names})");
        return Err(Conflict::refused(&reference.table.span, message));
    }
    Ok(ForeignKey {
        on_delete: reference.on_delete,
        on_update: reference.on_update,
        on_delete_columns: reference.on_delete_columns.iter().map(|column| column.name.clone()).collect(),
        match_type: reference.match_type.clone(),
        ..ForeignKey::new(columns.iter().map(|column| column.name.clone()).collect(), target, referenced)
    })
}
