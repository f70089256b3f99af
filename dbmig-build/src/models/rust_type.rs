//! The table of Rust types: what column each becomes, for each backend.
//!
//! A column must come back out of the emitted schema as the Diesel type that the Rust type is read from, so that only
//! types whose column `diesel print-schema` can print stand here.

use std::collections::BTreeMap;

use dbmig::Backend;

/// A Rust type that needs no `sql_type` on at least one backend.
#[derive(Debug)]
pub struct RustType {
    /// The type with its crate: `chrono::NaiveDate`. Fields are matched by the last part.
    pub name: &'static str,
    /// What sort of value it is.
    pub kind: Kind,
    /// Its column on SQLite, or why there is none.
    pub sqlite: Result<&'static str, &'static str>,
    /// Its column on PostgreSQL, or why there is none.
    pub postgres: Result<&'static str, &'static str>,
    /// Its column on MySQL and MariaDB, or why there is none.
    pub mysql: Result<&'static str, &'static str>,
}

/// A sort of value, as far as defaults and lengths care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// Whole numbers.
    Integer,
    /// Other numbers.
    Number,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day with a time.
    Timestamp,
    /// Anything else.
    Other,
}

impl RustType {
    /// The column's type in a database, or why there is none.
    pub fn sql(&self, backend: Backend) -> Result<&'static str, &'static str> {
        match backend {
            Backend::Sqlite => self.sqlite,
            Backend::Postgres => self.postgres,
            Backend::Mysql => self.mysql,
        }
    }

    fn last_part(&self) -> &'static str {
        self.name.rsplit("::").next().unwrap_or(self.name)
    }
}

const NO_ZONE: &str = "Diesel's schema of this database has no timestamp with a time zone";
const NO_UUID: &str = "this database has no UUIDs that Diesel could read into it";
const NO_JSON: &str = "Diesel's schema of this database has no JSON columns";
const NO_DECIMAL: &str = "this database stores decimals as floating point numbers";
const NO_UNSIGNED: &str = "this database has no unsigned integers";
const NO_BYTE: &str = "this database has no integers of one byte that Diesel could read into it";

const fn row(
    name: &'static str,
    kind: Kind,
    sqlite: Result<&'static str, &'static str>,
    postgres: Result<&'static str, &'static str>,
    mysql: Result<&'static str, &'static str>,
) -> RustType {
    RustType { name, kind, sqlite, postgres, mysql }
}

/// Every Rust type that needs no `sql_type`.
#[rustfmt::skip]
pub const RUST_TYPES: &[RustType] = &[
    row("bool", Kind::Bool, Ok("boolean"), Ok("boolean"), Ok("tinyint(1)")),
    row("i8", Kind::Integer, Err(NO_BYTE), Err(NO_BYTE), Ok("tinyint")),
    row("i16", Kind::Integer, Ok("smallint"), Ok("smallint"), Ok("smallint")),
    row("i32", Kind::Integer, Ok("integer"), Ok("integer"), Ok("int")),
    row("i64", Kind::Integer, Ok("bigint"), Ok("bigint"), Ok("bigint")),
    row("u8", Kind::Integer, Err(NO_UNSIGNED), Err(NO_UNSIGNED), Ok("tinyint unsigned")),
    row("u16", Kind::Integer, Err(NO_UNSIGNED), Err(NO_UNSIGNED), Ok("smallint unsigned")),
    row("u32", Kind::Integer, Err(NO_UNSIGNED), Err(NO_UNSIGNED), Ok("int unsigned")),
    row("u64", Kind::Integer, Err(NO_UNSIGNED), Err(NO_UNSIGNED), Ok("bigint unsigned")),
    row("f32", Kind::Number, Ok("float"), Ok("real"), Ok("float")),
    row("f64", Kind::Number, Ok("double"), Ok("double precision"), Ok("double")),
    row("bigdecimal::BigDecimal", Kind::Number, Err(NO_DECIMAL), Ok("numeric"), Ok("decimal")),
    row("String", Kind::Text, Ok("text"), Ok("text"), Ok("text")),
    row("Vec<u8>", Kind::Bytes, Ok("blob"), Ok("bytea"), Ok("blob")),
    row("chrono::NaiveDate", Kind::Date, Ok("date"), Ok("date"), Ok("date")),
    row("chrono::NaiveTime", Kind::Time, Ok("time"), Ok("time"), Ok("time")),
    row("chrono::NaiveDateTime", Kind::Timestamp, Ok("timestamp"), Ok("timestamp"), Ok("datetime")),
    row("chrono::DateTime", Kind::Timestamp, Err(NO_ZONE), Ok("timestamptz"), Err(NO_ZONE)),
    row("time::Date", Kind::Date, Ok("date"), Ok("date"), Ok("date")),
    row("time::Time", Kind::Time, Ok("time"), Ok("time"), Ok("time")),
    row("time::PrimitiveDateTime", Kind::Timestamp, Ok("timestamp"), Ok("timestamp"), Ok("datetime")),
    row("time::OffsetDateTime", Kind::Timestamp, Err(NO_ZONE), Ok("timestamptz"), Ok("timestamp")),
    row("uuid::Uuid", Kind::Other, Err(NO_UUID), Ok("uuid"), Err(NO_UUID)),
    row("serde_json::Value", Kind::Other, Err(NO_JSON), Ok("jsonb"), Ok("json")),
];

