//! Bodies of PL/pgSQL to blocks. Source: <https://www.postgresql.org/docs/current/plpgsql.html>.

mod condition;
mod step;
mod text;
mod turns;

use dbmig::Backend;

use super::Unreadable;
use super::cursor::{Cursor, Fault};
use super::postgres::normalized;
use crate::source::Span;
use crate::sql::Statement;
use crate::sql::lex::{Token, lex};
use crate::sql::syntax::postgres::{Block, Call, Declaration, Handler, Step};

pub use condition::{CatalogTest, Condition, condition, rows_of_catalog};
pub use text::{Text, text};
pub use turns::{TurnValues, Turns, looped_over, turns};

/// How deep blocks may stand in blocks.
const DEPTH: usize = 64;

/// What ends a list of statements.
const ENDS: &[&str] = &["end", "exception", "elsif", "elseif", "else", "when"];

/// Reads the body of a DO block or of a function.
///
/// # Errors
///
/// A body whose blocks don't fit together.
pub fn plpgsql(body: &Span) -> Result<Block, Unreadable> {
    let start = body.range().start;
    let mut tokens: Vec<Token> = lex(body.text(), Backend::Postgres).tokens;
    for token in &mut tokens {
        token.start += start;
        token.end += start;
    }
    let mut cursor = Cursor::new(&tokens, body.source(), Backend::Postgres);
    let read = block(&mut cursor, 0).and_then(|block| {
        cursor.eat(&[";"]);
        cursor.end().map(|()| block)
    });
    read.map_err(|(message, span)| Unreadable { message, span, about: None })
}

/// `[<<label>>] [DECLARE …] BEGIN … [EXCEPTION …] END [label]`
fn block(cursor: &mut Cursor<'_>, depth: usize) -> Result<Block, Fault> {
    let start = cursor.position();
    label(cursor)?;
    let mut declarations = Vec::new();
    while cursor.eat(&["declare"]) {
        while !cursor.is_any(0, &["begin", "declare"]) {
            declarations.push(declaration(cursor)?);
        }
    }
    cursor.expect("begin")?;
    let steps = steps(cursor, depth)?;
    let mut handlers = Vec::new();
    if cursor.eat(&["exception"]) {
        while cursor.eat(&["when"]) {
            handlers.push(handler(cursor, depth)?);
        }
    }
    cursor.expect("end")?;
    if cursor.is_name(0) {
        cursor.step();
    }
    Ok(Block { declarations, steps, handlers, span: cursor.since(start) })
}

/// `[<<label>>]`
fn label(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    if cursor.eat(&["<<"]) {
        cursor.label("a label")?;
        cursor.expect(">>")?;
    }
    Ok(())
}

/// `name type [:= value];`, `name CURSOR FOR query;`
fn declaration(cursor: &mut Cursor<'_>) -> Result<Declaration, Fault> {
    let start = cursor.position();
    let name = cursor.label("a variable's name")?;
    if cursor.is(0, "cursor") || cursor.is(0, "scroll") || cursor.are(&["no", "scroll"]) {
        let before = cursor.until(|cursor, ahead| cursor.is_any(ahead, &["for", "is", ";"]));
        cursor.skip(before + 1);
        let value = Some(until_semicolon(cursor)?);
        let span = cursor.since(start);
        cursor.expect(";")?;
        return Ok(Declaration { name, value, is_cursor: true, span });
    }
    let before = cursor.until(|cursor, ahead| cursor.is_any(ahead, &["default", ":=", "=", ";"]));
    cursor.skip(before);
    let value = if cursor.eat_one(&["default", ":=", "="]).is_some() { Some(until_semicolon(cursor)?) } else { None };
    let span = cursor.since(start);
    cursor.expect(";")?;
    Ok(Declaration { name, value, is_cursor: false, span })
}

/// `condition [OR condition] THEN …`; WHEN has been read.
fn handler(cursor: &mut Cursor<'_>, depth: usize) -> Result<Handler, Fault> {
    let mut conditions = Vec::new();
    loop {
        let start = cursor.position();
        let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, &["or", "then"]));
        cursor.skip(length);
        conditions.push(normalized(cursor, start));
        if !cursor.eat(&["or"]) {
            break;
        }
    }
    cursor.expect("then")?;
    Ok(Handler { conditions, steps: steps(cursor, depth)? })
}

/// Statements, up to what ends their list.
fn steps(cursor: &mut Cursor<'_>, depth: usize) -> Result<Vec<Step>, Fault> {
    if depth > DEPTH {
        return Err(("blocks stand too deep in each other here".to_owned(), cursor.here()));
    }
    let mut steps = Vec::new();
    while !cursor.is_done() && !cursor.is_any(0, ENDS) {
        if cursor.eat(&[";"]) {
            continue;
        }
        steps.push(step::step(cursor, depth)?);
        if !cursor.eat(&[";"]) {
            return Err(cursor.expected("`;`"));
        }
    }
    Ok(steps)
}

/// The functions that an expression or a query calls which is assigned, as far as they stand in it alone.
pub fn called(expression: &Statement) -> Vec<Call> {
    let tokens = expression.tokens();
    let source = expression.span.source();
    let whole = Cursor::new(tokens, source, Backend::Postgres);
    let mut written: Vec<Token> = Vec::new();
    let mut at = 0;
    if whole.is(0, "select") {
        if whole.kind(whole.until(|cursor, ahead| cursor.is(ahead, "from"))).is_some() {
            return Vec::new();
        }
        let into = whole.until(|cursor, ahead| cursor.is(ahead, "into"));
        written.extend(tokens.get(..into).unwrap_or_default());
        at = into + if whole.is(into + 1, "strict") { 3 } else { 2 };
        while whole.is_any(at, &[".", ","]) {
            at += 2;
        }
    } else {
        // In the place of the verb.
        written.extend(tokens.first());
    }
    written.extend(tokens.get(at..).unwrap_or_default());
    let mut cursor = Cursor::new(&written, source, Backend::Postgres);
    cursor.step();
    let length = written.len().saturating_sub(1);
    super::postgres::performed(&mut cursor, length)
}

/// The number of tokens before the semicolon that ends the statement.
fn until(cursor: &Cursor<'_>) -> usize {
    cursor.until(|cursor, ahead| cursor.is(ahead, ";"))
}

fn skip(cursor: &mut Cursor<'_>) {
    let length = until(cursor);
    cursor.skip(length);
}

/// What stands before the semicolon, as a statement of its own.
fn until_semicolon(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let length = until(cursor);
    take(cursor, length)
}

/// The next tokens as a statement of their own.
fn take(cursor: &mut Cursor<'_>, length: usize) -> Result<Statement, Fault> {
    if length == 0 {
        return Err(cursor.expected("an expression"));
    }
    let start = cursor.position();
    cursor.skip(length);
    Ok(Statement::new(cursor.since(start), Vec::new(), cursor.tokens_since(start).to_vec()))
}

#[cfg(test)]
mod tests;
