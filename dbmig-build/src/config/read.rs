//! The text of Cargo.toml to a configuration.

use std::collections::BTreeMap;
use std::str::FromStr;

use dbmig::Backend;
use toml::Spanned;

use super::{Configuration, ConstraintKind, DatabaseConfig, LintLevel, LintLevels, SqliteVersion, Style, naming};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::source::Source;
use crate::toml_reader::{Reader, Table};

const TABLE: &str = "package.metadata.dbmig";

const KEYS: [&str; 15] = [
    "backend",
    "migrations",
    "models",
    "url",
    "version_table",
    "version_table_schema",
    "naming",
    "comments",
    "lint",
    "style",
    "sqlite_version",
    "unmanaged",
    "sqlite_integer_primary_key_is_bigint",
    "diesel_toml",
    "databases",
];

pub(super) fn read(manifest: &Source) -> Result<Configuration, Vec<Diagnostic>> {
    let mut reader = Reader::new(manifest, Code::Config);
    let document = reader.parse().map_err(|error| vec![error])?;
    let metadata = nested(&document, "package").and_then(|package| nested(package, "metadata"));
    let section = metadata.and_then(|metadata| reader.table(metadata, "dbmig"));
    let mut configuration = Configuration { is_written: section.is_some(), ..Configuration::default() };
    if let Some(section) = section {
        let mut warnings = Vec::new();
        configuration.default = database(&mut reader, section, None, &mut warnings);
        if let Some(databases) = reader.table(section, "databases") {
            configuration.databases = further(&mut reader, databases, &mut warnings);
        }
        configuration.warnings = warnings;
    }
    separate_folders(&configuration).into_iter().for_each(|fault| reader.report(fault));
    let errors = reader.finish();
    if errors.is_empty() { Ok(configuration) } else { Err(errors) }
}

fn nested<'t, 'i>(table: &'t Table<'i>, key: &str) -> Option<&'t Table<'i>> {
    table.get(key)?.get_ref().as_table()
}

fn further(
    reader: &mut Reader<'_>,
    databases: &Table<'_>,
    warnings: &mut Vec<Diagnostic>,
) -> BTreeMap<String, DatabaseConfig> {
    let mut configs = BTreeMap::new();
    for key in databases.keys() {
        let name = key.get_ref().as_ref();
        // The name becomes part of a file's name and of an identifier.
        let valid = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
        if !valid {
            let said = "use lower-case letters, digits, `-` and `_`";
            let help = format!("[{TABLE}.databases.analytics]");
            reader.fault(key, format!("`{name}` can't name a database"), said, help);
        }
        if let Some(section) = reader.table(databases, name) {
            configs.insert(name.to_owned(), database(reader, section, Some(name), warnings));
        }
    }
    configs
}

fn database(
    reader: &mut Reader<'_>,
    section: &Table<'_>,
    name: Option<&str>,
    warnings: &mut Vec<Diagnostic>,
) -> DatabaseConfig {
    let table = name.map_or_else(|| TABLE.to_owned(), |name| format!("{TABLE}.databases.{name}"));
    // Databases don't nest.
    let known = if name.is_none() { &KEYS[..] } else { &KEYS[..KEYS.len() - 1] };
    reader.only_known_keys(section, &table, known);
    let mut config = DatabaseConfig::of_database(name);
    if let Some(word) = reader.string(section, "backend") {
        config.backend = backend(reader, &word).unwrap_or(config.backend);
    }
    if let Some(folder) = reader.string(section, "migrations") {
        if let Some(path) = path(reader, &folder, warnings) {
            config.migrations = path;
        }
        config.migrations_place = Some(reader.place(&folder));
    }
    if let Some(models) = reader.strings(section, "models") {
        config.models = models.get_ref().iter().filter_map(|one| path(reader, one, warnings)).collect();
    }
    if let Some(url) = reader.string(section, "url") {
        config.url = url.into_inner();
    }
    if let Some(ledger) = reader.string(section, "version_table") {
        if ledger.get_ref().is_empty() {
            let help = "version_table = \"__diesel_schema_migrations\"";
            reader.fault(&ledger, "`version_table` must be a name", "this is empty", help);
        }
        config.version_table = ledger.into_inner();
    }
    if let Some(schema) = reader.string(section, "version_table_schema") {
        if config.backend == Backend::Sqlite {
            let message = "`version_table_schema` is for PostgreSQL alone";
            reader.fault(&schema, message, "SQLite has no schemas", "delete the line");
        }
        config.version_table_schema = Some(schema.into_inner());
    }
    if let Some(patterns) = reader.table(section, "naming") {
        read_naming(reader, patterns, &format!("{table}.naming"), &mut config);
    }
    if let Some(comments) = reader.boolean(section, "comments") {
        config.comments = comments;
    }
    if let Some(levels) = reader.table(section, "lint") {
        config.lint = lint(reader, levels, &format!("{table}.lint"));
    }
    if let Some(word) = reader.string(section, "style") {
        config.style = style(reader, &word).unwrap_or(config.style);
    }
    if let Some(version) = reader.string(section, "sqlite_version") {
        config.sqlite_version = sqlite_version(reader, &version, config.backend).unwrap_or_default();
    }
    if let Some(unmanaged) = reader.strings(section, "unmanaged") {
        config.unmanaged = unmanaged.into_inner().into_iter().map(Spanned::into_inner).collect();
    }
    if let Some(bigint) = reader.boolean(section, "sqlite_integer_primary_key_is_bigint") {
        config.sqlite_integer_primary_key_is_bigint = bigint;
    }
    if let Some(file) = reader.string(section, "diesel_toml") {
        config.diesel_toml = path(reader, &file, warnings);
    }
    config
}

