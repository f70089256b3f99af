//! What introspection tells of real databases.

mod mysql;
mod postgres;
mod sqlite;

use dbmig_build::schema::Expression;

/// An expression without parentheses round the whole.
fn text(expression: &Expression) -> String {
    let text = expression.to_string();
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    inner.map_or(text.clone(), str::to_owned)
}
