//! Types and domains. Source: <https://www.postgresql.org/docs/current/sql-createtype.html>.

use super::{Constraint, TypeSyntax};
use crate::schema::Expression;
use crate::source::Span;
use crate::sql::syntax::{Ident, ObjectIdent};

/// `CREATE TYPE name …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateType {
    /// Its name.
    pub name: ObjectIdent,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// `AS ENUM ('label', …)`
    Enum(Vec<Label>),
    /// `AS (attribute type, …)`
    Composite(Vec<Attribute>),
    /// `AS RANGE (SUBTYPE = …)`
    Range {
        /// The subtype.
        subtype: TypeSyntax,
        /// What stands in the parentheses, as written.
        options: String,
    },
    /// `(INPUT = …)`: what stands behind the name, as written.
    Base(String),
    /// Nothing yet.
    Shell,
}

/// A label of an enum at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The label.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A part of a composite type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub column_type: TypeSyntax,
    /// Its collation.
    pub collation: Option<ObjectIdent>,
}

/// `ALTER TYPE name action, …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterType {
    /// The type.
    pub name: ObjectIdent,
    /// What is done to it, in order.
    pub actions: Vec<TypeAction>,
}

/// What an `ALTER TYPE` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeAction {
    /// `ADD VALUE [IF NOT EXISTS] label [BEFORE|AFTER label]`
    AddValue {
        /// The new label.
        label: Label,
        /// Whether an existing one is kept.
        if_not_exists: bool,
        /// Where it goes; at the end without it.
        position: Option<Position>,
    },
    /// `RENAME VALUE from TO to`
    RenameValue {
        /// The label before.
        from: Label,
        /// The label after.
        to: Label,
    },
    /// `RENAME TO name`
    RenameTo(Ident),
    /// `SET SCHEMA schema`
    SetSchema(Ident),
    /// `RENAME ATTRIBUTE from TO to`
    RenameAttribute {
        /// Its name before.
        from: Ident,
        /// Its name after.
        to: Ident,
    },
    /// `ADD ATTRIBUTE …`
    AddAttribute(Attribute),
    /// `DROP ATTRIBUTE [IF EXISTS] name`
    DropAttribute {
        /// The attribute.
        name: Ident,
        /// Whether it may be missing.
        if_exists: bool,
    },
    /// `ALTER ATTRIBUTE name [SET DATA] TYPE type`
    AlterAttribute(Attribute),
    /// Owners and properties of base types.
    NoEffect,
}

/// Where a new label goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// `BEFORE label`
    Before(Label),
    /// `AFTER label`
    After(Label),
}

/// `CREATE DOMAIN name AS type …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateDomain {
    /// Its name.
    pub name: ObjectIdent,
    /// The type beneath.
    pub base: TypeSyntax,
    /// `COLLATE`
    pub collation: Option<ObjectIdent>,
    /// `NOT NULL`
    pub not_null: bool,
    /// `DEFAULT`
    pub default: Option<Expression>,
    /// Its checks.
    pub checks: Vec<Constraint>,
}

/// `ALTER DOMAIN name action`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterDomain {
    /// The domain.
    pub name: ObjectIdent,
    /// What is done to it.
    pub action: DomainAction,
}

/// What an `ALTER DOMAIN` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainAction {
    /// `SET DEFAULT …`
    SetDefault(Expression),
    /// `DROP DEFAULT`
    DropDefault,
    /// `SET NOT NULL`
    SetNotNull,
    /// `DROP NOT NULL`
    DropNotNull,
    /// `ADD [CONSTRAINT name] CHECK (…)`
    AddConstraint(Box<Constraint>),
    /// `DROP CONSTRAINT [IF EXISTS] name`
    DropConstraint {
        /// The constraint.
        name: Ident,
        /// Whether it may be missing.
        if_exists: bool,
    },
    /// `RENAME CONSTRAINT from TO to`
    RenameConstraint {
        /// Its name before.
        from: Ident,
        /// Its name after.
        to: Ident,
    },
    /// `VALIDATE CONSTRAINT name`
    ValidateConstraint(Ident),
    /// `RENAME TO name`
    RenameTo(Ident),
    /// `SET SCHEMA schema`
    SetSchema(Ident),
    /// Owners.
    NoEffect,
}
