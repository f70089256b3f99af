//! Table rebuilds while foreign keys are enforced.

use dbmig::Request;

use super::*;

const REBUILD: &str = "CREATE TABLE p_new (id INTEGER PRIMARY KEY, name TEXT) -- foreign keys off
    INSERT INTO p_new (id) SELECT id FROM p
    DROP TABLE p
    PRAGMA legacy_alter_table = ON
    ALTER TABLE p_new RENAME TO p";

/// A parent with two rows and a child with three, and a second revision.
fn family(second: Revision<'static>) -> (Bundle<'static>, SqliteConnection) {
    let first = "CREATE TABLE p (id INTEGER PRIMARY KEY)
        CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE)
        INSERT INTO p VALUES (1), (2)
        INSERT INTO c VALUES (1, 1), (2, 1), (3, 2)";
    let bundle = bundle(&[revision("1_family", &[], first, "DROP TABLE c\nDROP TABLE p"), second]);
    let mut conn = memory();
    exec(&mut conn, "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 123");
    bundle.upgrade(&mut conn, "1").unwrap();
    (bundle, conn)
}

#[track_caller]
fn unaltered(conn: &mut SqliteConnection) {
    let settings = ["foreign_keys", "busy_timeout", "legacy_alter_table"].map(|name| pragma(conn, name));
    assert_eq!(settings, ["1", "123", "0"]);
}

#[test]
fn a_rebuild_keeps_child_rows_and_restores_the_settings() {
    let (bundle, mut conn) = family(revision("2_rebuild", &["1"], REBUILD, REBUILD));
    let conn = &mut conn;
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(ask(conn, "SELECT count(*) AS c FROM c"), "3");
    unaltered(conn);
    bundle.downgrade(conn, "-1").unwrap();
    assert_eq!(ask(conn, "SELECT count(*) AS c FROM c"), "3");
    unaltered(conn);
}

#[test]
fn a_rebuild_that_orphans_rows_is_refused() {
    let (bundle, mut conn) =
        family(revision("2_rebuild", &["1"], "DELETE FROM p WHERE id = 1 -- foreign keys off", ""));
    let conn = &mut conn;
    assert_eq!(
        shown(bundle.upgrade(conn, "heads")),
        "2_rebuild (up) would leave rows that refer to nothing\nrows:\n  row 1 of c refers to a row of p that doesn't \
         exist\n  row 2 of c refers to a row of p that doesn't exist"
    );
    assert_eq!((ledger(conn).as_str(), ask(conn, "SELECT count(*) AS c FROM p").as_str()), ("1", "2"));
    unaltered(conn);
}

#[test]
fn rows_that_were_orphans_before_are_no_reason_to_refuse() {
    let (bundle, mut conn) = family(revision("2_rebuild", &["1"], REBUILD, ""));
    let conn = &mut conn;
    exec(conn, "PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (4, 99); PRAGMA foreign_keys = ON");
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(ask(conn, "SELECT count(*) AS c FROM c"), "4");
    unaltered(conn);
}

#[test]
fn a_rebuild_that_fails_restores_everything() {
    let broken = "DROP TABLE c -- foreign keys off\nPRAGMA legacy_alter_table = ON\nINSERT INTO nowhere VALUES (1)";
    let (bundle, mut conn) = family(revision("2_rebuild", &["1"], broken, ""));
    let conn = &mut conn;
    assert!(shown(bundle.upgrade(conn, "heads")).starts_with("cannot apply 2_rebuild: no such table: nowhere"));
    assert_eq!(tables(conn), "c p");
    unaltered(conn);
}

/// Foreign keys stay on for the revisions beside a rebuild, also on a new database.
#[test]
fn a_rebuild_does_not_switch_cascades_off_elsewhere() {
    let (bundle, _) = family(revision("2_rebuild", &["1"], REBUILD, ""));
    let mut revisions = bundle.revisions.to_vec();
    revisions.push(revision("3_delete", &["2"], "DELETE FROM p WHERE id = 1", ""));
    let conn = &mut memory();
    exec(conn, "PRAGMA foreign_keys = ON");
    super::bundle(&revisions).upgrade(conn, "heads").unwrap();
    assert_eq!(ask(conn, "SELECT id AS c FROM c"), "3");
}

