//! Expressions that texts of DDL are put together with, and what decides whether they are executed.

use crate::sql::lex::TokenKind;
use crate::sql::mysql;
use crate::sql::parse::cursor::Cursor;
use crate::sql::syntax::mysql::{Assigned, Rows, Value};

use super::program::may_be_ddl;

/// How deep expressions may stand in each other.
const DEPTH: usize = 32;

/// The expression of the next `length` tokens, as far as it can be followed.
pub(super) fn assigned(cursor: &mut Cursor<'_>, length: usize) -> Assigned {
    let may_alter = may_be_ddl(&mut cursor.part(length));
    let mut part = cursor.part(length);
    let value = value(&mut part, 0).filter(|_| part.is_done());
    cursor.skip(length);
    Assigned { value, may_alter }
}

/// `value OR value …`
pub(super) fn value(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    let mut parts = vec![conjunction(cursor, depth)?];
    while cursor.eat(&["or"]) {
        parts.push(conjunction(cursor, depth)?);
    }
    if parts.len() == 1 { parts.pop() } else { Some(Value::Any(parts)) }
}

fn conjunction(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    let mut parts = vec![negation(cursor, depth)?];
    while cursor.eat_one(&["and", "&&"]).is_some() {
        parts.push(negation(cursor, depth)?);
    }
    if parts.len() == 1 { parts.pop() } else { Some(Value::All(parts)) }
}

fn negation(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    if depth > DEPTH {
        return None;
    }
    if cursor.eat_one(&["not", "!"]).is_some() {
        return Some(Value::Not(Box::new(negation(cursor, depth + 1)?)));
    }
    let left = operand(cursor, depth)?;
    if cursor.eat(&["is"]) {
        let negated = cursor.eat(&["not"]);
        cursor.expect("null").ok()?;
        let is_null = Value::IsNull(Box::new(left));
        return Some(if negated { Value::Not(Box::new(is_null)) } else { is_null });
    }
    let operator = match cursor.eat_one(&["=", "<>", "!=", "<", "<=", ">", ">="]) {
        Some("!=") => "<>",
        Some(operator) => operator,
        None => return Some(left),
    };
    Some(Value::Compared(Box::new(left), operator, Box::new(operand(cursor, depth)?)))
}

fn operand(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    if depth > DEPTH {
        return None;
    }
    if cursor.eat(&["exists", "(", "select"]) {
        let items = cursor.until(|cursor, ahead| cursor.is(ahead, "from"));
        cursor.skip(items);
        let rows = rows(cursor, depth + 1)?;
        cursor.expect(")").ok()?;
        return Some(Value::Exists(rows));
    }
    if cursor.eat(&["(", "select"]) {
        let selected = select(cursor, depth + 1)?;
        cursor.expect(")").ok()?;
        return Some(selected);
    }
    if cursor.eat(&["("]) {
        let inner = value(cursor, depth + 1)?;
        cursor.expect(")").ok()?;
        return Some(inner);
    }
    if cursor.eat(&["null"]) {
        return Some(Value::Null);
    }
    if let Some(known) = cursor.eat_one(&["true", "false"]) {
        return Some(Value::Text(if known == "true" { "1" } else { "0" }.to_owned()));
    }
    if cursor.is(1, "(") {
        return function(cursor, depth);
    }
    match cursor.kind(0)? {
        TokenKind::String => super::string(cursor).ok().map(Value::Text),
        TokenKind::Number => {
            let number = cursor.text(0).to_owned();
            cursor.step();
            Some(Value::Text(number))
        }
        TokenKind::Parameter if !cursor.text(0).starts_with("@@") => {
            Some(Value::Variable(super::program::variable(cursor)))
        }
        TokenKind::Word | TokenKind::Quoted if !cursor.is(1, ".") && cursor.is_name(0) => {
            Some(Value::Variable(name(cursor)))
        }
        _ => None,
    }
}

fn function(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    let function = cursor.eat_one(&["concat", "if", "ifnull", "coalesce", "database", "schema", "count"])?;
    cursor.step();
    if function == "count" {
        let counted = cursor.until(|_, _| false);
        cursor.skip(counted);
        cursor.expect(")").ok()?;
        return Some(Value::Count);
    }
    let mut arguments = Vec::new();
    while !cursor.is(0, ")") {
        arguments.push(value(cursor, depth + 1)?);
        if !cursor.eat(&[","]) {
            break;
        }
    }
    cursor.expect(")").ok()?;
    match function {
        "database" | "schema" => arguments.is_empty().then_some(Value::Database),
        "concat" => Some(Value::Concat(arguments)),
        "if" => Some(Value::If(Box::new(arguments.try_into().ok()?))),
        _ => Some(Value::IfNull(Box::new(arguments.try_into().ok()?))),
    }
}

/// `value [FROM …]`; SELECT has been read.
pub(super) fn select(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    let selected = value(cursor, depth)?;
    if cursor.eat(&["as"]) {
        cursor.step();
    }
    let from = if cursor.is(0, "from") { Some(rows(cursor, depth)?) } else { None };
    Some(Value::Select(Box::new(selected), from))
}

/// `FROM information_schema.… WHERE column = value AND … [LIMIT 1]`
pub(super) fn rows(cursor: &mut Cursor<'_>, depth: usize) -> Option<Rows> {
    cursor.expect("from").ok()?;
    if name(cursor) != "information_schema" {
        return None;
    }
    cursor.expect(".").ok()?;
    let table = name(cursor);
    if cursor.eat(&["as"]) || (cursor.is_name(0) && !cursor.is(0, "where")) {
        cursor.step();
    }
    let mut equal = Vec::new();
    if cursor.eat(&["where"]) {
        loop {
            let open = cursor.eat(&["("]);
            equal.push(equality(cursor, depth)?);
            if open {
                cursor.expect(")").ok()?;
            }
            if !cursor.eat(&["and"]) {
                break;
            }
        }
    }
    if cursor.eat(&["limit"]) {
        cursor.step();
    }
    Some(Rows { table, equal })
}

/// `column = value`, either way round.
fn equality(cursor: &mut Cursor<'_>, depth: usize) -> Option<(String, Value)> {
    let is_column =
        matches!(cursor.kind(0), Some(TokenKind::Word | TokenKind::Quoted)) && cursor.is_any(1, &["=", "."]);
    if is_column {
        let column = column(cursor);
        cursor.expect("=").ok()?;
        return Some((column, operand(cursor, depth)?));
    }
    let value = operand(cursor, depth)?;
    cursor.expect("=").ok()?;
    Some((column(cursor), value))
}

fn column(cursor: &mut Cursor<'_>) -> String {
    let first = name(cursor);
    if cursor.eat(&["."]) { name(cursor) } else { first }
}

/// A name in lower case, whatever it is.
fn name(cursor: &mut Cursor<'_>) -> String {
    let name = mysql::unquote(cursor.text(0)).to_lowercase();
    cursor.step();
    name
}
