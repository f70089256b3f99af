//! Views, and what holds statements: triggers, stored programs, prepared statements.

use super::{steps, value};
use crate::sql::lex::TokenKind;
use crate::sql::mysql;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::mysql::{
    Assigned, CreateRoutine, CreateTrigger, CreateView, Executed, Existing, RoutineEffect, Statement,
};

/// `ALGORITHM = …`, `DEFINER = account`, `SQL SECURITY …`, in any order.
pub(super) fn skip_definer(cursor: &mut Cursor<'_>) {
    loop {
        if cursor.eat(&["definer", "="]) {
            // `name@host`, where `@host` is one token, `CURRENT_USER()`, a role.
            cursor.step();
            if cursor.kind(0) == Some(TokenKind::Parameter) {
                cursor.step();
            }
            cursor.eat(&["(", ")"]);
        } else if cursor.eat(&["algorithm", "="]) || cursor.eat(&["sql", "security"]) {
            cursor.step();
        } else {
            return;
        }
    }
}

/// Behind the VIEW.
pub(super) fn create_view(cursor: &mut Cursor<'_>, existing: Existing) -> Result<Statement, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let sql = format!("CREATE VIEW {}", cursor.text_from(cursor.position()));
    let name = cursor.subject("the view's name")?;
    if cursor.is(0, "(") {
        cursor.list(|cursor| cursor.name("a column's name"))?;
    }
    cursor.expect("as")?;
    Ok(Statement::CreateView(CreateView { name, existing, if_not_exists, sql }))
}

/// Behind the TRIGGER.
pub(super) fn create_trigger(cursor: &mut Cursor<'_>, or_replace: bool) -> Result<Statement, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let sql = format!("CREATE TRIGGER {}", cursor.text_from(cursor.position()));
    let name = cursor.subject("the trigger's name")?;
    let times = ["before", "after"];
    let events = ["insert", "update", "delete"];
    if cursor.eat_one(&times).is_none() || cursor.eat_one(&events).is_none() {
        return Err(cursor.expected("`BEFORE` or `AFTER`, and `INSERT`, `UPDATE` or `DELETE`"));
    }
    cursor.expect("on")?;
    let table = cursor.object("the table's name")?;
    if !cursor.eat(&["for", "each", "row"]) {
        return Err(cursor.expected("`FOR EACH ROW`"));
    }
    Ok(Statement::CreateTrigger(CreateTrigger { name, or_replace, if_not_exists, table, sql }))
}

/// Behind the PROCEDURE or FUNCTION.
pub(super) fn create_routine(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    cursor.eat(&["if", "not", "exists"]);
    let name = cursor.subject("its name")?.name;
    let parameters = parameters(cursor);
    let characteristic = [
        "comment",
        "language",
        "not",
        "deterministic",
        "contains",
        "no",
        "sql",
        "reads",
        "modifies",
        "data",
        "security",
        "definer",
        "invoker",
    ];
    while cursor.is_any(0, &characteristic) || cursor.kind(0) == Some(TokenKind::String) {
        cursor.step();
    }
    let body = cursor.position();
    let effect = effect(cursor, body);
    Ok(Statement::CreateRoutine(CreateRoutine { name, parameters, effect }))
}

/// `([IN|OUT|INOUT] name type, …)`: the names.
fn parameters(cursor: &mut Cursor<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if !cursor.eat(&["("]) {
        return names;
    }
    while !cursor.is_done() && !cursor.is(0, ")") {
        cursor.eat_one(&["in", "out", "inout"]);
        names.push(mysql::unquote(cursor.text(0)).to_lowercase());
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
        cursor.skip(length);
        if !cursor.eat(&[","]) {
            break;
        }
    }
    cursor.eat(&[")"]);
    names
}

/// What a program does to the structure; its body begins at `start`.
pub(super) fn effect(cursor: &mut Cursor<'_>, start: usize) -> RoutineEffect {
    let alters = may_alter(cursor, start);
    let calls = (0..).take_while(|&at| cursor.kind(at).is_some()).any(|at| cursor.is(at, "call"));
    if !alters && !calls {
        return RoutineEffect::None;
    }
    match steps::program(cursor) {
        Some(steps) => RoutineEffect::Steps(steps),
        // What is called in a loop is taken for statements about rows.
        None if !alters => RoutineEffect::None,
        None => RoutineEffect::Unknown,
    }
}

/// Whether a statement from `start` on holds words that alter structure, in itself or in a string.
pub(super) fn may_alter(cursor: &mut Cursor<'_>, start: usize) -> bool {
    cursor.back_to(start);
    let mut found = false;
    while !found && !cursor.is_done() {
        found = alters(cursor) || cursor.is(0, "execute");
        cursor.step();
    }
    cursor.back_to(start);
    found
}

