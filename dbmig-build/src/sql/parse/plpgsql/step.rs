//! The statements of a block.

use super::{block, label, skip, steps, take, until, until_semicolon};
use crate::sql::Statement;
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::parse::postgres::{literal, normalized, performed};
use crate::sql::postgres;
use crate::sql::syntax::postgres::{Branch, Step};

/// A statement, up to its semicolon.
pub(super) fn step(cursor: &mut Cursor<'_>, depth: usize) -> Result<Step, Fault> {
    let start = cursor.position();
    if cursor.is(0, "<<") {
        label(cursor)?;
        if cursor.is_any(0, &["declare", "begin"]) {
            cursor.back_to(start);
        }
    }
    if cursor.is_any(0, &["declare", "begin", "<<"]) {
        return Ok(Step::Block(block(cursor, depth + 1)?));
    }
    if is_assignment(cursor) {
        return assignment(cursor, start);
    }
    const VERBS: &[&str] =
        &["if", "case", "loop", "while", "for", "foreach", "execute", "perform", "raise", "return", "exit", "continue"];
    match cursor.eat_one(VERBS) {
        Some("if") => conditional(cursor, start, depth),
        Some("case") => case(cursor, start, depth),
        Some("loop" | "while" | "for" | "foreach") => {
            cursor.back_to(cursor.position() - 1);
            repeated(cursor, start, depth)
        }
        Some("execute") => execute(cursor, start),
        Some("perform") => {
            let length = until(cursor);
            let calls = performed(cursor, length);
            Ok(Step::Perform { calls, span: cursor.since(start) })
        }
        Some("raise") => {
            let fails = !cursor.is_any(0, &["debug", "log", "info", "notice", "warning"]);
            skip(cursor);
            Ok(Step::Raise { fails, span: cursor.since(start) })
        }
        Some("return") if cursor.is_any(0, &["next", "query"]) => {
            skip(cursor);
            Ok(Step::NoEffect(cursor.since(start)))
        }
        Some(_) => {
            skip(cursor);
            Ok(Step::Leave(cursor.since(start)))
        }
        None => sql(cursor, start),
    }
}

/// `name :=`, `name.field =`, `name[1] :=`
fn is_assignment(cursor: &Cursor<'_>) -> bool {
    if !matches!(cursor.kind(0), Some(TokenKind::Word | TokenKind::Quoted | TokenKind::Parameter)) {
        return false;
    }
    let mut ahead = 1;
    while cursor.is(ahead, ".") {
        ahead += 2;
    }
    if cursor.is(ahead, "[") {
        ahead = cursor.until(|cursor, at| at > ahead && cursor.is_any(at, &[":=", "=", ";"]));
    }
    cursor.is_any(ahead, &[":=", "="])
}

fn assignment(cursor: &mut Cursor<'_>, start: usize) -> Result<Step, Fault> {
    let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, &[":=", "="]));
    cursor.skip(length);
    let target = normalized(cursor, start);
    cursor.step();
    let expression = until_semicolon(cursor)?;
    Ok(Step::Assign { target, expression, span: cursor.since(start) })
}

/// A condition, up to its THEN; CASE has one of its own.
fn condition(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let mut cases = 0_usize;
    let mut length = 0;
    while cursor.kind(length).is_some() && !cursor.is(length, ";") && !(cases == 0 && cursor.is(length, "then")) {
        cases += usize::from(cursor.is(length, "case"));
        cases = cases.saturating_sub(usize::from(cursor.is(length, "end")));
        length += 1;
    }
    let condition = take(cursor, length)?;
    cursor.expect("then")?;
    Ok(condition)
}

/// IF has been read.
fn conditional(cursor: &mut Cursor<'_>, start: usize, depth: usize) -> Result<Step, Fault> {
    let mut branches = Vec::new();
    loop {
        let condition = condition(cursor)?;
        branches.push(Branch { condition, steps: steps(cursor, depth + 1)? });
        if cursor.eat_one(&["elsif", "elseif"]).is_none() {
            break;
        }
    }
    let otherwise = if cursor.eat(&["else"]) { steps(cursor, depth + 1)? } else { Vec::new() };
    cursor.expect("end")?;
    cursor.expect("if")?;
    Ok(Step::If { branches, otherwise, span: cursor.since(start) })
}

