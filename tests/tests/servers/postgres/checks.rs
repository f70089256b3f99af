//! Checks: queries that stop a run where they find rows.

use super::*;

const VALUES: &str = "check such rows: SELECT id, id, 1.50::numeric AS n, true AS b, NULL AS \"null\", '\\x00ff'::bytea, \
                      '2026-01-02 03:04:05'::timestamptz AT TIME ZONE 'UTC' AS t, ARRAY[1, NULL] AS a, 'x'::\"char\", name FROM \
                      users ORDER BY id DESC";

#[test]
fn rows_of_any_type_stop_the_run() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let up = String::leak(format!("CREATE TABLE b (id INT);\n{VALUES}"));
    let bundle = chain(&[line().revisions[0], revision("2_b", &["1"], up, "")]);
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, "SET timezone = 'UTC'; INSERT INTO users VALUES (1, 'é'), (2, NULL)");
    let Error::CheckFailed(failed) = bundle.upgrade(conn, "heads").unwrap_err() else { panic!("no check failed") };
    assert_eq!(
        failed.to_string(),
        "cannot apply 2_b: such rows\nat: migrations/2_b/up.sql:2\nrows:\n  \
         id  id  n     b     null  bytea   t                    a         char  name\n  \
         2   2   1.50  true  NULL  \\x00ff  2026-01-02T03:04:05  [1,null]  x     NULL\n  \
         1   1   1.50  true  NULL  \\x00ff  2026-01-02T03:04:05  [1,null]  x     é"
    );
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str(), advisory_locks(conn).as_str()), ("users", "1", "0"));
    exec(conn, "DELETE FROM users");
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("b users", "1 2"));
}

#[test]
fn a_query_without_columns_finds_rows_as_well() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let check = "check no\ncomma: WITH few AS (SELECT 1)\nSELECT FROM few -- why";
    let error = chain(&[revision("1_a", &[], check, "")]).upgrade(conn, "heads").unwrap_err();
    assert!(error.to_string().ends_with("\nrows:\n  1 without columns"), "{error}");
    let broken = "check no: SELECT 1\nFROM\n  nowhere";
    let error = chain(&[revision("1_a", &[], broken, "")]).upgrade(conn, "heads").unwrap_err();
    assert!(error.to_string().contains("\nat: migrations/1_a/up.sql:3\n"), "{error}");
}

#[test]
fn without_a_transaction_nothing_is_done_before_the_check() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let up = "check double names: SELECT name, count(*) FROM users GROUP BY name HAVING count(*) > 1;\nCREATE UNIQUE \
              INDEX CONCURRENTLY users_name ON users (name)";
    let bundle = chain(&[line().revisions[0], stepwise("2_index", &["1"], up, "")]);
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, "INSERT INTO users VALUES (1, 'a'), (2, 'a')");
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert!(error.to_string().ends_with("rows:\n  name  count\n  a     2"), "{error}");
    assert_eq!(error.help().unwrap(), "nothing of this revision was kept; mend these rows and run this again");
    assert_eq!(advisory_locks(conn), "0");
    exec(conn, "DELETE FROM users WHERE id = 2");
    bundle.upgrade(conn, "heads").unwrap();
    assert!(bundle.status(conn).unwrap().is_up_to_date());
}

#[test]
fn a_script_fails_where_there_are_rows() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let up = "check it's $dbmig0$: SELECT 1 FROM users WHERE name LIKE '\\\\';\nCREATE TABLE b (id INT)";
    let bundle = chain(&[line().revisions[0], revision("2_b", &["1"], up, "")]);
    bundle.upgrade(conn, "1").unwrap();
    let script = bundle.script(UP, &["1".into()]).unwrap();
    exec(conn, "INSERT INTO users VALUES (1, '\\')");
    let error = conn.batch_execute(&script).unwrap_err().to_string();
    assert_eq!(error, "it's $dbmig0$");
    exec(conn, "ROLLBACK; DELETE FROM users");
    exec(conn, &script);
    assert!(bundle.status(conn).unwrap().is_up_to_date());
}
