//! `CREATE TABLE`.

use std::collections::BTreeMap;

use crate::replay::conflict::Conflict;
use crate::schema::{Change, Column, ColumnType, Name, ObjectName, PartitionOf, Table, TableOptions, UserTypeKind};
use crate::source::Span;
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::{
    Constraint, ConstraintKind, CreateTable, CreateTableAs, Persistence, TableElement, TableForm,
};

use super::constraint::{self, Rows};
use super::resolve::{Relation, is_ledger};
use super::work::Work;
use super::{column, inherit, like, select};

pub(super) fn create_table(work: &mut Work<'_>, create: &CreateTable) -> Result<(), Conflict> {
    let persistence = create.persistence;
    let Some(name) = new_table(work, &create.name, persistence, create.if_not_exists)? else { return Ok(()) };
    let mut table = Table::new(name.clone());
    table.options = TableOptions {
        unlogged: persistence == Persistence::Unlogged,
        partition_by: create.partition_by.clone(),
        parameters: create.parameters.clone(),
        ..TableOptions::default()
    };
    for parent in &create.inherits {
        table.options.inherits.push(work.find_table(parent)?);
    }
    let partition_of = match &create.form {
        TableForm::PartitionOf { parent, bound } => {
            let found = work.find_table(parent)?;
            if work.table(&found)?.options.partition_by.is_none() {
                return Err(Conflict::refused(&parent.span, format!("table `{found}` is not partitioned")));
            }
            Some(PartitionOf { parent: found, bound: bound.clone() })
        }
        TableForm::Plain | TableForm::OfType(_) => None,
    };
    table.options.partition_of.clone_from(&partition_of);
    let mark = work.mark();
    work.change(Change::CreateTable(Box::new(table)))?;
    let parents: Vec<(ObjectName, &Span)> = match (&create.form, &partition_of) {
        (TableForm::PartitionOf { parent, .. }, Some(partition)) => vec![(partition.parent.clone(), &parent.span)],
        _ => {
            let names = work.table(&name)?.options.inherits.clone();
            names.into_iter().zip(create.inherits.iter().map(|parent| &parent.span)).collect()
        }
    };
    for (parent, span) in &parents {
        inherit::take_columns(work, &name, parent, span)?;
    }
    if let TableForm::OfType(of_type) = &create.form {
        columns_of_type(work, &name, of_type)?;
    }
    let copied = elements(work, &name, create)?;
    for (parent, _) in &parents {
        inherit::take_checks(work, &name, parent)?;
    }
    constraints(work, &name, create)?;
    like::take_indexes(work, &name, &copied)?;
    if let Some(partition) = &partition_of {
        inherit::take_keys(work, &name, &partition.parent)?;
    }
    work.fold_table(mark, &name);
    if create.on_commit_drop {
        work.session_mut().on_commit_drop.push(name);
    }
    Ok(())
}

/// The name of a new table; none if it is there and may be.
fn new_table(
    work: &Work<'_>,
    ident: &ObjectIdent,
    persistence: Persistence,
    if_not_exists: bool,
) -> Result<Option<ObjectName>, Conflict> {
    let name = work.new_name(ident, persistence == Persistence::Temporary)?;
    if if_not_exists && (work.has_relation(&name) || is_ledger(ident)) {
        return Ok(None);
    }
    work.free_relation(&name, &ident.span, true)?;
    Ok(Some(name))
}

fn columns_of_type(work: &mut Work<'_>, table: &ObjectName, of_type: &ObjectIdent) -> Result<(), Conflict> {
    let found = work.find_type(of_type).and_then(|name| work.catalog(&name).schema().types.get(&name).cloned());
    let Some(UserTypeKind::Composite(attributes)) = found.map(|one| one.kind) else {
        let error = crate::schema::ApplyError::NoType(work.unresolved(of_type));
        return Err(Conflict::at(&of_type.span, error));
    };
    for attribute in attributes {
        let column = Column { collation: attribute.collation, ..Column::new(attribute.name, attribute.column_type) };
        work.change(Change::AddColumn { table: table.clone(), column: Box::new(column) })?;
    }
    Ok(())
}

/// Adds the columns, and gives what was copied by LIKE.
fn elements<'a>(
    work: &mut Work<'_>,
    table: &ObjectName,
    create: &'a CreateTable,
) -> Result<Vec<like::Copied<'a>>, Conflict> {
    let mut own: BTreeMap<Name, &Span> = BTreeMap::new();
    let mut copied = Vec::new();
    for element in &create.elements {
        match element {
            TableElement::Column(syntax) => {
                let name = &syntax.name.name;
                if let Some(first) = own.insert(name.clone(), &syntax.name.span) {
                    let message = format!("table `{table}` has two columns `{name}`");
                    return Err(Conflict::second(&syntax.name.span, first, message));
                }
                let inherited = work.table(table)?.column(name).cloned();
                let made = column::column(work, table, syntax, inherited.as_ref())?;
                match inherited {
                    Some(_) => work.alter_column(table, name, |column| *column = made)?,
                    None => work.change(Change::AddColumn { table: table.clone(), column: Box::new(made) })?,
                }
            }
            TableElement::Like(syntax) => copied.push(like::take_columns(work, table, syntax, &mut own)?),
            TableElement::Constraint(_) => {}
        }
    }
    Ok(copied)
}

