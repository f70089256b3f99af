//! Functions, procedures and DO blocks, and what PL/pgSQL bodies are made of.
//!
//! A body that is a string with escapes has a text of its own, in which lines are where they were.

use super::{TypeSyntax, Value};
use crate::source::Span;
use crate::sql::Statement;
use crate::sql::syntax::{Ident, ObjectIdent};

/// `CREATE [OR REPLACE] FUNCTION|PROCEDURE name (…) …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateRoutine {
    /// Function or procedure.
    pub kind: RoutineKind,
    /// Its name.
    pub name: ObjectIdent,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Whether it returns `trigger` or `event_trigger`, so that no statement can call it.
    pub for_trigger: bool,
    /// The type that it gives: none for a trigger, a set of rows, or what can't be read.
    pub returns: Option<TypeSyntax>,
    /// Its language, lower case; `sql` for a body without quotes.
    pub language: String,
    /// Its body without quotes; none for a function in C, say.
    pub body: Option<Span>,
}

/// What CREATE and DROP call a routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutineKind {
    /// A function.
    Function,
    /// A procedure.
    Procedure,
    /// Either (`DROP ROUTINE`).
    Any,
}

/// A parameter of a routine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, where it has one.
    pub name: Option<Ident>,
    /// Its type, where that can be read.
    pub column_type: Option<TypeSyntax>,
    /// Whether a call states it: `OUT` parameters aren't stated.
    pub input: bool,
    /// Its default.
    pub default: Option<Span>,
}

/// `DROP FUNCTION|PROCEDURE|ROUTINE [IF EXISTS] name [(…)], …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropRoutines {
    /// What they are called.
    pub kind: RoutineKind,
    /// The names; which of several with one name isn't kept.
    pub names: Vec<ObjectIdent>,
    /// Whether they may be missing.
    pub if_exists: bool,
    /// Whether what uses them (triggers, defaults) goes too.
    pub cascade: bool,
}

/// `DO [LANGUAGE name] 'body'`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Do {
    /// Its language, lower case.
    pub language: String,
    /// Its body without quotes.
    pub body: Span,
}

/// A call of a function or procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its name.
    pub name: ObjectIdent,
    /// Its arguments.
    pub arguments: Vec<Value>,
    /// The place of all of it.
    pub span: Span,
}

/// `[DECLARE …] BEGIN … [EXCEPTION …] END`
#[derive(Clone, Debug)]
pub struct Block {
    /// Its variables.
    pub declarations: Vec<Declaration>,
    /// What it does, in order.
    pub steps: Vec<Step>,
    /// What it does about errors.
    pub handlers: Vec<Handler>,
    /// Its place.
    pub span: Span,
}

/// A variable of a block.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Its name.
    pub name: Ident,
    /// The value that it begins with, if it has one, as a statement of its own: its place and its tokens.
    pub value: Option<Statement>,
    /// Whether it is a cursor, and the value its query.
    pub is_cursor: bool,
    /// Its place.
    pub span: Span,
}

/// `WHEN condition OR … THEN …`
#[derive(Clone, Debug)]
pub struct Handler {
    /// The conditions, lower case: `duplicate_object`, `others`, `sqlstate '42710'`.
    pub conditions: Vec<String>,
    /// What is done.
    pub steps: Vec<Step>,
}

/// A case of an IF.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The condition, as a statement of its own: its place and its tokens.
    pub condition: Statement,
    /// What is done where it holds.
    pub steps: Vec<Step>,
}

/// A statement of PL/pgSQL.
#[derive(Clone, Debug)]
pub enum Step {
    /// A statement of SQL, to be parsed as any other.
    Sql(Statement),
    /// `IF … THEN … ELSIF … ELSE … END IF`
    If {
        /// Its cases in order.
        branches: Vec<Branch>,
        /// What is done where none of them holds.
        otherwise: Vec<Step>,
        /// Its place.
        span: Span,
    },
    /// `CASE … END CASE`: its cases and its ELSE.
    Case {
        /// What each does, in order.
        branches: Vec<Vec<Step>>,
        /// Its place.
        span: Span,
    },
    /// A block in a block.
    Block(Block),
    /// `LOOP`, `WHILE`, `FOR`, `FOREACH`
    Loop {
        /// What stands before `LOOP`.
        header: Span,
        /// What is done again and again.
        steps: Vec<Step>,
        /// Its place.
        span: Span,
    },
    /// `EXECUTE text [INTO …] [USING …]`
    Execute {
        /// The text where it is one literal: without quotes.
        text: Option<Span>,
        /// The expression, as a statement of its own: its place and its tokens.
        expression: Statement,
        /// Its place.
        span: Span,
    },
    /// `PERFORM f(…)`: the functions that it calls.
    Perform {
        /// The functions.
        calls: Vec<Call>,
        /// Its place.
        span: Span,
    },
    /// `RAISE`
    Raise {
        /// Whether it ends the block: no level, or `EXCEPTION`.
        fails: bool,
        /// Its place.
        span: Span,
    },
    /// `RETURN`, `EXIT`, `CONTINUE`: what follows may not run.
    Leave(Span),
    /// `name := expression`, `SELECT … INTO name …`
    Assign {
        /// What is assigned to, words in lower case.
        target: String,
        /// The expression or the whole query, as a statement of its own: its place and its tokens.
        expression: Statement,
        /// Its place.
        span: Span,
    },
    /// `NULL`, `GET DIAGNOSTICS`, `OPEN`, `FETCH` and other statements without effect on structure.
    NoEffect(Span),
    /// What can't be read.
    Unreadable {
        /// The problem.
        message: String,
        /// Its place.
        at: Span,
    },
}
