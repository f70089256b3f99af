//! Whether `down.sql` undoes what `up.sql` did, found out by replay.
//!
//! Only the tables that a migration touches are looked at, so that a long chain costs what its migrations change, not
//! what its schema holds. The tables before the migration are those behind it with its changes undone.

use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;

use crate::diagnostic::{Code, Diagnostic};
use crate::migration::Migration;
use crate::replay::Replay;
use crate::schema::{Catalog, Change, Name, ObjectName, Schema, Table};
use crate::sql::{Directive, Script, TokenKind, unquote};

/// Replays a migration's `down.sql` on the schema `after` its `up.sql`, which made `changes`; a warning if that doesn't
/// give the schema from before.
///
/// Nothing is said about migrations that are sealed, irreversible, or have no `down.sql`, nor where the script says
/// `-- dbmig: allow(down-does-not-restore)`.
pub fn verify(migration: &Migration, changes: &[Change], after: &Schema, backend: Backend) -> Option<Diagnostic> {
    let metadata = &migration.metadata;
    let down = migration.down.as_ref().filter(|down| !is_allowed(down))?;
    if metadata.sealed.is_some() || metadata.irreversible.is_some() {
        return None;
    }
    let mut touched = part(after, changes);
    // What the script names may be there though it wasn't touched; `IF EXISTS` must see it.
    touched.tables.extend(named(down, after, backend));
    let before = undone(&touched, changes)?;
    let mut replay = Replay::from_schema(touched, backend);
    let mut faults = replay.run(down).diagnostics;
    if !faults.is_empty() {
        // It may alter what the migration didn't touch.
        let mut whole = Replay::from_schema(after.clone(), backend);
        let replayed = whole.run(down);
        faults = replayed.diagnostics;
        if faults.is_empty() {
            let more: Vec<Change> = changes.iter().chain(&replayed.changes).cloned().collect();
            return compare(migration, down, &undone(&part(after, &more), changes)?, &part(whole.schema(), &more));
        }
    }
    match faults.into_iter().next() {
        Some(fault) => Some(not_replayed(migration, fault)),
        None => compare(migration, down, &before, replay.schema()),
    }
}

fn is_allowed(script: &Script) -> bool {
    let directives = script.statements.iter().flat_map(|statement| &statement.directives).chain(&script.trailing);
    let rule = Code::DownDoesNotRestore.name();
    directives.into_iter().any(|one| matches!(one, Directive::Allow { rule: allowed, .. } if allowed == rule))
}

/// The tables of a schema that a script may be about.
fn named(script: &Script, schema: &Schema, backend: Backend) -> BTreeMap<ObjectName, Table> {
    let text = script.source.text();
    let tokens = script.statements.iter().flat_map(|statement| statement.tokens());
    let words = tokens.filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String));
    let names = words.map(|token| ObjectName::unqualified(Name::new(&unquote(token.text(text)), backend)));
    names.filter_map(|name| Some((name.clone(), schema.tables.get(&name)?.clone()))).collect()
}

/// The schema before changes. What was applied can be undone; should a change ever not be, there is nothing to compare
/// with.
fn undone(schema: &Schema, changes: &[Change]) -> Option<Schema> {
    let made = renames_of_made(changes);
    let mut catalog = Catalog::from(schema.clone());
    for (at, change) in changes.iter().enumerate().rev() {
        match change {
            Change::RenameTable { from, to } if made.contains(&at) => {
                let table = catalog.schema().tables.get(to)?.clone();
                catalog.apply(&Change::DropTable(Box::new(table.clone()))).ok()?;
                catalog.apply(&Change::CreateTable(Box::new(Table { name: from.clone(), ..table }))).ok()?;
            }
            change => catalog.apply(&change.inverse()).ok()?,
        }
    }
    Some(catalog.into_schema())
}

/// The places of renames of tables that the same changes made: the last step of a rebuild. Nothing from before can
/// refer to such a table by its first name, so what refers to it now referred to the table that was rebuilt, and must
/// not follow the rename back.
fn renames_of_made(changes: &[Change]) -> BTreeSet<usize> {
    let mut made = BTreeSet::new();
    let mut places = BTreeSet::new();
    for (at, change) in changes.iter().enumerate() {
        match change {
            Change::CreateTable(table) => {
                made.insert(&table.name);
            }
            Change::DropTable(table) => {
                made.remove(&table.name);
            }
            Change::RenameTable { from, to } if made.remove(from) => {
                made.insert(to);
                places.insert(at);
            }
            _ => {}
        }
    }
    places
}

