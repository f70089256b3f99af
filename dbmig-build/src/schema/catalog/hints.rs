//! Where to look for what uses a type or a sequence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::schema::{Column, ColumnType, Name, ObjectName};

/// Tables that have, or had, a column with something to do with a type or sequence. Whoever asks looks whether they
/// still do, so that nothing has to be taken out when columns change.
#[derive(Clone, Default)]
pub(super) struct Hints {
    types: BTreeMap<(Option<Name>, String), BTreeSet<ObjectName>>,
    /// By the text of the literal in `nextval('…')`.
    sequences: BTreeMap<String, BTreeSet<ObjectName>>,
}

impl fmt::Debug for Hints {
    /// Nothing: what was once true is no part of a catalog.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hints")
    }
}

impl Hints {
    pub(super) fn note(&mut self, table: &ObjectName, column: &Column) {
        let own = &column.column_type;
        if !is_common(own) {
            let key = (own.schema.clone(), own.name.clone());
            self.types.entry(key).or_default().insert(table.clone());
        }
        if let Some(literal) = column.default.as_ref().and_then(crate::schema::sequence_literal) {
            self.sequences.entry(literal.to_owned()).or_default().insert(table.clone());
        }
    }

    /// The tables that may have a column of a type, or of arrays of it.
    pub(super) fn with_type(&self, name: &ObjectName) -> Vec<ObjectName> {
        let key = (name.schema.clone(), name.name.as_str().to_owned());
        self.types.get(&key).into_iter().flatten().cloned().collect()
    }

    /// The tables that may have a default `nextval('literal'::regclass)`.
    pub(super) fn with_sequence(&self, literal: &str) -> Vec<ObjectName> {
        self.sequences.get(literal).into_iter().flatten().cloned().collect()
    }
}

/// Built-in types that most columns have; nobody drops them.
fn is_common(column_type: &ColumnType) -> bool {
    const COMMON: [&str; 14] = [
        "integer",
        "text",
        "varchar",
        "bigint",
        "boolean",
        "timestamp",
        "timestamptz",
        "uuid",
        "smallint",
        "jsonb",
        "numeric",
        "date",
        "bytea",
        "double precision",
    ];
    column_type.schema.is_none() && COMMON.contains(&column_type.name.as_str())
}
