//! Column types, as `information_schema.columns.column_type` has them, without the display widths that mean nothing.
//! Source: <https://dev.mysql.com/doc/refman/8.4/en/data-types.html>.

use crate::schema::ColumnType;
use crate::sql::lex::TokenKind;
use crate::sql::mysql;
use crate::sql::parse::cursor::{Cursor, Fault};

pub(in crate::sql::parse) fn column_type(cursor: &mut Cursor<'_>) -> Result<ColumnType, Fault> {
    if cursor.kind(0) != Some(TokenKind::Word) {
        return Err(cursor.expected("a type"));
    }
    let place = cursor.here();
    let national = cursor.eat(&["national"]);
    let written = cursor.text(0).to_ascii_lowercase();
    cursor.step();
    let name = match written.as_str() {
        "double" if cursor.eat(&["precision"]) => "double",
        "char" | "character" | "nchar" if cursor.eat(&["varying"]) => "varchar",
        "char" | "nchar" if cursor.eat(&["byte"]) => "binary",
        "nchar" if cursor.eat(&["varchar"]) => "varchar",
        "long" if cursor.eat(&["varbinary"]) => "mediumblob",
        "long" => {
            if cursor.eat_one(&["char", "character"]).is_some() {
                cursor.eat(&["varying"]);
            }
            cursor.eat_one(&["varchar", "varcharacter"]);
            "mediumtext"
        }
        word => match known(word) {
            Some(name) => name,
            None => return Err((format!("there is no type `{written}`"), place)),
        },
    };
    if national {
        cursor.eat(&["varying"]);
    }
    let arguments = if cursor.is(0, "(") { cursor.list(argument)? } else { Vec::new() };
    let mut words = Vec::new();
    while let Some(word) = cursor.eat_one(&["unsigned", "signed", "zerofill"]) {
        words.push(word);
    }
    let mut found = canonical(&written, name, arguments);
    if words.contains(&"unsigned") || words.contains(&"zerofill") {
        // A width of one makes a boolean only of what is signed.
        if found.name == "tinyint" {
            found.arguments.clear();
        }
        found.name.push_str(" unsigned");
    }
    if words.contains(&"zerofill") {
        found.name.push_str(" zerofill");
    }
    // What these say of characters is the collation's.
    cursor.eat_one(&["binary", "ascii", "unicode"]);
    Ok(found)
}

/// A number, or a string with its value in single quotes.
fn argument(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let value = match cursor.kind(0) {
        Some(TokenKind::Number) => cursor.text(0).to_owned(),
        Some(TokenKind::String) => mysql::literal(mysql::unquote(cursor.text(0)).trim_end_matches(' ')),
        _ => return Err(cursor.expected("a number or a string")),
    };
    cursor.step();
    Ok(value)
}

/// The name of a type that has one word.
fn known(word: &str) -> Option<&'static str> {
    Some(match word {
        "tinyint" | "int1" | "bool" | "boolean" => "tinyint",
        "smallint" | "int2" => "smallint",
        "mediumint" | "int3" | "middleint" => "mediumint",
        "int" | "integer" | "int4" => "int",
        "bigint" | "int8" | "serial" => "bigint",
        "decimal" | "dec" | "numeric" | "fixed" => "decimal",
        "float" | "float4" => "float",
        "double" | "float8" | "real" => "double",
        "bit" => "bit",
        "char" | "character" | "nchar" => "char",
        "varchar" | "varcharacter" | "nvarchar" => "varchar",
        "binary" => "binary",
        "varbinary" => "varbinary",
        "tinytext" => "tinytext",
        "text" => "text",
        "mediumtext" => "mediumtext",
        "longtext" => "longtext",
        "tinyblob" => "tinyblob",
        "blob" => "blob",
        "mediumblob" => "mediumblob",
        "longblob" => "longblob",
        "enum" => "enum",
        "set" => "set",
        "date" => "date",
        "time" => "time",
        "datetime" => "datetime",
        "timestamp" => "timestamp",
        "year" => "year",
        "json" => "json",
        "geometry" => "geometry",
        "point" => "point",
        "linestring" => "linestring",
        "polygon" => "polygon",
        "multipoint" => "multipoint",
        "multilinestring" => "multilinestring",
        "multipolygon" => "multipolygon",
        // MySQL 8 says `geomcollection` of both, MariaDB `geometrycollection`.
        "geometrycollection" | "geomcollection" => "geometrycollection",
        "uuid" => "uuid",
        "inet4" => "inet4",
        "inet6" => "inet6",
        "vector" => "vector",
        _ => return None,
    })
}

/// A type from its name and what stood in parentheses.
fn canonical(written: &str, name: &str, arguments: Vec<String>) -> ColumnType {
    let first = arguments.first().and_then(|one| one.parse::<u64>().ok());
    let sized = |name: &str, unit: u64| first.map_or_else(|| name.to_owned(), |length| text_of(name, length, unit));
    match name {
        "tinyint" if matches!(written, "bool" | "boolean") || first == Some(1) => {
            ColumnType::with_arguments("tinyint", [1])
        }
        "bigint" if written == "serial" => ColumnType::plain("bigint unsigned"),
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" => ColumnType::plain(name),
        "decimal" => {
            let scale = arguments.get(1).cloned().unwrap_or_else(|| "0".to_owned());
            let precision = arguments.into_iter().next().unwrap_or_else(|| "10".to_owned());
            ColumnType::with_arguments(name, [precision, scale])
        }
        // One argument is a number of bits.
        "float" if arguments.len() == 1 => ColumnType::plain(if first > Some(24) { "double" } else { "float" }),
        "bit" | "char" | "binary" if arguments.is_empty() => ColumnType::with_arguments(name, [1]),
        "time" | "datetime" | "timestamp" if first == Some(0) => ColumnType::plain(name),
        // A character of utf8mb4 has up to four bytes.
        "text" => ColumnType::plain(sized(name, 4)),
        "blob" => ColumnType::plain(sized(name, 1)),
        _ => ColumnType::with_arguments(name, arguments),
    }
}

/// The text or blob type that holds so many characters.
fn text_of(name: &str, length: u64, unit: u64) -> String {
    let size = match length.saturating_mul(unit) {
        0..=255 => "tiny",
        256..=65_535 => "",
        65_536..=16_777_215 => "medium",
        _ => "long",
    };
    format!("{size}{name}")
}

/// The type that a column has in a character set: texts of bytes are blobs, and a text of so many characters takes what
/// they may need.
pub(super) fn with_character_set(column_type: &ColumnType, set: &str, characters: Option<u64>) -> ColumnType {
    if set != "binary" {
        let unit = match set {
            "utf8mb4" | "utf32" | "utf16" => 4,
            "utf8mb3" => 3,
            "latin1" | "ascii" | "latin2" | "cp1251" | "koi8r" => 1,
            _ => return column_type.clone(),
        };
        return characters.map_or_else(|| column_type.clone(), |one| ColumnType::plain(text_of("text", one, unit)));
    }
    let name = match column_type.name.as_str() {
        "char" => "binary".to_owned(),
        "varchar" => "varbinary".to_owned(),
        name => name.replace("text", "blob"),
    };
    ColumnType { name, ..column_type.clone() }
}
