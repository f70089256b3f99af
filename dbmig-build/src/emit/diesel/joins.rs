//! Which tables can be joined without saying how: print-schema's rules for `joinable!`.

use std::collections::BTreeMap;

use super::table::{Printed, key};
use crate::schema::{Name, Schema, Table, rust_name};

/// One column of a foreign key, as `PRAGMA foreign_key_list` gives it to Diesel; in print-schema's order. A key over
/// several columns is several of them, and so never makes a join.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference<'a> {
    child: &'a str,
    parent: &'a str,
    column: &'a str,
    pub(super) rust_column: String,
    /// The first column that is referred to.
    referenced: Option<String>,
}

/// A `joinable!`.
pub(super) struct Join {
    pub(super) child: String,
    pub(super) parent: String,
    pub(super) column: String,
}

impl Reference<'_> {
    /// The table that is referred to: as print-schema finds it, by its name to the letter.
    pub(super) fn find_parent<'s>(&self, schema: &'s Schema) -> Option<&'s Table> {
        find(self.parent, schema)
    }
}

fn find<'s>(name: &str, schema: &'s Schema) -> Option<&'s Table> {
    // The names of a schema are compared without regard to case.
    let some = schema.tables.keys().next()?;
    let wanted = crate::schema::ObjectName::unqualified(some.name.renamed(name));
    schema.tables.get(&wanted).filter(|table| table.name.name.as_str() == name)
}

/// The foreign keys of a table.
pub(super) fn references<'a>(table: &'a Table, schema: &Schema) -> Vec<Reference<'a>> {
    let child = table.name.name.as_str();
    let rust_table = rust_name::table(child);
    let mut references = Vec::new();
    for foreign_key in &table.foreign_keys {
        let parent = foreign_key.table.name.as_str();
        for (at, column) in foreign_key.columns.iter().enumerate() {
            let said = foreign_key.referenced.get(at).map(Name::as_str);
            let implied = || find(parent, schema).and_then(|parent| key(parent).first().copied());
            // The name as the table declares it, whatever its case in the foreign key.
            let column = table.column(column).map_or(column.as_str(), |column| column.name.as_str());
            references.push(Reference {
                child,
                parent,
                column,
                rust_column: rust_name::column(column, &rust_table),
                referenced: said.or_else(implied).map(str::to_owned),
            });
        }
    }
    references
}

/// The joins between the printed tables.
pub(super) fn joins(printed: &[Printed<'_>], schema: &Schema) -> Vec<Join> {
    let rust_names: BTreeMap<&str, &str> =
        printed.iter().map(|one| (one.table.name.name.as_str(), one.rust_name.as_str())).collect();
    let mut all: Vec<Reference<'_>> = printed.iter().flat_map(|one| references(one.table, schema)).collect();
    all.sort();
    let pair = |reference: &Reference<'_>| -> (String, String) {
        let (one, two) = (reference.parent.to_owned(), reference.child.to_owned());
        if one <= two { (one, two) } else { (two, one) }
    };
    let mut between: BTreeMap<(String, String), usize> = BTreeMap::new();
    for reference in &all {
        *between.entry(pair(reference)).or_default() += 1;
    }
    let joins = all.iter().filter_map(|reference| {
        let child = rust_names.get(reference.child)?;
        let parent = rust_names.get(reference.parent)?;
        let keys = key(find(reference.parent, schema)?);
        let is_key = matches!(keys.as_slice(), [only] if Some(*only) == reference.referenced.as_deref());
        let is_only = between.get(&pair(reference)) == Some(&1);
        (reference.child != reference.parent && is_key && is_only).then(|| Join {
            child: (*child).to_owned(),
            parent: (*parent).to_owned(),
            column: reference.rust_column.clone(),
        })
    });
    joins.collect()
}
