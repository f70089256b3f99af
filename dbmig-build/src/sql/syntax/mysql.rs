//! MySQL's and MariaDB's statements.

mod program;

pub use program::{Assigned, CreateRoutine, Executed, RoutineEffect, Rows, Step, Value};

use super::{Ident, KeyColumn, ObjectIdent, Reference, SelectSyntax};
use crate::schema::{Check, Column, Expression, Name};
use crate::source::Span;

/// A statement that alters structure, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `CREATE [OR REPLACE] [TEMPORARY] TABLE`
    CreateTable(CreateTable),
    /// `ALTER TABLE`; `CREATE INDEX` and `DROP INDEX`, too, which are the same with one action.
    AlterTable(AlterTable),
    /// `DROP [TEMPORARY] TABLE a, b`
    DropTables {
        /// Their names.
        names: Vec<ObjectIdent>,
        /// Whether they may be missing.
        if_exists: bool,
    },
    /// `RENAME TABLE a TO b, c TO d`: one after the other.
    RenameTables(Vec<(ObjectIdent, ObjectIdent)>),
    /// `CREATE VIEW` and `ALTER VIEW`
    CreateView(CreateView),
    /// `DROP VIEW a, b`
    DropViews {
        /// Their names.
        names: Vec<ObjectIdent>,
        /// Whether they may be missing.
        if_exists: bool,
    },
    /// `CREATE TRIGGER`
    CreateTrigger(CreateTrigger),
    /// `DROP TRIGGER`
    DropTrigger {
        /// Its name.
        name: ObjectIdent,
        /// Whether it may be missing.
        if_exists: bool,
    },
    /// `CREATE PROCEDURE` and `CREATE FUNCTION`
    CreateRoutine(CreateRoutine),
    /// `DROP DATABASE`: the tables in it go.
    DropDatabase(Name),
    /// `CALL name(value, …)`
    Call {
        /// The procedure's name.
        name: Ident,
        /// What is handed to it.
        arguments: Vec<Assigned>,
    },
    /// `SET @name = …`, `SELECT … INTO @name`: variables, lower case, and what they hold then.
    Set(Vec<(String, Assigned)>),
    /// `PREPARE name FROM …`
    Prepare {
        /// The statement's name.
        name: Name,
        /// What it is made from.
        from: Assigned,
    },
    /// `EXECUTE name`, `EXECUTE IMMEDIATE 'text'`
    Execute(Executed),
    /// `USE database`
    Use(Ident),
    /// A program that isn't stored (MariaDB): `BEGIN NOT ATOMIC`, `IF`.
    Program(RoutineEffect),
}

/// `CREATE [OR REPLACE] [TEMPORARY] TABLE [IF NOT EXISTS] name …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTable {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether an existing table goes first (MariaDB).
    pub or_replace: bool,
    /// Whether an existing table is kept.
    pub if_not_exists: bool,
    /// Whether it lasts as long as the connection only.
    pub temporary: bool,
    /// What it is made of.
    pub body: TableBody,
}

/// What a table is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableBody {
    /// `(columns, keys) options [[AS] SELECT …]`
    Definition {
        /// The columns in order.
        columns: Vec<ColumnSyntax>,
        /// The keys, indexes and constraints that stand beside them.
        keys: Vec<KeySyntax>,
        /// What stands behind the parenthesis.
        options: Box<Options>,
        /// A query whose columns come behind the others.
        select: Option<SelectSyntax>,
    },
    /// `LIKE other`
    Like(ObjectIdent),
}

/// A column definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSyntax {
    /// Its name at its place.
    pub name: Ident,
    /// The column: its type and attributes.
    pub column: Column,
    /// Whether it says `UNIQUE`.
    pub unique: bool,
    /// Whether it says `PRIMARY KEY`.
    pub primary_key: bool,
    /// What it says by `CHECK`.
    pub checks: Vec<Check>,
    /// What it says by `REFERENCES`. MySQL honours it from version 9 on, MariaDB from 10.5 on.
    pub reference: Option<Reference>,
}

/// A key, index or constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySyntax {
    /// Its name, or the constraint's.
    pub name: Option<Ident>,
    /// Its place.
    pub span: Span,
    /// Whether an existing one of this name is kept (MariaDB).
    pub if_not_exists: bool,
    /// What it is.
    pub kind: KeyKind,
}

/// What a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `PRIMARY KEY (columns)`
    PrimaryKey(Vec<KeyColumn>),
    /// `UNIQUE [KEY] (columns)`
    Unique(Vec<KeyColumn>),
    /// `KEY (columns)`; `FULLTEXT` and `SPATIAL` are methods.
    Index {
        /// The columns in order.
        columns: Vec<KeyColumn>,
        /// How it is kept, lower case, where that isn't a B-tree.
        method: Option<String>,
    },
    /// `FOREIGN KEY [index] (columns) REFERENCES …`
    ForeignKey {
        /// The name of the index that it makes, where one is stated and the constraint has none.
        index: Option<Name>,
        /// The referring columns.
        columns: Vec<Ident>,
        /// What they refer to.
        reference: Reference,
    },
    /// `CHECK (…)`
    Check(Check),
}

