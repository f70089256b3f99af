//! `CREATE TABLE`. Source: <https://sqlite.org/lang_createtable.html>.

use super::column::column;
use super::constraint::{begins, constraint};
use crate::schema::TableOptions;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::{CreateTable, Ident, SelectItem, SelectSyntax, Syntax, TableBody};

pub(super) fn create_table(cursor: &mut Cursor<'_>, temporary: bool) -> Result<Syntax, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.subject("the table's name")?;
    let body = if cursor.eat(&["as"]) { TableBody::Select(select(cursor)?) } else { definition(cursor)? };
    Ok(Syntax::CreateTable(Box::new(CreateTable { name, if_not_exists, temporary, body })))
}

fn definition(cursor: &mut Cursor<'_>) -> Result<TableBody, Fault> {
    if !cursor.eat(&["("]) {
        return Err(cursor.expected("`(` or `AS`"));
    }
    let mut columns = vec![column(cursor)?];
    let mut constraints = Vec::new();
    loop {
        let comma = cursor.eat(&[","]);
        if begins(cursor) && (comma || !constraints.is_empty()) {
            // The comma between two constraints may be missing.
            constraints.extend(constraint(cursor)?);
        } else if comma && constraints.is_empty() {
            columns.push(column(cursor)?);
        } else if comma {
            return Err(cursor.expected("a constraint"));
        } else if cursor.eat(&[")"]) {
            break;
        } else {
            return Err(cursor.expected("`,` or `)`"));
        }
    }
    let options = options(cursor)?;
    cursor.end()?;
    Ok(TableBody::Definition { columns, constraints, options })
}

fn options(cursor: &mut Cursor<'_>) -> Result<TableOptions, Fault> {
    let mut options = TableOptions::default();
    while !cursor.is_done() {
        if cursor.eat(&["without", "rowid"]) {
            options.without_rowid = true;
        } else if cursor.eat(&["strict"]) {
            options.strict = true;
        } else {
            return Err(cursor.expected("`WITHOUT ROWID`, `STRICT` or the end of the statement"));
        }
        if !cursor.eat(&[","]) {
            break;
        }
    }
    Ok(options)
}

/// The query of a `CREATE TABLE AS`: read as far as its columns are plain ones of one table.
pub(in crate::sql::parse) fn select(cursor: &mut Cursor<'_>) -> Result<SelectSyntax, Fault> {
    if !["select", "values", "with"].iter().any(|word| cursor.is(0, word)) {
        return Err(cursor.expected("a query"));
    }
    let start = cursor.position();
    if let Some(plain) = plain_select(cursor) {
        return Ok(plain);
    }
    while !cursor.is_done() {
        cursor.step();
    }
    Ok(SelectSyntax::Other(cursor.since(start)))
}

fn plain_select(cursor: &mut Cursor<'_>) -> Option<SelectSyntax> {
    if !cursor.eat(&["select"]) {
        return None;
    }
    cursor.eat_one(&["distinct", "all"]);
    let mut items = vec![select_item(cursor)?];
    while cursor.eat(&[","]) {
        items.push(select_item(cursor)?);
    }
    if !cursor.eat(&["from"]) {
        return None;
    }
    let table = cursor.object("a table").ok()?;
    if cursor.eat(&["as"]) || cursor.is_name(0) && !cursor.is(0, "limit") {
        cursor.name("an alias").ok()?;
    }
    // Anything may filter and sort the rows; a second table or a second query may add columns.
    let plain = cursor.is_done() || ["where", "group", "order", "limit"].iter().any(|word| cursor.is(0, word));
    let compound = cursor.until(|cursor, ahead| {
        ["union", "intersect", "except"].iter().any(|word| cursor.is(ahead, word)) && !cursor.is(ahead, "(")
    });
    for _ in 0..compound {
        cursor.step();
    }
    (plain && cursor.is_done()).then_some(SelectSyntax::Columns { items, table })
}

fn select_item(cursor: &mut Cursor<'_>) -> Option<SelectItem> {
    if cursor.is(1, ".") {
        cursor.name("a table").ok()?;
        cursor.step();
    }
    if cursor.eat(&["*"]) {
        return Some(SelectItem::All);
    }
    let column: Ident = cursor.name("a column").ok()?;
    // A string is a value here.
    if column.span.text().starts_with('\'') {
        return None;
    }
    let renamed = cursor.eat(&["as"]) || cursor.is_name(0);
    let name = if renamed { cursor.name("an alias").ok()?.name } else { column.name.clone() };
    (cursor.is(0, ",") || cursor.is(0, "from")).then_some(SelectItem::Column { column, name })
}
