//! Changes in words: for summaries, and for `--json`.

use dbmig_build::schema::{Autoincrement, Change, Column, Constraint, ObjectName};
use serde_json::{Value, json};

/// A change as a line of a summary: a sign, the object, what happens to it, and a mark if data is lost.
pub(super) fn line(change: &Change) -> String {
    let mark = if change.is_destructive() { "  (destructive: its data is lost)" } else { "" };
    format!("{}{mark}", difference(change))
}

/// A change as what differs between two schemas: a sign, the object, what is different.
pub(super) fn difference(change: &Change) -> String {
    format!("{} {} {}", sign(change), noun(change), text(change))
}

/// A change as `migrate --json` gives it.
pub(super) fn change_json(change: &Change) -> Value {
    json!({"kind": kind(change), "object": object(change), "destructive": change.is_destructive()})
}

/// The kind of a change, a word for scripts: `add_column`.
fn kind(change: &Change) -> &'static str {
    match change {
        Change::CreateTable(_) => "create_table",
        Change::DropTable(_) => "drop_table",
        Change::RenameTable { .. } => "rename_table",
        Change::AlterOptions { .. } => "alter_table",
        Change::AddColumn { .. } => "add_column",
        Change::DropColumn { .. } => "drop_column",
        Change::RenameColumn { .. } => "rename_column",
        Change::AlterColumn { .. } => "alter_column",
        Change::AddConstraint { .. } => "add_constraint",
        Change::DropConstraint { .. } => "drop_constraint",
        Change::CreateIndex { .. } => "create_index",
        Change::DropIndex { .. } => "drop_index",
        Change::CreateTrigger { .. } => "create_trigger",
        Change::DropTrigger { .. } => "drop_trigger",
        Change::CreateView(_) => "create_view",
        Change::DropView(_) => "drop_view",
        _ => "other",
    }
}

/// The name of what changes: `users`, `users.email`, `users_email_key`.
pub(super) fn object(change: &Change) -> String {
    match change {
        Change::CreateTable(table) | Change::DropTable(table) => table.name.to_string(),
        Change::RenameTable { to, .. } => to.to_string(),
        Change::AddColumn { table, column } | Change::DropColumn { table, column } => {
            format!("{table}.{}", column.name)
        }
        Change::AlterColumn { table, to, .. } => format!("{table}.{}", to.name),
        Change::RenameColumn { table, to, .. } => format!("{table}.{to}"),
        Change::AddConstraint { table, constraint } | Change::DropConstraint { table, constraint } => {
            constraint.name().map_or_else(|| table.to_string(), ToString::to_string)
        }
        Change::CreateIndex { index, .. } | Change::DropIndex { index, .. } => index.name.to_string(),
        Change::CreateTrigger { trigger, .. } | Change::DropTrigger { trigger, .. } => trigger.name.to_string(),
        Change::CreateView(view) | Change::DropView(view) => view.name.to_string(),
        other => other.table().map(ObjectName::to_string).unwrap_or_default(),
    }
}

fn sign(change: &Change) -> char {
    match kind(change).split('_').next() {
        Some("create" | "add") => '+',
        Some("drop") => '-',
        _ => '~',
    }
}

fn noun(change: &Change) -> &'static str {
    match change {
        Change::CreateTable(_) | Change::DropTable(_) | Change::RenameTable { .. } | Change::AlterOptions { .. } => {
            "table"
        }
        Change::AddColumn { .. } | Change::DropColumn { .. } => "column",
        Change::RenameColumn { .. } | Change::AlterColumn { .. } => "column",
        Change::AddConstraint { constraint, .. } | Change::DropConstraint { constraint, .. } => match constraint {
            Constraint::PrimaryKey(_) => "primary key",
            Constraint::Unique(_) => "unique",
            Constraint::ForeignKey(_) => "foreign key",
            Constraint::Check(_) => "check",
            Constraint::Exclusion(_) => "exclusion constraint",
        },
        Change::CreateIndex { .. } | Change::DropIndex { .. } => "index",
        Change::CreateTrigger { .. } | Change::DropTrigger { .. } => "trigger",
        Change::CreateView(_) | Change::DropView(_) => "view",
        _ => "object",
    }
}

fn text(change: &Change) -> String {
    match change {
        Change::CreateTable(table) => format!("{} ({} columns)", table.name, table.columns.len()),
        Change::RenameTable { from, to } => format!("{from} is now {to}"),
        Change::AlterOptions { table, .. } => format!("{table}: options"),
        Change::AddColumn { table, column } => format!("{table}.{} {}", column.name, declaration(column)),
        Change::RenameColumn { table, from, to } => format!("{table}.{from} is now {table}.{to}"),
        Change::AlterColumn { table, from, to } => format!("{table}.{}: {}", to.name, differences(from, to)),
        Change::AddConstraint { table, constraint } | Change::DropConstraint { table, constraint } => {
            let what = constraint.name().map_or_else(|| constraint.describe(), ToString::to_string);
            format!("{what} on {table}")
        }
        Change::CreateIndex { table, index } | Change::DropIndex { table, index } => {
            format!("{} on {table}", index.name)
        }
        Change::CreateTrigger { table, trigger } | Change::DropTrigger { table, trigger } => {
            format!("{} on {table}", trigger.name)
        }
        other => object(other),
    }
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
        parts.push("how it is computed".to_owned());
    }
    if from.collation != to.collation {
        parts.push("collation".to_owned());
    }
    if from.autoincrement != to.autoincrement {
        let given = to.autoincrement == Autoincrement::Keyword;
        parts.push(if given { "autoincrement" } else { "no autoincrement" }.to_owned());
    }
    if from.comment != to.comment {
        parts.push("comment".to_owned());
    }
    if parts.is_empty() { "spelling".to_owned() } else { parts.join(", ") }
}
