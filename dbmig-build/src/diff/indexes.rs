//! Indexes.

use crate::schema::{Change, Index, Table};

use super::{Pair, Phases};

/// `renamed` is the table before, with its columns' new names; its indexes stand in the order of `pair.before`'s.
///
/// An index that differs in anything, its name included, is dropped and made anew: that is cheap beside a wrong one.
pub(super) fn diff(pair: &Pair<'_>, renamed: &Table, phases: &mut Phases) {
    let table = || pair.after.name.clone();
    let is_in = |index: &Index, table: &Table| table.index(&index.name) == Some(index);
    for (index, comparable) in pair.before.indexes.iter().zip(&renamed.indexes) {
        if !is_in(comparable, pair.after) {
            phases.take_down.push(Change::DropIndex { table: table(), index: Box::new(index.clone()) });
        }
    }
    for index in &pair.after.indexes {
        if !is_in(index, renamed) {
            phases.build_up.push(Change::CreateIndex { table: table(), index: Box::new(index.clone()) });
        }
    }
}
