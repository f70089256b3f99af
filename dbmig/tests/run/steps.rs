//! Up, down, redo and stamp, on lines, branches and merges.

use dbmig::{Request, TransactionMode};

use super::*;

#[test]
fn up_down_and_redo() {
    let (bundle, conn) = (line(), &mut memory());
    assert_eq!(steps(&bundle.upgrade(conn, "+2").unwrap()), "up 1, up 2");
    assert_eq!(tables(conn), "posts users");
    let report = bundle.upgrade(conn, "heads").unwrap();
    assert_eq!((steps(&report).as_str(), report.final_heads), ("up 3", vec!["3".to_owned()]));
    assert_eq!(steps(&bundle.upgrade(conn, "heads").unwrap()), "");
    assert_eq!(steps(&bundle.redo(conn, "-2").unwrap()), "down 3, down 2, up 2, up 3");
    assert_eq!(tables(conn), "posts tags users");
    assert_eq!(steps(&bundle.downgrade(conn, "-1").unwrap()), "down 3");
    assert_eq!(ledger(conn), "1 2");
    assert_eq!(steps(&bundle.downgrade(conn, "base").unwrap()), "down 2, down 1");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("", ""));
    assert_eq!(ask(conn, "SELECT count(*) AS c FROM __dbmig_journal"), "0");
}

#[test]
fn an_empty_chain_is_up_to_date() {
    let (bundle, conn) = (bundle(&[]), &mut memory());
    for target in ["head", "heads", "base"] {
        assert_eq!(steps(&bundle.upgrade(conn, target).unwrap()), "");
    }
    assert_eq!(steps(&bundle.downgrade(conn, "base").unwrap()), "");
    assert!(status_of(bundle, conn).is_up_to_date());
    assert_eq!(everything(conn), "");
}

#[test]
fn branches_and_their_merge() {
    let table = |name, parents: &[&'static str], up| revision(name, parents, up, "SELECT 1");
    let bundle = bundle(&[
        table("1_root", &[], "CREATE TABLE root (id INTEGER PRIMARY KEY)"),
        table("2_left", &["1"], "CREATE TABLE l (id INTEGER PRIMARY KEY)"),
        table("3_right", &["1"], "CREATE TABLE r (id INTEGER PRIMARY KEY)"),
        table("4_merge", &["2", "3"], "SELECT 1"),
    ]);
    let conn = &mut memory();
    assert_eq!(steps(&bundle.upgrade(conn, "3").unwrap()), "up 1, up 3");
    assert_eq!(steps(&bundle.upgrade(conn, "heads").unwrap()), "up 2, up 4");
    let report = bundle.downgrade(conn, "-1").unwrap();
    assert_eq!((steps(&report).as_str(), report.final_heads.len()), ("down 4", 2));
    assert!(shown(bundle.downgrade(conn, "-1")).contains("several current revisions"));
    assert_eq!(status_of(bundle, conn).current, ["2_left", "3_right"]);
}

#[test]
fn a_stamp_writes_the_ledger_alone() {
    let (bundle, conn) = (line(), &mut memory());
    assert_eq!(steps(&bundle.stamp(conn, "head").unwrap()), "stamp 1, stamp 2, stamp 3");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("", "1 2 3"));
    assert_eq!(steps(&bundle.stamp(conn, "1").unwrap()), "unstamp 3, unstamp 2");
    exec(conn, "INSERT INTO __diesel_schema_migrations (version) VALUES ('99')");
    assert_eq!(steps(&bundle.stamp(conn, "2").unwrap()), "stamp 2");
    assert_eq!(ledger(conn), "1 2 99");
    let purge = Request::Stamp { targets: &["3"], purge: true };
    assert_eq!(steps(&bundle.run(conn, purge, Options::default()).unwrap()), "stamp 3");
    assert_eq!(ledger(conn), "1 2 3");
    assert_eq!(steps(&bundle.stamp(conn, "base").unwrap()), "unstamp 3, unstamp 2, unstamp 1");
    assert_eq!(ledger(conn), "");
}

#[test]
fn a_plan_and_a_status_create_nothing() {
    let (bundle, conn) = (line(), &mut memory());
    assert_eq!(steps(&bundle.plan(conn, Request::Upgrade { targets: &["heads"] }).unwrap()), "up 1, up 2, up 3");
    let status = status_of(bundle, conn);
    assert_eq!(status.pending, ["1_users", "2_posts", "3_tags"]);
    assert!(status.applied.is_empty() && status.current.is_empty() && !status.is_up_to_date());
    assert_eq!(everything(conn), "");
    bundle.upgrade(conn, "2").unwrap();
    let status = status_of(bundle, conn);
    assert_eq!(
        (versions(&status).as_str(), &status.current, &status.pending),
        ("1 2", &vec!["2_posts".into()], &vec!["3_tags".into()])
    );
    assert_eq!(status.applied[0].edited, Some(false));
}