#[test]
fn within_the_callers_transaction_a_rebuild_is_refused() {
    let (bundle, mut conn) = family(revision("2_rebuild", &["1"], REBUILD, ""));
    let outcome = conn.immediate_transaction(|conn| {
        let refused = shown(bundle.upgrade(conn, "heads"));
        // The transaction is usable.
        exec(conn, "INSERT INTO p VALUES (3)");
        QueryResult::Ok(refused)
    });
    assert_eq!(outcome.unwrap(), "2_rebuild rebuilds a table, which can't be done within the caller's transaction");
    assert_eq!(ask(&mut conn, "SELECT count(*) AS c FROM p"), "3");
    unaltered(&mut conn);
}

#[test]
fn within_the_callers_transaction_a_run_is_the_callers() {
    let (bundle, conn) = (line(), &mut memory());
    let outcome: Result<(), diesel::result::Error> = conn.transaction(|conn| {
        bundle.upgrade(conn, "heads").unwrap();
        assert_eq!(ledger(conn), "1 2 3");
        bundle.downgrade(conn, "-1").unwrap();
        Err(diesel::result::Error::RollbackTransaction)
    });
    outcome.unwrap_err();
    assert_eq!(everything(conn), "");
    let mut test = memory();
    test.begin_test_transaction().unwrap();
    bundle.create_all(&mut test).unwrap();
    assert_eq!(tables(&mut test), "posts tags users");
}

/// Within the caller's transaction a revision that fails takes nothing else with it.
#[test]
fn within_the_callers_transaction_a_failure_rolls_back_to_where_it_began() {
    let broken = bundle(&[
        revision("1_a", &[], "CREATE TABLE a (id INTEGER)", ""),
        revision("2_b", &["1"], "CREATE TABLE b (id INTEGER)\nINSERT INTO nowhere VALUES (1)", ""),
    ]);
    let conn = &mut memory();
    conn.transaction(|conn| {
        broken.upgrade(conn, "1").unwrap();
        broken.upgrade(conn, "2").unwrap_err();
        QueryResult::Ok(())
    })
    .unwrap();
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("a", "1"));
}

#[test]
fn an_observer_that_panics_leaves_no_lock() {
    let (bundle, mut conn) = family(revision("2_rebuild", &["1"], REBUILD, ""));
    let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let options = Options::observed(|_| std::panic::resume_unwind(Box::new("an observer's own trouble")));
        let _ = bundle.run(&mut conn, Request::Upgrade { targets: &["heads"] }, options);
    }));
    panics.unwrap_err();
    exec(&mut conn, "BEGIN IMMEDIATE; COMMIT");
    unaltered(&mut conn);
    assert_eq!(ledger(&mut conn), "1");
}

/// References that are checked at the end of a transaction alone.
#[test]
fn a_commit_that_is_refused_says_whose_it_was() {
    let table =
        "CREATE TABLE node (id INTEGER PRIMARY KEY, up INTEGER REFERENCES node (id) DEFERRABLE INITIALLY DEFERRED)";
    let bundle = bundle(&[
        revision("1_node", &[], table, "DROP TABLE node"),
        revision("2_fill", &["1"], "INSERT INTO node VALUES (1, 7)", "DELETE FROM node"),
    ]);
    let conn = &mut memory();
    exec(conn, "PRAGMA foreign_keys = ON");
    let rows =
        "would leave rows that refer to nothing\nrows:\n  row 1 of node refers to a row of node that doesn't exist";
    assert_eq!(shown(bundle.upgrade(conn, "heads")), format!("1_node to 2_fill (up) {rows}"));
    assert_eq!(everything(conn), "");
    bundle.upgrade(conn, "1").unwrap();
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert_eq!(error.to_string(), format!("2_fill (up) {rows}"));
    assert_eq!(error.help().unwrap(), "mend the rows, or the script; nothing of this revision was kept");
    assert_eq!(ledger(conn), "1");
}

/// Orphans that an earlier run has left are no orphans that were there before.
#[test]
fn a_revision_that_stopped_midway_is_not_excused() {
    let orphans = "DELETE FROM p WHERE id = 1 -- foreign keys off\nVACUUM";
    let (bundle, mut conn) =
        family(Revision { run_in_transaction: false, ..revision("2_rebuild", &["1"], orphans, "") });
    let conn = &mut conn;
    for _ in 0..2 {
        let error = bundle.upgrade(conn, "heads").unwrap_err();
        assert!(error.to_string().starts_with("2_rebuild (up) would leave rows that refer to nothing"), "{error}");
        assert!(error.help().unwrap().ends_with("the revision's statements are done and stay"));
        assert_eq!(ledger(conn), "1");
    }
    exec(conn, "DELETE FROM c WHERE p = 1");
    bundle.upgrade(conn, "heads").unwrap();
    unaltered(conn);
}
