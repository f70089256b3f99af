//! Types. Source: <https://www.postgresql.org/docs/current/datatype.html>.

use crate::schema::{ColumnType, POSTGRES_TYPES, postgres_type};
use crate::sql::lex::{TokenKind, name_value};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::postgres;
use crate::sql::syntax::postgres::TypeSyntax;

/// A type under any of its spellings.
pub(in crate::sql::parse) fn column_type(cursor: &mut Cursor<'_>) -> Result<TypeSyntax, Fault> {
    let start = cursor.position();
    let set = cursor.eat(&["setof"]);
    let is_word = cursor.kind(0) == Some(TokenKind::Word);
    let is_type = is_word && !postgres::is_reserved(&cursor.text(0).to_ascii_lowercase());
    if !is_type && cursor.kind(0) != Some(TokenKind::Quoted) {
        return Err(cursor.expected("a type"));
    }
    let mut serial = false;
    let mut column_type = if is_word && !cursor.is(1, ".") {
        let column_type = unquoted(cursor)?;
        if let Some(integer) = serial_type(&column_type.name) {
            serial = true;
            ColumnType::plain(integer)
        } else {
            column_type
        }
    } else {
        qualified(cursor)?
    };
    if cursor.are(&["%", "type"]) {
        let message = "a type that is copied from a column (`%TYPE`) isn't known without the column: write the type";
        return Err((message.to_owned(), cursor.since(start)));
    }
    column_type.array = array(cursor)?;
    Ok(TypeSyntax { column_type, serial, set, span: cursor.since(start) })
}

fn serial_type(name: &str) -> Option<&'static str> {
    match name {
        "smallserial" | "serial2" => Some("smallint"),
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        _ => None,
    }
}

/// A type of one or more words.
fn unquoted(cursor: &mut Cursor<'_>) -> Result<ColumnType, Fault> {
    let word = name_value(cursor.text(0));
    cursor.step();
    let varies = |cursor: &mut Cursor<'_>| cursor.eat(&["varying"]);
    match word.as_str() {
        "double" => {
            cursor.expect("precision")?;
            Ok(ColumnType::plain("double precision"))
        }
        "national" => {
            if cursor.eat_one(&["character", "char"]).is_none() {
                return Err(cursor.expected("`CHARACTER` or `CHAR`"));
            }
            character(cursor)
        }
        "character" | "char" | "nchar" => character(cursor),
        "bit" => {
            let name = if varies(cursor) { "varbit" } else { "bit" };
            Ok(with_length(name, arguments(cursor)?))
        }
        "time" | "timestamp" => {
            let arguments = arguments(cursor)?;
            let with_zone = cursor.eat(&["with", "time", "zone"]);
            if !with_zone {
                cursor.eat(&["without", "time", "zone"]);
            }
            Ok(ColumnType::with_arguments(if with_zone { format!("{word}tz") } else { word }, arguments))
        }
        "interval" => {
            // Which fields are kept matters to neither Rust's types nor the model.
            const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
            if cursor.eat_one(&FIELDS).is_some() && cursor.eat(&["to"]) && cursor.eat_one(&FIELDS).is_none() {
                return Err(cursor.expected("a field of an interval"));
            }
            Ok(ColumnType::with_arguments(word, arguments(cursor)?))
        }
        "float" => {
            let arguments = arguments(cursor)?;
            let is_real = arguments.first().and_then(|one| one.parse::<u32>().ok()).is_some_and(|bits| bits <= 24);
            Ok(ColumnType::plain(if is_real { "real" } else { "double precision" }))
        }
        _ => {
            let name = postgres_type(&word).map_or(word.as_str(), |found| found.name);
            let mut arguments = arguments(cursor)?;
            // A scale that isn't stated is none.
            if name == "numeric" && arguments.len() == 1 {
                arguments.push("0".to_owned());
            }
            Ok(ColumnType::with_arguments(name, arguments))
        }
    }
}

fn character(cursor: &mut Cursor<'_>) -> Result<ColumnType, Fault> {
    let name = if cursor.eat(&["varying"]) { "varchar" } else { "char" };
    Ok(with_length(name, arguments(cursor)?))
}

/// `char` and `bit` without a length are of length one.
fn with_length(name: &str, mut arguments: Vec<String>) -> ColumnType {
    if arguments.is_empty() && matches!(name, "char" | "bit") {
        arguments.push("1".to_owned());
    }
    ColumnType::with_arguments(name, arguments)
}

/// A type in quotes or with its schema: a built-in one has the name that `pg_type` gives it.
fn qualified(cursor: &mut Cursor<'_>) -> Result<ColumnType, Fault> {
    let object = cursor.object("a type")?;
    let schema = object.schema.filter(|schema| schema.as_str() != "pg_catalog");
    let name = object.name.as_str();
    let built_in = POSTGRES_TYPES.iter().find(|one| one.catalog == name).filter(|_| schema.is_none());
    let name = built_in.map_or(name, |found| found.name);
    Ok(ColumnType { schema, ..ColumnType::with_arguments(name, arguments(cursor)?) })
}

/// `( argument, … )` as written; none without parentheses.
fn arguments(cursor: &mut Cursor<'_>) -> Result<Vec<String>, Fault> {
    if !cursor.is(0, "(") {
        return Ok(Vec::new());
    }
    cursor.list(|cursor| {
        let start = cursor.position();
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
        if length == 0 {
            return Err(cursor.expected("an argument of the type"));
        }
        cursor.skip(length);
        Ok(cursor.since(start).text().to_owned())
    })
}

/// `[]`, `[3][3]`, `ARRAY`, `ARRAY[3]`
fn array(cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
    let mut found = cursor.eat(&["array"]);
    while cursor.eat(&["["]) {
        if cursor.kind(0) == Some(TokenKind::Number) {
            cursor.step();
        }
        cursor.expect("]")?;
        found = true;
    }
    Ok(found)
}
