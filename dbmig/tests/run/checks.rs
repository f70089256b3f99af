//! Checks: queries that stop a run where they find rows.

use dbmig::{Error, Request, TransactionMode};

use super::*;

const UNIQUE: &str = "check users.name is to be unique, but rows share a value: SELECT name, count(*) AS rows FROM users \
                      GROUP BY name HAVING count(*) > 1 ORDER BY name\nCREATE UNIQUE INDEX name ON users (name)";

fn with(up: &'static str, down: &'static str) -> Bundle<'static> {
    bundle(&[line().revisions[0], revision("2_unique", &["1"], up, down)])
}

#[test]
fn rows_stop_the_run_before_anything_changes() {
    let conn = &mut memory();
    let up = String::leak(format!("ALTER TABLE users ADD COLUMN bio TEXT\n{UNIQUE}"));
    let bundle = with(up, "DROP INDEX name\nALTER TABLE users DROP COLUMN bio");
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, "INSERT INTO users (name) VALUES ('b'), ('b'), ('a\n'), ('a\n'), ('a\n'), ('c')");
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot apply 2_unique: users.name is to be unique, but rows share a value\nat: migrations/2_unique/up.sql:2\n\
         rows:\n  name  rows\n  a\\n   3\n  b     2"
    );
    assert_eq!(error.help().unwrap(), "nothing of this revision was kept; mend these rows and run this again");
    assert_eq!(error.kind(), "check-failed");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("users", "1"));
    assert_eq!(ask(conn, "SELECT name AS c FROM pragma_table_info('users')"), "id name");
    exec(conn, "UPDATE users SET name = id");
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("name users", "1 2"));
}

#[test]
fn values_of_every_kind_are_shown_and_few_of_them() {
    let conn = &mut memory();
    let query = "SELECT id, NULL, x'ff00', 1.5, name AS \"a name\" FROM users WHERE id < 8";
    let bundle = with(String::leak(format!("check no: {query}")), "");
    bundle.upgrade(conn, "1").unwrap();
    let long = "x".repeat(100);
    exec(conn, &format!("INSERT INTO users (name) VALUES ('{long}'), (''), (NULL), ('é'), ('5'), ('6')"));
    let Error::CheckFailed(failed) = bundle.upgrade(conn, "heads").unwrap_err() else { panic!("no check failed") };
    assert_eq!((failed.found.rows.len(), failed.found.more), (5, true));
    let cells: Vec<&str> = failed.found.rows[1].iter().map(|cell| cell.as_deref().unwrap_or("nothing")).collect();
    assert_eq!(cells, ["2", "nothing", "x'ff00'", "1.5", ""]);
    let shown = failed.to_string();
    let lines: Vec<&str> = shown.lines().skip(3).collect();
    assert_eq!(lines[0], "  id  NULL  x'ff00'  1.5  a name");
    assert_eq!(lines[1].split_whitespace().last(), Some(format!("{}…", "x".repeat(40)).as_str()));
    assert_eq!(lines[3].split_whitespace().last(), Some("NULL"));
    assert_eq!(lines[6], "  … and more");
}

#[test]
fn a_whole_run_in_one_transaction_is_undone() {
    let conn = &mut memory();
    let bundle = with("INSERT INTO users (name) VALUES ('x'), ('x')\ncheck no: SELECT 1 FROM users", "");
    let options = Options { transaction: TransactionMode::All, ..Options::default() };
    let error = bundle.run(conn, Request::Upgrade { targets: &["heads"] }, options).unwrap_err();
    assert_eq!(error.help().unwrap(), "nothing of this run was kept; mend these rows and run this again");
    assert_eq!(everything(conn), "");
    let bundle = with("check no: SELECT 1 FROM users", "");
    bundle.upgrade(conn, "heads").unwrap();
}

#[test]
fn without_a_transaction_the_run_goes_on_at_the_check() {
    let conn = &mut memory();
    let up = "INSERT INTO users (name) VALUES ('one')\ncheck no twos: SELECT name FROM users WHERE name = 'two'\nINSERT \
              INTO later VALUES (1)";
    let second = Revision { run_in_transaction: false, ..revision("2_steps", &["1"], up, "") };
    let bundle = bundle(&[line().revisions[0], second]);
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, "INSERT INTO users (name) VALUES ('two')");
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    let help = "1 of 3 statements are done and stay; mend these rows and run this again: it goes on with the check";
    assert_eq!(error.help().unwrap(), help);
    exec(conn, "UPDATE users SET name = 'three' WHERE name = 'two'");
    // Now it is the statement behind the check that fails; meanwhile such rows come again.
    assert!(shown(bundle.upgrade(conn, "heads")).contains("no such table: later"));
    exec(conn, "UPDATE users SET name = 'two' WHERE name = 'three'; CREATE TABLE later (id INTEGER)");
    assert!(shown(bundle.upgrade(conn, "heads")).contains("no twos"));
    assert_eq!(ask(conn, "SELECT statements_done AS c FROM __dbmig_journal WHERE version = '2'"), "1");
    exec(conn, "DELETE FROM users WHERE name = 'two'");
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(ask(conn, "SELECT name AS c FROM users"), "one");
}

#[test]
fn the_journal_keeps_the_checks_of_the_way_back() {
    let conn = &mut memory();
    let down =
        "check bios would be lost: SELECT id, bio FROM users WHERE bio IS NOT NULL\nALTER TABLE users DROP COLUMN bio";
    with("ALTER TABLE users ADD COLUMN bio TEXT", down).upgrade(conn, "heads").unwrap();
    exec(conn, "INSERT INTO users (bio) VALUES ('b')");
    let only = bundle(&line().revisions[..1]);
    assert_eq!(
        shown(only.downgrade(conn, "-1")),
        "cannot revert 2_unique: bios would be lost\nat: 2_unique/down.sql in __dbmig_journal:1\nrows:\n  id  bio\n  1   b"
    );
    exec(conn, "UPDATE users SET bio = NULL");
    only.downgrade(conn, "-1").unwrap();
    assert_eq!(ledger(conn), "1");
}

#[test]
fn a_query_that_cannot_run_is_a_statement_that_failed() {
    let conn = &mut memory();
    let error = with("check no: SELECT nothing FROM users", "").upgrade(conn, "heads").unwrap_err();
    assert_eq!(error.kind(), "statement-failed");
}

#[test]
fn a_script_fails_where_there_are_rows() {
    let conn = &mut memory();
    let script = with(UNIQUE, "").script(Request::Upgrade { targets: &["heads"] }, &["1".into()]).unwrap();
    line().upgrade(conn, "1").unwrap();
    exec(conn, "INSERT INTO users (name) VALUES ('a'), ('a')");
    let error = conn.batch_execute(&script).unwrap_err().to_string();
    assert_eq!(error, "CHECK constraint failed: users.name is to be unique, but rows share a value");
    exec(conn, "ROLLBACK; DELETE FROM users");
    exec(conn, &script);
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("name users", "1 2"));
    assert!(
        script.contains("\n-- dbmig: check users.name is to be unique, but rows share a value\nSELECT "),
        "{script}"
    );
}
