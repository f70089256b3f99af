//! Which table comes first.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{ObjectName, Table};

/// The tables, each after those of them that it refers to, otherwise by name. What is in a cycle comes by name when
/// nothing else is left.
pub(crate) fn parents_first<'a>(tables: &[&'a Table]) -> Vec<&'a Table> {
    let by_name: BTreeMap<&ObjectName, &'a Table> = tables.iter().map(|table| (&table.name, *table)).collect();
    let mut children: BTreeMap<&ObjectName, Vec<&ObjectName>> = BTreeMap::new();
    let mut waits_for: BTreeMap<&ObjectName, usize> = by_name.keys().map(|name| (*name, 0)).collect();
    for table in by_name.values() {
        let parents: BTreeSet<&ObjectName> = table.foreign_keys.iter().map(|key| &key.table).collect();
        for parent in parents.into_iter().filter(|parent| **parent != table.name && by_name.contains_key(*parent)) {
            children.entry(parent).or_default().push(&table.name);
            *waits_for.entry(&table.name).or_default() += 1;
        }
    }
    let mut ready: BTreeSet<&ObjectName> =
        waits_for.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    let mut ordered = Vec::with_capacity(by_name.len());
    while let Some(name) = ready.pop_first().or_else(|| waits_for.keys().next().copied()) {
        waits_for.remove(name);
        ordered.extend(by_name.get(name).copied());
        for child in children.remove(name).unwrap_or_default() {
            if let Some(count) = waits_for.get_mut(child) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(child);
                }
            }
        }
    }
    ordered
}
