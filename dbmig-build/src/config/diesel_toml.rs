//! The project's diesel.toml: where it is, and what it says.
//!
//! Diesel looks for it from the current folder upwards. A build has no current folder worth the name, and must not
//! depend on what lies outside of the project: it is looked for beside Cargo.toml, and above up to the root of the
//! workspace. `DIESEL_CONFIG_FILE` is not read. Source: diesel_cli 2.3, `config.rs`.

use std::path::Path;

use dbmig::Backend;
use toml::Spanned;

use super::print_schema::{ColumnSorting, Docs, PrintSchema, SameQuery, TableFilter};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::source::Source;
use crate::toml_reader::{Reader, Table};

/// What a diesel.toml says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DieselToml {
    /// Its path, relative to the package, with `/`: `diesel.toml`, `../diesel.toml`.
    pub path: String,
    /// The migrations folder that `[migrations_directory]` names, relative to the package, with `/`.
    pub migrations_directory: Option<String>,
    /// The sections of `[print_schema]`, in the order of their names; there is one at least.
    pub print_schema: Vec<PrintSchema>,
    /// The patch files, relative to the package, with `/`.
    pub patch_files: Vec<String>,
}

const KEYS: [&str; 13] = [
    "file",
    "with_docs",
    "allow_tables_to_appear_in_same_query_config",
    "filter",
    "column_sorting",
    "schema",
    "patch_file",
    "import_types",
    "generate_missing_sql_type_definitions",
    "except_custom_type_definitions",
    "custom_type_derives",
    "sqlite_integer_primary_key_is_bigint",
    "pg_domains_as_custom_types",
];

impl DieselToml {
    /// Finds and reads the diesel.toml of a package; `package` is the folder of its Cargo.toml.
    ///
    /// # Errors
    ///
    /// A file that can't be read, invalid TOML, unknown keys, values that aren't understood: all of them.
    pub fn read(package: &Path, backend: Backend) -> Result<Option<DieselToml>, Vec<Diagnostic>> {
        read(package, backend)
    }

    /// Reads a file like it; `path` is relative to the package.
    ///
    /// # Errors
    ///
    /// As [`DieselToml::read`].
    pub fn read_file(package: &Path, path: &str, backend: Backend) -> Result<DieselToml, Vec<Diagnostic>> {
        let up = path.rfind('/').map_or("", |at| path.get(..=at).unwrap_or_default());
        read_at(package, up.to_owned(), path.to_owned(), backend)
    }

    /// The path of the diesel.toml of a further database: the nearest one above its migrations, within the package. The
    /// package's own is about the default database.
    pub fn of_further(package: &Path, migrations: &str) -> Option<String> {
        let is_within = !migrations.starts_with('/') && !migrations.starts_with("..");
        let folders = Path::new(migrations).ancestors().filter(|folder| !folder.as_os_str().is_empty());
        let mut files = folders.map(|folder| format!("{}/diesel.toml", folder.display()).replace('\\', "/"));
        files.find(|file| is_within && package.join(file).is_file())
    }
}

fn read(package: &Path, backend: Backend) -> Result<Option<DieselToml>, Vec<Diagnostic>> {
    let Some(up) = find(package) else { return Ok(None) };
    let path = format!("{up}diesel.toml");
    read_at(package, up, path, backend).map(Some)
}

fn read_at(package: &Path, up: String, path: String, backend: Backend) -> Result<DieselToml, Vec<Diagnostic>> {
    let source = file(package, &path).map_err(|error| vec![error])?;
    let mut reader = Reader::new(&source, Code::DieselToml);
    let document = reader.parse().map_err(|error| vec![error])?;
    let tables = ["print_schema", "migrations_directory"];
    for key in document.keys().filter(|key| !tables.contains(&key.get_ref().as_ref())) {
        let near = nearest(key.get_ref(), tables).unwrap_or("print_schema");
        let message = format!("unknown table or key `{}`", key.get_ref());
        reader.fault(key, message, "Diesel takes no other", format!("did you mean `[{near}]`?"));
    }
    let place = Place { package, up: &up, backend };
    let mut read = DieselToml { path, migrations_directory: None, print_schema: Vec::new(), patch_files: Vec::new() };
    if let Some(section) = reader.table(&document, "migrations_directory") {
        reader.only_known_keys(section, "migrations_directory", &["dir"]);
        read.migrations_directory = reader.string(section, "dir").map(|dir| relative(&up, dir.get_ref()));
    }
    match reader.table(&document, "print_schema") {
        Some(section) => sections(&mut reader, section, &place, &mut read),
        None => read.print_schema.push(PrintSchema::default()),
    }
    let errors = reader.finish();
    if errors.is_empty() { Ok(read) } else { Err(errors) }
}

