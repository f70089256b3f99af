//! What the rows of a rebuilt table get.
//!
//! Values are copied as they are, also where a type changes: SQLite then converts what it can convert without loss,
//! while a CAST would make 0 of 'abc'; a check at the head of the script asks for the rest. Text and bytes alone are
//! cast, since they are never converted by themselves. Generated columns are computed anew. The rowid of a table without an INTEGER PRIMARY KEY is copied too: Diesel shows it as a column
//! where there is no other key.

use dbmig_build::schema::{Column, ColumnType, Name, Table};

use super::plan::{Direction, Plan};
use super::sqlite_check::cast;
use super::sqlite_create::{default_value, is_null};
use super::text::{column, literal, one_line, relabelled};

/// The columns that are filled, and with what.
pub(super) struct Fill {
    /// The columns, as SQL.
    pub(super) columns: Vec<String>,
    /// An expression for each, possibly with a comment line before it.
    pub(super) values: Vec<String>,
    /// What is to be said of the whole.
    pub(super) comments: Vec<String>,
    /// The name by which the rowid is filled, where it is.
    rowid: Option<String>,
}

impl Fill {
    /// Whether a column is the rowid, which no table declares.
    pub(super) fn is_rowid(&self, column: &str) -> bool {
        self.rowid.as_deref() == Some(column)
    }
}

/// Works out what the rows get; `present` has its columns' new names.
pub(super) fn fill(plan: &Plan<'_>, present: &Table, after: &Table, added: &[Name], notes: &mut Vec<String>) -> Fill {
    let mut fill = Fill { columns: Vec::new(), values: Vec::new(), comments: Vec::new(), rowid: None };
    let source_rowid = rowid_name(present);
    if let (Some(from), Some(to), None) = (source_rowid, rowid_name(after), after.rowid_alias()) {
        fill.columns.push(to.to_owned());
        fill.values.push(from.to_owned());
        fill.rowid = Some(to.to_owned());
    }
    for column in after.columns.iter().filter(|column| column.generated.is_none()) {
        let kept = present.column(&column.name).filter(|_| !added.contains(&column.name));
        let value = match kept {
            Some(before) => Some(kept_value(plan, present, after, before, column, &mut fill.comments, notes)),
            None => new_value(plan, present, after, column, &mut fill.comments, notes),
        };
        if let Some(value) = value {
            fill.columns.push(column.name.sql());
            fill.values.push(value);
        }
    }
    // Rows stay rows also where none of their values stays.
    if let (true, Some(first)) = (fill.columns.is_empty(), after.columns.iter().find(|one| one.generated.is_none())) {
        fill.columns.push(first.name.sql());
        fill.values.push(first.default.as_ref().map_or_else(|| "NULL".to_owned(), default_value));
    }
    fill
}

/// Whether a column can hold NULL. Keys of tables WITHOUT ROWID and of STRICT ones can't, whatever they declare, nor
/// can the rowid. Sources: <https://sqlite.org/withoutrowid.html>, <https://sqlite.org/stricttables.html>.
fn takes_null(table: &Table, column: &Column) -> bool {
    let is_key = table.primary_key.iter().any(|key| key.columns.iter().any(|one| one.name() == Some(&column.name)));
    let is_strict_key = is_key && (table.options.without_rowid || table.options.strict);
    column.nullable && !is_strict_key && table.rowid_alias() != Some(&column.name)
}

/// A name of the rowid that no column hides.
fn rowid_name(table: &Table) -> Option<&'static str> {
    let is_free = |text: &&&str| !table.columns.iter().any(|column| column.name.as_str().eq_ignore_ascii_case(text));
    let name = ["rowid", "oid", "_rowid_"].iter().find(is_free).copied();
    name.filter(|_| !table.options.without_rowid)
}

fn kept_value(
    plan: &Plan<'_>,
    present: &Table,
    after: &Table,
    before: &Column,
    to: &Column,
    comments: &mut Vec<String>,
    notes: &mut Vec<String>,
) -> String {
    let name = relabelled(&before.name.sql(), plan.values_of(&after.name, &to.name), literal);
    let value = match cast(&before.column_type, &to.column_type) {
        Some(to) => format!("CAST({name} AS {to})"),
        None => name,
    };
    if takes_null(after, to) || !takes_null(present, before) {
        return value;
    }
    let (instead, todo) = instead_of_null(plan, after, to, comments, notes);
    let value = format!("coalesce({value}, {instead})");
    todo.map_or(value.clone(), |todo| todo_before(&value, &todo))
}

/// What rows with NULL get in a column that takes it no more, and the todo that goes with it.
fn instead_of_null(
    plan: &Plan<'_>,
    after: &Table,
    to: &Column,
    comments: &mut Vec<String>,
    notes: &mut Vec<String>,
) -> (String, Option<String>) {
    if let Some(backfill) = plan.backfill(&after.name, &to.name) {
        return (backfill.to_owned(), None);
    }
    let default = to.default.as_ref().filter(|default| !is_null(default));
    match (default, plan.direction) {
        (Some(default), _) => {
            comments.push(format!("{} becomes NOT NULL: rows without a value get the default.", to.name));
            (default_value(default), None)
        }
        (None, Direction::Up) => {
            let place = column(&after.name, &to.name);
            let todo = format!(
                "{place} becomes NOT NULL: which value do rows with NULL get? Put it in place of the NULL below"
            );
            todo_note(&place, notes);
            ("NULL".to_owned(), Some(todo))
        }
        (None, Direction::Down) => {
            comments.push(format!("{} becomes NOT NULL again: rows without a value get a stand-in.", to.name));
            (stand_in(after, to), None)
        }
    }
}

