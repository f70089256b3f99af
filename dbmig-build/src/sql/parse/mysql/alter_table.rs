//! `ALTER TABLE`. Source: <https://dev.mysql.com/doc/refman/8.4/en/alter-table.html>.

use super::column::column;
use super::create_table::elements;
use super::{character_set, collation, default, key, options, word};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::Ident;
use crate::sql::syntax::mysql::{Action, AlterTable, IfExists, Options, Position, Statement, Unread};

pub(super) fn alter_table(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let if_exists = cursor.eat(&["if", "exists"]);
    let table = cursor.subject("the table's name")?;
    if cursor.eat_one(&["wait"]).is_some() {
        cursor.step();
    }
    cursor.eat(&["nowait"]);
    let mut actions = Vec::new();
    while !cursor.is_done() {
        let start = cursor.position();
        match action(cursor).and_then(|action| match cursor.is_done() || cursor.is(0, ",") || may_follow(cursor) {
            true => Ok(action),
            false => Err(cursor.expected("`,` or the end of the statement")),
        }) {
            Ok(action) => actions.push(Ok(action)),
            Err((message, span)) => {
                actions.push(Err(Unread { message, span }));
                // The next action begins behind the next comma.
                cursor.back_to(start);
                loop {
                    for _ in 0..cursor.until(|cursor, ahead| cursor.is(ahead, ",")) {
                        cursor.step();
                    }
                    if cursor.is_done() || cursor.is(0, ",") {
                        break;
                    }
                    // A parenthesis that closes nothing.
                    cursor.step();
                }
            }
        }
        if cursor.eat(&[","]) && cursor.is_done() {
            let (message, span) = cursor.expected("an action");
            actions.push(Err(Unread { message, span }));
        }
    }
    Ok(Statement::AlterTable(AlterTable { table, if_exists, actions }))
}

/// Whether something stands here that needs no comma before it: a partition's clause, another option.
fn may_follow(cursor: &Cursor<'_>) -> bool {
    let words = ["partition", "remove", "engine", "default", "character", "charset", "collate", "comment"];
    words.iter().chain(&["auto_increment", "row_format", "order"]).any(|word| cursor.is(0, word))
}

fn action(cursor: &mut Cursor<'_>) -> Result<Action, Fault> {
    if partitioning(cursor) {
        return Ok(Action::Nothing);
    }
    if cursor.eat(&["remove", "partitioning"]) {
        return Ok(Action::Options(Options { partition_by: Some(String::new()), ..Options::default() }));
    }
    if cursor.are(&["partition", "by"]) {
        return options::options(cursor).map(Action::Options);
    }
    if cursor.are(&["default", "character"])
        || cursor.are(&["default", "charset"])
        || cursor.are(&["default", "collate"])
    {
        return table_options(cursor);
    }
    match cursor.eat_one(&["add", "drop", "change", "modify", "alter", "rename", "convert"]) {
        Some("add") => add(cursor),
        Some("drop") => drop(cursor),
        Some("change") => change(cursor, true),
        Some("modify") => change(cursor, false),
        Some("alter") => alter(cursor),
        Some("rename") => rename(cursor),
        Some(_) => convert(cursor),
        None => other(cursor),
    }
}

/// What is done to partitions and their rows; it has no comma behind it.
fn partitioning(cursor: &mut Cursor<'_>) -> bool {
    let verbs = [
        "add",
        "drop",
        "discard",
        "import",
        "truncate",
        "coalesce",
        "reorganize",
        "exchange",
        "analyze",
        "check",
        "optimize",
        "rebuild",
        "repair",
        "convert",
    ];
    if !verbs.iter().any(|verb| cursor.is(0, verb)) || !cursor.is(1, "partition") {
        return false;
    }
    while !cursor.is_done() {
        cursor.step();
    }
    true
}

fn add(cursor: &mut Cursor<'_>) -> Result<Action, Fault> {
    let is_column = cursor.eat(&["column"]);
    if !is_column && key::begins(cursor) {
        return Ok(key::key(cursor)?.map_or(Action::Nothing, |key| Action::AddKey(Box::new(key))));
    }
    if cursor.eat(&["system", "versioning"]) {
        return Ok(Action::Nothing);
    }
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    if cursor.is(0, "(") {
        let (mut columns, mut keys) = (Vec::new(), Vec::new());
        elements(cursor, &mut columns, &mut keys)?;
        return Ok(Action::AddColumns(columns, keys));
    }
    let column = Box::new(column(cursor)?);
    Ok(Action::AddColumn { column, position: position(cursor)?, if_not_exists })
}

/// `FIRST`, `AFTER column`
fn position(cursor: &mut Cursor<'_>) -> Result<Position, Fault> {
    if cursor.eat(&["first"]) {
        return Ok(Position::First);
    }
    if cursor.eat(&["after"]) {
        return Ok(Position::After(cursor.name("a column's name")?));
    }
    Ok(Position::Unstated)
}

fn if_exists(cursor: &mut Cursor<'_>) -> IfExists {
    if cursor.eat(&["if", "exists"]) { IfExists::Yes } else { IfExists::No }
}

