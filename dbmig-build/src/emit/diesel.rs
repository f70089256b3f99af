//! The schema as Diesel's `table!` modules: what `diesel print-schema` 2.3 prints.
//!
//! Token for token, with its quirks: a schema that dbmig emits can stand in the place of one that Diesel printed. It
//! departs where print-schema prints what doesn't compile, or can't work, or gives up:
//!
//! - names that break `table!` get a `_` behind them;
//! - a table that can't be printed is left out with a warning (print-schema prints nothing at all then);
//! - a renamed table of another schema has its own name in `#[sql_name]`, without the schema, which Diesel would quote
//!   as a part of the name;
//! - MySQL's types that Diesel has no name for are what Diesel reads them as, with a warning;
//! - custom types whose names would be the same in Rust, or no names at all, are told apart.
//!
//! MariaDB keeps a `JSON` column as `LONGTEXT`, and print-schema prints what the server keeps: `Json` from MySQL,
//! `Longtext` from MariaDB. The chain says `JSON`, and so does dbmig.
//!
//! What is printed needs Diesel's feature for the backend (`sqlite`, `postgres` or `postgres_backend`, `mysql` or
//! `mysql_backend`), and for tables of more than 32 columns `64-column-tables` or `128-column-tables`. Types such as
//! `Uuid` or `Jsonb` need no feature of their own: it is their values in Rust that do (`uuid`, `serde_json`, `chrono`).

mod docs;
mod filter;
mod joins;
mod module;
mod patch;
mod same_query;
mod section;
mod table;
mod types;

use std::collections::BTreeSet;

use dbmig::Backend;

use crate::config::{DatabaseConfig, PrintSchema};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{ObjectName, Schema, rust_name};
use crate::source::Span;

/// How the schema is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaOptions {
    /// The kind of database.
    pub backend: Backend,
    /// What is printed, in this order.
    pub sections: Vec<PrintSchema>,
    /// Whether tables of schemas that no section is about are printed behind, as if there were a section for each.
    pub other_schemas: bool,
}

impl SchemaOptions {
    /// What print-schema does without any option.
    pub fn new(backend: Backend) -> SchemaOptions {
        SchemaOptions { backend, sections: vec![PrintSchema::default()], other_schemas: false }
    }

    /// What the configuration says.
    pub fn of_config(config: &DatabaseConfig) -> SchemaOptions {
        let has_file = !config.print_schema.is_empty();
        let mut sections = config.print_schema.clone();
        if !has_file {
            sections.push(PrintSchema::without_file());
        }
        for section in &mut sections {
            section.sqlite_integer_primary_key_is_bigint |= config.sqlite_integer_primary_key_is_bigint;
        }
        SchemaOptions { backend: config.backend, sections, other_schemas: !has_file }
    }
}

/// What a section prints.
#[derive(Clone, Debug)]
pub struct Printed {
    /// The section's name.
    pub name: String,
    /// What `diesel print-schema` prints, without its first line.
    pub text: String,
    /// What is to be said of it: warnings about tables, errors about the patch. Those that are about a table come with
    /// its name.
    pub diagnostics: Vec<(Option<ObjectName>, Diagnostic)>,
    /// The names that it defines beside each other.
    names: Vec<String>,
    /// The types that hold labels of enums.
    enums: Vec<EnumType>,
}

/// The body of `pub mod schema`, and what goes with it.
#[derive(Clone, Debug, Default)]
pub struct SchemaModule {
    /// The body.
    pub text: String,
    /// What is to be said of it: warnings about tables, errors about patches.
    pub diagnostics: Vec<Diagnostic>,
    /// The types in it that hold labels of enums.
    pub enums: Vec<EnumType>,
}

/// An emitted type that holds labels of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumType {
    /// Its path in the schema's module: `sql_types::Mood`.
    pub path: String,
    /// The labels, in order.
    pub labels: Vec<String>,
}

impl EnumType {
    fn new(path: &str, labels: &[String]) -> EnumType {
        EnumType { path: path.to_owned(), labels: labels.to_vec() }
    }

    /// Its place when what it is in is put into a module.
    fn move_into(&mut self, module: &str) {
        self.path = format!("{module}::{}", self.path);
    }
}

