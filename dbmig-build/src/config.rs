//! What `[package.metadata.dbmig]` in the host's Cargo.toml says, and the project's diesel.toml, with defaults for all
//! that they don't say.
//!
//! `${VAR}` in a URL stays as it is: the environment is the command line's business, not the compiler's.

mod diesel_toml;
mod lint;
mod naming;
mod print_schema;
mod read;
mod sqlite_version;
mod style;

use std::collections::BTreeMap;
use std::path::Path;

use dbmig::Backend;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};

pub use diesel_toml::DieselToml;
pub use lint::{LintLevel, LintLevels};
pub use naming::{ConstraintKind, Naming, kept};
pub use print_schema::{ColumnSorting, Docs, PrintSchema, SameQuery, TableFilter};
pub use sqlite_version::SqliteVersion;
pub use style::Style;

/// The configuration of a package: a database, and further ones by name.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// The database that commands mean when none is named.
    pub default: DatabaseConfig,
    /// The further ones: `[package.metadata.dbmig.databases.NAME]`.
    pub databases: BTreeMap<String, DatabaseConfig>,
    /// Whether Cargo.toml has the table at all.
    pub is_written: bool,
    /// What is dubious but can be worked with.
    pub warnings: Vec<Diagnostic>,
    /// Diesel's own configurations, those that the project has.
    pub diesel_tomls: Vec<DieselToml>,
}

impl Configuration {
    /// Every database, the default one (which has no name) first.
    pub fn all(&self) -> impl Iterator<Item = (Option<&str>, &DatabaseConfig)> {
        let further = self.databases.iter().map(|(name, config)| (Some(name.as_str()), config));
        std::iter::once((None, &self.default)).chain(further)
    }

    /// A database by name; `None` is the default one.
    ///
    /// # Errors
    ///
    /// A name that isn't configured.
    pub fn database(&self, name: Option<&str>) -> Result<&DatabaseConfig, Diagnostic> {
        let Some(name) = name else { return Ok(&self.default) };
        self.databases.get(name).ok_or_else(|| {
            let diagnostic = Diagnostic::error(Code::Config, format!("no database `{name}` is configured"));
            match crate::nearest::nearest(name, self.databases.keys().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("add `[package.metadata.dbmig.databases.{name}]` to Cargo.toml")),
            }
        })
    }
}

/// The configuration of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// The kind of database. Default: SQLite.
    pub backend: Backend,
    /// The migrations folder, relative to the package, with `/` and without one at the end. Default: `migrations`, and
    /// `migrations-NAME` for a further database.
    pub migrations: String,
    /// Where Cargo.toml states the folder, if it does.
    pub migrations_place: Option<Span>,
    /// Folders and files that are searched for models. Default: `src`, and nothing for a further database: its models
    /// must be told apart from the default one's.
    pub models: Vec<String>,
    /// The URL, `${VAR}` not yet replaced. Default: `${DATABASE_URL}`, and `${NAME_DATABASE_URL}` for a further
    /// database.
    pub url: String,
    /// The ledger's name. Default: Diesel's.
    pub version_table: String,
    /// The schema that holds the ledger (PostgreSQL). Default: the connection's own.
    pub version_table_schema: Option<String>,
    /// How constraints of models are named.
    pub naming: Naming,
    /// Whether the doc comments of models are the comments of tables, columns and types. Default: no.
    pub comments: bool,
    /// What becomes of warnings.
    pub lint: LintLevels,
    /// Whether the migrations that are written spare a database that bears traffic. Default: they do.
    pub style: Style,
    /// The oldest SQLite that runs the migrations. Default: the oldest that dbmig works with.
    pub sqlite_version: SqliteVersion,
    /// Tables that have no model and are left alone: names, or patterns with `*`.
    pub unmanaged: Vec<String>,
    /// Whether a sole SQLite key declared `INTEGER` is emitted as `BigInt`, as `diesel print-schema` does with
    /// `sqlite_integer_primary_key_is_bigint`. Default: no.
    pub sqlite_integer_primary_key_is_bigint: bool,
    /// The diesel.toml that is about this database, relative to the package. Default: the one beside the package or above
    /// it; of a further database, the nearest one above its migrations that isn't the package's own.
    pub diesel_toml: Option<String>,
    /// How the schema is printed, as diesel.toml says: its section, or several in the order of their names. Empty where
    /// there is no diesel.toml.
    pub print_schema: Vec<PrintSchema>,
}

impl Default for DatabaseConfig {
    fn default() -> DatabaseConfig {
        DatabaseConfig::of_database(None)
    }
}

impl DatabaseConfig {
    /// The defaults of a database; the default one has no name.
    pub fn of_database(name: Option<&str>) -> DatabaseConfig {
        DatabaseConfig {
            backend: Backend::Sqlite,
            migrations: name.map_or_else(|| "migrations".to_owned(), |name| format!("migrations-{name}")),
            migrations_place: None,
            models: if name.is_none() { vec!["src".to_owned()] } else { Vec::new() },
            url: name.map_or_else(|| "${DATABASE_URL}".to_owned(), default_url),
            version_table: "__diesel_schema_migrations".to_owned(),
            version_table_schema: None,
            naming: Naming::default(),
            comments: false,
            lint: LintLevels::default(),
            style: Style::default(),
            sqlite_version: SqliteVersion::default(),
            unmanaged: Vec::new(),
            sqlite_integer_primary_key_is_bigint: false,
            diesel_toml: None,
            print_schema: Vec::new(),
        }
    }
}

fn default_url(name: &str) -> String {
    format!("${{{}_DATABASE_URL}}", name.to_ascii_uppercase().replace('-', "_"))
}

/// Reads the configuration from the text of a Cargo.toml.
///
/// # Errors
///
/// Invalid TOML, unknown keys, wrong types, values that this version doesn't support: all of them, in the text's order.
pub fn parse(manifest: &Source) -> Result<Configuration, Vec<Diagnostic>> {
    read::read(manifest)
}

/// Reads the configuration of a package whose Cargo.toml is in the folder `package`: from its text, and from the
/// diesel.toml beside it or above it in the workspace, those of further databases from where they are.
///
/// # Errors
///
/// As [`parse`], and what is wrong with the diesel.toml.
pub fn read(package: &Path, manifest: &Source) -> Result<Configuration, Vec<Diagnostic>> {
    let mut configuration = parse(manifest)?;
    let mut faults = Vec::new();
    let further = configuration.databases.values_mut().map(|config| (false, config));
    for (is_default, config) in std::iter::once((true, &mut configuration.default)).chain(further) {
        let stated = config.diesel_toml.clone();
        let read = match stated.or_else(|| DieselToml::of_further(package, &config.migrations).filter(|_| !is_default))
        {
            Some(path) => DieselToml::read_file(package, &path, config.backend).map(Some),
            None if is_default => DieselToml::read(package, config.backend),
            None => Ok(None),
        };
        match read {
            Ok(Some(read)) => {
                config.print_schema.clone_from(&read.print_schema);
                config.sqlite_integer_primary_key_is_bigint |=
                    read.print_schema.iter().any(|section| section.sqlite_integer_primary_key_is_bigint);
                configuration.diesel_tomls.push(read);
            }
            Ok(None) => {}
            Err(said) => faults.extend(said),
        }
    }
    if faults.is_empty() { Ok(configuration) } else { Err(faults) }
}

#[cfg(test)]
mod tests;
