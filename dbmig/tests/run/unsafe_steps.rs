//! Revisions that run without a transaction: they stop midway and go on there.

use dbmig::Request;

use super::*;

fn steps_of(up: &'static str, down: &'static str) -> Bundle<'static> {
    let first = revision("1_first", &[], "CREATE TABLE log (id INTEGER PRIMARY KEY, t TEXT)", "DROP TABLE log");
    let second = Revision { run_in_transaction: false, ..revision("2_steps", &["1"], up, down) };
    bundle(&[first, second])
}

#[test]
fn the_next_run_goes_on_at_the_statement_that_failed() {
    let conn = &mut memory();
    let broken = steps_of(
        "INSERT INTO log (t) VALUES ('a')\nVACUUM\nINSERT INTO nowhere VALUES (1)\nINSERT INTO log (t) VALUES ('b')",
        "",
    );
    let error = broken.upgrade(conn, "heads").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot apply 2_steps: no such table: nowhere\nat: migrations/2_steps/up.sql:3\nin: INSERT INTO nowhere VALUES \
         (1)\napplied before:\n  1_first"
    );
    assert!(error.help().unwrap().starts_with("2 of 4 statements are done"));
    let status = status_of(broken, conn);
    let partial = &status.partial[0];
    assert_eq!((partial.name.as_str(), partial.done, partial.total), ("2_steps", 2, 4));
    assert_eq!((status.pending.len(), ledger(conn).as_str()), (1, "1"));
    assert_eq!(
        shown(broken.downgrade(conn, "-1")),
        "cannot downgrade: 2_steps stopped midway, with 2 of 4 statements done"
    );
    // What was done must be what it was.
    let edited = steps_of("INSERT INTO log (t) VALUES ('A')\nVACUUM\nSELECT 1", "");
    assert_eq!(
        shown(edited.upgrade(conn, "heads")),
        "2_steps stopped after statement 2, and what it had done has been edited since"
    );
    let mended = steps_of(
        "INSERT INTO log (t) VALUES ('a')\nVACUUM\nSELECT 1\nINSERT INTO log (t) VALUES ('b')",
        "DELETE FROM log\nDELETE FROM nowhere",
    );
    let mut log = Vec::new();
    mended.run(conn, Request::Upgrade { targets: &["heads"] }, observed(&mut log)).unwrap();
    assert_eq!(log, ["Resumed { name: \"2_steps\", done: 2, total: 4 }", "up 2_steps"]);
    assert_eq!(ask(conn, "SELECT t AS c FROM log ORDER BY id"), "a b");
    assert!(status_of(mended, conn).is_up_to_date());
    // Down likewise.
    mended.downgrade(conn, "-1").unwrap_err();
    assert_eq!((status_of(mended, conn).partial[0].done, ledger(conn).as_str()), (1, "1 2"));
    exec(conn, "CREATE TABLE nowhere (id INTEGER)");
    mended.downgrade(conn, "-1").unwrap();
    assert_eq!((status_of(mended, conn).partial.len(), ledger(conn).as_str()), (0, "1"));
}

/// Whatever a way down has undone already, an upgrade would build on it.
#[test]
fn an_upgrade_refuses_what_stopped_on_its_way_down() {
    let conn = &mut memory();
    let bundle = steps_of(
        "INSERT INTO log (t) VALUES ('a')\nINSERT INTO log (t) VALUES ('b')",
        "DELETE FROM log WHERE t = 'b'\nDELETE FROM nowhere",
    );
    bundle.upgrade(conn, "heads").unwrap();
    bundle.downgrade(conn, "-1").unwrap_err();
    let refused = "cannot upgrade: 2_steps stopped on its way down, with 1 of 2 statements done";
    for targets in ["heads", "2"] {
        let error = bundle.upgrade(conn, targets).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.kind()), (refused, "half-reverted"));
        let help = error.help().unwrap();
        assert!(help.starts_with("finish it with `cargo dbmig downgrade 2@-1`; or put"), "{help}");
    }
    exec(conn, "CREATE TABLE nowhere (id INTEGER)");
    // Redo goes down first, from where it stopped.
    bundle.run(conn, Request::Redo { target: "-1" }, Options::default()).unwrap();
    assert_eq!(ask(conn, "SELECT t AS c FROM log ORDER BY id"), "a a b");
    exec(conn, "DROP TABLE nowhere");
    bundle.downgrade(conn, "-1").unwrap_err();
    // Whoever has put it right by hand says so.
    bundle.stamp(conn, "current").unwrap();
    assert_eq!(bundle.upgrade(conn, "heads").unwrap().steps.len(), 0);
    assert_eq!((status_of(bundle, conn).partial.len(), ledger(conn).as_str()), (0, "1 2"));
}

