//! Two schemas to the changes between them.
//!
//! The law: `apply_all(diff(a, b), a)` is `b`, over what dbmig manages. Triggers, views and virtual tables are not
//! managed: no model declares them, so a diff neither makes nor drops them; triggers go where their table goes.

mod columns;
mod constraints;
mod indexes;
mod likely;
mod renames;
mod tables;

pub use likely::{Likely, Rename, likely_renames};

use std::collections::BTreeMap;

use crate::schema::{
    Change, Name, ObjectName, Renames, Schema, Table, apply, apply_all, aside, parents_first, rename_order,
};

/// The changes that make `after` of `before`, ordered so that each finds what it needs: a table that is referred to is
/// made before those that refer to it, and nothing uses a column any more when it goes. (Tables that refer to each
/// other in a cycle come in the order of their names.)
///
/// A rename is taken where its old name stands in `before` and its new name doesn't, unless that is renamed away
/// itself: names may move along a chain or change places. Names change places only if things then are more like what
/// they are to be, since nothing else tells a swap that was made from one that wasn't. Constraints are compared by what they say; a name counts only where both sides have one. Names that
/// differ in nothing that their database distinguishes are the same.
pub fn diff(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Change> {
    let pairs = tables::pair(before, after, renames);
    let mut changes = Vec::new();

    // First what stands in the way: references to tables that go, those tables, and old names of tables.
    let dropped = tables::dropped(before, &pairs);
    changes.extend(constraints::references_to(before, &dropped));
    changes.extend(parents_first(&dropped).into_iter().rev().map(|table| Change::DropTable(Box::new(table.clone()))));
    changes.extend(tables::renamed(&pairs));
    let present = replayed(before, &changes);

    let moves: Vec<Pair<'_>> = after
        .tables
        .values()
        .filter(|table| pairs.contains_key(&table.name) && table.options.virtual_module.is_none())
        .filter_map(|table| Pair::new(present.tables.get(&table.name)?, table, renames))
        .collect();
    let compared = compared(&present, &moves);

    let mut phases = Phases::default();
    for pair in &moves {
        if let Some(renamed) = compared.tables.get(&pair.after.name) {
            pair.diff(renamed, &mut phases);
        }
    }
    changes.extend(phases.unreference);
    changes.extend(phases.take_down);
    changes.extend(phases.columns);
    changes.extend(phases.build_up);

    let created: Vec<&Table> = after.tables.values().filter(|table| tables::is_new(table, &pairs)).collect();
    changes.extend(parents_first(&created).into_iter().map(|table| Change::CreateTable(Box::new(table.clone()))));
    changes.extend(phases.references);
    changes
}

/// The renames among the changes from `before` to the tables of `desired`, in an order in which each finds its new name
/// free: tables first, then columns under their tables' new names.
pub fn due_renames(before: &Schema, desired: &Schema, renames: &Renames) -> Vec<Change> {
    let renamed = renames::of_tables(before, desired, renames);
    let mut changes = tables::renamed(&renamed);
    for after in desired.tables.values() {
        let Some(present) = before.tables.get(renamed.get(&after.name).unwrap_or(&after.name)) else { continue };
        let table = &after.name;
        let steps = rename_order(renames::of_columns(present, after, renames), aside);
        let change = |(from, to)| Change::RenameColumn { table: table.clone(), from, to };
        changes.extend(steps.into_iter().map(change));
    }
    changes
}

/// A table that stays, before and after, under one name.
struct Pair<'a> {
    before: &'a Table,
    after: &'a Table,
    /// Old name to new name, without those that stay.
    renamed: BTreeMap<Name, Name>,
}

/// What happens to tables that stay, in the order in which it must happen across all of them.
#[derive(Default)]
struct Phases {
    /// Foreign keys that go, before the keys that they lean on.
    unreference: Vec<Change>,
    /// Other constraints and indexes that go.
    take_down: Vec<Change>,
    /// Columns and options.
    columns: Vec<Change>,
    /// Keys, uniques, checks, indexes.
    build_up: Vec<Change>,
    /// Foreign keys, when every table and key that they refer to is there.
    references: Vec<Change>,
}

impl<'a> Pair<'a> {
    fn new(before: &'a Table, after: &'a Table, renames: &Renames) -> Option<Pair<'a>> {
        if before.options.virtual_module.is_some() {
            return None;
        }
        Some(Pair { before, after, renamed: renames::of_columns(before, after, renames) })
    }

    /// The columns that no column of `after` comes from.
    fn dropped(&self) -> impl Iterator<Item = &'a Name> {
        let stays = |name: &Name| self.renamed.contains_key(name) || self.keeps(name);
        self.before.columns.iter().map(|column| &column.name).filter(move |name| !stays(name))
    }

    /// Whether a column stays under its name.
    fn keeps(&self, name: &Name) -> bool {
        let target = || self.renamed.values().any(|to| to == name);
        self.after.column(name).is_some() && !self.renamed.contains_key(name) && !target()
    }

    /// `renamed` is the table before, with its columns' new names.
    fn diff(&self, renamed: &Table, phases: &mut Phases) {
        constraints::diff(self, renamed, phases);
        indexes::diff(self, renamed, phases);
        columns::diff(self, renamed, phases);
    }
}

fn replayed(before: &Schema, changes: &[Change]) -> Schema {
    let mut schema = before.clone();
    let applied = apply_all(changes, &mut schema);
    debug_assert_eq!(applied, Ok(()));
    schema
}

/// The schema with every column under its new name, to compare with. Columns that go get names that nothing else has,
/// so that what uses them equals nothing.
fn compared(present: &Schema, pairs: &[Pair<'_>]) -> Schema {
    let mut schema = present.clone();
    let mut rename = |table: &ObjectName, from: &Name, to: &Name| {
        let (from, to) = (from.clone(), to.clone());
        let applied = apply(&Change::RenameColumn { table: table.clone(), from, to }, &mut schema);
        debug_assert_eq!(applied, Ok(()));
    };
    for pair in pairs {
        let table = &pair.after.name;
        for name in pair.dropped() {
            rename(table, name, &name.renamed(&format!("\0dropped {name}")));
        }
        for from in pair.renamed.keys() {
            rename(table, from, &from.renamed(&format!("\0moved {from}")));
        }
        for (from, to) in &pair.renamed {
            rename(table, &from.renamed(&format!("\0moved {from}")), to);
        }
    }
    schema
}

#[cfg(test)]
mod tests;
