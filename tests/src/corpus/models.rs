//! The models that `cargo dbmig models` writes of a chain's schema, against that schema: they must be the same to diff.

use std::collections::{BTreeMap, BTreeSet};

use cargo_dbmig::model_source::{SCHEMA_PATH, write};
use dbmig::Backend;
use dbmig_build::config::DatabaseConfig;
use dbmig_build::diagnostic::render::{Style, render};
use dbmig_build::diff::diff;
use dbmig_build::models::parse;
use dbmig_build::schema::{ObjectName, Schema};
use dbmig_build::source::Source;
use dbmig_build::target::target;

/// What writing models of a schema came to.
#[derive(Debug, Default)]
pub struct Written {
    /// How many tables there are.
    pub tables: usize,
    /// How many of them have a model.
    pub models: usize,
    /// What isn't said: a table, and what of it or why it has no model.
    pub unsaid: Vec<String>,
    /// What diff finds between the schema and its models; there must be nothing.
    pub wrong: Vec<String>,
}

/// Writes the models of a schema, reads them, and compares.
pub(super) fn written(schema: &Schema, backend: Backend) -> Written {
    let mut found = Written { tables: schema.tables.len(), ..Written::default() };
    let config = DatabaseConfig { backend, ..DatabaseConfig::default() };
    let source = match write(schema, &config, None, SCHEMA_PATH) {
        Ok(source) => source,
        Err(problem) => return Written { wrong: vec![problem], ..found },
    };
    let models = match parse(&Source::new("models.rs", source.text), &config) {
        Ok(models) => models,
        Err(faults) => return Written { wrong: vec![render(&faults, Style::Plain)], ..found },
    };
    found.models = models.schema.tables.len();
    let mut unsaid: BTreeMap<&ObjectName, Vec<&str>> = BTreeMap::new();
    for (name, what) in &source.unsaid {
        unsaid.entry(name).or_default().push(what);
    }
    found.unsaid = unsaid.iter().map(|(name, what)| format!("{name}: {}", what.join("; "))).collect();
    let wanted = target(schema, &models.schema, &models.renames, &[], &BTreeSet::new());
    let changes = diff(schema, &wanted.schema, &models.renames);
    found.wrong = changes.iter().map(|change| format!("{change:?}")).collect();
    found
}