/// A table that isn't printed as print-schema would have it, or not at all.
#[derive(Clone, Debug)]
struct Remark {
    table: ObjectName,
    code: Code,
    problem: String,
}

/// The body of `pub mod schema`, and what is to be said of it: warnings about tables, errors about patches.
///
/// Left out are views, tables whose names begin with `__`, and on SQLite those with `sqlite`, as print-schema does. A
/// section that prints a name that an earlier one has printed is put into a module of its own name.
pub fn schema_module(schema: &Schema, options: &SchemaOptions) -> (String, Vec<Diagnostic>) {
    let module = schema_module_with_places(schema, options, |_| None);
    (module.text, module.diagnostics)
}

/// As [`schema_module`], with the place in the chain of each table that something is said of, where it is known.
pub fn schema_module_with_places(
    schema: &Schema,
    options: &SchemaOptions,
    place: impl Fn(&ObjectName) -> Option<(Span, String)>,
) -> SchemaModule {
    let with_place = |(table, diagnostic): (Option<ObjectName>, Diagnostic)| match table.as_ref().and_then(&place) {
        Some((span, text)) => diagnostic.at(span, text),
        None => diagnostic,
    };
    let mut module = SchemaModule::default();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for printed in print(schema, options) {
        module.diagnostics.extend(printed.diagnostics.into_iter().map(with_place));
        let (mut body, mut enums) = (printed.text, printed.enums);
        if printed.names.iter().any(|name| taken.contains(name)) {
            let name = rust_name::table(&printed.name);
            body = module::wrapped(&name, &body);
            enums.iter_mut().for_each(|one| one.move_into(&name));
            taken.insert(name);
        } else {
            taken.extend(printed.names);
        }
        if !module.text.is_empty() && !body.is_empty() {
            module.text.push('\n');
        }
        module.text += &body;
        module.enums.extend(enums);
    }
    module
}

/// What each section prints, as Diesel's command line would print it into a file of its own.
pub fn print(schema: &Schema, options: &SchemaOptions) -> Vec<Printed> {
    let print = |section: PrintSchema| {
        let printed = section::print(schema, &section, options.backend);
        let mut diagnostics: Vec<(Option<ObjectName>, Diagnostic)> =
            printed.remarks.iter().map(|remark| (Some(remark.table.clone()), diagnostic(remark))).collect();
        let mut text = printed.text;
        if let Some(source) = &section.patch {
            match patch::patched(&text, source) {
                Ok(patched) => text = patched,
                Err(diagnostic) => diagnostics.push((None, *diagnostic)),
            }
        }
        // A patch may have taken a type away.
        let is_there = |one: &EnumType| {
            let name = one.path.rsplit("::").next().unwrap_or(&one.path);
            section.patch.is_none() || text.contains(&format!("struct {name}"))
        };
        let enums = printed.enums.into_iter().filter(is_there).collect();
        Printed { name: section.name, text, diagnostics, names: printed.names, enums }
    };
    sections(schema, options).into_iter().map(print).collect()
}

/// The sections that are configured, and those for the schemas that none of them is about.
fn sections(schema: &Schema, options: &SchemaOptions) -> Vec<PrintSchema> {
    let mut sections = options.sections.clone();
    let with_tables: BTreeSet<&str> =
        schema.tables.keys().filter_map(|name| name.schema.as_ref()).map(|schema| schema.as_str()).collect();
    if options.other_schemas {
        let like = sections.first().cloned().unwrap_or_default();
        let is_free = |name: &&str| !sections.iter().any(|section| section.schema.as_deref() == Some(name));
        let others = with_tables.into_iter().filter(is_free).map(|name| PrintSchema {
            name: format!("{name}_schema"),
            schema: Some(name.to_owned()),
            patch: None,
            ..like.clone()
        });
        let others: Vec<PrintSchema> = others.collect();
        sections.extend(others);
    }
    sections
}

fn diagnostic(remark: &Remark) -> Diagnostic {
    let diagnostic = Diagnostic::warning(remark.code, &*remark.problem);
    diagnostic.help(format!("cargo dbmig explain {}", remark.code))
}

#[cfg(test)]
mod tests;
