//! What the turns of a loop are made with, where the loop's header says it.

use dbmig::Backend;

use crate::source::Span;
use crate::sql::Statement;
use crate::sql::parse::cursor::Cursor;

use super::text::{Text, joined, operand, variable};

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
    /// `FOR x IN [REVERSE] from..to [BY step]`
    Numbers {
        /// Whether it counts down.
        reverse: bool,
        /// The first number.
        from: Text,
        /// The last one, if the step meets it.
        to: Text,
        /// The step; 1 where none is stated.
        step: Option<Text>,
    },
}

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
        numbers(&mut cursor)?
    };
    cursor.is_done().then_some(Turns { variable, values })
}

/// What a loop runs over: a query, the name of a cursor.
pub fn looped_over(header: &Statement) -> Option<Span> {
    let mut cursor = Cursor::new(header.tokens(), header.span.source(), Backend::Postgres);
    cursor.expect("for").ok()?;
    let length = cursor.until(|cursor, ahead| cursor.is(ahead, "in"));
    cursor.skip(length);
    cursor.expect("in").ok()?;
    let start = cursor.position();
    cursor.skip(header.tokens().len());
    (cursor.position() > start).then(|| cursor.since(start))
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

/// `[REVERSE] from..to [BY step]`
fn numbers(cursor: &mut Cursor<'_>) -> Option<TurnValues> {
    let reverse = cursor.eat(&["reverse"]);
    let from = joined(cursor, 0)?;
    cursor.expect("..").ok()?;
    let to = joined(cursor, 0)?;
    let step = if cursor.eat(&["by"]) { Some(joined(cursor, 0)?) } else { None };
    Some(TurnValues::Numbers { reverse, from, to, step })
}