/// What is stated of a table behind its parenthesis, or by `ALTER TABLE`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `ENGINE`, lower case
    pub engine: Option<String>,
    /// `CHARACTER SET`, lower case
    pub character_set: Option<String>,
    /// `COLLATE`, lower case
    pub collation: Option<String>,
    /// `COMMENT`
    pub comment: Option<String>,
    /// `PARTITION BY …`, as written; `REMOVE PARTITIONING` empties it.
    pub partition_by: Option<String>,
    /// Others, in lower case: `("row_format", "dynamic")`.
    pub parameters: Vec<(String, String)>,
}

/// `ALTER TABLE name actions`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterTable {
    /// The table.
    pub table: ObjectIdent,
    /// Whether it may be missing (MariaDB).
    pub if_exists: bool,
    /// What is done to it. An action that can't be read doesn't lose the others.
    pub actions: Vec<Result<Action, Unread>>,
}

/// An action that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The problem: "expected …, found …".
    pub message: String,
    /// The token that isn't understood.
    pub span: Span,
}

/// Where a column comes to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Where it is; a new one behind all others.
    Unstated,
    /// `FIRST`
    First,
    /// `AFTER column`
    After(Ident),
}

/// What `ALTER TABLE` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `ADD [COLUMN] …`
    AddColumn {
        /// The column.
        column: Box<ColumnSyntax>,
        /// Its place.
        position: Position,
        /// Whether an existing one is kept (MariaDB).
        if_not_exists: bool,
    },
    /// `ADD (a …, b …, KEY …)`
    AddColumns(Vec<ColumnSyntax>, Vec<KeySyntax>),
    /// `ADD KEY …` and all other keys and constraints
    AddKey(Box<KeySyntax>),
    /// `CHANGE from to …`, and `MODIFY name …` with one name for both
    ChangeColumn {
        /// Its name before.
        from: Ident,
        /// The whole column after.
        column: Box<ColumnSyntax>,
        /// Its place.
        position: Position,
        /// Whether it may be missing (MariaDB).
        if_exists: bool,
    },
    /// `ALTER [COLUMN] name SET DEFAULT …` or `DROP DEFAULT`
    SetDefault(Ident, Option<Expression>),
    /// `DROP [COLUMN] name`
    DropColumn(Ident, IfExists),
    /// `DROP KEY name`
    DropKey(Ident, IfExists),
    /// `DROP PRIMARY KEY`
    DropPrimaryKey(Span),
    /// `DROP FOREIGN KEY name`
    DropForeignKey(Ident, IfExists),
    /// `DROP CHECK name` and `DROP CONSTRAINT name`, whichever kind that is
    DropConstraint(Ident, IfExists),
    /// `RENAME COLUMN from TO to`
    RenameColumn {
        /// Its name before.
        from: Ident,
        /// Its name after.
        to: Ident,
    },
    /// `RENAME KEY from TO to`
    RenameKey {
        /// Its name before.
        from: Ident,
        /// Its name after.
        to: Ident,
    },
    /// `RENAME TO name`
    RenameTo(ObjectIdent),
    /// `CONVERT TO CHARACTER SET name [COLLATE name]`
    ConvertTo {
        /// The character set, lower case; none for the database's.
        character_set: Option<String>,
        /// The collation, lower case.
        collation: Option<String>,
    },
    /// Options of the table.
    Options(Options),
    /// What alters no structure: `ALGORITHM`, `LOCK`, `ORDER BY`, a partition's rows.
    Nothing,
}

/// Whether what a statement is about may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// It may.
    Yes,
    /// It must be there.
    No,
}

/// `CREATE [OR REPLACE] VIEW name AS …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateView {
    /// Its name.
    pub name: ObjectIdent,
    /// What becomes of an existing view.
    pub existing: Existing,
    /// Whether an existing view is kept (MariaDB).
    pub if_not_exists: bool,
    /// `CREATE VIEW` and what follows from the name on.
    pub sql: String,
}

/// What becomes of a view that is there when one of its name is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It mustn't be there.
    Refused,
    /// It goes first.
    Replaced,
    /// It must be there, and goes first.
    Altered,
}

/// `CREATE TRIGGER name … ON table …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTrigger {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether an existing trigger goes first (MariaDB).
    pub or_replace: bool,
    /// Whether an existing trigger is kept.
    pub if_not_exists: bool,
    /// The table.
    pub table: ObjectIdent,
    /// `CREATE TRIGGER` and what follows from the name on.
    pub sql: String,
}
