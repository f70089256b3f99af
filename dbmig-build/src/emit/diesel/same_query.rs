//! `allow_tables_to_appear_in_same_query!`, and which tables it lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::joins::Join;
use crate::config::SameQuery;

/// What the macro's call takes of a line before the names.
const CALL: &str = "diesel::allow_tables_to_appear_in_same_query!(";

/// The calls of the macro for tables in the order in which they are printed; `indent` is where they will stand.
pub(super) fn calls(names: &[&str], joins: &[Join], config: SameQuery, indent: usize) -> String {
    let groups = match config {
        SameQuery::AllTables => vec![names.to_vec()],
        SameQuery::Related => related(names, joins),
        SameQuery::None => Vec::new(),
    };
    let calls = groups.iter().filter(|group| group.len() >= 2).map(|group| call(group, indent));
    calls.collect::<String>()
}

/// As rustfmt lays it out: on one line of at most 100 characters if it fits.
fn call(names: &[&str], indent: usize) -> String {
    let line = names.join(", ") + ",";
    if indent + CALL.len() + line.len() < 100 {
        return format!("{CALL}{line});\n");
    }
    let mut text = format!("{CALL}\n");
    for name in names {
        let _ = writeln!(text, "    {name},");
    }
    text + ");\n"
}

/// The tables that can be joined with each other, directly or by way of others; each group and the groups in the order
/// of the tables.
fn related<'a>(names: &[&'a str], joins: &[Join]) -> Vec<Vec<&'a str>> {
    let places: BTreeMap<&str, usize> = names.iter().copied().zip(0..).collect();
    let mut neighbours: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for join in joins {
        if let (Some(child), Some(parent)) = (places.get(&*join.child), places.get(&*join.parent)) {
            neighbours.entry(*child).or_default().push(*parent);
            neighbours.entry(*parent).or_default().push(*child);
        }
    }
    let mut visited = BTreeSet::new();
    let mut groups = Vec::new();
    for start in 0..names.len() {
        let mut group = BTreeSet::new();
        let mut pending = vec![start];
        while let Some(place) = pending.pop() {
            if visited.insert(place) {
                group.insert(place);
                pending.extend(neighbours.get(&place).into_iter().flatten());
            }
        }
        groups.push(group.into_iter().filter_map(|place| names.get(place).copied()).collect());
    }
    groups
}
