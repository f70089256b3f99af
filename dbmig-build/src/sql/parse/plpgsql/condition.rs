//! Conditions that ask the database's catalog whether something is there.

use dbmig::Backend;

use crate::sql::Statement;
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::Cursor;

/// `[NOT] EXISTS (SELECT … FROM catalog WHERE column = 'value' AND …)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogTest {
    /// Whether it holds where no row is found.
    pub negated: bool,
    /// The table that is asked, without its schema: `pg_type`, `columns`.
    pub catalog: String,
    /// What its columns must be equal to, in the order of the text.
    pub equal: Vec<(String, String)>,
}

/// The test that a condition is, if it is one and nothing more.
pub fn catalog_test(condition: &Statement) -> Option<CatalogTest> {
    let mut cursor = Cursor::new(condition.tokens(), condition.span.source(), Backend::Postgres);
    let mut parentheses = 0;
    let mut negated = false;
    loop {
        if cursor.eat(&["not"]) {
            negated = !negated;
        } else if cursor.eat(&["("]) {
            parentheses += 1;
        } else {
            break;
        }
    }
    if !cursor.eat(&["exists", "(", "select"]) {
        return None;
    }
    let items = cursor.until(|cursor, ahead| cursor.is(ahead, "from"));
    cursor.skip(items);
    cursor.expect("from").ok()?;
    let catalog = cursor.object("a table").ok()?;
    if cursor.eat(&["as"]) || cursor.is_name(0) {
        cursor.label("an alias").ok()?;
    }
    let mut equal = Vec::new();
    if cursor.eat(&["where"]) {
        loop {
            equal.push(equality(&mut cursor)?);
            if !cursor.eat(&["and"]) {
                break;
            }
        }
    }
    if cursor.eat(&["limit"]) {
        cursor.step();
    }
    cursor.expect(")").ok()?;
    let closed = (0..parentheses).all(|_| cursor.eat(&[")"]));
    let catalog = catalog.name.as_str().to_owned();
    (closed && cursor.is_done()).then_some(CatalogTest { negated, catalog, equal })
}

/// `column = 'value'`, either way round, in parentheses or not.
fn equality(cursor: &mut Cursor<'_>) -> Option<(String, String)> {
    if cursor.eat(&["("]) {
        let inner = comparison(cursor)?;
        return cursor.eat(&[")"]).then_some(inner);
    }
    comparison(cursor)
}

fn comparison(cursor: &mut Cursor<'_>) -> Option<(String, String)> {
    if cursor.kind(0) == Some(TokenKind::String) {
        let value = value(cursor)?;
        cursor.expect("=").ok()?;
        return Some((column(cursor)?, value));
    }
    let column = column(cursor)?;
    cursor.expect("=").ok()?;
    Some((column, value(cursor)?))
}

fn column(cursor: &mut Cursor<'_>) -> Option<String> {
    Some(cursor.object("a column").ok()?.name.as_str().to_owned())
}

/// A string, which may be cast to a type of names.
fn value(cursor: &mut Cursor<'_>) -> Option<String> {
    let value = cursor.string("a value").ok()?;
    if cursor.eat(&["::"]) {
        cursor.object("a type").ok()?;
    }
    Some(value)
}
