//! What is to be done to a table that stays: which columns come, go and get other names, and what has to make way first.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{
    Change, Check, Column, Constraint, Index, IndexColumn, IndexKey, Name, Schema, Storage, Table, Unique, apply_all,
    aside, begins_with, rename_order,
};

use crate::render::RenderError;
use crate::render::plan::Origin;

/// What is to be done to a table that stays, under its new name.
pub(super) struct Work<'a> {
    pub(super) after: &'a Table,
    /// The table before anything is done.
    pub(super) start: Table,
    /// What makes way before columns get their new names.
    pub(super) shed: Shed,
    /// Columns, by their old names, that are computed no more and keep their values: what these were computed from goes
    /// or gets another name, so that they have to be plain before.
    pub(super) freed: Vec<Column>,
    /// Columns that get other names, those included that go and hold a name that another column gets.
    pub(super) renames: Vec<(Name, Name)>,
    /// The table without what is shed, with its columns' new names.
    pub(super) present: Table,
    /// Columns that go, by their names in `present`.
    pub(super) dropped: Vec<Name>,
    /// Those of them whose values are lost.
    pub(super) lost: Vec<Name>,
    /// Columns that come.
    pub(super) added: Vec<Name>,
    /// Columns that come in place of one that goes, whose name in `present` this is, and take its values.
    pub(super) heirs: BTreeMap<Name, Name>,
}

/// What makes way: MySQL refuses to rename or drop a column that a check, an index on an expression or a generated
/// column mentions, where MariaDB carries the new name into them. They are made again later.
/// Source: <https://dev.mysql.com/doc/refman/8.4/en/create-table-check-constraints.html>.
#[derive(Default)]
pub(super) struct Shed {
    pub(super) columns: Vec<Name>,
    pub(super) checks: Vec<Check>,
    /// Uniques and indexes.
    pub(super) keys: Vec<Name>,
    pub(super) primary_key: bool,
}

