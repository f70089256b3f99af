//! The schema files that a project's `diesel.toml` prints, as dbmig emits them.

use std::path::Path;

use dbmig::Backend;
use dbmig_build::config::{DieselToml, PrintSchema};
use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::emit::diesel::{SchemaOptions, print};
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
    backend: Backend,
    package: &Path,
) -> Result<(Vec<Printed>, Vec<Diagnostic>), String> {
    let said = |errors: Vec<Diagnostic>| errors.iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("; ");
    let read = DieselToml::read(package, backend).map_err(said)?;
    let sections = read.map_or_else(|| vec![PrintSchema::default()], |read| read.print_schema);
    let files: Vec<Option<String>> = sections.iter().map(|section| section.file.clone()).collect();
    let options = SchemaOptions { sections, ..SchemaOptions::new(backend) };
    let mut printed = Vec::new();
    let mut warnings = Vec::new();
    for (at, one) in print(schema, &options).into_iter().enumerate() {
        warnings.extend(one.diagnostics.into_iter().map(|(_, diagnostic)| diagnostic));
        let file = files.get(at).cloned().flatten();
        printed.push(Printed { key: one.name, file, text: one.text });
    }
    Ok((printed, warnings))
}