fn drop(cursor: &mut Cursor<'_>) -> Result<Action, Fault> {
    let place = cursor.here();
    if cursor.eat(&["primary", "key"]) {
        return Ok(Action::DropPrimaryKey(place));
    }
    if cursor.eat(&["system", "versioning"]) {
        return Ok(Action::Nothing);
    }
    if cursor.eat(&["foreign", "key"]) {
        let if_exists = if_exists(cursor);
        return Ok(Action::DropForeignKey(cursor.name("the foreign key's name")?, if_exists));
    }
    let kind = cursor.eat_one(&["key", "index", "check", "constraint", "column"]);
    let if_exists = if_exists(cursor);
    let name = match kind {
        Some("key" | "index") if cursor.eat(&["primary"]) => return Ok(Action::DropPrimaryKey(place)),
        Some("key" | "index") => cursor.name("the index's name")?,
        Some("check" | "constraint") if cursor.eat(&["primary"]) => return Ok(Action::DropPrimaryKey(place)),
        Some("check" | "constraint") => cursor.name("the constraint's name")?,
        _ => cursor.name("the column's name")?,
    };
    // They say what InnoDB does anyway.
    cursor.eat_one(&["restrict", "cascade"]);
    Ok(match kind {
        Some("key" | "index") if name.name.key() == "primary" => Action::DropPrimaryKey(name.span),
        Some("key" | "index") => Action::DropKey(name, if_exists),
        Some("check" | "constraint") => Action::DropConstraint(name, if_exists),
        _ => Action::DropColumn(name, if_exists),
    })
}

fn change(cursor: &mut Cursor<'_>, has_two_names: bool) -> Result<Action, Fault> {
    cursor.eat(&["column"]);
    let may_be_missing = cursor.eat(&["if", "exists"]);
    let old: Option<Ident> = if has_two_names { Some(cursor.name("the column's name")?) } else { None };
    let column = Box::new(column(cursor)?);
    let from = old.unwrap_or_else(|| column.name.clone());
    Ok(Action::ChangeColumn { from, column, position: position(cursor)?, if_exists: may_be_missing })
}

fn alter(cursor: &mut Cursor<'_>) -> Result<Action, Fault> {
    if cursor.eat_one(&["index", "key"]).is_some() {
        // VISIBLE, INVISIBLE, IGNORED, NOT IGNORED
        if_exists(cursor);
        cursor.name("the index's name")?;
        cursor.eat(&["not"]);
        cursor.step();
        return Ok(Action::Nothing);
    }
    if cursor.eat_one(&["check", "constraint"]).is_some() {
        cursor.name("the constraint's name")?;
        cursor.eat(&["not"]);
        cursor.expect("enforced")?;
        return Ok(Action::Nothing);
    }
    cursor.eat(&["column"]);
    if_exists(cursor);
    let name = cursor.name("the column's name")?;
    if cursor.eat(&["drop", "default"]) {
        return Ok(Action::SetDefault(name, None));
    }
    if cursor.eat(&["set", "default"]) {
        return Ok(Action::SetDefault(name, Some(default::written(cursor)?)));
    }
    if cursor.eat(&["set", "visible"]) || cursor.eat(&["set", "invisible"]) {
        return Ok(Action::Nothing);
    }
    Err(cursor.expected("`SET DEFAULT` or `DROP DEFAULT`"))
}

fn rename(cursor: &mut Cursor<'_>) -> Result<Action, Fault> {
    let kind = cursor.eat_one(&["column", "index", "key"]);
    let Some(kind) = kind else {
        cursor.eat_one(&["to", "as"]);
        cursor.eat(&["="]);
        return Ok(Action::RenameTo(cursor.object("the table's new name")?));
    };
    if_exists(cursor);
    let from = cursor.name("the name before")?;
    cursor.expect("to")?;
    let to = cursor.name("the name after")?;
    Ok(if kind == "column" { Action::RenameColumn { from, to } } else { Action::RenameKey { from, to } })
}

fn convert(cursor: &mut Cursor<'_>) -> Result<Action, Fault> {
    cursor.expect("to")?;
    let character_set = match character_set(cursor)? {
        Some(set) => Some(set).filter(|set| set != "default"),
        None => return Err(cursor.expected("`CHARACTER SET`")),
    };
    Ok(Action::ConvertTo { character_set, collation: collation(cursor)? })
}

fn other(cursor: &mut Cursor<'_>) -> Result<Action, Fault> {
    if cursor.eat_one(&["algorithm", "lock"]).is_some() {
        cursor.eat(&["="]);
        word(cursor, "how")?;
        return Ok(Action::Nothing);
    }
    if cursor.eat(&["order", "by"]) {
        while !cursor.is_done() {
            cursor.step();
        }
        return Ok(Action::Nothing);
    }
    if cursor.eat_one(&["enable", "disable"]).is_some() {
        cursor.expect("keys")?;
        return Ok(Action::Nothing);
    }
    let verbs =
        [["discard", "tablespace"], ["import", "tablespace"], ["with", "validation"], ["without", "validation"]];
    if verbs.iter().any(|words| cursor.eat(words)) || cursor.eat(&["force"]) {
        return Ok(Action::Nothing);
    }
    table_options(cursor)
}

fn table_options(cursor: &mut Cursor<'_>) -> Result<Action, Fault> {
    let mut options = Options::default();
    if !options::option(cursor, &mut options)? {
        return Err(cursor.expected("an action"));
    }
    while options::option(cursor, &mut options)? {}
    Ok(Action::Options(options))
}
