//! Why a change doesn't fit.

use std::fmt;

use crate::schema::{Name, ObjectName};

/// Why a change doesn't fit the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyError {
    /// A table or view of this name is there already.
    Exists(ObjectName),
    /// No table has this name.
    NoTable(ObjectName),
    /// No view has this name.
    NoView(ObjectName),
    /// The table has a column of this name already.
    ColumnExists(ObjectName, Name),
    /// The table has no column of this name.
    NoColumn(ObjectName, Name),
    /// Something still refers to the column that is to go.
    ColumnInUse(ObjectName, Name, String),
    /// A constraint like it is there already.
    ConstraintExists(ObjectName, String),
    /// The table has no such constraint.
    NoConstraint(ObjectName, String),
    /// An index of this name is there already.
    IndexExists(Name),
    /// The table has no index of this name.
    NoIndex(ObjectName, Name),
    /// The table has a trigger of this name already.
    TriggerExists(ObjectName, Name),
    /// The table has no trigger of this name.
    NoTrigger(ObjectName, Name),
    /// No type has this name.
    NoType(ObjectName),
    /// A type of this name is there already.
    TypeExists(ObjectName),
    /// Something still has the type that is to go.
    TypeInUse(ObjectName, String),
    /// The enum has no such label.
    NoEnumValue(ObjectName, String),
    /// The enum has such a label already.
    EnumValueExists(ObjectName, String),
    /// No sequence has this name.
    NoSequence(ObjectName),
    /// No schema has this name.
    NoNamespace(Name),
    /// A schema of this name is there already.
    NamespaceExists(Name),
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApplyError::Exists(name) => write!(f, "`{name}` exists already"),
            ApplyError::NoTable(name) => write!(f, "there is no table `{name}`"),
            ApplyError::NoView(name) => write!(f, "there is no view `{name}`"),
            ApplyError::ColumnExists(table, name) => write!(f, "table `{table}` has a column `{name}` already"),
            ApplyError::NoColumn(table, name) => write!(f, "table `{table}` has no column `{name}`"),
            ApplyError::ColumnInUse(table, name, by) => write!(f, "column `{table}.{name}` is used by {by}"),
            ApplyError::ConstraintExists(table, what) => write!(f, "table `{table}` has {what} already"),
            ApplyError::NoConstraint(table, what) => write!(f, "table `{table}` has no {what}"),
            ApplyError::IndexExists(name) => write!(f, "there is an index `{name}` already"),
            ApplyError::NoIndex(table, name) => write!(f, "table `{table}` has no index `{name}`"),
            ApplyError::TriggerExists(table, name) => write!(f, "table `{table}` has a trigger `{name}` already"),
            ApplyError::NoTrigger(table, name) => write!(f, "table `{table}` has no trigger `{name}`"),
            ApplyError::NoType(name) => write!(f, "there is no type `{name}`"),
            ApplyError::TypeExists(name) => write!(f, "there is a type `{name}` already"),
            ApplyError::TypeInUse(name, by) => write!(f, "type `{name}` is used by {by}"),
            ApplyError::NoEnumValue(name, value) => write!(f, "type `{name}` has no label '{value}'"),
            ApplyError::EnumValueExists(name, value) => write!(f, "type `{name}` has a label '{value}' already"),
            ApplyError::NoSequence(name) => write!(f, "there is no sequence `{name}`"),
            ApplyError::NoNamespace(name) => write!(f, "there is no schema `{name}`"),
            ApplyError::NamespaceExists(name) => write!(f, "there is a schema `{name}` already"),
        }
    }
}

impl std::error::Error for ApplyError {}
