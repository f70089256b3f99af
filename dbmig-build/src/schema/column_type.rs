//! Column types: the words of the type's name, and its arguments.

use std::fmt;

/// A type as a column declares it, in lower case and with its backend's aliases resolved.
///
/// SQLite's free-form types (`UNSIGNED BIG INT`, `VARCHAR(64)`) fit as they are; an empty name is SQLite's column
/// without a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnType {
    /// The words of the name, lower case, one space between them: `double precision`.
    pub name: String,
    /// What stands in parentheses: `["10", "2"]`.
    pub arguments: Vec<String>,
}

impl ColumnType {
    /// A type without arguments.
    pub fn plain(name: impl Into<String>) -> ColumnType {
        ColumnType { name: name.into(), arguments: Vec::new() }
    }

    /// A type with arguments.
    pub fn with_arguments<A: ToString>(name: impl Into<String>, arguments: impl IntoIterator<Item = A>) -> ColumnType {
        ColumnType { name: name.into(), arguments: arguments.into_iter().map(|one| one.to_string()).collect() }
    }

    /// Whether the column has no type at all (SQLite).
    pub fn is_untyped(&self) -> bool {
        self.name.is_empty()
    }
}

impl fmt::Display for ColumnType {
    /// Lower case, as `sqlite_master` gives it to Diesel: `varchar(64)`, `decimal(10, 2)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.arguments.is_empty() {
            write!(f, "({})", self.arguments.join(", "))?;
        }
        Ok(())
    }
}
