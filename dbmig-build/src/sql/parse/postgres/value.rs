//! Expressions, as far as their types can be known: what a query selects, the arguments of a call.

use super::column_type::column_type;
use super::constraint::skip_group;
use crate::sql::lex::{TokenKind, name_value};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::postgres::{Call, SelectItem, Value};
use crate::sql::syntax::{Ident, ObjectIdent};

/// How deep a value is looked into.
const DEPTH: usize = 32;

/// Functions without parentheses.
const KEYWORDS: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "system_user",
    "user",
];

/// What makes an expression true or false.
const CONDITIONS: &[&str] = &[
    "=", "<>", "!=", "<", ">", "<=", ">=", "~", "~*", "!~", "!~*", "~~", "@>", "<@", "&&", "?", "?|", "?&", "and",
    "or", "not", "is", "isnull", "notnull", "in", "like", "ilike", "similar", "between", "exists", "overlaps",
];

/// An item of a query, which is all that `cursor` has left.
pub(super) fn item(cursor: &mut Cursor<'_>) -> Result<SelectItem, Fault> {
    let start = cursor.position();
    if let Some(all) = all(cursor) {
        return Ok(all);
    }
    let length = cursor.until(|_, _| false);
    if length == 0 {
        return Err(cursor.expected("what is selected"));
    }
    let (value_length, behind) = alias_length(cursor, length);
    let value = value(&mut cursor.part(value_length), 0);
    cursor.skip(value_length);
    let span = cursor.since(start);
    let alias = match behind {
        0 => None,
        _ => {
            cursor.eat(&["as"]);
            Some(cursor.label("a name")?)
        }
    };
    cursor.end()?;
    Ok(SelectItem::Value { value, alias, span })
}

/// `*`, `t.*`
fn all(cursor: &mut Cursor<'_>) -> Option<SelectItem> {
    if cursor.eat(&["*"]) {
        return Some(SelectItem::All { source: None });
    }
    let start = cursor.position();
    let parts = names(cursor);
    if !parts.is_empty() && cursor.eat(&[".", "*"]) {
        return Some(SelectItem::All { source: object(parts) });
    }
    cursor.back_to(start);
    None
}

/// Of so many tokens, how many are the value's and how many its name's.
fn alias_length(cursor: &Cursor<'_>, length: usize) -> (usize, usize) {
    let is_label = |ahead: usize| matches!(cursor.kind(ahead), Some(TokenKind::Word | TokenKind::Quoted));
    if length > 2 && cursor.is(length - 2, "as") && is_label(length - 1) {
        return (length - 2, 2);
    }
    // A name behind what can end a value; words that continue a type's name are none.
    let last = length - 1;
    let is_type = cursor.is_any(last, &["precision", "varying", "zone"]);
    if length < 2 || !cursor.is_name(last) || is_type {
        return (length, 0);
    }
    let ends_value = match cursor.kind(last - 1) {
        Some(TokenKind::Word) => cursor.is_name(last - 1) || cursor.is_any(last - 1, &["end", "null", "true", "false"]),
        Some(TokenKind::Symbol) => cursor.is_any(last - 1, &[")", "]"]),
        Some(_) => true,
        None => false,
    };
    if ends_value { (length - 1, 1) } else { (length, 0) }
}

/// The names of `a.b.c`.
fn names(cursor: &mut Cursor<'_>) -> Vec<Ident> {
    let mut parts = Vec::new();
    let first = cursor.name("a name");
    parts.extend(first);
    while !parts.is_empty()
        && cursor.is(0, ".")
        && matches!(cursor.kind(1), Some(TokenKind::Word | TokenKind::Quoted))
        && parts.len() < 4
    {
        cursor.step();
        parts.extend(cursor.label("a name"));
    }
    parts
}