impl<'a> Work<'a> {
    pub(super) fn new(before: &Table, after: &'a Table, origin: &Origin) -> Result<Work<'a>, RenderError> {
        let start = Table { name: after.name.clone(), ..before.clone() };
        let kept: BTreeSet<&Name> = origin.columns.values().collect();
        let lost: Vec<Name> = names(&start).filter(|name| !kept.contains(name)).cloned().collect();
        let replaced: Vec<(Name, Name)> = origin
            .columns
            .iter()
            .filter_map(|(to, from)| {
                let (old, new) = (start.column(from)?, after.column(to)?);
                is_replaced(old, new).then(|| (old.name.clone(), new.name.clone()))
            })
            .collect();
        let moves: BTreeMap<Name, Name> = (origin.columns.iter())
            .filter(|(_, from)| !replaced.iter().any(|(old, _)| old == *from))
            // A change of case alone is a rename too, so names are compared as they are written.
            .filter_map(|(to, from)| Some((start.column(from)?.name.clone(), after.column(to)?.name.clone())))
            .filter(|(from, to)| from.as_str() != to.as_str())
            .collect();

        let gone: Vec<Name> = lost.iter().chain(replaced.iter().map(|(old, _)| old)).cloned().collect();
        let becomes_plain = |name: &Name| {
            let mut pairs = origin.columns.iter();
            pairs.any(|(to, from)| from == name && after.column(to).is_some_and(|one| one.generated.is_none()))
        };
        let mut freed = Vec::new();
        let mut plain = start.clone();
        for name in shed_columns(&start, &gone, &lost, &moves).iter().filter(|name| becomes_plain(name)) {
            if let Some(column) = plain.column_mut(name) {
                column.generated = None;
                freed.push(column.clone());
            }
        }
        let shed_columns = shed_columns(&plain, &gone, &lost, &moves);
        let is_shed = |name: &Name| shed_columns.contains(name);
        let gone: Vec<Name> = gone.into_iter().filter(|name| !is_shed(name)).collect();
        let came = |name: &&Name| {
            let comes_from = origin.columns.get(*name);
            comes_from.is_none_or(|from| gone.contains(from) || shed_columns.contains(from))
        };
        let added: Vec<Name> = names(after).filter(came).cloned().collect();
        let wanted: BTreeSet<&Name> = moves.values().chain(&added).collect();
        let away: Vec<(Name, Name)> = (gone.iter().filter(|name| wanted.contains(name)))
            .map(|name| (name.clone(), name.renamed(&format!("__dbmig_old_{name}"))))
            .collect();
        // Shed columns have gone by then, whatever their new names were to be.
        let kept_moves: BTreeMap<Name, Name> =
            moves.into_iter().filter(|(from, _)| !shed_columns.contains(from)).collect();
        let renames: Vec<(Name, Name)> = away.iter().cloned().chain(kept_moves.clone()).collect();

        let shed = shed(&plain, shed_columns, &renames);
        let steps = away.iter().cloned().chain(rename_order(kept_moves, aside));
        let present = renamed(shed.without(&plain), steps)?;
        let now = |name: &Name| away.iter().find(|(from, _)| from == name).map_or(name, |(_, to)| to).clone();
        let heirs = replaced.iter().filter(|(old, new)| {
            let plain = |table: &Table, name: &Name| table.column(name).is_some_and(|one| one.generated.is_none());
            !plain(&start, old) && plain(after, new)
        });
        Ok(Work {
            after,
            heirs: heirs.map(|(old, new)| (new.clone(), now(old))).collect(),
            dropped: computed_first(&start, gone.iter()).map(now).collect(),
            lost: lost.iter().filter(|name| !shed.columns.contains(name)).map(now).collect(),
            start,
            shed,
            freed,
            renames,
            present,
            added,
        })
    }

    /// The changes that give everything its new name, with which other tables' foreign keys follow.
    pub(super) fn rename_changes(&self) -> Vec<Change> {
        let table = || self.after.name.clone();
        let (away, moves): (Vec<_>, Vec<_>) =
            self.renames.iter().cloned().partition(|(_, to)| self.dropped.contains(to));
        // What is shed has gone by then, and its name is free.
        let is_wanted = |name: &&Name| moves.iter().any(|(_, to)| to == *name);
        let shed = self.shed.columns.iter().filter(is_wanted).map(|name| (name.clone(), aside(name)));
        let shed: Vec<(Name, Name)> = shed.collect();
        let steps = shed.into_iter().chain(away).chain(rename_order(moves.into_iter().collect(), aside));
        steps.map(|(from, to)| Change::RenameColumn { table: table(), from, to }).collect()
    }

    /// A column that stays, before and after.
    pub(super) fn kept(&self, name: &Name) -> Option<(&Column, &'a Column)> {
        let after = self.after.column(name).filter(|_| !self.added.contains(name))?;
        Some((self.present.column(name)?, after))
    }
}

fn names(table: &Table) -> impl Iterator<Item = &Name> {
    table.columns.iter().map(|column| &column.name)
}

/// Whether a column can't become what it is to be: what is computed when read has no place in the rows, and `MODIFY`
/// gives it none. Source: <https://dev.mysql.com/doc/refman/8.4/en/alter-table-generated-columns.html>.
fn is_replaced(from: &Column, to: &Column) -> bool {
    let storage = |column: &Column| column.generated.as_ref().map(|one| one.storage);
    let (from, to) = (storage(from), storage(to));
    from != to && (from == Some(Storage::Virtual) || to == Some(Storage::Virtual))
}

/// Columns in the order in which they can go one by one.
fn computed_first<'a>(table: &Table, names: impl Iterator<Item = &'a Name>) -> impl Iterator<Item = &'a Name> {
    let place = |name: &Name| table.columns.iter().position(|one| one.name == *name && one.generated.is_some());
    let mut names: Vec<&Name> = names.collect();
    names.sort_by_key(|name| std::cmp::Reverse(place(name)));
    names.into_iter()
}

/// The generated columns that stay and are computed from what goes or gets another name, those that go for good and are
/// computed from what gets another name, and those computed from them.
fn shed_columns(table: &Table, gone: &[Name], lost: &[Name], moves: &BTreeMap<Name, Name>) -> Vec<Name> {
    let mut shed: Vec<Name> = Vec::new();
    loop {
        let next = table.columns.iter().find(|column| {
            let Some(generated) = &column.generated else { return false };
            let mentions = |name: &Name| generated.expression.mentions(name);
            let renamed = moves.keys().chain(&shed).any(mentions);
            let goes_early = renamed && lost.contains(&column.name);
            let makes_way = (renamed || gone.iter().any(mentions)) && !gone.contains(&column.name);
            (goes_early || makes_way) && !shed.contains(&column.name)
        });
        match next {
            Some(column) => shed.push(column.name.clone()),
            None => return shed,
        }
    }
}

fn shed(table: &Table, columns: Vec<Name>, renames: &[(Name, Name)]) -> Shed {
    let touched: Vec<&Name> = columns.iter().chain(renames.iter().map(|(from, _)| from)).collect();
    let checks = table.checks.iter().filter(|check| touched.iter().any(|name| check.expression.mentions(name)));
    let makes_way = |part: &IndexColumn| match &part.key {
        IndexKey::Column(name) => columns.contains(name),
        IndexKey::Expression(expression) => touched.iter().any(|name| expression.mentions(name)),
    };
    let go = |parts: &[IndexColumn]| parts.iter().any(makes_way);
    let uniques = table.uniques.iter().filter(|one| go(&one.columns)).filter_map(|one| one.name.clone());
    let indexes = table.indexes.iter().filter(|one| go(&one.columns)).map(|one| one.name.clone());
    Shed {
        checks: checks.cloned().collect(),
        keys: uniques.chain(indexes).collect(),
        primary_key: table.primary_key.as_ref().is_some_and(|key| go(&key.columns)),
        columns,
    }
}

