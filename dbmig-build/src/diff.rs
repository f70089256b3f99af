//! Two schemas to the changes between them.
//!
//! The law: `apply_all(diff(a, b), a)` is `b`, over what dbmig manages. Triggers, views and virtual tables are not
//! managed: no model declares them, so a diff neither makes nor drops them; triggers go where their table goes. The
//! order of columns isn't compared either: a column that is added lands last.

mod columns;
mod constraints;
mod indexes;
mod likely;
mod names;
mod renames;
mod sequences;
mod tables;
mod types;
mod values;

pub use likely::{Likely, Rename, likely_renames};
pub use values::labels;

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Catalog, Change, Name, ObjectName, Renames, Schema, Table, aside, parents_first, rename_order};

/// The changes that make `after` of `before`, ordered so that each finds what it needs: schemas, types and sequences
/// come before the tables that use them and go after them; a table that is referred to is made before those that refer
/// to it; nothing uses a column any more when it goes. (Tables that refer to each other in a cycle come in the order of
/// their names, and a foreign key stays though the key that it leans on changes: what a database wants for that is no
/// difference between the schemas, and so the renderer's to know.)
///
/// A rename is taken where its old name stands in `before` and its new name doesn't, unless that is renamed away
/// itself: names may move along a chain or change places. Names change places only if things then are more like what
/// they are to be, since nothing else tells a swap that was made from one that wasn't. Constraints are compared by what
/// they say; a name counts only where both sides have one. Constraints and indexes that differ in nothing but their
/// names are renamed, and so are sequences of one column. Names that differ in nothing that their database
/// distinguishes are the same.
pub fn diff(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Change> {
    let renames = &*renames::with_heirs(before, renames);
    let pairs = tables::pair(before, after, renames);
    let mut schema = Progress::new(before);
    let mut changes: Vec<Change> =
        after.namespaces.difference(&before.namespaces).cloned().map(Change::CreateNamespace).collect();
    schema.follow(&changes);

    // First what stands in the way: references to tables that go, those tables, and old names.
    let dropped = tables::dropped(before, &pairs);
    schema.make(&mut changes, sequences::released(before, &dropped, after));
    schema.make(&mut changes, tables::drops(before, &dropped));
    schema.make(&mut changes, sequences::orphaned(schema.now(), &dropped));
    schema.make(&mut changes, types::renamed(before, after, renames));
    schema.make(&mut changes, tables::renamed(&pairs));
    let columns = renamed_columns(schema.now(), after, &pairs, renames);
    schema.make(&mut changes, values::renamed(schema.now(), after, &columns, renames));
    schema.make(&mut changes, sequences::renamed(schema.now(), after, &columns));
    schema.make(&mut changes, types::prepared(schema.now(), after));
    schema.make(&mut changes, sequences::created(schema.now(), after));

    let present = schema.now().clone();
    let moves = moves(&present, after, &columns);
    let compared = compared(schema, &moves);
    let mut phases = Phases::default();
    for pair in &moves {
        match compared.tables.get(&pair.after.name) {
            Some(renamed) if std::ptr::eq(renamed, pair.after) => {}
            Some(renamed) if !pair.renamed.is_empty() || renamed != pair.after => pair.diff(renamed, &mut phases),
            _ => {}
        }
    }
    let counters = sequences::altered(&compared, after);

    changes.extend(phases.unreference);
    changes.extend(counters.released);
    changes.extend(phases.take_down);
    changes.extend(names::ordered(phases.names));
    changes.extend(phases.columns);
    changes.extend(phases.build_up);
    changes.extend(counters.dropped);
    changes.extend(tables::created(after, &pairs));
    changes.extend(counters.altered);
    changes.extend(phases.references);
    changes.extend(types::cleared(&present, after));
    changes.extend(before.namespaces.difference(&after.namespaces).cloned().map(Change::DropNamespace));
    changes
}

/// The renames among the changes from `before` to the tables of `desired`, in an order in which each finds its new name
/// free: types and tables first, then columns under their tables' new names.
pub fn due_renames(before: &Schema, desired: &Schema, stated: &Renames) -> Vec<Change> {
    let renames = &*renames::with_heirs(before, stated);
    let renamed = renames::of_tables(before, desired, renames);
    let mut changes = types::renamed(before, desired, renames);
    changes.extend(tables::renamed(&renamed));
    for after in desired.tables.values() {
        let Some(present) = before.tables.get(renamed.get(&after.name).unwrap_or(&after.name)) else { continue };
        let table = &after.name;
        let steps = rename_order(renames::of_columns(present, after, renames), aside);
        let change = |(from, to)| Change::RenameColumn { table: table.clone(), from, to };
        changes.extend(steps.into_iter().map(change));
    }
    // An heir's columns go by its parent's names, whatever its own model says.
    for ((table, new), old) in renames.columns.iter().filter(|(place, _)| !stated.columns.contains_key(place)) {
        let present = before.tables.get(renamed.get(table).unwrap_or(table));
        if present.is_some_and(|present| present.column(old).is_some() && present.column(new).is_none()) {
            changes.push(Change::RenameColumn { table: table.clone(), from: old.clone(), to: new.clone() });
        }
    }
    changes
}

/// A schema on its way.
struct Progress(Catalog);

impl Progress {
    fn new(before: &Schema) -> Progress {
        Progress(Catalog::from(before.clone()))
    }

    fn now(&self) -> &Schema {
        self.0.schema()
    }

    fn follow(&mut self, changes: &[Change]) {
        for change in changes {
            let applied = self.0.apply(change);
            debug_assert_eq!(applied, Ok(()), "{change:?}");
        }
    }

    /// Makes changes, the next ones of a list.
    fn make(&mut self, done: &mut Vec<Change>, changes: Vec<Change>) {
        self.follow(&changes);
        done.extend(changes);
    }
}

/// By table, old name to new name of the columns that get another one.
type ColumnRenames = BTreeMap<ObjectName, BTreeMap<Name, Name>>;

fn renamed_columns(
    present: &Schema,
    after: &Schema,
    pairs: &BTreeMap<ObjectName, ObjectName>,
    renames: &Renames,
) -> ColumnRenames {
    let of_table = |name: &ObjectName| {
        let (present, after) = (present.tables.get(name)?, after.tables.get(name)?);
        let is_same = std::ptr::eq(present, after);
        let columns = if is_same { BTreeMap::new() } else { renames::of_columns(present, after, renames) };
        Some((name.clone(), columns))
    };
    pairs.keys().filter_map(of_table).collect()
}

/// A table that stays, before and after, under one name.
struct Pair<'a> {
    before: &'a Table,
    after: &'a Table,
    /// Old name to new name, without those that stay.
    renamed: &'a BTreeMap<Name, Name>,
}

