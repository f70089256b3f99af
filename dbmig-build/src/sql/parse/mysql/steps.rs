//! Stored programs whose course is certain: statements one after the other, and those that run if a table, a column, an
//! index or a constraint is there or isn't, as `information_schema` tells.

use super::name;
use crate::schema::Name;
use crate::sql::lex::TokenKind;
use crate::sql::mysql;
use crate::sql::parse::cursor::Cursor;
use crate::sql::syntax::mysql::{Catalogue, Condition, Step};

/// How deep blocks may stand in each other.
const DEPTH: usize = 32;

/// The steps of a program from its body on, which runs to the end; none where its course isn't certain.
pub(super) fn program(cursor: &mut Cursor<'_>) -> Option<Vec<Step>> {
    let mut found = Vec::new();
    cursor.eat(&["begin", "not", "atomic"]);
    if cursor.is_done() || (cursor.is(0, "if") && step(cursor, &mut found, 0).is_some() && cursor.is_done()) {
        return Some(found).filter(|found| !found.is_empty());
    }
    cursor.eat(&["begin"]);
    let steps = steps(cursor, 0)?;
    cursor.eat(&["end"]).then_some(())?;
    // A label may stand behind it.
    if cursor.is_name(0) {
        cursor.step();
    }
    cursor.is_done().then_some(steps)
}

/// The statements up to an END or ELSE.
fn steps(cursor: &mut Cursor<'_>, depth: usize) -> Option<Vec<Step>> {
    let mut found = Vec::new();
    while !cursor.is(0, "end") && !cursor.is(0, "else") {
        if cursor.is_done() || depth > DEPTH {
            return None;
        }
        step(cursor, &mut found, depth)?;
        if !cursor.eat(&[";"]) && !cursor.is(0, "end") {
            return None;
        }
    }
    Some(found)
}

fn step(cursor: &mut Cursor<'_>, found: &mut Vec<Step>, depth: usize) -> Option<()> {
    if cursor.eat(&["begin"]) {
        found.extend(steps(cursor, depth + 1)?);
        return cursor.eat(&["end"]).then_some(());
    }
    if cursor.eat(&["if"]) {
        let condition = condition(cursor)?;
        cursor.eat(&["then"]).then_some(())?;
        let then = steps(cursor, depth + 1)?;
        let otherwise = if cursor.eat(&["else"]) { steps(cursor, depth + 1)? } else { Vec::new() };
        found.push(Step::If { condition, then, otherwise });
        return cursor.eat(&["end", "if"]).then_some(());
    }
    let decides = [
        "call", "case", "declare", "elseif", "execute", "for", "iterate", "leave", "loop", "prepare", "repeat",
        "return", "signal", "resignal", "while",
    ];
    if decides.iter().any(|word| cursor.is(0, word)) || cursor.is(1, ":") {
        return None;
    }
    let start = cursor.position();
    for _ in 0..cursor.until(|cursor, ahead| cursor.is(ahead, ";")) {
        cursor.step();
    }
    if cursor.position() == start {
        return None;
    }
    found.push(Step::Statement(cursor.since(start)));
    Some(())
}

/// `[NOT] EXISTS (SELECT … FROM information_schema.… WHERE …)`, or its count compared with 0.
fn condition(cursor: &mut Cursor<'_>) -> Option<Condition> {
    // Parentheses may stand round the whole.
    let bare = cursor.are(&["(", "select"]) || !cursor.is(0, "(") || !cursor.eat(&["("]);
    let mut negated = cursor.eat(&["not"]);
    let counts = !cursor.eat(&["exists"]);
    cursor.eat(&["(", "select"]).then_some(())?;
    if counts && (negated || !cursor.are(&["count", "("])) {
        return None;
    }
    while !cursor.is(0, "from") {
        if cursor.is_done() || cursor.is(0, "select") {
            return None;
        }
        cursor.step();
    }
    let mut condition = rows(cursor)?;
    cursor.eat(&[")"]).then_some(())?;
    if counts {
        negated = if compared(cursor, "=", "0") || compared(cursor, "<", "1") {
            true
        } else if compared(cursor, ">", "0") || compared(cursor, "<>", "0") || compared(cursor, ">=", "1") {
            false
        } else {
            return None;
        };
    }
    condition.negated = negated;
    if bare || cursor.eat(&[")"]) { Some(condition) } else { None }
}

fn compared(cursor: &mut Cursor<'_>, operator: &str, number: &str) -> bool {
    let found = cursor.is(0, operator) && cursor.text(1) == number;
    if found {
        cursor.step();
        cursor.step();
    }
    found
}

/// `FROM information_schema.… WHERE column = value AND …`
fn rows(cursor: &mut Cursor<'_>) -> Option<Condition> {
    cursor.eat(&["from", "information_schema", "."]).then_some(())?;
    let (catalogue, column) = match cursor.eat_one(&["tables", "columns", "statistics", "table_constraints"])? {
        "tables" => (Catalogue::Tables, "table_name"),
        "columns" => (Catalogue::Columns, "column_name"),
        "statistics" => (Catalogue::Indexes, "index_name"),
        _ => (Catalogue::Constraints, "constraint_name"),
    };
    cursor.eat(&["where"]).then_some(())?;
    let (mut own, mut table, mut object) = (false, None, None);
    loop {
        let asked = mysql::unquote(cursor.text(0)).to_ascii_lowercase();
        cursor.step();
        cursor.eat(&["="]).then_some(())?;
        let is_schema = asked == "table_schema" || asked == "constraint_schema";
        if is_schema {
            // Another database isn't known.
            (cursor.eat(&["database", "(", ")"]) || cursor.eat(&["schema", "(", ")"])).then_some(())?;
            own = true;
        } else {
            let value = value(cursor)?;
            match asked.as_str() {
                "table_name" => table = Some(value),
                _ if asked == column => object = Some(value),
                _ => return None,
            }
        }
        if !cursor.eat(&["and"]) {
            break;
        }
    }
    let object = if catalogue == Catalogue::Tables { None } else { Some(object?) };
    own.then_some(Condition { negated: false, catalogue, table: table?, object })
}

fn value(cursor: &mut Cursor<'_>) -> Option<Name> {
    if cursor.kind(0) != Some(TokenKind::String) {
        return None;
    }
    let value = name(&mysql::unquote(cursor.text(0)), cursor);
    cursor.step();
    Some(value)
}
