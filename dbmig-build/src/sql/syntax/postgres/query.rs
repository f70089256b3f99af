//! Queries, as far as the types of their columns can be known.

use super::{Call, TypeSyntax};
use crate::source::Span;
use crate::sql::syntax::{Ident, ObjectIdent};

/// A query that makes a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// One that was read.
    Select(Box<Select>),
    /// `TABLE name`
    Table(ObjectIdent),
    /// Anything else.
    Other(Span),
}

/// `SELECT items FROM sources … [UNION … SELECT …]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    /// What is selected.
    pub items: Vec<SelectItem>,
    /// What it is selected from, joins included.
    pub from: Vec<FromItem>,
    /// The queries behind `UNION`, `INTERSECT`, `EXCEPT`, which state no names.
    pub others: Vec<Select>,
    /// Its place.
    pub span: Span,
}

/// A column of a query, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectItem {
    /// `*`, `t.*`
    All {
        /// The alias or the name of one of the sources.
        source: Option<ObjectIdent>,
    },
    /// `value [AS name]`
    Value {
        /// What is selected.
        value: Value,
        /// Its name, where one is stated.
        alias: Option<Ident>,
        /// Its place.
        span: Span,
    },
}

/// An expression, as far as its type can be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A column.
    Column {
        /// The alias or the name of its source, where one is stated.
        source: Option<ObjectIdent>,
        /// The column.
        column: Ident,
    },
    /// `value::type`, `CAST(value AS type)`
    Cast(Box<Value>, TypeSyntax),
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Boolean(bool),
    /// A string, without quotes.
    String(String),
    /// A number, as written.
    Number(String),
    /// `name(arguments)`; a `*` is no argument.
    Function {
        /// Its name.
        name: ObjectIdent,
        /// Its arguments.
        arguments: Vec<Value>,
    },
    /// `current_timestamp` and other functions without parentheses, lower case.
    Keyword(String),
    /// `CASE … END`: what it may give, the ELSE first.
    Case(Vec<Value>),
    /// `- value`
    Negated(Box<Value>),
    /// What is true or false: a comparison, `AND`, `IS NULL`, `EXISTS (…)`, `IN (…)`, `LIKE` …
    Condition(Span),
    /// Anything else.
    Other(Span),
}

/// A source of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromItem {
    /// What it is.
    pub source: FromSource,
    /// Its name in the query, where one is stated.
    pub alias: Option<Ident>,
    /// The names of its first columns, where they are stated.
    pub columns: Vec<Ident>,
    /// Columns that it shares with those before it, by `USING (…)`: `*` names them once, first.
    pub using: Vec<Ident>,
}

/// What rows come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromSource {
    /// A table or view.
    Table(ObjectIdent),
    /// `(query)`
    Query(Query),
    /// `function(…)`
    Function(Call),
}

impl Value {
    /// The name of a column that is made of it and has no alias, as PostgreSQL finds it.
    pub fn column_name(&self) -> Option<&str> {
        match self {
            Value::Column { column, .. } => Some(column.name.as_str()),
            // `NULL::t` is named after the type.
            Value::Cast(value, type_syntax) => value.column_name().or(Some(&type_syntax.column_type.name)),
            Value::Function { name, .. } => Some(name.name.as_str()),
            Value::Boolean(_) => Some("bool"),
            Value::Keyword(word) => Some(word),
            Value::Case(_) => Some(self.own_name().unwrap_or("case")),
            Value::Negated(_)
            | Value::Null
            | Value::String(_)
            | Value::Number(_)
            | Value::Condition(_)
            | Value::Other(_) => None,
        }
    }

    /// The name that a column or function lends to what is made of it: `CASE` takes its ELSE's.
    fn own_name(&self) -> Option<&str> {
        match self {
            Value::Column { .. } | Value::Function { .. } | Value::Keyword(_) => self.column_name(),
            Value::Cast(value, _) => value.own_name(),
            Value::Case(results) => results.first()?.own_name(),
            _ => None,
        }
    }
}
