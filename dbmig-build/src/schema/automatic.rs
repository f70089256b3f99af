//! The names that PostgreSQL gives to what has none.
//!
//! Source: `makeObjectName`, `ChooseRelationName`, `ChooseIndexName`, `ChooseConstraintName` and `FigureColname` of
//! PostgreSQL, as they behave.

use std::collections::BTreeSet;

use super::{Expression, IndexColumn, IndexKey, Name};

/// The length of a name in bytes.
const LIMIT: usize = 63;

/// `first_second_label`, the first two shortened in turns until it fits.
pub fn joined(first: &str, second: Option<&str>, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(second.is_some());
    let available = LIMIT.saturating_sub(overhead);
    let (mut one, mut two) = (first.len(), second.map_or(0, str::len));
    while one + two > available && one + two > 0 {
        if one > two { one -= 1 } else { two -= 1 }
    }
    let second = second.map(|second| format!("_{}", clipped(second, two))).unwrap_or_default();
    format!("{}{second}_{label}", clipped(first, one))
}

/// The longest beginning of a text of whole characters and at most so many bytes.
fn clipped(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Several columns in one part of a name.
pub fn addition<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(column);
        if text.len() > LIMIT {
            break;
        }
    }
    text
}

/// The names of an index's columns, by which it is called where nobody names it.
pub fn index_columns(columns: &[IndexColumn], include: &[Name]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    let keys = columns.iter().map(|column| match &column.key {
        IndexKey::Column(name) => name.as_str().to_owned(),
        IndexKey::Expression(expression) => expression_name(expression),
    });
    for origin in keys.chain(include.iter().map(|name| name.as_str().to_owned())) {
        let mut name = origin.clone();
        let mut pass = 0_usize;
        while taken.contains(&name) {
            pass += 1;
            let number = pass.to_string();
            name = format!("{}{number}", clipped(&origin, LIMIT - number.len()));
        }
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

/// What an expression is called: `lower(x)` is `lower`, most are `expr`.
fn expression_name(expression: &Expression) -> String {
    let tokens = expression.tokens();
    let texts: Vec<&str> = tokens.iter().map(|token| &*token.key).collect();
    figure(&texts).unwrap_or_else(|| "expr".to_owned())
}

fn figure(tokens: &[&str]) -> Option<String> {
    let tokens = inner(tokens);
    let (first, rest) = tokens.split_first()?;
    // `value::type` is called as the value is, or else by its type.
    if let Some(at) = at_depth_zero(tokens, "::").last() {
        let (value, type_name) = (tokens.get(..*at)?, tokens.get(at + 1..)?);
        if !value.iter().any(|token| is_operator(token)) || only_call(value) {
            return figure(value).or_else(|| type_name.first().map(|name| unquoted(name)));
        }
        return None;
    }
    if let Some(at) = at_depth_zero(tokens, "collate").last() {
        return figure(tokens.get(..*at)?);
    }
    // The operator is a function by another name.
    if let Some(at) = at_depth_zero(tokens, "at").last() {
        if tokens.get(at + 1..at + 3) == Some(&["time", "zone"]) {
            return Some("timezone".to_owned());
        }
    }
    // `(value).field` and `table.column`.
    if let [value @ .., ".", field] = tokens {
        let is_value = matches!(value, ["(", ..] if only_call(value)) || is_path(value);
        return Some(unquoted(field)).filter(|_| is_value && is_name(field));
    }
    match *first {
        "case" => return Some("case".to_owned()),
        "array" => return Some("array".to_owned()),
        "cast" => {
            let inside = rest.get(1..rest.len().checked_sub(1)?)?;
            let at = *at_depth_zero(inside, "as").last()?;
            return figure(inside.get(..at)?).or_else(|| inside.get(at + 1).map(|name| unquoted(name)));
        }
        _ => {}
    }
    // `value[1]` is called as the value is.
    if let Some(open) = tokens.iter().position(|token| *token == "[").filter(|_| tokens.last() == Some(&"]")) {
        let value = tokens.get(..open)?;
        return figure(value).filter(|_| value.len() == 1 || only_call(value));
    }
    if rest.is_empty() {
        return is_name(first).then(|| unquoted(first));
    }
    // `schema.function(…)` and `function(…)`; behind the parenthesis nothing may come.
    let open = tokens.iter().position(|token| *token == "(")?;
    let name = tokens.get(open.checked_sub(1)?)?;
    let qualified = tokens.get(..open - 1)?;
    let is_qualifier = qualified.chunks(2).all(|pair| matches!(pair, [one, "."] if is_name(one)));
    (is_qualifier && is_name(name) && only_call(tokens)).then(|| unquoted(name))
}

/// Whether tokens are `name` or `name.name`.
fn is_path(tokens: &[&str]) -> bool {
    tokens.len() % 2 == 1 && tokens.chunks(2).all(|pair| matches!(pair, [one] | [one, "."] if is_name(one)))
}

/// Whether a text is one call: what opens behind its name closes at its end.
fn only_call(tokens: &[&str]) -> bool {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            "(" => depth += 1,
            ")" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && at + 1 < tokens.len() {
                    return false;
                }
            }
            _ => {}
        }
    }
    tokens.last() == Some(&")")
}

