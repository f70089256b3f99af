//! Schemas, types and sequences: before the tables that use them, and after.

use std::collections::BTreeSet;

use dbmig_build::schema::{ColumnType, ObjectName, Sequence, UserType};

use super::super::RenderError;
use super::alter::switches;
use super::script::Script;
use super::way::{Way, is_identity, moves, park};
use super::{sequences, types};

pub(super) fn create_namespaces(script: &mut Script<'_>) {
    for name in script.way.after.namespaces.difference(&script.way.before.namespaces) {
        script.push(&[], format!("CREATE SCHEMA {};", name.sql()));
    }
}

pub(super) fn drop_namespaces(script: &mut Script<'_>) {
    for name in script.way.before.namespaces.difference(&script.way.after.namespaces) {
        script.push(&[], format!("DROP SCHEMA {};", name.sql()));
    }
}

pub(super) fn rename_types(script: &mut Script<'_>) {
    let way = script.way;
    let steps = moves(&way.types);
    for one in dropped_types(script).into_iter().filter(|one| is_wanted(&steps, &one.name)) {
        script.push(&[], format!("ALTER TYPE {} RENAME TO {};", one.name.sql(), park(&one.name).name.sql()));
    }
    for (from, to) in steps {
        script.move_to("TYPE", &from, &to);
    }
}

fn is_wanted(steps: &[(ObjectName, ObjectName)], name: &ObjectName) -> bool {
    steps.iter().any(|(_, to)| to == name)
}

/// New types, and those that stay and change.
pub(super) fn prepare_types(script: &mut Script<'_>) -> Result<(), RenderError> {
    let way = script.way;
    for to in types::in_order(way.after.types.values()) {
        let Some(from) = way.renamed.types.get(&to.name).filter(|_| way.types.contains_key(&to.name)) else {
            script.push(&[], types::create(to).join("\n"));
            continue;
        };
        if way.remade.contains(&to.name) {
            let why = format!("{} is made anew, since PostgreSQL can't alter it so.", to.name);
            script.push(&[why], types::make_way(way, to)?.join("\n"));
        } else {
            if !types::is_left(way, &to.name) {
                types::drop_attributes(from, to).into_iter().for_each(|statement| script.push(&[], statement));
            }
            types::alter(from, to).into_iter().for_each(|statement| script.push(&[], statement));
        }
    }
    Ok(())
}

/// Attributes of types that columns leave, and types that nothing has any more.
pub(super) fn finish_types(script: &mut Script<'_>) {
    let way = script.way;
    for to in way.after.types.values() {
        let from = way.renamed.types.get(&to.name).filter(|_| way.types.contains_key(&to.name));
        let altered = from.filter(|from| *from != to && !way.remade.contains(&to.name));
        if let Some(from) = altered.filter(|_| types::is_left(way, &to.name)) {
            types::drop_attributes(from, to).into_iter().for_each(|statement| script.push(&[], statement));
        }
    }
    for name in &way.remade {
        script.push(&[], types::drop_aside(way, name));
    }
    let steps = moves(&way.types);
    for one in types::in_order(dropped_types(script).into_iter()).into_iter().rev() {
        let name = if is_wanted(&steps, &one.name) { park(&one.name) } else { one.name.clone() };
        script.push(&[], types::drop(&UserType { name, ..one.clone() }));
    }
}

fn dropped_types<'a>(script: &Script<'a>) -> Vec<&'a UserType> {
    let way = script.way;
    let kept: BTreeSet<&ObjectName> = way.types.values().collect();
    way.before.types.values().filter(|one| !kept.contains(&one.name)).collect()
}

/// Sequences that stay while the column goes with which they would go.
pub(super) fn free_sequences(script: &mut Script<'_>) {
    let way = script.way;
    for (name, origin) in &way.sequences {
        if let Some(before) = way.before.sequences.get(origin).filter(|_| is_freed(way, name, origin)) {
            let free = Sequence { owner: None, ..before.clone() };
            script.push(&[], sequences::owned_by(&free));
        }
    }
}

/// Whether a sequence that stays belongs to another column in the end, or to none.
fn is_freed(way: &Way, name: &ObjectName, origin: &ObjectName) -> bool {
    let (Some(before), Some(after)) = (way.before.sequences.get(origin), way.after.sequences.get(name)) else {
        return false;
    };
    let renamed = way.renamed.sequences.get(name).and_then(|one| one.owner.as_ref());
    renamed.is_some() && renamed != after.owner.as_ref() && !is_identity(&way.before, before)
}

pub(super) fn rename_sequences(script: &mut Script<'_>) {
    let way = script.way;
    for (from, to) in moves(&way.sequences) {
        // A table takes its sequences along into another schema, those that are its own still.
        let own = way.before.sequences.get(&from).filter(|_| !is_freed(way, &to, &from));
        let owner = own.and_then(|one| one.owner.as_ref());
        let moved = owner.and_then(|(table, _)| way.name_after(table).filter(|after| after.schema != table.schema));
        let at = match moved {
            Some(table) => ObjectName { schema: table.schema.clone(), ..from },
            None => from,
        };
        script.move_to("SEQUENCE", &at, &to);
    }
}

