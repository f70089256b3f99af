//! Rows that a change doesn't bear: the script stops before it, and goes through when they are mended.

use super::*;

/// Runs a script that stops with a message and rows, mends them, and runs it again.
#[track_caller]
fn check(before: &str, rows: &str, after: &str, stopped: &str, mend: &str) -> Database {
    let mut database = database(before, rows);
    let structure = database.structure();
    let rendered = rendered(before, after, &Backfills::new());
    let error = database.upgrade(&rendered.up(), &rendered.down()).unwrap_err();
    let told: Vec<&str> = error.lines().filter(|line| !line.starts_with("at: ") && *line != "rows:").collect();
    let told = told.join("\n");
    assert_eq!(told.strip_prefix("cannot apply 0001: "), Some(stopped), "{error}\n{}", rendered.up());
    assert_eq!(database.structure(), structure);
    database.foreign_keys(false);
    database.run(mend);
    database.foreign_keys(true);
    database.upgrade(&rendered.up(), &rendered.down()).unwrap_or_else(|error| panic!("{error}\n{}", rendered.up()));
    let expected = self::database(after, "").structure();
    assert_eq!(database.structure(), expected);
    database.downgrade().unwrap();
    assert_eq!(database.structure(), structure);
    database
}

/// A script that asks nothing of the rows.
#[track_caller]
fn asks_nothing(before: &str, after: &str) {
    let rendered = rendered(before, after, &Backfills::new());
    assert!(!rendered.up().contains("dbmig: check"), "{}", rendered.up());
}

const T: &str = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INTEGER NOT NULL);";

#[test]
fn rows_that_share_what_is_to_be_unique() {
    let rows = "INSERT INTO t VALUES (1, 'x', 1), (2, 'x', 1), (3, NULL, 1), (4, NULL, 1)";
    let stopped = "t.a is to be unique, but rows share a value\n  a  rows\n  x  2";
    let unique = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT UNIQUE, b INTEGER NOT NULL);";
    check(T, rows, unique, stopped, "UPDATE t SET a = 'y' WHERE id = 2");
    let index = format!("{T} CREATE UNIQUE INDEX i ON t (a);");
    check(T, rows, &index, stopped, "UPDATE t SET a = 'y' WHERE id = 2");
    let two = format!("{T} CREATE UNIQUE INDEX i ON t (b, a);");
    let stopped = "t (b, a) is to be unique, but rows share values\n  b  a  rows\n  1  x  2";
    check(T, rows, &two, stopped, "DELETE FROM t WHERE id = 1");
    let nocase = format!("{T} CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE);");
    let stopped = "t.a is to be unique, but rows share a value\n  a COLLATE \"NOCASE\"  rows\n  x                   2";
    check(T, "INSERT INTO t VALUES (1, 'x', 1), (2, 'X', 1)", &nocase, stopped, "DELETE FROM t WHERE id = 1");
    let part = format!("{T} CREATE UNIQUE INDEX i ON t (length(a)) WHERE b > 1;");
    let stopped = "t.length(a) is to be unique, but rows share a value\n  length(a)  rows\n  2          2";
    let rows = "INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 1), (3, 'xx', 2), (4, 'yy', 2)";
    check(T, rows, &part, stopped, "DELETE FROM t WHERE id = 3");
    // A new column with the same value in each row.
    let new = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INTEGER NOT NULL, c INTEGER NOT NULL DEFAULT 0 UNIQUE);";
    let stopped = "t.c is to be unique, but rows share a value\n  rows\n  4";
    check(T, rows, new, stopped, "DELETE FROM t WHERE id > 1");
}

#[test]
fn what_is_unique_already_is_not_asked_again() {
    let named = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, CONSTRAINT k UNIQUE (a));";
    let other = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, CONSTRAINT l UNIQUE (a));";
    asks_nothing(named, other);
    asks_nothing(named, &format!("{named} CREATE UNIQUE INDEX i ON t (a, id);"));
    asks_nothing(T, &format!("{T} CREATE UNIQUE INDEX i ON t (id);"));
    let column = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INTEGER NOT NULL, c TEXT UNIQUE);";
    asks_nothing(T, column);
}