/// A file by its path relative to the package.
fn file(package: &Path, path: &str) -> Result<Source, Diagnostic> {
    let text = std::fs::read_to_string(package.join(path));
    text.map(|text| Source::new(path, text)).map_err(|error| {
        let diagnostic = Diagnostic::error(Code::DieselToml, format!("`{path}` can't be read: {error}"));
        diagnostic.help("mend its path or its rights; paths in diesel.toml are relative to it")
    })
}

/// From where on a section is read.
struct Place<'a> {
    package: &'a Path,
    up: &'a str,
    backend: Backend,
}

/// The way up to the folder that has a diesel.toml: nothing, `../`, …
fn find(package: &Path) -> Option<String> {
    let depth = package.canonicalize().ok()?.ancestors().count();
    let ups = || (0..depth).map(|up| "../".repeat(up));
    let root = ups().position(|up| is_workspace(&package.join(&up))).unwrap_or(0);
    ups().take(root + 1).find(|up| package.join(up).join("diesel.toml").is_file())
}

fn is_workspace(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.contains("[workspace")
        && toml::de::DeTable::parse(&manifest).is_ok_and(|one| one.get_ref().contains_key("workspace"))
}

/// A path of diesel.toml, which is relative to it, relative to the package.
fn relative(up: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.trim_end_matches('/');
    if path.starts_with('/') { path.to_owned() } else { format!("{up}{}", path.trim_start_matches("./")) }
}

/// The keys of `[print_schema]` are a section, as are the tables in it; as in Diesel, one named `default` goes first.
fn sections(reader: &mut Reader<'_>, entries: &Table<'_>, place: &Place<'_>, read: &mut DieselToml) {
    let is_section = |key: &str| key != "filter" && entries.get(key).is_some_and(|value| value.get_ref().is_table());
    let mut names: Vec<&str> = entries.keys().map(|key| key.get_ref().as_ref()).filter(|key| is_section(key)).collect();
    let known: Vec<&str> = KEYS.into_iter().chain(names.iter().copied()).collect();
    reader.only_known_keys(entries, "print_schema", &known);
    if !names.contains(&"default") {
        let section = section(reader, entries, "default", place, read);
        read.print_schema.push(section);
    }
    names.sort_unstable();
    for name in names {
        if let Some(entries) = reader.table(entries, name) {
            reader.only_known_keys(entries, &format!("print_schema.{name}"), &KEYS);
            let section = section(reader, entries, name, place, read);
            read.print_schema.push(section);
        }
    }
    read.print_schema.sort_by(|a, b| a.name.cmp(&b.name));
}

