//! Columns.

use super::{ColumnType, Conflict, Expression, Name};

/// A column of a table. Keys, uniques, checks and references that were written on the column are the table's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub column_type: ColumnType,
    /// Whether it takes NULL. SQLite's primary key columns do unless they are NOT NULL or the rowid; this says what
    /// was declared.
    pub nullable: bool,
    /// What a violated NOT NULL does (SQLite's `ON CONFLICT`).
    pub not_null_conflict: Option<Conflict>,
    /// The default, without parentheses round the whole.
    pub default: Option<Expression>,
    /// How it is computed, where it is.
    pub generated: Option<Generated>,
    /// Its collation, where it isn't the default.
    pub collation: Option<Name>,
    /// Whether the database gives out its values.
    pub autoincrement: Autoincrement,
    /// What its comment says (PostgreSQL, MySQL).
    pub comment: Option<String>,
}

/// Whether and how the database gives out a column's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Autoincrement {
    /// It doesn't, as far as the declaration says. (SQLite's rowid needs no word for it.)
    #[default]
    No,
    /// SQLite's and MySQL's `AUTOINCREMENT`.
    Keyword,
}

/// The expression of a generated column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The expression.
    pub expression: Expression,
    /// Where its value lives.
    pub storage: Storage,
}

/// Where the value of a generated column lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Computed when read.
    Virtual,
    /// Computed when written.
    Stored,
}

impl Column {
    /// A nullable column with nothing but a type.
    pub fn new(name: Name, column_type: ColumnType) -> Column {
        Column {
            name,
            column_type,
            nullable: true,
            not_null_conflict: None,
            default: None,
            generated: None,
            collation: None,
            autoincrement: Autoincrement::No,
            comment: None,
        }
    }
}
