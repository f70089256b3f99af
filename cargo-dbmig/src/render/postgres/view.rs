//! Views and triggers: those that change, and those that stand in the way of a column's new type.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{Change, Name, ObjectName, Table, View, may_use_column, mentions, mentions_table};

use super::definition::{Lock, create_index};
use super::script::Script;
use super::way::Way;
use super::work::Work;

/// The views that are dropped, by their names before, and those that are made, in their orders.
pub(super) struct Views<'a> {
    dropped: Vec<&'a View>,
    made: Vec<&'a View>,
}

/// The views that have to go for a while, or for good.
pub(super) fn in_the_way<'a>(way: &'a Way, works: &[Work<'_>]) -> Views<'a> {
    let mut gone: BTreeSet<&ObjectName> = BTreeSet::new();
    let mut come: BTreeSet<&ObjectName> = BTreeSet::new();
    for change in &way.opaque {
        match change {
            Change::DropView(view) => {
                gone.extend(way.before.views.get_key_value(&view.name).map(|(name, _)| name));
            }
            Change::CreateView(view) => {
                come.extend(way.after.views.get_key_value(&view.name).map(|(name, _)| name));
            }
            _ => {}
        }
    }
    let shaken = shaken_columns(works);
    let uses = |view: &View| {
        shaken.iter().any(|(table, columns)| {
            let may_use = |column: &&Name| may_use_column(&view.sql, table, column);
            let uses_column = || view.sql.contains('*') || columns.iter().any(may_use);
            mentions_table(&view.sql, &table.name) && uses_column()
        })
    };
    let by_origin: BTreeMap<&ObjectName, &ObjectName> = way.views.iter().map(|(to, from)| (from, to)).collect();
    let mut waiting: Vec<&View> = way.before.views.values().filter(|one| !gone.contains(&one.name)).collect();
    loop {
        let is_due = |view: &&View| {
            uses(view)
                || gone.iter().any(|name| by_origin.contains_key(&view.name) && mentions_table(&view.sql, &name.name))
        };
        let Some(at) = waiting.iter().position(is_due) else { break };
        let view = waiting.remove(at);
        gone.insert(&view.name);
        come.extend(by_origin.get(&view.name).copied());
    }
    let dropped = users_first(gone.into_iter().filter_map(|name| way.before.views.get(name)).collect());
    let mut made = users_first(come.into_iter().filter_map(|name| way.after.views.get(name)).collect());
    made.reverse();
    Views { dropped, made }
}

/// Columns, by their old names, whose type changes or that go.
fn shaken_columns<'a>(works: &'a [Work<'_>]) -> BTreeMap<&'a ObjectName, Vec<&'a Name>> {
    let mut shaken: BTreeMap<&ObjectName, Vec<&Name>> = BTreeMap::new();
    for work in works {
        let names = shaken.entry(&work.old.name).or_default();
        names.extend(work.dropped.iter().map(|column| &column.name));
        names.extend(retyped(work));
    }
    shaken.retain(|_, names| !names.is_empty());
    shaken
}

/// The columns, by their old names, whose type is stated anew.
fn retyped<'a>(work: &'a Work<'_>) -> impl Iterator<Item = &'a Name> {
    let is_retyped = |name: &Name| {
        work.altered.iter().any(|(from, to)| {
            from.name == *name && (from.column_type != to.column_type || from.collation != to.collation || from == to)
        })
    };
    let pairs = work.old.columns.iter().zip(&work.present.columns);
    pairs.filter(move |(_, present)| is_retyped(&present.name)).map(|(old, _)| &old.name)
}

/// Each view before those that it is made of.
fn users_first(mut waiting: Vec<&View>) -> Vec<&View> {
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let is_free = |one: &&View| {
            !waiting.iter().any(|other| other.name != one.name && mentions_table(&other.sql, &one.name.name))
        };
        let at = waiting.iter().position(is_free).unwrap_or(0);
        ordered.push(waiting.remove(at));
    }
    ordered
}

