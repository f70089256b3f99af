//! One run of print-schema: the tables of one schema.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use dbmig::Backend;

use super::joins::joins;
use super::table::{self, TableData};
use super::{EnumType, Remark, filter, module, same_query, types};
use crate::config::PrintSchema;
use crate::diagnostic::Code;
use crate::schema::{Name, Schema, Table, rust_name};

/// What a section prints.
pub(super) struct Section {
    pub(super) text: String,
    pub(super) remarks: Vec<Remark>,
    /// The names that it defines beside each other.
    pub(super) names: Vec<String>,
    /// The types that hold labels of enums.
    pub(super) enums: Vec<EnumType>,
}

/// What the parts of a section need to know of it.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) schema: &'a Schema,
    pub(super) section: &'a PrintSchema,
    pub(super) backend: Backend,
    /// The schema's name, unless it is the default one's.
    pub(super) namespace: Option<&'a str>,
    /// The names of all primary keys of the database.
    pub(super) key_names: &'a BTreeSet<&'a Name>,
}

/// Prints the tables of a section's schema.
pub(super) fn print(schema: &Schema, section: &PrintSchema, backend: Backend) -> Section {
    let is_default = |name: &&str| backend == Backend::Postgres && *name == "public";
    let namespace = section.schema.as_deref().filter(|name| !is_default(name));
    let keys = schema.tables.values().filter_map(|table| table.primary_key.as_ref());
    let key_names = keys.filter_map(|key| key.name.as_ref()).collect();
    let about = About { schema, section, backend, namespace, key_names: &key_names };
    let mut remarks = Vec::new();
    let mut tables = read(about, &mut remarks);

    let custom = types::custom(&tables, about);
    tables.iter_mut().for_each(|table| table.tell_columns_from_types(&custom, backend));
    let mut names: Vec<String> = tables.iter().map(|table| table.rust_name.clone()).collect();
    let mut text = types::print(&custom, section.docs, backend, &section.custom_type_derives, depth(section));
    if !text.is_empty() {
        names.push("sql_types".to_owned());
        if !tables.is_empty() {
            text.push('\n');
        }
    }
    for (at, table) in tables.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text += &table::print(table, &custom, about);
    }
    let joins = joins(&tables, about, &mut remarks);
    if !joins.is_empty() {
        text.push('\n');
    }
    for join in &joins {
        let _ = writeln!(text, "diesel::joinable!({} -> {} ({}));", join.child, join.parent, join.column);
    }
    let rust_names: Vec<&str> = tables.iter().map(|table| table.rust_name.as_str()).collect();
    let calls = same_query::calls(&rust_names, &joins, section.same_query, depth(section));
    if !calls.is_empty() {
        text.push('\n');
        text += &calls;
    }
    let enum_type = |(name, labels): (&str, &[String])| EnumType::new(&format!("sql_types::{name}"), labels);
    let mut enums: Vec<EnumType> = types::enums(&custom).map(enum_type).collect();
    if let Some(name) = &section.schema {
        let name = rust_name::table(name);
        text = module::wrapped(&name, &text);
        enums.iter_mut().for_each(|one| one.move_into(&name));
        names = vec![name];
    }
    Section { text, remarks, names, enums }
}

/// How far the section's items are indented.
fn depth(section: &PrintSchema) -> usize {
    if section.schema.is_some() { 4 } else { 0 }
}

fn read<'a>(about: About<'a>, remarks: &mut Vec<Remark>) -> Vec<TableData<'a>> {
    let mut rust_names = BTreeSet::new();
    let mut tables: Vec<TableData<'a>> = Vec::new();
    for table in visible(about) {
        let mut leave_out = |reason: &str| {
            let problem = format!("table `{}` is left out of the Rust schema: {reason}", table.name);
            remarks.push(Remark { table: table.name.clone(), code: Code::NoDieselTable, problem });
        };
        match table::read(table, about) {
            Ok(read) if rust_names.insert(read.rust_name.clone()) => {
                remarks.extend(departures(&read));
                tables.push(read);
            }
            Ok(read) => leave_out(&format!("another table is called `{}` in Rust, too", read.rust_name)),
            Err(reason) => leave_out(&reason),
        }
    }
    tables
}

/// The columns whose types aren't what print-schema prints.
fn departures<'t>(table: &'t TableData<'_>) -> impl Iterator<Item = Remark> + 't {
    table.columns.iter().filter_map(|column| {
        let why = column.diesel_type.departure?;
        let name = &table.table.name;
        let problem =
            format!("column `{name}.{}` is `{}` in the Rust schema: {why}", column.sql_name, column.diesel_type);
        Some(Remark { table: name.clone(), code: Code::UnlikePrintSchema, problem })
    })
}

/// The tables that print-schema prints, in its order: by bytes.
fn visible(about: About<'_>) -> Vec<&Table> {
    let passes = filter::passes(&about.section.filter);
    let is_sqlite = |name: &str| name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("sqlite"));
    let is_hidden = |name: &str| name.starts_with("__") || about.backend == Backend::Sqlite && is_sqlite(name);
    let is_shown = |table: &&Table| {
        let (namespace, name) = (table.name.schema.as_ref(), table.name.name.as_str());
        namespace.map(|schema| schema.as_str()) == about.namespace && !is_hidden(name) && passes(name)
    };
    let mut tables: Vec<&Table> = about.schema.tables.values().filter(is_shown).collect();
    tables.sort_by(|a, b| a.name.name.as_str().cmp(b.name.name.as_str()));
    tables
}
