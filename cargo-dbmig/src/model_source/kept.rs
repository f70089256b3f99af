//! What the grammar of models can't say: it stays as the migrations have it, and is told on the struct.
//!
//! The facts are those that `dbmig_build::target` takes over from the chain. One that the grammar learns to say
//! leaves both places.

use dbmig_build::schema::{Deferrable, Table};

/// Looks for one sort of fact.
type Look = fn(&Table) -> Vec<String>;

/// Every sort of fact that models can't say.
const FACTS: &[Look] = &[primary_key, uniques, foreign_keys, checks, columns, indexes, options, exclusions];

/// What the struct of a table doesn't say, in words.
pub(super) fn of_table(table: &Table) -> Vec<String> {
    FACTS.iter().flat_map(|look| look(table)).collect()
}

fn primary_key(table: &Table) -> Vec<String> {
    let Some(key) = &table.primary_key else { return Vec::new() };
    let plain = key.columns.iter().all(|column| {
        column.name().is_some_and(|name| *column == dbmig_build::schema::IndexColumn::column(name.clone()))
    });
    let facts = [
        (key.on_conflict.is_some(), "what a violation of the primary key does"),
        (key.inline_desc || !plain, "the order of the primary key"),
        (key.deferrable != Deferrable::No, "the primary key is deferrable"),
        (!key.include.is_empty(), "columns that the primary key carries"),
    ];
    said(&facts)
}

fn said(facts: &[(bool, &str)]) -> Vec<String> {
    facts.iter().filter(|(is_so, _)| *is_so).map(|(_, text)| (*text).to_owned()).collect()
}

fn uniques(table: &Table) -> Vec<String> {
    let odd = table.uniques.iter().filter(|one| {
        one.on_conflict.is_some()
            || one.deferrable != Deferrable::No
            || !one.include.is_empty()
            || one.nulls_not_distinct
            || one.columns.iter().any(|column| column.collation.is_some())
    });
    odd.map(|one| format!("options of the {}", dbmig_build::schema::Constraint::Unique(one.clone()).describe()))
        .collect()
}

fn foreign_keys(table: &Table) -> Vec<String> {
    let odd = table.foreign_keys.iter().filter(|one| {
        one.deferrable != Deferrable::No
            || one.match_type.is_some()
            || !one.on_delete_columns.is_empty()
            || one.not_valid
    });
    odd.map(|one| format!("options of the {}", dbmig_build::schema::Constraint::ForeignKey(one.clone()).describe()))
        .collect()
}

fn checks(table: &Table) -> Vec<String> {
    let odd = table
        .checks
        .iter()
        .filter(|one| one.on_conflict.is_some() || one.not_valid || one.no_inherit || one.not_enforced);
    odd.map(|one| format!("options of the {}", dbmig_build::schema::Constraint::Check(one.clone()).describe()))
        .collect()
}

fn columns(table: &Table) -> Vec<String> {
    let odd = table
        .columns
        .iter()
        .filter(|one| one.not_null_conflict.is_some() || one.character_set.is_some() || one.inherited);
    odd.map(|one| format!("options of the column `{}`", one.name)).collect()
}

fn indexes(table: &Table) -> Vec<String> {
    let odd = table.indexes.iter().filter(|one| {
        one.nulls_not_distinct
            || !one.parameters.is_empty()
            || one.columns.iter().any(|column| {
                column.collation.is_some()
                    || column.nulls.is_some()
                    || column.operator_class.is_some()
                    || column.length.is_some()
            })
    });
    odd.map(|one| format!("options of the index `{}`", one.name)).collect()
}

fn options(table: &Table) -> Vec<String> {
    let options = &table.options;
    said(&[
        (options.unlogged, "it is unlogged"),
        (!options.inherits.is_empty(), "the tables that it inherits from"),
        (options.partition_of.is_some(), "the table that it is a partition of"),
        (options.partition_by.is_some(), "how it is partitioned"),
        (!options.parameters.is_empty(), "its storage parameters"),
    ])
}

fn exclusions(table: &Table) -> Vec<String> {
    let names = table.exclusions.iter().map(|one| dbmig_build::schema::Constraint::Exclusion(one.clone()).describe());
    names.collect()
}
