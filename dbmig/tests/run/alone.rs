//! One migrator at a time.

use std::time::Duration;

use dbmig::Request;

use super::*;

/// Whoever comes first does it; nobody fails, nothing runs twice.
fn together(bundle: Bundle<'static>, wal: bool) -> (usize, SqliteConnection, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    if wal {
        exec(&mut connect(&path), "PRAGMA journal_mode = WAL");
    }
    let start = std::sync::Barrier::new(16);
    let done: usize = std::thread::scope(|scope| {
        let migrate = || {
            let mut conn = connect(&path);
            start.wait();
            bundle.upgrade(&mut conn, "heads").unwrap().steps.len()
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    (done, connect(&path), folder)
}

#[test]
fn sixteen_at_once_on_a_new_file() {
    for wal in [false, true] {
        let (done, mut conn, _folder) = together(line(), wal);
        assert_eq!((done, ledger(&mut conn).as_str()), (3, "1 2 3"));
    }
}

#[test]
fn sixteen_at_once_statement_by_statement() {
    let insert = "CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY)\nINSERT INTO log DEFAULT VALUES\nINSERT INTO log DEFAULT VALUES";
    let steps =
        |name, parents: &[&'static str]| Revision { run_in_transaction: false, ..revision(name, parents, insert, "") };
    for wal in [false, true] {
        let (done, mut conn, _folder) = together(bundle(&[steps("1_a", &[]), steps("2_b", &["1"])]), wal);
        assert_eq!((done, ask(&mut conn, "SELECT count(*) AS c FROM log").as_str()), (2, "4"));
    }
}

#[test]
fn a_lock_that_is_held_is_waited_for_and_then_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let (mut holder, mut waiter) = (connect(&path), connect(&path));
    exec(&mut holder, "BEGIN IMMEDIATE");
    exec(&mut waiter, "PRAGMA busy_timeout = 77");
    let impatient = || Options { lock_timeout: Duration::from_millis(50), ..Options::default() };
    let outcome = line().run(&mut waiter, Request::Upgrade { targets: &["heads"] }, impatient());
    assert_eq!(shown(outcome), "the database is locked by another process, for longer than 0.05 s");
    assert_eq!(pragma(&mut waiter, "busy_timeout"), "77");
    exec(&mut holder, "COMMIT");
    line().run(&mut waiter, Request::Upgrade { targets: &["heads"] }, impatient()).unwrap();
    // Where nothing is to be done, nothing is locked.
    exec(&mut holder, "BEGIN IMMEDIATE");
    line().run(&mut waiter, Request::Upgrade { targets: &["heads"] }, impatient()).unwrap();
    assert_eq!(pragma(&mut waiter, "busy_timeout"), "77");
}