#[test]
fn the_ledger_can_have_another_name() {
    let bundle = Bundle { version_table: "app \"versions\"", ..line() };
    let conn = &mut memory();
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(ask(conn, "SELECT version AS c FROM \"app \"\"versions\"\"\" ORDER BY 1"), "1 2 3");
    // Two chains in one database keep apart.
    let other = Bundle {
        version_table: "other",
        ..super::bundle(&[revision("1_x", &[], "CREATE TABLE x (id INT)", "DROP TABLE x")])
    };
    other.upgrade(conn, "heads").unwrap();
    other.downgrade(conn, "base").unwrap();
    assert_eq!(steps(&bundle.downgrade(conn, "-1").unwrap()), "down 3");
}

#[test]
fn a_failed_statement_leaves_nothing_of_its_revision() {
    let mut revisions = line().revisions.to_vec();
    revisions[2] =
        revision("3_tags", &["2"], "CREATE TABLE tags (id INTEGER PRIMARY KEY)\nINSERT INTO nowhere VALUES (1)", "");
    let bundle = bundle(&revisions);
    let conn = &mut memory();
    bundle.upgrade(conn, "1").unwrap();
    let error = shown(bundle.upgrade(conn, "heads"));
    assert_eq!(
        error,
        "cannot apply 3_tags: no such table: nowhere\nat: migrations/3_tags/up.sql:2\nin: INSERT INTO nowhere VALUES \
         (1)\napplied before:\n  2_posts"
    );
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("posts users", "1 2"));
}

#[test]
fn a_new_database_is_whole_or_absent() {
    let mut revisions = line().revisions.to_vec();
    revisions[2] = revision("3_tags", &["2"], "INSERT INTO nowhere VALUES (1)", "");
    let broken = bundle(&revisions);
    let conn = &mut memory();
    let error = broken.upgrade(conn, "heads").unwrap_err();
    assert!(error.help().unwrap().starts_with("nothing of this run was kept"), "{error}");
    assert_eq!(everything(conn), "");
    let each = Options { transaction: TransactionMode::Each, ..Options::default() };
    broken.run(conn, Request::Upgrade { targets: &["heads"] }, each).unwrap_err();
    assert_eq!(ledger(conn), "1 2");
    let mut log = Vec::new();
    line().run(conn, Request::Upgrade { targets: &["heads"] }, observed(&mut log)).unwrap();
    assert_eq!(log, ["up 3_tags"]);
}

#[test]
fn a_gap_is_filled_and_announced() {
    let (bundle, conn) = (line(), &mut memory());
    bundle.upgrade(conn, "heads").unwrap();
    exec(conn, "DELETE FROM __diesel_schema_migrations WHERE version = '2'; DROP TABLE posts");
    assert_eq!(status_of(bundle, conn).gaps, [("2_posts".to_owned(), "3_tags".to_owned())]);
    let mut log = Vec::new();
    bundle.run(conn, Request::Upgrade { targets: &["heads"] }, observed(&mut log)).unwrap();
    assert_eq!(log, ["OutOfOrder { name: \"2_posts\", above: \"3_tags\" }", "up 2_posts"]);
}

#[test]
fn a_script_does_what_the_run_would_do() {
    let bundle = line();
    let script = bundle.script(Request::Upgrade { targets: &["heads"] }, &["1".into()]).unwrap();
    assert_eq!(
        script,
        "CREATE TABLE IF NOT EXISTS \"main\".\"__diesel_schema_migrations\" (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- 2_posts (up)
BEGIN IMMEDIATE;
CREATE TABLE posts (id INTEGER PRIMARY KEY);
INSERT INTO \"main\".\"__diesel_schema_migrations\" (version) VALUES ('2');
COMMIT;

-- 3_tags (up)
BEGIN IMMEDIATE;
CREATE TABLE tags (id INTEGER PRIMARY KEY);
INSERT INTO \"main\".\"__diesel_schema_migrations\" (version) VALUES ('3');
COMMIT;
"
    );
    let conn = &mut memory();
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, &script);
    assert!(status_of(bundle, conn).is_up_to_date());
    let applied = bundle.applied(conn).unwrap();
    exec(conn, &bundle.script(Request::Downgrade { targets: &["base"] }, &applied).unwrap());
    assert_eq!(tables(conn), "");
}