/// Adds the constraints in PostgreSQL's order: checks, keys, foreign keys.
fn constraints(work: &mut Work<'_>, table: &ObjectName, create: &CreateTable) -> Result<(), Conflict> {
    let all: Vec<&Constraint> = create.elements.iter().flat_map(written).collect();
    let mut first_key: Option<&Span> = None;
    for one in all.iter().filter(|one| matches!(one.kind, ConstraintKind::PrimaryKey(_))) {
        if let Some(first) = first_key.replace(&one.span) {
            return Err(Conflict::second(&one.span, first, format!("table `{table}` has two primary keys")));
        }
    }
    for one in all.iter().filter(|one| rank(&one.kind) == 0) {
        constraint::add(work, table, one, Rows::None)?;
    }
    for one in keys(&all) {
        constraint::add(work, table, &one, Rows::None)?;
    }
    for one in all.iter().filter(|one| rank(&one.kind) == 3) {
        constraint::add(work, table, one, Rows::None)?;
    }
    Ok(())
}

fn written(element: &TableElement) -> Vec<&Constraint> {
    match element {
        TableElement::Column(column) => column.constraints.iter().collect(),
        TableElement::Constraint(constraint) => vec![constraint],
        TableElement::Like(_) => Vec::new(),
    }
}

fn rank(kind: &ConstraintKind) -> u8 {
    match kind {
        ConstraintKind::Check(_) | ConstraintKind::NotNull(_) => 0,
        ConstraintKind::PrimaryKey(_) => 1,
        ConstraintKind::Unique(_) | ConstraintKind::Exclusion(_) => 2,
        ConstraintKind::ForeignKey { .. } => 3,
    }
}

/// The keys, the primary one first. PostgreSQL makes one of those that demand the same.
fn keys(all: &[&Constraint]) -> Vec<Constraint> {
    let mut keys: Vec<Constraint> = all.iter().filter(|one| rank(&one.kind) == 1).map(|one| (*one).clone()).collect();
    for one in all.iter().filter(|one| rank(&one.kind) == 2) {
        match keys.iter_mut().find(|earlier| is_same_key(earlier, one)) {
            Some(earlier) if earlier.name.is_none() => earlier.name.clone_from(&one.name),
            Some(_) => {}
            None => keys.push((*one).clone()),
        }
    }
    keys
}

fn is_same_key(one: &Constraint, other: &Constraint) -> bool {
    use ConstraintKind::{PrimaryKey, Unique};
    let (PrimaryKey(first) | Unique(first), Unique(second)) = (&one.kind, &other.kind) else { return false };
    let names =
        |idents: &[crate::sql::syntax::Ident]| -> Vec<Name> { idents.iter().map(|ident| ident.name.clone()).collect() };
    names(&first.columns) == names(&second.columns)
        && names(&first.include) == names(&second.include)
        && first.nulls_not_distinct == second.nulls_not_distinct
        && one.deferrable == other.deferrable
}

/// `CREATE TABLE … AS`, `SELECT … INTO`: names and types, nothing else.
pub(super) fn create_table_as(work: &mut Work<'_>, create: &CreateTableAs) -> Result<(), Conflict> {
    let Some(name) = new_table(work, &create.name, create.persistence, create.if_not_exists)? else { return Ok(()) };
    let is_temporary = create.persistence == Persistence::Temporary;
    let mut columns = match select::columns(work, &create.query) {
        Ok(columns) => columns,
        // A temporary table is no part of the schema.
        Err(_) if is_temporary => Vec::new(),
        Err(conflict) => return Err(conflict),
    };
    for (column, renamed) in columns.iter_mut().zip(&create.columns) {
        column.0 = renamed.name.clone();
    }
    let mut table = Table::new(name);
    table.options.unlogged = create.persistence == Persistence::Unlogged;
    for (name, column_type) in columns {
        // A literal without a type becomes text.
        let column_type = column_type.unwrap_or_else(|| ColumnType::plain("text"));
        if table.column(&name).is_some() {
            let error = crate::schema::ApplyError::ColumnExists(table.name.clone(), name);
            return Err(Conflict::at(&create.name.span, error));
        }
        table.columns.push(Column::new(name, column_type));
    }
    work.change(Change::CreateTable(Box::new(table)))?;
    Ok(())
}

/// The columns of a relation that has some: names and types.
pub(super) fn columns_of(work: &Work<'_>, ident: &ObjectIdent) -> Result<Vec<Column>, Conflict> {
    match work.find(ident) {
        Some((name, Relation::Table)) => Ok(work.table(&name)?.columns.clone()),
        Some((name, Relation::View | Relation::MaterializedView)) => select::view_columns(work, &name, &ident.span),
        Some((name, Relation::Composite)) => {
            let kind = work.catalog(&name).schema().types.get(&name).map(|one| &one.kind);
            let attributes = match kind {
                Some(UserTypeKind::Composite(attributes)) => attributes.as_slice(),
                _ => &[],
            };
            Ok(attributes.iter().map(|one| Column::new(one.name.clone(), one.column_type.clone())).collect())
        }
        Some((name, other)) => {
            Err(Conflict::refused(&ident.span, format!("`{name}` is a {}, which has no columns", other.noun())))
        }
        None => Err(Conflict::at(&ident.span, crate::schema::ApplyError::NoTable(work.unresolved(ident)))),
    }
}
