//! Functions, procedures and DO blocks.

use super::cascade;
use super::column_type::column_type;
use crate::source::{Source, Span};
use crate::sql::lex::{TokenKind, string_value};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::postgres::{CreateRoutine, Do, DropRoutines, Parameter, RoutineKind, Statement};

/// `name (parameters) …`; FUNCTION or PROCEDURE has been read.
pub(super) fn create_routine(cursor: &mut Cursor<'_>, kind: RoutineKind, or_replace: bool) -> Result<Statement, Fault> {
    let name = cursor.subject("the function's name")?;
    let mut routine = CreateRoutine {
        kind,
        name,
        or_replace,
        parameters: parameters(cursor)?,
        for_trigger: false,
        returns: None,
        language: "sql".to_owned(),
        body: None,
    };
    while !cursor.is_done() {
        if cursor.eat(&["returns"]) {
            routine.for_trigger = cursor.is_any(0, &["trigger", "event_trigger"]);
            if !routine.for_trigger && !cursor.is_any(0, &["setof", "table", "void", "record"]) {
                routine.returns = column_type(cursor).ok();
                if routine.returns.is_some() {
                    continue;
                }
            }
        } else if cursor.is(0, "language") && cursor.kind(1).is_some() {
            cursor.step();
            routine.language = language(cursor)?;
        } else if cursor.is(0, "as") && cursor.kind(1) == Some(TokenKind::String) {
            cursor.step();
            routine.body = body(cursor);
        } else if cursor.is(0, "begin") && cursor.is(1, "atomic") {
            let start = cursor.position() + 2;
            let length = cursor.until(|_, _| false).saturating_sub(1);
            cursor.skip(length);
            routine.body = Some(cursor.since(start));
        }
        cursor.step();
    }
    Ok(Statement::CreateRoutine(routine))
}

/// A language, on whose token the cursor stays.
fn language(cursor: &Cursor<'_>) -> Result<String, Fault> {
    let text = cursor.text(0);
    let language = match cursor.kind(0) {
        Some(TokenKind::String) => string_value(text),
        Some(TokenKind::Word | TokenKind::Quoted) => Some(crate::sql::lex::name_value(text)),
        _ => None,
    };
    language.map(|name| name.to_ascii_lowercase()).ok_or_else(|| cursor.expected("a language"))
}

/// What stands in the quotes of a string. One with escapes becomes a text of its own, in which all that stands before
/// it is kept, so that lines are where they were.
fn body(cursor: &Cursor<'_>) -> Option<Span> {
    literal(cursor.text(0), &cursor.here())
}

/// What stands in the quotes of the string at a place.
pub(in crate::sql::parse) fn literal(token: &str, span: &Span) -> Option<Span> {
    let value = string_value(token)?;
    let opening = match token.find('\'') {
        Some(quote) if !token.starts_with('$') => quote + 1,
        _ => token.get(1..)?.find('$')? + 2,
    };
    let (source, start) = (span.source(), span.range().start + opening);
    if source.text().get(start..start + value.len()) == Some(value.as_str()) {
        return Some(source.span(start..start + value.len()));
    }
    let text = format!("{}{value}", source.text().get(..start)?);
    let length = text.len();
    Some(Source::new(source.path(), text).span(start..length))
}

fn parameters(cursor: &mut Cursor<'_>) -> Result<Vec<Parameter>, Fault> {
    if cursor.eat(&["(", ")"]) {
        return Ok(Vec::new());
    }
    cursor.list(parameter)
}

/// `[IN|OUT|INOUT|VARIADIC] [name] type [DEFAULT …]`
fn parameter(cursor: &mut Cursor<'_>) -> Result<Parameter, Fault> {
    let length = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
    let mut part = cursor.part(length);
    cursor.skip(length);
    let mode = part.eat_one(&["in", "out", "inout", "variadic"]);
    let input = mode != Some("out") || part.eat(&["out"]);
    let start = part.position();
    let ends = |part: &Cursor<'_>| part.is_done() || part.is_any(0, &["default", "=", ":="]);
    let unnamed = column_type(&mut part).ok().filter(|_| ends(&part));
    let (name, column_type) = match unnamed {
        Some(column_type) => (None, Some(column_type)),
        None => {
            part.back_to(start);
            let name = part.name("a parameter").ok();
            let column_type = column_type(&mut part).ok().filter(|_| ends(&part));
            let rest = part.until(|part, ahead| part.is_any(ahead, &["default", "=", ":="]));
            part.skip(rest);
            (name, column_type)
        }
    };
    let default = part.eat_one(&["default", "=", ":="]).map(|_| {
        let start = part.position();
        let rest = part.until(|_, _| false);
        part.skip(rest);
        part.since(start)
    });
    Ok(Parameter { name, column_type, input, default })
}

/// `[IF EXISTS] name [(…)], … [CASCADE]`; the kind has been read.
pub(super) fn drop_routines(cursor: &mut Cursor<'_>, kind: RoutineKind) -> Result<Statement, Fault> {
    let if_exists = cursor.eat(&["if", "exists"]);
    let mut names = Vec::new();
    loop {
        names.push(cursor.subject("the function's name")?);
        if cursor.is(0, "(") {
            super::constraint::skip_group(cursor)?;
        }
        if !cursor.eat(&[","]) {
            break;
        }
    }
    let cascade = cascade(cursor);
    cursor.end()?;
    Ok(Statement::DropRoutines(DropRoutines { kind, names, if_exists, cascade }))
}

/// `name [(…)] RENAME TO …|SET SCHEMA …`; ALTER FUNCTION has been read.
pub(super) fn alter_routine(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    let name = cursor.subject("the function's name")?;
    if cursor.is(0, "(") {
        super::constraint::skip_group(cursor)?;
    }
    let renamed = if cursor.eat(&["rename", "to"]) { Some(cursor.name("the new name")?) } else { None };
    let schema = if cursor.eat(&["set", "schema"]) { Some(cursor.name("the schema's name")?) } else { None };
    let moved = renamed.is_some() || schema.is_some();
    Ok(moved.then_some(Statement::MoveRoutine { name, renamed, schema }))
}

/// `[LANGUAGE name] 'body' [LANGUAGE name]`; DO has been read.
pub(super) fn do_block(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let (mut name, mut found) = ("plpgsql".to_owned(), None);
    while !cursor.is_done() {
        if cursor.eat(&["language"]) {
            name = language(cursor)?;
        } else {
            found = Some(body(cursor).ok_or_else(|| cursor.expected("a block in quotes"))?);
        }
        cursor.step();
    }
    let body = found.ok_or_else(|| cursor.expected("a block in quotes"))?;
    Ok(Statement::Do(Do { language: name, body }))
}
