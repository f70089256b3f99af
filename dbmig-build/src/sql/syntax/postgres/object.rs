//! Indexes, views, schemas, triggers, extensions, comments, and DROP.

use super::{Persistence, Query, RelationKind, Statement};
use crate::schema::Expression;
use crate::source::Span;
use crate::sql::syntax::{Ident, KeyColumn, ObjectIdent};

/// `CREATE [UNIQUE] INDEX [CONCURRENTLY] [[IF NOT EXISTS] name] ON [ONLY] table …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateIndex {
    /// Its name, which is in the table's schema; PostgreSQL finds one where none is stated.
    pub name: Option<Ident>,
    /// Whether an existing index is kept.
    pub if_not_exists: bool,
    /// Whether it keeps its entries unique.
    pub unique: bool,
    /// `CONCURRENTLY`
    pub concurrently: bool,
    /// `ONLY`: partitions get none.
    pub only: bool,
    /// The table or materialized view.
    pub table: ObjectIdent,
    /// The access method, lower case, where it isn't `btree`.
    pub method: Option<String>,
    /// What it indexes, in order.
    pub columns: Vec<KeyColumn>,
    /// `INCLUDE (…)`
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT`
    pub nulls_not_distinct: bool,
    /// `WITH (…)`, in the order of their names.
    pub parameters: Vec<(String, String)>,
    /// `WHERE …`
    pub predicate: Option<Expression>,
}

/// `CREATE [OR REPLACE] [TEMP] [RECURSIVE] VIEW`, `CREATE MATERIALIZED VIEW [IF NOT EXISTS]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateView {
    /// Its name.
    pub name: ObjectIdent,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// Whether an existing one is kept.
    pub if_not_exists: bool,
    /// How long it lasts.
    pub persistence: Persistence,
    /// Whether it keeps its rows.
    pub materialized: bool,
    /// The names that its first columns get instead of the query's.
    pub columns: Vec<Ident>,
    /// The query.
    pub query: Query,
    /// The statement as written.
    pub sql: String,
}

/// `CREATE SCHEMA [IF NOT EXISTS] name [AUTHORIZATION role] …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateSchema {
    /// Its name; the role's where none is stated.
    pub name: Ident,
    /// Whether an existing one is kept.
    pub if_not_exists: bool,
    /// What is made in it; names without a schema are in this one.
    pub elements: Vec<Statement>,
}

/// `COMMENT ON target IS text`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// What it is about.
    pub target: CommentTarget,
    /// The text; none to take it away.
    pub text: Option<String>,
}

/// What a comment is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentTarget {
    /// A table, view, index or sequence.
    Relation(RelationKind, ObjectIdent),
    /// A column of a table, view or composite type.
    Column(ObjectIdent, Ident),
    /// A type or domain.
    Type(ObjectIdent),
    /// What the model keeps no comments of.
    Other,
}

impl CommentTarget {
    /// Whether the model keeps the comments of such an object.
    pub fn is_kept(&self) -> bool {
        match self {
            CommentTarget::Relation(kind, _) => *kind == RelationKind::Table,
            CommentTarget::Column(..) | CommentTarget::Type(_) => true,
            CommentTarget::Other => false,
        }
    }
}

/// `DROP kind [IF EXISTS] name, … [CASCADE]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drop {
    /// What is dropped.
    pub kind: DropKind,
    /// The names; that of a schema or an extension has no schema.
    pub names: Vec<ObjectIdent>,
    /// Whether they may be missing.
    pub if_exists: bool,
    /// Whether what uses them goes too.
    pub cascade: bool,
}

/// A kind of object that can be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropKind {
    /// A table, foreign ones too.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
    /// A type.
    Type,
    /// A domain.
    Domain,
    /// A schema.
    Schema,
    /// An extension.
    Extension,
}

impl DropKind {
    /// `table`, `index`, …
    pub const fn noun(self) -> &'static str {
        match self {
            DropKind::Table => "table",
            DropKind::View => "view",
            DropKind::MaterializedView => "materialized view",
            DropKind::Index => "index",
            DropKind::Sequence => "sequence",
            DropKind::Type => "type",
            DropKind::Domain => "domain",
            DropKind::Schema => "schema",
            DropKind::Extension => "extension",
        }
    }
}

/// `SET search_path`, `RESET search_path`, `SELECT set_config('search_path', …)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchPath {
    /// The schemas in order; none for the connection's default.
    pub schemas: Option<Vec<Ident>>,
    /// Whether it ends with the transaction.
    pub local: bool,
    /// Its place.
    pub span: Span,
}

/// `CREATE [OR REPLACE] [CONSTRAINT] TRIGGER name … ON table …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTrigger {
    /// Its name.
    pub name: Ident,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// The table or view.
    pub table: ObjectIdent,
    /// The function that it runs.
    pub function: ObjectIdent,
    /// The statement as written.
    pub sql: String,
}

/// `ALTER TRIGGER from ON table RENAME TO to`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameTrigger {
    /// The table or view.
    pub table: ObjectIdent,
    /// Its name before.
    pub from: Ident,
    /// Its name after.
    pub to: Ident,
}

/// `DROP TRIGGER [IF EXISTS] name ON table`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropTrigger {
    /// Its name.
    pub name: Ident,
    /// The table or view.
    pub table: ObjectIdent,
    /// Whether it may be missing.
    pub if_exists: bool,
}

/// `CREATE EXTENSION [IF NOT EXISTS] name [SCHEMA schema]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateExtension {
    /// Its name.
    pub name: Ident,
    /// Whether an existing one is kept.
    pub if_not_exists: bool,
    /// Where its objects go, where that is stated.
    pub schema: Option<Ident>,
}