#[test]
fn rows_that_refer_to_nothing() {
    let parent = "CREATE TABLE p (id INTEGER NOT NULL PRIMARY KEY);";
    let keyed = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INTEGER NOT NULL REFERENCES p (id));";
    let rows = "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 7), (3, 'y', 7), (4, 'z', 8)";
    let stopped = "t.b is to refer to p, but rows refer to none\n  b\n  7\n  8";
    check(&format!("{parent}{T}"), rows, &format!("{parent}{keyed}"), stopped, "UPDATE t SET b = 1");
    // To a table that comes with the key; to the table itself; other actions alone.
    let stopped = "t.b is to refer to p, but rows refer to none\n  b\n  1";
    check(T, "INSERT INTO t VALUES (1, 'x', 1)", &format!("{parent}{keyed}"), stopped, "DELETE FROM t");
    let own = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INTEGER NOT NULL REFERENCES t);";
    let stopped = "t.b is to refer to t, but rows refer to none\n  b\n  2";
    check(T, "INSERT INTO t VALUES (1, 'x', 1), (3, 'x', 2)", own, stopped, "UPDATE t SET b = 3");
    asks_nothing(own, &own.replace("REFERENCES t", "REFERENCES t ON DELETE CASCADE"));
}

#[test]
fn rows_that_a_new_check_refuses() {
    let one = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INTEGER NOT NULL, CONSTRAINT c CHECK (a IN ('x', 'y')));";
    let stopped = "rows of t don't satisfy the new check c, a IN ('x', 'y')\n  id  a\n  2   z";
    let rows = "INSERT INTO t VALUES (1, 'x', 1), (2, 'z', 1), (3, NULL, 1)";
    check(T, rows, one, stopped, "UPDATE t SET a = 'y' WHERE a = 'z'");
    // A value more than before can't be refused, one less can.
    let more = one.replace("'y'", "'y', 'z'");
    asks_nothing(one, &more);
    check(&more, rows, one, stopped, "DELETE FROM t WHERE a = 'z'");
}

#[test]
fn values_that_do_not_convert() {
    let before = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT);";
    let after = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INTEGER);";
    let rows = "INSERT INTO t VALUES (1, '12'), (2, 'abc'), (3, NULL), (4, ' 7 '), (5, '-1e3'), (6, '2020-01-01')";
    let stopped = "t.a becomes INTEGER, but rows hold other values\n  id  a\n  2   abc\n  6   2020-01-01";
    let mut database = check(before, rows, after, stopped, "DELETE FROM t WHERE id IN (2, 6)");
    assert_eq!(database.values(&table("t"), &name("a")), ["'-1000'", "'12'", "'7'", "NULL"]);
    let real = before.replace("TEXT", "REAL");
    let stopped = "t.a becomes INTEGER, but rows hold other values\n  id  a\n  2   1.5";
    check(&real, "INSERT INTO t VALUES (1, 2), (2, 1.5)", after, stopped, "DELETE FROM t WHERE id = 2");
    // What a STRICT table refuses.
    let strict = after.replace(");", ") STRICT;");
    let stopped = "t.a becomes INTEGER, but rows hold other values\n  id  a\n  2   x'00'\n  3   y\n  4   1.5";
    let rows = "INSERT INTO t VALUES (1, 2), (2, x'00'), (3, 'y'), (4, 1.5)";
    check(after, rows, &strict, stopped, "DELETE FROM t WHERE id > 1");
}

#[test]
fn texts_become_bytes_and_texts_again() {
    let before = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT);";
    let after = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a BLOB);";
    let mut database = database(before, "INSERT INTO t VALUES (1, 'é'), (2, NULL)");
    let rendered = rendered(before, after, &Backfills::new());
    database.upgrade(&rendered.up(), &rendered.down()).unwrap();
    assert_eq!(database.values(&table("t"), &name("a")), ["NULL", "X'C3A9'"]);
    database.downgrade().unwrap();
    assert_eq!(database.values(&table("t"), &name("a")), ["'é'", "NULL"]);
}

#[test]
fn values_that_are_given_are_asked_about() {
    let after = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT NOT NULL UNIQUE, b INTEGER NOT NULL);";
    let mut database = database(T, "INSERT INTO t VALUES (1, 'x', 1), (2, NULL, 2), (3, NULL, 3)");
    let fill = |value: &str| rendered(T, after, &BTreeMap::from([((table("t"), name("a")), value.to_owned())])).up();
    let error = database.upgrade(&fill("''"), "SELECT 1;").unwrap_err();
    assert!(error.contains("t.a is to be unique, but rows share a value\n"), "{error}");
    database.upgrade(&fill("'t' || b"), "SELECT 1;").unwrap();
    assert_eq!(database.values(&table("t"), &name("a")), ["'t2'", "'t3'", "'x'"]);
}
