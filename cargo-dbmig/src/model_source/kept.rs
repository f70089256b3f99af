//! What the grammar of models can't say: it stays as the migrations have it, and is told on the struct.
//!
//! The facts are those that `dbmig_build::target` takes over from the chain. One that the grammar learns to say
//! leaves both places.

use dbmig_build::schema::{Constraint, ObjectName, Schema, Table, UserTypeKind};

/// Looks for one sort of fact.
type Look = fn(&Table) -> Vec<String>;

/// Every sort of fact that models can't say.
const FACTS: &[Look] = &[primary_key, uniques, foreign_keys, checks, columns, options];

/// What the struct of a table doesn't say, in words.
pub(super) fn of_table(table: &Table) -> Vec<String> {
    FACTS.iter().flat_map(|look| look(table)).collect()
}

/// What stands beside the tables and isn't said.
pub(super) fn of_schema(schema: &Schema) -> Vec<(ObjectName, String)> {
    let stays = |what: &str| format!("{what}, which stays as the migrations have it");
    let mut said: Vec<(ObjectName, String)> = Vec::new();
    said.extend(
        schema
            .views
            .values()
            .map(|view| (view.name.clone(), stays(if view.materialized { "a materialized view" } else { "a view" }))),
    );
    for one in schema.types.values() {
        let what = match &one.kind {
            UserTypeKind::Enum(labels) if labels.is_empty() => "an enum without labels",
            UserTypeKind::Enum(_) => continue,
            UserTypeKind::Domain(_) => "a domain",
            UserTypeKind::Composite(_) => "a composite type",
            UserTypeKind::Range(..) => "a range type",
            UserTypeKind::Other(_) => "a type",
        };
        said.push((one.name.clone(), stays(what)));
    }
    let free = schema.sequences.values().filter(|one| one.owner.is_none());
    said.extend(free.map(|one| (one.name.clone(), stays("a sequence of no column"))));
    said
}

fn said(facts: &[(bool, &str)]) -> Vec<String> {
    facts.iter().filter(|(is_so, _)| *is_so).map(|(_, text)| (*text).to_owned()).collect()
}

fn primary_key(table: &Table) -> Vec<String> {
    let Some(key) = &table.primary_key else { return Vec::new() };
    let facts = [
        (key.on_conflict.is_some(), "what a violation of the primary key does"),
        (key.inline_desc, "the order of the primary key"),
    ];
    said(&facts)
}

fn uniques(table: &Table) -> Vec<String> {
    let odd = table.uniques.iter().filter(|one| one.on_conflict.is_some());
    odd.map(|one| format!("what a violation of the {} does", Constraint::Unique(one.clone()).describe())).collect()
}

fn foreign_keys(table: &Table) -> Vec<String> {
    let odd = table.foreign_keys.iter().filter(|one| one.not_valid);
    odd.map(|one| format!("the {} isn't validated", Constraint::ForeignKey(one.clone()).describe())).collect()
}

fn checks(table: &Table) -> Vec<String> {
    let odd = table.checks.iter().filter(|one| one.on_conflict.is_some() || one.not_valid);
    odd.map(|one| format!("options of the {}", Constraint::Check(one.clone()).describe())).collect()
}

fn columns(table: &Table) -> Vec<String> {
    let odd = table.columns.iter().filter(|one| one.not_null_conflict.is_some() || one.inherited);
    odd.map(|one| format!("options of the column `{}`", one.name)).collect()
}

fn options(table: &Table) -> Vec<String> {
    let options = &table.options;
    said(&[
        (!options.inherits.is_empty(), "the tables that it inherits from"),
        (options.partition_of.is_some(), "the table that it is a partition of"),
        (options.partition_by.is_some(), "how it is partitioned"),
    ])
}
