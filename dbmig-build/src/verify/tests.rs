//! Pairs of scripts, and what is said of the second.

use dbmig::version::Version;

use super::*;
use crate::diagnostic::render::{Style, render};
use crate::migration::{Outline, parse_metadata};
use crate::source::Source;
use crate::sql;

const BASE: &str = "CREATE TABLE a (id INTEGER PRIMARY KEY NOT NULL, name TEXT, old TEXT);
CREATE TABLE b (id INTEGER PRIMARY KEY NOT NULL, a_id INTEGER REFERENCES a(id));
CREATE INDEX a_name_idx ON a (name);
CREATE VIEW v AS SELECT id FROM b;";

fn said_of(up: &str, down: &str, metadata: &str) -> String {
    said(BASE, up, down, metadata, Backend::Sqlite)
}

fn said(base: &str, up: &str, down: &str, metadata: &str, backend: Backend) -> String {
    let script = |name: &str, text: &str| sql::split(&Source::new(name, text), backend);
    let mut replay = Replay::new(backend);
    assert!(replay.run(&script("base.sql", base)).diagnostics.is_empty());
    let metadata_source =
        Source::new("metadata.toml", format!("run_in_transaction = true\n[dbmig]\nrevises = []\n{metadata}"));
    let (metadata, places, _) = parse_metadata(&metadata_source, "1_x");
    let (name, path) = ("1_x".to_owned(), "migrations/1_x".to_owned());
    let outline = Outline {
        name,
        version: Version::from("1"),
        path,
        metadata: metadata.into(),
        places: places.into(),
        metadata_source,
    };
    let migration = Migration { outline, up: script("up.sql", up), down: Some(script("down.sql", down)) };
    let replayed = replay.run(&migration.up);
    assert_eq!(render(&replayed.diagnostics, Style::Plain), "", "{up}");
    let found = verify(&migration, &replayed.changes, replay.catalog(), backend);
    found
        .map(|one| one.notes.iter().fold(one.message.clone(), |text, note| format!("{text}; {note}")))
        .unwrap_or_default()
}

#[test]
fn downs_that_restore() {
    for (up, down) in [
        ("SELECT 1;", "SELECT 1;"),
        ("CREATE TABLE c (id INTEGER);", "DROP TABLE c;"),
        (
            "DROP TABLE b; DROP VIEW v;",
            "CREATE TABLE b (id INTEGER PRIMARY KEY NOT NULL, a_id INTEGER REFERENCES a(id)); CREATE VIEW v AS SELECT id FROM b;",
        ),
        ("ALTER TABLE a DROP COLUMN old;", "ALTER TABLE a ADD COLUMN old TEXT;"),
        ("ALTER TABLE a RENAME COLUMN name TO title;", "ALTER TABLE a RENAME COLUMN title TO name;"),
        ("ALTER TABLE a RENAME TO c;", "ALTER TABLE c RENAME TO a;"),
        ("DROP INDEX a_name_idx;", "CREATE INDEX a_name_idx ON a (name);"),
        (
            "CREATE TABLE n (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL, old TEXT); DROP TABLE a; ALTER TABLE n RENAME TO a;",
            "CREATE TABLE n (id INTEGER PRIMARY KEY NOT NULL, name TEXT, old TEXT); DROP TABLE a; ALTER TABLE n RENAME TO a; CREATE INDEX a_name_idx ON a (name);",
        ),
        // A parent and its child, both rebuilt.
        (
            "CREATE TABLE n (id INTEGER PRIMARY KEY NOT NULL, name TEXT, old TEXT, more TEXT); DROP TABLE a; ALTER TABLE n RENAME TO a; \
             CREATE TABLE m (id INTEGER PRIMARY KEY NOT NULL, a_id INTEGER NOT NULL REFERENCES a(id)); DROP TABLE b; ALTER TABLE m RENAME TO b;",
            "CREATE TABLE n (id INTEGER PRIMARY KEY NOT NULL, name TEXT, old TEXT); DROP TABLE a; ALTER TABLE n RENAME TO a; \
             CREATE INDEX a_name_idx ON a (name); \
             CREATE TABLE m (id INTEGER PRIMARY KEY NOT NULL, a_id INTEGER REFERENCES a(id)); DROP TABLE b; ALTER TABLE m RENAME TO b;",
        ),
        // Touches a table that up doesn't, and puts it back.
        ("CREATE TABLE c (id INTEGER);", "DROP TABLE c; ALTER TABLE b RENAME TO z; ALTER TABLE z RENAME TO b;"),
    ] {
        assert_eq!(said_of(up, down, ""), "", "{up} {down}");
    }
}

