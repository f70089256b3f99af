//! What rows that exist get in columns that come, and in place of NULL in columns that take it no more.
//!
//! A column is added empty, filled by `UPDATE`, and made NOT NULL in the statement that does the rest: MySQL would put
//! '' and 0 into a column that is added NOT NULL, and say nothing.

use dbmig_build::schema::{Autoincrement, Column, IndexColumn, Name, Table};

use super::definition::{default_value, is_null, literal};
use super::work::Work;
use crate::render::plan::{Direction, Plan};
use crate::render::sqlite_fill::{refers, refers_alone};
use crate::render::text::{column, one_line, relabelled};

/// A column that is filled.
pub(super) struct Fill {
    pub(super) column: Name,
    value: String,
    pub(super) comments: Vec<String>,
    pub(super) todo: Option<String>,
}

/// A column that takes NULL until it is filled.
pub(super) fn empty(column: &Column) -> Column {
    Column { nullable: true, default: None, on_update: None, ..column.clone() }
}

/// What columns that come are filled with; those that their own default (or NULL) does for aren't among them.
pub(super) fn added(plan: &Plan<'_>, work: &Work<'_>, notes: &mut Vec<String>) -> Vec<Fill> {
    let columns = work.added.iter().filter_map(|name| work.after.column(name));
    columns.filter_map(|column| new_value(plan, work, column, notes)).collect()
}

fn new_value(plan: &Plan<'_>, work: &Work<'_>, new: &Column, notes: &mut Vec<String>) -> Option<Fill> {
    if new.generated.is_some() || new.autoincrement != Autoincrement::No {
        return None;
    }
    let with =
        |value: String, comments: Vec<String>| Some(Fill { column: new.name.clone(), value, comments, todo: None });
    if let Some(old) = work.heirs.get(&new.name) {
        return with(old.sql(), Vec::new());
    }
    if let Some(backfill) = plan.backfill(&work.after.name, &new.name) {
        return with(backfill.to_owned(), Vec::new());
    }
    let has_default = new.default.as_ref().is_some_and(|default| !is_null(default));
    let unique = is_unique(work.after, &new.name);
    match (plan.direction, new.nullable, has_default) {
        (_, true, false) => None,
        (Direction::Up, _, true) => None,
        (Direction::Up, false, false) => {
            let place = column(&work.after.name, &new.name);
            let todo = format!(
                "{place} is NOT NULL and has no default: which value do existing rows get? Put it in place of the NULL below"
            );
            Some(todo_fill(&new.name, &place, todo, notes))
        }
        // Rows can't share a default that is to be unique, and it may refer to nothing; NULLs are fine.
        (Direction::Down, true, true) if unique || refers(work.after, &new.name) => with("NULL".to_owned(), Vec::new()),
        (Direction::Down, _, true) if !unique && !refers_alone(work.after, &new.name) => None,
        (Direction::Down, ..) => {
            let comment = format!("{} is NOT NULL: rows get a stand-in.", new.name);
            with(stand_in(work.after, new), vec![comment])
        }
    }
}

/// What columns that are there get in place of NULL.
pub(super) fn altered(plan: &Plan<'_>, work: &Work<'_>, notes: &mut Vec<String>) -> Vec<Fill> {
    let kept = work.after.columns.iter().filter_map(|column| work.kept(&column.name));
    let tightened = kept.filter(|(before, after)| {
        before.nullable && !after.nullable && after.generated.is_none() && after.autoincrement == Autoincrement::No
    });
    tightened.map(|(_, after)| kept_value(plan, work, after, notes)).collect()
}

fn kept_value(plan: &Plan<'_>, work: &Work<'_>, to: &Column, notes: &mut Vec<String>) -> Fill {
    let with = |value: String, comments: Vec<String>| Fill { column: to.name.clone(), value, comments, todo: None };
    let place = column(&work.after.name, &to.name);
    if let Some(backfill) = plan.backfill(&work.after.name, &to.name) {
        return with(backfill.to_owned(), Vec::new());
    }
    match (to.default.as_ref().filter(|default| !is_null(default)), plan.direction) {
        (Some(default), _) => {
            let comment = format!("{} becomes NOT NULL: rows without a value get the default.", to.name);
            with(default_value(default, &to.column_type), vec![comment])
        }
        (None, Direction::Up) => {
            let todo = format!(
                "{place} becomes NOT NULL: which value do rows with NULL get? Put it in place of the NULL below"
            );
            todo_fill(&to.name, &place, todo, notes)
        }
        (None, Direction::Down) => {
            let comment = format!("{} becomes NOT NULL again: rows without a value get a stand-in.", to.name);
            with(stand_in(work.after, to), vec![comment])
        }
    }
}

