//! Names within a trigger's text, which is opaque otherwise.

use dbmig::Backend;

use super::lex::{Token, TokenKind, lex, unquote};
use crate::schema::Name;

/// The text of a trigger after its table got another name, as `PRAGMA legacy_alter_table` has it: its `ON table` alone.
pub(crate) fn rename_trigger_table(sql: &str, from: &Name, to: &Name, backend: Backend) -> String {
    let tokens = tokens(sql, backend);
    let place = tokens.iter().position(|token| is(token, sql, "on")).and_then(|on| {
        let qualified = tokens.get(on + 2).is_some_and(|token| is(token, sql, "."));
        tokens.get(if qualified { on + 3 } else { on + 1 })
    });
    match place.filter(|token| names(token, sql, from)) {
        Some(token) => format!("{}{}{}", &sql[..token.start], to.quoted(), &sql[token.end..]),
        None => sql.to_owned(),
    }
}

/// Whether a trigger mentions a column of its own table, as `NEW.column` or `OLD.column`.
pub(crate) fn mentions_row_column(sql: &str, column: &Name, backend: Backend) -> bool {
    tokens(sql, backend).windows(3).any(|three| {
        let is_row = is(&three[0], sql, "new") || is(&three[0], sql, "old");
        is_row && is(&three[1], sql, ".") && names(&three[2], sql, column)
    })
}

fn tokens(sql: &str, backend: Backend) -> Vec<Token> {
    lex(sql, backend).tokens
}

fn is(token: &Token, sql: &str, what: &str) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Symbol) && token.text(sql).eq_ignore_ascii_case(what)
}

fn names(token: &Token, sql: &str, name: &Name) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Quoted) && name.renamed(&unquote(token.text(sql))) == *name
}
