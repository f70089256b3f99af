//! SQL in: a script's text to tokens, to statements, to the syntax of what alters structure.
//!
//! dbmig reads DDL itself, so that nothing which a migration says is lost and each diagnostic points at the exact
//! token. What alters no structure is opaque: kept with its place and never looked into.

mod check;
mod directive;
mod expression;
mod lex;
mod mysql;
mod parse;
mod postgres;
mod script;
mod split;
mod sqlite;
pub mod syntax;
mod trigger;

pub use directive::Directive;
pub use expression::expression;

pub(crate) use lex::unquote;
pub use lex::{Token, TokenKind};
pub use parse::{
    CatalogTest, Condition, Text, TurnValues, Turns, Unreadable, called, column_default, column_type, condition,
    looped_over, parse, plpgsql, rows_of_catalog, text, turns,
};
pub use script::{Script, Statement};
pub use split::split;
pub(crate) use split::split_part;
pub(crate) use trigger::{mentions_row_column, rename_trigger_table};
