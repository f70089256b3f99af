//! What a rebuild of a SQLite table must not touch, on a real database.

mod kinds;
mod native;
mod unfit;

use std::collections::BTreeMap;

use cargo_dbmig::introspect::introspect;
use cargo_dbmig::render::{Backfills, Options, Rendered, render};
use dbmig::Backend;
use dbmig_build::diff::diff;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Name, ObjectName, Renames, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use dbmig_tests::database::Database;

fn schema(sql: &str) -> Schema {
    let mut replay = Replay::new(Backend::Sqlite);
    assert_eq!(replay.run(&split(&Source::new("schema.sql", sql), Backend::Sqlite)).diagnostics, []);
    replay.schema().clone()
}

fn name(text: &str) -> Name {
    Name::new(text, Backend::Sqlite)
}

fn table(text: &str) -> ObjectName {
    ObjectName::unqualified(name(text))
}

fn rendered(before: &str, after: &str, backfills: &Backfills) -> Rendered {
    let (before, after) = (schema(before), schema(after));
    let changes = diff(&before, &after, &Renames::default());
    let options = Options { backend: Backend::Sqlite, live: true, backfills };
    render(&changes, &before, &options).unwrap_or_else(|error| panic!("{error}"))
}

fn database(sql: &str, rows: &str) -> Database {
    let mut database = Database::new();
    database.run(sql);
    database.foreign_keys(false);
    database.run(rows);
    database.foreign_keys(true);
    database
}

const PARENT: &str = "CREATE TABLE p (id INTEGER NOT NULL PRIMARY KEY, a TEXT);
    CREATE TABLE c (id INTEGER NOT NULL PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE CASCADE);";
const PARENT_AFTER: &str = "CREATE TABLE p (id INTEGER NOT NULL PRIMARY KEY, a TEXT NOT NULL);
    CREATE TABLE c (id INTEGER NOT NULL PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE CASCADE);";
const PARENT_ROWS: &str = "INSERT INTO p VALUES (1, 'x'), (2, NULL); INSERT INTO c VALUES (1, 1), (2, 2), (3, 1);";

fn parent_rendered() -> Rendered {
    rendered(PARENT, PARENT_AFTER, &BTreeMap::from([((table("p"), name("a")), "'none'".to_owned())]))
}

#[test]
fn rows_that_refer_to_a_rebuilt_table_stay() {
    let mut database = database(PARENT, PARENT_ROWS);
    let rendered = parent_rendered();
    let (up, down) = (rendered.up(), rendered.down());
    for script in [up, down] {
        database.upgrade(&script, "SELECT 1;").unwrap_or_else(|error| panic!("{error}\n{script}"));
        assert_eq!(database.values(&table("c"), &name("p_id")), ["1", "1", "2"]);
        assert_eq!(database.values(&table("p"), &name("a")), ["'none'", "'x'"]);
        assert_eq!(database.violations(), Vec::<String>::new());
    }
    database.run("DELETE FROM p WHERE id = 1");
    assert_eq!(database.values(&table("c"), &name("p_id")), ["2"], "the reference is as alive as before");
}

#[test]
fn by_diesel_with_foreign_keys_on_a_rebuild_fails_and_changes_nothing() {
    let rendered = parent_rendered();
    let (up, down) = (rendered.up(), rendered.down());
    for (start, script) in [(PARENT, up), (PARENT_AFTER, down)] {
        let mut database = database(start, &PARENT_ROWS.replace("NULL", "'y'"));
        let before = database.structure();
        let error = database.migrate_by_diesel(&script).unwrap_err();
        assert_eq!(error, "CHECK constraint failed: foreign keys must be off here: run this migration with dbmig");
        assert_eq!(database.structure(), before);
        assert_eq!(database.values(&table("c"), &name("p_id")), ["1", "1", "2"]);
        database.foreign_keys(false);
        assert_eq!(database.migrate_by_diesel(&script), Ok(()), "and with foreign keys off it does its work");
    }
}

#[test]
fn a_value_that_autoincrement_gave_out_is_not_given_out_again() {
    let before = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, a TEXT);";
    let after = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, a INTEGER);";
    let view = "CREATE VIEW v AS SELECT a FROM t;";
    // Without and with a view, since the view makes it another kind of rebuild.
    for view in ["", view] {
        let (before, after) = (format!("{before}{view}"), format!("{after}{view}"));
        let mut database = database(&before, "INSERT INTO t VALUES (1, '1'), (9, '2'); DELETE FROM t WHERE id = 9;");
        let rendered = rendered(&before, &after, &Backfills::new());
        let (up, down) = (rendered.up(), rendered.down());
        database.upgrade(&up, "SELECT 1;").unwrap();
        database.run("INSERT INTO t (a) VALUES (5)");
        assert_eq!(database.values(&table("t"), &name("id")), ["1", "10"]);
        database.upgrade(&down, "SELECT 1;").unwrap();
        database.run("DELETE FROM t WHERE id = 10; INSERT INTO t (a) VALUES (6)");
        assert_eq!(database.values(&table("t"), &name("id")), ["1", "11"]);
        let names = database.lines("SELECT name || seq AS line FROM sqlite_sequence");
        assert_eq!(names, ["t11"], "no row is left of the tables in between");
    }
}

