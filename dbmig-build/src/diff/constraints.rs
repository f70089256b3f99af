//! Primary keys, uniques, foreign keys and checks.

use std::collections::BTreeSet;

use crate::schema::{Change, Constraint, ObjectName, Schema, Table};

use super::{Pair, Phases};

/// `renamed` is the table before, with its columns' new names; its constraints stand in the order of `pair.before`'s.
pub(super) fn diff(pair: &Pair<'_>, renamed: &Table, phases: &mut Phases) {
    let old: Vec<Constraint> = pair.before.constraints().collect();
    let comparable: Vec<Constraint> = renamed.constraints().collect();
    let new: Vec<Constraint> = pair.after.constraints().collect();
    let (dropped, added) = unmatched(&comparable, &new);
    let table = &pair.after.name;
    for constraint in dropped.into_iter().filter_map(|at| old.get(at)) {
        let change = Change::DropConstraint { table: table.clone(), constraint: constraint.clone() };
        match constraint {
            Constraint::ForeignKey(_) => phases.unreference.push(change),
            _ => phases.take_down.push(change),
        }
    }
    for constraint in added.into_iter().filter_map(|at| new.get(at)) {
        let change = Change::AddConstraint { table: table.clone(), constraint: constraint.clone() };
        match constraint {
            Constraint::ForeignKey(_) => phases.references.push(change),
            _ => phases.build_up.push(change),
        }
    }
}

/// The drops of foreign keys that tables which stay have to tables that go.
pub(super) fn references_to(before: &Schema, dropped: &[&Table]) -> Vec<Change> {
    let going: BTreeSet<&ObjectName> = dropped.iter().map(|table| &table.name).collect();
    let staying = before.tables.values().filter(|table| !going.contains(&table.name));
    let keys = staying.flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)));
    let drops = keys.filter(|(_, key)| going.contains(&key.table)).map(|(table, key)| Change::DropConstraint {
        table: table.name.clone(),
        constraint: Constraint::ForeignKey(key.clone()),
    });
    drops.collect()
}

/// The positions of what `old` and `new` don't share.
fn unmatched(old: &[Constraint], new: &[Constraint]) -> (Vec<usize>, Vec<usize>) {
    let mut left: Vec<usize> = (0..old.len()).collect();
    let mut right: Vec<usize> = (0..new.len()).collect();
    // What is equal to the letter finds its like before a constraint without a name can take it.
    for same in [Constraint::eq, same_but_for_a_missing_name] {
        left.retain(|&a| match right.iter().position(|&b| same(&old[a], &new[b])) {
            Some(at) => {
                right.remove(at);
                false
            }
            None => true,
        });
    }
    (left, right)
}

fn same_but_for_a_missing_name(a: &Constraint, b: &Constraint) -> bool {
    (a.name().is_none() || b.name().is_none()) && a.clone().with_name(None) == b.clone().with_name(None)
}