fn object(mut parts: Vec<Ident>) -> Option<ObjectIdent> {
    let last = parts.pop()?;
    let schema = parts.pop();
    let span = schema.as_ref().map_or_else(|| last.span.clone(), |first| first.span.to(&last.span));
    Some(ObjectIdent { schema: schema.map(|one| one.name), name: last.name, span })
}

/// A value, which is all that `cursor` has left.
pub(super) fn value(cursor: &mut Cursor<'_>, depth: usize) -> Value {
    let start = cursor.position();
    let read = if depth < DEPTH { primary(cursor, depth) } else { None };
    if let Some(value) = read.filter(|_| cursor.is_done()) {
        return value;
    }
    cursor.back_to(start);
    let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, CONDITIONS));
    cursor.skip(length);
    let is_condition = !cursor.is_done();
    let rest = cursor.until(|_, _| false);
    cursor.skip(rest);
    let span = cursor.since(start);
    // CASE holds conditions, and is none.
    let is_case = span.text().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("case"));
    if is_condition && !is_case { Value::Condition(span) } else { Value::Other(span) }
}

/// A value without operators but casts.
fn primary(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    let mut value = atom(cursor, depth)?;
    loop {
        if cursor.eat(&["::"]) {
            value = Value::Cast(Box::new(value), column_type(cursor).ok()?);
        } else if cursor.eat(&["collate"]) {
            cursor.object("a collation").ok()?;
        } else {
            return Some(value);
        }
    }
}

fn atom(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    if cursor.is(0, "(") {
        return group(cursor, depth);
    }
    if cursor.eat(&["null"]) {
        return Some(Value::Null);
    }
    if let Some(word) = cursor.eat_one(&["true", "false"]) {
        return Some(Value::Boolean(word == "true"));
    }
    if cursor.eat(&["cast", "("]) {
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, "as"));
        let inner = value(&mut cursor.part(length), depth + 1);
        cursor.skip(length + 1);
        let column_type = column_type(cursor).ok()?;
        return cursor.eat(&[")"]).then(|| Value::Cast(Box::new(inner), column_type));
    }
    if cursor.is(0, "case") {
        return case(cursor, depth);
    }
    if cursor.is(0, "-") && cursor.kind(1) != Some(TokenKind::Number) && depth < DEPTH {
        cursor.step();
        return primary(cursor, depth + 1).map(|inner| Value::Negated(Box::new(inner)));
    }
    let signed = usize::from(cursor.is_any(0, &["-", "+"]));
    match cursor.kind(signed)? {
        TokenKind::String if signed == 0 => cursor.string("a string").ok().map(Value::String),
        TokenKind::Number => {
            let start = cursor.position();
            cursor.skip(signed + 1);
            Some(Value::Number(cursor.since(start).text().to_owned()))
        }
        TokenKind::Word | TokenKind::Quoted if signed == 0 => word(cursor, depth),
        _ => None,
    }
}

/// `CASE [value] WHEN … THEN … [ELSE …] END`
fn case(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    cursor.step();
    let mut results = Vec::new();
    // Without an ELSE it may give NULL.
    let mut otherwise = Value::Null;
    let mut length = case_part(cursor);
    loop {
        cursor.skip(length);
        let word = cursor.eat_one(&["when", "then", "else", "end"])?;
        if word == "end" {
            results.insert(0, otherwise);
            return Some(Value::Case(results));
        }
        length = case_part(cursor);
        match word {
            "then" => results.push(value(&mut cursor.part(length), depth + 1)),
            "else" => otherwise = value(&mut cursor.part(length), depth + 1),
            _ => {}
        }
    }
}

/// How many tokens come before the next word of the same CASE.
fn case_part(cursor: &Cursor<'_>) -> usize {
    let (mut at, mut parentheses, mut cases) = (0, 0_usize, 0_usize);
    while cursor.kind(at).is_some() {
        let outermost = parentheses == 0 && cases == 0;
        if outermost && cursor.is_any(at, &["when", "then", "else", "end"]) {
            break;
        }
        parentheses += usize::from(cursor.is(at, "("));
        if cursor.is(at, ")") {
            if parentheses == 0 {
                break;
            }
            parentheses -= 1;
        }
        cases += usize::from(cursor.is(at, "case"));
        if cursor.is(at, "end") {
            cases = cases.saturating_sub(1);
        }
        at += 1;
    }
    at
}

