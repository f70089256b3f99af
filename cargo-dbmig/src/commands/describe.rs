//! Changes in words: for summaries, and for `--json`.

use std::collections::BTreeSet;

use dbmig_build::schema::{Autoincrement, Change, Column, Constraint, ObjectName, Sequence, TableOptions};
use serde_json::{Value, json};

/// A change as a line of a summary: a sign, the object, what happens to it, and a mark if data is lost.
pub(super) fn line(change: &Change) -> String {
    let mark = if change.is_destructive() { "  (destructive: its data is lost)" } else { "" };
    format!("{}{mark}", difference(change))
}

/// The changes that are worth a line: a sequence that comes or goes with its column isn't.
pub(super) fn told(changes: &[Change]) -> Vec<&Change> {
    let mut tables = BTreeSet::new();
    let mut columns = BTreeSet::new();
    for change in changes {
        match change {
            Change::CreateTable(table) | Change::DropTable(table) => drop(tables.insert(&table.name)),
            Change::AddColumn { table, column } | Change::DropColumn { table, column } => {
                columns.insert((table, &column.name));
            }
            Change::AlterColumn { table, from, to } if from.autoincrement != to.autoincrement => {
                columns.insert((table, &to.name));
            }
            _ => {}
        }
    }
    let is_implied = |change: &&Change| match change {
        Change::CreateSequence(one) | Change::DropSequence(one) => one
            .owner
            .as_ref()
            .is_some_and(|(table, column)| tables.contains(table) || columns.contains(&(table, column))),
        _ => false,
    };
    changes.iter().filter(|change| !is_implied(change)).collect()
}

/// A change as what differs between two schemas: a sign, the object, what is different.
pub(super) fn difference(change: &Change) -> String {
    let Words { kind, noun, text, .. } = words(change);
    let sign = match kind.split('_').next() {
        Some("create" | "add") => '+',
        Some("drop") => '-',
        _ => '~',
    };
    format!("{sign} {noun} {text}")
}

/// A change as `migrate --json` gives it.
pub(super) fn change_json(change: &Change) -> Value {
    let Words { kind, object, .. } = words(change);
    json!({"kind": kind, "object": object, "destructive": change.is_destructive()})
}

/// The name of what changes: `users`, `users.email`, `users_email_key`.
pub(super) fn object(change: &Change) -> String {
    words(change).object
}

/// What is said of a change.
struct Words {
    /// A word for scripts: `add_column`.
    kind: &'static str,
    /// What it is: `foreign key`.
    noun: &'static str,
    /// Its name: `users.email`.
    object: String,
    /// Its name again, with what happens to it.
    text: String,
}

/// Of a change whose name says all.
fn plain(kind: &'static str, noun: &'static str, object: String) -> Words {
    Words { kind, noun, text: object.clone(), object }
}

/// Of one part of a table with a name of its own.
fn on_table(kind: &'static str, noun: &'static str, object: String, table: &ObjectName) -> Words {
    Words { kind, noun, text: format!("{object} on {table}"), object }
}

/// Of another name.
fn renamed(kind: &'static str, noun: &'static str, from: String, to: String) -> Words {
    Words { kind, noun, text: format!("{from} is now {to}"), object: to }
}

/// Of something that is altered.
fn altered(kind: &'static str, noun: &'static str, object: String, how: &str) -> Words {
    Words { kind, noun, text: format!("{object}: {how}"), object }
}

