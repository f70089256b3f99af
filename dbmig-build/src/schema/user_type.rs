//! Types, sequences and schemas that a migration makes (PostgreSQL).

use super::{Check, ColumnType, Expression, Name, ObjectName};

/// A type that a migration made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserType {
    /// Its name.
    pub name: ObjectName,
    /// What it is.
    pub kind: UserTypeKind,
    /// What its comment says.
    pub comment: Option<String>,
}

/// What a type is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserTypeKind {
    /// `AS ENUM`, with its labels in order.
    Enum(Vec<String>),
    /// `CREATE DOMAIN`
    Domain(Box<Domain>),
    /// `AS (attribute type, …)`, in order.
    Composite(Vec<Attribute>),
    /// `AS RANGE (…)`: the subtype, and all that stands in the parentheses, as written.
    Range(ColumnType, String),
    /// Any other (a shell type, a base type, an extension's), as written behind its name.
    Other(String),
}

/// A type with constraints of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The type beneath, which may be a domain itself.
    pub base: ColumnType,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// The default of columns of this type.
    pub default: Option<Expression>,
    /// Its collation, where it isn't the type's.
    pub collation: Option<Name>,
    /// Its checks; `value` is the value.
    pub checks: Vec<Check>,
}

/// A part of a composite type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub column_type: ColumnType,
    /// Its collation, where it isn't the type's.
    pub collation: Option<Name>,
}

/// A sequence, those of `serial` and identity columns included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Its name.
    pub name: ObjectName,
    /// `smallint`, `integer` or `bigint`.
    pub data_type: ColumnType,
    /// What is added for each value.
    pub increment: i64,
    /// The smallest value; none for the type's own bound (1 where it ascends).
    pub minimum: Option<i64>,
    /// The greatest value; none for the type's own bound (-1 where it descends).
    pub maximum: Option<i64>,
    /// The first value; none for the smallest (the greatest where it descends).
    pub start: Option<i64>,
    /// How many values a session takes at once.
    pub cache: i64,
    /// Whether it begins again when it has reached its end.
    pub cycle: bool,
    /// The table and column with which it is dropped.
    pub owner: Option<(ObjectName, Name)>,
}

impl Sequence {
    /// A sequence as `CREATE SEQUENCE name` makes it.
    pub fn new(name: ObjectName) -> Sequence {
        Sequence {
            name,
            data_type: ColumnType::plain("bigint"),
            increment: 1,
            minimum: None,
            maximum: None,
            start: None,
            cache: 1,
            cycle: false,
            owner: None,
        }
    }
}
