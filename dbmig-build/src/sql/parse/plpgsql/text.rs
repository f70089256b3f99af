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
    /// `array[number]`
    Element(Box<Text>, Box<Text>),
    /// `number + number`, with `+`, `-`, `*` or `%`.
    Arithmetic(Box<Text>, &'static str, Box<Text>),
    /// `text::integer`
    Integer(Box<Text>),
    /// `text::regclass`
    Relation(Box<Text>),
    /// One of `FUNCTIONS` with its arguments.
    Function(&'static str, Vec<Text>),
    /// Anything else.
    Other,
}

/// How deep texts may stand in each other.
const DEPTH: usize = 32;

/// Functions whose value follows from their arguments alone.
const FUNCTIONS: &[&str] = &[
    "format",
    "concat",
    "quote_ident",
    "quote_literal",
    "concat_ws",
    "lower",
    "upper",
    "lpad",
    "rpad",
    "to_hex",
    "replace",
    "left",
    "right",
    "substr",
    "substring",
    "trim",
    "btrim",
    "length",
    "char_length",
    "array_length",
    "cardinality",
];

const INTEGERS: &[&str] = &["int", "integer", "bigint", "smallint", "int2", "int4", "int8"];

/// Reads an expression that makes a text.
pub fn text(expression: &Statement) -> Text {
    let mut cursor = Cursor::new(expression.tokens(), expression.span.source(), Backend::Postgres);
    let text = joined(&mut cursor, 0);
    text.filter(|_| cursor.is_done()).unwrap_or(Text::Other)
}

/// `sum || sum …`
pub(super) fn joined(cursor: &mut Cursor<'_>, depth: usize) -> Option<Text> {
    let mut parts = vec![sum(cursor, depth)?];
    while cursor.eat(&["||"]) {
        parts.push(sum(cursor, depth)?);
    }
    if parts.len() == 1 { parts.pop() } else { Some(Text::Joined(parts)) }
}

fn sum(cursor: &mut Cursor<'_>, depth: usize) -> Option<Text> {
    let mut left = product(cursor, depth)?;
    while let Some(operator) = cursor.eat_one(&["+", "-"]) {
        left = Text::Arithmetic(Box::new(left), operator, Box::new(product(cursor, depth)?));
    }
    Some(left)
}

fn product(cursor: &mut Cursor<'_>, depth: usize) -> Option<Text> {
    let mut left = operand(cursor, depth)?;
    while let Some(operator) = cursor.eat_one(&["*", "%"]) {
        left = Text::Arithmetic(Box::new(left), operator, Box::new(operand(cursor, depth)?));
    }
    Some(left)
}

pub(super) fn operand(cursor: &mut Cursor<'_>, depth: usize) -> Option<Text> {
    if depth > DEPTH {
        return None;
    }
    let mut text = if cursor.eat(&["("]) {
        let inner = joined(cursor, depth + 1)?;
        cursor.expect(")").ok()?;
        inner
    } else if cursor.is(0, "current_schema") {
        cursor.step();
        cursor.eat(&["(", ")"]);
        Text::CurrentSchema
    } else if cursor.eat(&["array", "["]) {
        let elements = list(cursor, depth)?;
        cursor.expect("]").ok()?;
        Text::Array(elements)
    } else if cursor.eat(&["cast", "("]) {
        let inner = joined(cursor, depth + 1)?;
        cursor.expect("as").ok()?;
        let inner = cast(cursor, inner)?;
        cursor.expect(")").ok()?;
        inner
    } else if cursor.is(1, "(") {
        function(cursor, depth)?
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
            _ => element(cursor, depth)?,
        }
    };
    while cursor.eat(&["::"]) {
        text = cast(cursor, text)?;
    }
    Some(text)
}

fn list(cursor: &mut Cursor<'_>, depth: usize) -> Option<Vec<Text>> {
    let mut elements = vec![joined(cursor, depth + 1)?];
    while cursor.eat(&[","]) {
        elements.push(joined(cursor, depth + 1)?);
    }
    Some(elements)
}

/// A cast to another type than these may change the text.
fn cast(cursor: &mut Cursor<'_>, text: Text) -> Option<Text> {
    if cursor.eat_one(INTEGERS).is_some() {
        // The elements of an array are texts here, whatever they are.
        return Some(if cursor.eat(&["[", "]"]) { text } else { Text::Integer(Box::new(text)) });
    }
    let to = cursor.eat_one(&["text", "varchar", "regclass", "name"])?;
    let is_array = cursor.eat(&["[", "]"]);
    Some(if to == "regclass" && !is_array { Text::Relation(Box::new(text)) } else { text })
}

fn function(cursor: &mut Cursor<'_>, depth: usize) -> Option<Text> {
    let function = FUNCTIONS.iter().copied().find(|one| cursor.is(0, one))?;
    cursor.skip(2);
    let mut arguments = list(cursor, depth)?;
    cursor.expect(")").ok()?;
    Some(match (function, arguments.len()) {
        ("format", _) => Text::Format(arguments),
        ("concat", _) => Text::Joined(arguments),
        ("quote_ident", 1) => Text::Name(Box::new(arguments.pop()?)),
        ("quote_literal", 1) => Text::Quoted(Box::new(arguments.pop()?)),
        ("quote_ident" | "quote_literal", _) => return None,
        _ => Text::Function(function, arguments),
    })
}

/// `variable`, `variable[number]`
fn element(cursor: &mut Cursor<'_>, depth: usize) -> Option<Text> {
    if !cursor.is(1, "[") {
        return Some(Text::Variable(variable(cursor)?));
    }
    let array = cursor.name("a variable").ok()?;
    cursor.step();
    let index = joined(cursor, depth + 1)?;
    cursor.expect("]").ok()?;
    let array = Text::Variable(array.name.as_str().to_owned());
    (!cursor.is_any(0, &["[", "."])).then(|| Text::Element(Box::new(array), Box::new(index)))
}

pub(super) fn variable(cursor: &mut Cursor<'_>) -> Option<String> {
    let name = cursor.object("a variable").ok()?;
    let qualified = name.schema.is_some() || cursor.is_any(0, &["(", "[", "."]);
    (!qualified).then(|| name.name.as_str().to_owned())
}
