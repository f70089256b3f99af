//! Column types: the words of the type's name, and its arguments.

use std::fmt;

use super::{Name, ObjectName};

mod postgres;

pub use postgres::{POSTGRES_TYPES, PostgresType, postgres_type};

/// A type as a column declares it, in lower case and with its backend's aliases resolved.
///
/// PostgreSQL's built-in types have the names of [`POSTGRES_TYPES`], its other types their own, exactly as PostgreSQL
/// keeps them. MySQL's are what `information_schema.columns.column_type` says, without the display widths that mean
/// nothing: `bigint unsigned`, `tinyint(1)`, `enum('a','b')` (arguments with their quotes). SQLite's free-form types (`UNSIGNED BIG INT`, `VARCHAR(64)`) fit as they are; an empty name is SQLite's column
/// without a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnType {
    /// The words of the name, lower case, one space between them: `double precision`.
    pub name: String,
    /// What stands in parentheses: `["10", "2"]`.
    pub arguments: Vec<String>,
    /// The schema of a type that isn't built in and isn't in the default schema (PostgreSQL).
    pub schema: Option<Name>,
    /// Whether it is an array; the number of dimensions means nothing to PostgreSQL.
    pub array: bool,
}

impl ColumnType {
    /// A type without arguments.
    pub fn plain(name: impl Into<String>) -> ColumnType {
        ColumnType { name: name.into(), ..ColumnType::default() }
    }

    /// A type with arguments.
    pub fn with_arguments<A: ToString>(name: impl Into<String>, arguments: impl IntoIterator<Item = A>) -> ColumnType {
        let arguments = arguments.into_iter().map(|one| one.to_string()).collect();
        ColumnType { name: name.into(), arguments, ..ColumnType::default() }
    }

    /// Whether it is, or is an array of, a type that a migration made.
    pub fn names(&self, user_type: &ObjectName) -> bool {
        self.name == user_type.name.as_str() && self.schema == user_type.schema
    }

    /// The labels of MySQL's `enum('a','b')`.
    pub fn enum_labels(&self) -> Option<Vec<String>> {
        let inside =
            |label: &String| label.trim().strip_prefix('\'')?.strip_suffix('\'').map(|it| it.replace("''", "'"));
        if self.name == "enum" { self.arguments.iter().map(inside).collect() } else { None }
    }

    /// Whether the column has no type at all (SQLite).
    pub fn is_untyped(&self) -> bool {
        self.name.is_empty()
    }
}

impl fmt::Display for ColumnType {
    /// Lower case, as `sqlite_master` gives it to Diesel: `varchar(64)`, `decimal(10, 2)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)?;
        if !self.arguments.is_empty() {
            write!(f, "({})", self.arguments.join(", "))?;
        }
        f.write_str(if self.array { "[]" } else { "" })
    }
}
