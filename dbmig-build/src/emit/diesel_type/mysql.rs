//! MySQL's and MariaDB's types: what `information_schema.columns` says of a column, and what print-schema makes of it.
//!
//! Source: diesel_cli 2.3, `infer_schema_internals/mysql.rs`. For some types print-schema prints a definition that
//! doesn't compile, since Diesel has no wire type of that name; those are mapped to what Diesel reads such a value as.

use heck::ToUpperCamelCase;

use super::{COMMON, DieselType};
use crate::schema::Column;

/// Diesel's type for a column; `None` where print-schema refuses the type.
pub(in crate::emit) fn of_column(column: &Column) -> Option<DieselType> {
    let declared = &column.column_type;
    let is_flag = |word: &str| matches!(word, "unsigned" | "zerofill" | "signed");
    let name = declared.name.to_ascii_lowercase();
    let words: Vec<&str> = name.split_whitespace().filter(|word| !is_flag(word)).collect();
    let [word] = words.as_slice() else { return None };
    let arguments = &declared.arguments;
    let mut unsigned = name.split_whitespace().any(|word| matches!(word, "unsigned" | "zerofill"));
    let is_bool = *word == "tinyint" && !unsigned && arguments.first().is_some_and(|width| width == "1");
    let (sql_name, departure) = match *word {
        "tinyint" if is_bool => ("bool", None),
        "mediumint" => ("integer", Some("Diesel reads MEDIUMINT as an integer of 32 bits")),
        "year" => {
            unsigned = true;
            ("smallint", Some("Diesel reads YEAR as an unsigned integer of 16 bits"))
        }
        "uuid" | "inet4" | "inet6" => ("text", Some("Diesel reads it as text")),
        word if GEOMETRIES.contains(&word) || word == "vector" => ("blob", Some("Diesel reads it as bytes")),
        word if word.starts_with("int") => ("integer", None),
        word => (word, None),
    };
    let rust_name = sql_name.to_upper_camel_case();
    let custom = !COMMON.contains(&rust_name.as_str()) && !PROVIDED.contains(&rust_name.as_str());
    // Of what has to be defined, Diesel's derive knows but these two.
    if custom && !matches!(sql_name, "enum" | "set") {
        return None;
    }
    Some(DieselType {
        rust_name,
        sql_name: sql_name.to_owned(),
        nullable: column.nullable,
        unsigned: unsigned && !custom,
        max_length: max_length(word, arguments),
        custom,
        departure,
        ..DieselType::default()
    })
}

/// `character_maximum_length`, where print-schema prints it: where the type has parentheses.
fn max_length(word: &str, arguments: &[String]) -> Option<u64> {
    let labels = arguments.iter().map(|label| label_length(label));
    match word {
        "char" | "varchar" | "binary" | "varbinary" => arguments.first()?.trim().parse().ok(),
        "enum" => labels.max(),
        "set" => Some(labels.sum::<u64>() + (arguments.len() as u64).saturating_sub(1)),
        _ => None,
    }
}

/// The characters of a label that is written with its quotes.
fn label_length(label: &str) -> u64 {
    let inner = label.strip_prefix('\'').and_then(|label| label.strip_suffix('\'')).unwrap_or(label);
    inner.replace("''", "'").chars().count() as u64
}

const GEOMETRIES: &[&str] = &[
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
    "geomcollection",
];

/// What print-schema takes for Diesel's own on MySQL, the types of every database aside.
const PROVIDED: &[&str] = &["TinyInt", "Tinyint", "Datetime", "Json"];

#[cfg(test)]
mod tests {
    use dbmig::Backend;

    use super::*;
    use crate::schema::{ColumnType, Name};

    #[test]
    fn types_are_those_of_print_schema() {
        for (name, arguments, expected) in [
            ("int", &[][..], Some("Integer")),
            ("int unsigned", &[], Some("Unsigned<Integer>")),
            ("int unsigned zerofill", &["10"], Some("Unsigned<Integer>")),
            ("bigint unsigned", &[], Some("Unsigned<Bigint>")),
            ("tinyint", &["1"], Some("Bool")),
            ("tinyint unsigned", &["1"], Some("Unsigned<Tinyint>")),
            ("tinyint", &[], Some("Tinyint")),
            ("mediumint unsigned", &[], Some("Unsigned<Integer> departs")),
            ("year", &[], Some("Unsigned<Smallint> departs")),
            ("decimal unsigned", &["10", "2"], Some("Unsigned<Decimal>")),
            ("varchar", &["64"], Some("Varchar 64")),
            ("char", &["3"], Some("Char 3")),
            ("binary", &["16"], Some("Binary 16")),
            ("longtext", &[], Some("Longtext")),
            ("datetime", &["6"], Some("Datetime")),
            ("bit", &["3"], Some("Bit")),
            ("json", &[], Some("Json")),
            ("enum", &["'unsigned'", "'it''s'"], Some("[enum] Enum 8")),
            ("set", &["'a'", "'bc'"], Some("[set] Set 4")),
            ("point", &[], Some("Blob departs")),
            ("uuid", &[], Some("Text departs")),
            ("lol wat", &[], None),
            ("xmltype", &[], None),
        ] {
            let mut column = Column::new(Name::new("c", Backend::Mysql), ColumnType::with_arguments(name, arguments));
            column.nullable = false;
            let found = of_column(&column).map(|found| {
                let length = found.max_length.map(|length| format!(" {length}")).unwrap_or_default();
                let definition = if found.custom { format!("[{}] ", found.sql_name) } else { String::new() };
                let departs = if found.departure.is_some() { " departs" } else { "" };
                format!("{definition}{found}{length}{departs}")
            });
            assert_eq!(found.as_deref(), expected, "{name}");
        }
    }
}
