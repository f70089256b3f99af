//! Defaults: portable words, literals and SQL expressions.

use dbmig::Backend;

use super::super::facts::{At, DefaultValue};
use super::super::rust_type::{FieldType, Kind};
use super::enumeration::DraftEnum;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::schema::{ColumnType, Expression};
use crate::sql;

/// The column whose default it is.
pub(super) struct About<'a> {
    pub(super) kind: Kind,
    pub(super) field_type: &'a FieldType,
    pub(super) column_type: &'a ColumnType,
    /// The enum that its type is.
    pub(super) meant: Option<&'a DraftEnum<'a>>,
}

/// The expression of a default, or what is wrong with it; none for MySQL's NULL.
pub(super) fn lower(
    value: &At<DefaultValue>,
    about: &About<'_>,
    backend: Backend,
) -> Result<Option<Expression>, Box<Diagnostic>> {
    let About { kind, field_type, column_type, meant } = *about;
    let fault = |problem: String| Diagnostic::error(Code::ModelAttribute, problem).at(value.place.clone(), "");
    let misfit = |what: &str| Box::new(fault(format!("{what} is no default for `{}`", field_type.shown)));
    let text = match &value.value {
        DefaultValue::Bool(_) | DefaultValue::Number(_) if meant.is_some() => {
            let variant = meant.and_then(|meant| meant.variants().next()).unwrap_or_default();
            return Err(Box::new(misfit("a literal").help(format!("a variant: default = {variant}"))));
        }
        DefaultValue::Bool(bool) if matches!(kind, Kind::Bool | Kind::Other) => {
            if *bool { "TRUE" } else { "FALSE" }.to_owned()
        }
        DefaultValue::Bool(bool) => {
            let text = if kind == Kind::Text { format!("\"'{bool}'\"") } else { u8::from(*bool).to_string() };
            return Err(Box::new(misfit(&format!("`{bool}`")).help(format!("default = {text}"))));
        }
        DefaultValue::Number(number) => match kind {
            Kind::Integer if number.contains(['.', 'e', 'E']) => {
                let whole = number.split(['.', 'e', 'E']).next().unwrap_or("0");
                return Err(Box::new(misfit(&format!("`{number}`")).help(format!("default = {whole}"))));
            }
            Kind::Integer | Kind::Number | Kind::Other => number.clone(),
            Kind::Bool => {
                let help = if number == "0" { "default = false" } else { "default = true" };
                return Err(Box::new(misfit(&format!("`{number}`")).help(help)));
            }
            _ => return Err(Box::new(misfit(&format!("`{number}`")).help(format!("default = \"'{number}'\"")))),
        },
        DefaultValue::Word(word) if word != "null" && meant.is_some() => {
            let literal = meant.and_then(|meant| meant.literal(word));
            let near = meant.and_then(|meant| nearest(word, meant.variants()));
            literal.ok_or_else(|| {
                let fault = fault(format!("`{word}` is no variant of `{}`", field_type.shown));
                Box::new(near.iter().fold(fault, |fault, near| fault.help(format!("default = {near}"))))
            })?
        }
        DefaultValue::Word(word) => match (word.as_str(), kind) {
            ("now", Kind::Date) => "CURRENT_DATE".to_owned(),
            ("now", Kind::Time) => "CURRENT_TIME".to_owned(),
            ("now", Kind::Timestamp | Kind::Text | Kind::Other) => current_timestamp(column_type, backend),
            ("now", _) => return Err(Box::new(misfit("`now`").help("`now` is for dates and times"))),
            ("null", _) if field_type.nullable => "NULL".to_owned(),
            ("null", _) => return Err(Box::new(misfit("`null`").help("make the field an `Option`"))),
            (word, _) => {
                let help = match (nearest(word, ["now", "null"]), kind) {
                    (Some(near), _) => format!("default = {near}"),
                    (None, Kind::Text) => format!("default = \"'{word}'\""),
                    (None, _) => "an SQL expression stands in quotes: default = \"1 + 1\"".to_owned(),
                };
                let fault = fault(format!("`{word}` is no word for a default: they are `now` and `null`"));
                return Err(Box::new(fault.help(help)));
            }
        },
        DefaultValue::Sql(text) => text.clone(),
    };
    let unreadable = |problem| {
        let help = "an expression as in CREATE TABLE; a text stands in single quotes: default = \"'…'\"";
        Box::new(fault(format!("can't read this SQL expression: {problem}")).help(help))
    };
    let expression = sql::column_default(&text, column_type, backend).map_err(unreadable)?;
    let written = matches!(value.value, DefaultValue::Sql(_)) && backend == Backend::Sqlite;
    match expression.as_ref().filter(|_| written).and_then(trap) {
        Some((problem, help)) => Err(Box::new(fault(problem).help(help))),
        None => Ok(expression),
    }
}

/// The current time; MySQL wants it as exact as the column.
pub(super) fn current_timestamp(column_type: &ColumnType, backend: Backend) -> String {
    match column_type.arguments.first() {
        Some(digits) if backend == Backend::Mysql && digits != "0" => format!("CURRENT_TIMESTAMP({digits})"),
        _ => "CURRENT_TIMESTAMP".to_owned(),
    }
}

/// What SQLite accepts in CREATE TABLE and fails on later, or takes for something else; and what to say instead.
fn trap(expression: &Expression) -> Option<(String, String)> {
    let tokens = expression.tokens();
    let calls = tokens.windows(2).filter(|pair| &*pair[1].text == "(").map(|pair| &*pair[0].key);
    for function in calls {
        let instead = match function {
            "now" | "getdate" | "current_timestamp" => "default = now",
            "current_date" | "curdate" => "default = \"CURRENT_DATE\"",
            "current_time" | "curtime" => "default = \"CURRENT_TIME\"",
            "gen_random_uuid" | "uuid_generate_v4" | "uuid" | "newid" => "default = \"lower(hex(randomblob(16)))\"",
            _ => continue,
        };
        let problem = format!("SQLite has no function `{function}`, and says so at the first INSERT only");
        return Some((problem, instead.to_owned()));
    }
    match tokens {
        [only] => only.name.as_ref().map(|name| {
            let problem = format!("`{name}` is a name here, no string");
            (problem, format!("default = \"'{name}'\""))
        }),
        _ => tokens.iter().find_map(|token| token.name.as_ref()).map(|name| {
            let problem = format!("a default can't refer to a column, and `{name}` is a name");
            (problem, "a string stands in single quotes: default = \"'…'\"".to_owned())
        }),
    }
}
