//! Columns that count by the sequence of another table: that table can't go before they stop, and they can't start
//! before it comes.

use std::collections::BTreeMap;

use dbmig_build::schema::{Column, ObjectName, Schema, Sequence, Table, sequence_literal};

use super::alter::alter;
use super::definition::default_value;
use super::script::Script;
use super::sequences;
use super::way::Way;
use super::work::Work;

/// Takes the defaults away that count by a sequence which goes with its table.
pub(super) fn stop(script: &mut Script<'_>, works: &[Work<'_>]) {
    let way = script.way;
    let goes = |one: &&Sequence| {
        let is_kept = way.sequences.values().any(|name| *name == one.name);
        !is_kept && one.owner.as_ref().is_some_and(|(table, _)| way.name_after(table).is_none())
    };
    let gone: Vec<String> = way.before.sequences.values().filter(goes).map(|one| one.name.sql()).collect();
    if gone.is_empty() {
        return;
    }
    for work in works {
        let counts = |column: &&Column| {
            let name = column.default.as_ref().and_then(sequence_literal);
            !column.inherited && name.is_some_and(|name| gone.iter().any(|one| one == name))
        };
        for column in work.old.columns.iter().filter(counts) {
            script.push(&[], alter(&work.old.name, &[format!("ALTER COLUMN {} DROP DEFAULT", column.name.sql())]));
        }
    }
}

/// Gives the defaults that wait for a table.
pub(super) fn start(script: &mut Script<'_>, works: &[Work<'_>]) {
    for work in works {
        for (from, to) in work.altered.iter().filter(|(from, to)| from.default != to.default) {
            let default = to.default.as_ref().filter(|_| waits(script.way, to) && from.generated.is_none());
            if let Some(default) = default.map(default_value) {
                let action = format!("ALTER COLUMN {} SET DEFAULT {default}", to.name.sql());
                script.push(&[], alter(&work.after.name, &[action]));
            }
        }
    }
}

/// Whether a column counts by the sequence that a new table brings along.
pub(super) fn waits(way: &Way, column: &Column) -> bool {
    let Some(name) = column.default.as_ref().and_then(sequence_literal) else { return false };
    let is_it = |one: &&Sequence| !way.sequences.contains_key(&one.name) && one.name.sql() == name;
    let owner = way.after.sequences.values().find(is_it).and_then(|one| one.owner.as_ref());
    let made = owner.filter(|(table, _)| !way.tables.contains_key(table));
    let made = made.and_then(|(table, column)| {
        let table = way.after.tables.get(table)?;
        Some((table, table.column(column)?))
    });
    made.is_some_and(|(table, column)| sequences::values(&way.after, table, &way.sequences, column).serial)
}

/// Tables that go, by the sequences that they have and by those that they count by.
pub(super) struct Counted<'a> {
    owned: BTreeMap<&'a ObjectName, Vec<&'a Sequence>>,
    counting: BTreeMap<&'a str, Vec<(&'a ObjectName, &'a Column)>>,
}

impl<'a> Counted<'a> {
    pub(super) fn new(before: &'a Schema, dropped: &[&'a Table]) -> Counted<'a> {
        let mut counted = Counted { owned: BTreeMap::new(), counting: BTreeMap::new() };
        let all = dropped.iter().flat_map(|table| table.columns.iter().map(|column| (&table.name, column)));
        for (table, column) in all {
            if let Some(name) = column.default.as_ref().and_then(sequence_literal) {
                counted.counting.entry(name).or_default().push((table, column));
            }
        }
        if !counted.counting.is_empty() {
            let owned = before.sequences.values().filter_map(|one| Some((&one.owner.as_ref()?.0, one)));
            owned.for_each(|(table, one)| counted.owned.entry(table).or_default().push(one));
        }
        counted
    }

    /// Takes the defaults away of tables that go later than one whose sequence they count by: where tables need each
    /// other, no order does without.
    pub(super) fn free(&self, script: &mut Script<'_>, table: &Table, is_left: impl Fn(&ObjectName) -> bool) {
        for one in self.owned.get(&table.name).into_iter().flatten() {
            let counting = self.counting.get(one.name.sql().as_str()).into_iter().flatten();
            for (other, column) in counting.filter(|(other, _)| is_left(other)) {
                script.push(&[], alter(other, &[format!("ALTER COLUMN {} DROP DEFAULT", column.name.sql())]));
            }
        }
    }
}