#[test]
fn downs_that_do_not_restore() {
    const DOES_NOT: &str = "`down.sql` of `1_x` does not restore the schema: ";
    for (up, down, expected) in [
        ("CREATE TABLE c (id INTEGER);", "SELECT 1;", "table `c` is still there"),
        ("DROP TABLE b;", "CREATE TABLE bb (id INTEGER);", "table `b` is not there again; table `bb` is still there"),
        ("ALTER TABLE a DROP COLUMN old;", "SELECT 1;", "column `a.old` is not there again"),
        ("ALTER TABLE a DROP COLUMN old;", "ALTER TABLE a ADD COLUMN old INTEGER;", "column `a.old` differs"),
        ("ALTER TABLE a ADD COLUMN x TEXT;", "SELECT 1;", "column `a.x` is still there"),
        ("DROP INDEX a_name_idx;", "SELECT 1;", "index `a_name_idx` is not there again as it was"),
        ("CREATE INDEX i ON a (old);", "SELECT 1;", "index `i` was not there before"),
        ("DROP VIEW v;", "SELECT 1;", "view `v` is not there again"),
        ("SELECT 1;", "DROP TABLE IF EXISTS b;", "table `b` is not there again"),
        ("SELECT 1;", "DROP INDEX a_name_idx;", "index `a_name_idx` is not there again as it was"),
        ("ALTER TABLE a RENAME TO c;", "SELECT 1;", "table `a` is not there again; table `c` is still there"),
    ] {
        assert_eq!(said_of(up, down, ""), format!("{DOES_NOT}{expected}"), "{up} {down}");
    }
    let said = said_of("SELECT 1;", "DROP TABLE nothing;", "");
    assert!(said.starts_with("`down.sql` of `1_x` can't be replayed: "), "{said}");
}

#[test]
fn some_downs_are_left_alone() {
    let up = "CREATE TABLE c (id INTEGER);";
    for (down, metadata) in [
        ("SELECT 1;", "irreversible = \"why\""),
        ("SELECT 1;", "sealed = \"00000000000000000000000000000000\""),
        ("-- dbmig: allow(down-does-not-restore) on purpose\nSELECT 1;", ""),
    ] {
        assert_eq!(said_of(up, down, metadata), "");
    }
    assert_ne!(said_of(up, "-- dbmig: allow(other)\nSELECT 1;", ""), "");
}

#[test]
fn objects_of_postgres_are_compared() {
    const BASE: &str = "create type mood as enum ('sad'); create schema app; create sequence app.numbers;
        create table t (id serial primary key, m mood); create view v as select id from t; create domain d as text";
    for (up, down, expected) in [
        ("create type size as enum ('s'); create table u (s size)", "drop table u; drop type size", ""),
        ("create type size as enum ('s'); create table u (s size)", "drop table u", "type `size` is still there"),
        ("alter type mood add value 'ok'", "select 1", "type `mood` differs"),
        ("alter domain d set not null", "alter domain d drop not null", ""),
        ("drop domain d", "create domain d as varchar(3)", "type `d` differs"),
        (
            "alter sequence app.numbers increment 2",
            "alter sequence app.numbers increment 3",
            "sequence `app.numbers` differs",
        ),
        (
            "create schema more; drop sequence app.numbers",
            "create sequence app.numbers",
            "schema `more` is still there",
        ),
        ("create table u (id serial)", "select 1", "table `u` is still there"),
        ("alter table t add n serial", "alter table t drop n", ""),
        (
            "alter view v rename to w",
            "alter view w rename to z",
            "view `v` is not there again; view `z` is still there",
        ),
        ("alter view v rename to w", "alter view w rename to v", ""),
        ("comment on table t is 'x'", "comment on table t is 'y'", "the comment of table `t` differs"),
        (
            "create table app.u (id int)",
            "drop table if exists app.u; drop type if exists mood2; drop table if exists t",
            "table `t` is not there again",
        ),
        (
            "create table x (id int)",
            "drop table x; drop sequence if exists app.numbers",
            "sequence `app.numbers` is not there again",
        ),
    ] {
        let expected = match expected {
            "" => String::new(),
            differences => format!("`down.sql` of `1_x` does not restore the schema: {differences}"),
        };
        assert_eq!(said(BASE, up, down, "", Backend::Postgres), expected, "{up} {down}");
    }
}
