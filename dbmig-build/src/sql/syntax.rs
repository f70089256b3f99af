//! What statements that alter structure say: the result of parsing, before anything is looked up.

pub mod mysql;
pub mod postgres;

use crate::schema::{
    Check, ColumnType, Conflict, Deferrable, Expression, Generated, IndexColumn, Name, ReferentialAction, SortOrder,
    TableOptions,
};
use crate::source::Span;

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `CREATE TABLE`.
    CreateTable(Box<CreateTable>),
    /// `CREATE VIRTUAL TABLE`.
    CreateVirtualTable(CreateVirtualTable),
    /// `ALTER TABLE`.
    AlterTable(AlterTable),
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `CREATE VIEW`.
    CreateView(CreateView),
    /// `CREATE TRIGGER`.
    CreateTrigger(CreateTrigger),
    /// `DROP` of anything.
    Drop(Drop),
    /// A setting of the session: SQLite's `PRAGMA name = value`.
    Setting {
        /// Its name, lower case.
        name: String,
        /// Its value, lower case, without quotes.
        value: String,
    },
    /// A statement of MySQL's or MariaDB's.
    Mysql(Box<mysql::Statement>),
    /// A statement of PostgreSQL's.
    Postgres(Box<postgres::Statement>),
    /// What alters no structure.
    Opaque,
}

/// A name at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: Name,
    /// Whether it was written in quotes.
    pub quoted: bool,
    /// Its place.
    pub span: Span,
}

/// The name of an object, with the schema as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectIdent {
    /// The schema, where one is stated.
    pub schema: Option<Name>,
    /// The name.
    pub name: Name,
    /// The place of both.
    pub span: Span,
}

/// `CREATE [TEMP] TABLE [IF NOT EXISTS] name …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTable {
    /// Its name.
    pub name: ObjectIdent,
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
    /// `(columns, constraints) options`
    Definition {
        /// The columns in order.
        columns: Vec<ColumnSyntax>,
        /// The constraints behind them.
        constraints: Vec<ConstraintSyntax>,
        /// What stands behind the parenthesis.
        options: TableOptions,
    },
    /// `AS SELECT …`
    Select(SelectSyntax),
}

/// The query of a `CREATE TABLE AS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectSyntax {
    /// Plain columns of one table.
    Columns {
        /// What is selected.
        items: Vec<SelectItem>,
        /// The table.
        table: ObjectIdent,
    },
    /// Anything else: its place, from `SELECT` to the end.
    Other(Span),
}

/// What a plain query selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectItem {
    /// `*` or `t.*`
    All,
    /// `column [AS name]`
    Column {
        /// The column.
        column: Ident,
        /// The name that it gets.
        name: Name,
    },
}

/// A column definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSyntax {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub column_type: ColumnType,
    /// Its constraints in order, each with its name where it has one.
    pub constraints: Vec<(Option<Name>, ColumnConstraint)>,
}

/// A constraint of a column, and all else that stands behind its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnConstraint {
    /// `PRIMARY KEY [ASC|DESC] [ON CONFLICT …] [AUTOINCREMENT]`
    PrimaryKey {
        /// Its direction.
        order: SortOrder,
        /// What a violation does.
        on_conflict: Option<Conflict>,
        /// Whether keys are never used again.
        autoincrement: bool,
        /// Where it stands.
        span: Span,
    },
    /// `NOT NULL [ON CONFLICT …]`
    NotNull(Option<Conflict>),
    /// `NULL`
    Null,
    /// `UNIQUE [ON CONFLICT …]`
    Unique(Option<Conflict>),
    /// `CHECK (…)`
    Check(Expression, Option<Conflict>),
    /// `DEFAULT …`
    Default(Expression),
    /// `COLLATE …`
    Collate(Name),
    /// `REFERENCES …`
    References(Reference),
    /// `[GENERATED ALWAYS] AS (…) [STORED|VIRTUAL]`
    Generated(Generated),
}

/// `REFERENCES table [(columns)] …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table referred to.
    pub table: ObjectIdent,
    /// Its columns; empty for its primary key.
    pub columns: Vec<Ident>,
    /// `ON DELETE`
    pub on_delete: ReferentialAction,
    /// `ON UPDATE`
    pub on_update: ReferentialAction,
    /// `DEFERRABLE …`
    pub deferrable: Deferrable,
    /// `MATCH …`, upper case
    pub match_type: Option<String>,
}

