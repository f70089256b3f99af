//! Stored programs: statements one after the other, and those that run if a condition holds, as far as they can be
//! followed.

use super::program::may_alter;
use super::value::{assigned, rows, select};
use crate::sql::lex::TokenKind;
use crate::sql::mysql;
use crate::sql::parse::cursor::Cursor;
use crate::sql::syntax::mysql::{Assigned, Step, Value};

/// How deep blocks may stand in each other.
const DEPTH: usize = 32;

/// The steps of a program from its body on, which runs to the end; none where they can't be read.
pub(super) fn program(cursor: &mut Cursor<'_>) -> Option<Vec<Step>> {
    let mut found = Vec::new();
    label(cursor);
    step(cursor, &mut found, 0)?;
    // The label may stand behind it.
    if cursor.is_name(0) {
        cursor.step();
    }
    cursor.is_done().then_some(found)
}

/// `name:`
fn label(cursor: &mut Cursor<'_>) {
    if cursor.is(1, ":") {
        cursor.skip(2);
    }
}

/// The statements up to an END or ELSE.
fn steps(cursor: &mut Cursor<'_>, depth: usize) -> Option<Vec<Step>> {
    let mut found = Vec::new();
    while !cursor.is_any(0, &["end", "else", "elseif"]) {
        if cursor.is_done() || depth > DEPTH {
            return None;
        }
        label(cursor);
        step(cursor, &mut found, depth)?;
        if !cursor.eat(&[";"]) && !cursor.is(0, "end") {
            return None;
        }
    }
    Some(found)
}

fn step(cursor: &mut Cursor<'_>, found: &mut Vec<Step>, depth: usize) -> Option<()> {
    if cursor.eat(&["begin"]) {
        cursor.eat(&["not", "atomic"]);
        found.push(Step::Block(steps(cursor, depth + 1)?));
        cursor.eat(&["end"]).then_some(())?;
        // A label of the block's.
        if cursor.is_name(0) && !cursor.is_done() {
            cursor.step();
        }
        return Some(());
    }
    if cursor.is(0, "if") && !cursor.is(1, "(") || cursor.is(0, "if") && is_conditional(cursor) {
        cursor.step();
        return conditional(cursor, found, depth);
    }
    let start = cursor.position();
    let length = cursor.until(|cursor, ahead| cursor.is(ahead, ";"));
    match cursor.eat_one(&["declare", "set", "select", "signal", "resignal"]) {
        Some("declare") => declaration(cursor, found, depth),
        Some("set") => {
            found.push(Step::Set(assignments(cursor, length - 1)));
            Some(())
        }
        Some("select") => {
            match selected(&mut cursor.part(length - 1)) {
                Some(set) => found.push(Step::Set(vec![set])),
                None => {
                    cursor.skip(length - 1);
                    found.push(Step::Statement(cursor.since(start)));
                    return Some(());
                }
            }
            cursor.skip(length - 1);
            Some(())
        }
        Some(_) => {
            cursor.skip(length - 1);
            found.push(Step::Fails(cursor.since(start)));
            Some(())
        }
        None => {
            let decides = ["case", "for", "iterate", "leave", "loop", "repeat", "return", "while", "open", "fetch"];
            if length == 0 || decides.iter().any(|word| cursor.is(0, word)) {
                return None;
            }
            cursor.skip(length);
            found.push(Step::Statement(cursor.since(start)));
            Some(())
        }
    }
}

/// Whether an IF with a parenthesis is the statement: then a THEN follows.
fn is_conditional(cursor: &Cursor<'_>) -> bool {
    let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, &[";", "then"]));
    cursor.is(length, "then")
}

/// IF has been read.
fn conditional(cursor: &mut Cursor<'_>, found: &mut Vec<Step>, depth: usize) -> Option<()> {
    let mut branches = Vec::new();
    loop {
        let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, &["then", ";"]));
        // Its THEN may be that of a CASE.
        if (0..length).any(|ahead| cursor.is(ahead, "case")) {
            return None;
        }
        let condition = assigned(cursor, length).value;
        cursor.eat(&["then"]).then_some(())?;
        branches.push((condition, steps(cursor, depth + 1)?));
        if !cursor.eat(&["elseif"]) {
            break;
        }
    }
    let otherwise = if cursor.eat(&["else"]) { steps(cursor, depth + 1)? } else { Vec::new() };
    found.push(Step::If { branches, otherwise });
    cursor.eat(&["end", "if"]).then_some(())
}

