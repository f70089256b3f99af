//! Bundles against real SQLite databases.

#![expect(clippy::unwrap_used, reason = "a test that fails to set up shall panic")]

mod alone;
#[cfg(feature = "clap")]
mod arguments;
mod checks;
mod foreign_keys;
mod harness;
mod journal;
mod squash;
mod steps;
mod trouble;
mod unsafe_steps;

use std::path::Path;

use dbmig::checksum::Checksum;
use dbmig::version::Version;
use dbmig::{Backend, Bundle, Error, Event, Options, Report, Revision, Script, Statement, Status};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

/// A bundle from lines of SQL; what it borrows is leaked, as in a program.
fn bundle(revisions: &[Revision<'static>]) -> Bundle<'static> {
    Bundle {
        backend: Backend::Sqlite,
        version_table: "__diesel_schema_migrations",
        version_table_schema: None,
        revisions: leak(revisions.to_vec()),
    }
}

/// A revision; its scripts hold one statement a line, `check MESSAGE: SELECT …` for a check.
fn revision(name: &'static str, parents: &[&'static str], up: &'static str, down: &'static str) -> Revision<'static> {
    Revision {
        name,
        path: String::leak(format!("migrations/{name}")),
        version: String::leak(Version::of_folder(name).to_string()),
        message: name,
        parents: leak(parents.to_vec()),
        depends_on: &[],
        labels: &[],
        replaces: &[],
        irreversible: None,
        run_in_transaction: true,
        up: script(up),
        down: (!down.is_empty()).then(|| script(down)),
    }
}

/// What a database has of a chain; what is told of it in short must say the same.
fn status_of(bundle: Bundle<'_>, conn: &mut SqliteConnection) -> Status {
    let status = bundle.status(conn).unwrap();
    let position = bundle.position(conn).unwrap();
    assert_eq!((&position.unknown, &position.partial), (&status.unknown, &status.partial));
    let applied = status.applied.iter().map(|one| &one.version).chain(status.unknown.iter().map(|one| &one.version));
    let is_replaced = |version: &str| bundle.revisions.iter().any(|one| one.replaces.contains(&version));
    let mut applied: Vec<&str> = applied.map(String::as_str).collect();
    applied.sort_unstable();
    let all: Vec<&str> = position.applied.iter().map(Version::as_str).collect();
    assert!(all.iter().all(|version| applied.contains(version) || is_replaced(version)), "{all:?}");
    assert!(applied.iter().all(|version| all.contains(version)), "{applied:?}");
    let edited = status.applied.iter().filter(|one| one.edited == Some(true)).map(|one| one.name.clone());
    let in_full: Vec<String> = edited.filter(|name| !status.partial.iter().any(|one| one.name == *name)).collect();
    assert_eq!(bundle.edited(conn).unwrap(), in_full);
    status
}

fn script(text: &'static str) -> Script<'static> {
    let statements: Vec<Statement<'static>> = (1..)
        .zip(text.lines())
        .map(|(line, sql)| {
            let check = sql.trim().strip_prefix("check ").and_then(|rest| rest.split_once(": "));
            let (check, sql) = check.map_or((None, sql), |(message, sql)| (Some(message), sql));
            Statement { sql: sql.trim(), line, check }
        })
        .filter(|statement| !statement.sql.is_empty())
        .collect();
    let tokens = statements.iter().flat_map(|statement| statement.sql.split_whitespace());
    Script {
        checksum: String::leak(Checksum::of_tokens(tokens).to_string()),
        foreign_keys_off: text.contains("foreign keys off"),
        statements: leak(statements),
    }
}

fn leak<T>(list: Vec<T>) -> &'static [T] {
    Vec::leak(list)
}

/// `1_users`, `2_posts`, `3_tags` on a line.
fn line() -> Bundle<'static> {
    bundle(&[
        revision("1_users", &[], "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)", "DROP TABLE users"),
        revision("2_posts", &["1"], "CREATE TABLE posts (id INTEGER PRIMARY KEY)", "DROP TABLE posts"),
        revision("3_tags", &["2"], "CREATE TABLE tags (id INTEGER PRIMARY KEY)", "DROP TABLE tags"),
    ])
}

fn memory() -> SqliteConnection {
    SqliteConnection::establish(":memory:").unwrap()
}

fn connect(path: &Path) -> SqliteConnection {
    dbmig::driver::sqlite::open(path.to_str().unwrap()).unwrap()
}

fn exec(conn: &mut SqliteConnection, sql: &str) {
    conn.batch_execute(sql).unwrap();
}

#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    cell: Option<String>,
}

/// The cells of a query with one column, joined by spaces.
fn ask(conn: &mut SqliteConnection, sql: &str) -> String {
    let sql = format!("SELECT CAST(c AS TEXT) AS cell FROM ({sql})");
    let cells: Vec<Cell> = diesel::sql_query(sql).load(conn).unwrap();
    cells.into_iter().map(|cell| cell.cell.unwrap_or("NULL".to_owned())).collect::<Vec<_>>().join(" ")
}

/// Everything in the schema but the ledger and the journal.
fn tables(conn: &mut SqliteConnection) -> String {
    ask(
        conn,
        "SELECT name AS c FROM sqlite_master WHERE name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY 1",
    )
}

/// Everything in the schema at all.
fn everything(conn: &mut SqliteConnection) -> String {
    ask(conn, "SELECT name AS c FROM sqlite_master ORDER BY 1")
}

fn ledger(conn: &mut SqliteConnection) -> String {
    ask(conn, "SELECT version AS c FROM __diesel_schema_migrations ORDER BY 1")
}

fn pragma(conn: &mut SqliteConnection, name: &str) -> String {
    let column = if name == "busy_timeout" { "timeout" } else { name };
    ask(conn, &format!("SELECT {column} AS c FROM pragma_{name}"))
}

fn steps(report: &Report) -> String {
    let step = |step: &dbmig::runner::ReportStep| format!("{} {}", step.direction, step.version);
    report.steps.iter().map(step).collect::<Vec<_>>().join(", ")
}

fn versions(status: &Status) -> String {
    status.applied.iter().map(|applied| applied.version.as_str()).collect::<Vec<_>>().join(" ")
}

/// What a run tells its observer, a line each.
fn observed(log: &mut Vec<String>) -> Options<'_> {
    Options::observed(|event| {
        log.push(match event {
            Event::Started { .. } => return,
            Event::Finished { name, direction } => format!("{direction} {name}"),
            other => format!("{other:?}"),
        });
    })
}

#[track_caller]
fn shown(outcome: Result<Report, Error>) -> String {
    let error = outcome.unwrap_err();
    assert!(error.help().is_none_or(|help| !help.is_empty()));
    error.to_string()
}
