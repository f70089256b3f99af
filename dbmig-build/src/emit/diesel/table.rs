//! One `table!`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::super::diesel_type;
use super::SchemaOptions;
use super::joins::Reference;
use crate::schema::{Name, Schema, Table, rust_name};

/// A table as it is printed.
pub(super) struct Printed<'a> {
    pub(super) table: &'a Table,
    pub(super) rust_name: String,
    pub(super) text: String,
}

/// A column as print-schema sees it.
struct PrintedColumn<'a> {
    sql_name: &'a str,
    declared: Option<&'a crate::schema::Column>,
    nullable: bool,
}

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

/// Prints a table.
///
/// # Errors
///
/// Why it can't be printed.
pub(super) fn print<'a>(table: &'a Table, schema: &Schema, options: &SchemaOptions) -> Result<Printed<'a>, String> {
    let sql_name = table.name.name.as_str();
    let rust_table = rust_name::table(sql_name);
    let key = key(table);
    if key.is_empty() {
        return Err("it has no primary key".to_owned());
    }
    let columns = columns(table, &key)?;
    // The limit of Diesel's largest feature; from 33 columns on rustc names the feature that is missing.
    if columns.len() > 128 {
        return Err(format!("it has {} columns, and Diesel takes no more than 128", columns.len()));
    }

    let mut text = "diesel::table! {\n".to_owned();
    if rust_table != sql_name {
        let _ = writeln!(text, "    #[sql_name = {}]", string(sql_name));
    }
    let rust_key: Vec<String> = key.iter().map(|name| rust_name::column(name, &rust_table)).collect();
    let _ = writeln!(text, "    {rust_table} ({}) {{", rust_key.join(", "));
    let mut names = BTreeSet::new();
    for column in &columns {
        let name = rust_name::column(column.sql_name, &rust_table);
        if name != column.sql_name {
            let _ = writeln!(text, "        #[sql_name = {}]", string(column.sql_name));
        }
        let sql_type = sql_type(column, table, schema, &key, options)?;
        let sql_type = if column.nullable { format!("Nullable<{sql_type}>") } else { sql_type.to_owned() };
        let _ = writeln!(text, "        {name} -> {sql_type},");
        if !names.insert(name.clone()) {
            return Err(format!("two of its columns are called `{name}` in Rust"));
        }
    }
    text += "    }\n}\n";
    Ok(Printed { table, rust_name: rust_table, text })
}

fn columns<'a>(table: &'a Table, key: &[&'a str]) -> Result<Vec<PrintedColumn<'a>>, String> {
    let mut columns = Vec::new();
    if let ([rowid], true) = (key, table.primary_key.is_none()) {
        columns.push(PrintedColumn { sql_name: rowid, declared: None, nullable: false });
    }
    let in_key = |name: &str| table.primary_key.is_some() && key.contains(&name);
    for column in &table.columns {
        let sql_name = column.name.as_str();
        // SQLite keeps its old bug, NULL in keys, for tables of the old sort alone.
        let implied = in_key(sql_name)
            && (table.options.without_rowid || table.options.strict && table.rowid_alias() != Some(&column.name));
        columns.push(PrintedColumn { sql_name, declared: Some(column), nullable: column.nullable && !implied });
    }
    if let Some(module) = &table.options.virtual_module {
        let words = module.trim_start().get(..4).unwrap_or_default();
        if !words.eq_ignore_ascii_case("fts5") {
            return Err("the columns of this sort of virtual table aren't known".to_owned());
        }
        // FTS5's hidden columns, which are queried like others.
        for sql_name in [table.name.name.as_str(), "rank"] {
            columns.push(PrintedColumn { sql_name, declared: None, nullable: true });
        }
    }
    Ok(columns)
}

fn sql_type(
    column: &PrintedColumn<'_>,
    table: &Table,
    schema: &Schema,
    key: &[&str],
    options: &SchemaOptions,
) -> Result<&'static str, String> {
    let Some(declared) = column.declared else {
        return Ok(match (column.nullable, options.sqlite_integer_primary_key_is_bigint) {
            (true, _) => "Binary",
            (false, true) => "BigInt",
            (false, false) => "Integer",
        });
    };
    let found = diesel_type::sqlite(&declared.column_type)
        .ok_or_else(|| format!("Diesel has no type for `{}` of column `{}`", declared.column_type, column.sql_name))?;
    let big = found == "Integer"
        && options.sqlite_integer_primary_key_is_bigint
        && (is_rowid(table, key, column.sql_name, &declared.column_type.to_string())
            || refers_to_rowid(table, column.sql_name, schema));
    Ok(if big { "BigInt" } else { found })
}

fn is_rowid(table: &Table, key: &[&str], column: &str, declared: &str) -> bool {
    declared.eq_ignore_ascii_case("integer") && key == [column] && !table.options.without_rowid
}

/// Whether a foreign key leads from a column to a table with rowids and a key of one column; print-schema doesn't look
/// at that column's type, nor finds columns that have another name in Rust.
fn refers_to_rowid(table: &Table, column: &str, schema: &Schema) -> bool {
    // Of several keys of one column, print-schema keeps the last in its order.
    let mut references: Vec<Reference<'_>> = super::joins::references(table, schema);
    references.sort();
    let found = references.iter().rev().find(|reference| reference.rust_column == column);
    let parent = found.and_then(|reference| reference.find_parent(schema));
    parent.is_some_and(|parent| key(parent).len() == 1 && !parent.options.without_rowid)
}

/// A string literal of Rust, raw where it must be; as print-schema writes it.
fn string(text: &str) -> String {
    if !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    let hashes = "#".repeat(text.matches('#').count() + 1);
    format!("r{hashes}\"{text}\"{hashes}")
}
