//! What the turns of a loop are made with, where the loop's header says it.

use dbmig::Backend;

use crate::sql::Statement;
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::Cursor;

use super::text::{Text, operand, variable};

/// A loop over values that its header names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turns {
    /// The variable that takes one after the other.
    pub variable: String,
    /// The values.
    pub values: TurnValues,
}

/// What a loop runs over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnValues {
    /// `FOREACH x IN ARRAY array`, `FOR x IN SELECT unnest(array)`, `FOR x IN SELECT y FROM unnest(array) AS y`
    Elements(Text),
    /// `FOR x IN [REVERSE] 1..3`, in the order of the turns.
    Numbers(Vec<i64>),
}

/// More turns than any migration has tables.
const MOST: u64 = 10_000;

/// Reads what stands before `LOOP`; none for anything but a loop over literals and variables.
pub fn turns(header: &Statement) -> Option<Turns> {
    let mut cursor = Cursor::new(header.tokens(), header.span.source(), Backend::Postgres);
    let each = cursor.eat(&["foreach"]);
    if !each {
        cursor.expect("for").ok()?;
    }
    let variable = variable(&mut cursor)?;
    cursor.expect("in").ok()?;
    let values = if each {
        cursor.expect("array").ok()?;
        TurnValues::Elements(operand(&mut cursor, 0)?)
    } else if cursor.eat(&["select"]) {
        TurnValues::Elements(unnested(&mut cursor)?)
    } else {
        TurnValues::Numbers(numbers(&mut cursor)?)
    };
    cursor.is_done().then_some(Turns { variable, values })
}

/// `unnest(array) [[AS] name]`, `name FROM unnest(array) [[AS] name]`
fn unnested(cursor: &mut Cursor<'_>) -> Option<Text> {
    let named = if cursor.is(1, "from") {
        let name = variable(cursor)?;
        cursor.step();
        Some(name)
    } else {
        None
    };
    cursor.expect("unnest").ok()?;
    cursor.expect("(").ok()?;
    let array = operand(cursor, 0)?;
    cursor.expect(")").ok()?;
    let renamed = cursor.eat(&["as"]) || cursor.is_name(0);
    let alias = if renamed { Some(cursor.label("an alias").ok()?) } else { None };
    match (named, alias) {
        // What is selected must be what is unnested.
        (Some(name), Some(alias)) => (alias.name.as_str() == name).then_some(array),
        (Some(name), None) => (name == "unnest").then_some(array),
        (None, _) => Some(array),
    }
}

/// `[REVERSE] 1..3`: the lexer takes the dots for parts of numbers.
fn numbers(cursor: &mut Cursor<'_>) -> Option<Vec<i64>> {
    let reverse = cursor.eat(&["reverse"]);
    let mut written = String::new();
    while matches!(cursor.kind(0)?, TokenKind::Number | TokenKind::Symbol) {
        written.push_str(cursor.text(0));
        cursor.step();
        if cursor.is_done() {
            break;
        }
    }
    let (from, to) = written.split_once("..")?;
    let (from, to) = (from.parse::<i64>().ok()?, to.parse::<i64>().ok()?);
    if from.abs_diff(to) >= MOST {
        return None;
    }
    Some(if reverse { (to..=from).rev().collect() } else { (from..=to).collect() })
}
