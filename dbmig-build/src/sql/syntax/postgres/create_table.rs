//! `CREATE TABLE`. Source: <https://www.postgresql.org/docs/current/sql-createtable.html>.

use super::{Query, SequenceOption};
use crate::schema::{ColumnType, Deferrable, Exclusion, Expression, Generated, ReferentialAction};
use crate::source::Span;
use crate::sql::syntax::{Ident, ObjectIdent};

/// `CREATE [TEMP|UNLOGGED] TABLE [IF NOT EXISTS] name …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTable {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether an existing table is kept.
    pub if_not_exists: bool,
    /// How long it lasts.
    pub persistence: Persistence,
    /// What its columns come from, beside its elements.
    pub form: TableForm,
    /// What stands in its parentheses, in order.
    pub elements: Vec<TableElement>,
    /// `INHERITS (…)`
    pub inherits: Vec<ObjectIdent>,
    /// `PARTITION BY …`: what stands behind it, words in lower case.
    pub partition_by: Option<String>,
    /// `WITH (…)`, in the order of their names.
    pub parameters: Vec<(String, String)>,
    /// `ON COMMIT DROP`
    pub on_commit_drop: bool,
    /// Whether it is a foreign table.
    pub foreign: bool,
}

/// How long a table lasts, and what a crash does to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Persistence {
    /// For good.
    #[default]
    Permanent,
    /// `TEMP`: as long as the session.
    Temporary,
    /// `UNLOGGED`
    Unlogged,
}

/// What a table's columns come from, beside its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableForm {
    /// Nothing else.
    Plain,
    /// `PARTITION OF parent FOR VALUES …`
    PartitionOf {
        /// The partitioned table.
        parent: ObjectIdent,
        /// Which rows, words in lower case: `for values in ('a')`, `default`.
        bound: String,
    },
    /// `OF type`
    OfType(ObjectIdent),
}

/// What stands between two commas in a table's parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableElement {
    /// A column.
    Column(Box<Column>),
    /// A constraint.
    Constraint(Box<Constraint>),
    /// `LIKE source …`
    Like(Like),
}

/// `LIKE source [INCLUDING|EXCLUDING option] …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    /// The table, view or composite type whose columns are copied.
    pub source: ObjectIdent,
    /// What is copied beside names, types and NOT NULL; what a later EXCLUDING takes back isn't here.
    pub including: Vec<LikeOption>,
    /// Its place.
    pub span: Span,
}

/// What LIKE copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LikeOption {
    /// Comments on what is copied.
    Comments,
    /// Check constraints.
    Constraints,
    /// Defaults; without it a `serial` column has none.
    Defaults,
    /// The expressions of generated columns.
    Generated,
    /// Identity, with sequences of their own.
    Identity,
    /// Indexes, primary keys, uniques and exclusions, under new names.
    Indexes,
}

impl LikeOption {
    /// What `INCLUDING ALL` copies.
    pub const ALL: [LikeOption; 6] = [
        LikeOption::Comments,
        LikeOption::Constraints,
        LikeOption::Defaults,
        LikeOption::Generated,
        LikeOption::Identity,
        LikeOption::Indexes,
    ];
}

/// A type at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeSyntax {
    /// The type, built-in ones under their names in the model; others as written, not looked up yet.
    pub column_type: ColumnType,
    /// Whether it was written `serial` (`column_type` is the integer): a NOT NULL column with a sequence.
    pub serial: bool,
    /// `SETOF`
    pub set: bool,
    /// Its place.
    pub span: Span,
}

/// A column definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Its type; none where a parent or a type states it (`PARTITION OF`, `OF`).
    pub column_type: Option<TypeSyntax>,
    /// `COLLATE`
    pub collation: Option<ObjectIdent>,
    /// `NOT NULL`, with the constraint's name where it has one.
    pub not_null: Option<Option<Ident>>,
    /// `DEFAULT`
    pub default: Option<Expression>,
    /// `GENERATED ALWAYS AS (…)`
    pub generated: Option<Generated>,
    /// `GENERATED … AS IDENTITY`
    pub identity: Option<Identity>,
    /// Its keys, uniques, checks and references in order, each one about this column.
    pub constraints: Vec<Constraint>,
    /// Its place, constraints included.
    pub span: Span,
}

/// `GENERATED ALWAYS|BY DEFAULT AS IDENTITY [(…)]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `ALWAYS`
    pub always: bool,
    /// The options of its sequence.
    pub options: Vec<SequenceOption>,
}

/// A constraint of a table, or of a column or domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// Its name, where it has one.
    pub name: Option<Ident>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `DEFERRABLE …`
    pub deferrable: Deferrable,
    /// `NOT VALID`
    pub not_valid: bool,
    /// `NO INHERIT`
    pub no_inherit: bool,
    /// Its place.
    pub span: Span,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`
    PrimaryKey(Key),
    /// `UNIQUE`
    Unique(Key),
    /// `CHECK (…)`
    Check(Expression),
    /// `FOREIGN KEY (…) REFERENCES …`, `REFERENCES …`
    ForeignKey {
        /// The referring columns.
        columns: Vec<Ident>,
        /// What they refer to.
        reference: Reference,
    },
    /// `EXCLUDE …`; name and deferrability stand in the constraint.
    Exclusion(Box<Exclusion>),
    /// `NOT NULL column` as a table's constraint (PostgreSQL 18)
    NotNull(Ident),
}

/// The columns of a primary key or unique constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The columns; empty with `using_index`.
    pub columns: Vec<Ident>,
    /// `INCLUDE (…)`
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT`
    pub nulls_not_distinct: bool,
    /// `USING INDEX name`: the index that becomes the constraint's.
    pub using_index: Option<Ident>,
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
    /// `ON DELETE SET NULL (columns)`
    pub on_delete_columns: Vec<Ident>,
    /// `ON UPDATE`
    pub on_update: ReferentialAction,
    /// `MATCH FULL`, upper case; none for `MATCH SIMPLE`, which is the default.
    pub match_type: Option<String>,
}

/// `CREATE TABLE name AS query`, `SELECT … INTO name`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTableAs {
    /// Its name.
    pub name: ObjectIdent,
    /// Whether an existing table is kept.
    pub if_not_exists: bool,
    /// How long it lasts.
    pub persistence: Persistence,
    /// The names that its first columns get instead of the query's.
    pub columns: Vec<Ident>,
    /// The query.
    pub query: Query,
}
