//! Constraints of tables, and the clauses that they share with columns'. Source:
//! <https://sqlite.org/syntax/table-constraint.html>.

use super::key_column;
use crate::schema::{Conflict, Deferrable, Name, ReferentialAction, SortOrder};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::parse::reference;
use crate::sql::syntax::{ConstraintKind, ConstraintSyntax, Reference};

/// Whether a constraint of a table begins here.
pub(super) fn begins(cursor: &Cursor<'_>) -> bool {
    ["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| cursor.is(0, word))
}

/// A constraint; `None` for `CONSTRAINT name` with nothing behind it, which SQLite allows.
pub(super) fn constraint(cursor: &mut Cursor<'_>) -> Result<Option<ConstraintSyntax>, Fault> {
    let start = cursor.position();
    let mut name: Option<Name> = None;
    while cursor.eat(&["constraint"]) {
        name = Some(cursor.name("the constraint's name")?.name);
    }
    let kind = if cursor.eat(&["primary"]) {
        cursor.expect("key")?;
        let mut autoincrement = false;
        let columns = cursor.list(|cursor| {
            let column = key_column(cursor)?;
            autoincrement |= cursor.eat(&["autoincrement"]);
            Ok(column)
        })?;
        ConstraintKind::PrimaryKey { columns, autoincrement, on_conflict: on_conflict(cursor)? }
    } else if cursor.eat(&["unique"]) {
        let columns = cursor.list(key_column)?;
        ConstraintKind::Unique { columns, on_conflict: on_conflict(cursor)? }
    } else if cursor.eat(&["check"]) {
        let expression = cursor.parenthesized()?;
        ConstraintKind::Check(expression, on_conflict(cursor)?)
    } else if cursor.eat(&["foreign"]) {
        cursor.expect("key")?;
        let columns = cursor.list(|cursor| cursor.name("a column's name"))?;
        let mut reference = reference(cursor)?;
        if let Some(when) = deferrable(cursor)? {
            reference.deferrable = when;
        }
        ConstraintKind::ForeignKey { columns, reference }
    } else if name.is_some() && (cursor.is(0, ",") || cursor.is(0, ")")) {
        return Ok(None);
    } else {
        return Err(cursor.expected("`PRIMARY KEY`, `UNIQUE`, `CHECK` or `FOREIGN KEY`"));
    };
    Ok(Some(ConstraintSyntax { name, span: cursor.since(start), kind }))
}

/// `REFERENCES table [(columns)]` and its actions in any order.
pub(super) fn reference(cursor: &mut Cursor<'_>) -> Result<Reference, Fault> {
    cursor.expect("references")?;
    let table = cursor.object("the table's name")?;
    let columns = if cursor.is(0, "(") { cursor.list(|cursor| cursor.name("a column's name"))? } else { Vec::new() };
    let mut reference = Reference {
        table,
        columns,
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
        deferrable: Deferrable::No,
        match_type: None,
    };
    loop {
        if cursor.eat(&["on", "delete"]) {
            reference.on_delete = reference::action(cursor)?;
        } else if cursor.eat(&["on", "update"]) {
            reference.on_update = reference::action(cursor)?;
        } else if cursor.eat(&["on", "insert"]) {
            // SQLite parses it and ignores it.
            reference::action(cursor)?;
        } else if cursor.eat(&["match"]) {
            reference.match_type = Some(cursor.name("a kind of match")?.name.as_str().to_ascii_uppercase());
        } else {
            return Ok(reference);
        }
    }
}

/// `[NOT] DEFERRABLE [INITIALLY …]`
pub(super) fn deferrable(cursor: &mut Cursor<'_>) -> Result<Option<Deferrable>, Fault> {
    let not = cursor.eat(&["not", "deferrable"]);
    if !not && !cursor.eat(&["deferrable"]) {
        return Ok(None);
    }
    let mut when = Deferrable::InitiallyImmediate;
    if cursor.eat(&["initially"]) {
        match cursor.eat_one(&["deferred", "immediate"]) {
            Some("deferred") => when = Deferrable::InitiallyDeferred,
            Some(_) => {}
            None => return Err(cursor.expected("`DEFERRED` or `IMMEDIATE`")),
        }
    }
    Ok(Some(if not { Deferrable::No } else { when }))
}

pub(super) fn on_conflict(cursor: &mut Cursor<'_>) -> Result<Option<Conflict>, Fault> {
    if !cursor.eat(&["on", "conflict"]) {
        return Ok(None);
    }
    Ok(Some(match cursor.eat_one(&["rollback", "abort", "fail", "ignore", "replace"]) {
        Some("rollback") => Conflict::Rollback,
        Some("abort") => Conflict::Abort,
        Some("fail") => Conflict::Fail,
        Some("ignore") => Conflict::Ignore,
        Some(_) => Conflict::Replace,
        None => return Err(cursor.expected("`ROLLBACK`, `ABORT`, `FAIL`, `IGNORE` or `REPLACE`")),
    }))
}

pub(super) fn sort_order(cursor: &mut Cursor<'_>) -> SortOrder {
    match cursor.eat_one(&["asc", "desc"]) {
        Some("desc") => SortOrder::Descending,
        _ => SortOrder::Ascending,
    }
}