fn section(
    reader: &mut Reader<'_>,
    entries: &Table<'_>,
    name: &str,
    place: &Place<'_>,
    read: &mut DieselToml,
) -> PrintSchema {
    let plain = |list: Spanned<Vec<Spanned<String>>>| list.into_inner().into_iter().map(Spanned::into_inner).collect();
    let mut section = PrintSchema { name: name.to_owned(), ..PrintSchema::default() };
    section.docs = docs(reader, entries);
    let words =
        [("all_tables", SameQuery::AllTables), ("fk_related_tables", SameQuery::Related), ("none", SameQuery::None)];
    let key = "allow_tables_to_appear_in_same_query_config";
    section.same_query = word(reader, entries, key, &words).unwrap_or_default();
    let words = [("ordinal_position", ColumnSorting::Position), ("name", ColumnSorting::Name)];
    section.column_sorting = word(reader, entries, "column_sorting", &words).unwrap_or_default();
    section.filter = filter(reader, entries);
    if let Some(schema) = reader.string(entries, "schema") {
        if place.backend == Backend::Sqlite {
            reader.fault(&schema, "`schema` is not for SQLite", "SQLite has no schemas", "delete the line");
        }
        section.schema = Some(schema.into_inner());
    }
    section.file = reader.string(entries, "file").map(|file| relative(place.up, file.get_ref()));
    if let Some(file) = reader.string(entries, "patch_file") {
        let path = relative(place.up, file.get_ref());
        match self::file(place.package, &path) {
            Ok(patch) => section.patch = Some(patch),
            Err(error) => reader.report(error.at(reader.place(&file), "")),
        }
        read.patch_files.push(path);
    }
    section.import_types = reader.strings(entries, "import_types").map(plain);
    section.generate_missing_sql_type_definitions =
        reader.boolean(entries, "generate_missing_sql_type_definitions").unwrap_or(true);
    section.except_custom_type_definitions = patterns(reader, entries, "except_custom_type_definitions");
    section.custom_type_derives = reader.strings(entries, "custom_type_derives").map(plain).unwrap_or_default();
    section.sqlite_integer_primary_key_is_bigint =
        reader.boolean(entries, "sqlite_integer_primary_key_is_bigint").unwrap_or_default();
    section.pg_domains_as_custom_types = patterns(reader, entries, "pg_domains_as_custom_types");
    section
}

/// `with_docs` is `true`, `false` or a word.
fn docs(reader: &mut Reader<'_>, entries: &Table<'_>) -> Docs {
    if entries.get("with_docs").is_some_and(|value| value.get_ref().as_str().is_none()) {
        return match reader.boolean(entries, "with_docs") {
            Some(true) => Docs::CommentsOrGenerated,
            Some(false) | None => Docs::None,
        };
    }
    let words = [
        ("database-comments-fallback-to-auto-generated-doc-comment", Docs::CommentsOrGenerated),
        ("only-database-comments", Docs::Comments),
        ("no-doc-comments", Docs::None),
    ];
    word(reader, entries, "with_docs", &words).unwrap_or_default()
}

fn word<T: Copy>(reader: &mut Reader<'_>, entries: &Table<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
    let said = reader.string(entries, key)?;
    let found = words.iter().find(|(word, _)| word == said.get_ref());
    if found.is_none() {
        let known = words.iter().map(|(word, _)| *word);
        let list = known.clone().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        let near = nearest(said.get_ref(), known).map(|near| format!("did you mean `{near}`?"));
        let message = format!("`{}` is no value of `{key}`", said.get_ref());
        reader.fault(&said, message, "", near.unwrap_or_else(|| format!("one of {list}")));
    }
    found.map(|(_, value)| *value)
}

fn filter(reader: &mut Reader<'_>, entries: &Table<'_>) -> TableFilter {
    let Some(filter) = reader.table(entries, "filter") else { return TableFilter::All };
    reader.only_known_keys(filter, "print_schema.filter", &["only_tables", "except_tables"]);
    match (filter.get("only_tables"), filter.get("except_tables")) {
        (Some(_), None) => TableFilter::Only(patterns(reader, filter, "only_tables")),
        (None, Some(_)) => TableFilter::Except(patterns(reader, filter, "except_tables")),
        (None, None) => TableFilter::All,
        (Some(_), Some(second)) => {
            let message = "`filter` is either `only_tables` or `except_tables`";
            reader.fault(second, message, "", "filter = { only_tables = [\"…\"] }");
            TableFilter::All
        }
    }
}

/// Regular expressions, each of which compiles.
fn patterns(reader: &mut Reader<'_>, entries: &Table<'_>, key: &str) -> Vec<String> {
    let list = reader.strings(entries, key).map(Spanned::into_inner).unwrap_or_default();
    for pattern in &list {
        if let Err(error) = regex_lite::Regex::new(pattern.get_ref()) {
            let message = format!("`{}` is no regular expression that dbmig can read", pattern.get_ref());
            reader.fault(pattern, message, error.to_string(), format!("{key} = [\"^users$\"]"));
        }
    }
    list.into_iter().map(Spanned::into_inner).collect()
}

#[cfg(test)]
mod tests;