fn todo_fill(name: &Name, place: &str, todo: String, notes: &mut Vec<String>) -> Fill {
    notes.push(format!(
        "`{place}` needs a value for existing rows: up.sql has a todo, and the build fails until it is gone"
    ));
    Fill { column: name.clone(), value: "NULL".to_owned(), comments: Vec::new(), todo: Some(one_line(&todo)) }
}

/// The statement that fills a column, unless it stays empty. Times that follow each update stay what they are.
pub(super) fn update(fill: &Fill, present: &Table) -> Option<String> {
    if fill.value == "NULL" && fill.todo.is_none() {
        return None;
    }
    let name = fill.column.sql();
    let kept = kept_times(present, &fill.column);
    let numbers = if fill.value.contains(NUMBER) { ", (SELECT @dbmig_number := 0) AS start" } else { "" };
    let table = present.name.sql();
    Some(format!("UPDATE {table}{numbers} SET {name} = {}{kept} WHERE {name} IS NULL;", fill.value))
}

/// Assignments that keep times which follow each update.
fn kept_times(present: &Table, filled: &Name) -> String {
    let kept = present.columns.iter().filter(|column| column.on_update.is_some() && column.name != *filled);
    kept.map(|column| format!(", {0} = {0}", column.name.sql())).collect()
}

/// The statement that puts some texts in place of others.
pub(super) fn relabel(column: &Name, pairs: &[(String, String)], present: &Table) -> Option<String> {
    let old: Vec<String> = pairs.iter().map(|(from, _)| literal(from)).collect();
    let (table, name, kept) = (present.name.sql(), column.sql(), kept_times(present, column));
    let value = relabelled(&name, pairs, literal);
    (!pairs.is_empty())
        .then(|| format!("UPDATE {table} SET {name} = {value}{kept} WHERE {name} IN ({});", old.join(", ")))
}

/// Another number for each row that is updated.
const NUMBER: &str = "(@dbmig_number := @dbmig_number + 1)";

/// A value that satisfies as much of a column's declaration as can be had without asking: a row of the table referred
/// to, something unique where that is asked for, else the type's zero.
fn stand_in(after: &Table, column: &Column) -> String {
    let only = |names: &[Name]| names.len() == 1 && names.first() == Some(&column.name);
    let own = |name: &Name| column.name == *name;
    if let Some(key) = after.foreign_keys.iter().find(|key| only(&key.columns) && key.table != after.name) {
        if let Some(referred) = key.referenced.first().filter(|name| key.table != after.name || !own(name)) {
            return format!("(SELECT min({}) FROM {})", referred.sql(), key.table.sql());
        }
    }
    let (name, _) = column.column_type.name.split_once(' ').unwrap_or((&column.column_type.name, ""));
    let first = || column.column_type.arguments.first().cloned();
    if is_unique(after, &column.name) {
        return match name {
            "date" => format!("'1970-01-01' + INTERVAL {NUMBER} DAY"),
            "datetime" | "timestamp" => format!("'1970-01-02 00:00:00' + INTERVAL {NUMBER} SECOND"),
            "time" => format!("SEC_TO_TIME({NUMBER})"),
            _ => NUMBER.to_owned(),
        };
    }
    match name {
        "enum" => first().unwrap_or_else(|| "''".to_owned()),
        "date" => "'1970-01-01'".to_owned(),
        "datetime" | "timestamp" => "'1970-01-02 00:00:00'".to_owned(),
        "time" => "'00:00:00'".to_owned(),
        "year" => "1970".to_owned(),
        "json" => "'{}'".to_owned(),
        "uuid" => "'00000000-0000-0000-0000-000000000000'".to_owned(),
        "inet4" => "'0.0.0.0'".to_owned(),
        "inet6" => "'::'".to_owned(),
        "point" | "geometry" => "ST_GeomFromText('POINT(0 0)')".to_owned(),
        text if ["char", "text", "binary", "blob", "set"].iter().any(|word| text.contains(word)) => "''".to_owned(),
        _ => "0".to_owned(),
    }
}

/// Whether a column is all of what must be unique, or part of it.
fn is_unique(table: &Table, name: &Name) -> bool {
    let keys = table.uniques.iter().map(|one| &one.columns).chain(table.primary_key.iter().map(|one| &one.columns));
    let mut keys = keys.chain(table.indexes.iter().filter(|one| one.unique).map(|one| &one.columns));
    keys.any(|columns: &Vec<IndexColumn>| columns.iter().any(|one| one.mentions(name)))
}
