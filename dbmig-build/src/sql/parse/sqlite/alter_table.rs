//! `ALTER TABLE`. Source: <https://sqlite.org/lang_altertable.html>.

use super::column::column;
use super::constraint::on_conflict;
use crate::schema::Check;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::{AlterAction, AlterTable, Syntax};

/// The words behind `ALTER`. SQLite takes one action for each statement.
pub(super) fn alter_table(cursor: &mut Cursor<'_>) -> Result<Syntax, Fault> {
    cursor.expect("table")?;
    let table = cursor.subject("the table's name")?;
    let action = match cursor.eat_one(&["rename", "add", "drop", "alter"]) {
        Some("rename") => rename(cursor)?,
        Some("add") => add(cursor)?,
        Some("drop") => drop(cursor)?,
        Some(_) => alter(cursor)?,
        None => return Err(cursor.expected("`RENAME`, `ADD`, `DROP` or `ALTER`")),
    };
    cursor.end()?;
    Ok(Syntax::AlterTable(AlterTable { table, actions: vec![action] }))
}

fn rename(cursor: &mut Cursor<'_>) -> Result<AlterAction, Fault> {
    if cursor.eat(&["to"]) {
        return Ok(AlterAction::RenameTo(cursor.name("the table's new name")?));
    }
    cursor.eat(&["column"]);
    let from = cursor.name("`TO` or a column's name")?;
    cursor.expect("to")?;
    Ok(AlterAction::RenameColumn { from, to: cursor.name("the column's new name")? })
}

fn add(cursor: &mut Cursor<'_>) -> Result<AlterAction, Fault> {
    let start = cursor.position();
    if cursor.is(0, "constraint") || cursor.is(0, "check") {
        let name = if cursor.eat(&["constraint"]) { Some(cursor.name("the constraint's name")?.name) } else { None };
        cursor.expect("check")?;
        let expression = cursor.parenthesized()?;
        let check = Check { name, on_conflict: on_conflict(cursor)?, ..Check::new(expression) };
        return Ok(AlterAction::AddCheck(Box::new(check), cursor.since(start)));
    }
    cursor.eat(&["column"]);
    Ok(AlterAction::AddColumn(Box::new(column(cursor)?)))
}

fn drop(cursor: &mut Cursor<'_>) -> Result<AlterAction, Fault> {
    if cursor.eat(&["constraint"]) {
        return Ok(AlterAction::DropConstraint(cursor.name("the constraint's name")?));
    }
    cursor.eat(&["column"]);
    Ok(AlterAction::DropColumn(cursor.name("a column's name")?))
}

fn alter(cursor: &mut Cursor<'_>) -> Result<AlterAction, Fault> {
    cursor.eat(&["column"]);
    let column = cursor.name("a column's name")?;
    if cursor.eat(&["set", "not", "null"]) {
        return Ok(AlterAction::SetNotNull(column, on_conflict(cursor)?));
    }
    if cursor.eat(&["drop", "not", "null"]) {
        return Ok(AlterAction::DropNotNull(column));
    }
    Err(cursor.expected("`SET NOT NULL` or `DROP NOT NULL`"))
}
