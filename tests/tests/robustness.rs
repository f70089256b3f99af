//! Whatever happens while it runs, a database is at one revision or the next; whatever it is given, dbmig says what is
//! wrong and changes nothing.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dbmig_tests::host::Host;
use dbmig_tests::program;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use walkdir::WalkDir;

/// A host with a chain of revisions; each makes a table, fills it, and rebuilds the first one.
fn host(revisions: usize) -> Host {
    let host = Host::temporary();
    write_chain(&host, revisions);
    host
}

fn write_chain(host: &Host, revisions: usize) {
    for at in 1..=revisions {
        let (up, down) = scripts(at);
        let parent = format!("2026112110{:04}", at - 1);
        let parents = if at == 1 { vec![] } else { vec![parent.as_str()] };
        host.revision(&format!("2026-11-21-10{at:04}_step_{at}"), &parents, &up, &down);
    }
}

fn scripts(at: usize) -> (String, String) {
    let table = format!("CREATE TABLE t{at} (id INTEGER NOT NULL PRIMARY KEY, a INTEGER NOT NULL);\n");
    let mut up = table;
    for row in 0..20 {
        writeln!(up, "INSERT INTO t{at} (a) VALUES ({row});").expect("strings grow");
    }
    if at > 1 {
        writeln!(up, "ALTER TABLE t1 ADD COLUMN c{at} INTEGER;").expect("strings grow");
        return (up, format!("ALTER TABLE t1 DROP COLUMN c{at};\nDROP TABLE t{at};\n"));
    }
    (up, format!("DROP TABLE t{at};\n"))
}

fn connect(host: &Host) -> SqliteConnection {
    SqliteConnection::establish(&host.path("app.db").display().to_string()).expect("the database opens")
}

fn lines(connection: &mut SqliteConnection, query: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let rows: Vec<Row> = diesel::sql_query(query).load(connection).expect("the query runs");
    rows.into_iter().map(|row| row.line).collect()
}

/// The versions in the ledger and the tables with their columns and rows, without dbmig's own.
fn state(host: &Host) -> (Vec<String>, Vec<String>) {
    let mut connection = connect(host);
    connection.batch_execute("PRAGMA busy_timeout = 5000").expect("the pragma runs");
    let has_ledger = "SELECT name AS line FROM sqlite_schema WHERE name = '__diesel_schema_migrations'";
    let versions = if lines(&mut connection, has_ledger).is_empty() {
        Vec::new()
    } else {
        lines(&mut connection, "SELECT version AS line FROM __diesel_schema_migrations ORDER BY version")
    };
    let tables = lines(
        &mut connection,
        "SELECT t.name || '(' || (SELECT group_concat(name) FROM pragma_table_info(t.name)) || ')' AS line
         FROM sqlite_schema t WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY t.name",
    );
    let integrity = lines(&mut connection, "SELECT integrity_check AS line FROM pragma_integrity_check");
    assert_eq!(integrity, ["ok"]);
    (versions, tables)
}

/// The tables that a database has after some of the revisions.
fn tables_at(revisions: usize) -> Vec<String> {
    let mut tables: Vec<String> = (2..=revisions).map(|at| format!("t{at}(id,a)")).collect();
    if revisions > 0 {
        let added: String = (2..=revisions).map(|at| format!(",c{at}")).collect();
        tables.push(format!("t1(id,a{added})"));
    }
    tables.sort();
    tables
}

fn versions_at(revisions: usize) -> Vec<String> {
    (1..=revisions).map(|at| format!("2026112110{at:04}")).collect()
}

fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// Sixteen at once: all succeed, each revision is applied once, by one of them.
fn all_at_once(host: &Host, revisions: usize, mut command: impl FnMut() -> Command) {
    let children: Vec<Child> = (0..16).map(|_| start(&mut command())).collect();
    let mut said = String::new();
    for child in children {
        let output = child.wait_with_output().expect("the program ends");
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{stdout}{stderr}");
        said.push_str(&stdout);
        said.push_str(&stderr);
    }
    for at in 1..=revisions {
        let name = format!("_step_{at}\n");
        let applied = said.lines().filter(|line| line.starts_with("applied ") && format!("{line}\n").ends_with(&name));
        assert_eq!(applied.count(), 1, "step {at} in\n{said}");
    }
    assert_eq!(state(host), (versions_at(revisions), tables_at(revisions)));
}

