//! A revision that replaces others, on servers: databases that ran those, a part of them, or none.

use dbmig::driver::Driver;
use dbmig_tests::server::{Server, Speaks};

use super::*;

fn line(backend: Backend) -> Bundle<'static> {
    bundle(
        backend,
        &[
            revision("1_users", &[], "CREATE TABLE users (id INT PRIMARY KEY)", "DROP TABLE users"),
            revision("2_ada", &["1"], "INSERT INTO users (id) VALUES (1)", "DELETE FROM users"),
            revision("3_tags", &["2"], "CREATE TABLE tags (id INT PRIMARY KEY)", "DROP TABLE tags"),
        ],
    )
}

fn squashed(backend: Backend) -> Bundle<'static> {
    let all = revision(
        "3_all",
        &[],
        "CREATE TABLE users (id INT PRIMARY KEY)\n;\nINSERT INTO users (id) VALUES (1)\n;\nCREATE TABLE tags (id INT PRIMARY KEY)",
        "DROP TABLE tags\n;\nDELETE FROM users\n;\nDROP TABLE users",
    );
    let next = revision("4_likes", &["3"], "CREATE TABLE likes (id INT PRIMARY KEY)", "DROP TABLE likes");
    bundle(backend, &[Revision { replaces: &["1", "2"], ..all }, next])
}

fn ledger<C: Speaks>(server: &mut Server<C>) -> String {
    server.lines("SELECT version AS line FROM __diesel_schema_migrations ORDER BY version").join(" ")
}

fn play<C: Speaks + Driver>(new: impl Fn() -> Server<C>) {
    let (line, squashed) = (line(C::BACKEND), squashed(C::BACKEND));

    // None of them.
    let mut server = new();
    assert_eq!(steps(&squashed.upgrade(&mut server.connection, "heads").unwrap()), "up 3, up 4");
    assert_eq!(ledger(&mut server), "3 4");
    assert_eq!(steps(&squashed.downgrade(&mut server.connection, "base").unwrap()), "down 4, down 3");
    assert_eq!(ledger(&mut server), "");

    // All of them.
    let mut server = new();
    line.upgrade(&mut server.connection, "heads").unwrap();
    let status = squashed.status(&mut server.connection).unwrap();
    assert!(status.unknown.is_empty() && status.current == ["3_all"] && status.pending == ["4_likes"], "{status:?}");
    assert_eq!(steps(&squashed.upgrade(&mut server.connection, "heads").unwrap()), "up 4");
    assert_eq!(steps(&squashed.downgrade(&mut server.connection, "base").unwrap()), "down 4, down 3");
    assert_eq!(ledger(&mut server), "");
    assert!(server.connection.rows("SELECT version FROM __dbmig_journal").unwrap().is_empty());

    // A part of them: on to the end, or back.
    let mut server = new();
    line.upgrade(&mut server.connection, "2").unwrap();
    let said = shown(squashed.upgrade(&mut server.connection, "heads"));
    assert_eq!(
        said,
        "cannot upgrade: the database has 2 of the 3 revisions that are now one, 3_all\napplied:\n  1_users\n  2_ada"
    );
    line.upgrade(&mut server.connection, "heads").unwrap();
    assert_eq!(steps(&squashed.upgrade(&mut server.connection, "heads").unwrap()), "up 4");
    let mut server = new();
    line.upgrade(&mut server.connection, "2").unwrap();
    assert_eq!(steps(&squashed.downgrade(&mut server.connection, "base").unwrap()), "down 2, down 1");
    assert_eq!(steps(&squashed.upgrade(&mut server.connection, "heads").unwrap()), "up 3, up 4");
}

#[test]
fn on_postgresql() {
    play(Server::postgres);
}

#[test]
fn on_mariadb() {
    play(Server::mysql);
}