fn words(change: &Change) -> Words {
    match change {
        Change::CreateTable(table) => {
            let columns = match table.columns.len() {
                1 => "1 column".to_owned(),
                several => format!("{several} columns"),
            };
            let object = table.name.to_string();
            Words { kind: "create_table", noun: "table", text: format!("{object} ({columns})"), object }
        }
        Change::DropTable(table) => plain("drop_table", "table", table.name.to_string()),
        Change::RenameTable { from, to } => renamed("rename_table", "table", from.to_string(), to.to_string()),
        Change::AlterOptions { table, from, to } => {
            altered("alter_table", "table", table.to_string(), &options(from, to))
        }
        Change::CommentTable { table, to, .. } => {
            altered("comment_table", "table", table.to_string(), comment(to.as_deref()))
        }
        Change::AddColumn { table, column } => {
            let object = format!("{table}.{}", column.name);
            Words { kind: "add_column", noun: "column", text: format!("{object} {}", declaration(column)), object }
        }
        Change::DropColumn { table, column } => plain("drop_column", "column", format!("{table}.{}", column.name)),
        Change::RenameColumn { table, from, to } => {
            renamed("rename_column", "column", format!("{table}.{from}"), format!("{table}.{to}"))
        }
        Change::AlterColumn { table, from, to } => {
            altered("alter_column", "column", format!("{table}.{}", to.name), &differences(from, to))
        }
        Change::MoveColumn { table, column, to, .. } => {
            let place = to.as_ref().map_or("comes first".to_owned(), |before| format!("comes behind {before}"));
            altered("move_column", "column", format!("{table}.{column}"), &place)
        }
        Change::AddConstraint { table, constraint } => of_constraint("add_constraint", table, constraint),
        Change::DropConstraint { table, constraint } => of_constraint("drop_constraint", table, constraint),
        Change::RenameConstraint { table, from, to } => {
            let Words { text, .. } = renamed("", "", from.to_string(), to.to_string());
            Words {
                kind: "rename_constraint",
                noun: "constraint",
                object: to.to_string(),
                text: format!("{text} on {table}"),
            }
        }
        Change::CreateIndex { table, index } => on_table("create_index", "index", index.name.to_string(), table),
        Change::DropIndex { table, index } => on_table("drop_index", "index", index.name.to_string(), table),
        Change::RenameIndex { table, from, to } => {
            let Words { text, .. } = renamed("", "", from.to_string(), to.to_string());
            Words { kind: "rename_index", noun: "index", object: to.to_string(), text: format!("{text} on {table}") }
        }
        Change::CreateTrigger { table, trigger } => {
            on_table("create_trigger", "trigger", trigger.name.to_string(), table)
        }
        Change::DropTrigger { table, trigger } => on_table("drop_trigger", "trigger", trigger.name.to_string(), table),
        Change::CreateView(view) => plain("create_view", "view", view.name.to_string()),
        Change::DropView(view) => plain("drop_view", "view", view.name.to_string()),
        Change::RenameView { from, to } => renamed("rename_view", "view", from.to_string(), to.to_string()),
        Change::CreateType(one) => plain("create_type", "type", one.name.to_string()),
        Change::DropType(one) => plain("drop_type", "type", one.name.to_string()),
        Change::RenameType { from, to } => renamed("rename_type", "type", from.to_string(), to.to_string()),
        Change::AlterType { to, .. } => altered("alter_type", "type", to.name.to_string(), "made anew"),
        Change::AddEnumValue { name, value, .. } => plain("add_enum_value", "enum value", format!("{name}.{value}")),
        Change::DropEnumValue { name, value, .. } => plain("drop_enum_value", "enum value", format!("{name}.{value}")),
        Change::RenameEnumValue { name, from, to } => {
            renamed("rename_enum_value", "enum value", format!("{name}.{from}"), format!("{name}.{to}"))
        }
        Change::RenameValue { table, column, from, to } => {
            let label = |text: &str| format!("{table}.{column}.{text}");
            renamed("rename_value", "value", label(from), label(to))
        }
        Change::CreateSequence(one) => plain("create_sequence", "sequence", one.name.to_string()),
        Change::DropSequence(one) => plain("drop_sequence", "sequence", one.name.to_string()),
        Change::RenameSequence { from, to } => renamed("rename_sequence", "sequence", from.to_string(), to.to_string()),
        Change::AlterSequence { from, to } => {
            altered("alter_sequence", "sequence", to.name.to_string(), &counting(from, to))
        }
        Change::CreateNamespace(name) => plain("create_schema", "schema", name.to_string()),
        Change::DropNamespace(name) => plain("drop_schema", "schema", name.to_string()),
        other => plain("other", "object", other.table().map(ObjectName::to_string).unwrap_or_default()),
    }
}

fn of_constraint(kind: &'static str, table: &ObjectName, constraint: &Constraint) -> Words {
    let noun = match constraint {
        Constraint::PrimaryKey(_) => "primary key",
        Constraint::Unique(_) => "unique",
        Constraint::ForeignKey(_) => "foreign key",
        Constraint::Check(_) => "check",
        Constraint::Exclusion(_) => "exclusion constraint",
    };
    let Some(name) = constraint.name() else {
        // Its words begin with what it is, and go on with `(columns)`.
        let described = constraint.describe();
        let columns = described.find('(').map_or("", |at| &described[at..]);
        return Words { kind, noun, object: table.to_string(), text: format!("{columns} on {table}") };
    };
    on_table(kind, noun, name.to_string(), table)
}

