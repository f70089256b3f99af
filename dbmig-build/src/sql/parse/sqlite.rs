//! SQLite's statements. Source: <https://sqlite.org/lang.html>.

mod alter_table;
mod column;
mod constraint;
mod create_table;

use super::cursor::{Cursor, Fault};
use crate::schema::{IndexColumn, IndexKey, SortOrder};
use crate::source::Span;
use crate::sql::lex::{TokenKind, unquote};
use crate::sql::sqlite;
use crate::sql::syntax::{
    CreateIndex, CreateTrigger, CreateView, CreateVirtualTable, Drop, KeyColumn, ObjectKind, Syntax,
};

pub(super) use column::column_type;
pub(super) use create_table::select;

pub(super) fn statement(cursor: &mut Cursor<'_>) -> Result<Syntax, Fault> {
    match cursor.eat_one(&["create", "alter", "drop", "pragma", "insert", "replace", "update", "delete", "with"]) {
        Some("create") => create(cursor),
        Some("alter") => alter_table::alter_table(cursor),
        Some("drop") => drop(cursor),
        Some("pragma") => Ok(pragma(cursor)),
        Some(_) => match writes_catalog(cursor) {
            Some(place) => Err(("this statement writes to SQLite's own schema table".to_owned(), place)),
            None => Ok(Syntax::Opaque),
        },
        None if cursor.kind(0) == Some(TokenKind::Word)
            && sqlite::begins_statement(&cursor.text(0).to_ascii_lowercase()) =>
        {
            Ok(Syntax::Opaque)
        }
        None => Err(cursor.expected("a statement")),
    }
}

fn create(cursor: &mut Cursor<'_>) -> Result<Syntax, Fault> {
    let temporary = cursor.eat_one(&["temp", "temporary"]).is_some();
    match cursor.eat_one(&["table", "view", "trigger"]) {
        Some("table") => return create_table::create_table(cursor, temporary),
        Some("view") => return create_view(cursor, temporary),
        Some(_) => return create_trigger(cursor, temporary),
        None => {}
    }
    if temporary {
        return Err(cursor.expected("`TABLE`, `VIEW` or `TRIGGER`"));
    }
    if cursor.eat(&["virtual", "table"]) {
        return create_virtual_table(cursor);
    }
    let unique = cursor.eat(&["unique"]);
    if cursor.eat(&["index"]) {
        return create_index(cursor, unique);
    }
    Err(cursor.expected(if unique { "`INDEX`" } else { "`TABLE`, `INDEX`, `VIEW`, `TRIGGER` or `VIRTUAL TABLE`" }))
}

fn drop(cursor: &mut Cursor<'_>) -> Result<Syntax, Fault> {
    let kind = match cursor.eat_one(&["table", "index", "view", "trigger"]) {
        Some("table") => ObjectKind::Table,
        Some("index") => ObjectKind::Index,
        Some("view") => ObjectKind::View,
        Some(_) => ObjectKind::Trigger,
        None => return Err(cursor.expected("`TABLE`, `INDEX`, `VIEW` or `TRIGGER`")),
    };
    let if_exists = cursor.eat(&["if", "exists"]);
    let name = cursor.subject(&format!("the {}'s name", kind.noun()))?;
    cursor.end()?;
    Ok(Syntax::Drop(Drop { kind, name, if_exists }))
}

/// `PRAGMA [schema.]name = value` or `name(value)`; others don't set anything.
fn pragma(cursor: &mut Cursor<'_>) -> Syntax {
    if cursor.is(1, ".") {
        cursor.step();
        cursor.step();
    }
    let name = unquote(cursor.text(0)).to_ascii_lowercase();
    let value = unquote(cursor.text(2)).to_ascii_lowercase();
    if cursor.is(1, "=") || cursor.is(1, "(") { Syntax::Setting { name, value } } else { Syntax::Opaque }
}

/// The place where INSERT, UPDATE or DELETE names SQLite's schema table; the verb has been read.
fn writes_catalog(cursor: &Cursor<'_>) -> Option<Span> {
    let mut ahead = 0;
    if cursor.is(ahead, "or") {
        ahead += 2;
    }
    if cursor.is(ahead, "into") || cursor.is(ahead, "from") {
        ahead += 1;
    }
    if cursor.is(ahead + 1, ".") {
        ahead += 2;
    }
    let catalog = ["sqlite_master", "sqlite_schema"];
    let found = catalog.contains(&unquote(cursor.text(ahead)).to_ascii_lowercase().as_str());
    found.then(|| cursor.place(ahead)).flatten()
}

