//! `CREATE TABLE`. Source: <https://dev.mysql.com/doc/refman/8.4/en/create-table.html>.

use super::super::sqlite;
use super::column::column;
use super::{key, options};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::SelectSyntax;
use crate::sql::syntax::mysql::{ColumnSyntax, CreateTable, KeySyntax, Statement, TableBody};

pub(super) fn create_table(cursor: &mut Cursor<'_>, or_replace: bool, temporary: bool) -> Result<Statement, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.subject("the table's name")?;
    let body = body(cursor)?;
    Ok(Statement::CreateTable(CreateTable { name, or_replace, if_not_exists, temporary, body }))
}

fn body(cursor: &mut Cursor<'_>) -> Result<TableBody, Fault> {
    let in_parentheses = cursor.are(&["(", "like"]);
    if in_parentheses || cursor.is(0, "like") {
        cursor.eat(&["("]);
        cursor.expect("like")?;
        let other = cursor.object("the table's name")?;
        if in_parentheses {
            cursor.expect(")")?;
        }
        cursor.end()?;
        return Ok(TableBody::Like(other));
    }
    let (mut columns, mut keys) = (Vec::new(), Vec::new());
    if cursor.is(0, "(") && !cursor.is(1, "select") && !cursor.is(1, "with") {
        elements(cursor, &mut columns, &mut keys)?;
    }
    let options = Box::new(options::options(cursor)?);
    let select = select(cursor)?;
    cursor.end()?;
    if columns.is_empty() && select.is_none() {
        return Err(cursor.expected("`(`, `LIKE` or a query"));
    }
    Ok(TableBody::Definition { columns, keys, options, select })
}

/// `(column, column, KEY …)`
pub(super) fn elements(
    cursor: &mut Cursor<'_>,
    columns: &mut Vec<ColumnSyntax>,
    keys: &mut Vec<KeySyntax>,
) -> Result<(), Fault> {
    cursor.expect("(")?;
    loop {
        if key::begins(cursor) {
            keys.extend(key::key(cursor)?);
        } else {
            columns.push(column(cursor)?);
        }
        if !cursor.eat(&[","]) {
            break;
        }
    }
    if cursor.eat(&[")"]) { Ok(()) } else { Err(cursor.expected("`,` or `)`")) }
}

fn select(cursor: &mut Cursor<'_>) -> Result<Option<SelectSyntax>, Fault> {
    cursor.eat_one(&["ignore", "replace"]);
    if !cursor.eat(&["as"]) && cursor.is_done() {
        return Ok(None);
    }
    let start = cursor.position();
    if !cursor.is(0, "(") {
        return sqlite::select(cursor).map(Some);
    }
    while !cursor.is_done() {
        cursor.step();
    }
    Ok(Some(SelectSyntax::Other(cursor.since(start))))
}
