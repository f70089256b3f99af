//! Column definitions. Source: <https://sqlite.org/syntax/column-def.html>.

use super::constraint::{deferrable, on_conflict, reference, sort_order};
use crate::schema::{ColumnType, Deferrable, Expression, Generated, Name, Storage};
use crate::sql::lex::{TokenKind, unquote};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::{ColumnConstraint, ColumnSyntax};

pub(super) fn column(cursor: &mut Cursor<'_>) -> Result<ColumnSyntax, Fault> {
    let name = cursor.name("a column's name")?;
    let column_type = column_type(cursor)?;
    let mut constraints = Vec::new();
    let mut constraint_name = None;
    loop {
        if cursor.eat(&["constraint"]) {
            constraint_name = Some(cursor.name("the constraint's name")?.name);
        } else if let Some(constraint) = constraint(cursor)? {
            constraints.push((constraint_name.take(), constraint));
        } else if let Some(when) = deferrable(cursor)? {
            defer(&mut constraints, when);
        } else {
            return Ok(ColumnSyntax { name, column_type, constraints });
        }
    }
}

/// When to check stands behind the reference, maybe with other constraints between.
fn defer(constraints: &mut [(Option<Name>, ColumnConstraint)], when: Deferrable) {
    let last = constraints.iter_mut().rev().find_map(|(_, constraint)| match constraint {
        ColumnConstraint::References(reference) => Some(reference),
        _ => None,
    });
    if let Some(reference) = last {
        reference.deferrable = when;
    }
}

/// The words of a type, which may be any but keywords, and up to two numbers in parentheses. No word is no type.
pub(in crate::sql::parse) fn column_type(cursor: &mut Cursor<'_>) -> Result<ColumnType, Fault> {
    let start = cursor.position();
    while cursor.is_name(0) && !is_join(cursor.text(0)) && !cursor.are(&["generated", "always"]) {
        cursor.step();
    }
    let words = cursor.position() - start;
    if words == 0 {
        return Ok(ColumnType::default());
    }
    let span = cursor.since(start);
    // A quoted type is what stands in the quotes; `TEXT[]` is SQLite's way to read an array's type.
    let written = if words == 1 { unquote(span.text()) } else { span.text().to_owned() };
    let name = written.split_ascii_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    let mut arguments = Vec::new();
    if cursor.is(0, "(") {
        arguments = cursor.list(|cursor| {
            let start = cursor.position();
            cursor.eat_one(&["+", "-"]);
            if cursor.kind(0) != Some(TokenKind::Number) {
                return Err(cursor.expected("a number"));
            }
            cursor.step();
            Ok(cursor.since(start).text().to_owned())
        })?;
    }
    Ok(ColumnType::with_arguments(name, arguments))
}

/// Names of columns, but no words of types.
fn is_join(word: &str) -> bool {
    ["cross", "full", "indexed", "inner", "left", "natural", "outer", "right"]
        .iter()
        .any(|join| word.eq_ignore_ascii_case(join))
}

fn constraint(cursor: &mut Cursor<'_>) -> Result<Option<ColumnConstraint>, Fault> {
    let start = cursor.position();
    Ok(Some(if cursor.eat(&["primary"]) {
        cursor.expect("key")?;
        let order = sort_order(cursor);
        let on_conflict = on_conflict(cursor)?;
        let autoincrement = cursor.eat(&["autoincrement"]);
        ColumnConstraint::PrimaryKey { order, on_conflict, autoincrement, span: cursor.since(start) }
    } else if cursor.eat(&["not", "null"]) {
        ColumnConstraint::NotNull(on_conflict(cursor)?)
    } else if cursor.eat(&["null"]) {
        on_conflict(cursor)?;
        ColumnConstraint::Null
    } else if cursor.eat(&["unique"]) {
        ColumnConstraint::Unique(on_conflict(cursor)?)
    } else if cursor.eat(&["check"]) {
        let expression = cursor.parenthesized()?;
        ColumnConstraint::Check(expression, on_conflict(cursor)?)
    } else if cursor.eat(&["default"]) {
        ColumnConstraint::Default(default(cursor)?)
    } else if cursor.eat(&["collate"]) {
        ColumnConstraint::Collate(cursor.name("the collation's name")?.name)
    } else if cursor.is(0, "references") {
        ColumnConstraint::References(reference(cursor)?)
    } else if cursor.eat(&["generated", "always", "as"]) || cursor.eat(&["as"]) {
        let expression = cursor.parenthesized()?;
        let storage = match cursor.eat_one(&["stored", "virtual"]) {
            Some("stored") => Storage::Stored,
            _ => Storage::Virtual,
        };
        ColumnConstraint::Generated(Generated { expression, storage })
    } else {
        return Ok(None);
    }))
}

/// `( expression )`, a literal with or without sign, or a word.
fn default(cursor: &mut Cursor<'_>) -> Result<Expression, Fault> {
    if cursor.is(0, "(") {
        return cursor.parenthesized();
    }
    let signed = usize::from(cursor.is(0, "+") || cursor.is(0, "-"));
    let is_value = match cursor.kind(signed) {
        Some(TokenKind::Number | TokenKind::String | TokenKind::Blob | TokenKind::Quoted) => true,
        Some(TokenKind::Word) => cursor.is(signed, "null") || cursor.is_name(signed),
        _ => false,
    };
    if !is_value {
        return Err(cursor.expected("a literal or an expression in parentheses"));
    }
    cursor.expression(signed + 1)
}
