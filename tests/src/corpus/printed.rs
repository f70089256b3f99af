//! The schema files that a project's `diesel.toml` prints, as dbmig emits them.

use std::path::Path;

use dbmig::Backend;
use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::emit::diesel::{SchemaOptions, schema_module};
use dbmig_build::schema::Schema;

/// A schema file.
#[derive(Debug)]
pub struct Printed {
    /// The key of its `[print_schema.KEY]`; `default` if it has none.
    pub key: String,
    /// The file that `diesel.toml` names.
    pub file: Option<String>,
    /// Its text.
    pub text: String,
}

/// Emits them all.
pub(crate) fn emitted(
    schema: &Schema,
    _backend: Backend,
    _package: &Path,
) -> Result<(Vec<Printed>, Vec<Diagnostic>), String> {
    let (text, warnings) = schema_module(schema, &SchemaOptions::default());
    Ok((vec![Printed { key: "default".to_owned(), file: None, text }], warnings))
}
