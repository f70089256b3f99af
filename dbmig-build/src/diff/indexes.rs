//! Indexes.

use crate::schema::{Change, Index, Name, Table};

use super::names::{Rename, matched};
use super::{Pair, Phases};

/// `renamed` is the table before, with its columns' new names; its indexes stand in the order of `pair.before`'s.
///
/// An index that differs in anything but its name is dropped and made anew: that is cheap beside a wrong one.
pub(super) fn diff(pair: &Pair<'_>, table: &Table, phases: &mut Phases) {
    let name = || pair.after.name.clone();
    let (old, new) = (&table.indexes, &pair.after.indexes);
    let missing = |from: &[Index], to: &Table| -> Vec<usize> {
        (0..from.len()).filter(|at| from.get(*at) != from.get(*at).and_then(|one| to.index(&one.name))).collect()
    };
    let (mut dropped, mut added) = (missing(old, pair.after), missing(new, table));
    let same = |a: usize, b: usize| {
        let (one, other) = (old.get(a)?, new.get(b)?);
        let is_same = one.name != other.name && Index { name: other.name.clone(), ..one.clone() } == *other;
        is_same.then_some((&one.name, &other.name))
    };
    let is_kept = |(from, to): (&Name, &Name)| pair.after.index(from).is_some() || table.index(to).is_some();
    for (_, (from, to)) in matched(&mut dropped, &mut added, same, is_kept, |_: (&Name, &Name)| true) {
        let (from, to) = (from.clone(), to.clone());
        phases.names.push(Rename { table: name(), from, to, of_index: true, has_index: true });
    }
    let dropped = dropped.into_iter().filter_map(|at| pair.before.indexes.get(at));
    phases.take_down.extend(dropped.map(|one| Change::DropIndex { table: name(), index: Box::new(one.clone()) }));
    let added = added.into_iter().filter_map(|at| new.get(at));
    phases.build_up.extend(added.map(|one| Change::CreateIndex { table: name(), index: Box::new(one.clone()) }));
}