/// Sequences that columns need and that no column brings along.
pub(super) fn create_sequences(script: &mut Script<'_>) {
    for one in new_sequences(script) {
        script.push(&[], sequences::create(one));
    }
}

fn new_sequences<'a>(script: &Script<'a>) -> Vec<&'a Sequence> {
    let way = script.way;
    let is_new = |one: &&Sequence| {
        if way.sequences.contains_key(&one.name) || is_identity(&way.after, one) {
            return false;
        }
        let Some((table, column)) = &one.owner else { return true };
        let (present, after) = (way.renamed.tables.get(table), way.after.tables.get(table));
        if let (Some(present), Some(after)) = (present, after) {
            if switches(present, after, column) {
                return false;
            }
        }
        let is_added = !way.tables.get(table).is_some_and(|origin| origin.columns.contains_key(column));
        let made = after.and_then(|table| Some((table, table.column(column)?)));
        !made.is_some_and(|(table, column)| {
            let is_automatic = sequences::automatic_name(&table.name, &column.name) == one.name;
            is_added && is_automatic && sequences::values(&way.after, table, &way.sequences, column).serial
        })
    };
    way.after.sequences.values().filter(is_new).collect()
}

/// Owners of new sequences, options of old ones; then those that go.
pub(super) fn finish_sequences(script: &mut Script<'_>) {
    let way = script.way;
    for one in new_sequences(script).into_iter().filter(|one| one.owner.is_some()) {
        script.push(&[], sequences::owned_by(one));
        if let Some((table, column)) = one.owner.as_ref().filter(|(table, _)| way.tables.contains_key(table)) {
            script.push(&[], sequences::catch_up(&one.name, table, column));
        }
    }
    for name in way.sequences.keys() {
        let (Some(from), Some(to)) = (way.renamed.sequences.get(name), way.after.sequences.get(name)) else { continue };
        let mut known = from.clone();
        if let Some(column_type) = own_type(way, to).filter(|_| is_identity(&way.after, to)) {
            // Its type follows the column's.
            let present = from.owner.as_ref().and_then(|(table, name)| way.renamed.tables.get(table)?.column(name));
            if present.is_some_and(|present| present.column_type != *column_type) {
                known.data_type.clone_from(column_type);
            }
        }
        let options = sequences::differences(&known, to);
        if !options.is_empty() {
            script.push(&[], format!("ALTER SEQUENCE {} {};", name.sql(), options.join(" ")));
        }
        if from.owner != to.owner && to.owner.is_some() && !is_identity(&way.after, to) {
            script.push(&[], sequences::owned_by(to));
        }
    }
    for one in way.after.sequences.values().filter(|one| !way.sequences.contains_key(&one.name)) {
        let made = own_type(way, one).filter(|_| is_identity(&way.after, one));
        if let Some(column_type) = made.filter(|column_type| **column_type != one.data_type) {
            let options = sequences::differences(&Sequence { data_type: column_type.clone(), ..one.clone() }, one);
            let bounds = sequences::bounds(one);
            let words: Vec<String> = options.into_iter().chain(bounds).collect();
            script.push(&[], format!("ALTER SEQUENCE {} {};", one.name.sql(), words.join(" ")));
        }
    }
    for one in way.before.sequences.values().filter(|one| !way.sequences.values().any(|name| *name == one.name)) {
        if !goes_along(script, one) {
            script.push(&[], format!("DROP SEQUENCE {};", current_name(script, one).sql()));
        }
    }
}

/// The type of the column that a sequence belongs to, in the end.
fn own_type<'a>(way: &'a Way, one: &Sequence) -> Option<&'a ColumnType> {
    let (table, column) = one.owner.as_ref()?;
    Some(&way.after.tables.get(table)?.column(column)?.column_type)
}

fn current_name(script: &Script<'_>, one: &Sequence) -> ObjectName {
    let owner = one.owner.as_ref().and_then(|(table, _)| script.way.name_after(table));
    match owner {
        Some(table) => ObjectName { schema: table.schema.clone(), name: one.name.name.clone() },
        None => one.name.clone(),
    }
}

/// Whether a sequence has gone with its column already.
fn goes_along(script: &Script<'_>, one: &Sequence) -> bool {
    let way = script.way;
    if is_identity(&way.before, one) {
        return true;
    }
    let Some((table, column)) = &one.owner else { return false };
    let Some(after) = way.name_after(table) else { return true };
    let kept = way.tables.get(after).and_then(|origin| origin.columns.iter().find(|(_, from)| *from == column));
    let Some((name, _)) = kept else { return true };
    let both = (way.renamed.tables.get(after), way.after.tables.get(after));
    matches!(both, (Some(present), Some(table)) if switches(present, table, name))
}
