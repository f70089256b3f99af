//! PostgreSQL's statements. Source: <https://www.postgresql.org/docs/current/sql-commands.html>.

mod alter_table;
mod column;
mod column_type;
mod constraint;
mod create_table;
mod index;
mod object;
mod query;
mod routine;
mod sequence;
mod settings;
mod user_type;
mod value;

use super::cursor::{Cursor, Fault};
use crate::sql::lex::{TokenKind, name_value};
use crate::sql::postgres;
use crate::sql::syntax::Syntax;
use crate::sql::syntax::postgres::{AlterSequence, Call, DropKind, Persistence, RelationKind, RoutineKind, Statement};

pub(super) use column_type::column_type;
pub(super) use query::performed;
pub(super) use routine::literal;
pub(super) use settings::normalized;

pub(super) fn statement(cursor: &mut Cursor<'_>) -> Result<Syntax, Fault> {
    let start = cursor.position();
    const VERBS: &[&str] =
        &["create", "alter", "drop", "comment", "set", "reset", "discard", "do", "call", "select", "with", "import"];
    let read = match cursor.eat_one(VERBS) {
        Some("create") => create(cursor)?,
        Some("alter") => alter(cursor)?,
        Some("drop") => drop(cursor)?,
        Some("comment") => Some(object::comment(cursor)?),
        Some("set") => return settings::set(cursor, start),
        Some("reset" | "discard") => return Ok(settings::reset(cursor, start)),
        Some("do") => Some(routine::do_block(cursor)?),
        Some("call") => call(cursor),
        Some("import") => {
            let message = "which tables `IMPORT FOREIGN SCHEMA` makes is known to the other server alone";
            return Err((message.to_owned(), cursor.since(start)));
        }
        Some(_) => {
            cursor.back_to(start);
            query::statement(cursor)?
        }
        None if cursor.is(0, "(") => query::statement(cursor)?,
        None if cursor.kind(0) == Some(TokenKind::Word) && postgres::begins_statement(&name_value(cursor.text(0))) => {
            None
        }
        None => return Err(cursor.expected("a statement")),
    };
    Ok(read.map_or(Syntax::Opaque, |statement| Syntax::Postgres(Box::new(statement))))
}

/// `[CASCADE|RESTRICT]`
fn cascade(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat_one(&["cascade", "restrict"]) == Some("cascade")
}

fn call(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let start = cursor.position();
    let Call { name, arguments, .. } = value::call(cursor, 0)?;
    Some(Statement::Calls(vec![Call { name, arguments, span: cursor.since(start) }]))
}

fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    // What has no structure that the model keeps.
    const OPAQUE: &[&str] = &[
        "access",
        "aggregate",
        "cast",
        "collation",
        "conversion",
        "database",
        "event",
        "group",
        "language",
        "operator",
        "policy",
        "publication",
        "role",
        "rule",
        "server",
        "statistics",
        "subscription",
        "tablespace",
        "text",
        "transform",
        "user",
    ];
    let or_replace = cursor.eat(&["or", "replace"]);
    cursor.eat_one(&["global", "local"]);
    let persistence = match cursor.eat_one(&["temp", "temporary", "unlogged"]) {
        Some("unlogged") => Persistence::Unlogged,
        Some(_) => Persistence::Temporary,
        None => Persistence::Permanent,
    };
    let recursive = cursor.eat(&["recursive"]);
    let view = object::ViewWords { or_replace, persistence, recursive, materialized: false };
    Ok(Some(match cursor.eat_one(&["table", "view", "sequence", "index", "type", "domain", "schema", "extension"]) {
        Some("table") => create_table::create_table(cursor, persistence, false)?,
        Some("view") => object::create_view(cursor, view)?,
        Some("sequence") => sequence::create_sequence(cursor, persistence == Persistence::Temporary)?,
        Some("index") => index::create_index(cursor, false)?,
        Some("type") => user_type::create_type(cursor)?,
        Some("domain") => user_type::create_domain(cursor)?,
        Some("schema") => object::create_schema(cursor)?,
        Some(_) => object::create_extension(cursor)?,
        None if cursor.eat(&["unique", "index"]) => index::create_index(cursor, true)?,
        None if cursor.eat(&["foreign", "table"]) => create_table::create_table(cursor, persistence, true)?,
        None if cursor.eat(&["materialized", "view"]) => {
            object::create_view(cursor, object::ViewWords { materialized: true, ..view })?
        }
        None if cursor.eat(&["trigger"]) => object::create_trigger(cursor, or_replace, false)?,
        None if cursor.eat(&["constraint", "trigger"]) => object::create_trigger(cursor, or_replace, true)?,
        None if cursor.eat(&["function"]) => routine::create_routine(cursor, RoutineKind::Function, or_replace)?,
        None if cursor.eat(&["procedure"]) => routine::create_routine(cursor, RoutineKind::Procedure, or_replace)?,
        None if cursor.is_any(0, OPAQUE)
            || cursor.are(&["foreign", "data"])
            || cursor.are(&["default", "conversion"])
            || cursor.is_any(0, &["trusted", "procedural"]) =>
        {
            return Ok(None);
        }
        None => return Err(cursor.expected("what to create, such as `TABLE` or `INDEX`")),
    }))
}

fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    const OPAQUE: &[&str] = &[
        "aggregate",
        "collation",
        "conversion",
        "database",
        "default",
        "event",
        "foreign",
        "group",
        "language",
        "large",
        "operator",
        "policy",
        "procedural",
        "publication",
        "role",
        "rule",
        "server",
        "statistics",
        "subscription",
        "system",
        "tablespace",
        "text",
        "user",
    ];
    if cursor.eat(&["foreign", "table"]) || cursor.eat(&["table"]) {
        return alter_table::alter_table(cursor, RelationKind::Table);
    }
    if cursor.eat(&["materialized", "view"]) {
        return alter_table::alter_table(cursor, RelationKind::MaterializedView);
    }
    match cursor.eat_one(&["view", "index", "sequence", "type", "domain", "schema", "extension", "trigger"]) {
        Some("view") => alter_table::alter_table(cursor, RelationKind::View),
        Some("index") => alter_table::alter_table(cursor, RelationKind::Index),
        Some("sequence") => alter_sequence(cursor),
        Some("type") => user_type::alter_type(cursor).map(Some),
        Some("domain") => user_type::alter_domain(cursor).map(Some),
        Some("schema") => {
            let from = cursor.name("the schema's name")?;
            if !cursor.eat(&["rename", "to"]) {
                return Ok(None);
            }
            let to = cursor.name("the new name")?;
            cursor.end()?;
            Ok(Some(Statement::RenameSchema { from, to }))
        }
        Some("extension") => {
            let name = cursor.name("the extension's name")?;
            if !cursor.eat(&["set", "schema"]) {
                return Ok(None);
            }
            Ok(Some(Statement::MoveExtension { name, schema: cursor.name("the schema's name")? }))
        }
        Some(_) => object::alter_trigger(cursor),
        None if cursor.eat_one(&["function", "procedure", "routine"]).is_some() => routine::alter_routine(cursor),
        None if cursor.is_any(0, OPAQUE) => Ok(None),
        None => Err(cursor.expected("what to alter, such as `TABLE` or `TYPE`")),
    }
}

/// Its name, schema and owner change as those of a table do.
fn alter_sequence(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    let start = cursor.position();
    let if_exists = cursor.eat(&["if", "exists"]);
    let name = cursor.subject("the sequence's name")?;
    let is_shared = cursor.is_any(0, &["rename", "set"]) || cursor.are(&["owner", "to"]);
    if is_shared {
        cursor.back_to(start);
        return alter_table::alter_table(cursor, RelationKind::Sequence);
    }
    let options = sequence::options(cursor)?;
    cursor.end()?;
    Ok(Some(Statement::AlterSequence(AlterSequence { name, if_exists, options })))
}

fn drop(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    const KINDS: &[(&[&str], DropKind)] = &[
        (&["table"], DropKind::Table),
        (&["foreign", "table"], DropKind::Table),
        (&["view"], DropKind::View),
        (&["materialized", "view"], DropKind::MaterializedView),
        (&["index"], DropKind::Index),
        (&["sequence"], DropKind::Sequence),
        (&["type"], DropKind::Type),
        (&["domain"], DropKind::Domain),
        (&["schema"], DropKind::Schema),
        (&["extension"], DropKind::Extension),
    ];
    const OPAQUE: &[&str] = &[
        "access",
        "aggregate",
        "cast",
        "collation",
        "conversion",
        "database",
        "event",
        "foreign",
        "group",
        "language",
        "operator",
        "policy",
        "procedural",
        "publication",
        "role",
        "rule",
        "server",
        "statistics",
        "subscription",
        "tablespace",
        "text",
        "transform",
        "user",
    ];
    if let Some((_, kind)) = KINDS.iter().find(|(words, _)| cursor.eat(words)) {
        return object::drop(cursor, *kind).map(Some);
    }
    match cursor.eat_one(&["trigger", "function", "procedure", "routine", "owned"]) {
        Some("trigger") => object::drop_trigger(cursor).map(Some),
        Some("function") => routine::drop_routines(cursor, RoutineKind::Function).map(Some),
        Some("procedure") => routine::drop_routines(cursor, RoutineKind::Procedure).map(Some),
        Some("routine") => routine::drop_routines(cursor, RoutineKind::Any).map(Some),
        Some(_) => Err(("what `DROP OWNED` drops depends on who owns what in the database".to_owned(), cursor.here())),
        None if cursor.is_any(0, OPAQUE) => Ok(None),
        None => Err(cursor.expected("what to drop, such as `TABLE` or `INDEX`")),
    }
}

#[cfg(test)]
mod tests;
