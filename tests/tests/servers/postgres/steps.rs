//! Up, down, redo, stamp, and what an error says.

use dbmig::TransactionMode;
use diesel_migrations::MigrationHarness;

use super::*;

#[test]
fn up_down_redo_and_stamp() {
    let scratch = Server::postgres();
    let (bundle, conn) = (line(), &mut scratch.connect());
    let status = bundle.status(conn).unwrap();
    assert_eq!((status.pending.len(), tables(conn).as_str()), (3, ""));
    assert_eq!(steps(&bundle.upgrade(conn, "+2").unwrap()), "up 1, up 2");
    assert_eq!(steps(&bundle.upgrade(conn, "heads").unwrap()), "up 3");
    assert_eq!(steps(&bundle.redo(conn, "-2").unwrap()), "down 3, down 2, up 2, up 3");
    assert_eq!(tables(conn), "posts tags users");
    let status = bundle.status(conn).unwrap();
    assert!(status.is_up_to_date() && status.applied.iter().all(|applied| applied.edited == Some(false)), "{status:?}");
    assert_eq!(steps(&bundle.downgrade(conn, "1").unwrap()), "down 3, down 2");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("users", "1"));
    assert_eq!(steps(&bundle.stamp(conn, "head").unwrap()), "stamp 2, stamp 3");
    assert_eq!((ledger(conn).as_str(), advisory_locks(conn).as_str()), ("1 2 3", "0"));
}

#[test]
fn an_error_names_the_line_that_postgresql_means() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let broken = "CREATE TABLE é (id INT);\n-- ü\nCREATE TABLE b (\n    id INT,\n    name NOWHERE\n);\n";
    let bundle = chain(&[line().revisions[0], revision("2_b", &["1"], broken, "")]);
    bundle.upgrade(conn, "1").unwrap();
    assert_eq!(
        shown(bundle.upgrade(conn, "heads")),
        "cannot apply 2_b: type \"nowhere\" does not exist\nat: migrations/2_b/up.sql:5\nin: -- ü CREATE TABLE b ( id \
         INT, name NOWHERE )"
    );
    let taken = "CREATE TABLE c (id INT PRIMARY KEY);\nINSERT INTO c VALUES (1);\nINSERT INTO c VALUES (1);\n";
    let bundle = chain(&[line().revisions[0], revision("2_c", &["1"], taken, "")]);
    assert_eq!(
        shown(bundle.upgrade(conn, "heads")),
        "cannot apply 2_c: duplicate key value violates unique constraint \"c_pkey\"\ndetail: Key (id)=(1) already \
         exists.\nat: migrations/2_c/up.sql:3\nin: INSERT INTO c VALUES (1)"
    );
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("users", "1"));
}

#[test]
fn one_transaction_for_all_and_one_for_each() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let mut revisions = line().revisions.to_vec();
    revisions[2] = revision("3_tags", &["2"], "INSERT INTO nowhere VALUES (1)", "");
    let broken = chain(&revisions);
    let all = || Options { transaction: TransactionMode::All, ..Options::default() };
    assert!(shown(broken.run(conn, UP, all())).contains("relation \"nowhere\" does not exist"));
    assert_eq!(ask(conn, "SELECT count(*) AS c FROM pg_class WHERE relname ~ '^__d'"), "0");
    let each = Options { transaction: TransactionMode::Each, ..Options::default() };
    broken.run(conn, UP, each).unwrap_err();
    assert_eq!(ledger(conn), "1 2");
    line().run(conn, UP, all()).unwrap();
    assert_eq!(ledger(conn), "1 2 3");
    revisions[2] = stepwise("3_tags", &["2"], "SELECT 1", "");
    line().downgrade(conn, "base").unwrap();
    let refused = shown(chain(&revisions).run(conn, UP, all()));
    assert_eq!(refused, "3_tags runs without a transaction, so that one can't hold the whole run");
    assert_eq!(line().create_all(conn).unwrap().steps.len(), 3);
}

