//! Which tables come, go, stay and get other names.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Change, Constraint, ObjectName, Renames, Schema, Table, aside, parents_first, rename_order};

use super::renames;

/// The name after of each table that stays, to its name before.
pub(super) fn pair(before: &Schema, after: &Schema, renames: &Renames) -> BTreeMap<ObjectName, ObjectName> {
    let renamed = renames::of_tables(before, after, renames);
    let moved: BTreeSet<&ObjectName> = renamed.values().collect();
    let stays = |name: &&ObjectName| {
        before.tables.contains_key(*name) && !renamed.contains_key(*name) && !moved.contains(*name)
    };
    let mut pairs: BTreeMap<_, _> =
        after.tables.keys().filter(stays).map(|name| (name.clone(), name.clone())).collect();
    pairs.extend(renamed);
    pairs
}

/// The tables that stay and aren't the same any more, before and after.
pub(super) fn altered<'s>(before: &'s Schema, after: &'s Schema, renames: &Renames) -> Vec<(&'s Table, &'s Table)> {
    let pairs = pair(before, after, renames);
    let tables = pairs.iter().filter_map(|(name, old)| before.tables.get(old).zip(after.tables.get(name)));
    // Schemas share what was never changed.
    tables.filter(|(old, new)| !std::ptr::eq(*old, *new)).collect()
}

/// The tables that go.
pub(super) fn dropped<'a>(before: &'a Schema, pairs: &BTreeMap<ObjectName, ObjectName>) -> Vec<&'a Table> {
    let kept: BTreeSet<&ObjectName> = pairs.values().collect();
    let goes = |table: &&Table| !kept.contains(&table.name) && table.options.virtual_module.is_none();
    before.tables.values().filter(goes).collect()
}

/// Whether a table of the schema after comes from none before.
pub(super) fn is_new(table: &Table, pairs: &BTreeMap<ObjectName, ObjectName>) -> bool {
    !pairs.contains_key(&table.name) && table.options.virtual_module.is_none()
}

/// The renames of tables, in an order in which each finds its new name free.
pub(super) fn renamed(pairs: &BTreeMap<ObjectName, ObjectName>) -> Vec<Change> {
    let moves = pairs.iter().filter(|(to, from)| to != from).map(|(to, from)| (from.clone(), to.clone())).collect();
    let parked = |name: &ObjectName| ObjectName { name: aside(&name.name), ..name.clone() };
    let steps = rename_order(moves, parked);
    steps.into_iter().map(|(from, to)| Change::RenameTable { from, to }).collect()
}

/// The drops of tables, and before them those of foreign keys that tables which stay have to them.
pub(super) fn drops(before: &Schema, dropped: &[&Table]) -> Vec<Change> {
    let going: BTreeSet<&ObjectName> = dropped.iter().map(|table| &table.name).collect();
    let staying = before.tables.values().filter(|table| !going.contains(&table.name));
    let keys = staying.flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)));
    let references = keys.filter(|(_, key)| going.contains(&key.table)).map(|(table, key)| Change::DropConstraint {
        table: table.name.clone(),
        constraint: Constraint::ForeignKey(key.clone()),
    });
    let tables = parents_first(dropped).into_iter().rev().map(|table| Change::DropTable(Box::new(table.clone())));
    references.chain(tables).collect()
}

/// The tables that come, parents first.
pub(super) fn created(after: &Schema, pairs: &BTreeMap<ObjectName, ObjectName>) -> Vec<Change> {
    let created: Vec<&Table> = after.tables.values().filter(|table| is_new(table, pairs)).collect();
    parents_first(&created).into_iter().map(|table| Change::CreateTable(Box::new(table.clone()))).collect()
}