fn declaration(column: &Column) -> String {
    let mut words = vec![column.column_type.to_string()];
    if !column.nullable {
        words.push("not null".to_owned());
    }
    if let Some(default) = &column.default {
        words.push(format!("default {default}"));
    }
    words.join(" ")
}

fn comment(to: Option<&str>) -> &'static str {
    if to.is_some() { "comment" } else { "no comment" }
}

/// What differs between two columns of one name.
fn differences(from: &Column, to: &Column) -> String {
    let mut parts = Vec::new();
    if from.column_type != to.column_type {
        parts.push(format!("{} becomes {}", from.column_type, to.column_type));
    }
    if from.nullable != to.nullable {
        parts.push(if to.nullable { "takes NULL" } else { "NOT NULL" }.to_owned());
    }
    match (&from.default, &to.default) {
        (before, Some(after)) if before.as_ref() != Some(after) => parts.push(format!("default {after}")),
        (Some(_), None) => parts.push("no default".to_owned()),
        _ => {}
    }
    if from.generated != to.generated {
        parts.push(to.generated.as_ref().map_or("no longer computed".to_owned(), |generated| {
            format!("computed as {}, {}", generated.expression, generated.storage.sql().to_lowercase())
        }));
    }
    if from.collation != to.collation {
        parts.push(to.collation.as_ref().map_or("no collation".to_owned(), |name| format!("collation {name}")));
    }
    if from.character_set != to.character_set {
        parts.push("character set".to_owned());
    }
    if from.autoincrement != to.autoincrement {
        let given = match to.autoincrement {
            Autoincrement::No => "no values given by the database",
            Autoincrement::Keyword => "autoincrement",
            Autoincrement::IdentityAlways => "identity always",
            Autoincrement::IdentityByDefault => "identity",
        };
        parts.push(given.to_owned());
    }
    if from.on_update != to.on_update {
        parts.push(to.on_update.as_ref().map_or("no on update".to_owned(), |value| format!("on update {value}")));
    }
    if from.comment != to.comment {
        parts.push(comment(to.comment.as_deref()).to_owned());
    }
    if parts.is_empty() { "spelling".to_owned() } else { parts.join(", ") }
}

/// What differs between two sequences of one name.
fn counting(from: &Sequence, to: &Sequence) -> String {
    let mut parts = Vec::new();
    if from.data_type != to.data_type {
        parts.push(format!("{} becomes {}", from.data_type, to.data_type));
    }
    let mut number = |name: &str, before: Option<i64>, after: Option<i64>| {
        if before != after {
            parts.push(after.map_or_else(|| format!("no {name}"), |number| format!("{name} {number}")));
        }
    };
    number("start", from.start, to.start);
    number("increment", Some(from.increment), Some(to.increment));
    number("minimum", from.minimum, to.minimum);
    number("maximum", from.maximum, to.maximum);
    number("cache", Some(from.cache), Some(to.cache));
    if from.cycle != to.cycle {
        parts.push(if to.cycle { "begins again at its end" } else { "ends at its end" }.to_owned());
    }
    if from.owner != to.owner {
        let owner = to.owner.as_ref().map(|(table, column)| format!("of {table}.{column}"));
        parts.push(owner.unwrap_or_else(|| "of no column".to_owned()));
    }
    if parts.is_empty() { "how it belongs to its column".to_owned() } else { parts.join(", ") }
}

/// Which of a table's options differ.
fn options(from: &TableOptions, to: &TableOptions) -> String {
    let given = |name: &str, value: &Option<String>| {
        value.as_ref().map_or_else(|| format!("no {name}"), |value| format!("{name} {value}"))
    };
    let mut parts = Vec::new();
    if from.without_rowid != to.without_rowid {
        parts.push(if to.without_rowid { "without rowid" } else { "with rowid" }.to_owned());
    }
    if from.strict != to.strict {
        parts.push(if to.strict { "strict" } else { "not strict" }.to_owned());
    }
    if from.unlogged != to.unlogged {
        parts.push(if to.unlogged { "unlogged" } else { "logged" }.to_owned());
    }
    if from.engine != to.engine {
        parts.push(given("engine", &to.engine));
    }
    if from.character_set != to.character_set {
        parts.push(given("character set", &to.character_set));
    }
    if from.collation != to.collation {
        parts.push(given("collation", &to.collation));
    }
    if parts.is_empty() { "options".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests;