/// Those tables and views of a schema that changes are about.
fn part(schema: &Schema, changes: &[Change]) -> Schema {
    let names: BTreeSet<&ObjectName> = changes.iter().flat_map(names).collect();
    let tables = names.iter().filter_map(|name| schema.tables.get_key_value(*name));
    let views = names.iter().filter_map(|name| schema.views.get_key_value(*name));
    Schema {
        tables: tables.map(|(name, table)| (name.clone(), table.clone())).collect(),
        views: views.map(|(name, view)| (name.clone(), view.clone())).collect(),
        types: schema.types.clone(),
        sequences: schema.sequences.clone(),
        namespaces: schema.namespaces.clone(),
    }
}

fn names(change: &Change) -> impl Iterator<Item = &ObjectName> {
    let other = match change {
        Change::RenameTable { to, .. } => Some(to),
        Change::CreateView(view) | Change::DropView(view) => Some(&view.name),
        Change::RenameView { to, .. } => Some(to),
        _ => None,
    };
    change.table().into_iter().chain(other)
}

fn not_replayed(migration: &Migration, fault: Diagnostic) -> Diagnostic {
    let message = format!("`down.sql` of `{}` can't be replayed: {}", migration.name, fault.message);
    Diagnostic { labels: fault.labels, notes: fault.notes, help: fault.help, ..warning(message) }
}

fn warning(message: String) -> Diagnostic {
    Diagnostic::warning(Code::DownDoesNotRestore, message)
}

fn compare(migration: &Migration, down: &Script, before: &Schema, restored: &Schema) -> Option<Diagnostic> {
    let differences = differences(&before.normalized(), &restored.normalized());
    let (first, rest) = differences.split_first()?;
    let message = format!("`down.sql` of `{}` does not restore the schema: {first}", migration.name);
    let place = match down.statements.as_slice() {
        [first, .., last] => first.span.to(&last.span),
        [only] => only.span.clone(),
        [] => down.source.start(),
    };
    let diagnostic = warning(message).at(place, "");
    let diagnostic = rest.iter().fold(diagnostic, |diagnostic, one| diagnostic.note(one.as_str()));
    Some(
        diagnostic
            .help("mend it; or, if there is no way back, delete it and say `irreversible = \"why\"` in metadata.toml"),
    )
}

/// What differs, in words.
fn differences(before: &Schema, restored: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    let names: BTreeSet<&ObjectName> = before.tables.keys().chain(restored.tables.keys()).collect();
    for name in names {
        match (before.tables.get(name), restored.tables.get(name)) {
            (Some(_), None) => found.push(format!("table `{name}` is not there again")),
            (None, Some(_)) => found.push(format!("table `{name}` is still there")),
            (Some(before), Some(restored)) if before != restored => table(before, restored, &mut found),
            _ => {}
        }
    }
    let views: BTreeSet<&ObjectName> = before.views.keys().chain(restored.views.keys()).collect();
    for name in views.into_iter().filter(|name| before.views.get(*name) != restored.views.get(*name)) {
        found.push(match (before.views.contains_key(name), restored.views.contains_key(name)) {
            (true, false) => format!("view `{name}` is not there again"),
            (false, true) => format!("view `{name}` is still there"),
            _ => format!("view `{name}` differs"),
        });
    }
    found
}

fn table(before: &Table, restored: &Table, found: &mut Vec<String>) {
    let (name, reported) = (&before.name, found.len());
    for column in before.columns.iter().chain(&restored.columns) {
        match (before.column(&column.name), restored.column(&column.name)) {
            (Some(_), None) => found.push(format!("column `{name}.{}` is not there again", column.name)),
            (None, Some(_)) => found.push(format!("column `{name}.{}` is still there", column.name)),
            (Some(one), Some(other)) if one != other && std::ptr::eq(one, column) => {
                found.push(format!("column `{name}.{}` differs", column.name));
            }
            _ => {}
        }
    }
    let both = |one: &Table, other: &Table, what: &str, found: &mut Vec<String>| {
        for constraint in one.constraints().filter(|constraint| !other.constraints().any(|two| two == *constraint)) {
            found.push(format!("{} of table `{name}` {what}", constraint.describe()));
        }
        for index in one.indexes.iter().filter(|index| !other.indexes.contains(index)) {
            found.push(format!("index `{}` {what}", index.name));
        }
        for trigger in one.triggers.iter().filter(|trigger| !other.triggers.contains(trigger)) {
            found.push(format!("trigger `{}` {what}", trigger.name));
        }
    };
    both(before, restored, "is not there again as it was", found);
    both(restored, before, "was not there before", found);
    if found.len() == reported {
        found.push(format!("table `{name}` differs in its options"));
    }
}

#[cfg(test)]
mod tests;
