//! Conditions that ask the database's catalog whether something is there.

use dbmig::Backend;

use crate::sql::Statement;
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::Cursor;

use super::text::{Text, variable};

/// A condition, as far as it asks the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Whether something is there.
    Test(CatalogTest),
    /// `NOT condition`
    Not(Box<Condition>),
    /// `condition AND condition …`
    All(Vec<Condition>),
    /// `condition OR condition …`
    Any(Vec<Condition>),
    /// `TRUE`, `FALSE`
    Known(bool),
    /// Anything else.
    Other,
}

/// `[NOT] EXISTS (SELECT … FROM catalog WHERE column = 'value' AND …)`, `to_regclass('name') IS [NOT] NULL`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogTest {
    /// Whether it holds where no row is found.
    pub negated: bool,
    /// The tables that are asked, without their schemas: `pg_type`, `columns`; or `to_regclass`, `to_regtype`.
    pub catalogs: Vec<String>,
    /// What their columns must be equal to, in the order of the text: literals, variables, the current schema.
    pub equal: Vec<(String, Text)>,
}

/// How deep conditions may stand in each other.
const DEPTH: usize = 32;

/// Reads a condition.
pub fn condition(condition: &Statement) -> Condition {
    let cursor = Cursor::new(condition.tokens(), condition.span.source(), Backend::Postgres);
    part(&cursor, condition.tokens().len(), 0)
}

/// A condition of the next `length` tokens.
fn part(cursor: &Cursor<'_>, length: usize, depth: usize) -> Condition {
    let cursor = cursor.part(length);
    if depth > DEPTH {
        return Condition::Other;
    }
    for (word, join) in [("or", Condition::Any as fn(Vec<Condition>) -> Condition), ("and", Condition::All)] {
        let parts = split(&cursor, word);
        if parts.len() > 1 {
            let read = |at: &(usize, usize)| {
                let mut from = cursor.part(length);
                from.skip(at.0);
                part(&from, at.1, depth + 1)
            };
            return join(parts.iter().map(read).collect());
        }
    }
    let mut inner = cursor.part(length);
    if inner.eat(&["not"]) {
        return Condition::Not(Box::new(part(&inner, length.saturating_sub(1), depth + 1)));
    }
    if length == 1 && inner.is_any(0, &["true", "false"]) {
        return Condition::Known(inner.is(0, "true"));
    }
    if inner.is(0, "(") && closing(&inner) == Some(length.saturating_sub(1)) {
        inner.step();
        return part(&inner, length.saturating_sub(2), depth + 1);
    }
    // `(SELECT EXISTS (…))`; with a FROM behind it, it is no condition that can be read.
    if inner.eat(&["select"]) {
        return part(&inner, length.saturating_sub(1), depth + 1);
    }
    test(&mut inner).map_or(Condition::Other, Condition::Test)
}

/// The parts of a condition between a word that stands in no parentheses: where each begins, and its length.
fn split(cursor: &Cursor<'_>, word: &str) -> Vec<(usize, usize)> {
    let (mut parts, mut start, mut at, mut depth, mut cases) = (Vec::new(), 0, 0, 0_usize, 0_usize);
    while cursor.kind(at).is_some() {
        if cursor.is(at, "(") {
            depth += 1;
        } else if cursor.is(at, ")") {
            depth = depth.saturating_sub(1);
        } else if cursor.is_any(at, &["case", "between"]) {
            // Their AND and OR aren't looked at.
            cases += 1;
        } else if depth == 0 && cases == 0 && cursor.is(at, word) {
            parts.push((start, at - start));
            start = at + 1;
        }
        at += 1;
    }
    parts.push((start, at - start));
    parts
}

/// The place of the parenthesis that closes the first one.
fn closing(cursor: &Cursor<'_>) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    while cursor.kind(at).is_some() {
        depth += usize::from(cursor.is(at, "("));
        if cursor.is(at, ")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
        at += 1;
    }
    None
}