#[test]
fn the_ledger_can_be_somewhere_else() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let bundle =
        Bundle { version_table: "it's \"mine\"", version_table_schema: Some("migrations of \"app\""), ..line() };
    assert!(!bundle.status(conn).unwrap().is_up_to_date());
    bundle.upgrade(conn, "heads").unwrap();
    assert!(bundle.status(conn).unwrap().is_up_to_date());
    assert_eq!(
        ask(conn, "SELECT version AS c FROM \"migrations of \"\"app\"\"\".\"it's \"\"mine\"\"\" ORDER BY 1"),
        "1 2 3"
    );
    // Another chain, in the schema that is the connection's own.
    exec(conn, "CREATE SCHEMA app; SET search_path = app, public");
    line().upgrade(conn, "1").unwrap();
    assert_eq!(ask(conn, "SELECT version AS c FROM app.__diesel_schema_migrations"), "1");
    let error = shown(Bundle { backend: Backend::Sqlite, ..line() }.upgrade(conn, "heads"));
    assert_eq!(error, "the chain is written for sqlite, the connection is to postgres");
    exec(conn, "SET search_path = nowhere");
    assert!(shown(line().upgrade(conn, "heads")).contains("there is no place for the version table"));
}

#[test]
fn diesel_reads_the_same_ledger() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    line().upgrade(conn, "2").unwrap();
    assert_eq!(conn.run_pending_migrations(line()).unwrap().len(), 1);
    assert!(line().status(conn).unwrap().is_up_to_date());
    // The journal's row of what Diesel reverts and runs again is stale; the checkout's down is used.
    conn.revert_last_migration(line()).unwrap();
    conn.revert_last_migration(line()).unwrap();
    assert_eq!(conn.run_pending_migrations(line()).unwrap().len(), 2);
    assert_eq!(steps(&line().downgrade(conn, "base").unwrap()), "down 3, down 2, down 1");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("", ""));
}

#[test]
fn what_only_the_database_knows_can_be_reverted() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let odd = revision("4_odd", &["3"], "CREATE TABLE odd (a TEXT DEFAULT '\\n')", "DROP TABLE odd;\nSELECT '\\''a\"'");
    let bundle = chain(&[line().revisions, &[odd]].concat());
    bundle.upgrade(conn, "heads").unwrap();
    assert!(shown(line().upgrade(conn, "heads")).contains("4_odd"));
    assert_eq!(steps(&line().downgrade(conn, "-1").unwrap()), "down 4");
    assert_eq!(tables(conn), "posts tags users");
}

#[test]
fn a_script_does_what_the_run_would_do() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let lost = "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.tags (id INT)";
    let mut revisions = line().revisions.to_vec();
    revisions[2] = revision("3_tags", &["2"], lost, "DROP TABLE public.tags");
    let bundle = chain(&revisions);
    let script = bundle.script(UP, &["1".into()]).unwrap();
    assert_eq!(
        script,
        "CREATE TABLE IF NOT EXISTS \"__diesel_schema_migrations\" (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- 2_posts (up)
BEGIN;
CREATE TABLE posts (id INT PRIMARY KEY);
INSERT INTO \"__diesel_schema_migrations\" (version) VALUES ('2');
COMMIT;

-- 3_tags (up)
BEGIN;
SELECT pg_catalog.set_config('dbmig.search_path', pg_catalog.current_setting('search_path'), false);
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.tags (id INT);
SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('dbmig.search_path'), false);
INSERT INTO \"__diesel_schema_migrations\" (version) VALUES ('3');
COMMIT;
"
    );
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, &script);
    assert!(bundle.status(conn).unwrap().is_up_to_date());
    let elsewhere = Bundle { version_table_schema: Some("app"), ..bundle };
    exec(conn, &elsewhere.script(Request::Stamp { targets: &["2"], purge: false }, &[]).unwrap());
    assert_eq!(ask(conn, "SELECT version AS c FROM app.__diesel_schema_migrations ORDER BY 1"), "1 2");
}
