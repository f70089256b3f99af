//! The names that Diesel's schema gives to SQL names: what `diesel print-schema` does, and what it forgets.
//!
//! Here and not in emit, because models must know under which name a column will be found.

/// The Rust name of a table.
pub fn table(sql_name: &str) -> String {
    let name = mapped(sql_name);
    if is_reserved(&name) || ["diesel", "gen", "sql_types"].contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

/// The Rust name of a column in a table of the Rust name `table`.
pub fn column(sql_name: &str, table: &str) -> String {
    let mut name = mapped(sql_name);
    if is_reserved(&name) || name == table || breaks_table_macro(&name) {
        name.push('_');
    }
    // print-schema forgets this: column `type` of table `type`.
    if name == table {
        name.push('_');
    }
    name
}

/// The SQL name that a Rust name stands for where nothing else is said: `type_` is `type`, `name_` is `name_`.
pub fn sql_name(rust_name: &str, to_rust: impl Fn(&str) -> String) -> &str {
    rust_name
        .strip_suffix('_')
        .filter(|shorter| !shorter.is_empty() && to_rust(shorter) == rust_name)
        .unwrap_or(rust_name)
}

/// Runs of what Rust takes in no name become one `_`. Source: diesel_cli 2.3, `inference.rs`.
fn mapped(sql_name: &str) -> String {
    let mut name = String::with_capacity(sql_name.len() + 1);
    let mut in_run = false;
    if sql_name.starts_with(|first: char| first.is_ascii_digit()) {
        name.push('_');
        in_run = true;
    }
    for letter in sql_name.chars() {
        let fits = letter.is_ascii_alphanumeric() || letter == '_';
        if fits {
            name.push(letter);
        } else if !in_run {
            name.push('_');
        }
        in_run = !fits;
    }
    name
}

/// What print-schema puts a `_` behind.
fn is_reserved(name: &str) -> bool {
    name.is_empty()
        || name == "_"
        || RUST_KEYWORDS.contains(&name)
        || ["table", "columns", "is_nullable"].contains(&name)
        || name.starts_with("__") && !name.ends_with('_')
}

/// Column names that print-schema leaves alone and on which the code of `table!` then breaks: names of its own
/// modules, types and functions, and every SQL type, since the types are imported beside the columns.
fn breaks_table_macro(name: &str) -> bool {
    TABLE_MACRO_NAMES.contains(&name)
}

/// What syn 2 doesn't take as an identifier.
const RUST_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "Self", "self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Tried with diesel 2.3.14: the macro's own names, then the names of `diesel::sql_types`.
#[rustfmt::skip]
const TABLE_MACRO_NAMES: &[&str] = &[
    "star", "dsl", "all_columns", "BoxedQuery", "diesel", "str", "bool", "Ok", "gen",
    "AllAreNullable", "Array", "BigInt", "BigSerial", "Bigint", "Binary", "Bit", "Blob", "Bool",
    "BoolOrNullableBool", "Bpchar", "Bytea", "CChar", "Char", "Cidr", "Citext", "Date", "Datemultirange",
    "Daterange", "Datetime", "Decimal", "Double", "Float", "Float4", "Float8", "Foldable", "HasSqlType", "Inet",
    "Int2", "Int4", "Int4multirange", "Int4range", "Int8", "Int8multirange", "Int8range", "Integer", "Interval",
    "IntoNotNullable", "IntoNullable", "Json", "Jsonb", "Longblob", "Longtext", "MacAddr", "MacAddr8", "Macaddr",
    "Macaddr8", "MaybeNullableType", "Mediumblob", "Mediumtext", "Money", "Multirange", "NullValueTreatment",
    "NullValueTreatmentEnum", "Nullable", "Numeric", "Nummultirange", "Numrange", "Oid", "On", "OneIsNullable",
    "PgLsn", "Range", "RangeBound", "RangeBoundEnum", "Record", "Serial", "SingleValue", "SmallInt", "SmallSerial",
    "Smallint", "SqlOrd", "SqlType", "Text", "Time", "Timestamp", "Timestamptz", "TinyInt", "Tinyblob", "Tinyint",
    "Tinytext", "Tsmultirange", "Tsrange", "Tstzmultirange", "Tstzrange", "TypeMetadata", "Unsigned", "Untyped",
    "Uuid", "VarChar", "Varbinary", "Varchar",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_mapped_as_diesel_does() {
        for (sql, rust) in [
            ("users", "users"),
            ("Weird Table", "Weird_Table"),
            ("a--b", "a_b"),
            ("2fa", "_2fa"),
            ("2--", "_2_"),
            ("type", "type_"),
            ("table", "table_"),
            ("__x", "__x_"),
            ("__x_", "__x_"),
            ("\u{e9}", "__"),
            ("diesel", "diesel_"),
        ] {
            assert_eq!(table(sql), rust, "{sql}");
        }
        assert_eq!(column("users", "users"), "users_");
        assert_eq!(column("users", "posts"), "users");
        assert_eq!(column("type", "type_"), "type__");
        assert_eq!(column("star", "posts"), "star_");
        assert_eq!(table("star"), "star");
    }

    #[test]
    fn rust_names_find_their_way_back() {
        for (rust, sql) in [("type_", "type"), ("name_", "name_"), ("users_", "users"), ("id", "id"), ("_", "_")] {
            assert_eq!(sql_name(rust, |sql| column(sql, "users")), sql, "{rust}");
        }
    }

    #[test]
    fn keywords_are_those_of_syn() {
        for word in RUST_KEYWORDS {
            assert!(syn::parse_str::<syn::Ident>(word).is_err(), "{word}");
        }
        for word in TABLE_MACRO_NAMES {
            assert!(syn::parse_str::<syn::Ident>(word).is_ok(), "{word}");
        }
    }
}
