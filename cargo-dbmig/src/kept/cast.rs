//! Casts that stay in an expression when a column gets another type: PostgreSQL keeps `('x'::character varying)::text`
//! of a check that was made when the column was `varchar`, and writes `'x'::text` today.

use dbmig_build::schema::Expression;

const STRINGS: [&str; 8] = ["text", "character varying", "varchar", "bpchar", "character", "char", "name", "\"char\""];
const NUMBERS: [&str; 6] = ["smallint", "integer", "bigint", "numeric", "real", "double precision"];

const TIMES: [&str; 3] = ["date", "timestamp without time zone", "timestamp with time zone"];

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A literal, or an array of some.
    Literal(String),
    /// A name or keyword.
    Word(String),
    /// All else.
    Symbol(String),
}

impl Part {
    fn text(&self) -> &str {
        let (Part::Literal(text) | Part::Word(text) | Part::Symbol(text)) = self;
        text
    }
}

/// Whether two defaults are one literal, whatever it is cast to: it is of the column's type in the end.
pub(super) fn same_literal(one: &Expression, other: &Expression) -> bool {
    let literal = |expression: &Expression| {
        let mut tokens = expression.tokens().iter().map(|token| &*token.key).skip_while(|key| *key == "(");
        let literal = tokens.next().filter(|key| key.starts_with('\''))?.to_owned();
        let mut rest = tokens.skip_while(|key| *key == ")");
        rest.next().is_none_or(|key| key == "::").then_some(literal)
    };
    literal(one).is_some_and(|one| literal(other) == Some(one))
}

/// Whether two expressions, as PostgreSQL prints them, differ in nothing but casts of literals among texts, among
/// numbers and among times, which change no value.
pub(super) fn same_but_for_casts(one: &Expression, other: &Expression) -> bool {
    without_casts(one) == without_casts(other)
}

fn without_casts(expression: &Expression) -> Vec<Part> {
    let keys: Vec<&str> = expression.tokens().iter().map(|token| &*token.key).collect();
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    while let Some(key) = keys.get(at) {
        at += 1;
        match *key {
            "::" => {
                let length = harmless_type(keys.get(at..).unwrap_or_default());
                match (parts.last_mut(), length) {
                    (Some(Part::Literal(text)), Some(length)) => {
                        if TIMES.contains(&keys.get(at..at + length).unwrap_or_default().join(" ").as_str()) {
                            *text = text.replacen("+00'", "'", 1).replacen(" 00:00:00'", "'", 1);
                        }
                        at += length;
                    }
                    _ => parts.push(Part::Symbol("::".to_owned())),
                }
            }
            ")" => close(&mut parts),
            "]" => close_array(&mut parts),
            text if text.starts_with('\'') || text.starts_with(|first: char| first.is_ascii_digit()) => {
                parts.push(Part::Literal(text.to_owned()));
            }
            text if text.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '"')) => {
                parts.push(Part::Word(text.to_owned()));
            }
            text => parts.push(Part::Symbol(text.to_owned())),
        }
    }
    parts
}

/// How many words and brackets a type has, if it is a plain one of texts, numbers or times. One with a length may cut.
fn harmless_type(keys: &[&str]) -> Option<usize> {
    let is_one = |name: &str| STRINGS.contains(&name) || NUMBERS.contains(&name) || TIMES.contains(&name);
    let words = [4, 2, 1].into_iter().find(|words| keys.get(..*words).is_some_and(|some| is_one(&some.join(" "))))?;
    match keys.get(words..).unwrap_or_default() {
        ["(", ..] => None,
        ["[", "]", ..] => Some(words + 2),
        _ => Some(words),
    }
}

/// A literal needs no parentheses, unless they are a call's.
fn close(parts: &mut Vec<Part>) {
    let is_alone = match parts.as_slice() {
        [before @ .., Part::Symbol(open), Part::Literal(_)] if open == "(" => {
            matches!(before.last(), None | Some(Part::Symbol(_)))
        }
        _ => false,
    };
    if is_alone {
        parts.remove(parts.len() - 2);
    } else {
        parts.push(Part::Symbol(")".to_owned()));
    }
}

/// An array of literals is one.
fn close_array(parts: &mut Vec<Part>) {
    let is_element = |part: &&Part| matches!(part, Part::Literal(_)) || part.text() == ",";
    let elements = parts.iter().rev().take_while(is_element).count();
    let start = parts.len() - elements;
    let begins = start.checked_sub(2).and_then(|from| parts.get(from..start));
    match begins {
        Some([Part::Word(array), Part::Symbol(open)]) if array == "array" && open == "[" => {
            let literals: Vec<String> = parts.drain(start - 2..).map(|part| part.text().to_owned()).collect();
            parts.push(Part::Literal(literals.join(" ") + " ]"));
        }
        _ => parts.push(Part::Symbol("]".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use dbmig::Backend;
    use dbmig_build::sql::expression;

    use super::same_but_for_casts;

    #[track_caller]
    fn same(one: &str, other: &str) -> bool {
        let parsed = |text: &str| expression(text, Backend::Postgres).expect(text);
        same_but_for_casts(&parsed(one), &parsed(other))
    }

    #[test]
    fn casts_of_literals_that_change_no_value_count_for_nothing() {
        let kept = "(c = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))";
        assert!(same(kept, "(c = ANY (ARRAY['x'::text, 'y'::text]))"));
        assert!(same(
            "(c = ANY (ARRAY[('x'::character varying)::text, 'y'::text]))",
            "c = ANY (ARRAY['x'::text, 'y'])"
        ));
        assert!(same("'x'::character varying", "'x'::text"));
        assert!(same("(c > (1)::bigint)", "(c > 1)"));
        assert!(same("c > '2020-01-01 00:00:00+00'::timestamp with time zone", "c > '2020-01-01'::date"));
    }

    #[test]
    fn other_casts_count() {
        for (one, other) in [
            ("(a)::text > b", "a > b"),
            ("'abcd'::character varying(3)", "'abcd'::text"),
            ("'2020-01-01'::date", "'2020-01-02'::timestamp without time zone"),
            ("f('x'::text)", "f(('x'))::text"),
            ("a * (b + 1)", "a * b + 1"),
            ("c = ANY (ARRAY['x'::text])", "c = ANY (ARRAY['x'::text, 'y'::text])"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }
}