fn backend(reader: &mut Reader<'_>, word: &Spanned<String>) -> Option<Backend> {
    match Backend::from_str(word.get_ref()) {
        Ok(backend) => Some(backend),
        Err(_) => {
            let message = format!("unknown backend `{}`", word.get_ref());
            let diagnostic = Diagnostic::error(Code::Config, message).at(reader.place(word), "");
            reader.report(diagnostic.help("backend = \"sqlite\""));
            None
        }
    }
}

fn style(reader: &mut Reader<'_>, word: &Spanned<String>) -> Option<Style> {
    let style = Style::of_word(word.get_ref());
    if style.is_none() {
        let message = format!("unknown style `{}`", word.get_ref());
        let near = nearest(word.get_ref(), Style::WORDS).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| format!("one of {}", Style::WORDS.join(", ")));
        reader.report(Diagnostic::error(Code::Config, message).at(reader.place(word), "").help(help));
    }
    style
}

fn sqlite_version(reader: &mut Reader<'_>, text: &Spanned<String>, backend: Backend) -> Option<SqliteVersion> {
    if backend != Backend::Sqlite {
        let message = "`sqlite_version` is for SQLite alone";
        reader.fault(text, message, "this database is none of SQLite's", "delete the line");
        return None;
    }
    let version = SqliteVersion::of_text(text.get_ref());
    let oldest = SqliteVersion::OLDEST;
    let (message, label) = match version {
        None => (format!("`{}` is no version of SQLite", text.get_ref()), String::new()),
        Some(version) if version < oldest => {
            (format!("dbmig needs SQLite {oldest} or newer"), "older ones can't drop a column".to_owned())
        }
        Some(version) => return Some(version),
    };
    reader.fault(text, message, label, format!("sqlite_version = \"{oldest}\""));
    None
}

/// A path relative to the package, with `/`, without `.` and without a slash at its end.
fn path(reader: &mut Reader<'_>, written: &Spanned<String>, warnings: &mut Vec<Diagnostic>) -> Option<String> {
    let text = written.get_ref().replace('\\', "/");
    if text.trim().is_empty() {
        reader.fault(written, "a path must not be empty", "", "\".\" is the package itself");
        return None;
    }
    let absolute = text.starts_with('/') || text.as_bytes().get(1) == Some(&b':');
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match (part, parts.last()) {
            ("..", Some(&last)) if last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    if absolute || parts.first() == Some(&"..") {
        let message = format!("`{}` lies outside the package", written.get_ref());
        let diagnostic = Diagnostic::warning(Code::PathOutside, message).at(reader.place(written), "");
        let diagnostic = diagnostic.note("a package with files outside itself can't be published");
        warnings.push(
            diagnostic.help(
                "move it into the package; if it is never to be published: `lint = { path-outside = \"allow\" }`",
            ),
        );
    }
    let path = if parts.is_empty() { ".".to_owned() } else { parts.join("/") };
    Some(if text.starts_with('/') { format!("/{path}") } else { path })
}

fn read_naming(reader: &mut Reader<'_>, patterns: &Table<'_>, table: &str, config: &mut DatabaseConfig) {
    reader.only_known_keys(patterns, table, &ConstraintKind::KEYS.map(|(key, _)| key));
    for (key, kind) in ConstraintKind::KEYS {
        let Some(pattern) = reader.string(patterns, key) else { continue };
        if let Some(fault) = naming::fault(pattern.get_ref()) {
            reader.fault(&pattern, format!("`{key}` can't name constraints"), fault, "cargo dbmig explain config");
        }
        *config.naming.pattern_mut(kind) = pattern.into_inner();
    }
}

fn lint(reader: &mut Reader<'_>, levels: &Table<'_>, table: &str) -> LintLevels {
    let rules: Vec<&str> = Code::LINTS.iter().map(|code| code.name()).collect();
    reader.only_known_keys(levels, table, &rules);
    let mut read = LintLevels::default();
    for &code in Code::LINTS {
        let Some(word) = reader.string(levels, code.name()) else { continue };
        let Some(level) = LintLevel::of_word(word.get_ref()) else {
            let words = LintLevel::WORDS;
            let message = format!("`{}` is no lint level", word.get_ref());
            let diagnostic = Diagnostic::error(Code::Config, message).at(reader.place(&word), "");
            let near = nearest(word.get_ref(), words).map(|near| format!("did you mean `{near}`?"));
            reader.report(diagnostic.help(near.unwrap_or_else(|| format!("one of {}", words.join(", ")))));
            continue;
        };
        read.0.insert(code, level);
    }
    read
}

/// Two databases must not share a folder: each would take the other's revisions for its own.
fn separate_folders(configuration: &Configuration) -> Vec<Diagnostic> {
    let mut folders: Vec<(&str, Option<&str>, &DatabaseConfig)> =
        configuration.all().map(|(name, config)| (config.migrations.as_str(), name, config)).collect();
    folders.sort_by_key(|&(folder, name, _)| (folder, name));
    let clash = |pair: &&[(&str, Option<&str>, &DatabaseConfig)]| pair[0].0 == pair[1].0;
    let report = |pair: &[(&str, Option<&str>, &DatabaseConfig)]| {
        let message = format!("two databases have the migrations folder `{}`", pair[0].0);
        let places = pair.iter().filter_map(|(_, _, config)| config.migrations_place.clone());
        let diagnostic = Diagnostic::error(Code::Config, message);
        let diagnostic = places.fold(diagnostic, |diagnostic, place| diagnostic.at(place, ""));
        diagnostic.help("give each its own: `migrations = \"migrations-NAME\"`")
    };
    folders.windows(2).filter(clash).map(report).collect()
}