fn test(cursor: &mut Cursor<'_>) -> Option<CatalogTest> {
    if let Some(function) = cursor.eat_one(&["to_regclass", "to_regtype"]) {
        cursor.expect("(").ok()?;
        let name = value(cursor)?;
        cursor.expect(")").ok()?;
        cast(cursor)?;
        cursor.expect("is").ok()?;
        let negated = !cursor.eat(&["not"]);
        cursor.expect("null").ok()?;
        let (catalogs, equal) = (vec![function.to_owned()], vec![("name".to_owned(), name)]);
        return cursor.is_done().then_some(CatalogTest { negated, catalogs, equal });
    }
    if !cursor.eat(&["exists", "(", "select"]) {
        return None;
    }
    let items = cursor.until(|cursor, ahead| cursor.is(ahead, "from"));
    cursor.skip(items);
    cursor.expect("from").ok()?;
    let mut catalogs = vec![catalog(cursor)?];
    let mut equal = Vec::new();
    let mut joins = 0;
    loop {
        if cursor.eat(&["join"]) || cursor.eat(&["inner", "join"]) {
            catalogs.push(catalog(cursor)?);
            cursor.expect("on").ok()?;
            joins += equalities(cursor, &mut equal)?;
        } else if cursor.eat(&[","]) {
            catalogs.push(catalog(cursor)?);
        } else {
            break;
        }
    }
    if cursor.eat(&["where"]) {
        joins += equalities(cursor, &mut equal)?;
    }
    // A table of the catalog that nothing joins to the others would be asked for by itself.
    if joins + 1 < catalogs.len() {
        return None;
    }
    if cursor.eat(&["limit"]) {
        cursor.step();
    }
    cursor.expect(")").ok()?;
    cursor.is_done().then_some(CatalogTest { negated: false, catalogs, equal })
}

/// A table of the catalog, with its alias.
fn catalog(cursor: &mut Cursor<'_>) -> Option<String> {
    let catalog = cursor.object("a table").ok()?;
    if cursor.eat(&["as"]) || cursor.is_name(0) {
        cursor.label("an alias").ok()?;
    }
    Some(catalog.name.as_str().to_owned())
}

/// `column = value AND …`: what columns must be equal to, and how many pairs of columns join tables.
fn equalities(cursor: &mut Cursor<'_>, equal: &mut Vec<(String, Text)>) -> Option<usize> {
    let mut joins = 0;
    loop {
        let parenthesis = cursor.eat(&["("]);
        match comparison(cursor)? {
            (column, Some(value)) => equal.push((column, value)),
            (_, None) => joins += 1,
        }
        if parenthesis && !cursor.eat(&[")"]) {
            return None;
        }
        if !cursor.eat(&["and"]) {
            return Some(joins);
        }
    }
}

/// `column = value`, either way round; without a value where another table's column stands in its place.
fn comparison(cursor: &mut Cursor<'_>) -> Option<(String, Option<Text>)> {
    if cursor.kind(0) == Some(TokenKind::String) {
        let value = value(cursor)?;
        cursor.expect("=").ok()?;
        return Some((column(cursor)?, Some(value)));
    }
    let column_name = column(cursor)?;
    cursor.expect("=").ok()?;
    if cursor.is(1, ".") {
        column(cursor)?;
        return Some((column_name, None));
    }
    Some((column_name, Some(value(cursor)?)))
}

fn column(cursor: &mut Cursor<'_>) -> Option<String> {
    let column = cursor.object("a column").ok()?;
    cast(cursor)?;
    Some(column.name.as_str().to_owned())
}

/// A string or a variable, which may be cast to a type of names; `current_schema()`; the `oid` of what has a name.
fn value(cursor: &mut Cursor<'_>) -> Option<Text> {
    if cursor.eat(&["current_schema"]) {
        return (!cursor.is(0, "(") || cursor.eat(&["(", ")"])).then_some(Text::CurrentSchema);
    }
    if cursor.eat(&["(", "select", "oid", "from"]) {
        catalog(cursor)?;
        cursor.expect("where").ok()?;
        let (asked, name) = comparison(cursor)?;
        cursor.expect(")").ok()?;
        return name.filter(|_| ["typname", "relname"].contains(&asked.as_str()));
    }
    let value = if cursor.kind(0) == Some(TokenKind::String) {
        Text::Literal(cursor.string("a value").ok()?)
    } else {
        Text::Variable(variable(cursor)?)
    };
    cast(cursor)?;
    Some(value)
}

/// `::type`, or nothing.
fn cast(cursor: &mut Cursor<'_>) -> Option<()> {
    if cursor.eat(&["::"]) {
        cursor.object("a type").ok()?;
    }
    Some(())
}