/// Whether DDL begins here: a verb and an object, or a string with both.
fn alters(cursor: &Cursor<'_>) -> bool {
    if cursor.kind(0) == Some(TokenKind::String) {
        return text_alters(&mysql::unquote(cursor.text(0)));
    }
    let verbs = ["create", "alter", "drop", "rename"];
    let objects = ["table", "tables", "index", "view", "unique", "or", "fulltext", "spatial", "database", "schema"];
    verbs.iter().any(|verb| cursor.is(0, verb)) && objects.iter().any(|object| cursor.is(1, object))
}

/// Whether a text holds DDL, of which no more than a part need be there.
fn text_alters(text: &str) -> bool {
    let verbs = ["create", "alter", "drop", "rename"];
    text.split(|one: char| !one.is_ascii_alphanumeric() && one != '_')
        .any(|word| verbs.iter().any(|verb| word.eq_ignore_ascii_case(verb)))
}

/// Statements that run others, or prepare to: `CALL`, `SET @name`, `SELECT … INTO @name`, `PREPARE`, `EXECUTE`. The
/// first word has been read.
pub(super) fn dynamic(cursor: &mut Cursor<'_>, verb: &str) -> Result<Option<Statement>, Fault> {
    Ok(match verb {
        "call" => {
            let called = cursor.object("the procedure's name")?;
            let (name, span) = (called.name, called.span);
            let arguments = if cursor.eat(&["("]) { arguments(cursor) } else { Vec::new() };
            Some(Statement::Call { name: crate::sql::syntax::Ident { name, quoted: false, span }, arguments })
        }
        "set" => {
            let length = cursor.until(|_, _| false);
            let mut set = steps::assignments(cursor, length);
            // Outside of programs, other names are the server's own.
            set.retain(|(name, _)| name.starts_with('@'));
            Some(Statement::Set(set)).filter(|set| *set != Statement::Set(Vec::new()))
        }
        "select" => selected_variable(cursor),
        "prepare" => {
            let statement = cursor.name("the statement's name")?.name;
            cursor.expect("from")?;
            Some(Statement::Prepare { name: statement, from: prepared(cursor)? })
        }
        "execute" if cursor.eat(&["immediate"]) => Some(Statement::Execute(Executed::Immediate(prepared(cursor)?))),
        "execute" => Some(Statement::Execute(Executed::Name(cursor.name("the statement's name")?))),
        _ => None,
    })
}

/// `value, …)`
fn arguments(cursor: &mut Cursor<'_>) -> Vec<Assigned> {
    let mut arguments = Vec::new();
    while !cursor.is_done() && !cursor.is(0, ")") {
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
        arguments.push(value::assigned(cursor, length));
        if !cursor.eat(&[","]) {
            break;
        }
    }
    arguments
}

/// `@name`, in lower case.
pub(super) fn variable(cursor: &mut Cursor<'_>) -> String {
    let text = cursor.text(0).trim_start_matches('@');
    let name = format!("@{}", mysql::unquote(text).to_lowercase());
    cursor.step();
    name
}

/// Whether the value of the rest, an expression or a query, may be DDL: DDL begins in it, or it is no text that is seen,
/// and may be any.
pub(super) fn may_be_ddl(cursor: &mut Cursor<'_>) -> bool {
    let (mut seen, mut gives) = (false, true);
    while !cursor.is_done() {
        if alters(cursor) {
            return true;
        }
        gives &= !cursor.is(0, "from");
        seen |= gives && cursor.kind(0) == Some(TokenKind::String);
        cursor.step();
    }
    !seen
}

/// `SELECT … INTO @name`, `SELECT @name := …`
fn selected_variable(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let start = cursor.position();
    let read = steps::selected(cursor);
    if let Some(read) = read.filter(|(name, _)| name.starts_with('@')) {
        return Some(Statement::Set(vec![read]));
    }
    cursor.back_to(start);
    let mut found = Vec::new();
    while !cursor.is_done() {
        let into = cursor.is(0, "into") && cursor.kind(1) == Some(TokenKind::Parameter);
        let listed = !found.is_empty() && cursor.is(0, ",") && cursor.kind(1) == Some(TokenKind::Parameter);
        if into || listed {
            cursor.step();
        }
        if into || listed || (cursor.kind(0) == Some(TokenKind::Parameter) && cursor.is(1, ":=")) {
            found.push(variable(cursor));
        } else {
            cursor.step();
        }
    }
    cursor.back_to(start);
    let unknown = Assigned { value: None, may_alter: may_be_ddl(cursor) };
    (!found.is_empty()).then(|| Statement::Set(found.into_iter().map(|name| (name, unknown.clone())).collect()))
}

/// What a statement is prepared from: MariaDB takes any expression.
fn prepared(cursor: &mut Cursor<'_>) -> Result<Assigned, Fault> {
    if cursor.is_done() {
        return Err(cursor.expected("a string or a variable"));
    }
    let length = cursor.until(|cursor, ahead| cursor.is(ahead, "using"));
    let read = value::assigned(cursor, length);
    // What isn't read may be anything.
    Ok(Assigned { may_alter: read.may_alter || read.value.is_none(), ..read })
}