/// What it says reverts that revision and no other, wherever it stands.
#[test]
fn what_finishes_a_way_down_leaves_other_branches_alone() {
    let half = |name, parents| Revision {
        run_in_transaction: false,
        ..revision(name, parents, "SELECT 1", "SELECT 1\nDELETE FROM nowhere")
    };
    let plain = |name, parents| revision(name, parents, "SELECT 1", "SELECT 1");
    for (revisions, left) in [
        (vec![half("1_half", &[]), plain("2_root", &[])], "2"),
        (vec![plain("1_root", &[]), half("2_half", &["1"]), plain("3_beside", &["1"])], "1 3"),
        (vec![plain("1_a", &[]), plain("2_b", &[]), half("3_half", &["1", "2"])], "1 2"),
    ] {
        let (conn, bundle) = (&mut memory(), bundle(&revisions));
        bundle.upgrade(conn, "heads").unwrap();
        let half = revisions.iter().find(|one| !one.run_in_transaction).unwrap().version;
        let target = format!("{half}@-1");
        bundle.downgrade(conn, &target).unwrap_err();
        let help = bundle.upgrade(conn, "heads").unwrap_err().help().unwrap();
        assert!(help.contains(&format!("`cargo dbmig downgrade {target}`")), "{help}");
        exec(conn, "CREATE TABLE nowhere (id INTEGER)");
        bundle.downgrade(conn, &target).unwrap();
        assert_eq!(ledger(conn), left);
    }
}

#[test]
fn nothing_has_stopped_midway_where_the_first_statement_fails() {
    let conn = &mut memory();
    let bundle = steps_of("INSERT INTO log (t) VALUES ('a')", "DELETE FROM nowhere\nDELETE FROM log");
    let broken = steps_of("INSERT INTO nowhere VALUES (1)\nVACUUM", "");
    let error = broken.upgrade(conn, "heads").unwrap_err();
    assert_eq!(error.help().unwrap(), "nothing of this revision was kept; mend the statement and run this again");
    assert_eq!(ask(conn, "SELECT count(*) AS c FROM __dbmig_journal WHERE version = '2'"), "0");
    bundle.upgrade(conn, "heads").unwrap();
    let row = "SELECT direction || statements_done || finished AS c FROM __dbmig_journal WHERE version = '2'";
    let before = ask(conn, row);
    let error = bundle.downgrade(conn, "-1").unwrap_err();
    assert!(error.help().unwrap().starts_with("nothing of this revision was kept"), "{:?}", error.help());
    assert_eq!(ask(conn, row), before);
    assert!(status_of(bundle, conn).is_up_to_date());
    // Another process that was killed there may have done more than it has noted.
    exec(
        conn,
        "UPDATE __dbmig_journal SET direction = 'down', statements_done = 0, finished = NULL WHERE version = '2'",
    );
    bundle.downgrade(conn, "-1").unwrap_err();
    assert_eq!(status_of(bundle, conn).partial.len(), 1);
}

#[test]
fn a_stamp_settles_what_stopped_midway() {
    let conn = &mut memory();
    let broken = steps_of("CREATE TABLE x (id INTEGER)\nINSERT INTO nowhere VALUES (1)", "");
    broken.upgrade(conn, "heads").unwrap_err();
    broken.stamp(conn, "current").unwrap();
    assert_eq!((status_of(broken, conn).partial.len(), ledger(conn).as_str()), (0, "1"));
    exec(conn, "DROP TABLE x");
    broken.upgrade(conn, "heads").unwrap_err();
    broken.stamp(conn, "head").unwrap();
    assert!(status_of(broken, conn).is_up_to_date());
}

/// A transaction that the script begins itself takes its journal along when it is rolled back.
#[test]
fn a_transaction_within_the_script_counts_as_one() {
    let conn = &mut memory();
    let text = "INSERT INTO log (t) VALUES ('a')\nBEGIN\nINSERT INTO log (t) VALUES ('b')\nINSERT INTO later VALUES (1)\nCOMMIT";
    let bundle = steps_of(text, "");
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert!(error.help().unwrap().starts_with("1 of 5 statements are done"), "{:?}", error.help());
    exec(conn, "CREATE TABLE later (id INTEGER)");
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(ask(conn, "SELECT t AS c FROM log ORDER BY id"), "a b");
}

/// A process that is killed after the script's own COMMIT and before its note doesn't run it again.
#[test]
fn a_commit_that_was_not_noted_was_done() {
    let conn = &mut memory();
    let bundle = steps_of("BEGIN\nINSERT INTO log (t) VALUES ('a')\nCOMMIT\nINSERT INTO later VALUES (1)", "");
    bundle.upgrade(conn, "heads").unwrap_err();
    let two = "SELECT done_checksum AS c FROM __dbmig_journal WHERE version = '2'";
    let three = ask(conn, two);
    // What the database looks like then.
    let statements: Vec<&str> = bundle.revisions[1].up.statements[..2].iter().map(|statement| statement.sql).collect();
    let checksum = Checksum::of_tokens(statements);
    assert_ne!(checksum.to_string(), three);
    exec(
        conn,
        &format!("UPDATE __dbmig_journal SET statements_done = 2, done_checksum = '{checksum}' WHERE version = '2'"),
    );
    exec(conn, "CREATE TABLE later (id INTEGER)");
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(ask(conn, "SELECT t AS c FROM log"), "a");
}

