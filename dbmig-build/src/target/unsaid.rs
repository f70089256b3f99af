//! What models have no words for: it stays as the chain has it.
//!
//! A model that says a foreign key and can't say that it is deferrable must not make it another one. What the grammar
//! of models learns to say leaves this file.

use crate::schema::{
    Check, Column, ForeignKey, Index, IndexColumn, Name, PrimaryKey, Schema, Table, TableOptions, Unique,
};

/// Takes over from the chain's table, under the same name, what the model's can't say.
pub(super) fn keep(before: &Table, after: &mut Table, chain: &Schema) {
    let said = std::mem::take(&mut after.options);
    after.options = TableOptions { without_rowid: said.without_rowid, strict: said.strict, ..before.options.clone() };
    after.exclusions.clone_from(&before.exclusions);
    for column in &mut after.columns {
        if let Some(before) = before.column(&column.name) {
            keep_column(before, column);
        }
    }
    if let (Some(before), Some(after)) = (&before.primary_key, &mut after.primary_key) {
        keep_key(before, after);
    }
    // A key that takes no NULL although nothing says so (SQLite's WITHOUT ROWID and STRICT tables).
    let implied = after.options.without_rowid || after.options.strict;
    let key: Vec<Name> =
        after.primary_key.iter().flat_map(|key| &key.columns).filter_map(|one| one.name().cloned()).collect();
    for column in after.columns.iter_mut().filter(|column| implied && key.contains(&column.name)) {
        column.nullable |= before.column(&column.name).is_some_and(|before| before.nullable);
    }
    for unique in &mut after.uniques {
        let same = |one: &&Unique| names(&one.columns) == names(&unique.columns) && same_name(&one.name, &unique.name);
        if let Some(found) = before.uniques.iter().find(same) {
            let name = unique.name.clone();
            *unique = Unique { name, ..found.clone() };
        }
    }
    for reference in &mut after.foreign_keys {
        let same = |one: &&ForeignKey| is_same_reference(one, reference, chain);
        if let Some(found) = before.foreign_keys.iter().find(same) {
            let name = reference.name.clone();
            let (on_delete, on_update) = (reference.on_delete, reference.on_update);
            *reference = ForeignKey { name, on_delete, on_update, ..found.clone() };
        }
    }
    for check in &mut after.checks {
        let same = |one: &&Check| one.expression == check.expression && same_name(&one.name, &check.name);
        if let Some(found) = before.checks.iter().find(same) {
            let name = check.name.clone();
            *check = Check { name, ..found.clone() };
        }
    }
    for index in &mut after.indexes {
        if let Some(before) = before.index(&index.name) {
            keep_index(before, index);
        }
    }
}

fn same_name(before: &Option<Name>, after: &Option<Name>) -> bool {
    before.is_none() || after.is_none() || before == after
}

fn names(columns: &[IndexColumn]) -> Vec<Option<&Name>> {
    columns.iter().map(IndexColumn::name).collect()
}

fn keep_column(before: &Column, after: &mut Column) {
    if !after.nullable {
        after.not_null_conflict = before.not_null_conflict;
    }
    after.character_set.clone_from(&before.character_set);
    after.inherited = before.inherited;
}

/// The name of a primary key, the order of its columns and its other options.
fn keep_key(before: &PrimaryKey, after: &mut PrimaryKey) {
    if names(&before.columns) == names(&after.columns) {
        after.clone_from(before);
    }
}

/// Whether two references lead from the same columns to the same ones; none named are those of the parent's key.
fn is_same_reference(before: &ForeignKey, after: &ForeignKey, chain: &Schema) -> bool {
    let key: Vec<Name> = chain
        .tables
        .get(&before.table)
        .and_then(|parent| parent.primary_key.as_ref())
        .into_iter()
        .flat_map(|key| key.columns.iter().filter_map(|column| column.name().cloned()))
        .collect();
    let referenced = |one: &ForeignKey| if one.referenced.is_empty() { key.clone() } else { one.referenced.clone() };
    before.columns == after.columns
        && before.table == after.table
        && referenced(before) == referenced(after)
        && same_name(&before.name, &after.name)
}

/// Collations, operator classes and the like of the same keys.
fn keep_index(before: &Index, after: &mut Index) {
    let is_same = before.columns.len() == after.columns.len()
        && before.columns.iter().zip(&after.columns).all(|(a, b)| a.key == b.key && a.order == b.order);
    if is_same {
        after.columns.clone_from(&before.columns);
        after.parameters.clone_from(&before.parameters);
        after.nulls_not_distinct = before.nulls_not_distinct;
    }
}
