//! What SQLite's pragmas say of a table: rowids, hidden columns, keys in the order of columns.

use std::collections::BTreeSet;

use super::super::super::diesel_type::{DieselType, sqlite};
use super::super::joins::{self, References};
use super::super::section::About;
use super::{ColumnData, no_type};
use crate::schema::{Column, Name, Table, rust_name};

/// The names under which SQLite gives the key of a table that declares none, in the order of Diesel's preference.
const ROWIDS: [&str; 3] = ["rowid", "oid", "_rowid_"];

/// The key's columns as print-schema sees them: in the order of the table's columns, or a rowid.
pub(super) fn key(table: &Table) -> Vec<&str> {
    let declared = table.primary_key.iter().flat_map(|key| &key.columns).filter_map(|column| column.name());
    let declared: BTreeSet<&Name> = declared.collect();
    let columns = table.columns.iter().filter(|column| declared.contains(&column.name));
    let columns: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
    if !columns.is_empty() {
        return columns;
    }
    let is_free = |name: &&str| !table.columns.iter().any(|column| column.name.as_str() == *name);
    ROWIDS.into_iter().find(is_free).into_iter().collect()
}

pub(super) fn columns<'a>(
    table: &'a Table,
    rust_table: &str,
    key: &[&'a str],
    about: About<'a>,
) -> Result<Vec<ColumnData<'a>>, String> {
    let bigint = about.section.sqlite_integer_primary_key_is_bigint;
    let column = |sql_name: &'a str, rust_type: &str, nullable: bool| ColumnData {
        sql_name,
        rust_name: rust_name::column(sql_name, rust_table),
        diesel_type: DieselType { rust_name: rust_type.to_owned(), nullable, ..DieselType::default() },
        comment: None,
    };
    let mut columns = Vec::new();
    if let ([rowid], true) = (key, table.primary_key.is_none()) {
        columns.push(column(rowid, if bigint { "BigInt" } else { "Integer" }, false));
    }
    let in_key = |name: &str| table.primary_key.is_some() && key.contains(&name);
    // Of several keys of one column, print-schema keeps the last in its order.
    let references = if bigint { joins::references(table, about) } else { References::new() };
    for declared in &table.columns {
        let sql_name = declared.name.as_str();
        // SQLite keeps its old bug, NULL in keys, for tables of the old sort alone.
        let implied = in_key(sql_name)
            && (table.options.without_rowid || table.options.strict && table.rowid_alias() != Some(&declared.name));
        let found = sqlite::of_column(&declared.column_type).ok_or_else(|| no_type(&declared.column_type, sql_name))?;
        let big = || is_rowid(table, key, declared) || refers_to_rowid(&references, sql_name, about);
        let found = if found == "Integer" && bigint && big() { "BigInt" } else { found };
        columns.push(column(sql_name, found, declared.nullable && !implied));
    }
    if let Some(module) = &table.options.virtual_module {
        let words = module.trim_start().get(..4).unwrap_or_default();
        if !words.eq_ignore_ascii_case("fts5") {
            return Err("the columns of this sort of virtual table aren't known".to_owned());
        }
        // FTS5's hidden columns, which are queried like others.
        columns.extend([table.name.name.as_str(), "rank"].map(|sql_name| column(sql_name, "Binary", true)));
    }
    Ok(columns)
}

fn is_rowid(table: &Table, key: &[&str], column: &Column) -> bool {
    let is_integer = column.column_type.to_string().eq_ignore_ascii_case("integer");
    is_integer && key == [column.name.as_str()] && !table.options.without_rowid
}

/// Whether a foreign key leads from a column to a table with rowids and a key of one column; print-schema doesn't look
/// at that column's type, nor finds columns that have another name in Rust.
fn refers_to_rowid(references: &References<'_>, column: &str, about: About<'_>) -> bool {
    let found = references.iter().rev().find(|reference| reference.rust_columns == [column]);
    let parent = found.and_then(|reference| reference.find_parent(about));
    parent.is_some_and(|parent| key(parent).len() == 1 && !parent.options.without_rowid)
}
