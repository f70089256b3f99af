//! The meaning of attributes: trees of words to what a field or a struct says of its column or table.

mod counting;
mod hints;
mod keys;
mod read;
mod reference;
mod said;
mod sections;

use dbmig::Backend;

use super::attr::Entry;
use super::parse::Word;
use crate::diagnostic::Diagnostic;

use read::Reader;
pub(super) use said::*;
use sections::Grammar;

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
    "deferrable",
    "match",
    "primary_key",
    "autoincrement",
    "check",
    "generated",
    "collate",
    "charset",
    "comment",
    "renamed_from",
    "skip",
    "embed",
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
    "exclude",
    "renamed_from",
    "comment",
];

/// Keys of a struct that one backend alone has: they stand in its `backend(…)`.
const OPTIONS: &[(Backend, &[&str])] = &[
    (Backend::Sqlite, &["strict", "without_rowid"]),
    (Backend::Postgres, &["unlogged", "with"]),
    (Backend::Mysql, &["engine", "charset", "collate"]),
];

/// Keys of a struct that may be said more than once; of a field, `index` and `check` may.
const REPEATED: &[&str] = &["index", "unique", "foreign_key", "check", "exclude"];

/// Reads the attributes of a field; `field` is the field itself, for what concerns its own column.
pub(super) fn on_field(
    entries: &[Entry],
    field: &Word,
    backend: Backend,
    diagnostics: &mut Vec<Diagnostic>,
) -> FieldFacts {
    let grammar = Grammar { keys: FIELD_KEYS, options: &[], repeated: &["index", "check"], what: "field" };
    let mut reader = Reader { diagnostics };
    let sections = sections::split(entries, backend, &grammar, &mut reader);
    for other in &sections.others {
        field_facts(other, field, &mut reader);
    }
    field_facts(&sections.ours, field, &mut reader)
}

/// Reads the attributes of a struct.
pub(super) fn on_struct(entries: &[Entry], backend: Backend, diagnostics: &mut Vec<Diagnostic>) -> StructFacts {
    let grammar = Grammar { keys: STRUCT_KEYS, options: OPTIONS, repeated: REPEATED, what: "struct" };
    let mut reader = Reader { diagnostics };
    let sections = sections::split(entries, backend, &grammar, &mut reader);
    for other in &sections.others {
        struct_facts(other, &mut reader);
    }
    struct_facts(&sections.ours, &mut reader)
}

/// Reads the attributes of an enum.
pub(super) fn on_enum(entries: &[Entry], diagnostics: &mut Vec<Diagnostic>) -> EnumFacts {
    let mut facts = EnumFacts::default();
    let mut reader = Reader { diagnostics };
    for (key, entry) in reader.keyed(entries, &["name", "schema", "comment", "renamed_from"], &[], "enum") {
        match key {
            "name" => facts.name = reader.text(entry),
            "schema" => facts.schema = reader.text(entry),
            "comment" => facts.comment = reader.text(entry),
            _ => facts.renamed_from = reader.text(entry),
        }
    }
    facts
}

/// Reads the attributes of a variant.
pub(super) fn on_variant(entries: &[Entry], diagnostics: &mut Vec<Diagnostic>) -> VariantFacts {
    let mut facts = VariantFacts::default();
    let mut reader = Reader { diagnostics };
    for (key, entry) in reader.keyed(entries, &["rename", "renamed_from"], &[], "variant") {
        match key {
            "rename" => facts.rename = reader.text(entry),
            _ => facts.renamed_from = reader.text(entry),
        }
    }
    facts
}

fn field_facts(keyed: &[(&'static str, &Entry)], field: &Word, reader: &mut Reader<'_>) -> FieldFacts {
    let mut facts = FieldFacts::default();
    let own = Reference { text: field.text.clone(), is_sql: false, place: field.place.clone() };
    for &(key, entry) in keyed {
        match key {
            "length" => facts.length = reader.number(entry),
            "precision" => facts.precision = reader.number(entry),
            "scale" => facts.scale = reader.number(entry),
            "sql_type" => facts.sql_type = reader.text(entry),
            "default" => facts.default = reader.default(entry),
            "unique" => facts.unique = reader.unique(entry, Some(&own)),
            "index" => facts.indexes.extend(reader.index(entry, Some(&own))),
            "references" => facts.references = reader.target(entry),
            "on_update" if reader.is_now(entry) => facts.on_row_update = Some(entry.span()),
            "on_delete" | "on_update" | "deferrable" | "match" => reader.way(key, entry, &mut facts.ways),
            "primary_key" => facts.primary_key = reader.flag(entry),
            "autoincrement" => facts.autoincrement = reader.counting(entry),
            "check" => facts.checks.extend(reader.check(entry)),
            "generated" => facts.generated = reader.generated(entry),
            "collate" => facts.collate = reader.text(entry),
            "charset" => facts.charset = reader.text(entry),
            "comment" => facts.comment = reader.text(entry),
            "renamed_from" => facts.renamed_from = reader.text(entry),
            "skip" => facts.skip = reader.flag(entry).is_some(),
            "embed" => facts.embed = reader.flag(entry).is_some(),
            _ => facts.column = reader.text(entry),
        }
    }
    facts
}

fn struct_facts(keyed: &[(&'static str, &Entry)], reader: &mut Reader<'_>) -> StructFacts {
    let mut facts = StructFacts::default();
    for &(key, entry) in keyed {
        match key {
            "table" => facts.table = reader.text(entry),
            "schema" => facts.schema = reader.text(entry),
            "primary_key" => facts.primary_key = reader.primary_key(entry),
            "unique" => facts.uniques.extend(reader.unique(entry, None)),
            "index" => facts.indexes.extend(reader.index(entry, None)),
            "foreign_key" => facts.foreign_keys.extend(reader.foreign_key(entry)),
            "check" => facts.checks.extend(reader.check(entry)),
            "exclude" => facts.exclusions.extend(reader.exclusion(entry)),
            "comment" => facts.comment = reader.text(entry),
            "renamed_from" => facts.renamed_from = reader.text(entry),
            "strict" => facts.strict = reader.flag(entry),
            "without_rowid" => facts.without_rowid = reader.flag(entry),
            "unlogged" => facts.unlogged = reader.flag(entry).is_some(),
            "with" => facts.parameters = reader.parameters(entry),
            "engine" => facts.engine = reader.word(entry),
            "charset" => facts.charset = reader.word(entry),
            _ => facts.collate = reader.word(entry),
        }
    }
    facts
}
