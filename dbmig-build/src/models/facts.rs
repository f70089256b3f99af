//! The meaning of attributes: trees of words to what a field or a struct says of its column or table.

mod read;

use super::attr::Entry;
use super::parse::Word;
use crate::diagnostic::Diagnostic;
use crate::schema::{ReferentialAction, SortOrder, Storage};
use crate::source::Span;

use read::Reader;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) place: Span,
}

/// A name in an attribute: bare it is a Rust field, table or struct, in quotes it is an SQL name.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) text: String,
    pub(super) is_sql: bool,
    pub(super) place: Span,
}

/// `default = …`
#[derive(Clone, Debug)]
pub(super) enum DefaultValue {
    /// `now` and other bare words.
    Word(String),
    /// `false`
    Bool(bool),
    /// `-1`
    Number(String),
    /// `"expression"`
    Sql(String),
}

/// `generated = "…"`
#[derive(Clone, Debug)]
pub(super) struct GeneratedBy {
    pub(super) expression: At<String>,
    pub(super) storage: Storage,
}

/// `unique(…)`
#[derive(Clone, Debug)]
pub(super) struct UniqueSet {
    pub(super) columns: Vec<Reference>,
    pub(super) name: Option<At<String>>,
    pub(super) place: Span,
}

/// `index(…)`
#[derive(Clone, Debug)]
pub(super) struct IndexOn {
    pub(super) keys: Vec<IndexPart>,
    pub(super) name: Option<At<String>>,
    pub(super) predicate: Option<At<String>>,
    pub(super) unique: bool,
    /// The access method (`using`), where the backend has more than one.
    pub(super) method: Option<At<String>>,
    /// Columns that are carried along (`include`).
    pub(super) include: Vec<Reference>,
    pub(super) place: Span,
}

/// One key of an index.
#[derive(Clone, Debug)]
pub(super) struct IndexPart {
    pub(super) key: IndexPartKey,
    pub(super) order: SortOrder,
}

/// What an index sorts by.
#[derive(Clone, Debug)]
pub(super) enum IndexPartKey {
    /// `field` or `"column"`
    Column(Reference),
    /// `expr = "…"`
    Expression(At<String>),
}

/// `check(…)`
#[derive(Clone, Debug)]
pub(super) struct CheckThat {
    pub(super) expression: At<String>,
    pub(super) name: Option<At<String>>,
}

/// `table(columns)`
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) table: Reference,
    /// Empty for the table's primary key.
    pub(super) columns: Vec<Reference>,
}

/// `foreign_key(…)`
#[derive(Clone, Debug)]
pub(super) struct ForeignKeyTo {
    pub(super) columns: Vec<Reference>,
    pub(super) target: Target,
    pub(super) on_delete: Option<At<ReferentialAction>>,
    pub(super) on_update: Option<At<ReferentialAction>>,
    pub(super) name: Option<At<String>>,
    pub(super) place: Span,
}

/// What `#[dbmig(…)]` says on a field.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldFacts {
    pub(super) column: Option<At<String>>,
    pub(super) length: Option<At<u32>>,
    pub(super) precision: Option<At<u32>>,
    pub(super) scale: Option<At<u32>>,
    pub(super) sql_type: Option<At<String>>,
    pub(super) default: Option<At<DefaultValue>>,
    pub(super) unique: Option<UniqueSet>,
    pub(super) indexes: Vec<IndexOn>,
    pub(super) references: Option<At<Target>>,
    pub(super) on_delete: Option<At<ReferentialAction>>,
    pub(super) on_update: Option<At<ReferentialAction>>,
    pub(super) primary_key: Option<Span>,
    pub(super) autoincrement: Option<Span>,
    pub(super) checks: Vec<CheckThat>,
    pub(super) generated: Option<GeneratedBy>,
    pub(super) collate: Option<At<String>>,
    pub(super) comment: Option<At<String>>,
    pub(super) renamed_from: Option<At<String>>,
    pub(super) skip: bool,
}