#[test]
fn sixteen_upgrades_at_once_apply_each_revision_once() {
    let host = host(8);
    all_at_once(&host, 8, || {
        let mut command = program::cargo_dbmig(host.root());
        command.arg("upgrade");
        command
    });
    let again = host.dbmig(&["upgrade"]).success();
    assert_eq!(again.stdout, "");
    assert_eq!(state(&host), (versions_at(8), tables_at(8)));
}

#[test]
fn sixteen_programs_that_migrate_at_once_apply_each_revision_once() {
    let host = Host::buildable("robust-host");
    write_chain(&host, 4);
    let program = host.build();
    all_at_once(&host, 4, || {
        let mut command = Command::new(&program);
        program::plain(&mut command, host.root());
        command.arg("--migrate");
        command
    });
}

#[test]
fn killed_at_any_moment_the_database_is_at_one_revision_or_the_next() {
    const REVISIONS: usize = 12;
    let host = host(REVISIONS);
    let run = |arguments: &[&str], after: Duration| {
        let mut child = start(program::cargo_dbmig(host.root()).args(arguments));
        std::thread::sleep(after);
        child.kill().ok();
        let killed = child.wait_with_output().expect("the program ends").status.code().is_none();
        let (versions, tables) = state(&host);
        assert_eq!(versions, versions_at(versions.len()), "{arguments:?} killed after {after:?}");
        assert_eq!(tables, tables_at(versions.len()), "{arguments:?} killed after {after:?}");
        killed
    };
    // How long a whole run takes here, so that the moments are spread over one.
    let began = std::time::Instant::now();
    host.dbmig(&["upgrade", "--transaction", "each"]).success();
    let whole = began.elapsed();
    let (mut killed, mut between) = (0, 0);
    for round in 0..48_u32 {
        let after = whole * (5 + round * 37 % 100) / 100;
        let reached = state(&host).0.len();
        let target: &[&str] = match (reached, round % 4) {
            (REVISIONS, _) => &["downgrade", "base"],
            (_, 3) => &["downgrade", "base"],
            (_, 2) => &["upgrade", "--transaction", "all"],
            _ => &["upgrade", "--transaction", "each"],
        };
        killed += usize::from(run(target, after));
        between += usize::from((1..REVISIONS).contains(&state(&host).0.len()));
    }
    assert!(killed >= 8 && between >= 4, "of 48 runs {killed} were killed, and {between} left off midway");
    host.dbmig(&["upgrade"]).success();
    assert_eq!(state(&host), (versions_at(REVISIONS), tables_at(REVISIONS)));
}

/// Every file of a host with its content.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = WalkDir::new(root).into_iter().map(|entry| entry.expect("the folder can be read"));
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().display().to_string(), std::fs::read(entry.path()).expect("a file"))).collect()
}

/// Runs a command that must refuse: exit code 2, one error that says this, and no file changed or made.
#[track_caller]
fn refused(host: &Host, arguments: &[&str], says: &str) {
    let before = files(host.root());
    let output = host.dbmig(arguments);
    let after = files(host.root());
    assert_eq!(output.code, Some(2), "{arguments:?}: {}", output.story());
    assert!(output.stderr.contains(says), "{arguments:?} says:\n{}", output.stderr);
    let errors = output.stderr.lines().filter(|line| line.starts_with("error")).count();
    assert_eq!(errors, 1, "{arguments:?} says:\n{}", output.stderr);
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
    assert_eq!(output.stdout, "", "{arguments:?}");
    let changed: Vec<&String> =
        after.keys().chain(before.keys()).filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(changed.is_empty(), "{arguments:?} changed {changed:?}");
    // In JSON the error is an answer too, with the same exit code.
    let json = host.dbmig(&[arguments, &["--json"]].concat());
    assert_eq!(json.code, Some(2), "{arguments:?} --json");
    let answer: serde_json::Value = serde_json::from_str(&json.stdout).expect("an answer in JSON");
    assert!(answer["error"]["message"].is_string(), "{}", json.stdout);
}

const NEEDS_DATABASE: [&[&str]; 5] = [&["upgrade"], &["downgrade"], &["current"], &["stamp"], &["redo"]];

