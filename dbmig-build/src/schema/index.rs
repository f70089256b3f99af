//! Indexes, and the columns of keys.

use super::{Expression, Name, Past};

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
    /// Whether NULLs count as equal in a unique index (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// PostgreSQL's storage parameters, in the order of their names: `("fillfactor", "70")`.
    pub parameters: Vec<(String, String)>,
    /// What it was made of, where columns have got other names since.
    pub first_columns: FirstColumns,
    /// Whether a foreign key made it, of this table or of one that this was made like (MySQL): it goes by itself when
    /// another key serves as well.
    pub made_by_key: Past<bool>,
}

/// The columns and further columns with which an index was made, where they have got other names since: PostgreSQL
/// calls the columns of the index by them for ever, and names copies of it so.
pub type FirstColumns = Past<Option<Box<(Vec<IndexColumn>, Vec<Name>)>>>;

/// One column of an index or key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexColumn {
    /// What is indexed.
    pub key: IndexKey,
    /// Its collation, where one is stated.
    pub collation: Option<Name>,
    /// Its direction.
    pub order: SortOrder,
    /// Where NULLs come, where that isn't what the direction implies (PostgreSQL: last ascending, first descending).
    pub nulls: Option<NullsOrder>,
    /// The operator class with its parameters, as written, where it isn't the type's default (PostgreSQL).
    pub operator_class: Option<String>,
    /// How many characters or bytes of the column are indexed, where not all (MySQL).
    pub length: Option<u32>,
}

/// Where NULLs come in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NullsOrder {
    /// Before all else.
    First,
    /// After all else.
    Last,
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

impl Index {
    /// An index of these columns with nothing special about it.
    pub fn new(name: Name, columns: Vec<IndexColumn>) -> Index {
        Index {
            name,
            unique: false,
            columns,
            predicate: None,
            method: None,
            include: Vec::new(),
            nulls_not_distinct: false,
            parameters: Vec::new(),
            first_columns: Past(None),
            made_by_key: Past(false),
        }
    }

    /// Whether it indexes, carries or is limited by a column.
    pub fn mentions(&self, name: &Name) -> bool {
        self.columns.iter().any(|column| column.mentions(name))
            || self.predicate.as_ref().is_some_and(|predicate| predicate.mentions(name))
            || self.include.contains(name)
    }
}

impl IndexColumn {
    /// A key, ascending.
    pub fn new(key: IndexKey) -> IndexColumn {
        let order = SortOrder::Ascending;
        IndexColumn { key, collation: None, order, nulls: None, operator_class: None, length: None }
    }

    /// A plain column, ascending.
    pub fn column(name: Name) -> IndexColumn {
        IndexColumn::new(IndexKey::Column(name))
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
