//! The texts that `EXECUTE` is given, where they can be known.

use crate::source::Source;
use crate::sql::syntax::postgres::Value;
use crate::sql::{Statement, Text, TurnValues, split, text};

use super::{Variables, effect};
use crate::replay::postgres::work::Work;

/// The text that an expression makes.
pub(super) fn of(work: &Work<'_>, expression: &Statement, variables: &Variables) -> Option<String> {
    evaluated(work, &text(expression), variables)
}

/// The values that a loop runs over, in order.
pub(super) fn turns(work: &Work<'_>, values: &TurnValues, variables: &Variables) -> Option<Vec<String>> {
    match values {
        TurnValues::Elements(array) => elements(&evaluated(work, array, variables)?),
        TurnValues::Numbers(numbers) => Some(numbers.iter().map(i64::to_string).collect()),
    }
}

/// The text of an argument of a call.
pub(in crate::replay::postgres) fn value(argument: &Value, variables: &Variables) -> Option<String> {
    match argument {
        Value::String(text) | Value::Number(text) => Some(text.clone()),
        Value::Cast(inner, _) => value(inner, variables),
        Value::Column { source: None, column } => variables.get(column.name.as_str())?.clone(),
        _ => None,
    }
}

/// The text of an expression without variables.
pub(in crate::replay::postgres) fn literal(expression: &Statement) -> Option<String> {
    match text(expression) {
        Text::Literal(text) => Some(text),
        _ => None,
    }
}

/// Whether a text alters structure where it is executed.
pub(super) fn alters(work: &Work<'_>, text: &str) -> bool {
    let script = split(&Source::new("", text), work.backend());
    script.statements.iter().any(|one| effect::of_sql(work, one))
}

pub(super) fn evaluated(work: &Work<'_>, text: &Text, variables: &Variables) -> Option<String> {
    let all = |parts: &[Text]| parts.iter().map(|part| evaluated(work, part, variables)).collect::<Option<Vec<_>>>();
    Some(match text {
        Text::Literal(text) => text.clone(),
        Text::Variable(name) => variables.get(name)?.clone()?,
        Text::Joined(parts) => all(parts)?.concat(),
        Text::Format(parts) => format(&all(parts)?)?,
        Text::Name(part) => name(&evaluated(work, part, variables)?),
        Text::Quoted(part) => quoted(&evaluated(work, part, variables)?),
        Text::CurrentSchema => match work.path().into_iter().nth(1)? {
            Some(schema) => schema.as_str().to_owned(),
            None => "public".to_owned(),
        },
        Text::Array(parts) => array(&all(parts)?),
        Text::Other => return None,
    })
}

/// An array as PostgreSQL writes it: `{"a","b"}`.
fn array(elements: &[String]) -> String {
    let quoted = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    format!("{{{}}}", elements.iter().map(quoted).collect::<Vec<_>>().join(","))
}

/// The elements of an array of one dimension; none where an element is NULL or an array.
fn elements(array: &str) -> Option<Vec<String>> {
    let inner = array.trim().strip_prefix('{')?.strip_suffix('}')?;
    if inner.trim().is_empty() {
        return Some(Vec::new());
    }
    let mut elements = vec![String::new()];
    let mut characters = inner.chars();
    // Whether the current element had quotes: then its spaces are its own, and it isn't NULL.
    let (mut quoted, mut within) = (false, false);
    let end = |element: &mut String, quoted: bool| {
        if !quoted {
            *element = element.trim().to_owned();
        }
        quoted || !element.is_empty() && !element.eq_ignore_ascii_case("null")
    };
    while let Some(one) = characters.next() {
        let element = elements.last_mut()?;
        match one {
            '\\' => element.push(characters.next()?),
            '"' => {
                within = !within;
                quoted = true;
            }
            ',' if !within => {
                if !end(element, quoted) {
                    return None;
                }
                quoted = false;
                elements.push(String::new());
            }
            '{' | '}' if !within => return None,
            _ if quoted && !within => {}
            one => element.push(one),
        }
    }
    (!within && end(elements.last_mut()?, quoted)).then_some(elements)
}

/// `format(pattern, …)`: `%s`, `%I`, `%L`, `%%`, each with a position or none.
fn format(arguments: &[String]) -> Option<String> {
    let (pattern, arguments) = arguments.split_first()?;
    let mut made = String::new();
    let mut next = 0;
    let mut rest = pattern.as_str();
    while let Some((before, behind)) = rest.split_once('%') {
        made.push_str(before);
        let digits = behind.len() - behind.trim_start_matches(|one: char| one.is_ascii_digit()).len();
        let mut behind = behind;
        if digits > 0 {
            let position: usize = behind.get(..digits)?.parse().ok()?;
            next = position.checked_sub(1)?;
            behind = behind.get(digits..)?.strip_prefix('$')?;
        }
        let kind = behind.chars().next()?;
        rest = behind.get(kind.len_utf8()..)?;
        if kind == '%' {
            made.push('%');
            continue;
        }
        let argument = arguments.get(next)?;
        next += 1;
        match kind {
            's' => made.push_str(argument),
            'I' => made.push_str(&name(argument)),
            'L' => made.push_str(&quoted(argument)),
            _ => return None,
        }
    }
    made.push_str(rest);
    Some(made)
}

fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
