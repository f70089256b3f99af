//! Whether `down.sql` undoes what `up.sql` did, found out by replay.
//!
//! Only the objects that a migration touches are looked at, so that a long chain costs what its migrations change, not
//! what its schema holds. The tables before the migration are those behind it with its changes undone.

use std::collections::BTreeSet;

use dbmig::Backend;

use crate::diagnostic::{Code, Diagnostic};
use crate::migration::Migration;
use crate::replay::Replay;
use crate::schema::{Catalog, Change, Name, ObjectName, Objects, Schema, Sequence, Table};
use crate::sql::{Directive, Script, TokenKind, unquote};

/// Replays a migration's `down.sql` on the schema `after` its `up.sql`, which made `changes`; a warning if that doesn't
/// give the schema from before.
///
/// Nothing is said about migrations that are sealed, irreversible, or have no `down.sql`, nor where the script says
/// `-- dbmig: allow(down-does-not-restore)`.
pub fn verify(migration: &Migration, changes: &[Change], after: &Catalog, backend: Backend) -> Option<Diagnostic> {
    let metadata = &migration.metadata;
    let down = migration.down.as_ref().filter(|down| !is_allowed(down))?;
    if metadata.sealed.is_some() || metadata.irreversible.is_some() {
        return None;
    }
    let mut touched = part(after, changes);
    // What the script names may be there though it wasn't touched; `IF EXISTS` must see it.
    let words = words(down, backend);
    add_named(&mut touched, after.schema(), &words);
    let before = undone(&touched, changes)?;
    let mut replay = Replay::from_schema(touched, backend);
    let mut faults = replay.run(down).diagnostics;
    if !faults.is_empty() {
        // It may alter what the migration didn't touch.
        let mut whole = Replay::from_schema(after.schema().clone(), backend);
        let replayed = whole.run(down);
        faults = replayed.diagnostics;
        if faults.is_empty() {
            let more: Vec<Change> = changes.iter().chain(&replayed.changes).cloned().collect();
            return compare(migration, down, &undone(&part(after, &more), changes)?, &part(whole.catalog(), &more));
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

/// The names that a script may be about.
fn words(script: &Script, backend: Backend) -> BTreeSet<Name> {
    let text = script.source.text();
    let tokens = script.statements.iter().flat_map(|statement| statement.tokens());
    let words = tokens.filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String));
    words.map(|token| Name::new(&unquote(token.text(text)), backend)).collect()
}

/// Adds what a script may be about.
fn add_named(touched: &mut Schema, schema: &Schema, words: &BTreeSet<Name>) {
    let schemas: Vec<Option<Name>> = std::iter::once(None)
        .chain(schema.namespaces.iter().filter(|name| words.contains(*name)).cloned().map(Some))
        .collect();
    let names = words
        .iter()
        .flat_map(|word| schemas.iter().map(move |schema| ObjectName { schema: schema.clone(), name: word.clone() }));
    for name in names {
        touched.tables.share(&schema.tables, &name);
        touched.views.share(&schema.views, &name);
        touched.types.share(&schema.types, &name);
        touched.sequences.share(&schema.sequences, &name);
    }
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

/// What of a schema changes are about, with what belongs to those tables.
fn part(catalog: &Catalog, changes: &[Change]) -> Schema {
    let schema = catalog.schema();
    let mut part = Schema { namespaces: schema.namespaces.clone(), ..Schema::default() };
    for name in changes.iter().flat_map(names) {
        part.tables.share(&schema.tables, name);
        part.views.share(&schema.views, name);
        part.types.share(&schema.types, name);
        part.sequences.share(&schema.sequences, name);
        for sequence in catalog.owned_sequences(name) {
            part.sequences.share(&schema.sequences, &sequence.name);
        }
        let columns = schema.tables.get(name).into_iter().flat_map(|table| &table.columns);
        for column_type in columns.map(|column| &column.column_type) {
            let name = ObjectName { schema: column_type.schema.clone(), name: name.name.renamed(&column_type.name) };
            part.types.share(&schema.types, &name);
        }
    }
    part
}

fn names(change: &Change) -> impl Iterator<Item = &ObjectName> {
    let (one, other) = match change {
        Change::RenameTable { to, .. } => (None, Some(to)),
        Change::CreateView(view) | Change::DropView(view) => (None, Some(&view.name)),
        Change::RenameView { from, to } | Change::RenameType { from, to } | Change::RenameSequence { from, to } => {
            (Some(from), Some(to))
        }
        Change::CreateType(one) | Change::DropType(one) => (None, Some(&one.name)),
        Change::AlterType { to, .. } => (None, Some(&to.name)),
        Change::AddEnumValue { name, .. }
        | Change::DropEnumValue { name, .. }
        | Change::RenameEnumValue { name, .. } => (None, Some(name)),
        Change::CreateSequence(one) | Change::DropSequence(one) => (None, Some(&one.name)),
        Change::AlterSequence { to, .. } => (None, Some(&to.name)),
        _ => (None, None),
    };
    change.table().into_iter().chain(one).chain(other)
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
    objects(&before.views, &restored.views, "view", &mut found);
    objects(&before.types, &restored.types, "type", &mut found);
    // A sequence comes and goes with its table.
    let alone = |one: &Sequence| {
        let owner = one.owner.as_ref().map(|(table, _)| table);
        owner.is_none_or(|table| before.tables.contains_key(table) == restored.tables.contains_key(table))
    };
    let alone = |schema: &Schema| -> Objects<Sequence> {
        let sequences = schema.sequences.iter().filter(|(_, one)| alone(one));
        sequences.map(|(name, one)| (name.clone(), one.clone())).collect()
    };
    objects(&alone(before), &alone(restored), "sequence", &mut found);
    let gone = before.namespaces.difference(&restored.namespaces);
    found.extend(gone.map(|name| format!("schema `{name}` is not there again")));
    let left = restored.namespaces.difference(&before.namespaces);
    found.extend(left.map(|name| format!("schema `{name}` is still there")));
    found
}

fn objects<T: PartialEq>(before: &Objects<T>, restored: &Objects<T>, noun: &str, found: &mut Vec<String>) {
    let names: BTreeSet<&ObjectName> = before.keys().chain(restored.keys()).collect();
    for name in names {
        match (before.get(name), restored.get(name)) {
            (Some(_), None) => found.push(format!("{noun} `{name}` is not there again")),
            (None, Some(_)) => found.push(format!("{noun} `{name}` is still there")),
            (one, other) if one != other => found.push(format!("{noun} `{name}` differs")),
            _ => {}
        }
    }
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
    if before.comment != restored.comment {
        found.push(format!("the comment of table `{name}` differs"));
    }
    if found.len() == reported {
        found.push(format!("table `{name}` differs in its options"));
    }
}

#[cfg(test)]
mod tests;
