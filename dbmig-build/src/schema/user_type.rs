//! Types that a migration makes (PostgreSQL).

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
