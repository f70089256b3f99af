//! The texts that `EXECUTE` is given, where they can be known.

mod function;

use dbmig::Backend;

use crate::schema::{ColumnType, Name};
use crate::source::Source;
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::{Declaration, Value};
use crate::sql::{Statement, Text, TurnValues, split, text};

use super::{Variables, effect};
use crate::replay::postgres::sequence::regclass;
use crate::replay::postgres::work::Work;

/// The text that an expression makes.
pub(super) fn of(work: &Work<'_>, expression: &Statement, variables: &Variables) -> Option<String> {
    evaluated(work, &text(expression), variables)
}

/// What a variable holds when its block begins; a cursor holds its query.
pub(super) fn declared(work: &Work<'_>, one: &Declaration, variables: &Variables) -> Option<String> {
    let value = one.value.as_ref()?;
    if one.is_cursor { Some(value.text().to_owned()) } else { of(work, value, variables) }
}

/// The values that a loop runs over, in order.
pub(super) fn turns(work: &Work<'_>, values: &TurnValues, variables: &Variables) -> Option<Vec<String>> {
    match values {
        TurnValues::Elements(array) => elements(&evaluated(work, array, variables)?),
        TurnValues::Numbers { reverse, from, to, step } => {
            let number = |text: &Text| evaluated(work, text, variables)?.parse::<i64>().ok();
            let step = step.as_ref().map_or(Some(1), number).filter(|step| *step > 0)?;
            let (from, to) = (number(from)?, number(to)?);
            let (low, high) = if *reverse { (to, from) } else { (from, to) };
            let turns = if low > high { 0 } else { high.abs_diff(low) / step.unsigned_abs() + 1 };
            let step = if *reverse { -step } else { step };
            // The body's number of turns is limited, too, but a list of them is made here.
            let turns = i64::try_from(turns).ok().filter(|turns| *turns <= MOST)?;
            (0..turns).map(|turn| Some(from.checked_add(turn.checked_mul(step)?)?.to_string())).collect()
        }
    }
}

/// More turns than any migration has tables.
const MOST: i64 = 10_000;

/// The text of an argument of a call.
pub(in crate::replay::postgres) fn value(work: &Work<'_>, argument: &Value, variables: &Variables) -> Option<String> {
    match argument {
        Value::String(text) | Value::Number(text) => Some(text.clone()),
        Value::Cast(inner, to) => value(work, inner, variables).map(|text| of_type(work, text, Some(&to.column_type))),
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

/// Longer than any statement that a migration puts together.
const LONGEST: usize = 1 << 20;

pub(super) fn evaluated(work: &Work<'_>, text: &Text, variables: &Variables) -> Option<String> {
    let all = |parts: &[Text]| parts.iter().map(|part| evaluated(work, part, variables)).collect::<Option<Vec<_>>>();
    let value = match text {
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
        Text::Element(array, index) => {
            let index: usize = evaluated(work, index, variables)?.parse().ok()?;
            elements(&evaluated(work, array, variables)?)?.into_iter().nth(index.checked_sub(1)?)?
        }
        Text::Arithmetic(left, operator, right) => {
            let number = |text: &Text| evaluated(work, text, variables)?.parse::<i64>().ok();
            let (left, right) = (number(left)?, number(right)?);
            let value = match *operator {
                "+" => left.checked_add(right),
                "-" => left.checked_sub(right),
                "*" => left.checked_mul(right),
                _ => left.checked_rem(right),
            };
            value?.to_string()
        }
        Text::Integer(inner) => evaluated(work, inner, variables)?.trim().parse::<i64>().ok()?.to_string(),
        Text::Relation(inner) => relation(work, evaluated(work, inner, variables)?),
        Text::Function(name, arguments) => function::value(name, &all(arguments)?)?,
        Text::Other => return None,
    };
    Some(value).filter(|value| value.len() <= LONGEST)
}

/// A text as a value of a type gives it back.
pub(in crate::replay::postgres) fn of_type(work: &Work<'_>, text: String, to: Option<&ColumnType>) -> String {
    if to.is_some_and(|to| to.name == "regclass" && !to.array) { relation(work, text) } else { text }
}

/// A relation's name as PostgreSQL writes a `regclass`: in quotes where it needs them, with its schema where the search
/// path doesn't find it.
fn relation(work: &Work<'_>, text: String) -> String {
    let Some(ident) = regclass(&text) else { return text };
    let Some((name, _)) = work.find(&ident) else { return text };
    let found = work.find(&ObjectIdent { schema: None, ..ident }).is_some_and(|(found, _)| found == name);
    match &name.schema {
        Some(schema) if !found => format!("{}.{}", schema.sql(), name.name.sql()),
        None if !found => format!("public.{}", name.name.sql()),
        _ => name.name.sql(),
    }
}

/// An array as PostgreSQL writes it: `{"a","b"}`.
fn array(elements: &[String]) -> String {
    let quoted = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    format!("{{{}}}", elements.iter().map(quoted).collect::<Vec<_>>().join(","))
}

/// The elements of an array of one dimension; none where an element is NULL or an array.
pub(super) fn elements(array: &str) -> Option<Vec<String>> {
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
        if made.len() > LONGEST {
            return None;
        }
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
    Name::new(text, Backend::Postgres).sql()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
