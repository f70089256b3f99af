//! SQLite's declared types, by the rules of `diesel print-schema`.
//!
//! Source: diesel_cli 2.3, `infer_schema_internals/sqlite.rs`. The rules look into the declared type's text, so that
//! `POINT` is an integer and `REAL` is an `f32`; a schema that said otherwise wouldn't be Diesel's.

use crate::schema::ColumnType;

/// Diesel's type for a column of SQLite; `None` where print-schema refuses the type.
pub(in crate::emit) fn of_column(declared: &ColumnType) -> Option<&'static str> {
    let name = declared.to_string().to_lowercase();
    let name = name.as_str();
    let has = |part: &str| name.contains(part);
    let found = match name {
        // What SQLite says of a generated column without a type.
        "" | "generated always" => "Binary",
        "boolean" | "bool" => "Bool",
        _ if has("tiny") && has("int") => "Bool",
        "int2" => "SmallInt",
        _ if has("small") && has("int") => "SmallInt",
        "int8" => "BigInt",
        _ if has("big") && has("int") => "BigInt",
        _ if has("int") => "Integer",
        _ if has("char") || has("clob") || has("text") => "Text",
        _ if has("blob") || has("binary") => "Binary",
        _ if has("float") || has("real") => "Float",
        _ if has("double") || has("num") || has("dec") => "Double",
        "datetime" | "timestamp" => "Timestamp",
        "date" => "Date",
        "time" => "Time",
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_of_print_schema() {
        for (declared, diesel) in [
            ("", Some("Binary")),
            ("boolean", Some("Bool")),
            ("tinyint(1)", Some("Bool")),
            ("int2", Some("SmallInt")),
            ("unsigned big int", Some("BigInt")),
            ("floating point", Some("Integer")),
            ("citext", Some("Text")),
            ("varbinary(3)", Some("Binary")),
            ("real", Some("Float")),
            ("double precision", Some("Double")),
            ("decimal(10, 2)", Some("Double")),
            ("enum", Some("Double")),
            ("datetime", Some("Timestamp")),
            ("datetime(6)", None),
            ("json", None),
            ("uuid", None),
            ("string", None),
        ] {
            assert_eq!(of_column(&ColumnType::plain(declared)), diesel, "{declared}");
        }
    }
}
