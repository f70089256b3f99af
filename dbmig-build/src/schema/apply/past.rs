//! What a table remembers of itself, as PostgreSQL does.

use dbmig::Backend;

use crate::schema::{
    Catalog, Column, ColumnType, Exclusion, FirstColumns, Index, IndexColumn, IndexKey, Name, ObjectName, Past,
    Retyped, Table, Unique,
};

/// Before a column gets another name: indexes keep what they were made of.
pub(super) fn rename_column(table: &mut Table, from: &Name, to: &Name) {
    for check in table.checks.iter_mut().filter(|check| check.column.0.as_ref() == Some(from)) {
        check.column = Past(Some(to.clone()));
    }
    if from.backend() != Backend::Postgres {
        return;
    }
    for one in table.retyped.0.iter_mut().filter(|one| one.column == *from) {
        one.column = to.clone();
    }
    for Index { columns, include, first_columns, .. } in &mut table.indexes {
        remember(first_columns, columns, include, from);
    }
    for Unique { columns, include, first_columns, .. } in &mut table.uniques {
        remember(first_columns, columns, include, from);
    }
    for Exclusion { elements, include, first_columns, .. } in &mut table.exclusions {
        let columns: Vec<IndexColumn> = elements.iter().map(|(column, _)| column.clone()).collect();
        remember(first_columns, &columns, include, from);
    }
}

fn remember(first: &mut FirstColumns, columns: &[IndexColumn], include: &[Name], renamed: &Name) {
    let is_it = |column: &IndexColumn| match &column.key {
        IndexKey::Column(name) => name == renamed,
        IndexKey::Expression(expression) => expression.mentions(renamed),
    };
    if first.0.is_none() && (columns.iter().any(is_it) || include.contains(renamed)) {
        *first = Past(Some(Box::new((columns.to_vec(), include.to_vec()))));
    }
}

/// Before the column at a place becomes another one. Its indexes are made anew with its type, of columns as they are
/// called then.
pub(super) fn remember_type(table: &mut Table, at: usize, to: &Column) {
    let older = |column: &Column| column.default.is_some() && column.default == to.default;
    if !table.columns.get(at).is_some_and(older) {
        forget_default(table, &to.name);
    }
    let is_other = |one: &&Column| one.column_type != to.column_type || one.collation != to.collation;
    let Some(column) = table.columns.get(at).filter(is_other).cloned() else { return };
    if column.name.backend() != Backend::Postgres {
        return;
    }
    for index in table.indexes.iter_mut().filter(|one| one.mentions(&column.name)) {
        index.first_columns = Past(None);
    }
    for unique in &mut table.uniques {
        if unique.columns.iter().any(|one| one.mentions(&column.name)) || unique.include.contains(&column.name) {
            unique.first_columns = Past(None);
        }
    }
    for one in table.exclusions.iter_mut().filter(|one| one.elements.iter().any(|key| key.0.mentions(&column.name))) {
        one.first_columns = Past(None);
    }
    if column.column_type != to.column_type {
        let is_of_default = older(&column);
        table.retyped.0.push(Retyped { column: column.name, from: column.column_type, is_of_default });
    }
}

impl Catalog {
    /// Gives a table the past of another one, whose columns and expressions it takes over.
    pub(crate) fn take_past(&mut self, table: &ObjectName, past: &[Retyped]) {
        if let Some(table) = self.schema.tables.get_mut(table).filter(|_| !past.is_empty()) {
            table.retyped.0.extend_from_slice(past);
        }
    }

    /// Notes that a column's default was given to it as it is now, if only in the words of the one before.
    pub(crate) fn note_default(&mut self, table: &ObjectName, column: &Name) {
        // Tables that are shared stay so where nothing is to be noted.
        let has_past = |table: &Table| table.retyped.0.iter().any(|one| one.is_of_default && one.column == *column);
        if self.schema.tables.get(table).is_some_and(has_past) {
            self.schema.tables.get_mut(table).into_iter().for_each(|table| forget_default(table, column));
        }
    }
}

/// The default of a column is younger than its types.
fn forget_default(table: &mut Table, column: &Name) {
    table.retyped.0.iter_mut().filter(|one| one.column == *column).for_each(|one| one.is_of_default = false);
}

/// The types that columns of a table had.
pub(super) fn types(table: &mut Table) -> impl Iterator<Item = &mut ColumnType> {
    table.retyped.0.iter_mut().map(|one| &mut one.from)
}
