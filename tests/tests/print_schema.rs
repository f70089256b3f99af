//! The emitted schema against what `diesel print-schema` made of the same SQL.
//!
//! `cases/print_schema/NAME.sql` holds a database of SQLite, `NAME.out` what the Diesel CLI (2.3.14, SQLite 3.53)
//! printed of it, `NAME.bigint.out` what it printed with `--sqlite-integer-primary-key-is-bigint`.
//!
//! `cases/print_schema/NAME/` is a project: `diesel.toml`, if it has one, says what to print; `sqlite.sql`,
//! `postgres.sql` and `mysql.sql` make the same database, and `sqlite.out` and so on are what the Diesel CLI printed of
//! it. They were made with SQLite 3.53, PostgreSQL 15 and MariaDB 10.11.

use std::path::{Path, PathBuf};

use dbmig::Backend;
use dbmig_build::config::{DieselToml, PrintSchema};
use dbmig_build::emit::diesel::{SchemaOptions, print};
use dbmig_build::replay::Replay;
use dbmig_build::schema::Schema;
use dbmig_build::source::Source;
use dbmig_build::sql::split;

const HEADER: &str = "// @generated automatically by Diesel CLI.\n\n";

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/print_schema")
}

/// The schema that a script makes.
fn replayed(path: &Path, backend: Backend) -> Schema {
    let sql = std::fs::read_to_string(path).expect("UTF-8");
    let mut replay = Replay::new(backend);
    let replayed = replay.run(&split(&Source::new("case.sql", sql), backend));
    assert_eq!(replayed.diagnostics, [], "{}", path.display());
    replay.schema().clone()
}

/// What is emitted, each section with the line that print-schema begins with.
fn emitted(schema: &Schema, options: &SchemaOptions) -> String {
    let sections = print(schema, options);
    let said: Vec<String> =
        sections.iter().flat_map(|one| &one.diagnostics).map(|(_, one)| one.message.clone()).collect();
    assert_eq!(said, Vec::<String>::new());
    sections.iter().map(|one| format!("{HEADER}{}", one.text)).collect()
}

/// What differs, if anything does.
fn difference(case: &str, found: &str, printed: &str) -> Option<String> {
    (found != printed).then(|| format!("== {case}, found:\n{found}\n== printed by Diesel:\n{printed}"))
}

#[test]
fn the_schema_is_what_diesel_prints() {
    let mut compared = 0;
    for entry in std::fs::read_dir(cases()).expect("the folder of cases") {
        let path = entry.expect("a case").path();
        if path.extension().is_none_or(|extension| extension != "sql") {
            continue;
        }
        let schema = replayed(&path, Backend::Sqlite);
        for (extension, sqlite_integer_primary_key_is_bigint) in [("out", false), ("bigint.out", true)] {
            let printed = std::fs::read_to_string(path.with_extension(extension)).expect("what Diesel printed");
            let section = PrintSchema { sqlite_integer_primary_key_is_bigint, ..PrintSchema::default() };
            let options = SchemaOptions { sections: vec![section], ..SchemaOptions::new(Backend::Sqlite) };
            let difference = difference(&path.display().to_string(), &emitted(&schema, &options), &printed);
            assert_eq!(difference, None);
            compared += 1;
        }
    }
    assert!(compared >= 8, "{compared} cases");
}

/// Compares the projects' databases of one kind.
fn compare_projects(backend: Backend, at_least: usize) {
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(cases()).expect("the folder of cases").map(|entry| entry.expect("a case").path()).collect();
    names.sort();
    let mut differences = Vec::new();
    let mut compared = 0;
    for folder in names {
        let script = folder.join(format!("{backend}.sql"));
        if !script.is_file() {
            continue;
        }
        let read = DieselToml::read(&folder, backend).expect("a diesel.toml");
        let sections = read.map_or_else(|| vec![PrintSchema::default()], |read| read.print_schema);
        let options = SchemaOptions { sections, ..SchemaOptions::new(backend) };
        let printed = std::fs::read_to_string(script.with_extension("out")).expect("what Diesel printed");
        let found = emitted(&replayed(&script, backend), &options);
        differences.extend(difference(&script.display().to_string(), &found, &printed));
        compared += 1;
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(compared >= at_least, "{compared} cases");
}

#[test]
fn sqlite_projects_are_printed_as_by_diesel() {
    compare_projects(Backend::Sqlite, 12);
}

#[test]
fn mysql_projects_are_printed_as_by_diesel() {
    compare_projects(Backend::Mysql, 15);
}
