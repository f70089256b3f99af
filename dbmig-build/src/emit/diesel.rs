//! The schema as Diesel's `table!` modules: what `diesel print-schema` 2.3 prints.
//!
//! Token for token, with its quirks: a schema that dbmig emits can stand in the place of one that Diesel printed. It
//! departs where print-schema prints what doesn't compile or gives up: names that break `table!` get a `_` behind
//! them, and a table that can't be printed is left out with a warning.

mod joins;
mod table;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::config::DatabaseConfig;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{Schema, Table};

use table::Printed;

/// How the schema is printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaOptions {
    /// Whether SQLite's rowids, and the columns that refer to them, are `BigInt`.
    pub sqlite_integer_primary_key_is_bigint: bool,
}

impl SchemaOptions {
    /// What the configuration says.
    pub fn of_config(config: &DatabaseConfig) -> SchemaOptions {
        let sqlite_integer_primary_key_is_bigint = config.sqlite_integer_primary_key_is_bigint;
        SchemaOptions { sqlite_integer_primary_key_is_bigint }
    }
}

/// The body of `pub mod schema` for a database of SQLite, and warnings about tables that couldn't be printed.
///
/// Tables that begin with `__` or `sqlite` and views are left out, as print-schema does.
pub fn schema_module(schema: &Schema, options: &SchemaOptions) -> (String, Vec<Diagnostic>) {
    let mut warnings = Vec::new();
    let mut rust_names = BTreeSet::new();
    let mut printed: Vec<Printed<'_>> = Vec::new();
    for table in visible(schema) {
        match table::print(table, schema, options) {
            Ok(one) if rust_names.insert(one.rust_name.clone()) => printed.push(one),
            Ok(one) => {
                warnings.push(left_out(table, &format!("another table is called `{}` in Rust, too", one.rust_name)))
            }
            Err(reason) => warnings.push(left_out(table, &reason)),
        }
    }

    let mut text = String::new();
    for (at, table) in printed.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text += &table.text;
    }
    let joins = joins::joins(&printed, schema);
    if !joins.is_empty() {
        text.push('\n');
    }
    for join in joins {
        let _ = writeln!(text, "diesel::joinable!({} -> {} ({}));", join.child, join.parent, join.column);
    }
    if printed.len() >= 2 {
        let names: Vec<&str> = printed.iter().map(|table| table.rust_name.as_str()).collect();
        text += &same_query(&names);
    }
    (text, warnings)
}

/// The tables that print-schema prints, in its order: by bytes.
fn visible(schema: &Schema) -> Vec<&Table> {
    let is_hidden =
        |name: &str| name.starts_with("__") || name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("sqlite"));
    let mut tables: Vec<&Table> = schema.tables.values().filter(|table| !is_hidden(table.name.name.as_str())).collect();
    tables.sort_by(|a, b| a.name.name.as_str().cmp(b.name.name.as_str()));
    tables
}

fn left_out(table: &Table, reason: &str) -> Diagnostic {
    let problem = format!("table `{}` is left out of the Rust schema: {reason}", table.name);
    Diagnostic::warning(Code::NoDieselTable, problem).help("cargo dbmig explain no-diesel-table")
}

/// As rustfmt lays it out: on one line if the names take 60 characters or less.
fn same_query(names: &[&str]) -> String {
    let mut text = "\ndiesel::allow_tables_to_appear_in_same_query!(".to_owned();
    let line = names.join(", ") + ",";
    if line.len() <= 60 {
        text += &line;
    } else {
        text.push('\n');
        for name in names {
            let _ = writeln!(text, "    {name},");
        }
    }
    text + ");\n"
}

#[cfg(test)]
mod tests;