/// What a field's type says of its column.
#[derive(Clone, Debug)]
pub(super) struct FieldType {
    /// Whether it is an `Option`.
    pub(super) nullable: bool,
    /// The type within the `Option`, as it is shown.
    pub(super) shown: String,
    /// The row of the table.
    pub(super) known: Option<&'static RustType>,
    /// The row of what a `Vec` holds, where it is an array: `Vec<T>`, `Vec<Option<T>>`.
    pub(super) element: Option<&'static RustType>,
    /// The last part of the type's name.
    pub(super) name: Option<String>,
    /// The last part of the name of what a `Vec` holds.
    pub(super) element_name: Option<String>,
}

/// Looks a field's type up. As in Diesel, `Option` and the types are known by the last part of their paths.
pub(super) fn read(rust_type: &syn::Type, aliases: &BTreeMap<String, syn::Type>) -> FieldType {
    let mut nullable = false;
    let mut current = rust_type;
    // An alias of itself doesn't compile, but must not hang the build script either.
    for _ in 0..16 {
        current = match current {
            syn::Type::Group(group) => &group.elem,
            syn::Type::Paren(paren) => &paren.elem,
            // What is written may be borrowed.
            syn::Type::Reference(reference) => &reference.elem,
            syn::Type::Path(path) => match path.path.segments.last() {
                Some(last) if last.ident == "Option" => match argument(last) {
                    Some(inner) => {
                        nullable = true;
                        inner
                    }
                    None => break,
                },
                Some(last) if last.ident == "Cow" => match argument(last) {
                    Some(inner) => inner,
                    None => break,
                },
                Some(last) if path.path.segments.len() == 1 && last.arguments.is_none() => {
                    match aliases.get(&last.ident.to_string()) {
                        Some(aliased) => aliased,
                        None => break,
                    }
                }
                _ => break,
            },
            _ => break,
        };
    }
    let inner = elements(current);
    let element = inner.and_then(|inner| lookup(inner).filter(|_| !is_u8(inner)));
    let element_name = inner.and_then(last_name);
    FieldType {
        nullable,
        shown: shown(current),
        known: lookup(current),
        element,
        name: last_name(current),
        element_name,
    }
}

/// The type of an array's elements; a column's arrays may hold NULLs whatever the type says.
fn elements(rust_type: &syn::Type) -> Option<&syn::Type> {
    let inner = match rust_type {
        syn::Type::Slice(slice) => &slice.elem,
        other => argument_of(other, "Vec")?,
    };
    Some(argument_of(inner, "Option").unwrap_or(inner))
}

fn last_name(rust_type: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = rust_type else { return None };
    path.path.segments.last().filter(|last| last.arguments.is_none()).map(|last| last.ident.to_string())
}

fn argument_of<'t>(rust_type: &'t syn::Type, wrapper: &str) -> Option<&'t syn::Type> {
    let syn::Type::Path(path) = rust_type else { return None };
    path.path.segments.last().filter(|last| last.ident == wrapper).and_then(argument)
}

fn lookup(rust_type: &syn::Type) -> Option<&'static RustType> {
    let path = match rust_type {
        syn::Type::Path(path) => path,
        syn::Type::Slice(slice) if is_u8(&slice.elem) => return row_of("Vec<u8>"),
        _ => return None,
    };
    let last = path.path.segments.last()?;
    let word = if last.ident == "str" {
        "String".to_owned()
    } else if last.ident == "Vec" && argument(last).is_some_and(is_u8) {
        "Vec<u8>".to_owned()
    } else {
        last.ident.to_string()
    };
    row_of(&word)
}

fn row_of(word: &str) -> Option<&'static RustType> {
    RUST_TYPES.iter().find(|row| row.last_part() == word)
}

fn argument(segment: &syn::PathSegment) -> Option<&syn::Type> {
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(one) => Some(one),
        _ => None,
    })
}

fn is_u8(rust_type: &syn::Type) -> bool {
    matches!(rust_type, syn::Type::Path(path) if path.path.is_ident("u8"))
}

/// The type as a person would write it: tokens without the spaces that `quote` puts between them.
fn shown(rust_type: &syn::Type) -> String {
    let text = quote::quote!(#rust_type).to_string();
    text.replace(" :: ", "::")
        .replace(" < ", "<")
        .replace("< ", "<")
        .replace(" >", ">")
        .replace(" ,", ",")
        .replace("& ", "&")
}
