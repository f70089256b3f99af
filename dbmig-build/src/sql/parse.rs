//! Statements to syntax: a recursive-descent parser for what alters structure. All else is opaque.

mod cursor;
mod mysql;
mod plpgsql;
mod postgres;
mod reference;
mod sqlite;

use dbmig::Backend;

use super::lex::{Token, is_conditional_marker, lex};
use super::syntax::Syntax;
use crate::schema::{ColumnType, Expression, Name};
use crate::source::{Source, Span};
use cursor::Cursor;

pub use plpgsql::{
    CatalogTest, Condition, Text, TurnValues, Turns, called, condition, looped_over, plpgsql, rows_of_catalog, text,
    turns,
};

/// A statement that alters structure and can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The problem: "expected …, found …".
    pub message: String,
    /// The token that isn't understood.
    pub span: Span,
    /// The table or other object that the statement is about, if it was read before.
    pub about: Option<Name>,
}

/// Parses a statement from its tokens, which are those of `source`.
///
/// # Errors
///
/// A statement that alters structure, or may, and can't be read.
pub fn parse(tokens: &[Token], source: &Source, backend: Backend) -> Result<Syntax, Unreadable> {
    // The ends of MySQL's conditional code are no part of the grammar: what stands between them is.
    let is_marker = |token: &Token| backend == Backend::Mysql && is_conditional_marker(token, source.text());
    let code: Vec<Token>;
    let tokens = if tokens.iter().any(is_marker) {
        code = tokens.iter().copied().filter(|token| !is_marker(token)).collect();
        &code
    } else {
        tokens
    };
    let mut cursor = Cursor::new(tokens, source, backend);
    let parsed = match backend {
        Backend::Mysql => mysql::statement(&mut cursor),
        Backend::Sqlite => sqlite::statement(&mut cursor),
        Backend::Postgres => postgres::statement(&mut cursor),
    };
    parsed.map_err(|(message, span)| Unreadable { message, span, about: cursor.about })
}

/// Reads a column type: `VARCHAR(64)`, `unsigned big int`, on SQLite nothing at all. `None` if the text is no type, or
/// more than a type, as PostgreSQL's `serial` is.
pub fn column_type(text: &str, backend: Backend) -> Option<ColumnType> {
    let tokens = lex(text, backend).tokens;
    let source = Source::new("", text);
    let mut cursor = Cursor::new(&tokens, &source, backend);
    let column_type = match backend {
        Backend::Postgres => {
            let read = postgres::column_type(&mut cursor).ok()?;
            (!read.serial && !read.set).then_some(read.column_type)?
        }
        Backend::Mysql => mysql::column_type(&mut cursor).ok()?,
        Backend::Sqlite => sqlite::column_type(&mut cursor).ok()?,
    };
    cursor.is_done().then_some(column_type)
}

/// Reads the default of a column as its database keeps it: on MySQL a literal is the value that the column gets from
/// it, and none is left of `NULL`.
///
/// # Errors
///
/// What is wrong with it, in words.
pub fn column_default(text: &str, column_type: &ColumnType, backend: Backend) -> Result<Option<Expression>, String> {
    let whole = super::expression(text, backend)?;
    if backend != Backend::Mysql {
        return Ok(Some(whole));
    }
    let tokens = lex(text, backend).tokens;
    let source = Source::new("", text);
    let mut cursor = Cursor::new(&tokens, &source, backend);
    mysql::default(&mut cursor, whole, column_type).map_err(|(message, _)| message)
}
