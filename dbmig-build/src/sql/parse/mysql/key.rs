//! Keys, indexes and constraints of a table.

use super::word;
use crate::schema::{Check, Deferrable, IndexColumn, IndexKey, ReferentialAction, SortOrder};
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::parse::reference::action;
use crate::sql::syntax::mysql::{KeyKind, KeySyntax};
use crate::sql::syntax::{Ident, KeyColumn, Reference};

/// A kind of index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IndexKind {
    Plain,
    Unique,
    /// `FULLTEXT`, `SPATIAL`, `VECTOR`
    Method(&'static str),
}

/// Whether a key begins here rather than a column.
pub(super) fn begins(cursor: &Cursor<'_>) -> bool {
    let reserved = ["primary", "unique", "key", "index", "fulltext", "spatial", "constraint", "foreign", "check"];
    reserved.iter().any(|word| cursor.is(0, word))
        || cursor.are(&["period", "for"])
        || cursor.are(&["vector", "index"])
        || cursor.are(&["vector", "key"])
}

/// A key of a table; none for what MariaDB says of periods.
pub(super) fn key(cursor: &mut Cursor<'_>) -> Result<Option<KeySyntax>, Fault> {
    let start = cursor.position();
    if cursor.eat(&["period", "for"]) {
        cursor.name("the period's name")?;
        cursor.list(|cursor| cursor.name("a column's name"))?;
        return Ok(None);
    }
    let mut constraint = None;
    if cursor.eat(&["constraint"]) {
        cursor.eat(&["if", "not", "exists"]);
        let kinds = ["primary", "unique", "foreign", "check"];
        if !kinds.iter().any(|word| cursor.is(0, word)) {
            constraint = Some(cursor.name("the constraint's name")?);
        }
    }
    let mut key = kind(cursor)?;
    key.name = match key.kind {
        // The constraint's name goes before the index's.
        KeyKind::ForeignKey { .. } | KeyKind::Check(_) => constraint,
        _ => key.name.or(constraint),
    };
    key.span = cursor.since(start);
    Ok(Some(key))
}

fn kind(cursor: &mut Cursor<'_>) -> Result<KeySyntax, Fault> {
    if cursor.eat(&["primary", "key"]) {
        let using = using(cursor)?;
        // A primary key may be given a name, which the database forgets.
        if cursor.is_name(0) {
            cursor.step();
        }
        let mut key = index(cursor, IndexKind::Plain, using)?;
        if let KeyKind::Index { columns, .. } = key.kind {
            key.kind = KeyKind::PrimaryKey(columns);
        }
        return Ok(key);
    }
    if cursor.eat(&["foreign", "key"]) {
        let if_not_exists = cursor.eat(&["if", "not", "exists"]);
        let index = if cursor.is_name(0) { Some(cursor.name("the index's name")?.name) } else { None };
        let columns = cursor.list(column_name)?;
        let reference = reference(cursor)?;
        return Ok(made(KeyKind::ForeignKey { index, columns, reference }, cursor, if_not_exists));
    }
    if cursor.is(0, "check") {
        let check = check(cursor)?;
        return Ok(made(KeyKind::Check(check), cursor, false));
    }
    let kind = match cursor.eat_one(&["unique", "fulltext", "spatial", "vector"]) {
        Some("unique") => IndexKind::Unique,
        Some("fulltext") => IndexKind::Method("fulltext"),
        Some("vector") => IndexKind::Method("vector"),
        Some(_) => IndexKind::Method("spatial"),
        None => IndexKind::Plain,
    };
    if cursor.eat_one(&["key", "index"]).is_none() && kind == IndexKind::Plain {
        return Err(cursor.expected("`PRIMARY KEY`, `UNIQUE`, `KEY`, `FOREIGN KEY` or `CHECK`"));
    }
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let before = using(cursor)?;
    let name = if cursor.is_name(0) { Some(cursor.name("the index's name")?) } else { None };
    let behind = using(cursor)?;
    let mut key = index(cursor, kind, behind.or(before))?;
    key.name = name;
    key.if_not_exists = if_not_exists;
    Ok(key)
}

fn made(kind: KeyKind, cursor: &Cursor<'_>, if_not_exists: bool) -> KeySyntax {
    KeySyntax { name: None, span: cursor.here(), if_not_exists, kind }
}

/// `(key parts) options`: an index without its name.
pub(super) fn index(cursor: &mut Cursor<'_>, kind: IndexKind, using: Option<String>) -> Result<KeySyntax, Fault> {
    let columns = cursor.list(key_column)?;
    let mut using = using;
    while let Some(found) = index_option(cursor)? {
        using = found.or(using);
    }
    // InnoDB makes a B-tree whatever is said; only MEMORY has hashes.
    let method = match kind {
        IndexKind::Method(method) => Some(method.to_owned()),
        _ => using.filter(|method| method == "rtree"),
    };
    let kind = if kind == IndexKind::Unique { KeyKind::Unique(columns) } else { KeyKind::Index { columns, method } };
    Ok(made(kind, cursor, false))
}

