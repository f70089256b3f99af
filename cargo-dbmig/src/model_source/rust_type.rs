//! Diesel's types to the Rust types that are read from them.

use dbmig_build::models::{RUST_TYPES, RustType};

/// The Rust type for each Diesel type.
const TYPES: &[(&str, &str)] = &[
    ("Bool", "bool"),
    ("TinyInt", "i8"),
    ("Tinyint", "i8"),
    ("SmallInt", "i16"),
    ("Smallint", "i16"),
    ("Int2", "i16"),
    ("Integer", "i32"),
    ("Int4", "i32"),
    ("BigInt", "i64"),
    ("Bigint", "i64"),
    ("Int8", "i64"),
    ("Unsigned<Tinyint>", "u8"),
    ("Unsigned<TinyInt>", "u8"),
    ("Unsigned<Smallint>", "u16"),
    ("Unsigned<SmallInt>", "u16"),
    ("Unsigned<Integer>", "u32"),
    ("Unsigned<Bigint>", "u64"),
    ("Unsigned<BigInt>", "u64"),
    ("Float", "f32"),
    ("Float4", "f32"),
    ("Double", "f64"),
    ("Float8", "f64"),
    ("Numeric", "bigdecimal::BigDecimal"),
    ("Decimal", "bigdecimal::BigDecimal"),
    ("Text", "String"),
    ("Varchar", "String"),
    ("Bpchar", "String"),
    ("Char", "String"),
    ("Citext", "String"),
    ("Tinytext", "String"),
    ("Mediumtext", "String"),
    ("Longtext", "String"),
    ("Binary", "Vec<u8>"),
    ("Varbinary", "Vec<u8>"),
    ("Bytea", "Vec<u8>"),
    ("Blob", "Vec<u8>"),
    ("Tinyblob", "Vec<u8>"),
    ("Mediumblob", "Vec<u8>"),
    ("Longblob", "Vec<u8>"),
    ("Bit", "Vec<u8>"),
    ("Date", "chrono::NaiveDate"),
    ("Time", "chrono::NaiveTime"),
    ("Timestamp", "chrono::NaiveDateTime"),
    ("Datetime", "chrono::NaiveDateTime"),
    ("Timestamptz", "chrono::DateTime<chrono::Utc>"),
    ("Interval", "diesel::data_types::PgInterval"),
    ("Money", "diesel::data_types::PgMoney"),
    ("Uuid", "uuid::Uuid"),
    ("Json", "serde_json::Value"),
    ("Jsonb", "serde_json::Value"),
    ("Inet", "ipnetwork::IpNetwork"),
    ("Cidr", "ipnetwork::IpNetwork"),
    ("Macaddr", "[u8; 6]"),
    ("Macaddr8", "[u8; 8]"),
    ("Oid", "u32"),
    ("PgLsn", "diesel::data_types::PgLsn"),
];

/// The Rust type of a column, without the `Option` of the column itself.
pub(super) struct Found {
    /// The type as it is written.
    pub(super) text: String,
    /// Whether the host has to write it: a type that migrations made.
    pub(super) is_hosts: bool,
}

/// The Rust type for a Diesel type as it is printed, without spaces.
pub(super) fn of_diesel(diesel: &str) -> Found {
    let diesel = inside(diesel, "Nullable").unwrap_or(diesel);
    if let Some((_, rust)) = TYPES.iter().find(|(name, _)| *name == diesel) {
        return Found { text: (*rust).to_owned(), is_hosts: false };
    }
    if let Some(element) = inside(diesel, "Array") {
        let element_type = of_diesel(element);
        let text = match inside(element, "Nullable") {
            Some(_) => format!("Vec<Option<{}>>", element_type.text),
            None => format!("Vec<{}>", element_type.text),
        };
        return Found { text, is_hosts: element_type.is_hosts };
    }
    // A type of `sql_types`: the host has one of the same name.
    let is_word = syn::parse_str::<syn::Ident>(diesel).is_ok();
    Found { text: if is_word { diesel.to_owned() } else { "Vec<u8>".to_owned() }, is_hosts: true }
}

/// The type without `Nullable` and `Array` round it.
pub(super) fn innermost(diesel: &str) -> &str {
    let mut current = diesel;
    while let Some(inner) = inside(current, "Nullable").or_else(|| inside(current, "Array")) {
        current = inner;
    }
    current
}

/// What stands between the angle brackets of a wrapper.
fn inside<'t>(text: &'t str, wrapper: &str) -> Option<&'t str> {
    text.strip_prefix(wrapper)?.strip_prefix('<')?.strip_suffix('>')
}

/// The row of models' own table for a Rust type, if it is in it.
pub(super) fn row(rust: &str) -> Option<&'static RustType> {
    let path = rust.split('<').next().unwrap_or(rust);
    RUST_TYPES.iter().find(|row| row.name == rust || row.name == path)
}

/// The row of an array's elements.
pub(super) fn element(rust: &str) -> Option<&'static RustType> {
    let inner = inside(rust, "Vec").filter(|inner| *inner != "u8")?;
    row(inside(inner, "Option").unwrap_or(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_columns() {
        for (diesel, rust) in [
            ("Integer", "i32"),
            ("Nullable<Text>", "String"),
            ("Nullable<Array<Nullable<Int4>>>", "Vec<Option<i32>>"),
            ("Unsigned<Bigint>", "u64"),
            ("Mood", "Mood"),
        ] {
            assert_eq!(of_diesel(diesel).text, rust);
        }
        assert!(of_diesel("Array<Nullable<Mood>>").is_hosts);
        assert_eq!(row("chrono::DateTime<chrono::Utc>").map(|row| row.name), Some("chrono::DateTime"));
        assert_eq!(row("Vec<u8>").map(|row| row.name), Some("Vec<u8>"));
    }
}