/// A column of a key or index, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyColumn {
    /// The column.
    pub column: IndexColumn,
    /// Its place.
    pub span: Span,
}

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintSyntax {
    /// Its name, where it has one.
    pub name: Option<Name>,
    /// Its place.
    pub span: Span,
    /// What it demands.
    pub kind: ConstraintKind,
}

/// What a constraint of a table demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY (columns [AUTOINCREMENT]) [ON CONFLICT …]`
    PrimaryKey {
        /// The columns in order.
        columns: Vec<KeyColumn>,
        /// Whether keys are never used again.
        autoincrement: bool,
        /// What a violation does.
        on_conflict: Option<Conflict>,
    },
    /// `UNIQUE (columns) [ON CONFLICT …]`
    Unique {
        /// The columns in order.
        columns: Vec<KeyColumn>,
        /// What a violation does.
        on_conflict: Option<Conflict>,
    },
    /// `FOREIGN KEY (columns) REFERENCES …`
    ForeignKey {
        /// The referring columns.
        columns: Vec<Ident>,
        /// What they refer to.
        reference: Reference,
    },
    /// `CHECK (…)`
    Check(Expression, Option<Conflict>),
}

/// `CREATE VIRTUAL TABLE [IF NOT EXISTS] name USING module(arguments)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateVirtualTable {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether an existing table is kept.
    pub if_not_exists: bool,
    /// The module and its arguments, as written.
    pub using: String,
    /// The module's name, lower case.
    pub module: String,
    /// The arguments, as written.
    pub arguments: Vec<String>,
}

/// `ALTER TABLE name action`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterTable {
    /// The table.
    pub table: ObjectIdent,
    /// What is done to it, in order.
    pub actions: Vec<AlterAction>,
}

/// What an `ALTER TABLE` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlterAction {
    /// `RENAME TO name`
    RenameTo(Ident),
    /// `RENAME [COLUMN] from TO to`
    RenameColumn {
        /// Its name before.
        from: Ident,
        /// Its name after.
        to: Ident,
    },
    /// `ADD [COLUMN] …`
    AddColumn(Box<ColumnSyntax>),
    /// `DROP [COLUMN] name`
    DropColumn(Ident),
    /// `ALTER [COLUMN] name SET NOT NULL` (SQLite 3.53)
    SetNotNull(Ident, Option<Conflict>),
    /// `ALTER [COLUMN] name DROP NOT NULL` (SQLite 3.53)
    DropNotNull(Ident),
    /// `ADD [CONSTRAINT name] CHECK (…)` (SQLite 3.53)
    AddCheck(Box<Check>, Span),
    /// `DROP CONSTRAINT name` (SQLite 3.53)
    DropConstraint(Ident),
}

/// `CREATE [UNIQUE] INDEX [IF NOT EXISTS] name ON table (columns) [WHERE …]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateIndex {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether an existing index is kept.
    pub if_not_exists: bool,
    /// Whether it keeps its entries unique.
    pub unique: bool,
    /// The table.
    pub table: Ident,
    /// What it indexes, in order.
    pub columns: Vec<KeyColumn>,
    /// The predicate of a partial index.
    pub predicate: Option<Expression>,
}

/// `CREATE [TEMP] VIEW [IF NOT EXISTS] name … AS …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateView {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether an existing view is kept.
    pub if_not_exists: bool,
    /// Whether it lasts as long as the connection only.
    pub temporary: bool,
    /// The statement as the database keeps it: `CREATE VIEW` and what follows from the name on.
    pub sql: String,
}

/// `CREATE [TEMP] TRIGGER [IF NOT EXISTS] name … ON table … BEGIN … END`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTrigger {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether an existing trigger is kept.
    pub if_not_exists: bool,
    /// Whether it lasts as long as the connection only.
    pub temporary: bool,
    /// The table or view.
    pub table: ObjectIdent,
    /// The statement as the database keeps it: `CREATE TRIGGER` and what follows from the name on.
    pub sql: String,
}

/// `DROP kind [IF EXISTS] name`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drop {
    /// What is dropped.
    pub kind: ObjectKind,
    /// Its name.
    pub name: ObjectIdent,
    /// Whether it may be missing.
    pub if_exists: bool,
}

/// A kind of object that can be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A table.
    Table,
    /// An index.
    Index,
    /// A view.
    View,
    /// A trigger.
    Trigger,
}

impl ObjectKind {
    /// `table`, `index`, …
    pub const fn noun(self) -> &'static str {
        match self {
            ObjectKind::Table => "table",
            ObjectKind::Index => "index",
            ObjectKind::View => "view",
            ObjectKind::Trigger => "trigger",
        }
    }
}
