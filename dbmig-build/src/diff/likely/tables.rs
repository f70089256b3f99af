//! Tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::tables;
use crate::schema::{Name, Renames, Schema, Table};

use super::{Candidate, Likely, Rename, alike, chosen, likely, words};

/// Of how many tables that come one thing may be true before it tells nothing any more. It keeps the work linear.
const COMMON: usize = 16;

pub(super) fn find(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Likely> {
    let pairs = tables::pair(before, after, renames);
    let gone = tables::dropped(before, &pairs);
    let new: Vec<&Table> = after.tables.values().filter(|table| tables::is_new(table, &pairs)).collect();
    if gone.is_empty() || new.is_empty() {
        return Vec::new();
    }
    let mut by_trait: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, table) in new.iter().enumerate() {
        traits(table).into_iter().for_each(|one| by_trait.entry(one).or_default().push(at));
    }
    let mut candidates = Vec::new();
    for (from, old) in gone.iter().enumerate() {
        let having = traits(old).into_iter().filter_map(|one| by_trait.get(&one));
        let places: BTreeSet<usize> = having.filter(|places| places.len() <= COMMON).flatten().copied().collect();
        for to in places {
            let found = new.get(to).and_then(|table| compare(old, table));
            candidates.extend(found.map(|(score, why)| Candidate { from, to, score, why }));
        }
    }
    let found = chosen(candidates).into_iter().filter_map(|one| {
        let (from, to) = (gone.get(one.from)?.name.clone(), new.get(one.to)?.name.clone());
        Some(likely(Rename::Table { from, to }, &one.why))
    });
    found.collect()
}

/// What two tables have in common that may be one table: a word of their names, a column, all columns.
fn traits(table: &Table) -> BTreeSet<String> {
    let columns: BTreeSet<&str> = table.columns.iter().map(|column| column.name.key()).collect();
    let all = format!("all {columns:?}");
    let words = words(table.name.name.as_str()).into_iter().map(|word| format!("word {word}"));
    words.chain([all]).chain(columns.into_iter().map(|name| format!("column {name}"))).collect()
}

/// What speaks for two tables being one, and how much.
fn compare(old: &Table, new: &Table) -> Option<(usize, Vec<String>)> {
    let in_key =
        |name: &Name| old.primary_key.iter().any(|key| key.columns.iter().any(|column| column.name() == Some(name)));
    let is_shared = |name: &Name| {
        let (one, other) = (old.column(name), new.column(name));
        one.zip(other).is_some_and(|(one, other)| one.column_type == other.column_type)
    };
    let shared: Vec<&Name> = old.columns.iter().map(|column| &column.name).filter(|name| is_shared(name)).collect();
    let widest = old.columns.len().max(new.columns.len());
    let moved = old.name.name == new.name.name;
    let similar = match moved {
        true => Some("only the schema differs".to_owned()),
        false => alike(old.name.name.as_str(), new.name.name.as_str()),
    };
    let (enough, most) = (shared.len() * 2 >= widest, shared.len() * 4 >= widest * 3);
    let beyond_key = shared.iter().any(|name| !in_key(name));
    if !(similar.is_some() && enough || most && beyond_key) {
        return None;
    }
    let columns = match shared.len() {
        count if count == widest => "they have the same columns".to_owned(),
        count => format!("{count} of {widest} columns are the same"),
    };
    let score = shared.len() * 100 / widest.max(1) + usize::from(similar.is_some()) * 50 + usize::from(moved) * 100;
    Some((score, std::iter::once(columns).chain(similar).collect()))
}
