//! Single changes, one at a time, on each database with rows in its tables: found, run, rows kept, nothing left, and
//! back again. `tests/cases/changes` says which, and `tests/cases/changes.md` what is found for each (`BLESS=1` writes it).

mod case;
mod run;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cargo_dbmig::render::create_table;
use dbmig::Backend;
use dbmig_build::schema::{Name, ObjectName, Table};
use dbmig_tests::server::Server;
use dbmig_tests::text_diff::diff;
use diesel::SqliteConnection;
use diesel::prelude::*;

use case::Case;
use run::Outcome;

const BACKENDS: [Backend; 3] = [Backend::Sqlite, Backend::Postgres, Backend::Mysql];

const HEAD: &str = "# What is found of single changes

The changes of `cases/changes`, each made alone, with rows in the tables. Each cell says which changes are found; all of them run, keep
the rows, leave nothing to be found, and are undone by their way back. `none`: nothing is found, which is right where nothing changed, and for
the order of columns, which is no difference. `-`: the database has no such thing, or the case is about another one.

`from` is what says both schemas: models, or SQL where models have no words for it. The last two columns are what Alembic 1.20 reports of
the same change (in brackets: with every option on), as it was measured; the rows without them were not.

| | change | from | SQLite | PostgreSQL | MariaDB | Alembic, SQLite | Alembic, PostgreSQL |
|---|---|---|---|---|---|---|---|
";

#[test]
fn single_changes_are_found_made_and_undone() {
    let cases = case::read(Path::new("cases/changes"));
    // What was measured of Alembic: 91 changes, and four that are none.
    assert_eq!(cases.iter().filter(|case| case.alembic.is_some()).count(), 95);
    let only = std::env::var("CASE").ok();
    let cases: Vec<Case> =
        cases.into_iter().filter(|case| only.as_ref().is_none_or(|only| case.title().contains(only))).collect();
    let mut found: BTreeMap<(usize, usize), Outcome> = BTreeMap::new();
    for (column, backend) in BACKENDS.into_iter().enumerate() {
        let mut tried = |at: usize, outcome: Outcome| drop(found.insert((at, column), outcome));
        let is_written = create_table(&Table::new(ObjectName::unqualified(Name::new("t", backend))), backend).is_ok();
        let due = cases.iter().enumerate().filter(|(_, case)| is_written && case.backends.contains(&backend));
        match backend {
            Backend::Sqlite => {
                for (at, case) in due {
                    let mut connection = SqliteConnection::establish(":memory:").unwrap();
                    tried(at, run::run(case, true, &mut connection));
                }
            }
            Backend::Postgres => {
                let mut server = Server::postgres();
                for (at, case) in due {
                    tried(
                        at,
                        in_both_styles(|live| {
                            server.run(
                                "DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA public",
                            );
                            run::run(case, live, &mut server.connection)
                        }),
                    );
                }
            }
            Backend::Mysql => {
                let mut server = Server::mysql();
                let name = server.name().to_owned();
                for (at, case) in due {
                    server.run(&format!(
                        "DROP DATABASE {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4; USE {name}"
                    ));
                    // The simple style leaves out words, and changes no order.
                    tried(at, run::run(case, true, &mut server.connection));
                }
            }
        }
    }
    let faults: Vec<String> = (found.iter())
        .filter_map(|((at, column), outcome)| {
            Some(format!("{}, {}: {}", cases[*at].title(), BACKENDS[*column], outcome.as_ref().err()?))
        })
        .collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n\n"));
    if only.is_none() {
        compare(&table(&cases, &found));
    }
}

/// What is found, in both styles; or what is wrong in one.
fn in_both_styles(mut run: impl FnMut(bool) -> Outcome) -> Outcome {
    let simple = run(false).map_err(|error| format!("simple: {error}"))?;
    let live = run(true)?;
    if simple == live { Ok(live) } else { Err(format!("{simple:?} in the simple style, {live:?} in the other")) }
}

fn table(cases: &[Case], found: &BTreeMap<(usize, usize), Outcome>) -> String {
    let mut text = HEAD.to_owned();
    for (at, case) in cases.iter().enumerate() {
        let cell = |column: usize| match found.get(&(at, column)) {
            Some(Ok(kinds)) if kinds.is_empty() => "none".to_owned(),
            Some(Ok(kinds)) => kinds.join(", "),
            _ => "-".to_owned(),
        };
        let cells: Vec<String> = (0..BACKENDS.len()).map(cell).collect();
        let from = if case.is_sql { "SQL" } else { "models" };
        let (sqlite, postgres) = case.alembic.as_ref().map_or(("", ""), |(one, other)| (one, other));
        text +=
            &format!("| {} | {} | {from} | {} | {sqlite} | {postgres} |\n", case.group, case.name, cells.join(" | "));
    }
    text
}

fn compare(actual: &str) {
    let path = Path::new("cases/changes.md");
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != actual && std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
        fs::write(path, actual).unwrap();
        return;
    }
    assert!(expected == actual, "{}\nBLESS=1 accepts this", diff(&expected, actual));
}