/// The same, as one expression.
pub(super) fn in_place_of_null(
    plan: &Plan<'_>,
    after: &Table,
    to: &Column,
    comments: &mut Vec<String>,
    notes: &mut Vec<String>,
) -> String {
    let (value, todo) = instead_of_null(plan, after, to, comments, notes);
    todo.map_or(value.clone(), |todo| todo_before(&value, &todo))
}

/// `None` if the column's own default (or NULL, or the next rowid) does.
pub(super) fn new_value(
    plan: &Plan<'_>,
    present: &Table,
    after: &Table,
    new: &Column,
    comments: &mut Vec<String>,
    notes: &mut Vec<String>,
) -> Option<String> {
    if let Some(backfill) = plan.backfill(&after.name, &new.name) {
        return Some(backfill.to_owned());
    }
    if after.rowid_alias() == Some(&new.name) {
        return rowid_name(present).map(str::to_owned);
    }
    let has_default = new.default.as_ref().is_some_and(|default| !is_null(default));
    match (plan.direction, takes_null(after, new), has_default) {
        (Direction::Up, false, false) => {
            let place = column(&after.name, &new.name);
            let todo = format!(
                "{place} is NOT NULL and has no default: which value do existing rows get? Put it in place of the NULL below"
            );
            todo_note(&place, notes);
            Some(todo_before("NULL", &todo))
        }
        (Direction::Up, ..) => None,
        (Direction::Down, ..) => {
            // Rows can't share a default that is to be unique, and it may refer to nothing; NULLs are fine.
            let takes_null = takes_null(after, new);
            let refers = if takes_null { refers(after, &new.name) } else { refers_alone(after, &new.name) };
            let shares = has_default && !is_unique(after, &new.name) && !refers;
            let (what, value) = match (takes_null, shares) {
                (_, true) => ("the default", None),
                (true, false) => ("NULL", has_default.then(|| "NULL".to_owned())),
                (false, false) => ("a stand-in, since it is NOT NULL", Some(stand_in(after, new))),
            };
            comments.push(format!("The values of {} are not brought back: rows get {what}.", new.name));
            value
        }
    }
}

/// A directive on the line before an expression in a list.
fn todo_before(value: &str, todo: &str) -> String {
    format!("-- dbmig: todo {}\n    {value}", one_line(todo))
}

fn todo_note(place: &str, notes: &mut Vec<String>) {
    notes.push(format!(
        "`{place}` needs a value for existing rows: up.sql has a todo, and the build fails until it is gone"
    ));
}

/// A value that satisfies as much of a column's declaration as can be had without asking: a row of the table referred
/// to, something unique where that is asked for, else the type's zero.
fn stand_in(after: &Table, column: &Column) -> String {
    let only = |names: &[Name]| names.len() == 1 && names.first() == Some(&column.name);
    if let Some(key) = after.foreign_keys.iter().find(|key| only(&key.columns)) {
        let referred = key.referenced.first().map_or_else(|| "rowid".to_owned(), Name::sql);
        return format!("(SELECT min({referred}) FROM {})", key.table.sql());
    }
    let number = "row_number() OVER ()";
    match (family(&column.column_type), is_unique(after, &column.name)) {
        (Family::Number, true) => number.to_owned(),
        (Family::Number, false) => "0".to_owned(),
        (Family::Text | Family::Moment(_), true) => format!("CAST({number} AS TEXT)"),
        (Family::Text, false) => "''".to_owned(),
        (Family::Blob, true) => format!("CAST({number} AS BLOB)"),
        (Family::Blob, false) => "x''".to_owned(),
        (Family::Moment(zero), false) => format!("'{zero}'"),
    }
}

/// Whether a column is part of what must be unique.
pub(super) fn is_unique(table: &Table, name: &Name) -> bool {
    let keys = table.uniques.iter().map(|one| &one.columns);
    let keys = keys.chain(table.primary_key.iter().map(|one| &one.columns));
    let mut keys = keys.chain(table.indexes.iter().filter(|one| one.unique).map(|one| &one.columns));
    keys.any(|columns| columns.iter().any(|one| one.mentions(name)))
}

/// Whether a column is part of what refers to another table.
pub(super) fn refers(table: &Table, name: &Name) -> bool {
    table.foreign_keys.iter().any(|key| key.columns.contains(name))
}

/// Whether a column by itself refers to another table: a row of that one can be given.
pub(super) fn refers_alone(table: &Table, name: &Name) -> bool {
    table.foreign_keys.iter().any(|key| key.table != table.name && key.columns == std::slice::from_ref(name))
}

/// Kinds of types, as far as their zeros differ.
pub(super) enum Family {
    Number,
    Text,
    Blob,
    /// A date or time, which Diesel stores as text.
    Moment(&'static str),
}

/// Source: <https://sqlite.org/datatype3.html#determination_of_column_affinity>; dates and times are Diesel's.
pub(super) fn family(column_type: &ColumnType) -> Family {
    let name = column_type.name.as_str();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match name {
        _ if has(&["int"]) => Family::Number,
        _ if has(&["char", "clob", "text"]) => Family::Text,
        _ if has(&["blob"]) || name.is_empty() => Family::Blob,
        _ if has(&["timestamp", "datetime"]) => Family::Moment("1970-01-01 00:00:00"),
        _ if has(&["date"]) => Family::Moment("1970-01-01"),
        _ if has(&["time"]) => Family::Moment("00:00:00"),
        _ => Family::Number,
    }
}
