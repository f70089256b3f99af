//! Types in the texts of views: PostgreSQL keeps a view by what its names meant.

use std::ops::Range;

use super::replace;
use super::token::{GRAMMAR, Token, literals, names, unquoted};
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

/// The text of a view after a label of an enum got another text: where that is cast to the type, or compared with a
/// column that `is_of_it`.
pub(in crate::schema) fn rename_label(
    sql: &str,
    of: &ObjectName,
    (from, to): (&str, &str),
    is_of_it: impl Fn(&str) -> bool,
) -> String {
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let (from, to) = (literal(from), literal(to));
    let (places, names) = (places(sql, of), names(sql));
    let is_label = |one: &Token| match cast(sql, one) {
        Some(place) => places.iter().any(|one| one.start == place),
        None => {
            let compared = compared(sql, one).and_then(|place| {
                let rest = names.iter().skip_while(move |name| name.start < place);
                rest.take_while(|name| name.start == place || name.text_before(sql) == ".").last()
            });
            let last = names.iter().rfind(|name| name.end <= one.start && is_value(sql, name));
            compared.or(last).is_some_and(|name| is_of_it(&unquoted(&sql[name.start..name.end])))
        }
    };
    let labels = literals(sql).into_iter().filter(|one| sql[one.start..one.end] == from && is_label(one));
    replace(sql, labels.map(|one| (one.start..one.end, &to)))
}

/// Where the type stands that a literal is cast to, alone or in an array.
fn cast(sql: &str, literal: &Token) -> Option<usize> {
    let depth = |text: &str| text.matches('[').count().saturating_sub(text.matches(']').count());
    let mut behind = literal.next(sql);
    if !behind.starts_with("::") && depth(&sql[..literal.start]) > 0 {
        behind = behind.split_once(']').map_or("", |(_, rest)| rest);
    }
    let place = behind.trim_start().strip_prefix("::")?.trim_start();
    Some(sql.len() - place.len())
}

/// Where the column stands that a literal is compared with and which comes behind it: `'x' = column`, `'x' = ANY (column)`.
fn compared(sql: &str, literal: &Token) -> Option<usize> {
    let rest = literal.next(sql);
    let mut operand = rest.trim_start_matches(['=', '<', '>', '!']);
    if operand.len() == rest.len() {
        return None;
    }
    loop {
        operand = operand.trim_start_matches(|one: char| one == '(' || one.is_whitespace());
        let word = operand.split(|one: char| !one.is_alphanumeric()).next().unwrap_or_default();
        if !["any", "all", "some"].iter().any(|one| word.eq_ignore_ascii_case(one)) {
            return Some(sql.len() - operand.len());
        }
        operand = &operand[word.len()..];
    }
}

/// Whether a name may be a column's: no word of the grammar, function, qualifier or array.
fn is_value(sql: &str, name: &Token) -> bool {
    let text = &sql[name.start..name.end];
    let is_word = GRAMMAR.binary_search(&text.to_ascii_lowercase().as_str()).is_ok();
    !is_word && !text.eq_ignore_ascii_case("array") && !name.next(sql).starts_with(['(', '.'])
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
