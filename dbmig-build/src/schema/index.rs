//! Indexes, and the columns of keys.

use super::{Expression, Name};

/// An index made by `CREATE INDEX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: Name,
    /// Whether it keeps its entries unique.
    pub unique: bool,
    /// What it indexes, in order.
    pub columns: Vec<IndexColumn>,
    /// The predicate of a partial index.
    pub predicate: Option<Expression>,
    /// The access method, lower case, where it isn't the default (PostgreSQL, MySQL).
    pub method: Option<String>,
    /// Further columns that it carries (PostgreSQL's INCLUDE).
    pub include: Vec<Name>,
}

/// One column of an index or key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexColumn {
    /// What is indexed.
    pub key: IndexKey,
    /// Its collation, where one is stated.
    pub collation: Option<Name>,
    /// Its direction.
    pub order: SortOrder,
}

/// What an index sorts by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IndexKey {
    /// A column.
    Column(Name),
    /// An expression.
    Expression(Expression),
}

/// A direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortOrder {
    /// Small first.
    #[default]
    Ascending,
    /// Great first.
    Descending,
}

impl IndexColumn {
    /// A plain column, ascending.
    pub fn column(name: Name) -> IndexColumn {
        IndexColumn { key: IndexKey::Column(name), collation: None, order: SortOrder::Ascending }
    }

    /// The column's name, unless it is an expression.
    pub fn name(&self) -> Option<&Name> {
        match &self.key {
            IndexKey::Column(name) => Some(name),
            IndexKey::Expression(_) => None,
        }
    }

    /// Whether it is, or its expression mentions, a column.
    pub fn mentions(&self, name: &Name) -> bool {
        match &self.key {
            IndexKey::Column(column) => column == name,
            IndexKey::Expression(expression) => expression.mentions(name),
        }
    }
}
