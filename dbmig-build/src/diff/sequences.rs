//! Sequences, those of serial and identity columns included.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Change, Name, ObjectName, Schema, Sequence, Table, aside, rename_order};

use super::{ColumnRenames, was_dropped};

/// A table and its column.
type Owner = (ObjectName, Name);

/// Sequences that outlive the table that goes with them.
pub(super) fn released(before: &Schema, dropped: &[&Table], after: &Schema) -> Vec<Change> {
    let stays = |one: &&Sequence| after.sequences.contains_key(&one.name);
    of_tables(before, dropped).into_iter().filter(stays).map(release).collect()
}

/// Sequences that go with tables that went.
pub(super) fn orphaned(present: &Schema, dropped: &[&Table]) -> Vec<Change> {
    of_tables(present, dropped).into_iter().map(|one| Change::DropSequence(Box::new(one.clone()))).collect()
}

fn of_tables<'a>(schema: &'a Schema, tables: &[&Table]) -> Vec<&'a Sequence> {
    let names: BTreeSet<&ObjectName> = tables.iter().map(|table| &table.name).collect();
    let is_owned = |one: &&Sequence| one.owner.as_ref().is_some_and(|(table, _)| names.contains(table));
    schema.sequences.values().filter(is_owned).collect()
}

fn release(one: &Sequence) -> Change {
    let free = Sequence { owner: None, ..one.clone() };
    Change::AlterSequence { from: Box::new(one.clone()), to: Box::new(free) }
}

/// Sequences of columns that stay and which have another name after: the one that a column has, and of several those
/// that moved with their table into another schema. Nothing tells more of a sequence than whose it is.
pub(super) fn renamed(present: &Schema, after: &Schema, columns: &ColumnRenames) -> Vec<Change> {
    let of_owners = |schema: &Schema, other: &Schema, now: &dyn Fn(&Owner) -> Owner| {
        let mut found: BTreeMap<Owner, Vec<ObjectName>> = BTreeMap::new();
        for one in schema.sequences.values() {
            let Some(owner) = one.owner.as_ref().filter(|_| !other.sequences.contains_key(&one.name)) else { continue };
            found.entry(now(owner)).or_default().push(one.name.clone());
        }
        found
    };
    let now = |(table, column): &Owner| {
        let to = columns.get(table).and_then(|renamed| renamed.get(column));
        (table.clone(), to.unwrap_or(column).clone())
    };
    let mut new = of_owners(after, present, &|owner| owner.clone());
    let mut moves = BTreeMap::new();
    for (owner, mut old) in of_owners(present, after, &now) {
        let Some(new) = new.get_mut(&owner) else { continue };
        old.retain(|from| {
            let moved = new.iter().position(|to| to.name == from.name).map(|at| new.remove(at));
            moved.map(|to| moves.insert(from.clone(), to)).is_none()
        });
        if let ([from], [to]) = (old.as_slice(), new.as_slice()) {
            moves.insert(from.clone(), to.clone());
        }
    }
    moves.extend(adopted(present, after, &moves));
    let parked = |name: &ObjectName| ObjectName { name: aside(&name.name), ..name.clone() };
    let steps = rename_order(moves, parked);
    steps.into_iter().map(|(from, to)| Change::RenameSequence { from, to }).collect()
}

/// Sequences that are nobody's before or after, and which moved into another schema under their name: a table that moves
/// takes those that are its own along.
fn adopted(
    present: &Schema,
    after: &Schema,
    moves: &BTreeMap<ObjectName, ObjectName>,
) -> BTreeMap<ObjectName, ObjectName> {
    let taken: BTreeSet<&ObjectName> = moves.values().collect();
    let mut new: BTreeMap<&Name, Vec<&Sequence>> = BTreeMap::new();
    for to in after.sequences.values() {
        if !present.sequences.contains_key(&to.name) && !taken.contains(&to.name) {
            new.entry(&to.name.name).or_default().push(to);
        }
    }
    let mut found = BTreeMap::new();
    let mut used = BTreeSet::new();
    let gone = present.sequences.values().filter(|one| !after.sequences.contains_key(&one.name));
    for from in gone.filter(|one| !moves.contains_key(&one.name)) {
        let namesakes = new.get(&from.name.name).into_iter().flatten();
        let mut fitting = namesakes.filter(|to| from.owner.is_none() || to.owner.is_none());
        if let (Some(to), None) = (fitting.next(), fitting.next()) {
            if used.insert(&to.name) {
                found.insert(from.name.clone(), to.name.clone());
            }
        }
    }
    found
}

/// Sequences that come. Their columns may come later.
pub(super) fn created(present: &Schema, after: &Schema) -> Vec<Change> {
    let new = after.sequences.values().filter(|one| !present.sequences.contains_key(&one.name));
    new.map(|one| Change::CreateSequence(Box::new(one.clone()))).collect()
}

/// What happens to sequences that are there before and after, or only before.
#[derive(Default)]
pub(super) struct Altered {
    /// Those that outlive their columns, before these go.
    pub(super) released: Vec<Change>,
    /// Those that go, after the columns that they count.
    pub(super) dropped: Vec<Change>,
    /// Those that change, after the columns that they are to belong to have come.
    pub(super) altered: Vec<Change>,
}

/// `compared` is the schema before, with its columns' new names.
pub(super) fn altered(compared: &Schema, after: &Schema) -> Altered {
    let mut found = Altered::default();
    for one in compared.sequences.values() {
        let mut from = one.clone();
        let old_column = one.owner.as_ref().and_then(|(_, column)| was_dropped(column));
        if let (Some((_, column)), Some(old)) = (&mut from.owner, &old_column) {
            column.clone_from(old);
        }
        match after.sequences.get(&one.name) {
            None => found.dropped.push(Change::DropSequence(Box::new(from))),
            Some(to) => {
                if old_column.is_some() {
                    found.released.push(release(&from));
                    from.owner = None;
                }
                if from != *to {
                    found.altered.push(Change::AlterSequence { from: Box::new(from), to: Box::new(to.clone()) });
                }
            }
        }
    }
    found
}