#[test]
fn a_file_that_is_no_database_is_refused() {
    let host = host(2);
    host.write("app.db", "This is a shopping list, not a database.\n".repeat(200));
    for arguments in NEEDS_DATABASE {
        refused(&host, arguments, "not a database");
    }
}

#[test]
fn a_folder_in_the_databases_place_is_refused() {
    let host = host(2);
    std::fs::create_dir(host.path("app.db")).unwrap();
    for arguments in NEEDS_DATABASE {
        refused(&host, arguments, "app.db");
    }
}

#[test]
#[cfg(unix)]
fn a_database_that_may_not_be_written_is_refused() {
    let host = host(2);
    host.dbmig(&["upgrade", "+1"]).success();
    // By its URL: the file's own rights would not stop a test that runs as root.
    host.write(".env", format!("DATABASE_URL=file:{}?mode=ro\n", host.path("app.db").display()));
    for arguments in [&["upgrade"], &["downgrade"], &["stamp"], &["redo"]] {
        refused(&host, arguments, "the database is read-only");
    }
    let current = host.dbmig(&["current"]).success();
    assert!(current.stdout.contains("step 1"), "{}", current.stdout);
}

#[test]
fn an_unknown_revision_in_the_ledger_is_named() {
    let host = host(2);
    host.dbmig(&["upgrade"]).success();
    connect(&host).batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231235959')").unwrap();
    for arguments in [&["upgrade"], &["downgrade"], &["redo"]] {
        refused(&host, arguments, "20991231235959");
    }
}

#[test]
fn selectors_that_mean_nothing_or_too_much_are_refused() {
    let host = host(3);
    host.dbmig(&["upgrade", "+2"]).success();
    for command in ["upgrade", "downgrade", "stamp", "show"] {
        refused(&host, &[command, "step"], "ambiguous");
        refused(&host, &[command, "2026"], "ambiguous");
        refused(&host, &[command, "teapot"], "teapot");
        refused(&host, &[command, ""], "");
    }
    refused(&host, &["upgrade", "+9"], "+9");
    refused(&host, &["downgrade", "-9"], "-9");
}

#[test]
fn folders_and_files_that_are_missing_or_broken_are_named() {
    let all: [&[&str]; 6] =
        [&["upgrade"], &["downgrade"], &["heads"], &["history"], &["current"], &["migrate", "-m", "x"]];
    for (break_it, says) in [
        ((|host| std::fs::remove_dir_all(host.path("migrations")).expect("a folder")) as fn(&Host), "migrations"),
        (|host| host.write("Cargo.toml", "[package\nname = 1"), "Cargo.toml"),
        (|host| std::fs::remove_file(host.path("Cargo.toml")).expect("a file"), "Cargo.toml"),
        (
            |host| host.write("Cargo.toml", "[package]\nname = \"a\"\n[package.metadata.dbmig]\nbackends = 1\n"),
            "backends",
        ),
        (|host| host.write("migrations/2026-11-21-100002_step_2/metadata.toml", b"\xff"), "UTF-8"),
        (|host| host.write("migrations/2026-11-21-100002_step_2/metadata.toml", "revises ="), "metadata.toml"),
        (|host| std::fs::create_dir(host.path("migrations/notes")).expect("a folder"), "notes"),
        (|host| host.write("migrations/20261121100002_again/up.sql", "SELECT 1;\n"), "20261121100002"),
    ] {
        let host = host(2);
        host.dbmig(&["upgrade", "+1"]).success();
        break_it(&host);
        for arguments in all {
            refused(&host, arguments, says);
        }
    }
    // What needs the graph alone reads no SQL, `current` that of the heads that are applied.
    let up = "migrations/2026-11-21-100002_step_2/up.sql";
    for (break_it, says) in [
        ((|host, up| host.write(up, b"SELECT '\xff\xfe';\n")) as fn(&Host, &str), "UTF-8"),
        (|host, up| std::fs::remove_file(host.path(up)).expect("a file"), "up.sql"),
    ] {
        let host = host(2);
        host.dbmig(&["upgrade", "+1"]).success();
        break_it(&host, up);
        for arguments in all {
            match arguments[0] {
                "heads" | "history" | "current" => drop(host.dbmig(arguments).success()),
                _ => refused(&host, arguments, says),
            }
        }
    }
}