/// `USING BTREE`, lower case
pub(super) fn using(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    if cursor.eat(&["using"]) || (cursor.is(0, "type") && !cursor.is(1, "(") && cursor.eat(&["type"])) {
        return word(cursor, "`BTREE` or `HASH`").map(Some);
    }
    Ok(None)
}

/// An option of an index: what it says of the method, if it is that one.
fn index_option(cursor: &mut Cursor<'_>) -> Result<Option<Option<String>>, Fault> {
    if let Some(method) = using(cursor)? {
        return Ok(Some(Some(method)));
    }
    if cursor.eat_one(&["visible", "invisible", "ignored", "clustering"]).is_some() || cursor.eat(&["not", "ignored"]) {
        return Ok(Some(None));
    }
    if cursor.eat(&["with", "parser"]) {
        cursor.step();
        return Ok(Some(None));
    }
    let options = ["key_block_size", "comment", "engine_attribute", "secondary_engine_attribute"];
    let own = cursor.kind(0) == Some(TokenKind::Word) && cursor.is(1, "=") && !cursor.is(0, "algorithm");
    if cursor.eat_one(&options).is_some()
        || (own && !cursor.is(0, "lock") && {
            cursor.step();
            true
        })
    {
        cursor.eat(&["="]);
        cursor.step();
        return Ok(Some(None));
    }
    Ok(None)
}

/// `column [(length)] [ASC|DESC]` or `(expression) [ASC|DESC]`
fn key_column(cursor: &mut Cursor<'_>) -> Result<KeyColumn, Fault> {
    let start = cursor.position();
    let mut column = if cursor.is(0, "(") {
        IndexColumn::new(IndexKey::Expression(cursor.parenthesized()?))
    } else {
        IndexColumn::column(cursor.name("a column's name")?.name)
    };
    if cursor.eat(&["("]) {
        column.length = Some(length(cursor)?);
        cursor.expect(")")?;
    }
    match cursor.eat_one(&["asc", "desc"]) {
        Some("desc") => column.order = SortOrder::Descending,
        _ => {
            // MariaDB's WITHOUT OVERLAPS
            cursor.eat(&["without", "overlaps"]);
        }
    }
    Ok(KeyColumn { column, span: cursor.since(start) })
}

/// A number within parentheses.
fn length(cursor: &mut Cursor<'_>) -> Result<u32, Fault> {
    match cursor.text(0).parse() {
        Ok(length) => {
            cursor.step();
            Ok(length)
        }
        Err(_) => Err(cursor.expected("a length")),
    }
}

/// A column of a foreign key; a length is allowed and means nothing.
fn column_name(cursor: &mut Cursor<'_>) -> Result<Ident, Fault> {
    let name = cursor.name("a column's name")?;
    if cursor.eat(&["("]) {
        length(cursor)?;
        cursor.expect(")")?;
    }
    cursor.eat_one(&["asc", "desc"]);
    Ok(name)
}

/// `CHECK (…) [[NOT] ENFORCED]`
pub(super) fn check(cursor: &mut Cursor<'_>) -> Result<Check, Fault> {
    cursor.expect("check")?;
    let mut check = Check::new(cursor.parenthesized()?);
    check.not_enforced = cursor.eat(&["not", "enforced"]);
    cursor.eat(&["enforced"]);
    Ok(check)
}

/// `REFERENCES table (columns) …`. RESTRICT and NO ACTION are one: an error at once.
pub(super) fn reference(cursor: &mut Cursor<'_>) -> Result<Reference, Fault> {
    cursor.expect("references")?;
    let table = cursor.object("the table's name")?;
    let columns = if cursor.is(0, "(") { cursor.list(column_name)? } else { Vec::new() };
    let action = ReferentialAction::NoAction;
    let mut reference = Reference {
        table,
        columns,
        on_delete: action,
        on_update: action,
        deferrable: Deferrable::No,
        match_type: None,
    };
    loop {
        if cursor.eat(&["on", "delete"]) {
            reference.on_delete = referential_action(cursor)?;
        } else if cursor.eat(&["on", "update"]) {
            reference.on_update = referential_action(cursor)?;
        } else if cursor.eat(&["match"]) {
            // It is parsed and ignored.
            cursor.step();
        } else {
            return Ok(reference);
        }
    }
}

/// `RESTRICT` is what `NO ACTION` is, since nothing is checked later.
fn referential_action(cursor: &mut Cursor<'_>) -> Result<ReferentialAction, Fault> {
    let action = action(cursor)?;
    Ok(if action == ReferentialAction::Restrict { ReferentialAction::NoAction } else { action })
}
