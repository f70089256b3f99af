//! The types that Diesel doesn't have: `pub mod sql_types`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dbmig::Backend;
use heck::ToUpperCamelCase;

use super::super::diesel_type::DieselType;
use super::filter::Patterns;
use super::section::About;
use super::table::{TableData, string};
use crate::config::Docs;
use crate::schema::{ObjectName, Table, UserTypeKind, rust_name};

/// A type that is defined.
pub(super) struct Custom {
    rust_name: String,
    sql_name: String,
    schema: Option<String>,
    /// The table and column whose own type it is (MySQL).
    owner: Option<(String, String)>,
    /// The labels of an enum.
    labels: Option<Vec<String>>,
}

/// The types that are defined, by what they are known under: schema and name, on MySQL the table's and column's names.
pub(super) type Customs = BTreeMap<(Option<String>, String), Custom>;

/// Under what the type of a column is known, if it has to be defined.
fn known_under(table: &str, column: &str, diesel_type: &DieselType, backend: Backend) -> (Option<String>, String) {
    match backend {
        Backend::Mysql => (Some(table.to_owned()), column.to_owned()),
        Backend::Sqlite | Backend::Postgres => (diesel_type.schema.clone(), diesel_type.sql_name.clone()),
    }
}

/// The types that the columns of some tables need beside Diesel's.
pub(super) fn custom(tables: &[TableData<'_>], about: About<'_>) -> Customs {
    let mut customs = Customs::new();
    if !about.section.generate_missing_sql_type_definitions {
        return customs;
    }
    let except = Patterns::new(&about.section.except_custom_type_definitions);
    for table in tables {
        for column in table.columns.iter().filter(|column| column.diesel_type.custom) {
            let found = &column.diesel_type;
            if except.match_in(&found.rust_name) {
                continue;
            }
            let of_column = about.backend == Backend::Mysql;
            let wanted = if of_column {
                format!("{} {} {}", table.rust_name, column.rust_name, found.rust_name).to_upper_camel_case()
            } else {
                found.rust_name.clone()
            };
            let custom = Custom {
                rust_name: wanted,
                sql_name: found.sql_name.clone(),
                schema: found.schema.clone(),
                owner: of_column.then(|| (table.rust_name.clone(), column.rust_name.clone())),
                labels: labels(table.table, column.sql_name, found, about),
            };
            customs.insert(known_under(&table.rust_name, column.sql_name, found, about.backend), custom);
        }
    }
    tell_apart(&mut customs);
    customs
}

/// The labels of a column's type, if it is an enum.
fn labels(table: &Table, column: &str, found: &DieselType, about: About<'_>) -> Option<Vec<String>> {
    let named = |text: &str| table.name.name.renamed(text);
    match about.backend {
        Backend::Sqlite => None,
        Backend::Mysql => {
            let column_type = &table.column(&named(column))?.column_type;
            column_type.enum_labels()
        }
        Backend::Postgres => {
            let name = ObjectName { schema: found.schema.as_deref().map(named), name: named(&found.sql_name) };
            match &about.schema.types.get(&name)?.kind {
                UserTypeKind::Enum(labels) => Some(labels.clone()),
                _ => None,
            }
        }
    }
}

/// The types among them that hold labels of enums: the name of each in Rust, and its labels.
pub(super) fn enums(customs: &Customs) -> impl Iterator<Item = (&str, &[String])> {
    customs.values().filter_map(|custom| Some((custom.rust_name.as_str(), custom.labels.as_deref()?)))
}

/// Gives each type a name that Rust takes, and no other type has. The default schema comes first and keeps its names.
fn tell_apart(customs: &mut Customs) {
    let mut taken = std::collections::BTreeSet::new();
    for custom in customs.values_mut() {
        let mut name = valid(&custom.rust_name);
        if taken.contains(&name) {
            let schema = custom.schema.as_deref().unwrap_or_default();
            name = valid(&format!("{schema} {}", custom.sql_name).to_upper_camel_case());
        }
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        custom.rust_name = name;
    }
}

fn valid(name: &str) -> String {
    // These are used round other types.
    let is_taken = matches!(name, "Nullable" | "Array" | "Unsigned");
    let name = rust_name::table(name);
    if is_taken { name + "_" } else { name }
}

/// The type that is defined for a column, as a type of that name.
pub(super) fn of_column<'c>(
    customs: &'c Customs,
    table: &str,
    column: &str,
    diesel_type: &DieselType,
    backend: Backend,
) -> Option<&'c str> {
    let under = known_under(table, column, diesel_type, backend);
    customs.get(&under).filter(|_| diesel_type.custom).map(|custom| custom.rust_name.as_str())
}

/// The module with the definitions; nothing if there are none.
pub(super) fn print(customs: &Customs, docs: Docs, backend: Backend, derives: &[String], indent: usize) -> String {
    if customs.is_empty() {
        return String::new();
    }
    let with_docs = docs == Docs::CommentsOrGenerated;
    let generated = "///\n    /// (Automatically generated by Diesel.)\n";
    let mut text = String::new();
    if with_docs {
        text += "/// A module containing custom SQL type definitions\n///\n/// (Automatically generated by Diesel.)\n";
    }
    text += "pub mod sql_types {\n";
    let mut sorted: Vec<&Custom> = customs.values().collect();
    sorted.sort_by(|a, b| a.rust_name.cmp(&b.rust_name));
    for (at, custom) in sorted.into_iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        if with_docs {
            let _ = writeln!(text, "    /// The `{}` SQL type{}", said_name(custom), said_owner(custom));
            text = text + "    " + generated;
        }
        text += &derive(derives, indent);
        let _ = writeln!(text, "    #[diesel({})]", attribute(custom, backend));
        let _ = writeln!(text, "    pub struct {};", custom.rust_name);
    }
    text + "}\n"
}

fn said_name(custom: &Custom) -> String {
    let name = custom.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default() + &custom.sql_name;
    name.replace('\n', "\\n").replace('\r', "\\r")
}

fn said_owner(custom: &Custom) -> String {
    let link = |(table, column): &(String, String)| {
        format!(" for the\n    /// [`{table}::{column}`](super::{table}::{column})) column")
    };
    custom.owner.as_ref().map(link).unwrap_or_default()
}

fn attribute(custom: &Custom, backend: Backend) -> String {
    let name = string(&custom.sql_name);
    match (backend, &custom.schema) {
        (Backend::Mysql, _) => format!("mysql_type(name = \"{}\")", custom.sql_name.to_upper_camel_case()),
        (_, Some(schema)) => format!("postgres_type(name = {name}, schema = {})", string(schema)),
        (_, None) => format!("postgres_type(name = {name})"),
    }
}

/// As rustfmt lays it out: on one line of at most 100 characters if it fits.
fn derive(derives: &[String], indent: usize) -> String {
    const SQL_TYPE: &str = "diesel::sql_types::SqlType";
    let mut all: Vec<&str> = derives.iter().map(String::as_str).collect();
    if !all.contains(&SQL_TYPE) {
        all.push(SQL_TYPE);
    }
    let line = format!("    #[derive({})]\n", all.join(", "));
    if indent + line.len() <= 101 {
        return line;
    }
    let lines: String = all.iter().map(|one| format!("        {one},\n")).collect();
    format!("    #[derive(\n{lines}    )]\n")
}
