//! Views, schemas, triggers, extensions, comments, and DROP.

use super::query::query;
use super::settings::parameters;
use super::{cascade, sequence, statement};
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::postgres::{
    Comment, CommentTarget, CreateExtension, CreateSchema, CreateTrigger, CreateView, Drop, DropKind, DropTrigger,
    Persistence, RelationKind, RenameTrigger, Statement,
};
use crate::sql::syntax::{ObjectIdent, Syntax};

/// What stands before VIEW.
#[derive(Clone, Copy)]
pub(super) struct ViewWords {
    pub(super) or_replace: bool,
    pub(super) persistence: Persistence,
    pub(super) recursive: bool,
    pub(super) materialized: bool,
}

/// `[IF NOT EXISTS] name [(columns)] … AS query`; VIEW has been read.
pub(super) fn create_view(cursor: &mut Cursor<'_>, words: ViewWords) -> Result<Statement, Fault> {
    let ViewWords { or_replace, persistence, recursive, materialized } = words;
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let kind = match (recursive, materialized) {
        (true, _) => "RECURSIVE VIEW",
        (_, true) => "MATERIALIZED VIEW",
        _ => "VIEW",
    };
    let sql = format!("CREATE {kind} {}", cursor.text_from(cursor.position()));
    let name = cursor.subject("the view's name")?;
    let columns = if cursor.is(0, "(") { super::constraint::columns(cursor)? } else { Vec::new() };
    if cursor.eat(&["using"]) {
        cursor.name("an access method")?;
    }
    if cursor.eat(&["with"]) {
        parameters(cursor)?;
    }
    if cursor.eat(&["tablespace"]) {
        cursor.name("the tablespace's name")?;
    }
    cursor.expect("as")?;
    let query = query(cursor)?;
    cursor.end()?;
    Ok(Statement::CreateView(CreateView {
        name,
        or_replace,
        if_not_exists,
        persistence,
        materialized,
        columns,
        query,
        sql,
    }))
}

/// `[IF NOT EXISTS] [name] [AUTHORIZATION role] element …`; CREATE SCHEMA has been read.
pub(super) fn create_schema(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let named = if cursor.is(0, "authorization") { None } else { Some(cursor.name("the schema's name")?) };
    let name = if cursor.eat(&["authorization"]) {
        let role = cursor.label("a role")?;
        named.unwrap_or(role)
    } else {
        named.ok_or_else(|| cursor.expected("the schema's name"))?
    };
    let mut elements = Vec::new();
    while !cursor.is_done() {
        let start = cursor.position();
        if cursor.eat_one(&["create", "grant"]).is_none() {
            return Err(cursor.expected("`CREATE` or the end of the statement"));
        }
        let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, &["create", "grant"])) + 1;
        cursor.back_to(start);
        let mut part = cursor.part(length);
        if let Syntax::Postgres(element) = statement(&mut part)? {
            elements.push(*element);
        }
        cursor.skip(length);
    }
    Ok(Statement::CreateSchema(CreateSchema { name, if_not_exists, elements }))
}

/// `name BEFORE … ON table … EXECUTE FUNCTION f()`; TRIGGER has been read.
pub(super) fn create_trigger(cursor: &mut Cursor<'_>, or_replace: bool, constraint: bool) -> Result<Statement, Fault> {
    let kind = if constraint { "CONSTRAINT TRIGGER" } else { "TRIGGER" };
    let sql = format!("CREATE {kind} {}", cursor.text_from(cursor.position()));
    let name = cursor.name("the trigger's name")?;
    cursor.about = Some(name.name.clone());
    let events = cursor.until(|cursor, ahead| cursor.is(ahead, "on"));
    cursor.skip(events);
    cursor.expect("on")?;
    let table = cursor.object("the table's name")?;
    let clauses = cursor.until(|cursor, ahead| cursor.is(ahead, "execute"));
    cursor.skip(clauses);
    cursor.expect("execute")?;
    if cursor.eat_one(&["function", "procedure"]).is_none() {
        return Err(cursor.expected("`FUNCTION` or `PROCEDURE`"));
    }
    let function = cursor.object("the function's name")?;
    super::constraint::skip_group(cursor)?;
    cursor.end()?;
    Ok(Statement::CreateTrigger(CreateTrigger { name, or_replace, table, function, sql }))
}