#[test]
fn a_change_of_the_journal_mode_leaves_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let (mut one, mut two) = (connect(&path), connect(&path));
    let bundle = steps_of(
        "PRAGMA journal_mode = WAL\nINSERT INTO log (t) VALUES ('a')",
        "DELETE FROM log\nPRAGMA journal_mode = DELETE",
    );
    bundle.upgrade(&mut one, "heads").unwrap();
    exec(&mut two, "INSERT INTO log (t) VALUES ('b')");
    exec(&mut one, "INSERT INTO log (t) VALUES ('c')");
    assert_eq!(ask(&mut two, "SELECT t AS c FROM log ORDER BY id"), "a b c");
    drop(two);
    bundle.downgrade(&mut one, "-1").unwrap();
    assert_eq!(ask(&mut connect(&path), "SELECT count(*) AS c FROM log"), "0");
}

#[test]
fn what_needs_no_transaction_is_refused_within_one() {
    let (bundle, conn) = (steps_of("VACUUM", ""), &mut memory());
    let refused = conn.transaction(|conn| QueryResult::Ok(shown(bundle.upgrade(conn, "heads")))).unwrap();
    assert_eq!(refused, "2_steps runs without a transaction, which can't be done within the caller's");
    let all = Options { transaction: dbmig::TransactionMode::All, ..Options::default() };
    assert_eq!(
        shown(bundle.run(conn, Request::Upgrade { targets: &["heads"] }, all)),
        "2_steps runs without a transaction, so that one can't hold the whole run"
    );
    assert_eq!(everything(conn), "");
}

#[test]
fn a_script_in_a_transaction_ends_none() {
    let bundle = bundle(&[revision("1_x", &[], "CREATE TABLE x (id INTEGER)\nCOMMIT", "")]);
    let conn = &mut memory();
    assert_eq!(
        shown(bundle.upgrade(conn, "heads")),
        "migrations/1_x/up.sql:2: `COMMIT` in a script that runs in a transaction"
    );
    assert_eq!(everything(conn), "");
}

/// What a process that was killed had set up for its connection alone is gone when the next one goes on.
#[test]
fn the_next_process_has_the_settings_of_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let bundle = steps_of(
        "CREATE TABLE child (t TEXT REFERENCES log (t))
         PRAGMA legacy_alter_table = ON
         INSERT INTO later VALUES (1)
         ALTER TABLE log RENAME TO log_old",
        "",
    );
    bundle.upgrade(&mut connect(&path), "heads").unwrap_err();
    let conn = &mut connect(&path);
    exec(conn, "CREATE TABLE later (id INTEGER); PRAGMA foreign_keys = OFF");
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(
        ask(conn, "SELECT sql AS c FROM sqlite_master WHERE name = 'child'"),
        "CREATE TABLE child (t TEXT REFERENCES log (t))"
    );
    assert_eq!(pragma(conn, "legacy_alter_table"), "0");
}

/// A process that is killed within the guard of a rebuild takes the guard's temporary table along.
#[test]
fn a_guard_runs_as_a_whole() {
    let guard = "CREATE TEMPORARY TABLE __dbmig_foreign_keys_off (foreign_keys INTEGER CHECK (foreign_keys = 0)) -- foreign keys off
                 INSERT INTO temp.__dbmig_foreign_keys_off SELECT foreign_keys FROM pragma_foreign_keys
                 DROP TABLE temp.__dbmig_foreign_keys_off
                 INSERT INTO later VALUES (1)";
    for killed_after in 0..=3 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db");
        let bundle = steps_of(guard, "");
        bundle.upgrade(&mut connect(&path), "heads").unwrap_err();
        let conn = &mut connect(&path);
        let done = bundle.revisions[1].up.statements.iter().take(killed_after).map(|statement| statement.sql);
        let checksum = Checksum::of_tokens(done);
        let set = format!("statements_done = {killed_after}, done_checksum = '{checksum}'");
        exec(conn, &format!("CREATE TABLE later (id INTEGER); UPDATE __dbmig_journal SET {set} WHERE version = '2'"));
        bundle.upgrade(conn, "heads").unwrap();
        assert!(status_of(bundle, conn).is_up_to_date(), "{killed_after}");
    }
}

/// The way back that was begun is the one that goes on, also where this checkout has another one or none.
#[test]
fn a_way_back_from_the_journal_goes_on_too() {
    let bundle = steps_of("SELECT 1", "INSERT INTO log (t) VALUES ('back')\nINSERT INTO later VALUES (1)");
    let older = super::bundle(&bundle.revisions[..1]);
    let edited = steps_of("SELECT 2", "SELECT 3");
    for other in [older, edited] {
        let conn = &mut memory();
        bundle.upgrade(conn, "heads").unwrap();
        other.downgrade(conn, "-1").unwrap_err();
        assert_eq!(status_of(other, conn).partial[0].done, 1);
        exec(conn, "CREATE TABLE later (id INTEGER)");
        other.downgrade(conn, "-1").unwrap();
        assert_eq!((ask(conn, "SELECT t AS c FROM log"), ledger(conn)), ("back".to_owned(), "1".to_owned()));
    }
}
