//! Definitions to the model: what was written on a column becomes the table's.

use crate::schema::{
    ApplyError, Autoincrement, Check, Column, Constraint, ForeignKey, IndexColumn, IndexKey, Name, ObjectName,
    PrimaryKey, SortOrder, Table, TableOptions, Unique,
};
use crate::source::Span;
use crate::sql::syntax::{ColumnConstraint, ColumnSyntax, ConstraintKind, ConstraintSyntax, KeyColumn, Reference};

use super::conflict::Conflict;

/// A table from its definition.
pub(super) fn table(
    name: ObjectName,
    columns: &[ColumnSyntax],
    constraints: &[ConstraintSyntax],
    options: TableOptions,
) -> Result<Table, Conflict> {
    let mut table = Table::new(name);
    table.options = options;
    let mut key_place = None;
    for (at, syntax) in columns.iter().enumerate() {
        if table.column(&syntax.name.name).is_some() {
            let first = columns[..at].iter().find(|earlier| earlier.name.name == syntax.name.name);
            let message = format!("table `{}` has two columns `{}`", table.name, syntax.name.name);
            return Err(Conflict::second(&syntax.name.span, &first.unwrap_or(syntax).name.span, message));
        }
        let lowered = column(syntax);
        table.columns.push(lowered.column);
        for (constraint, span) in lowered.constraints {
            add(&mut table, constraint, &span, &mut key_place)?;
        }
    }
    for syntax in constraints {
        check_columns(&table, syntax)?;
        if let ConstraintKind::PrimaryKey { columns, autoincrement: true, .. } = &syntax.kind {
            for column in columns.iter().filter_map(|key| key.column.name()) {
                if let Some(column) = table.column_mut(column) {
                    column.autoincrement = Autoincrement::Keyword;
                }
            }
        }
        add(&mut table, constraint(syntax), &syntax.span, &mut key_place)?;
    }
    Ok(table)
}

fn add(table: &mut Table, constraint: Constraint, span: &Span, key_place: &mut Option<Span>) -> Result<(), Conflict> {
    match constraint {
        Constraint::PrimaryKey(key) => {
            if let Some(first) = key_place.replace(span.clone()) {
                let message = format!("table `{}` has two primary keys", table.name);
                return Err(Conflict::second(span, &first, message));
            }
            table.primary_key = Some(key);
        }
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::ForeignKey(key) => table.foreign_keys.push(key),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Exclusion(exclusion) => table.exclusions.push(exclusion),
    }
    Ok(())
}

/// A column and the constraints that were written on it, each with its place.
pub(super) struct LoweredColumn {
    pub(super) column: Column,
    pub(super) constraints: Vec<(Constraint, Span)>,
}

pub(super) fn column(syntax: &ColumnSyntax) -> LoweredColumn {
    let mut column = Column::new(syntax.name.name.clone(), syntax.column_type.clone());
    let mut constraints = Vec::new();
    for (name, written) in &syntax.constraints {
        let name = name.clone();
        let key = |order| vec![IndexColumn { order, ..IndexColumn::column(syntax.name.name.clone()) }];
        let mut push = |constraint| constraints.push((constraint, syntax.name.span.clone()));
        match written.clone() {
            ColumnConstraint::PrimaryKey { order, on_conflict, autoincrement, .. } => {
                if autoincrement {
                    column.autoincrement = Autoincrement::Keyword;
                }
                let descending = order == SortOrder::Descending;
                let inline_desc = descending && column.column_type.name == "integer";
                push(Constraint::PrimaryKey(PrimaryKey {
                    name,
                    on_conflict,
                    inline_desc,
                    ..PrimaryKey::new(key(order))
                }));
            }
            ColumnConstraint::NotNull(on_conflict) => {
                column.nullable = false;
                column.not_null_conflict = on_conflict;
            }
            ColumnConstraint::Null => {}
            ColumnConstraint::Unique(on_conflict) => {
                push(Constraint::Unique(Unique { name, on_conflict, ..Unique::new(key(SortOrder::Ascending)) }));
            }
            ColumnConstraint::Check(expression, on_conflict) => {
                push(Constraint::Check(Check { name, on_conflict, ..Check::new(expression) }));
            }
            ColumnConstraint::Default(expression) => column.default = Some(expression),
            ColumnConstraint::Collate(collation) => column.collation = Some(collation),
            ColumnConstraint::References(reference) => {
                push(Constraint::ForeignKey(foreign_key(name, vec![syntax.name.name.clone()], &reference)));
            }
            ColumnConstraint::Generated(generated) => column.generated = Some(generated),
        }
    }
    LoweredColumn { column, constraints }
}

fn constraint(syntax: &ConstraintSyntax) -> Constraint {
    let name = syntax.name.clone();
    match syntax.kind.clone() {
        ConstraintKind::PrimaryKey { columns, on_conflict, .. } => {
            let columns = columns.into_iter().map(|key| key.column).collect();
            Constraint::PrimaryKey(PrimaryKey { name, on_conflict, ..PrimaryKey::new(columns) })
        }
        ConstraintKind::Unique { columns, on_conflict } => {
            let columns = columns.into_iter().map(|key| key.column).collect();
            Constraint::Unique(Unique { name, on_conflict, ..Unique::new(columns) })
        }
        ConstraintKind::ForeignKey { columns, reference } => {
            let columns = columns.into_iter().map(|column| column.name).collect();
            Constraint::ForeignKey(foreign_key(name, columns, &reference))
        }
        ConstraintKind::Check(expression, on_conflict) => {
            Constraint::Check(Check { name, on_conflict, ..Check::new(expression) })
        }
    }
}

fn foreign_key(name: Option<Name>, columns: Vec<Name>, reference: &Reference) -> ForeignKey {
    let referenced = reference.columns.iter().map(|column| column.name.clone()).collect();
    ForeignKey {
        name,
        on_delete: reference.on_delete,
        on_update: reference.on_update,
        deferrable: reference.deferrable,
        match_type: reference.match_type.clone(),
        ..ForeignKey::new(columns, ObjectName::unqualified(reference.table.name.clone()), referenced)
    }
}

fn check_columns(table: &Table, syntax: &ConstraintSyntax) -> Result<(), Conflict> {
    match &syntax.kind {
        ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => {
            if let Some(key) = columns.iter().find(|key| key.column.name().is_none()) {
                return Err(Conflict::refused(&key.span, "a key of a table is made of columns, not of expressions"));
            }
            key_columns(table, columns)
        }
        ConstraintKind::ForeignKey { columns, reference } => {
            let missing = columns.iter().find(|column| table.column(&column.name).is_none());
            if let Some(column) = missing {
                let error = ApplyError::NoColumn(table.name.clone(), column.name.clone());
                return Err(Conflict::at(&column.span, error));
            }
            if !reference.columns.is_empty() && reference.columns.len() != columns.len() {
                return Err(Conflict::refused(&syntax.span, "this foreign key refers to another number of columns"));
            }
            Ok(())
        }
        ConstraintKind::Check(..) => Ok(()),
    }
}

/// Demands that the columns of a key or index are there.
pub(super) fn key_columns(table: &Table, columns: &[KeyColumn]) -> Result<(), Conflict> {
    let missing = columns.iter().find_map(|key| match &key.column.key {
        IndexKey::Column(name) if table.column(name).is_none() => Some((&key.span, name)),
        _ => None,
    });
    match missing {
        Some((span, name)) => Err(Conflict::at(span, ApplyError::NoColumn(table.name.clone(), name.clone()))),
        None => Ok(()),
    }
}
