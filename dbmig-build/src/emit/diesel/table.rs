//! One `table!`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use dbmig::Backend;

use super::super::diesel_type::{DieselType, mysql, postgres};
use super::docs;
use super::filter::Patterns;
use super::section::About;
use super::types::{self, Customs};
use crate::config::ColumnSorting;
use crate::schema::{Name, Table, rust_name};

mod sqlite;

/// A table as print-schema sees it.
pub(super) struct TableData<'a> {
    pub(super) table: &'a Table,
    pub(super) rust_name: String,
    /// The key's columns in print-schema's order.
    key: Vec<&'a str>,
    pub(super) columns: Vec<ColumnData<'a>>,
}

/// A column as print-schema sees it.
pub(super) struct ColumnData<'a> {
    pub(super) sql_name: &'a str,
    pub(super) rust_name: String,
    pub(super) diesel_type: DieselType,
    comment: Option<&'a str>,
}

/// The names of a key's columns in print-schema's order, which is the key's, but on SQLite.
pub(super) fn key<'t>(table: &'t Table, about: About<'_>) -> Vec<&'t str> {
    let own = table.primary_key.iter().flat_map(|key| &key.columns);
    let own = own.filter_map(|column| column.name()).map(|name| declared(table, name));
    match about.backend {
        Backend::Sqlite => sqlite::key(table),
        Backend::Postgres => with_namesakes(own.collect(), table, about),
        Backend::Mysql => own.collect(),
    }
}

/// A key with the columns of the table's uniques and foreign keys that are called as the primary key of any table:
/// print-schema asks `information_schema` for the columns of constraints with such a name, by their positions.
/// Source: diesel_cli 2.3, `infer_schema_internals/information_schema.rs`.
fn with_namesakes<'t>(own: Vec<&'t str>, table: &'t Table, about: About<'_>) -> Vec<&'t str> {
    let is_namesake = |name: &Option<Name>| name.as_ref().is_some_and(|name| about.key_names.contains(name));
    let uniques = table.uniques.iter().filter(|one| is_namesake(&one.name));
    let uniques = uniques.flat_map(|one| one.columns.iter().filter_map(|column| column.name()).enumerate());
    let references = table.foreign_keys.iter().filter(|one| is_namesake(&one.name));
    let references = references.flat_map(|one| one.columns.iter().enumerate());
    let namesakes = uniques.chain(references).map(|(at, name)| (at, declared(table, name)));
    let mut columns: Vec<(usize, &str)> = own.into_iter().enumerate().chain(namesakes).collect();
    columns.sort_by_key(|(at, _)| *at);
    columns.into_iter().map(|(_, name)| name).collect()
}

/// A column's name as the table has it, whatever its case elsewhere.
pub(super) fn declared<'a>(table: &'a Table, name: &'a Name) -> &'a str {
    table.column(name).map_or(name.as_str(), |column| column.name.as_str())
}

/// Reads what is printed of a table.
///
/// # Errors
///
/// Why it can't be printed.
pub(super) fn read<'a>(table: &'a Table, about: About<'a>) -> Result<TableData<'a>, String> {
    let rust_name = rust_name::table(table.name.name.as_str());
    let key = key(table, about);
    if key.is_empty() {
        return Err("it has no primary key, and Diesel takes no table without one".to_owned());
    }
    if let Some(schema) = about.namespace.filter(|schema| rust_name::table(schema) != *schema) {
        return Err(format!("`table!` has no way to name its schema, `{schema}`"));
    }
    let mut columns = match about.backend {
        Backend::Sqlite => sqlite::columns(table, &rust_name, &key, about)?,
        Backend::Postgres | Backend::Mysql => columns(table, &rust_name, &key, about)?,
    };
    // The limit of Diesel's largest feature; from 33 columns on rustc names the feature that is missing.
    if columns.len() > 128 {
        return Err(format!("it has {} columns, and Diesel takes no more than 128", columns.len()));
    }
    if about.section.column_sorting == ColumnSorting::Name {
        columns.sort_by(|a, b| a.sql_name.cmp(b.sql_name));
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = columns.iter().find(|column| !names.insert(column.rust_name.as_str())) {
        return Err(format!("two of its columns are called `{}` in Rust", twice.rust_name));
    }
    Ok(TableData { table, rust_name, key, columns })
}

fn columns<'a>(
    table: &'a Table,
    rust_table: &str,
    key: &[&str],
    about: About<'a>,
) -> Result<Vec<ColumnData<'a>>, String> {
    let domains = Patterns::new(&about.section.pg_domains_as_custom_types);
    let read = |column: &'a crate::schema::Column| {
        let sql_name = column.name.as_str();
        let found = match about.backend {
            Backend::Mysql => mysql::of_column(column),
            _ => Some(postgres::of_column(column, about.schema, |name| domains.match_in(name))),
        };
        let mut diesel_type = found.ok_or_else(|| no_type(&column.column_type, sql_name))?;
        diesel_type.nullable &= !key.contains(&sql_name);
        let rust_name = rust_name::column(sql_name, rust_table);
        Ok(ColumnData { sql_name, rust_name, diesel_type, comment: column.comment.as_deref() })
    };
    table.columns.iter().map(read).collect()
}

