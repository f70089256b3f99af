//! What a table has of those that it comes from, and what of that is its own.

use std::collections::BTreeMap;

use dbmig_build::schema::{Column, Constraint, Index, IndexColumn, Name, ObjectName, Schema, Table};

use super::definition::{beside, default_value};
use super::script::Script;
use super::sequences::{Taken, is_identity, values};
use super::work::{Work, is_inherited, is_inherited_index};

/// What a new table says of columns that it has from others, then the names of what it has of them.
pub(super) fn own(schema: &Schema, table: &Table, taken: &Taken) -> Vec<String> {
    let mut statements = Vec::new();
    let parents: Vec<&Table> = table.options.parents().filter_map(|name| schema.tables.get(name)).collect();
    for column in table.columns.iter().filter(|column| column.inherited) {
        let sources: Vec<&Column> = parents.iter().filter_map(|parent| parent.column(&column.name)).collect();
        let nullable = sources.iter().all(|one| one.nullable);
        let default = sources.iter().find(|one| one.default == column.default).or(sources.first());
        let given = Column { nullable, default: default.and_then(|one| one.default.clone()), ..column.clone() };
        statements.extend(differences(table, &given, column));
        if is_identity(column) {
            let words = values(schema, table, taken, column).identity.unwrap_or_default();
            let (table, column) = (table.name.sql(), column.name.sql());
            statements.push(format!("ALTER TABLE {table} ALTER COLUMN {column} ADD {words};"));
        }
    }
    statements.extend(names(schema, table, |_| true, |_| true));
    statements
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

/// Keys and indexes of a partition are named after it, if it wasn't called otherwise once.
fn names(
    schema: &Schema,
    table: &Table,
    comes: impl Fn(&Constraint) -> bool,
    index_comes: impl Fn(&Index) -> bool,
) -> Vec<String> {
    if table.options.partition_of.is_none() {
        return Vec::new();
    }
    let mut statements = Vec::new();
    let other = |name: &Name, suffix: &str| -> Option<Name> {
        let automatic = format!("{}_{suffix}", table.name.name);
        let rest = name.as_str().strip_prefix(&automatic);
        let is_automatic = rest.is_some_and(|rest| rest.chars().all(|one| one.is_ascii_digit()));
        (!is_automatic && automatic.len() <= 63).then(|| name.renamed(&automatic))
    };
    let joined = |columns: &[IndexColumn], include: &[Name]| {
        let mut parts: Vec<String> = Vec::new();
        for name in columns.iter().map(IndexColumn::name).chain(include.iter().map(Some)) {
            let name = name?.as_str();
            // Of two alike, the second gets a number.
            let mut numbered = (1..).map(|number| format!("{name}{number}"));
            let free = Some(name.to_owned()).filter(|name| !parts.contains(name));
            parts.push(free.or_else(|| numbered.find(|name| !parts.contains(name)))?);
        }
        Some(parts.join("_"))
    };
    for one in table.constraints().filter(|one| comes(one) && is_inherited(schema, table, one)) {
        let suffix = match &one {
            Constraint::PrimaryKey(_) => Some("pkey".to_owned()),
            Constraint::Unique(key) => joined(&key.columns, &key.include).map(|columns| columns + "_key"),
            _ => None,
        };
        let Some((name, suffix)) = one.name().zip(suffix) else { continue };
        if let Some(given) = other(name, &suffix) {
            let (table, given, name) = (table.name.sql(), given.sql(), name.sql());
            statements.push(format!("ALTER TABLE {table} RENAME CONSTRAINT {given} TO {name};"));
        }
    }
    for index in table.indexes.iter().filter(|index| index_comes(index) && is_inherited_index(schema, table, index)) {
        let Some(columns) = joined(&index.columns, &index.include) else { continue };
        if let Some(given) = other(&index.name, &(columns + "_idx")) {
            let given = beside(&table.name, &given).sql();
            statements.push(format!("ALTER INDEX {given} RENAME TO {};", index.name.sql()));
        }
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
            let Some(mut known) = work.present.column(&column.name).filter(|one| one.inherited).cloned() else {
                continue;
            };
            for (from, to) in &parents {
                let (Some(from), Some(to)) = (from.column(&column.name), to.column(&column.name)) else { continue };
                if from.default != to.default || from.column_type != to.column_type {
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

/// The names of what partitions get of their parents' new keys and indexes.
pub(super) fn name_what_comes(script: &mut Script<'_>, works: &[Work<'_>]) {
    let all: BTreeMap<&ObjectName, &Work<'_>> = works.iter().map(|one| (&one.after.name, one)).collect();
    for work in works {
        let parent = work.after.options.partition_of.as_ref().map(|one| &one.parent);
        let Some(above) = parent.and_then(|parent| all.get(parent)) else { continue };
        let nameless = |one: &Constraint| one.clone().with_name(None);
        let comes = |one: &Constraint| above.new.iter().any(|new| nameless(new) == nameless(one));
        let index_comes = |one: &Index| {
            above.new_indexes.iter().any(|new| Index { name: one.name.clone(), ..(*new).clone() } == *one)
        };
        for statement in names(&script.way.after, work.after, comes, index_comes) {
            script.push(&[], statement);
        }
    }
}
