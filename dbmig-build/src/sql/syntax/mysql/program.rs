//! What holds statements: stored programs and prepared statements.

use crate::schema::Name;
use crate::source::Span;
use crate::sql::syntax::Ident;

/// What is executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Executed {
    /// A prepared statement.
    Name(Ident),
    /// `IMMEDIATE`, which MariaDB has.
    Immediate(Assigned),
}

/// An expression whose value a variable gets, or a statement that is prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// What it is; none where that can't be followed.
    pub value: Option<Value>,
    /// Whether it may be DDL where it can't be followed: a text in it is, or none is seen.
    pub may_alter: bool,
}

/// An expression that is worked out without a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string or a number.
    Text(String),
    /// `NULL`
    Null,
    /// A variable, lower case: `@name`, or without the `@` one of a program's own.
    Variable(String),
    /// `DATABASE()`
    Database,
    /// `CONCAT(text, …)`
    Concat(Vec<Value>),
    /// `IF(condition, value, value)`
    If(Box<[Value; 3]>),
    /// `IFNULL(value, value)`
    IfNull(Box<[Value; 2]>),
    /// `value = value`, with `=`, `<>`, `<`, `<=`, `>` or `>=`.
    Compared(Box<Value>, &'static str, Box<Value>),
    /// `value IS NULL`
    IsNull(Box<Value>),
    /// `NOT value`
    Not(Box<Value>),
    /// `value AND value …`
    All(Vec<Value>),
    /// `value OR value …`
    Any(Vec<Value>),
    /// `EXISTS (SELECT … FROM …)`
    Exists(Rows),
    /// `COUNT(…)` in a query.
    Count,
    /// `(SELECT value FROM …)`
    Select(Box<Value>, Option<Rows>),
}

/// `information_schema.… WHERE column = value AND …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The table of `information_schema`, lower case.
    pub table: String,
    /// What its columns, lower case, must be equal to.
    pub equal: Vec<(String, Value)>,
}

/// `CREATE PROCEDURE name …` or `CREATE FUNCTION name …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateRoutine {
    /// Its name.
    pub name: Name,
    /// The names of its parameters, lower case.
    pub parameters: Vec<String>,
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
    /// `SET name = …, …`, `DECLARE name …`, `SELECT … INTO name`
    Set(Vec<(String, Assigned)>),
    /// `IF condition THEN … ELSEIF … ELSE … END IF`
    If {
        /// Its cases in order: what decides, if that can be followed, and what is done.
        branches: Vec<(Option<Value>, Vec<Step>)>,
        /// What is done if none of them holds.
        otherwise: Vec<Step>,
    },
    /// `BEGIN … END`
    Block(Vec<Step>),
    /// `DECLARE CONTINUE|EXIT HANDLER FOR error, …` that does nothing to the structure.
    Handler {
        /// Whether the block ends then.
        leaves: bool,
        /// The errors, lower case: `1060`, `42s21`, `sqlexception`.
        errors: Vec<String>,
    },
    /// `SIGNAL`
    Fails(Span),
}
