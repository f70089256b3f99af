//! Constraints and indexes that differ in nothing but their names.

use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;

use crate::schema::{Change, Name, ObjectName, aside};

/// A constraint or index that gets another name.
pub(super) struct Rename {
    pub(super) table: ObjectName,
    pub(super) from: Name,
    pub(super) to: Name,
    pub(super) of_index: bool,
    /// Whether its name is one of an index, which is its schema's and not its table's (but on MySQL).
    pub(super) has_index: bool,
}

/// Two things, by their places in two lists, and two names of them.
pub(super) type Match<'a> = ((usize, usize), (&'a Name, &'a Name));

/// Takes out of what goes and what comes those that are the `same` but for their names, where exactly one is the same
/// as exactly one, and the names will do. Those whose names go and come come first: what keeps its name and says
/// something else now is less likely to be another one.
pub(super) fn matched<'a>(
    dropped: &mut Vec<usize>,
    added: &mut Vec<usize>,
    same: impl Fn(usize, usize) -> Option<(&'a Name, &'a Name)>,
    is_kept: impl Fn((&'a Name, &'a Name)) -> bool,
    will_do: impl Fn((&'a Name, &'a Name)) -> bool,
) -> Vec<Match<'a>> {
    let places = dropped.iter().flat_map(|a| added.iter().map(|b| (*a, *b)));
    let all: Vec<Match<'a>> = places.filter_map(|(a, b)| Some(((a, b), same(a, b)?))).collect();
    let mut found: Vec<Match<'a>> = Vec::new();
    for kept in [false, true] {
        let is_free = |one: &&Match<'a>| !found.iter().any(|((a, b), _)| *a == one.0.0 || *b == one.0.1);
        let left: Vec<Match<'a>> = all.iter().filter(is_free).filter(|one| kept || !is_kept(one.1)).copied().collect();
        let is_only =
            |one: &&Match<'a>| left.iter().filter(|other| other.0.0 == one.0.0 || other.0.1 == one.0.1).count() == 1;
        let only: Vec<Match<'a>> = left.iter().filter(is_only).filter(|one| will_do(one.1)).copied().collect();
        found.extend(only);
    }
    dropped.retain(|at| !found.iter().any(|((a, _), _)| a == at));
    added.retain(|at| !found.iter().any(|((_, b), _)| b == at));
    found
}

/// A place that one thing at a time can have: a name in a table, or in a schema.
type Slot = (ObjectName, Option<Name>);

impl Rename {
    fn slots(&self, name: &Name) -> Vec<Slot> {
        let in_table = (self.table.clone(), Some(name.clone()));
        if self.has_index && name.backend() != Backend::Mysql {
            let in_schema = ObjectName { schema: self.table.schema.clone(), name: name.clone() };
            return vec![in_table, (in_schema, None)];
        }
        vec![in_table]
    }

    fn change(&self, from: &Name, to: &Name) -> Change {
        let (table, from, to) = (self.table.clone(), from.clone(), to.clone());
        match self.of_index {
            true => Change::RenameIndex { table, from, to },
            false => Change::RenameConstraint { table, from, to },
        }
    }
}

/// The changes, in an order in which each finds its new name free; where names change places, one is moved aside.
pub(super) fn ordered(renames: Vec<Rename>) -> Vec<Change> {
    let mut held: BTreeMap<Slot, usize> = BTreeMap::new();
    for (at, rename) in renames.iter().enumerate() {
        held.extend(rename.slots(&rename.from).into_iter().map(|slot| (slot, at)));
    }
    // Whose names are waited for, and by whom.
    let mut waits_for: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut waiting: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, rename) in renames.iter().enumerate() {
        let holders = rename.slots(&rename.to).into_iter().filter_map(|slot| held.get(&slot).copied());
        let holders: BTreeSet<usize> = holders.filter(|holder| *holder != at).collect();
        holders.iter().for_each(|holder| waiting.entry(*holder).or_default().push(at));
        waits_for.insert(at, holders);
    }
    let mut ready: BTreeSet<usize> =
        waits_for.iter().filter(|(_, holders)| holders.is_empty()).map(|(at, _)| *at).collect();
    let mut parked: BTreeMap<usize, Name> = BTreeMap::new();
    let mut changes = Vec::new();
    while let Some(at) = ready.pop_first().or_else(|| waits_for.keys().find(|at| !parked.contains_key(*at)).copied()) {
        let Some(rename) = renames.get(at) else { break };
        let from = parked.get(&at).unwrap_or(&rename.from).clone();
        let is_due = waits_for.get(&at).is_some_and(BTreeSet::is_empty);
        if is_due {
            waits_for.remove(&at);
            changes.push(rename.change(&from, &rename.to));
        } else {
            let away = aside(&rename.from);
            changes.push(rename.change(&from, &away));
            parked.insert(at, away);
        }
        // Its name is free now.
        for waiter in waiting.remove(&at).unwrap_or_default() {
            if let Some(holders) = waits_for.get_mut(&waiter) {
                holders.remove(&at);
                if holders.is_empty() {
                    ready.insert(waiter);
                }
            }
        }
    }
    changes
}
