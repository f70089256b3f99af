//! Conditions that ask the database's catalog whether something is there.

use dbmig::Backend;

use crate::sql::Statement;
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::Cursor;

use super::text::{Text, operand, variable};

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
    let Some(mut tests) = test(&mut inner) else { return Condition::Other };
    match (tests.pop(), tests.is_empty()) {
        (Some(only), true) => Condition::Test(only),
        (last, _) => Condition::Any(tests.into_iter().chain(last).map(Condition::Test).collect()),
    }
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

/// The tests of which one must hold.
fn test(cursor: &mut Cursor<'_>) -> Option<Vec<CatalogTest>> {
    if let Some(function) = cursor.eat_one(&["to_regclass", "to_regtype"]) {
        cursor.expect("(").ok()?;
        let name = value(cursor)?;
        cursor.expect(")").ok()?;
        casts(cursor)?;
        cursor.expect("is").ok()?;
        let negated = !cursor.eat(&["not"]);
        cursor.expect("null").ok()?;
        let (catalogs, equal) = (vec![function.to_owned()], vec![("name".to_owned(), name)]);
        return cursor.is_done().then(|| vec![CatalogTest { negated, catalogs, equal }]);
    }
    if !cursor.eat(&["exists", "(", "select"]) {
        return None;
    }
    let items = cursor.until(|cursor, ahead| cursor.is(ahead, "from"));
    cursor.skip(items);
    cursor.expect("from").ok()?;
    let mut catalogs = vec![catalog(cursor)?];
    let mut alternatives = vec![Rows::default()];
    loop {
        if cursor.eat(&["join"]) || cursor.eat(&["inner", "join"]) {
            catalogs.push(catalog(cursor)?);
            cursor.expect("on").ok()?;
            alternatives = both(&alternatives, &conjunction(cursor, 0, false)?)?;
        } else if cursor.eat(&[","]) {
            catalogs.push(catalog(cursor)?);
        } else {
            break;
        }
    }
    if cursor.eat(&["where"]) {
        alternatives = both(&alternatives, &disjunction(cursor, 0, false)?)?;
    }
    // A table of the catalog that nothing joins to the others would be asked for by itself.
    if alternatives.iter().any(|one| one.joins + 1 < catalogs.len()) {
        return None;
    }
    if cursor.eat(&["order", "by"]) {
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, "limit"));
        cursor.skip(length);
    }
    if cursor.eat(&["limit"]) {
        cursor.step();
    }
    cursor.expect(")").ok()?;
    // PL/pgSQL makes a query of the condition, in which its value may have a name.
    if cursor.is_name(0) {
        cursor.step();
    }
    let of = |rows: Rows| CatalogTest { negated: false, catalogs: catalogs.clone(), equal: rows.equal };
    cursor.is_done().then(|| alternatives.into_iter().map(of).collect())
}

/// What rows must be like: all of it.
#[derive(Clone, Default)]
struct Rows {
    equal: Vec<(String, Text)>,
    /// How many pairs of columns join tables.
    joins: usize,
}

/// More alternatives than anyone writes.
const MOST: usize = 64;

/// What is like one of these and like one of those.
fn both(one: &[Rows], other: &[Rows]) -> Option<Vec<Rows>> {
    let joined = |left: &Rows, right: &Rows| Rows {
        equal: left.equal.iter().chain(&right.equal).cloned().collect(),
        joins: left.joins + right.joins,
    };
    (one.len() * other.len() <= MOST)
        .then(|| one.iter().flat_map(|left| other.iter().map(move |right| joined(left, right))).collect())
}

/// `conjunction OR conjunction …`
fn disjunction(cursor: &mut Cursor<'_>, depth: usize, lenient: bool) -> Option<Vec<Rows>> {
    let mut alternatives = conjunction(cursor, depth, lenient)?;
    while cursor.eat(&["or"]) {
        alternatives.extend(conjunction(cursor, depth, lenient)?);
    }
    (alternatives.len() <= MOST).then_some(alternatives)
}

/// `column = value AND column IN (value, …) AND (…) …`; a `lenient` one leaves out what can't be read.
fn conjunction(cursor: &mut Cursor<'_>, depth: usize, lenient: bool) -> Option<Vec<Rows>> {
    if depth > DEPTH {
        return None;
    }
    let mut alternatives = vec![Rows::default()];
    loop {
        let start = cursor.position();
        let read = match term(cursor, depth) {
            Some(read) if !lenient || cursor.is_done() || cursor.is_any(0, TERM_ENDS) => read,
            None | Some(_) if lenient => {
                cursor.back_to(start);
                let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, TERM_ENDS));
                cursor.skip(length);
                vec![Rows::default()]
            }
            _ => return None,
        };
        alternatives = both(&alternatives, &read)?;
        if !cursor.eat(&["and"]) {
            return Some(alternatives);
        }
    }
}

const TERM_ENDS: &[&str] = &["and", "or", "order", "limit"];

fn term(cursor: &mut Cursor<'_>, depth: usize) -> Option<Vec<Rows>> {
    if !cursor.eat(&["("]) {
        return comparison(cursor);
    }
    let inner = disjunction(cursor, depth + 1, false)?;
    cursor.expect(")").ok()?;
    Some(inner)
}

