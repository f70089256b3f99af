//! The schema files that a project's `diesel.toml` prints, as dbmig emits them.

use std::path::Path;

use dbmig::Backend;
use dbmig_build::config;
use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::diagnostic::render::{Style, render};
use dbmig_build::emit::diesel::{SchemaOptions, schema_module};
use dbmig_build::schema::Schema;
use dbmig_build::source::Source;

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
    let text = |file: &str| std::fs::read_to_string(package.join(file)).map_err(|error| format!("{file}: {error}"));
    let configuration = config::read(package, &Source::new("Cargo.toml", text("Cargo.toml")?));
    let configuration = configuration.map_err(|errors| render(&errors, Style::Plain))?;
    let files = files(&text("diesel.toml")?);
    let mut printed = Vec::new();
    let mut said = Vec::new();
    for section in &configuration.default.print_schema {
        let key = section.name.clone();
        let file = files.iter().find(|(of, _)| *of == key).map(|(_, file)| file.clone());
        // Diesel reads a section of its own into every file; where others have files, nobody wants it.
        if file.is_none() && !files.is_empty() {
            continue;
        }
        let options = SchemaOptions { backend, sections: vec![section.clone()], other_schemas: false };
        let (text, warnings) = schema_module(schema, &options);
        said.extend(warnings);
        printed.push(Printed { key, file, text });
    }
    Ok((printed, said))
}

/// The `file` of each section of a diesel.toml.
fn files(diesel_toml: &str) -> Vec<(String, String)> {
    let mut key = "";
    let mut files = Vec::new();
    for line in diesel_toml.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            key = match section.trim_end_matches(']') {
                "print_schema" => "default",
                other => other.strip_prefix("print_schema.").unwrap_or_default(),
            };
        } else if let (Some(file), false) = (line.strip_prefix("file"), key.is_empty()) {
            files.extend(file.split('"').nth(1).map(|file| (key.to_owned(), file.to_owned())));
        }
    }
    files
}
