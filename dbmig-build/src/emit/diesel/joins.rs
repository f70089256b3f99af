//! Which tables can be joined without saying how: print-schema's rules for `joinable!`.

use std::collections::BTreeMap;

use dbmig::Backend;

use super::super::diesel_type::DieselType;
use super::Remark;
use super::section::About;
use super::table::{TableData, declared, key};
use crate::diagnostic::Code;
use crate::schema::{ForeignKey, Name, ObjectName, Table, rust_name};

/// A foreign key as print-schema sees it, in its order.
///
/// `PRAGMA foreign_key_list` gives Diesel one row for each column, so that on SQLite a key over several columns is
/// several of them. On all databases, a key over several columns, or one of several keys, makes no join.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference<'a> {
    child: &'a str,
    parent: &'a str,
    columns: Vec<&'a str>,
    pub(super) rust_columns: Vec<String>,
    /// The first column that is referred to.
    referenced: Option<String>,
}

/// The foreign keys of a table, in print-schema's order.
pub(super) type References<'a> = Vec<Reference<'a>>;

/// A `joinable!`.
pub(super) struct Join {
    pub(super) child: String,
    pub(super) parent: String,
    pub(super) column: String,
}

impl Reference<'_> {
    /// The table that is referred to.
    pub(super) fn find_parent<'s>(&self, about: About<'s>) -> Option<&'s Table> {
        find(self.parent, about)
    }
}

/// A table of the section's schema: as print-schema finds it, by its name to the letter.
fn find<'s>(name: &str, about: About<'s>) -> Option<&'s Table> {
    // Any name of the schema knows how names are compared.
    let some = about.schema.tables.keys().next()?;
    let schema = about.namespace.map(|schema| some.name.renamed(schema));
    let wanted = ObjectName { schema, name: some.name.renamed(name) };
    about.schema.tables.get(&wanted).filter(|table| table.name.name.as_str() == name)
}

/// The foreign keys from a table to tables of its schema.
pub(super) fn references<'a>(table: &'a Table, about: About<'a>) -> References<'a> {
    let mut references = References::new();
    for foreign_key in table.foreign_keys.iter().filter(|key| key.table.schema == table.name.schema) {
        if about.backend == Backend::Sqlite {
            let parts = (0..foreign_key.columns.len()).map(|at| at..at + 1);
            references.extend(parts.map(|part| reference(table, foreign_key, part, about)));
        } else {
            references.push(reference(table, foreign_key, 0..foreign_key.columns.len(), about));
        }
    }
    references.sort();
    references
}

fn reference<'a>(
    table: &'a Table,
    foreign_key: &'a ForeignKey,
    part: std::ops::Range<usize>,
    about: About<'a>,
) -> Reference<'a> {
    let rust_table = rust_name::table(table.name.name.as_str());
    let said = foreign_key.table.name.as_str();
    let found = about.schema.tables.get(&foreign_key.table);
    // MySQL folds case, and says the table's own name; SQLite says what the key says.
    let parent = found.map(|parent| parent.name.name.as_str()).filter(|_| about.backend != Backend::Sqlite);
    let parent = parent.unwrap_or(said);
    let referenced = foreign_key.referenced.get(part.start).map(|name| match found {
        Some(found) if about.backend != Backend::Sqlite => declared(found, name),
        _ => name.as_str(),
    });
    let implied = || find(parent, about).and_then(|parent| key(parent, about).first().copied());
    let columns = foreign_key.columns.get(part).unwrap_or_default();
    let columns: Vec<&str> = columns.iter().map(|column: &Name| declared(table, column)).collect();
    Reference {
        child: table.name.name.as_str(),
        parent,
        rust_columns: columns.iter().map(|column| rust_name::column(column, &rust_table)).collect(),
        columns,
        referenced: referenced.or_else(implied).map(str::to_owned),
    }
}

/// The joins between the printed tables. One between columns of different types wouldn't compile: it is left out, and
/// that is remarked.
pub(super) fn joins(printed: &[TableData<'_>], about: About<'_>, remarks: &mut Vec<Remark>) -> Vec<Join> {
    let tables: BTreeMap<&str, &TableData<'_>> =
        printed.iter().map(|one| (one.table.name.name.as_str(), one)).collect();
    let mut all: Vec<Reference<'_>> = Vec::new();
    for one in printed {
        all.extend(references(one.table, about));
    }
    all.sort();
    fn pair<'r>(reference: &Reference<'r>) -> (&'r str, &'r str) {
        let (one, two) = (reference.parent, reference.child);
        if one <= two { (one, two) } else { (two, one) }
    }
    let mut between: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for reference in &all {
        *between.entry(pair(reference)).or_default() += 1;
    }
    let joins = all.iter().filter_map(|reference| {
        let child = tables.get(reference.child)?;
        let parent = tables.get(reference.parent)?;
        let [column] = reference.columns.as_slice() else { return None };
        let column = child.rust_column(column)?;
        let keys = key(find(reference.parent, about)?, about);
        let is_key = matches!(keys.as_slice(), [only] if Some(*only) == reference.referenced.as_deref());
        let is_only = between.get(&pair(reference)) == Some(&1);
        if reference.child == reference.parent || !is_key || !is_only {
            return None;
        }
        if let Some((own, other)) = differing(child, reference, parent) {
            let problem = format!(
                "`{}` and `{}` can't be joined in the Rust schema: `{column}` is `{own}`, and its key `{other}`",
                reference.child, reference.parent
            );
            remarks.push(Remark { table: child.table.name.clone(), code: Code::UnlikePrintSchema, problem });
            return None;
        }
        Some(Join { child: child.rust_name.clone(), parent: parent.rust_name.clone(), column: column.to_owned() })
    });
    joins.collect()
}

/// The types of a reference's column and of the key that it refers to, where Diesel certainly can't compare them.
fn differing(child: &TableData<'_>, reference: &Reference<'_>, parent: &TableData<'_>) -> Option<(String, String)> {
    let find = |table: &TableData<'_>, name: &str| {
        let found = table.columns.iter().find(|column| column.sql_name == name)?;
        Some(DieselType { nullable: false, ..found.diesel_type.clone() })
    };
    let (own, other) = (find(child, reference.columns.first()?)?, find(parent, reference.referenced.as_deref()?)?);
    let kinds = (kind(&own)?, kind(&other)?);
    (kinds.0 != kinds.1).then(|| (own.to_string(), other.to_string()))
}

/// A type by one of its names in Diesel, of those that keys have.
fn kind(of: &DieselType) -> Option<(&'static str, bool, bool)> {
    let name = match of.rust_name.as_str() {
        "TinyInt" | "Tinyint" => "TinyInt",
        "SmallInt" | "Smallint" | "Int2" => "SmallInt",
        "Integer" | "Int4" => "Integer",
        "BigInt" | "Bigint" | "Int8" => "BigInt",
        "Text" | "Varchar" | "VarChar" | "Bpchar" | "Char" => "Text",
        "Uuid" => "Uuid",
        _ => return None,
    };
    Some((name, of.unsigned, of.array))
}