fn no_type(declared: &crate::schema::ColumnType, column: &str) -> String {
    format!("Diesel has no type for `{declared}` of column `{column}`")
}

impl TableData<'_> {
    /// The name in Rust of a column.
    pub(super) fn rust_column(&self, sql_name: &str) -> Option<&str> {
        self.columns.iter().find(|column| column.sql_name == sql_name).map(|column| column.rust_name.as_str())
    }

    /// Renames the columns that are called as a type that the table imports, which `table!` takes one for the other.
    pub(super) fn tell_columns_from_types(&mut self, customs: &Customs, backend: Backend) {
        let mut taken: BTreeSet<String> = self.columns.iter().map(|column| column.rust_name.clone()).collect();
        let custom = |column: &ColumnData<'_>| {
            types::of_column(customs, &self.rust_name, column.sql_name, &column.diesel_type, backend)
        };
        let imported: BTreeSet<&str> = self.columns.iter().filter_map(custom).collect();
        for column in &mut self.columns {
            if imported.contains(column.rust_name.as_str()) {
                while taken.contains(&column.rust_name) || imported.contains(column.rust_name.as_str()) {
                    column.rust_name.push('_');
                }
                taken.insert(column.rust_name.clone());
            }
        }
    }
}

/// Prints a table.
pub(super) fn print(data: &TableData<'_>, customs: &Customs, about: About<'_>) -> String {
    let docs = about.section.docs;
    let sql_name = data.table.name.name.as_str();
    let full_name = about.namespace.map_or_else(|| sql_name.to_owned(), |schema| format!("{schema}.{sql_name}"));
    let custom = |column: &ColumnData<'_>| {
        types::of_column(customs, &data.rust_name, column.sql_name, &column.diesel_type, about.backend)
    };

    let mut text = "diesel::table! {\n".to_owned();
    let imports = imports(data.columns.iter().filter_map(custom), about);
    imports.iter().for_each(|import| text += &format!("    use {import};\n"));
    if !imports.is_empty() {
        text.push('\n');
    }
    let comment = data.table.comment.as_deref();
    for line in docs::lines(docs, comment, || format!("Representation of the `{full_name}` table.")) {
        let _ = writeln!(text, "    {line}");
    }
    if data.rust_name != sql_name {
        let _ = writeln!(text, "    #[sql_name = {}]", string(sql_name));
    }
    let key: Vec<&str> = data.key.iter().filter_map(|name| data.rust_column(name)).collect();
    let namespace = about.namespace.map(|schema| format!("{schema}.")).unwrap_or_default();
    let _ = writeln!(text, "    {namespace}{} ({}) {{", data.rust_name, key.join(", "));
    for column in &data.columns {
        let name = &column.rust_name;
        let mut diesel_type = column.diesel_type.clone();
        if let Some(custom) = custom(column) {
            diesel_type.rust_name = custom.to_owned();
        }
        let generated = || {
            let said = format!("The `{}` column of the `{full_name}` table.", column.sql_name);
            format!("{said}\n\nIts SQL type is `{diesel_type}`.")
        };
        for line in docs::lines(docs, column.comment, generated) {
            let _ = writeln!(text, "        {line}");
        }
        if *name != column.sql_name {
            let _ = writeln!(text, "        #[sql_name = {}]", string(column.sql_name));
        }
        if let Some(length) = diesel_type.max_length {
            let _ = writeln!(text, "        #[max_length = {length}]");
        }
        let _ = writeln!(text, "        {name} -> {diesel_type},");
    }
    text + "    }\n}\n"
}

/// What a table imports: nothing where Diesel's own types are enough, since `table!` imports them by itself.
fn imports<'c>(customs: impl Iterator<Item = &'c str>, about: About<'_>) -> Vec<String> {
    let mut imports = about.section.import_types.clone().unwrap_or_default();
    let mut imported = BTreeSet::new();
    for custom in customs {
        if imported.insert(custom) {
            if imports.is_empty() {
                imports.push("diesel::sql_types::*".to_owned());
            }
            imports.push(format!("super::sql_types::{custom}"));
        }
    }
    imports
}

/// A string literal of Rust, raw where it must be; as print-schema writes it, but for line breaks, which must not be
/// indented with the rest.
pub(super) fn string(text: &str) -> String {
    if text.contains(|c: char| c.is_control()) {
        return format!("{text:?}");
    }
    if !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    let hashes = "#".repeat(text.matches('#').count() + 1);
    format!("r{hashes}\"{text}\"{hashes}")
}