#[test]
fn rowids_of_a_table_without_a_key_stay() {
    for view in ["", "CREATE VIEW v AS SELECT a FROM t;"] {
        let before = format!("CREATE TABLE t (a TEXT);{view}");
        let after = format!("CREATE TABLE t (a TEXT DEFAULT 'x');{view}");
        let mut database = database(&before, "INSERT INTO t (rowid, a) VALUES (7, 'x'), (3, 'y')");
        database.upgrade(&rendered(&before, &after, &Backfills::new()).up(), "SELECT 1;").unwrap();
        assert_eq!(database.values(&table("t"), &name("rowid")), ["3", "7"]);
    }
}

#[test]
fn views_and_triggers_that_mention_a_rebuilt_table_stay_as_they_were() {
    let rest = "CREATE TABLE log (a TEXT); CREATE TABLE o (id INTEGER NOT NULL PRIMARY KEY);
        CREATE TRIGGER own AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.a); END;
        CREATE TRIGGER far AFTER INSERT ON o BEGIN INSERT INTO t (a) VALUES ('from o'); END;
        CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;";
    let before = format!("CREATE TABLE t (a TEXT); {rest}");
    let after = format!("CREATE TABLE t (a TEXT NOT NULL); {rest}");
    let mut database = database(&before, "INSERT INTO t VALUES ('x')");
    let texts = "SELECT sql AS line FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY 1";
    let before_texts = database.lines(texts);
    database.run("PRAGMA legacy_alter_table = ON");
    let value = BTreeMap::from([((table("t"), name("a")), "''".to_owned())]);
    database.upgrade(&rendered(&before, &after, &value).up(), "SELECT 1;").unwrap();
    assert_eq!(database.lines("SELECT '' || legacy_alter_table AS line FROM pragma_legacy_alter_table"), ["1"]);
    assert_eq!(database.lines(texts), before_texts);
    database.run("INSERT INTO o DEFAULT VALUES");
    assert_eq!(database.lines("SELECT a AS line FROM log"), ["x", "from o"], "copying fires no trigger");
    assert_eq!(database.lines("SELECT a AS line FROM w"), ["x", "from o"]);
}

#[test]
fn a_todo_can_be_filled_in_and_then_the_script_runs() {
    let before = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT);";
    let after = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT NOT NULL, b INTEGER NOT NULL);";
    let rendered = rendered(before, after, &Backfills::new());
    let (up, notes) = (rendered.up(), rendered.notes);
    let todos = |sql: &str| split(&Source::new("up.sql", sql), Backend::Sqlite).todos().count();
    assert_eq!(todos(&up), 2);
    assert_eq!(notes.len(), 2, "{notes:?}");
    let without_todos: Vec<&str> = up.lines().filter(|line| !line.contains("dbmig: todo")).collect();
    let filled =
        without_todos.join("\n").replace("coalesce(a, NULL)", "coalesce(a, 'x')").replace("    NULL\n", "    id * 2\n");
    let mut database = database(before, "INSERT INTO t VALUES (1, 'a'), (2, NULL)");
    database.upgrade(&filled, "SELECT 1;").unwrap_or_else(|error| panic!("{error}\n{filled}"));
    assert_eq!(database.values(&table("t"), &name("a")), ["'a'", "'x'"]);
    assert_eq!(database.values(&table("t"), &name("b")), ["2", "4"]);
}

#[test]
fn tables_that_refer_to_each_other_are_dropped_under_a_guard() {
    let before = "CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, b INTEGER NOT NULL REFERENCES b (id));
        CREATE TABLE b (id INTEGER NOT NULL PRIMARY KEY, a INTEGER NOT NULL REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED);";
    let rendered = rendered(before, "", &Backfills::new());
    let (up, down) = (rendered.up(), rendered.down());
    let mut database = database(before, "INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1)");
    database.upgrade(&up, "SELECT 1;").unwrap_or_else(|error| panic!("{error}\n{up}"));
    assert_eq!(database.structure(), Vec::<String>::new());
    database.upgrade(&down, "SELECT 1;").unwrap_or_else(|error| panic!("{error}\n{down}"));
    assert_eq!(introspect(&mut database.connection, &[]).unwrap(), schema(before));
}

#[test]
fn names_with_line_breaks_stay_in_their_comments() {
    let before = "CREATE TABLE \"a\nb\" (\"c\nd\" TEXT, e TEXT);";
    let after = "CREATE TABLE \"a\nb\" (\"c\nd\" TEXT NOT NULL DEFAULT 'x\r\n  y');";
    let value = BTreeMap::from([((table("a\nb"), name("c\nd")), "''".to_owned())]);
    let first = rendered(before, after, &value);
    let (up, down) = (first.up(), first.down());
    assert!(up.contains("DEFAULT 'x\r\n  y'"), "a literal is what it was: {up}");
    let mut database = database(before, "INSERT INTO \"a\nb\" VALUES (NULL, 'x')");
    for script in [&up, &down] {
        database.upgrade(script, "SELECT 1;").unwrap_or_else(|error| panic!("{error}\n{script}"));
    }
    let up = rendered(before, &after.replace(" DEFAULT 'x\r\n  y'", ""), &Backfills::new()).up();
    let script = split(&Source::new("up.sql", &*up), Backend::Sqlite);
    assert_eq!(script.todos().count(), 1, "{up}");
}