impl Shed {
    /// The table without what is shed.
    fn without(&self, table: &Table) -> Table {
        let mut rest = table.clone();
        rest.columns.retain(|column| !self.columns.contains(&column.name));
        rest.checks.retain(|check| !self.checks.contains(check));
        rest.uniques.retain(|unique| unique.name.as_ref().is_none_or(|name| !self.keys.contains(name)));
        rest.indexes.retain(|index| !self.keys.contains(&index.name));
        rest.primary_key = rest.primary_key.filter(|_| !self.primary_key);
        rest
    }
}

fn renamed(table: Table, steps: impl Iterator<Item = (Name, Name)>) -> Result<Table, RenderError> {
    let name = table.name.clone();
    let changes: Vec<Change> = steps.map(|(from, to)| Change::RenameColumn { table: name.clone(), from, to }).collect();
    let mut alone = Schema::default();
    alone.tables.insert(name.clone(), table);
    apply_all(&changes, &mut alone)?;
    Ok(alone.tables.remove(&name).unwrap_or_else(|| Table::new(name)))
}

/// Keys of two tables that aren't alike: which go, which come, and which get another name.
pub(super) struct Keys {
    pub(super) dropped: Vec<Name>,
    pub(super) renamed: Vec<(Name, Name)>,
    pub(super) uniques: Vec<Constraint>,
    pub(super) indexes: Vec<Index>,
}

/// Compares the uniques and indexes of a table.
pub(super) fn keys(present: &Table, after: &Table) -> Keys {
    let nameless = |one: &Unique| Constraint::Unique(one.clone()).with_name(None);
    let mut old: Vec<&Unique> = present.uniques.iter().collect();
    let mut new: Vec<&Unique> = after.uniques.iter().collect();
    // What is equal to the letter finds its like before a unique without a name can take it.
    cancel(&mut old, &mut new, |a, b| a == b);
    cancel(&mut old, &mut new, |a, b| (a.name.is_none() || b.name.is_none()) && nameless(a) == nameless(b));
    let mut old_indexes: Vec<_> = present.indexes.iter().collect();
    let mut new_indexes: Vec<_> = after.indexes.iter().collect();
    cancel(&mut old_indexes, &mut new_indexes, |a, b| a == b);

    // A name that is still held can't be given.
    let held = |name: &Name| {
        present.index(name).is_some() || present.uniques.iter().any(|one| one.name.as_ref() == Some(name))
    };
    let mut renamed = Vec::new();
    cancel(&mut old, &mut new, |a, b| {
        let (Some(from), Some(to)) = (&a.name, &b.name) else { return false };
        let is_rename = !held(to) && nameless(a) == nameless(b);
        if is_rename {
            renamed.push((from.clone(), to.clone()));
        }
        is_rename
    });
    cancel(&mut old_indexes, &mut new_indexes, |a, b| {
        let is_rename = !held(&b.name) && Index { name: b.name.clone(), ..(*a).clone() } == **b;
        if is_rename {
            renamed.push((a.name.clone(), b.name.clone()));
        }
        is_rename
    });
    let dropped = old.iter().filter_map(|one| one.name.clone()).chain(old_indexes.iter().map(|one| one.name.clone()));
    let mut dropped: Vec<Name> = dropped.collect();
    let mut indexes: Vec<Index> = new_indexes.iter().copied().cloned().collect();
    // What a foreign key made goes by itself when another key serves it, unless it is made again in so many words.
    let coming: Vec<&[IndexColumn]> = new
        .iter()
        .map(|one| one.columns.as_slice())
        .chain(new_indexes.iter().filter(|one| one.method.is_none()).map(|one| one.columns.as_slice()))
        .chain(after.primary_key.iter().filter(|_| present.primary_key != after.primary_key).map(|one| &*one.columns))
        .collect();
    let stays = |index: &&Index| present.index(&index.name) == Some(*index);
    let may_be_made =
        |index: &&Index| index.made_by_key.0 || present.foreign_keys.iter().any(|key| key.may_have_made(index));
    let is_served = |index: &&Index| coming.iter().any(|columns| begins_with(columns, &index.columns));
    for index in after.indexes.iter().filter(stays).filter(may_be_made).filter(is_served) {
        dropped.push(index.name.clone());
        indexes.push(index.clone());
    }
    Keys { dropped, renamed, uniques: new.into_iter().cloned().map(Constraint::Unique).collect(), indexes }
}

/// Takes out of both lists what matches, each once.
pub(super) fn cancel<T>(old: &mut Vec<&T>, new: &mut Vec<&T>, mut matches: impl FnMut(&&T, &&T) -> bool) {
    old.retain(|a| match new.iter().position(|b| matches(a, b)) {
        Some(at) => {
            new.remove(at);
            false
        }
        None => true,
    });
}