/// `( value )`
fn group(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    cursor.step();
    let length = cursor.until(|_, _| false);
    let inside = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
    let is_query = cursor.is_any(0, &["select", "with", "values", "table"]);
    if length != inside || length == 0 || is_query {
        return None;
    }
    let inner = value(&mut cursor.part(length), depth + 1);
    cursor.skip(length);
    cursor.eat(&[")"]).then_some(inner)
}

fn word(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    let is_word = cursor.kind(0) == Some(TokenKind::Word);
    if is_word && cursor.is_any(0, KEYWORDS) && !cursor.is(1, ".") {
        let keyword = name_value(cursor.text(0));
        cursor.step();
        if cursor.is(0, "(") {
            skip_group(cursor).ok()?;
        }
        return Some(Value::Keyword(keyword));
    }
    // `date '2026-01-01'`
    let start = cursor.position();
    if let Ok(column_type) = column_type(cursor) {
        if cursor.kind(0) == Some(TokenKind::String) {
            let text = cursor.string("a string").ok()?;
            return Some(Value::Cast(Box::new(Value::String(text)), column_type));
        }
    }
    cursor.back_to(start);
    if let Some(call) = call(cursor, depth) {
        return Some(Value::Function { name: call.name, arguments: call.arguments });
    }
    cursor.back_to(start);
    let mut parts = names(cursor);
    let column = parts.pop()?;
    Some(Value::Column { source: object(parts), column })
}

/// `name(arguments)` with what stands behind it: `FILTER (…)`, `OVER (…)`.
pub(super) fn call(cursor: &mut Cursor<'_>, depth: usize) -> Option<Call> {
    let start = cursor.position();
    let is_word = cursor.kind(0) == Some(TokenKind::Word);
    // `left(…)`, `coalesce(…)` are functions, whatever their words are besides; reserved words never are.
    let parts = if is_word && cursor.is(1, "(") && !cursor.is_any(0, RESERVED) {
        vec![cursor.label("a function").ok()?]
    } else {
        names(cursor)
    };
    let name = object(parts)?;
    if !cursor.eat(&["("]) {
        return None;
    }
    let arguments = arguments(cursor, depth);
    if !cursor.eat(&[")"]) {
        return None;
    }
    if cursor.are(&["filter", "("]) {
        cursor.step();
        skip_group(cursor).ok()?;
    }
    if cursor.eat(&["over"]) {
        if cursor.is(0, "(") { skip_group(cursor).ok()? } else { drop(cursor.name("a window").ok()?) }
    }
    Some(Call { name, arguments, span: cursor.since(start) })
}

/// Words before a parenthesis that make no call.
const RESERVED: &[&str] = &[
    "all", "any", "array", "as", "between", "case", "cast", "distinct", "exists", "from", "in", "not", "on", "or",
    "and", "row", "select", "some", "using", "values", "when", "where", "with",
];

fn arguments(cursor: &mut Cursor<'_>, depth: usize) -> Vec<Value> {
    let mut arguments = Vec::new();
    loop {
        cursor.eat_one(&["distinct", "all", "variadic"]);
        let start = cursor.position();
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
        let mut part = cursor.part(length);
        cursor.skip(length);
        if part.is_any(1, &["=>", ":="]) {
            // Which parameter it is for depends on the function.
            arguments.push(Value::Other(cursor.since(start)));
        } else if length > 0 && !(length == 1 && part.is(0, "*")) {
            arguments.push(value(&mut part, depth + 1));
        }
        if !cursor.eat(&[","]) {
            return arguments;
        }
    }
}
