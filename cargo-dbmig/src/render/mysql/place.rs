//! Where columns stand: `FIRST` and `AFTER`.

use std::collections::BTreeSet;

use dbmig_build::schema::{Column, Name, Table};

/// The columns that stay where they are while others move: as many as can.
pub(super) fn in_order(present: &Table, after: &Table) -> BTreeSet<Name> {
    let place = |name: &Name| after.columns.iter().position(|column| column.name == *name);
    let places: Vec<(usize, &Name)> =
        present.columns.iter().filter_map(|column| Some((place(&column.name)?, &column.name))).collect();
    // The longest rising subsequence: for each column the length of the best that ends there, and what is before it.
    let mut best: Vec<(usize, Option<usize>)> = Vec::new();
    for (at, (place, _)) in places.iter().enumerate() {
        let before = (0..at).filter(|&earlier| places[earlier].0 < *place).max_by_key(|&earlier| best[earlier].0);
        best.push((before.map_or(1, |earlier| best[earlier].0 + 1), before));
    }
    let mut at = (0..best.len()).max_by_key(|&at| best[at].0);
    let mut found = BTreeSet::new();
    while let Some(here) = at {
        found.insert(places[here].1.clone());
        at = best[here].1;
    }
    found
}

/// Where a column comes to stand, as SQL: behind the nearest of those before it that is there.
pub(super) fn place(order: &Table, after: &Table, name: &Name) -> String {
    let at = target(order, after, name);
    match at.checked_sub(1).and_then(|before| order.columns.get(before)) {
        Some(before) => format!(" AFTER {}", before.name.sql()),
        None => " FIRST".to_owned(),
    }
}

/// The same for a new column, which needs no word to be the last.
pub(super) fn place_of_new(order: &Table, after: &Table, name: &Name) -> String {
    if target(order, after, name) == order.columns.len() { String::new() } else { place(order, after, name) }
}

pub(super) fn insert(order: &mut Table, column: Column, after: &Table) {
    let at = target(order, after, &column.name);
    order.columns.insert(at, column);
}

fn target(order: &Table, after: &Table, name: &Name) -> usize {
    let before = after.columns.iter().take_while(|column| column.name != *name);
    let mut before: Vec<&Name> = before.map(|column| &column.name).collect();
    while let Some(nearest) = before.pop() {
        if let Some(at) = order.columns.iter().position(|column| column.name == *nearest) {
            return at + 1;
        }
    }
    0
}
