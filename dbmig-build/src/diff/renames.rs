//! Which renames are still to be made.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Column, Name, ObjectName, Renames, Schema, Table};

/// New name to old name of the tables that get another one.
pub(super) fn of_tables(before: &Schema, after: &Schema, renames: &Renames) -> BTreeMap<ObjectName, ObjectName> {
    let stated = renames.tables.iter().map(|(new, old)| (new.clone(), old.clone()));
    let same = |name: &ObjectName| match (before.tables.get(name), after.tables.get(name)) {
        (Some(before), Some(after)) => columns_of(before) == columns_of(after),
        _ => false,
    };
    pending(stated, |name| before.tables.contains_key(name), |name| after.tables.contains_key(name), same)
}

/// Old name to new name of the columns that get another one.
pub(super) fn of_columns(before: &Table, after: &Table, renames: &Renames) -> BTreeMap<Name, Name> {
    let of_table = renames.columns.iter().filter(|((table, _), _)| *table == after.name);
    let stated = of_table.map(|((_, new), old)| (new.clone(), old.clone()));
    let same = |name: &Name| before.column(name) == after.column(name);
    let pending = pending(stated, |name| before.column(name).is_some(), |name| after.column(name).is_some(), same);
    pending.into_iter().map(|(new, old)| (old, new)).collect()
}

/// A table's columns, which tell best whether two tables have changed places.
fn columns_of(table: &Table) -> Vec<&Column> {
    let mut columns: Vec<_> = table.columns.iter().collect();
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    columns
}

/// New name to old name of those that are still to be made.
fn pending<N: Ord + Clone>(
    stated: impl Iterator<Item = (N, N)>,
    is_before: impl Fn(&N) -> bool,
    is_after: impl Fn(&N) -> bool,
    is_same: impl Fn(&N) -> bool,
) -> BTreeMap<N, N> {
    let mut moves = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (new, old) in stated {
        if new != old && is_before(&old) && is_after(&new) && taken.insert(old.clone()) {
            moves.insert(new, old);
        }
    }
    // A new name that is there already must be renamed away itself.
    loop {
        let leaving: BTreeSet<N> = moves.values().cloned().collect();
        let count = moves.len();
        moves.retain(|new, _| !is_before(new) || leaving.contains(new));
        if moves.len() == count {
            break;
        }
    }
    // A swap whose markers were left standing would be made again and again.
    for cycle in cycles(&moves) {
        if cycle.iter().all(&is_same) {
            moves.retain(|new, _| !cycle.contains(new));
        }
    }
    moves
}

/// The sets of names that only change places among themselves.
fn cycles<N: Ord + Clone>(moves: &BTreeMap<N, N>) -> Vec<BTreeSet<N>> {
    let mut seen = BTreeSet::new();
    let mut cycles = Vec::new();
    for start in moves.keys() {
        let mut walked = BTreeSet::new();
        let mut at = start;
        while seen.insert(at.clone()) {
            walked.insert(at.clone());
            let Some(next) = moves.get(at) else { break };
            at = next;
        }
        if !walked.is_empty() && at == start {
            cycles.push(walked);
        }
    }
    cycles
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `stated` holds new name and old name.
    fn pending_of(stated: &[(&str, &str)], before: &str, after: &str) -> String {
        let has = |text: &str, name: &String| text.split(' ').any(|one| one == name);
        let stated = stated.iter().map(|(new, old)| (new.to_string(), old.to_string()));
        let found = pending(stated, |name| has(before, name), |name| has(after, name), |_| false);
        found.iter().map(|(new, old)| format!("{old}>{new}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn renames_are_pending_while_only_the_old_name_is_there() {
        assert_eq!(pending_of(&[("b", "a")], "a", "b"), "a>b");
        assert_eq!(pending_of(&[("b", "a")], "b", "b"), "");
        assert_eq!(pending_of(&[("b", "a")], "a b", "b"), "", "the caller has to ask");
        assert_eq!(pending_of(&[("b", "a")], "a", "a b"), "a>b", "the old name is taken anew");
        assert_eq!(pending_of(&[("c", "b"), ("b", "a")], "a b", "b c"), "a>b b>c");
        assert_eq!(pending_of(&[("c", "b"), ("b", "a")], "b c", "b c"), "");
        assert_eq!(pending_of(&[("b", "a"), ("c", "a")], "a", "b c"), "a>b", "one heir only");
    }

    #[test]
    fn a_swap_is_pending_until_it_was_made() {
        assert_eq!(pending_of(&[("a", "b"), ("b", "a")], "a b", "a b"), "b>a a>b");
        let stated = [("a".to_owned(), "b".to_owned()), ("b".to_owned(), "a".to_owned())];
        assert!(pending(stated.into_iter(), |_| true, |_| true, |_| true).is_empty());
    }
}
