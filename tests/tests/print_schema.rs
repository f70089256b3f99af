//! The emitted schema against what `diesel print-schema` made of the same SQL.
//!
//! `cases/print_schema/NAME.sql` holds a database of SQLite, `NAME.out` what the Diesel CLI (2.3.14, SQLite 3.53)
//! printed of it, `NAME.bigint.out` what it printed with `--sqlite-integer-primary-key-is-bigint`.
//!
//! `cases/print_schema/NAME/` is a project: `diesel.toml`, if it has one, says what to print; `sqlite.sql`,
//! `postgres.sql` and `mysql.sql` make the same database, and `sqlite.out` and so on are what the Diesel CLI printed of
//! it. They were made with SQLite 3.53, PostgreSQL 15 and MariaDB 10.11, and a test makes them anew on the servers.
//!
//! Where dbmig departs from print-schema on purpose, `.out` holds what dbmig prints and `.diesel.out` what Diesel does.

use std::path::{Path, PathBuf};
use std::process::Command;

use dbmig::Backend;
use dbmig_build::config::{DieselToml, PrintSchema};
use dbmig_build::emit::diesel::{SchemaOptions, print};
use dbmig_build::replay::Replay;
use dbmig_build::schema::Schema;
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use dbmig_tests::program;
use dbmig_tests::server::Server;
use dbmig_tests::text_diff::diff;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

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

#[test]
fn postgres_projects_are_printed_as_by_diesel() {
    compare_projects(Backend::Postgres, 20);
}

/// What Diesel's command line prints of a database that a script made, as a project with this `diesel.toml` and patch.
fn printed_by_diesel(script: &Path, backend: Backend, options: &[&str]) -> String {
    let sql = std::fs::read_to_string(script).expect("UTF-8");
    let project = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(project.path().join("diesel.toml"), "").expect("a file");
    for name in ["diesel.toml", "schema.patch"] {
        let of_case = script.with_file_name(name);
        if of_case.is_file() {
            std::fs::copy(of_case, project.path().join(name)).expect("a copy");
        }
    }
    let diesel = program::workspace().join("target/tools/bin").join(format!("diesel{}", std::env::consts::EXE_SUFFIX));
    let print = |url: &str| {
        let mut command = Command::new(&diesel);
        program::plain(&mut command, project.path());
        let output = command.args(["print-schema", "--database-url", url]).args(options).output();
        let output = output.expect("Diesel's command line, which `cargo xtask test` installs");
        assert!(output.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    match backend {
        Backend::Sqlite => {
            let url = project.path().join("case.db").display().to_string();
            let mut connection = SqliteConnection::establish(&url).expect("a database");
            connection.batch_execute(&sql).expect("the case runs");
            print(&url)
        }
        Backend::Postgres => {
            let mut server = Server::postgres();
            server.run(&sql);
            print(server.url())
        }
        Backend::Mysql => {
            let mut server = Server::mysql();
            server.run(&sql);
            print(server.url())
        }
    }
}

/// What a case's files say that Diesel prints, and what it does print, if that is something else.
fn departure_from_diesel(script: &Path, backend: Backend, extension: &str, options: &[&str]) -> Option<String> {
    let departs = script.with_extension(format!("diesel.{extension}"));
    let stored = if departs.is_file() { departs } else { script.with_extension(extension) };
    let expected = std::fs::read_to_string(&stored).expect("what Diesel printed");
    let printed = printed_by_diesel(script, backend, options);
    (printed != expected).then(|| format!("== {}\n{}", stored.display(), diff(&expected, &printed)))
}

/// Proves the stored output of all cases for one kind of database.
fn prove(backend: Backend, at_least: usize) {
    let mut differences = Vec::new();
    let mut proven = 0;
    for entry in std::fs::read_dir(cases()).expect("the folder of cases") {
        let path = entry.expect("a case").path();
        let script = path.join(format!("{backend}.sql"));
        if script.is_file() {
            differences.extend(departure_from_diesel(&script, backend, "out", &[]));
            proven += 1;
        } else if backend == Backend::Sqlite && path.extension().is_some_and(|extension| extension == "sql") {
            let bigint = ["--sqlite-integer-primary-key-is-bigint"];
            differences.extend(departure_from_diesel(&path, backend, "out", &[]));
            differences.extend(departure_from_diesel(&path, backend, "bigint.out", &bigint));
            proven += 2;
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(proven >= at_least, "{proven} cases");
}

#[test]
fn diesel_prints_the_sqlite_cases_as_they_are_stored() {
    prove(Backend::Sqlite, 20);
}

#[test]
fn diesel_prints_the_postgres_cases_as_they_are_stored() {
    prove(Backend::Postgres, 20);
}

#[test]
fn diesel_prints_the_mysql_cases_as_they_are_stored() {
    prove(Backend::Mysql, 15);
}
