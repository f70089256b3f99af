//! Types (PostgreSQL).

use std::collections::BTreeSet;

use crate::schema::{Change, ObjectName, Renames, Schema, UserType, UserTypeKind, aside, rename_order, types_in_order};

use super::renames;

/// The renames of types, then of their labels, in an order in which each finds its new name free.
pub(super) fn renamed(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Change> {
    let renamed = renames::of_types(before, after, renames);
    let moves = renamed.iter().map(|(to, from)| (from.clone(), to.clone())).collect();
    let parked = |name: &ObjectName| ObjectName { name: aside(&name.name), ..name.clone() };
    let steps = rename_order(moves, parked);
    let mut changes: Vec<Change> = steps.into_iter().map(|(from, to)| Change::RenameType { from, to }).collect();
    let moved: BTreeSet<&ObjectName> = renamed.values().collect();
    for one in after.types.values() {
        let stays = renamed.contains_key(&one.name) || !moved.contains(&one.name);
        let old = before.types.get(renamed.get(&one.name).unwrap_or(&one.name)).filter(|_| stays);
        if let Some((old, new)) = old.and_then(|old| labels(old).zip(labels(one))) {
            let name = &one.name;
            let steps =
                rename_order(renames::of_labels(name, old, new, renames), |label| format!("__dbmig_aside_{label}"));
            let change = |(from, to)| Change::RenameEnumValue { name: name.clone(), from, to };
            changes.extend(steps.into_iter().map(change));
        }
    }
    changes
}

fn labels(one: &UserType) -> Option<&[String]> {
    match &one.kind {
        UserTypeKind::Enum(labels) => Some(labels),
        _ => None,
    }
}

/// What columns may need: new types, new labels, types as they are to be. Labels that go still stand at their places.
pub(super) fn prepared(present: &Schema, after: &Schema) -> Vec<Change> {
    let new: Vec<&UserType> = after.types.values().filter(|one| !present.types.contains_key(&one.name)).collect();
    let mut changes: Vec<Change> =
        types_in_order(&new).into_iter().map(|one| Change::CreateType(Box::new(one.clone()))).collect();
    for to in after.types.values() {
        let Some(from) = present.types.get(&to.name).filter(|from| *from != to) else { continue };
        let mut from = from.clone();
        let mut to = to.clone();
        if let (UserTypeKind::Domain(old), UserTypeKind::Domain(new)) = (&mut from.kind, &to.kind) {
            if old.checks.len() == new.checks.len() && old.checks.iter().all(|one| new.checks.contains(one)) {
                // Their order says nothing.
                old.checks.clone_from(&new.checks);
            }
        }
        if let (UserTypeKind::Enum(old), UserTypeKind::Enum(new)) = (&mut from.kind, &mut to.kind) {
            changes.extend(added(&to.name, old, new));
            keep_dropped(old, new);
        }
        if from != to {
            changes.push(Change::AlterType { from: Box::new(from), to: Box::new(to) });
        }
    }
    changes
}

/// The additions of labels, which `old` gets; each behind the one that it comes behind in the end.
fn added(name: &ObjectName, old: &mut Vec<String>, new: &[String]) -> Vec<Change> {
    let mut changes = Vec::new();
    let known: BTreeSet<String> = old.iter().cloned().collect();
    let mut behind: Option<&String> = None;
    for label in new {
        if !known.contains(label) {
            let position = behind.and_then(|one| old.iter().position(|other| other == one)).map_or(0, |at| at + 1);
            old.insert(position, label.clone());
            changes.push(Change::AddEnumValue { name: name.clone(), value: label.clone(), position });
        }
        behind = Some(label);
    }
    changes
}

/// Gives the labels to be those that go, each behind the one that it is behind now.
fn keep_dropped(old: &[String], new: &mut Vec<String>) {
    let wanted: BTreeSet<String> = new.iter().cloned().collect();
    let mut behind: Option<&String> = None;
    for label in old {
        if !wanted.contains(label) {
            let place = behind.and_then(|one| new.iter().position(|other| other == one)).map_or(0, |at| at + 1);
            new.insert(place, label.clone());
        }
        behind = Some(label);
    }
}

/// What no column uses any more: labels and types that go.
pub(super) fn cleared(present: &Schema, after: &Schema) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut gone = Vec::new();
    for one in present.types.values() {
        let Some(to) = after.types.get(&one.name) else {
            gone.push(one);
            continue;
        };
        if let Some((old, new)) = labels(one).zip(labels(to)) {
            let dropped = old.iter().enumerate().filter(|(_, label)| !new.contains(label));
            // Each drop lets those behind it move up.
            changes.extend(dropped.enumerate().map(|(before, (at, label))| Change::DropEnumValue {
                name: one.name.clone(),
                value: label.clone(),
                position: at - before,
            }));
        }
    }
    let gone = types_in_order(&gone).into_iter().rev();
    changes.extend(gone.map(|one| Change::DropType(Box::new(one.clone()))));
    changes
}