/// `name, … type [DEFAULT value]`, `CONTINUE|EXIT HANDLER FOR error, … statement`; DECLARE has been read.
fn declaration(cursor: &mut Cursor<'_>, found: &mut Vec<Step>, depth: usize) -> Option<()> {
    if cursor.is(1, "handler") {
        let leaves = cursor.is(0, "exit");
        cursor.skip(2);
        cursor.expect("for").ok()?;
        let mut errors = Vec::new();
        loop {
            if cursor.eat(&["sqlstate"]) {
                cursor.eat(&["value"]);
            }
            let not = if cursor.eat(&["not"]) { "not " } else { "" };
            errors.push(format!("{not}{}", mysql::unquote(cursor.text(0)).to_lowercase()));
            cursor.step();
            if !cursor.eat(&[","]) {
                break;
            }
        }
        let start = cursor.position();
        let mut handled = Vec::new();
        step(cursor, &mut handled, depth + 1)?;
        let end = cursor.position();
        let mut body = cursor.part(0);
        body.back_to(start);
        if may_alter(&mut body, start) {
            return None;
        }
        cursor.back_to(end);
        found.push(Step::Handler { leaves, errors });
        return Some(());
    }
    let length = cursor.until(|cursor, ahead| cursor.is(ahead, ";"));
    // Cursors are fetched from in loops; a condition is a name for an error, which isn't looked up.
    if cursor.is(1, "condition") {
        return None;
    }
    if cursor.is(1, "cursor") {
        cursor.skip(length);
        return Some(());
    }
    let mut names = vec![local(cursor)];
    while cursor.eat(&[","]) {
        names.push(local(cursor));
    }
    let rest = cursor.until(|cursor, ahead| cursor.is_any(ahead, &[";", "default"]));
    cursor.skip(rest);
    let value = if cursor.eat(&["default"]) {
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, ";"));
        assigned(cursor, length)
    } else {
        Assigned { value: Some(Value::Null), may_alter: false }
    };
    found.push(Step::Set(names.into_iter().map(|name| (name, value.clone())).collect()));
    Some(())
}

fn local(cursor: &mut Cursor<'_>) -> String {
    let name = mysql::unquote(cursor.text(0)).to_lowercase();
    cursor.step();
    name
}

/// `name = value, …` of so many tokens; SET has been read. What is no assignment, as `NAMES utf8` is none, is left out.
pub(super) fn assignments(cursor: &mut Cursor<'_>, length: usize) -> Vec<(String, Assigned)> {
    let mut part = cursor.part(length);
    cursor.skip(length);
    let mut found = Vec::new();
    while !part.is_done() {
        let of_server = part.eat_one(&["global", "session", "local", "persist", "persist_only"]).is_some();
        let is_variable = part.kind(0) == Some(TokenKind::Parameter) && !part.text(0).starts_with("@@");
        let name = if is_variable { super::program::variable(&mut part) } else { local(&mut part) };
        if part.eat_one(&["=", ":="]).is_none() {
            break;
        }
        let rest = part.until(|part, ahead| part.is(ahead, ","));
        let value = assigned(&mut part, rest);
        if !of_server {
            found.push((name, value));
        }
        part.eat(&[","]);
    }
    found
}

/// `value INTO name [FROM …]`, `value FROM … INTO name`, all of it; SELECT has been read.
pub(super) fn selected(cursor: &mut Cursor<'_>) -> Option<(String, Assigned)> {
    let start = cursor.position();
    let may_alter = super::program::may_be_ddl(cursor);
    cursor.back_to(start);
    let into = cursor.until(|cursor, ahead| cursor.is(ahead, "into"));
    let mut before = cursor.part(into);
    let value = select(&mut before, 0).filter(|_| before.is_done());
    cursor.skip(into);
    cursor.expect("into").ok()?;
    let is_variable = cursor.kind(0) == Some(TokenKind::Parameter);
    let name = if is_variable { super::program::variable(cursor) } else { local(cursor) };
    // Several at once aren't followed.
    if cursor.is(0, ",") {
        return None;
    }
    let value = match (value, cursor.is_done()) {
        (value, true) => value,
        (Some(Value::Select(value, None)), false) => {
            rows(cursor, 0).filter(|_| cursor.is_done()).map(|rows| Value::Select(value, Some(rows)))
        }
        _ => None,
    };
    Some((name, Assigned { value, may_alter }))
}
