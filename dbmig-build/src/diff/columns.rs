//! Columns, table options and comments.

use std::collections::BTreeSet;

use crate::schema::{Change, Column, Name, Table, aside, rename_order};

use super::{Pair, Phases};

/// `renamed` is the table before, with its columns' new names; `dropped` those that go, by their old ones.
pub(super) fn diff(pair: &Pair<'_>, renamed: &Table, dropped: &BTreeSet<&Name>, phases: &mut Phases) {
    let table = || pair.after.name.clone();
    let changes = &mut phases.columns;

    // A generated column that stays while a column that it is computed from goes is a plain column for a moment.
    let mut plain: BTreeSet<Name> = BTreeSet::new();
    for column in &pair.before.columns {
        let computed_from = |name: &&Name| column.generated.as_ref().is_some_and(|one| one.expression.mentions(name));
        if !dropped.contains(&column.name) && dropped.iter().any(computed_from) {
            let to = Column { generated: None, ..column.clone() };
            plain.insert(to.name.clone());
            changes.push(Change::AlterColumn { table: table(), from: Box::new(column.clone()), to: Box::new(to) });
        }
    }
    let going = pair.before.columns.iter().filter(|column| dropped.contains(&column.name)).collect();
    for column in users_first(going) {
        changes.push(Change::DropColumn { table: table(), column: Box::new(column.clone()) });
    }
    for (from, to) in rename_order(pair.renamed.clone(), aside) {
        changes.push(Change::RenameColumn { table: table(), from, to });
    }

    // New columns come before altered ones: one that is computed may need them.
    let mut altered = Vec::new();
    for column in &pair.after.columns {
        let Some(before) = renamed.column(&column.name) else {
            changes.push(Change::AddColumn { table: table(), column: Box::new(column.clone()) });
            continue;
        };
        let mut from = before.clone();
        let old_name = pair.renamed.iter().find(|(_, to)| **to == column.name).map_or(&column.name, |(from, _)| from);
        if plain.contains(old_name) {
            from.generated = None;
        }
        if from != *column {
            altered.push(Change::AlterColumn { table: table(), from: Box::new(from), to: Box::new(column.clone()) });
        }
    }
    changes.append(&mut altered);
    if renamed.options != pair.after.options {
        let (from, to) = (Box::new(renamed.options.clone()), Box::new(pair.after.options.clone()));
        changes.push(Change::AlterOptions { table: table(), from, to });
    }
    if renamed.comment != pair.after.comment {
        let (from, to) = (renamed.comment.clone(), pair.after.comment.clone());
        changes.push(Change::CommentTable { table: table(), from, to });
    }
}

/// Columns that go, each after those that are computed from it.
fn users_first(mut going: Vec<&Column>) -> Vec<&Column> {
    let mut ordered = Vec::new();
    while !going.is_empty() {
        let used = |column: &Column| {
            let by = |one: &&Column| {
                one.name != column.name
                    && one.generated.as_ref().is_some_and(|generated| generated.expression.mentions(&column.name))
            };
            going.iter().any(by)
        };
        // Columns can't be computed from each other in a circle; if a text says so, any order is as good.
        let at = going.iter().position(|column| !used(column)).unwrap_or(0);
        ordered.push(going.remove(at));
    }
    ordered
}