/// `name ON table RENAME TO to`; ALTER TRIGGER has been read.
pub(super) fn alter_trigger(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    let from = cursor.name("the trigger's name")?;
    cursor.expect("on")?;
    let table = cursor.object("the table's name")?;
    if !cursor.eat(&["rename", "to"]) {
        return Ok(None);
    }
    let to = cursor.name("the new name")?;
    cursor.end()?;
    Ok(Some(Statement::RenameTrigger(RenameTrigger { table, from, to })))
}

/// `[IF NOT EXISTS] name [WITH] [SCHEMA s] [VERSION v] [CASCADE]`; CREATE EXTENSION has been read.
pub(super) fn create_extension(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.name("the extension's name")?;
    cursor.eat(&["with"]);
    let mut schema = None;
    loop {
        if cursor.eat(&["schema"]) {
            schema = Some(cursor.name("the schema's name")?);
        } else if cursor.eat_one(&["version", "from"]).is_some() {
            cursor.step();
        } else if !cursor.eat(&["cascade"]) {
            break;
        }
    }
    cursor.end()?;
    Ok(Statement::CreateExtension(CreateExtension { name, if_not_exists, schema }))
}

/// `ON target IS text`; COMMENT has been read.
pub(super) fn comment(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    const RELATIONS: &[(&[&str], RelationKind)] = &[
        (&["table"], RelationKind::Table),
        (&["foreign", "table"], RelationKind::Table),
        (&["view"], RelationKind::View),
        (&["materialized", "view"], RelationKind::MaterializedView),
        (&["index"], RelationKind::Index),
        (&["sequence"], RelationKind::Sequence),
    ];
    cursor.expect("on")?;
    let relation = RELATIONS.iter().find(|(words, _)| cursor.eat(words)).map(|(_, kind)| *kind);
    let target = if let Some(kind) = relation {
        CommentTarget::Relation(kind, cursor.subject("its name")?)
    } else if cursor.eat(&["column"]) {
        let (table, column) = sequence::owner(cursor)?;
        cursor.about = Some(table.name.clone());
        CommentTarget::Column(table, column)
    } else if cursor.eat_one(&["type", "domain"]).is_some() {
        CommentTarget::Type(cursor.subject("its name")?)
    } else {
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, "is"));
        cursor.skip(length);
        CommentTarget::Other
    };
    cursor.expect("is")?;
    let text = if cursor.eat(&["null"]) { None } else { Some(cursor.string("a text in single quotes, or `NULL`")?) };
    cursor.end()?;
    Ok(Statement::Comment(Comment { target, text: text.filter(|text| !text.is_empty()) }))
}

/// `[CONCURRENTLY] [IF EXISTS] name, … [CASCADE|RESTRICT]`; the kind has been read.
pub(super) fn drop(cursor: &mut Cursor<'_>, kind: DropKind) -> Result<Statement, Fault> {
    if kind == DropKind::Index {
        cursor.eat(&["concurrently"]);
    }
    let if_exists = cursor.eat(&["if", "exists"]);
    let what = format!("the {}'s name", kind.noun());
    let mut names: Vec<ObjectIdent> = Vec::new();
    loop {
        names.push(match kind {
            DropKind::Type | DropKind::Domain => type_name(cursor, &what)?,
            _ => cursor.subject(&what)?,
        });
        if !cursor.eat(&[","]) {
            break;
        }
    }
    // One that can't be read to its end says nothing about what it drops, if it drops several.
    if names.len() > 1 {
        cursor.about = None;
    }
    let cascade = cascade(cursor);
    cursor.end()?;
    Ok(Statement::Drop(Drop { kind, names, if_exists, cascade }))
}

fn type_name(cursor: &mut Cursor<'_>, what: &str) -> Result<ObjectIdent, Fault> {
    // A type may have the name of a function.
    if cursor.kind(0) == Some(TokenKind::Word) && !cursor.is_name(0) {
        let label = cursor.label(what)?;
        return Ok(ObjectIdent { schema: None, name: label.name, span: label.span });
    }
    cursor.subject(what)
}

/// `[IF EXISTS] name ON table`; DROP TRIGGER has been read.
pub(super) fn drop_trigger(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let if_exists = cursor.eat(&["if", "exists"]);
    let name = cursor.name("the trigger's name")?;
    cursor.about = Some(name.name.clone());
    cursor.expect("on")?;
    let table = cursor.object("the table's name")?;
    cascade(cursor);
    cursor.end()?;
    Ok(Statement::DropTrigger(DropTrigger { name, table, if_exists }))
}
