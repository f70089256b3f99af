//! Defaults: portable words, literals and SQL expressions.

use dbmig::Backend;

use super::super::facts::{At, DefaultValue};
use super::super::rust_type::{FieldType, Kind};
use super::enumeration::DraftEnum;
use super::unknown_columns;
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
            Kind::Integer if out_of_range(number, field_type).is_some() => {
                let range = out_of_range(number, field_type).unwrap_or_default();
                return Err(Box::new(misfit(&format!("`{number}`")).help(format!("it holds {range}"))));
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
                let known = || meant.into_iter().flat_map(DraftEnum::variants).collect::<Vec<_>>().join("`, `");
                Box::new(match near {
                    Some(near) => fault.help(format!("default = {near}")),
                    None => fault.help(format!("it has `{}`", known())),
                })
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
    let Some(written) = expression.as_ref().filter(|_| matches!(value.value, DefaultValue::Sql(_))) else {
        return Ok(expression);
    };
    if let Some(length) = too_long(written, column_type).filter(|_| backend != Backend::Sqlite) {
        let problem = format!("the default has {length} letters, and `{column_type}` holds fewer");
        return Err(Box::new(fault(problem).help(format!("length = {length}"))));
    }
    let function = if backend == Backend::Sqlite { missing_function(written) } else { None };
    match function.or_else(|| column(written, meant, backend)) {
        Some((problem, help)) => Err(Box::new(fault(problem).help(help))),
        None => Ok(expression),
    }
}

/// What a type holds, where a number isn't among it.
fn out_of_range(number: &str, field_type: &FieldType) -> Option<String> {
    let name = field_type.known?.name;
    let bits: u32 = name.get(1..)?.parse().ok()?;
    let (least, most) = match name.starts_with('u') {
        true => (0, (1_i128 << bits) - 1),
        false => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
    };
    let number: i128 = number.replace('_', "").parse().ok()?;
    (!(least..=most).contains(&number)).then(|| format!("{least} to {most}"))
}

/// The current time; MySQL wants it as exact as the column.
pub(super) fn current_timestamp(column_type: &ColumnType, backend: Backend) -> String {
    match column_type.arguments.first() {
        Some(digits) if backend == Backend::Mysql && digits != "0" => format!("CURRENT_TIMESTAMP({digits})"),
        _ => "CURRENT_TIMESTAMP".to_owned(),
    }
}

/// How long a plain text is, where its column can't hold it.
fn too_long(expression: &Expression, column_type: &ColumnType) -> Option<usize> {
    let [token] = expression.tokens() else { return None };
    let text = token.text.strip_prefix('\'')?.strip_suffix('\'')?;
    let most: usize = column_type.arguments.first().filter(|_| column_type.name == "varchar")?.parse().ok()?;
    // MySQL's escapes are fewer letters than are written.
    let length = text.replace("''", "'").chars().count();
    (!text.contains('\\') && length > most).then_some(length)
}

/// A function that SQLite accepts in CREATE TABLE and fails on later; and what to say instead.
fn missing_function(expression: &Expression) -> Option<(String, String)> {
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
    None
}

/// A name in a default, where a string was meant most likely; and what to say instead. (MySQL's may name a column.)
fn column(expression: &Expression, meant: Option<&DraftEnum<'_>>, backend: Backend) -> Option<(String, String)> {
    let name = unknown_columns::first_column(expression, backend)?;
    let is_alone = expression.tokens().len() == 1;
    let is_variant = is_alone && meant.is_some_and(|meant| meant.variants().any(|variant| variant == name));
    match is_alone {
        true if is_variant => {
            Some((format!("`{name}` is SQL here, no variant"), format!("without quotes: default = {name}")))
        }
        _ if backend == Backend::Mysql => None,
        true => Some((format!("`{name}` is a name here, no string"), format!("default = \"'{name}'\""))),
        false => Some((
            format!("a default can't refer to a column, and `{name}` is a name"),
            "a string stands in single quotes: default = \"'…'\"".to_owned(),
        )),
    }
}
