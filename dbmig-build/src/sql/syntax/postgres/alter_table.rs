//! `ALTER TABLE`. Source: <https://www.postgresql.org/docs/current/sql-altertable.html>.

use super::{Column, Constraint, Identity, SequenceOption, TypeSyntax};
use crate::schema::{Deferrable, Expression};
use crate::source::Span;
use crate::sql::syntax::{Ident, ObjectIdent};

/// `ALTER TABLE [IF EXISTS] [ONLY] name action, …`, and what ALTER of other relations shares with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterTable {
    /// What the statement calls it; `ALTER TABLE … RENAME` is about any relation.
    pub kind: RelationKind,
    /// Its name.
    pub name: ObjectIdent,
    /// Whether it may be missing.
    pub if_exists: bool,
    /// `ONLY`: its children stay as they are.
    pub only: bool,
    /// What is done to it, in order.
    pub actions: Vec<Action>,
}

/// What a statement calls a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// A table, partitioned and foreign ones too.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
}

/// An action at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub kind: ActionKind,
    /// Its place.
    pub span: Span,
}

/// What an `ALTER TABLE` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// `ADD [COLUMN] [IF NOT EXISTS] …`
    AddColumn {
        /// The column.
        column: Box<Column>,
        /// Whether an existing column is kept.
        if_not_exists: bool,
    },
    /// `DROP [COLUMN] [IF EXISTS] column [CASCADE]`
    DropColumn {
        /// The column.
        column: Ident,
        /// Whether it may be missing.
        if_exists: bool,
        /// Whether what uses it goes too.
        cascade: bool,
    },
    /// `ALTER column [SET DATA] TYPE type [COLLATE …] [USING …]`
    SetType {
        /// The column.
        column: Ident,
        /// Its new type.
        column_type: TypeSyntax,
        /// Its new collation; without one it becomes the type's.
        collation: Option<ObjectIdent>,
        /// The expression that converts its values.
        using: Option<Span>,
    },
    /// `ALTER column SET DEFAULT …`
    SetDefault(Ident, Expression),
    /// `ALTER column DROP DEFAULT`
    DropDefault(Ident),
    /// `ALTER column SET NOT NULL`
    SetNotNull(Ident),
    /// `ALTER column DROP NOT NULL`
    DropNotNull(Ident),
    /// `ALTER column SET EXPRESSION AS (…)`
    SetExpression(Ident, Expression),
    /// `ALTER column DROP EXPRESSION [IF EXISTS]`
    DropExpression {
        /// The column.
        column: Ident,
        /// Whether it may be no generated one.
        if_exists: bool,
    },
    /// `ALTER column ADD GENERATED … AS IDENTITY`
    AddIdentity(Ident, Identity),
    /// `ALTER column SET GENERATED …`, `SET sequence_option`, `RESTART`
    AlterIdentity {
        /// The column.
        column: Ident,
        /// Whether it becomes `ALWAYS`, where that is stated.
        always: Option<bool>,
        /// What changes in its sequence.
        options: Vec<SequenceOption>,
    },
    /// `ALTER column DROP IDENTITY [IF EXISTS]`
    DropIdentity {
        /// The column.
        column: Ident,
        /// Whether it may be no identity column.
        if_exists: bool,
    },
    /// `ADD [CONSTRAINT name] …`
    AddConstraint(Box<Constraint>),
    /// `VALIDATE CONSTRAINT name`
    ValidateConstraint(Ident),
    /// `ALTER CONSTRAINT name [DEFERRABLE …]`
    AlterConstraint {
        /// The constraint.
        name: Ident,
        /// When it is checked from now on, where that is stated.
        deferrable: Option<Deferrable>,
    },
    /// `DROP CONSTRAINT [IF EXISTS] name [CASCADE]`
    DropConstraint {
        /// The constraint.
        name: Ident,
        /// Whether it may be missing.
        if_exists: bool,
        /// Whether what needs it goes too.
        cascade: bool,
    },
    /// `RENAME TO name`
    RenameTo(Ident),
    /// `RENAME [COLUMN] from TO to`
    RenameColumn {
        /// Its name before.
        from: Ident,
        /// Its name after.
        to: Ident,
    },
    /// `RENAME CONSTRAINT from TO to`
    RenameConstraint {
        /// Its name before.
        from: Ident,
        /// Its name after.
        to: Ident,
    },
    /// `SET SCHEMA schema`
    SetSchema(Ident),
    /// `INHERIT parent`
    Inherit(ObjectIdent),
    /// `NO INHERIT parent`
    NoInherit(ObjectIdent),
    /// `ATTACH PARTITION name [FOR VALUES …]` (an index states no bound)
    AttachPartition {
        /// The table that becomes a partition.
        partition: ObjectIdent,
        /// Which rows, words in lower case.
        bound: String,
    },
    /// `DETACH PARTITION name`
    DetachPartition(ObjectIdent),
    /// `SET (parameter = value, …)`
    SetParameters(Vec<(String, String)>),
    /// `RESET (parameter, …)`
    ResetParameters(Vec<String>),
    /// `SET LOGGED`
    SetLogged,
    /// `SET UNLOGGED`
    SetUnlogged,
    /// What alters no structure: owners, statistics, storage, row security, triggers that are switched off …
    NoEffect,
    /// What can't be read.
    Unreadable {
        /// The problem.
        message: String,
        /// The token that isn't understood.
        at: Span,
    },
}
