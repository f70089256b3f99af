//! What a table has of those that it comes from, and what of that is its own.

use dbmig_build::schema::{Column, Schema, Table};

use super::definition::default_value;
use super::fill::kept_value;
use super::partition_name;
use super::script::Script;
use super::sequences::{Taken, is_identity, values};
use super::work::{Work, is_retyped};

/// What a new table says of columns that it has from others, then the names of what it has of them.
pub(super) fn own(schema: &Schema, table: &Table, taken: &Taken) -> Vec<String> {
    let mut statements = Vec::new();
    let parents: Vec<&Table> = table.options.parents().filter_map(|name| schema.tables.get(name)).collect();
    for column in table.columns.iter().filter(|column| column.inherited) {
        statements.extend(differences(table, &given(&parents, column), column));
        if is_identity(column) {
            let words = values(schema, table, taken, column).identity.unwrap_or_default();
            let (table, column) = (table.name.sql(), column.name.sql());
            statements.push(format!("ALTER TABLE {table} ALTER COLUMN {column} ADD {words};"));
        }
    }
    statements.extend(partition_name::of_new(schema, table));
    statements
}

/// A column as it comes from the tables that have it.
fn given(parents: &[&Table], column: &Column) -> Column {
    let sources: Vec<&Column> = parents.iter().filter_map(|parent| parent.column(&column.name)).collect();
    let nullable = sources.iter().all(|one| one.nullable);
    let default = sources.iter().find(|one| one.default == column.default).or(sources.first());
    Column { nullable, default: default.and_then(|one| one.default.clone()), ..column.clone() }
}

/// What makes of an inherited column what it is to be.
fn differences(table: &Table, from: &Column, to: &Column) -> Vec<String> {
    let start = format!("ALTER TABLE {} ALTER COLUMN {}", table.name.sql(), to.name.sql());
    let mut statements = Vec::new();
    match (from.nullable, to.nullable) {
        (true, false) => statements.push(format!("{start} SET NOT NULL;")),
        (false, true) => statements.push(format!("{start} DROP NOT NULL;")),
        _ => {}
    }
    if to.generated.is_none() && from.default != to.default {
        let default = to.default.as_ref().map(|default| format!("SET DEFAULT {}", default_value(default)));
        statements.push(format!("{start} {};", default.unwrap_or_else(|| "DROP DEFAULT".to_owned())));
    }
    statements
}

/// What tables that stay say of columns that they have from others. What is said of a parent's column reaches them.
pub(super) fn alter(script: &mut Script<'_>, works: &[Work<'_>]) {
    let way = script.way;
    for work in works.iter().filter(|work| work.after.options.parents().next().is_some()) {
        let parents: Vec<(&Table, &Table)> = (work.after.options.parents())
            .filter_map(|name| Some((way.renamed.tables.get(name)?, way.after.tables.get(name)?)))
            .collect();
        for column in work.after.columns.iter().filter(|column| column.inherited) {
            let mut known = match work.present.column(&column.name) {
                Some(present) if present.inherited => present.clone(),
                Some(_) => continue,
                // It has come with the parent's by now.
                None => {
                    let has_it = |after: &&Table| after.column(&column.name).is_some();
                    let parents: Vec<&Table> = parents.iter().map(|(_, after)| *after).filter(has_it).collect();
                    if parents.is_empty() {
                        continue;
                    }
                    let known = given(&parents, column);
                    if known.nullable && !column.nullable && known.default.is_none() && column.generated.is_none() {
                        let value = kept_value(way, work.after, column);
                        script.note_todo(&work.after.name, &column.name, &value);
                        let comments: Vec<String> = value.comment.iter().cloned().collect();
                        script.push(&comments, value.update(&work.after.name, &column.name));
                    }
                    known
                }
            };
            for (from, to) in &parents {
                let (Some(from), Some(to)) = (from.column(&column.name), to.column(&column.name)) else { continue };
                // A default that the parent has goes, for heirs too, before its type becomes another one.
                if from.default != to.default || from.default.is_some() && is_retyped(way, from, to) {
                    known.default.clone_from(&to.default);
                }
                if from.nullable != to.nullable {
                    known.nullable = to.nullable;
                }
            }
            let start = format!("ALTER TABLE {} ALTER COLUMN {}", work.after.name.sql(), column.name.sql());
            let (had, has) = (is_identity(&known), is_identity(column));
            if had && !has {
                script.push(&[], format!("{start} DROP IDENTITY;"));
            }
            for statement in differences(work.after, &known, column) {
                script.push(&[], statement);
            }
            if has && !had {
                let words = values(&way.after, work.after, &way.sequences, column).identity.unwrap_or_default();
                script.push(&[], format!("{start} ADD {words};"));
            }
        }
    }
}
