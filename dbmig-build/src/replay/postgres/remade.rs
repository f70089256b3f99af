//! What becomes of indexes when the type of a column is altered: PostgreSQL makes them anew from their text.

use std::collections::BTreeMap;

use crate::replay::conflict::Conflict;
use crate::schema::{Change, Constraint, Index, IndexColumn, Name, ObjectName, aside, rename_order};

use super::inherit::{children, partitions, same_index};
use super::work::Work;
use super::{constraint, index};

/// The indexes of a column that has another type now, those of its table's heirs too.
pub(super) fn indexes(work: &mut Work<'_>, table: &ObjectName, column: &Name) -> Result<(), Conflict> {
    collate(work, table, column)?;
    name_parts(work, table, column)
}

/// A text that says how a column is sorted says nothing where the column is sorted so itself by now.
fn collate(work: &mut Work<'_>, table: &ObjectName, column: &Name) -> Result<(), Conflict> {
    let owner = work.table(table)?;
    let mut changes = Vec::new();
    for one in owner.indexes.iter().filter(|one| one.mentions(column)) {
        let mut remade = one.clone();
        remade.columns.iter_mut().for_each(|key| index::without_its_own_collation(key, owner));
        if remade != *one {
            changes.push(Change::DropIndex { table: table.clone(), index: Box::new(one.clone()) });
            changes.push(Change::CreateIndex { table: table.clone(), index: Box::new(remade) });
        }
    }
    for change in changes {
        work.change(change)?;
    }
    for child in children(work, table) {
        collate(work, &child, column)?;
    }
    Ok(())
}

/// What a partition has of an index of its parent.
#[derive(Clone, Debug)]
struct Part {
    table: ObjectName,
    name: Name,
    like: Like,
}

/// An index or what has one, whatever it is called.
#[derive(Clone, Debug)]
enum Like {
    Key(Constraint),
    Index(Index),
}

/// The parent's text knows nothing of what its partitions call theirs: they get the names that new ones would get.
fn name_parts(work: &mut Work<'_>, table: &ObjectName, column: &Name) -> Result<(), Conflict> {
    let owner = work.table(table)?;
    let keys = owner.constraints().filter(|one| one.has_index() && indexes_column(one, column)).map(Like::Key);
    let indexes = owner.indexes.iter().filter(|one| one.mentions(column)).cloned().map(Like::Index);
    let mut parts = Vec::new();
    for like in keys.chain(indexes).collect::<Vec<_>>() {
        collect(work, table, &like, &mut parts)?;
    }
    // All go before the first one comes, so that none is in another one's way.
    let mark = work.mark();
    let numbers = 0..parts.len();
    let asides: Vec<Name> = numbers.map(|number| column.renamed(&format!("\0remade {number}"))).collect();
    for (part, aside) in parts.iter().zip(&asides) {
        work.change(part.rename(&part.name, aside))?;
    }
    let mut names = Vec::new();
    for (part, aside) in parts.iter().zip(&asides) {
        let name = match &part.like {
            Like::Key(one) => constraint::automatic_name(work, &part.table, one),
            Like::Index(one) => index::automatic_name(work, &part.table, one),
        };
        work.change(part.rename(aside, &name))?;
        names.push(name);
    }
    work.undo(mark);
    let mut moves: BTreeMap<&ObjectName, BTreeMap<Name, Name>> = BTreeMap::new();
    for (part, name) in parts.iter().zip(names).filter(|(part, name)| part.name != *name) {
        moves.entry(&part.table).or_default().insert(part.name.clone(), name);
    }
    for (table, moves) in moves {
        for (from, to) in rename_order(moves, aside) {
            let change = match work.table(table)?.index(&from) {
                Some(_) => Change::RenameIndex { table: table.clone(), from, to },
                None => Change::RenameConstraint { table: table.clone(), from, to },
            };
            work.change(change)?;
        }
    }
    Ok(())
}

/// What the partitions of a table have of one of its indexes. Of several that are alike, the first ones come from there.
fn collect(work: &Work<'_>, table: &ObjectName, parent: &Like, parts: &mut Vec<Part>) -> Result<(), Conflict> {
    for name in partitions(work, table) {
        let is_free = |one: &Name| parts.iter().all(|part| part.table != name || part.name != *one);
        let partition = work.table(&name)?;
        let found = match parent {
            Like::Key(parent) => {
                let nameless = parent.clone().with_name(None);
                let mut alike = partition.constraints().filter(|one| one.clone().with_name(None) == nameless);
                let found = alike.find(|one| one.name().is_some_and(is_free));
                found.and_then(|one| Some((one.name()?.clone(), Like::Key(one))))
            }
            Like::Index(parent) => {
                let found = partition.indexes.iter().find(|one| same_index(one, parent) && is_free(&one.name));
                found.map(|one| (one.name.clone(), Like::Index(one.clone())))
            }
        };
        let Some((own, like)) = found else { continue };
        parts.push(Part { table: name.clone(), name: own, like: like.clone() });
        collect(work, &name, &like, parts)?;
    }
    Ok(())
}

impl Part {
    fn rename(&self, from: &Name, to: &Name) -> Change {
        let (table, from, to) = (self.table.clone(), from.clone(), to.clone());
        match &self.like {
            Like::Key(_) => Change::RenameConstraint { table, from, to },
            Like::Index(_) => Change::RenameIndex { table, from, to },
        }
    }
}

fn indexes_column(constraint: &Constraint, name: &Name) -> bool {
    let is_in = |columns: &[IndexColumn], include: &[Name]| {
        columns.iter().any(|one| one.mentions(name)) || include.contains(name)
    };
    match constraint {
        Constraint::PrimaryKey(key) => is_in(&key.columns, &key.include),
        Constraint::Unique(key) => is_in(&key.columns, &key.include),
        // A partitioned table has no others with an index.
        _ => false,
    }
}