/// What `#[dbmig(…)]` says on a struct.
#[derive(Clone, Debug, Default)]
pub(super) struct StructFacts {
    pub(super) table: Option<At<String>>,
    pub(super) schema: Option<At<String>>,
    pub(super) primary_key: Option<At<Vec<Reference>>>,
    pub(super) uniques: Vec<UniqueSet>,
    pub(super) indexes: Vec<IndexOn>,
    pub(super) foreign_keys: Vec<ForeignKeyTo>,
    pub(super) checks: Vec<CheckThat>,
    pub(super) comment: Option<At<String>>,
    pub(super) renamed_from: Option<At<String>>,
    /// `backend(sqlite(strict))`
    pub(super) strict: Option<Span>,
    /// `backend(sqlite(without_rowid))`
    pub(super) without_rowid: Option<Span>,
}

const FIELD_KEYS: &[&str] = &[
    "length",
    "precision",
    "scale",
    "sql_type",
    "default",
    "unique",
    "index",
    "references",
    "on_delete",
    "on_update",
    "primary_key",
    "autoincrement",
    "check",
    "generated",
    "collate",
    "comment",
    "renamed_from",
    "skip",
    "column",
];

const STRUCT_KEYS: &[&str] = &[
    "table",
    "schema",
    "primary_key",
    "unique",
    "index",
    "foreign_key",
    "check",
    "renamed_from",
    "comment",
    "backend",
];

/// Keys that may be said more than once.
const REPEATED: &[&str] = &["index", "unique", "foreign_key", "check", "backend"];

/// Reads the attributes of a field; `column` is the field itself, for what concerns its own column.
pub(super) fn on_field(entries: &[Entry], field: &Word, diagnostics: &mut Vec<Diagnostic>) -> FieldFacts {
    let mut facts = FieldFacts::default();
    let own = Reference { text: field.text.clone(), is_sql: false, place: field.place.clone() };
    let mut reader = Reader { diagnostics };
    // A field's own unique constraint can be said only once, unlike a struct's.
    for (key, entry) in reader.keyed(entries, FIELD_KEYS, &["index", "check"], "field") {
        match key {
            "length" => facts.length = reader.number(entry),
            "precision" => facts.precision = reader.number(entry),
            "scale" => facts.scale = reader.number(entry),
            "sql_type" => facts.sql_type = reader.text(entry),
            "default" => facts.default = reader.default(entry),
            "unique" => facts.unique = reader.unique(entry, Some(&own)),
            "index" => facts.indexes.extend(reader.index(entry, Some(&own))),
            "references" => facts.references = reader.target(entry),
            "on_delete" => facts.on_delete = reader.action(entry),
            "on_update" => facts.on_update = reader.action(entry),
            "primary_key" => facts.primary_key = reader.flag(entry),
            "autoincrement" => facts.autoincrement = reader.flag(entry),
            "check" => facts.checks.extend(reader.check(entry)),
            "generated" => facts.generated = reader.generated(entry),
            "collate" => facts.collate = reader.text(entry),
            "comment" => facts.comment = reader.text(entry),
            "renamed_from" => facts.renamed_from = reader.text(entry),
            "skip" => facts.skip = reader.flag(entry).is_some(),
            _ => facts.column = reader.text(entry),
        }
    }
    facts
}

/// Reads the attributes of a struct.
pub(super) fn on_struct(entries: &[Entry], diagnostics: &mut Vec<Diagnostic>) -> StructFacts {
    let mut facts = StructFacts::default();
    let mut reader = Reader { diagnostics };
    for (key, entry) in reader.keyed(entries, STRUCT_KEYS, REPEATED, "struct") {
        match key {
            "table" => facts.table = reader.text(entry),
            "schema" => facts.schema = reader.text(entry),
            "primary_key" => facts.primary_key = reader.columns(entry),
            "unique" => facts.uniques.extend(reader.unique(entry, None)),
            "index" => facts.indexes.extend(reader.index(entry, None)),
            "foreign_key" => facts.foreign_keys.extend(reader.foreign_key(entry)),
            "check" => facts.checks.extend(reader.check(entry)),
            "comment" => facts.comment = reader.text(entry),
            "renamed_from" => facts.renamed_from = reader.text(entry),
            _ => reader.backend(entry, &mut facts),
        }
    }
    facts
}