/// What the rows of `SELECT … FROM catalog WHERE …` are among: where none of these is there, it has no rows.
pub fn rows_of_catalog(query: &Statement) -> Option<Vec<CatalogTest>> {
    let mut cursor = Cursor::new(query.tokens(), query.span.source(), Backend::Postgres);
    cursor.expect("select").ok()?;
    const OTHERS: &[&str] = &["union", "intersect", "except", "group", "having", "join", "into", "count", "window"];
    let plain = cursor.until(|cursor, ahead| cursor.is_any(ahead, OTHERS));
    if cursor.kind(plain).is_some() {
        return None;
    }
    let items = cursor.until(|cursor, ahead| cursor.is(ahead, "from"));
    // `count(*)` and the like give a row where there is none.
    if (0..items).any(|ahead| cursor.is(ahead, "(")) {
        return None;
    }
    cursor.skip(items);
    cursor.expect("from").ok()?;
    let catalogs = vec![catalog(&mut cursor)?];
    cursor.expect("where").ok()?;
    let alternatives = disjunction(&mut cursor, 0, true)?;
    let all = cursor.is_done() || cursor.is_any(0, &["order", "limit"]);
    let of = |rows: Rows| CatalogTest { negated: false, catalogs: catalogs.clone(), equal: rows.equal };
    all.then(|| alternatives.into_iter().map(of).collect())
}

/// A table of the catalog, with its alias.
fn catalog(cursor: &mut Cursor<'_>) -> Option<String> {
    let catalog = cursor.object("a table").ok()?;
    if cursor.eat(&["as"]) || cursor.is_name(0) {
        cursor.label("an alias").ok()?;
    }
    // A table of one's own may be called `tables`.
    let is_catalog = match &catalog.schema {
        Some(schema) => ["pg_catalog", "information_schema"].contains(&schema.as_str()),
        None => catalog.name.as_str().starts_with("pg_"),
    };
    is_catalog.then(|| catalog.name.as_str().to_owned())
}

/// `column = value`, either way round, `column = column`, `column IN (value, …)`
fn comparison(cursor: &mut Cursor<'_>) -> Option<Vec<Rows>> {
    let equal = |column: &str, value: Text| Rows { equal: vec![(column.to_owned(), value)], joins: 0 };
    if cursor.kind(0) == Some(TokenKind::String) {
        let value = value(cursor)?;
        cursor.expect("=").ok()?;
        return Some(vec![equal(&column(cursor)?, value)]);
    }
    let left = column(cursor)?;
    if cursor.eat(&["in", "("]) {
        let mut values = vec![equal(&left, value(cursor)?)];
        while cursor.eat(&[","]) {
            values.push(equal(&left, value(cursor)?));
        }
        cursor.expect(")").ok()?;
        return Some(values);
    }
    cursor.expect("=").ok()?;
    // The database is the connection's.
    if left.ends_with("_catalog") && cursor.eat(&["current_database", "(", ")"]) {
        return Some(vec![Rows::default()]);
    }
    if cursor.is(1, ".") {
        column(cursor)?;
        return Some(vec![Rows { equal: Vec::new(), joins: 1 }]);
    }
    Some(vec![equal(&left, value(cursor)?)])
}

/// A column, which may be cast, or the definition of a constraint.
fn column(cursor: &mut Cursor<'_>) -> Option<String> {
    let column = cursor.object("a column").ok()?;
    if column.name.as_str() == "pg_get_constraintdef" {
        cursor.expect("(").ok()?;
        let oid = cursor.object("a column").ok()?;
        cursor.expect(")").ok()?;
        if oid.name.as_str() != "oid" {
            return None;
        }
    }
    casts(cursor)?;
    Some(column.name.as_str().to_owned())
}

/// A string, an array or a variable, which may be cast to another type; `current_schema()`; the `oid` of what has a name.
fn value(cursor: &mut Cursor<'_>) -> Option<Text> {
    if cursor.eat(&["current_schema"]) {
        return (!cursor.is(0, "(") || cursor.eat(&["(", ")"])).then_some(Text::CurrentSchema);
    }
    if cursor.eat(&["(", "select", "oid", "from"]) {
        catalog(cursor)?;
        cursor.expect("where").ok()?;
        let mut rows = comparison(cursor)?;
        cursor.expect(")").ok()?;
        let (asked, name) = rows.pop()?.equal.pop()?;
        return (rows.is_empty() && ["typname", "relname"].contains(&asked.as_str())).then_some(name);
    }
    let value = if cursor.are(&["array", "["]) {
        operand(cursor, 0)?
    } else if cursor.kind(0) == Some(TokenKind::String) {
        Text::Literal(cursor.string("a value").ok()?)
    } else {
        Text::Variable(variable(cursor)?)
    };
    casts(cursor)?;
    Some(value)
}

/// `::type …`, or nothing.
fn casts(cursor: &mut Cursor<'_>) -> Option<()> {
    while cursor.eat(&["::"]) {
        cursor.object("a type").ok()?;
        cursor.eat(&["[", "]"]);
    }
    Some(())
}