/// CASE has been read.
fn case(cursor: &mut Cursor<'_>, start: usize, depth: usize) -> Result<Step, Fault> {
    let operand = cursor.until(|cursor, ahead| cursor.is_any(ahead, &["when", ";"]));
    cursor.skip(operand);
    let mut branches = Vec::new();
    while cursor.eat(&["when"]) {
        condition(cursor)?;
        branches.push(steps(cursor, depth + 1)?);
    }
    if cursor.eat(&["else"]) {
        branches.push(steps(cursor, depth + 1)?);
    }
    cursor.expect("end")?;
    cursor.expect("case")?;
    Ok(Step::Case { branches, span: cursor.since(start) })
}

/// `[WHILE …|FOR …|FOREACH …] LOOP … END LOOP [label]`
fn repeated(cursor: &mut Cursor<'_>, start: usize, depth: usize) -> Result<Step, Fault> {
    let begin = cursor.position();
    let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, &["loop", ";"]));
    cursor.skip(length);
    let header = cursor.since(begin);
    cursor.expect("loop")?;
    let steps = steps(cursor, depth + 1)?;
    cursor.expect("end")?;
    cursor.expect("loop")?;
    if cursor.is_name(0) {
        cursor.step();
    }
    Ok(Step::Loop { header, steps, span: cursor.since(start) })
}

/// EXECUTE has been read.
fn execute(cursor: &mut Cursor<'_>, start: usize) -> Result<Step, Fault> {
    let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, &[";", "into", "using"]));
    let expression = take(cursor, length)?;
    let text = match expression.tokens() {
        [only] if only.kind == TokenKind::String => literal(expression.text(), &expression.span),
        _ => None,
    };
    skip(cursor);
    Ok(Step::Execute { text, expression, span: cursor.since(start) })
}

/// A statement of SQL, or one of PL/pgSQL's that alters nothing.
fn sql(cursor: &mut Cursor<'_>, start: usize) -> Result<Step, Fault> {
    const NO_EFFECT: &[&str] = &["null", "get", "open", "fetch", "move", "close", "assert", "commit", "rollback"];
    if cursor.eat_one(NO_EFFECT).is_some() {
        skip(cursor);
        return Ok(Step::NoEffect(cursor.since(start)));
    }
    let word = cursor.text(0).to_ascii_lowercase();
    if !postgres::begins_statement(&word) && !cursor.is(0, "(") {
        let (message, at) = cursor.expected("a statement");
        cursor.step();
        skip(cursor);
        return Ok(Step::Unreadable { message, at });
    }
    let target = target_of_query(cursor);
    let statement = until_semicolon(cursor)?;
    let span = cursor.since(start);
    Ok(match target {
        Some(target) => Step::Assign { target, expression: statement, span },
        None => Step::Sql(statement),
    })
}

/// The variables that a query gives its row to: in PL/pgSQL its INTO makes no table.
fn target_of_query(cursor: &mut Cursor<'_>) -> Option<String> {
    if !cursor.is_any(0, &["select", "with"]) {
        return None;
    }
    let start = cursor.position();
    let length = until(cursor);
    let into = cursor.until(|cursor, ahead| {
        cursor.is(ahead, ";") || (cursor.is(ahead, "into") && ahead > 0 && !cursor.is(ahead - 1, "insert"))
    });
    if into >= length {
        return None;
    }
    cursor.skip(into + 1);
    cursor.eat(&["strict"]);
    let from = cursor.position();
    cursor.step();
    while cursor.is_any(0, &[".", ","]) {
        cursor.skip(2);
    }
    let target = normalized(cursor, from);
    cursor.back_to(start);
    Some(target)
}
