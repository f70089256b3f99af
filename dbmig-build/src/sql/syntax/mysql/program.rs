//! What holds statements: stored programs and prepared statements.

use crate::schema::Name;
use crate::source::Span;
use crate::sql::syntax::Ident;

/// What a prepared statement is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// A string: whether it may be DDL.
    Text(bool),
    /// A variable's name, lower case.
    Variable(String),
}

/// What is executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Executed {
    /// A prepared statement.
    Name(Ident),
    /// `IMMEDIATE`, which MariaDB has.
    Immediate(Prepared),
}

/// `CREATE PROCEDURE name …` or `CREATE FUNCTION name …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateRoutine {
    /// Its name.
    pub name: Name,
    /// What a call of it does to the structure.
    pub effect: RoutineEffect,
}

/// What a call of a routine does to the structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoutineEffect {
    /// Nothing.
    None,
    /// What these steps do, one after the other.
    Steps(Vec<Step>),
    /// Something that can't be known.
    Unknown,
}

/// A step of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A statement.
    Statement(Span),
    /// `IF condition THEN … ELSE … END IF`
    If {
        /// What decides.
        condition: Condition,
        /// What is done if it holds.
        then: Vec<Step>,
        /// What is done if it doesn't.
        otherwise: Vec<Step>,
    },
}

/// `EXISTS (SELECT … FROM information_schema.…)`: whether something is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Whether it holds if the thing isn't there.
    pub negated: bool,
    /// The kind of thing.
    pub catalogue: Catalogue,
    /// The table.
    pub table: Name,
    /// The column, index or constraint of the table; none for the table itself.
    pub object: Option<Name>,
}

/// What a table of `information_schema` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Catalogue {
    /// `tables`, views among them
    Tables,
    /// `columns`
    Columns,
    /// `statistics`
    Indexes,
    /// `table_constraints`
    Constraints,
}
