//! Defaults: what is written, and the one way in which the model says it.
//!
//! MySQL and MariaDB keep a literal as the value that the column gets from it: `DEFAULT '0'` of a number is `0`,
//! `DEFAULT FALSE` too, and `DEFAULT 0` of a text is `'0'`. So does the model, or a restated column would differ.

use super::made;
use crate::schema::{ColumnType, Expression};
use crate::sql::lex::TokenKind;
use crate::sql::mysql;
use crate::sql::parse::cursor::{Cursor, Fault};

/// The names of the current time.
const NOW: [&str; 4] = ["current_timestamp", "now", "localtime", "localtimestamp"];

/// What stands behind `DEFAULT`.
pub(super) fn written(cursor: &mut Cursor<'_>) -> Result<Expression, Fault> {
    if cursor.is(0, "(") {
        return cursor.parenthesized();
    }
    if NOW.iter().any(|word| cursor.is(0, word)) {
        return now(cursor);
    }
    let signed = usize::from(cursor.is(0, "-") || cursor.is(0, "+"));
    let length = match cursor.kind(signed) {
        Some(TokenKind::Number | TokenKind::Blob) => signed + 1,
        Some(TokenKind::String) => strings(cursor, 0),
        // `_utf8mb4 'text'`, or a function of MariaDB's that needs no parentheses round it
        Some(TokenKind::Word) if signed == 0 => match cursor.kind(1) {
            Some(TokenKind::String | TokenKind::Blob) if cursor.text(0).starts_with('_') => strings(cursor, 1).max(2),
            _ if cursor.is(1, "(") => call(cursor),
            _ if cursor.are(&["next", "value", "for"]) => 4,
            _ => 1,
        },
        _ => return Err(cursor.expected("a value")),
    };
    cursor.expression(length)
}

/// The number of tokens up to the end of adjacent strings, which are one value.
fn strings(cursor: &Cursor<'_>, from: usize) -> usize {
    (from..).find(|&at| cursor.kind(at) != Some(TokenKind::String)).unwrap_or(from)
}

/// The number of tokens of `name(…)`.
fn call(cursor: &Cursor<'_>) -> usize {
    let mut depth = 0_usize;
    let mut at = 1;
    while cursor.kind(at).is_some() {
        depth += usize::from(cursor.is(at, "("));
        depth -= usize::from(cursor.is(at, ")") && depth > 0);
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The current time under any of its names, as `CURRENT_TIMESTAMP` or `CURRENT_TIMESTAMP(6)`.
pub(super) fn now(cursor: &mut Cursor<'_>) -> Result<Expression, Fault> {
    if cursor.eat_one(&NOW).is_none() {
        return Err(cursor.expected("`CURRENT_TIMESTAMP`"));
    }
    let mut text = "CURRENT_TIMESTAMP".to_owned();
    if cursor.eat(&["("]) {
        if cursor.kind(0) == Some(TokenKind::Number) {
            if cursor.text(0) != "0" {
                text = format!("{text}({})", cursor.text(0));
            }
            cursor.step();
        }
        cursor.expect(")")?;
    }
    made(&text, cursor)
}

/// A default as the database keeps it; none for NULL.
pub(super) fn canonical(
    written: &Expression,
    column_type: &ColumnType,
    cursor: &Cursor<'_>,
) -> Result<Option<Expression>, Fault> {
    let texts: Vec<&str> = written.tokens().iter().map(|token| &*token.text).collect();
    let is_number = is_numeric(column_type);
    let text = match texts.as_slice() {
        [word] if word.eq_ignore_ascii_case("null") => return Ok(None),
        [word] if word.eq_ignore_ascii_case("true") => "1".to_owned(),
        [word] if word.eq_ignore_ascii_case("false") => "0".to_owned(),
        [text] if is_string(text) => {
            let value = mysql::unquote(text);
            if is_number && is_plain_number(&value) { number(&value, column_type) } else { mysql::literal(&value) }
        }
        [introducer, text] if introducer.starts_with('_') && is_string(text) => mysql::literal(&mysql::unquote(text)),
        ["+", digits] | [digits] if is_number && is_plain_number(digits) => number(digits, column_type),
        ["-", digits] if is_number && is_plain_number(digits) => format!("-{}", number(digits, column_type)),
        [digits] if is_plain_number(digits) && is_text(column_type) => mysql::literal(digits),
        _ => return Ok(Some(written.clone())),
    };
    made(&text, cursor).map(Some)
}

fn is_string(text: &str) -> bool {
    text.starts_with(['\'', '"']) || text.starts_with("N'") || text.starts_with("n'")
}

fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|one: char| one.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|&byte| byte == b'.').count() < 2
}

/// A number with as many decimals as a decimal column has.
fn number(text: &str, column_type: &ColumnType) -> String {
    let scale = match column_type.name.split(' ').next() {
        Some("decimal") => column_type.arguments.get(1).and_then(|scale| scale.parse::<usize>().ok()),
        _ => return text.to_owned(),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    match scale {
        Some(scale) if scale >= fraction.len() && scale <= 38 && scale > 0 => format!("{whole}.{fraction:0<scale$}"),
        Some(0) if fraction.is_empty() => whole.to_owned(),
        _ => text.to_owned(),
    }
}

fn is_numeric(column_type: &ColumnType) -> bool {
    let names = ["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double"];
    column_type.name.split(' ').next().is_some_and(|name| names.contains(&name))
}

fn is_text(column_type: &ColumnType) -> bool {
    matches!(column_type.name.as_str(), "char" | "varchar" | "enum" | "set")
}