/// The tables that stay, each behind those that it inherits from: what happens to a parent happens to its heirs.
fn moves<'a>(present: &'a Schema, after: &'a Schema, columns: &'a ColumnRenames) -> Vec<Pair<'a>> {
    let is_plain = |table: &Table| table.options.virtual_module.is_none();
    let pair = |(name, renamed): (&ObjectName, &'a BTreeMap<Name, Name>)| {
        let (before, after) = (present.tables.get(name)?, after.tables.get(name)?);
        (is_plain(before) && is_plain(after)).then_some(Pair { before, after, renamed })
    };
    let mut moves: Vec<Pair<'_>> = columns.iter().filter_map(pair).collect();
    if moves.iter().any(|pair| pair.after.options.parents().next().is_some()) {
        let tables: Vec<&Table> = moves.iter().map(|pair| pair.after).collect();
        let places: BTreeMap<&ObjectName, usize> =
            parents_first(&tables).into_iter().enumerate().map(|(at, table)| (&table.name, at)).collect();
        moves.sort_by_key(|pair| places.get(&pair.after.name).copied());
    }
    moves
}

/// What happens to tables that stay, in the order in which it must happen across all of them.
#[derive(Default)]
struct Phases {
    /// Foreign keys that go, before the keys that they lean on.
    unreference: Vec<Change>,
    /// Other constraints and indexes that go.
    take_down: Vec<Change>,
    /// Constraints and indexes that get other names.
    names: Vec<names::Rename>,
    /// Columns, options and comments.
    columns: Vec<Change>,
    /// Keys, uniques, checks, indexes.
    build_up: Vec<Change>,
    /// Foreign keys, when every table and key that they refer to is there.
    references: Vec<Change>,
}

impl<'a> Pair<'a> {
    /// The columns that no column of `after` comes from.
    fn dropped(&self) -> impl Iterator<Item = &'a Name> {
        let targets: BTreeSet<&Name> = self.renamed.values().collect();
        let kept: BTreeSet<&Name> = self.after.columns.iter().map(|column| &column.name).collect();
        let renamed = self.renamed;
        let stays = move |name: &&Name| renamed.contains_key(*name) || (kept.contains(name) && !targets.contains(name));
        self.before.columns.iter().map(|column| &column.name).filter(move |name| !stays(name))
    }

    /// `renamed` is the table before, with its columns' new names.
    fn diff(&self, renamed: &Table, phases: &mut Phases) {
        let dropped: BTreeSet<&Name> = self.dropped().collect();
        constraints::diff(self, renamed, phases);
        indexes::diff(self, renamed, phases);
        columns::diff(self, renamed, &dropped, phases);
    }
}

/// The schema with every column under its new name, to compare with. Columns that go get names that nothing else has,
/// so that what uses them equals nothing.
fn compared(mut schema: Progress, pairs: &[Pair<'_>]) -> Schema {
    for pair in pairs.iter().filter(|pair| !std::ptr::eq(pair.before, pair.after)) {
        let table = &pair.after.name;
        let mut rename = |from: &Name, to: &Name| {
            let (from, to) = (from.clone(), to.clone());
            schema.follow(&[Change::RenameColumn { table: table.clone(), from, to }]);
        };
        for name in pair.dropped() {
            rename(name, &gone(name));
        }
        for from in pair.renamed.keys() {
            rename(from, &from.renamed(&format!("\0moved {from}")));
        }
        for (from, to) in pair.renamed {
            rename(&from.renamed(&format!("\0moved {from}")), to);
        }
    }
    schema.0.into_schema()
}

const DROPPED: &str = "\0dropped ";

/// The name of a column that goes, to compare with.
fn gone(name: &Name) -> Name {
    name.renamed(&format!("{DROPPED}{name}"))
}

/// The name of a column that goes, as it was.
fn was_dropped(name: &Name) -> Option<Name> {
    name.as_str().strip_prefix(DROPPED).map(|text| name.renamed(text))
}

#[cfg(test)]
mod tests;