/// Drops views and triggers.
pub(super) fn take_down(script: &mut Script<'_>, works: &[Work<'_>], views: &Views<'_>) {
    for (table, trigger) in triggers(script.way, works, Side::Before) {
        script.push(&[], format!("DROP TRIGGER {} ON {};", trigger.sql(), table.sql()));
    }
    let returns = |view: &View| views.made.iter().any(|one| script.way.views.get(&one.name) == Some(&view.name));
    let dropped: Vec<(&View, bool)> = views.dropped.iter().map(|view| (*view, returns(view))).collect();
    for (view, returns) in dropped {
        let why = format!("The view {} uses what changes here, so it is dropped for a while.", view.name);
        let comments: Vec<String> = returns.then_some(why).into_iter().collect();
        script.push(&comments, format!("DROP {} {};", kind(view), view.name.sql()));
    }
}

fn kind(view: &View) -> &'static str {
    if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" }
}

/// Makes views, their indexes and triggers.
pub(super) fn build_up(script: &mut Script<'_>, works: &[Work<'_>], views: &Views<'_>) {
    for view in &views.made {
        let indexes = view.indexes.iter().map(|index| create_index(&view.name, index, Lock::Blocking));
        let statements: Vec<String> = [format!("{};", view.sql.trim_end())].into_iter().chain(indexes).collect();
        script.push(&[], statements.join("\n"));
    }
    let way = script.way;
    for view in way.after.views.values().filter(|view| !views.made.iter().any(|one| one.name == view.name)) {
        let present = way.renamed.views.get(&view.name).map(|one| one.indexes.as_slice()).unwrap_or_default();
        for index in present.iter().filter(|index| !view.indexes.contains(index)) {
            script.drop_index(&view.name, index);
        }
        for index in view.indexes.iter().filter(|index| !present.contains(index)) {
            script.create_index(&view.name, index);
        }
    }
    let texts: Vec<String> = triggers(way, works, Side::After)
        .into_iter()
        .filter_map(|(table, name)| {
            let trigger = way.after.tables.get(&table)?.triggers.iter().find(|one| one.name == name)?;
            Some(format!("{};", trigger.sql))
        })
        .collect();
    texts.iter().for_each(|text| script.push(&[], text));
}

/// Which schema a trigger is looked for in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// The triggers that go or come, or stand in the way of a column's new type, each with its table on that side.
fn triggers(way: &Way, works: &[Work<'_>], side: Side) -> Vec<(ObjectName, Name)> {
    let mut found = Vec::new();
    for work in works {
        let changed = |name: &Name| {
            way.opaque.iter().any(|change| match change {
                Change::DropTrigger { trigger, .. } | Change::CreateTrigger { trigger, .. } => trigger.name == *name,
                _ => false,
            })
        };
        let columns: Vec<&Name> = retyped(work).chain(work.dropped.iter().map(|column| &column.name)).collect();
        let blocks: BTreeSet<&Name> = (work.old.triggers.iter())
            .filter(|trigger| columns.iter().any(|column| mentions(&trigger.sql, column)))
            .map(|trigger| &trigger.name)
            .collect();
        let table = if side == Side::Before { work.old } else { work.after };
        let own = table.triggers.iter().map(|one| &one.name).filter(|name| changed(name) || blocks.contains(name));
        found.extend(own.map(|name| (table.name.clone(), name.clone())));
    }
    found
}

/// What is to be said of the views that mention what goes, and stay.
pub(super) fn left_behind(way: &Way, table: &Table, column: Option<&Name>) -> Vec<String> {
    let stays = |view: &&View| {
        way.views.values().any(|name| *name == view.name)
            && mentions_table(&view.sql, &table.name.name)
            && column.is_none_or(|column| may_use_column(&view.sql, &table.name, column))
    };
    let what = column.map_or_else(|| table.name.to_string(), |column| super::super::text::column(&table.name, column));
    let views = way.before.views.values().filter(stays);
    views
        .map(|view| format!("view `{}` mentions `{what}`, which is dropped: it won't work any more", view.name))
        .collect()
}
