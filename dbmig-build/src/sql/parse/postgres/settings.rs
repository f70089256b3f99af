//! Settings: storage parameters, and the search path of the session.

use dbmig::Backend;

use crate::schema::Name;
use crate::source::Span;
use crate::sql::lex::{TokenKind, name_value};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::postgres::{SearchPath, Statement, Value};
use crate::sql::syntax::{Ident, Syntax};

/// `( name = value, … )`, in the order of the names.
pub(super) fn parameters(cursor: &mut Cursor<'_>) -> Result<Vec<(String, String)>, Fault> {
    let mut parameters = cursor.list(|cursor| {
        let name = parameter_name(cursor)?;
        let value = if cursor.eat(&["="]) {
            let start = cursor.position();
            let length = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
            cursor.skip(length);
            normalized(cursor, start)
        } else {
            "true".to_owned()
        };
        Ok((name, value))
    })?;
    parameters.sort();
    Ok(parameters)
}

/// `( name, … )`
pub(super) fn parameter_names(cursor: &mut Cursor<'_>) -> Result<Vec<String>, Fault> {
    cursor.list(parameter_name)
}

fn parameter_name(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let first = cursor.label("a parameter's name")?.name.as_str().to_owned();
    if cursor.eat(&["."]) {
        let second = cursor.label("a parameter's name")?;
        return Ok(format!("{first}.{}", second.name));
    }
    Ok(first)
}

/// The text from the token at `start` to this place: words in lower case, one space wherever white space stood.
pub(in crate::sql::parse) fn normalized(cursor: &Cursor<'_>, start: usize) -> String {
    let text = cursor.source().text();
    let mut written = String::new();
    let mut end = None;
    for token in cursor.tokens_since(start) {
        if end.is_some_and(|end| end < token.start) {
            written.push(' ');
        }
        match token.kind {
            TokenKind::Word => written.push_str(&token.text(text).to_ascii_lowercase()),
            _ => written.push_str(token.text(text)),
        }
        end = Some(token.end);
    }
    written
}

/// `SET [SESSION|LOCAL] search_path …`; SET has been read. Other settings alter no structure.
pub(super) fn set(cursor: &mut Cursor<'_>, start: usize) -> Result<Syntax, Fault> {
    let local = cursor.eat_one(&["session", "local"]) == Some("local");
    if cursor.eat(&["schema"]) {
        let span = cursor.here();
        let name = cursor.string("the schema's name in quotes")?;
        let schemas = Some(vec![Ident { name: Name::new(&name, Backend::Postgres), quoted: true, span }]);
        return Ok(search_path(schemas, local, cursor.since(start)));
    }
    if name_value(cursor.text(0)) != "search_path" {
        return Ok(Syntax::Opaque);
    }
    cursor.step();
    if cursor.eat_one(&["to", "="]).is_none() {
        return Err(cursor.expected("`TO` or `=`"));
    }
    if cursor.eat(&["default"]) {
        cursor.end()?;
        return Ok(search_path(None, local, cursor.since(start)));
    }
    let mut schemas = vec![schema(cursor)?];
    while cursor.eat(&[","]) {
        schemas.push(schema(cursor)?);
    }
    cursor.end()?;
    schemas.retain(|schema| !schema.name.as_str().is_empty());
    Ok(search_path(Some(schemas), local, cursor.since(start)))
}

fn schema(cursor: &mut Cursor<'_>) -> Result<Ident, Fault> {
    if cursor.kind(0) == Some(TokenKind::String) {
        let span = cursor.here();
        let name = cursor.string("a schema")?;
        return Ok(Ident { name: Name::new(&name, Backend::Postgres), quoted: true, span });
    }
    cursor.label("a schema")
}

fn search_path(schemas: Option<Vec<Ident>>, local: bool, span: Span) -> Syntax {
    Syntax::Postgres(Box::new(Statement::SearchPath(SearchPath { schemas, local, span })))
}

/// `RESET search_path|ALL`, `DISCARD ALL`; the verb has been read.
pub(super) fn reset(cursor: &mut Cursor<'_>, start: usize) -> Syntax {
    if cursor.eat(&["all"]) {
        return Syntax::Postgres(Box::new(Statement::ResetAll(cursor.since(start))));
    }
    if cursor.eat(&["search_path"]) {
        return search_path(None, false, cursor.since(start));
    }
    Syntax::Opaque
}

/// `set_config('search_path', 'a, "B"', is_local)`; none for another setting.
pub(super) fn set_config(arguments: &[Value], span: &Span) -> Option<Statement> {
    let [Value::String(setting), Value::String(path), Value::Boolean(local)] = arguments else { return None };
    if !setting.eq_ignore_ascii_case("search_path") {
        return None;
    }
    let names = path.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "\"\"");
    let schemas = names.map(|name| Ident {
        name: Name::new(&name_value(name), Backend::Postgres),
        quoted: name.starts_with('"'),
        span: span.clone(),
    });
    Some(Statement::SearchPath(SearchPath { schemas: Some(schemas.collect()), local: *local, span: span.clone() }))
}
