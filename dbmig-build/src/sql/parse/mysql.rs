//! MySQL's and MariaDB's statements. Sources: <https://dev.mysql.com/doc/refman/8.4/en/sql-data-definition-statements.html>,
//! <https://mariadb.com/kb/en/data-definition/>.

mod alter_table;
mod column;
mod column_type;
mod create_table;
mod default;
mod key;
mod options;
mod program;
mod steps;
mod value;

use super::cursor::{Cursor, Fault};
use crate::schema::{ColumnType, Expression, Name};
use crate::sql::expression::expression;
use crate::sql::lex::TokenKind;
use crate::sql::mysql;
use crate::sql::syntax::Syntax;
use crate::sql::syntax::mysql::{Action, AlterTable, Existing, IfExists, Statement};
use key::IndexKind;

pub(super) use column_type::column_type;

pub(super) fn statement(cursor: &mut Cursor<'_>) -> Result<Syntax, Fault> {
    let start = cursor.position();
    let word = cursor.text(0).to_ascii_lowercase();
    let is_word = cursor.kind(0) == Some(TokenKind::Word);
    if !is_word && !cursor.is(0, "(") {
        return Err(cursor.expected("a statement"));
    }
    cursor.step();
    let found = match word.as_str() {
        "create" => create(cursor)?,
        "alter" => alter(cursor)?,
        "drop" => drop(cursor)?,
        "rename" if cursor.eat_one(&["table", "tables"]).is_some() => Some(rename_tables(cursor)?),
        "use" => Some(Statement::Use(cursor.name("the database's name")?)),
        "call" | "set" | "select" | "prepare" | "execute" => program::dynamic(cursor, &word)?,
        // MariaDB has these outside of stored programs.
        "begin" if !cursor.are(&["not", "atomic"]) => None,
        "begin" | "if" | "case" | "loop" | "while" | "repeat" => {
            Some(Statement::Program(program::effect(cursor, start))).filter(|_| program::may_alter(cursor, start))
        }
        _ => None,
    };
    Ok(found.map_or(Syntax::Opaque, |statement| Syntax::Mysql(Box::new(statement))))
}

fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    let or_replace = cursor.eat(&["or", "replace"]);
    let temporary = cursor.eat(&["temporary"]);
    if cursor.eat(&["table"]) {
        return create_table::create_table(cursor, or_replace, temporary).map(Some);
    }
    program::skip_definer(cursor);
    let what = ["database", "schema", "user", "role", "server", "sequence", "tablespace", "undo", "logfile"];
    let others = ["resource", "spatial", "package", "library"];
    if what.iter().any(|word| cursor.is(0, word)) {
        return Ok(None);
    }
    if others.iter().any(|word| cursor.is(0, word)) && !cursor.are(&["spatial", "index"]) {
        return Ok(None);
    }
    cursor.eat(&["aggregate"]);
    match cursor.eat_one(&["view", "trigger", "procedure", "function", "event"]) {
        Some("view") => {
            let existing = if or_replace { Existing::Replaced } else { Existing::Refused };
            return program::create_view(cursor, existing).map(Some);
        }
        Some("trigger") => return program::create_trigger(cursor, or_replace).map(Some),
        Some("event") => return Ok(None),
        Some(_) => return program::create_routine(cursor).map(Some),
        None => {}
    }
    let kind = index_kind(cursor);
    // MariaDB's ONLINE and OFFLINE say how.
    cursor.eat_one(&["online", "offline"]);
    if !cursor.eat(&["index"]) {
        let all = "`TABLE`, `INDEX`, `VIEW`, `TRIGGER`, `PROCEDURE`, `FUNCTION`, `EVENT` or `DATABASE`";
        return Err(cursor.expected(all));
    }
    create_index(cursor, kind).map(Some)
}

fn index_kind(cursor: &mut Cursor<'_>) -> IndexKind {
    match cursor.eat_one(&["unique", "fulltext", "spatial"]) {
        Some("unique") => IndexKind::Unique,
        Some("fulltext") => IndexKind::Method("fulltext"),
        Some(_) => IndexKind::Method("spatial"),
        None => IndexKind::Plain,
    }
}

/// `CREATE [UNIQUE] INDEX [IF NOT EXISTS] name [USING …] ON table (…) …`: behind the INDEX.
fn create_index(cursor: &mut Cursor<'_>, kind: IndexKind) -> Result<Statement, Fault> {
    let start = cursor.position();
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.name("the index's name")?;
    let using = key::using(cursor)?;
    cursor.expect("on")?;
    let table = cursor.subject("the table's name")?;
    let mut key = key::index(cursor, kind, using)?;
    // `ALGORITHM = …` and `LOCK = …`
    while cursor.eat_one(&["algorithm", "lock", "wait"]).is_some() {
        cursor.eat(&["="]);
        cursor.step();
    }
    cursor.eat(&["nowait"]);
    cursor.end()?;
    key.name = Some(name);
    key.span = cursor.since(start);
    key.if_not_exists = if_not_exists;
    Ok(Statement::AlterTable(AlterTable { table, if_exists: false, actions: vec![Ok(Action::AddKey(Box::new(key)))] }))
}

fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    cursor.eat_one(&["online", "offline"]);
    cursor.eat(&["ignore"]);
    if cursor.eat(&["table"]) {
        return alter_table::alter_table(cursor).map(Some);
    }
    program::skip_definer(cursor);
    if cursor.eat(&["view"]) {
        return program::create_view(cursor, Existing::Altered).map(Some);
    }
    Ok(None)
}

fn drop(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    cursor.eat(&["temporary"]);
    let kind = cursor.eat_one(&["table", "tables", "view", "trigger", "index", "database", "schema"]);
    let Some(kind) = kind else { return Ok(None) };
    let if_exists = cursor.eat(&["if", "exists"]);
    Ok(Some(match kind {
        "table" | "tables" => Statement::DropTables { names: dropped(cursor, "the table's name")?, if_exists },
        "view" => Statement::DropViews { names: dropped(cursor, "the view's name")?, if_exists },
        "trigger" => {
            let name = cursor.subject("the trigger's name")?;
            cursor.end()?;
            Statement::DropTrigger { name, if_exists }
        }
        "index" => {
            let name = cursor.name("the index's name")?;
            cursor.expect("on")?;
            let table = cursor.subject("the table's name")?;
            let if_exists = if if_exists { IfExists::Yes } else { IfExists::No };
            let is_key = name.name.key() == "primary";
            let action = if is_key { Action::DropPrimaryKey(name.span) } else { Action::DropKey(name, if_exists) };
            Statement::AlterTable(AlterTable { table, if_exists: false, actions: vec![Ok(action)] })
        }
        _ => Statement::DropDatabase(cursor.name("the database's name")?.name),
    }))
}

/// `a, b [RESTRICT|CASCADE]`
fn dropped(cursor: &mut Cursor<'_>, what: &str) -> Result<Vec<crate::sql::syntax::ObjectIdent>, Fault> {
    let mut names = vec![cursor.subject(what)?];
    while cursor.eat(&[","]) {
        names.push(cursor.object(what)?);
    }
    if cursor.eat_one(&["wait"]).is_some() {
        cursor.step();
    }
    cursor.eat_one(&["nowait"]);
    cursor.eat_one(&["restrict", "cascade"]);
    cursor.end()?;
    Ok(names)
}

fn rename_tables(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    cursor.eat(&["if", "exists"]);
    let mut renames = Vec::new();
    loop {
        let from = cursor.subject("the table's name")?;
        if cursor.eat_one(&["wait"]).is_some() {
            cursor.step();
        }
        cursor.expect("to")?;
        renames.push((from, cursor.object("the table's new name")?));
        if !cursor.eat(&[","]) {
            break;
        }
    }
    cursor.end()?;
    Ok(Statement::RenameTables(renames))
}

/// A string literal's value.
fn string(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    if cursor.kind(0) != Some(TokenKind::String) {
        return Err(cursor.expected("a string"));
    }
    let mut value = String::new();
    while cursor.kind(0) == Some(TokenKind::String) {
        value.push_str(&mysql::unquote(cursor.text(0)));
        cursor.step();
    }
    Ok(value)
}

/// A word, a quoted name or a string: its value in lower case.
fn word(cursor: &mut Cursor<'_>, what: &str) -> Result<String, Fault> {
    match cursor.kind(0) {
        Some(TokenKind::Word | TokenKind::Quoted | TokenKind::String | TokenKind::Number) => {
            let value = mysql::unquote(cursor.text(0)).to_lowercase();
            cursor.step();
            Ok(value)
        }
        _ => Err(cursor.expected(what)),
    }
}

/// `CHARACTER SET name`, `CHARSET [=] name`, with the names that mean the same made one.
fn character_set(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    if !cursor.eat(&["character", "set"]) && !cursor.eat(&["charset"]) && !cursor.eat(&["char", "set"]) {
        return Ok(None);
    }
    cursor.eat(&["="]);
    let name = word(cursor, "the character set's name")?;
    Ok(Some(if name == "utf8" { "utf8mb3".to_owned() } else { name }))
}

/// `COLLATE [=] name`
fn collation(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    if !cursor.eat(&["collate"]) {
        return Ok(None);
    }
    cursor.eat(&["="]);
    let name = word(cursor, "the collation's name")?;
    Ok(Some(name.strip_prefix("utf8_").map_or(name.clone(), |rest| format!("utf8mb3_{rest}"))))
}

/// An expression that is written here, not by the user.
/// The default that a text says, as the database keeps it; an expression is `whole`.
pub(super) fn default(
    cursor: &mut Cursor<'_>,
    whole: Expression,
    column_type: &ColumnType,
) -> Result<Option<Expression>, Fault> {
    let written = default::written(cursor).ok().filter(|_| cursor.is_done());
    default::canonical(&written.unwrap_or(whole), column_type, cursor)
}

fn made(text: &str, cursor: &Cursor<'_>) -> Result<Expression, Fault> {
    expression(text, cursor.backend).map_err(|message| (message, cursor.here()))
}

fn name(text: &str, cursor: &Cursor<'_>) -> Name {
    Name::new(text, cursor.backend)
}
