//! Which renames are still to be made.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Column, IndexColumn, Name, ObjectName, Renames, Schema, Table, UserTypeKind};

/// With what happens to the columns of tables that inherit from others: they get the names that their parents' get.
pub(super) fn with_heirs<'a>(before: &Schema, renames: &'a Renames) -> Cow<'a, Renames> {
    let mut heirs: BTreeMap<&ObjectName, Vec<&Table>> = BTreeMap::new();
    for table in before.tables.values() {
        table.options.parents().for_each(|parent| heirs.entry(parent).or_default().push(table));
    }
    if heirs.is_empty() || renames.columns.is_empty() {
        return Cow::Borrowed(renames);
    }
    let mut all = renames.clone();
    let is_inherited = |(owner, _): &(ObjectName, Name), old: &Name| {
        let table = before.tables.get(renames.tables.get(owner).unwrap_or(owner));
        table.and_then(|table| table.column(old)).is_some_and(|column| column.inherited)
    };
    all.columns.retain(|place, old| !is_inherited(place, old));
    let stated = all.columns.clone();
    let new_names: BTreeMap<&ObjectName, &ObjectName> = renames.tables.iter().map(|(new, old)| (old, new)).collect();
    for ((owner, new), old) in &stated {
        let mut seen = BTreeSet::new();
        let mut open = vec![renames.tables.get(owner).unwrap_or(owner)];
        while let Some(parent) = open.pop() {
            for heir in heirs.get(parent).into_iter().flatten().filter(|heir| heir.column(old).is_some()) {
                if seen.insert(&heir.name) {
                    let name = new_names.get(&heir.name).copied().unwrap_or(&heir.name).clone();
                    all.columns.entry((name, new.clone())).or_insert_with(|| old.clone());
                    open.push(&heir.name);
                }
            }
        }
    }
    Cow::Owned(all)
}

/// New name to old name of the tables that get another one.
pub(super) fn of_tables(before: &Schema, after: &Schema, renames: &Renames) -> BTreeMap<ObjectName, ObjectName> {
    let stated = renames.tables.iter().map(|(new, old)| (new.clone(), old.clone()));
    let likeness = |old: &ObjectName, new: &ObjectName| match (before.tables.get(old), after.tables.get(new)) {
        (Some(old), Some(new)) => table_likeness(old, new),
        _ => 0,
    };
    pending(stated, |name| before.tables.contains_key(name), |name| after.tables.contains_key(name), likeness)
}

/// Old name to new name of the columns that get another one.
pub(super) fn of_columns(before: &Table, after: &Table, renames: &Renames) -> BTreeMap<Name, Name> {
    let first = (after.name.clone(), after.name.name.renamed(""));
    let of_table = renames.columns.range(first..).take_while(|((table, _), _)| *table == after.name);
    let stated = of_table.map(|((_, new), old)| (new.clone(), old.clone()));
    let likeness = |old: &Name, new: &Name| column_likeness((before, old), (after, new));
    let pending = pending(stated, |name| before.column(name).is_some(), |name| after.column(name).is_some(), likeness);
    pending.into_iter().map(|(new, old)| (old, new)).collect()
}

/// New name to old name of the types that get another one.
pub(super) fn of_types(before: &Schema, after: &Schema, renames: &Renames) -> BTreeMap<ObjectName, ObjectName> {
    let stated = renames.types.iter().map(|(new, old)| (new.clone(), old.clone()));
    let likeness = |old: &ObjectName, new: &ObjectName| match (before.types.get(old), after.types.get(new)) {
        (Some(old), Some(new)) => kind_likeness(&old.kind, &new.kind),
        _ => 0,
    };
    pending(stated, |name| before.types.contains_key(name), |name| after.types.contains_key(name), likeness)
}

/// Old text to new text of the labels of an enum that get another one. (Labels that only change places are none:
/// nothing would tell whether it was done.)
pub(super) fn of_labels(
    name: &ObjectName,
    before: &[String],
    after: &[String],
    renames: &Renames,
) -> BTreeMap<String, String> {
    let first = (name.clone(), String::new());
    let of_type = renames.enum_values.range(first..).take_while(|((one, _), _)| one == name);
    let stated = of_type.map(|((_, new), old)| (new.clone(), old.clone()));
    let pending = pending(stated, |label| before.contains(label), |label| after.contains(label), |_, _| 0);
    pending.into_iter().map(|(new, old)| (old, new)).collect()
}

/// In how much two types are alike.
fn kind_likeness(old: &UserTypeKind, new: &UserTypeKind) -> usize {
    match (old, new) {
        (UserTypeKind::Enum(old), UserTypeKind::Enum(new)) => old.iter().filter(|label| new.contains(label)).count(),
        (old, new) => usize::from(old == new),
    }
}

/// In how many columns two tables are alike.
fn table_likeness(old: &Table, new: &Table) -> usize {
    let is_alike = |column: &&Column| {
        new.column(&column.name)
            .is_some_and(|other| other.column_type == column.column_type && other.nullable == column.nullable)
    };
    old.columns.iter().filter(is_alike).count()
}

/// In how many respects two columns are alike: their own, and their part in keys, references and indexes.
fn column_likeness((before, old): (&Table, &Name), (after, new): (&Table, &Name)) -> usize {
    let (Some(one), Some(other)) = (before.column(old), after.column(new)) else { return 0 };
    let at = |columns: &[IndexColumn], name: &Name| columns.iter().position(|column| column.name() == Some(name));
    let key = |table: &Table, name: &Name| table.primary_key.as_ref().and_then(|key| at(&key.columns, name));
    let uniques =
        |table: &Table, name: &Name| table.uniques.iter().filter(|one| at(&one.columns, name).is_some()).count();
    let indexes = |table: &Table, name: &Name| {
        let places = table.indexes.iter().filter_map(|index| Some((index.name.clone(), at(&index.columns, name)?)));
        places.collect::<BTreeSet<_>>()
    };
    let references = |table: &Table, name: &Name| {
        let keys = table.foreign_keys.iter().filter(|key| key.columns.contains(name));
        keys.map(|key| key.table.clone()).collect::<BTreeSet<_>>()
    };
    let alike = [
        one.column_type == other.column_type,
        one.nullable == other.nullable,
        one.default == other.default,
        one.generated == other.generated,
        one.collation == other.collation,
        key(before, old) == key(after, new),
        uniques(before, old) == uniques(after, new),
        indexes(before, old) == indexes(after, new),
        references(before, old) == references(after, new),
    ];
    alike.into_iter().filter(|alike| *alike).count()
}

/// New name to old name of those that are still to be made.
fn pending<N: Ord + Clone>(
    stated: impl Iterator<Item = (N, N)>,
    is_before: impl Fn(&N) -> bool,
    is_after: impl Fn(&N) -> bool,
    likeness: impl Fn(&N, &N) -> usize,
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
    // A swap whose markers were left standing must not be made again: what is there has to look more like what is to be
    // with it than without it.
    for cycle in cycles(&moves) {
        let with: usize = cycle.iter().filter_map(|new| Some(likeness(moves.get(new)?, new))).sum();
        let without: usize = cycle.iter().map(|name| likeness(name, name)).sum();
        if with <= without {
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
        let found =
            pending(stated, |name| has(before, name), |name| has(after, name), |old, new| usize::from(old != new));
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
        assert!(pending(stated.into_iter(), |_| true, |_| true, |old, new| usize::from(old == new)).is_empty());
    }
}
