//! Expressions that make a text, as `EXECUTE` is given one.

use dbmig::Backend;

use crate::sql::Statement;
use crate::sql::lex::{TokenKind, string_value};
use crate::sql::parse::cursor::Cursor;

/// An expression that makes a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A literal: a string without its quotes, or a number.
    Literal(String),
    /// A variable, lower case where it isn't quoted; `$1` for a parameter.
    Variable(String),
    /// `text || text …`, `concat(text, …)`
    Joined(Vec<Text>),
    /// `format('…', text, …)`: the pattern first.
    Format(Vec<Text>),
    /// `quote_ident(text)`
    Name(Box<Text>),
    /// `quote_literal(text)`
    Quoted(Box<Text>),
    /// `current_schema()`
    CurrentSchema,
    /// `ARRAY[text, …]`
    Array(Vec<Text>),
    /// Anything else.
    Other,
}

/// How deep texts may stand in each other.
const DEPTH: usize = 32;

/// Reads an expression that makes a text.
pub fn text(expression: &Statement) -> Text {
    let mut cursor = Cursor::new(expression.tokens(), expression.span.source(), Backend::Postgres);
    let text = joined(&mut cursor, 0);
    text.filter(|_| cursor.is_done()).unwrap_or(Text::Other)
}

fn joined(cursor: &mut Cursor<'_>, depth: usize) -> Option<Text> {
    let mut parts = vec![operand(cursor, depth)?];
    while cursor.eat(&["||"]) {
        parts.push(operand(cursor, depth)?);
    }
    if parts.len() == 1 { parts.pop() } else { Some(Text::Joined(parts)) }
}

pub(super) fn operand(cursor: &mut Cursor<'_>, depth: usize) -> Option<Text> {
    if depth > DEPTH {
        return None;
    }
    const FUNCTIONS: &[&str] = &["format", "concat", "quote_ident", "quote_literal"];
    let text = if cursor.eat(&["("]) {
        let inner = joined(cursor, depth + 1)?;
        cursor.expect(")").ok()?;
        inner
    } else if cursor.is(0, "current_schema") {
        cursor.step();
        cursor.eat(&["(", ")"]);
        Text::CurrentSchema
    } else if cursor.eat(&["array", "["]) {
        let mut elements = vec![joined(cursor, depth + 1)?];
        while cursor.eat(&[","]) {
            elements.push(joined(cursor, depth + 1)?);
        }
        cursor.expect("]").ok()?;
        Text::Array(elements)
    } else if cursor.is(1, "(") && cursor.is_any(0, FUNCTIONS) {
        let function = cursor.eat_one(FUNCTIONS)?;
        cursor.step();
        let mut arguments = vec![joined(cursor, depth + 1)?];
        while cursor.eat(&[","]) {
            arguments.push(joined(cursor, depth + 1)?);
        }
        cursor.expect(")").ok()?;
        match (function, arguments.len()) {
            ("format", _) => Text::Format(arguments),
            ("concat", _) => Text::Joined(arguments),
            ("quote_ident", 1) => Text::Name(Box::new(arguments.pop()?)),
            (_, 1) => Text::Quoted(Box::new(arguments.pop()?)),
            _ => return None,
        }
    } else {
        match cursor.kind(0)? {
            TokenKind::String => {
                let literal = string_value(cursor.text(0))?;
                cursor.step();
                Text::Literal(literal)
            }
            TokenKind::Number | TokenKind::Parameter => {
                let token = cursor.text(0).to_owned();
                cursor.step();
                if token.starts_with('$') { Text::Variable(token) } else { Text::Literal(token) }
            }
            _ => Text::Variable(variable(cursor)?),
        }
    };
    // A cast to another type may change the text.
    if cursor.eat(&["::"]) {
        cursor.eat_one(&["text", "varchar", "regclass", "name"])?;
        cursor.eat(&["[", "]"]);
    }
    Some(text)
}

pub(super) fn variable(cursor: &mut Cursor<'_>) -> Option<String> {
    let name = cursor.object("a variable").ok()?;
    let qualified = name.schema.is_some() || cursor.is_any(0, &["(", "[", "."]);
    (!qualified).then(|| name.name.as_str().to_owned())
}