fn create_virtual_table(cursor: &mut Cursor<'_>) -> Result<Syntax, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.subject("the table's name")?;
    cursor.expect("using")?;
    let using = cursor.text_from(cursor.position()).to_owned();
    let module = cursor.name("the module's name")?.name.key().to_owned();
    let mut arguments = Vec::new();
    if cursor.eat(&["("]) {
        loop {
            let start = cursor.position();
            for _ in 0..cursor.until(|cursor, ahead| cursor.is(ahead, ",")) {
                cursor.step();
            }
            if cursor.position() > start {
                arguments.push(cursor.since(start).text().to_owned());
            }
            if !cursor.eat(&[","]) {
                break;
            }
        }
        cursor.expect(")")?;
    }
    cursor.end()?;
    Ok(Syntax::CreateVirtualTable(CreateVirtualTable { name, if_not_exists, using, module, arguments }))
}

fn create_index(cursor: &mut Cursor<'_>, unique: bool) -> Result<Syntax, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.subject("the index's name")?;
    cursor.expect("on")?;
    let table = cursor.name("the table's name")?;
    let columns = cursor.list(key_column)?;
    let predicate = if cursor.eat(&["where"]) {
        let length = cursor.until(|_, _| false);
        Some(cursor.expression(length)?)
    } else {
        None
    };
    cursor.end()?;
    Ok(Syntax::CreateIndex(Box::new(CreateIndex { name, if_not_exists, unique, table, columns, predicate })))
}

/// `expression [COLLATE name] [ASC|DESC] [NULLS FIRST|LAST]`
fn key_column(cursor: &mut Cursor<'_>) -> Result<KeyColumn, Fault> {
    let start = cursor.position();
    let mut length = cursor.until(|cursor, ahead| cursor.is(ahead, ",") || cursor.is(ahead, "autoincrement"));
    let ends_with = |length: usize, word: &str| length > 1 && cursor.is(length - 1, word);
    let mut behind = 0;
    if length > 2 && cursor.is(length - 2, "nulls") && (cursor.is(length - 1, "first") || cursor.is(length - 1, "last"))
    {
        // SQLite parses it and refuses it.
        return Err((
            format!("unsupported use of `NULLS {}`", cursor.text(length - 1).to_uppercase()),
            cursor.place(length - 2).unwrap_or_else(|| cursor.here()),
        ));
    }
    let order = if ends_with(length, "desc") { SortOrder::Descending } else { SortOrder::Ascending };
    if ends_with(length, "desc") || ends_with(length, "asc") {
        length -= 1;
        behind += 1;
    }
    let has_collation = length > 2 && cursor.is(length - 2, "collate");
    let expression = cursor.expression(if has_collation { length - 2 } else { length })?;
    let collation = if has_collation {
        cursor.step();
        Some(cursor.name("the collation's name")?.name)
    } else {
        None
    };
    for _ in 0..behind {
        cursor.step();
    }
    let key = match expression.tokens() {
        [only] if only.name.is_some() => only.name.clone().map(IndexKey::Column),
        // A string stands for a column where one is needed.
        [only] if only.text.starts_with('\'') => {
            Some(IndexKey::Column(crate::schema::Name::new(&unquote(&only.text), cursor.backend)))
        }
        _ => None,
    };
    let key = key.unwrap_or(IndexKey::Expression(expression));
    Ok(KeyColumn { column: IndexColumn { collation, order, ..IndexColumn::new(key) }, span: cursor.since(start) })
}

fn create_view(cursor: &mut Cursor<'_>, temporary: bool) -> Result<Syntax, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.subject("the view's name")?;
    let sql = format!("CREATE VIEW {}", cursor.text_from(cursor.position() - 1));
    if cursor.is(0, "(") {
        cursor.list(|cursor| cursor.name("a column's name"))?;
    }
    cursor.expect("as")?;
    if !["select", "values", "with"].iter().any(|word| cursor.is(0, word)) {
        return Err(cursor.expected("a query"));
    }
    Ok(Syntax::CreateView(CreateView { name, if_not_exists, temporary, sql }))
}

fn create_trigger(cursor: &mut Cursor<'_>, temporary: bool) -> Result<Syntax, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.subject("the trigger's name")?;
    let sql = format!("CREATE TRIGGER {}", cursor.text_from(cursor.position() - 1));
    if !cursor.eat(&["instead", "of"]) {
        cursor.eat_one(&["before", "after"]);
    }
    if cursor.eat(&["update", "of"]) {
        cursor.name("a column's name")?;
        while cursor.eat(&[","]) {
            cursor.name("a column's name")?;
        }
    } else if cursor.eat_one(&["insert", "update", "delete"]).is_none() {
        return Err(cursor.expected("`INSERT`, `UPDATE` or `DELETE`"));
    }
    cursor.expect("on")?;
    let table = cursor.object("the table's name")?;
    // The rest is opaque, but a trigger without a body is none.
    let length = cursor.until(|cursor, ahead| cursor.is(ahead, "begin") && !cursor.is(ahead + 1, ";"));
    for _ in 0..length {
        cursor.step();
    }
    cursor.expect("begin")?;
    Ok(Syntax::CreateTrigger(CreateTrigger { name, if_not_exists, temporary, table, sql }))
}