/// Takes off parentheses round the whole.
fn inner<'a, 'b>(mut tokens: &'a [&'b str]) -> &'a [&'b str] {
    while let [first, middle @ .., last] = tokens {
        if *first != "(" || *last != ")" || !only_call(tokens) {
            break;
        }
        tokens = middle;
    }
    tokens
}

fn at_depth_zero(tokens: &[&str], wanted: &str) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            one if one == wanted && depth == 0 => found.push(at),
            _ => {}
        }
    }
    found
}

fn is_operator(token: &str) -> bool {
    token.starts_with(|first: char| "+-*/<>=~!@#%^&|`?".contains(first))
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_' || first == '"' || !first.is_ascii())
        && !["and", "or", "not", "null", "true", "false"].contains(&token)
}

fn unquoted(token: &str) -> String {
    match token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => token.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_are_shortened_in_turns() {
        let (long, longer) = ("a".repeat(40), "b".repeat(60));
        assert_eq!(joined(&long, Some(&longer), "fkey"), format!("{}_{}_fkey", "a".repeat(29), "b".repeat(28)));
        assert_eq!(joined("t", Some("c"), "key"), "t_c_key");
        assert_eq!(joined(&longer, None, "pkey"), format!("{}_pkey", "b".repeat(58)));
        assert_eq!(clipped("äöü", 3), "ä");
    }

    #[test]
    fn expressions_are_called_by_their_functions() {
        for (tokens, name) in [
            (&["lower", "(", "a", ")"][..], Some("lower")),
            (&["pg_catalog", ".", "lower", "(", "a", ")"], Some("lower")),
            (&["a", "+", "1"], None),
            (&["(", "a", "::", "date", ")"], Some("a")),
            (&["'x'", "::", "date"], Some("date")),
            (&["f", "(", "a", ")", "+", "g", "(", "b", ")"], None),
            (&["coalesce", "(", "a", ",", "0", ")"], Some("coalesce")),
            (&["lower", "(", "a", ")", "::", "text"], Some("lower")),
            (&["(", "c", ")", ".", "x"], Some("x")),
            (&["(", "c", ")", ".", "\"Mixed x\""], Some("Mixed x")),
            (&["t", ".", "c"], Some("c")),
            (&["a", "+", "(", "c", ")", ".", "x"], None),
            (&["not", "(", "c", ")", ".", "x"], None),
            (&["lower", "(", "(", "c", ")", ".", "label", ")"], Some("lower")),
        ] {
            assert_eq!(figure(tokens).as_deref(), name, "{tokens:?}");
        }
    }
}
