//! PostgreSQL's statements. Names are as PostgreSQL keeps them: folded where they weren't quoted, cut to 63 bytes.

mod alter_table;
mod create_table;
mod object;
mod query;
mod routine;
mod sequence;
mod user_type;

pub use alter_table::{Action, ActionKind, AlterTable, RelationKind};
pub use create_table::{
    Column, Constraint, ConstraintKind, CreateTable, CreateTableAs, Identity, Key, Like, LikeOption, Persistence,
    Reference, TableElement, TableForm, TypeSyntax,
};
pub use object::{
    Comment, CommentTarget, CreateExtension, CreateIndex, CreateSchema, CreateTrigger, CreateView, Drop, DropKind,
    DropTrigger, RenameTrigger, SearchPath,
};
pub use query::{FromItem, FromSource, Query, Select, SelectItem, Value};
pub use routine::{
    Block, Branch, Call, CreateRoutine, Declaration, Do, DropRoutines, Handler, Parameter, RoutineKind, Step,
};
pub use sequence::{AlterSequence, CreateSequence, SequenceOption};
pub use user_type::{
    AlterDomain, AlterType, Attribute, CreateDomain, CreateType, DomainAction, Label, Position, TypeAction, TypeKind,
};

use super::{Ident, ObjectIdent};
use crate::source::Span;

/// A statement that alters structure, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `CREATE TABLE`, foreign tables too
    CreateTable(CreateTable),
    /// `CREATE TABLE … AS query`, `SELECT … INTO`
    CreateTableAs(CreateTableAs),
    /// `CREATE [MATERIALIZED] VIEW`
    CreateView(CreateView),
    /// `CREATE INDEX`
    CreateIndex(CreateIndex),
    /// `ALTER TABLE`, and what `ALTER VIEW`, `ALTER INDEX`, … share with it
    AlterTable(AlterTable),
    /// `CREATE TYPE`
    CreateType(CreateType),
    /// `ALTER TYPE`
    AlterType(AlterType),
    /// `CREATE DOMAIN`
    CreateDomain(CreateDomain),
    /// `ALTER DOMAIN`
    AlterDomain(AlterDomain),
    /// `CREATE SEQUENCE`
    CreateSequence(CreateSequence),
    /// `ALTER SEQUENCE` with options
    AlterSequence(AlterSequence),
    /// `CREATE SCHEMA`
    CreateSchema(CreateSchema),
    /// `ALTER SCHEMA from RENAME TO to`
    RenameSchema {
        /// Its name before.
        from: Ident,
        /// Its name after.
        to: Ident,
    },
    /// `COMMENT ON`
    Comment(Comment),
    /// `DROP` of what isn't named below
    Drop(Drop),
    /// `SET search_path` and its like
    SearchPath(SearchPath),
    /// `CREATE TRIGGER`
    CreateTrigger(CreateTrigger),
    /// `ALTER TRIGGER … RENAME TO`
    RenameTrigger(RenameTrigger),
    /// `DROP TRIGGER`
    DropTrigger(DropTrigger),
    /// `CREATE EXTENSION`
    CreateExtension(CreateExtension),
    /// `ALTER EXTENSION name SET SCHEMA schema`
    MoveExtension {
        /// The extension.
        name: Ident,
        /// Where its objects go.
        schema: Ident,
    },
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`
    CreateRoutine(CreateRoutine),
    /// `ALTER FUNCTION … RENAME TO`, `… SET SCHEMA`
    MoveRoutine {
        /// The function or procedure.
        name: ObjectIdent,
        /// Its new name, unless that stays.
        renamed: Option<Ident>,
        /// Its new schema, unless that stays.
        schema: Option<Ident>,
    },
    /// `DROP FUNCTION`, `DROP PROCEDURE`
    DropRoutines(DropRoutines),
    /// `DO`
    Do(Do),
    /// `CALL f(…)`, or the functions that a `SELECT f(…)` without a table calls, in order
    Calls(Vec<Call>),
    /// `DISCARD ALL`, `RESET ALL`: the session is as new.
    ResetAll(Span),
}
