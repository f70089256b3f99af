//! Columns.

use std::collections::BTreeSet;

use crate::diff::{renames, tables};
use crate::schema::{Column, ColumnType, IndexColumn, Name, Renames, Schema, Table};

use super::{Candidate, Likely, Rename, alike, chosen, likely, places};

pub(super) fn find(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Likely> {
    let altered = tables::altered(before, after, renames);
    altered.into_iter().flat_map(|(old, new)| of_table(old, new, renames)).collect()
}

fn of_table(before: &Table, after: &Table, renames: &Renames) -> Vec<Likely> {
    let renamed = renames::of_columns(before, after, renames);
    let targets: BTreeSet<&Name> = renamed.values().collect();
    let stays = |name: &Name| renamed.contains_key(name) || (after.column(name).is_some() && !targets.contains(name));
    // What is inherited has the name that it has in the parent.
    let goes = |column: &&Column| !column.inherited && !stays(&column.name);
    let gone: Vec<&Column> = before.columns.iter().filter(goes).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let came = |name: &Name| !targets.contains(name) && (before.column(name).is_none() || renamed.contains_key(name));
    let new: Vec<&Column> = after.columns.iter().filter(|column| came(&column.name)).collect();
    if new.is_empty() {
        return Vec::new();
    }
    let names = |table: &Table| table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    let old_places = places(&names(before), |name| stays(name).then(|| renamed.get(name).unwrap_or(name).clone()));
    let new_places = places(&names(after), |name| (!came(name)).then(|| name.clone()));
    let mut candidates = Vec::new();
    for (from, one) in gone.iter().enumerate() {
        for (to, other) in new.iter().enumerate() {
            if one.generated != other.generated || with_new_names(&one.column_type, renames) != other.column_type {
                continue;
            }
            let in_place = old_places.get(&one.name) == new_places.get(&other.name);
            let as_before = is_as_before((before, one), (after, other));
            let similar = alike(one.name.as_str(), other.name.as_str());
            if similar.is_none() && !(in_place && as_before) {
                continue;
            }
            let score = usize::from(similar.is_some()) * 3 + usize::from(in_place) * 2 + usize::from(as_before);
            let what = match other.column_type.is_untyped() {
                true => "neither has a type".to_owned(),
                false => format!("both are {}{}", other.column_type, not_null(one, other)),
            };
            let place = in_place.then(|| "they stand in the same place".to_owned());
            candidates.push(Candidate {
                from,
                to,
                score,
                why: [Some(what), similar, place].into_iter().flatten().collect(),
            });
        }
    }
    let found = chosen(candidates).into_iter().filter_map(|one| {
        let (from, to) = (gone.get(one.from)?.name.clone(), new.get(one.to)?.name.clone());
        Some(likely(Rename::Column { table: after.name.clone(), from, to }, &one.why))
    });
    found.collect()
}

fn not_null(one: &Column, other: &Column) -> &'static str {
    if one.nullable || other.nullable { "" } else { " and NOT NULL" }
}

/// The type under the name that it is to get.
fn with_new_names(column_type: &ColumnType, renames: &Renames) -> ColumnType {
    match renames.types.iter().find(|(_, old)| column_type.names(old)) {
        Some((new, _)) => {
            ColumnType { name: new.name.as_str().to_owned(), schema: new.schema.clone(), ..column_type.clone() }
        }
        None => column_type.clone(),
    }
}

/// Whether two columns agree in all that isn't their names: NULL, default, and their part in keys and references.
fn is_as_before((before, one): (&Table, &Column), (after, other): (&Table, &Column)) -> bool {
    let has = |columns: &[IndexColumn], name: &Name| columns.iter().any(|column| column.name() == Some(name));
    let key = |table: &Table, name: &Name| table.primary_key.as_ref().is_some_and(|key| has(&key.columns, name));
    let uniques = |table: &Table, name: &Name| table.uniques.iter().filter(|one| has(&one.columns, name)).count();
    let references = |table: &Table, name: &Name| {
        table
            .foreign_keys
            .iter()
            .filter(|key| key.columns.contains(name))
            .map(|key| key.table.clone())
            .collect::<Vec<_>>()
    };
    one.nullable == other.nullable
        && one.default == other.default
        && one.autoincrement == other.autoincrement
        && key(before, &one.name) == key(after, &other.name)
        && uniques(before, &one.name) == uniques(after, &other.name)
        && references(before, &one.name) == references(after, &other.name)
}
