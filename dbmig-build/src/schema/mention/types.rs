//! Types in the texts of views: PostgreSQL keeps a view by what its names meant.

use std::ops::Range;

use super::replace;
use super::token::{Token, names, unquoted};
use crate::schema::ObjectName;

/// Whether a view's text casts something to a type.
pub(crate) fn casts_to(sql: &str, name: &ObjectName) -> bool {
    !places(sql, name).is_empty()
}

/// The text of a view after a type got another name, or came into another schema.
pub(in crate::schema) fn rename_type(sql: &str, from: &ObjectName, to: &ObjectName) -> String {
    let to = to.sql();
    replace(sql, places(sql, from).into_iter().map(|place| (place, &to)))
}

/// Where a type is named, with its schema: behind `::`, behind the `AS` of a cast, and before a literal.
fn places(sql: &str, name: &ObjectName) -> Vec<Range<usize>> {
    let names = names(sql);
    let is_it = |(at, one): (usize, &Token)| {
        let schema = at.checked_sub(1).and_then(|at| names.get(at)).filter(|_| one.text_before(sql) == ".");
        let in_schema = match (&name.schema, schema) {
            (None, None) => true,
            (None, Some(schema)) => unquoted(&sql[schema.start..schema.end]).eq_ignore_ascii_case("public"),
            (Some(wanted), Some(schema)) => schema.is(sql, wanted),
            (Some(_), None) => false,
        };
        let start = schema.map_or(one.start, |schema| schema.start);
        let before = sql[..start].trim_end();
        let is_type = before.ends_with("::") || is_as_of_cast(sql, &names, start) || one.next(sql).starts_with('\'');
        (one.is(sql, &name.name) && in_schema && is_type).then_some(start..one.end)
    };
    names.iter().enumerate().filter_map(is_it).collect()
}

/// Whether the AS of a cast stands before a place: what it is in was opened by `CAST (`.
fn is_as_of_cast(sql: &str, names: &[Token], place: usize) -> bool {
    let is = |one: &Token, word: &str| sql[one.start..one.end].eq_ignore_ascii_case(word);
    let Some(at) = names.iter().rposition(|one| one.end <= place) else { return false };
    if !is(&names[at], "as") || !sql[names[at].end..place].trim().is_empty() {
        return false;
    }
    // Each CAST that has begun and not ended: the innermost parenthesis that is open is its own.
    names[..at].iter().filter(|one| is(one, "cast")).any(|cast| {
        let mut depth = 0;
        let inner = &sql[cast.end..names[at].start];
        let closes = |one: char| {
            depth += i32::from(one == '(') - i32::from(one == ')');
            depth == 0 && one == ')'
        };
        cast.next(sql).starts_with('(') && !inner.contains(closes) && depth == 1
    })
}
