//! Models: Rust structs to the desired schema.
//!
//! The source is read with syn, so that the host need not compile. What Diesel's attributes already say is taken from
//! them.

mod against;
mod attr;
mod cfg;
mod diesel_attr;
mod facts;
mod lower;
mod parse;
mod rust_type;
mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::config::DatabaseConfig;
use crate::diagnostic::Diagnostic;
use crate::schema::{Name, ObjectName, Renames, Schema};
use crate::source::{Source, Span};
use parse::Parsed;

pub use rust_type::{Kind, RUST_TYPES, RustType};

/// What the models of a package say.
#[derive(Clone, Debug, Default)]
pub struct Models {
    /// The desired schema; every constraint has a name.
    pub schema: Schema,
    /// What `renamed_from` says.
    pub renames: Renames,
    /// The files that hold models or could: relative to the package, with `/`, sorted.
    pub files: Vec<String>,
    /// The struct of each table.
    pub tables: BTreeMap<ObjectName, Span>,
    /// The field of each column.
    pub columns: BTreeMap<(ObjectName, Name), Span>,
    /// The enum of each type.
    pub types: BTreeMap<ObjectName, Span>,
    /// The columns that hold the labels of each enum, under the name that its type has or would have.
    pub enums: BTreeMap<ObjectName, Vec<(ObjectName, Name)>>,
    /// What is dubious about them.
    pub warnings: Vec<Diagnostic>,
    /// The columns and their types in Rust, in the order of the fields, of structs that Diesel reads by that order.
    pub positional: BTreeMap<ObjectName, Vec<(Name, String)>>,
}

/// Reads the models under the configured files and folders of the package in `root`.
///
/// # Errors
///
/// All that is wrong in the first phase that fails: files that can't be read or parsed, or models that don't make
/// tables.
pub fn read(root: &Path, config: &DatabaseConfig) -> Result<Models, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let sources = scan::scan(root, &config.models, &mut diagnostics);
    // Parsing costs; a word search doesn't.
    let (likely, others): (Vec<Source>, Vec<Source>) =
        sources.into_iter().partition(|source| source.text().contains("dbmig"));
    let mut parsed = Parsed::default();
    likely.iter().for_each(|source| parsed.add(parse::parse(source, config.backend, &mut diagnostics)));
    let mut files: BTreeSet<String> = likely.iter().map(|source| source.path().to_owned()).collect();
    find_embedded(&mut parsed, config, others, &mut files, &mut diagnostics);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let models = lower::lower(&parsed, config)?;
    Ok(Models { files: files.into_iter().collect(), ..models })
}

/// Reads the models of one text.
///
/// # Errors
///
/// As [`read`].
pub fn parse(source: &Source, config: &DatabaseConfig) -> Result<Models, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let parsed = parse::parse(source, config.backend, &mut diagnostics);
    if diagnostics.is_empty() { lower::lower(&parsed, config) } else { Err(diagnostics) }
}

/// Parses those of the other files that declare structs which models embed.
fn find_embedded(
    parsed: &mut Parsed,
    config: &DatabaseConfig,
    mut others: Vec<Source>,
    files: &mut BTreeSet<String>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    loop {
        let structs = &parsed.structs;
        let known: BTreeSet<&str> = structs.iter().map(|one| one.name.text.as_str()).collect();
        let embedding = structs.iter().flat_map(|one| &one.fields).filter(|field| field.embeds());
        let missing: Vec<String> =
            embedding.filter_map(embedded).filter(|name| !known.contains(name.as_str())).collect();
        let declares = |source: &Source| missing.iter().any(|name| source.text().contains(&format!("struct {name}")));
        let (found, rest): (Vec<Source>, Vec<Source>) = others.into_iter().partition(declares);
        if found.is_empty() {
            return;
        }
        for source in found {
            files.insert(source.path().to_owned());
            parsed.add(parse::parse(&source, config.backend, diagnostics));
        }
        others = rest;
    }
}

/// The name of the struct that a field embeds.
fn embedded(field: &parse::Field) -> Option<String> {
    match &field.rust_type {
        syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
