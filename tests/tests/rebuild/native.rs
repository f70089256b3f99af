//! SQLite 3.53 alters NOT NULL and checks in place: with foreign keys on, by whatever runs the script.

use cargo_dbmig::render::render_sqlite;
use dbmig_build::config::SqliteVersion;

use super::*;

const NEW: SqliteVersion = SqliteVersion { major: 3, minor: 53 };

fn natively(before: &str, after: &str, backfills: &Backfills) -> Rendered {
    let (before, after) = (schema(before), schema(after));
    let changes = diff(&before, &after, &Renames::default());
    render_sqlite(&changes, &before, backfills, NEW).unwrap_or_else(|error| panic!("{error}"))
}

/// Goes there and back, and holds the scripts without their checks against what is expected.
#[track_caller]
fn check(before: &str, rows: &str, after: &str, backfills: &Backfills, up: &str, down: &str) -> Database {
    let rendered = natively(before, after, backfills);
    let without_checks = |script: &str| {
        let blocks = script.split("\n\n").filter(|block| !block.starts_with("-- dbmig: check"));
        blocks.collect::<Vec<_>>().join("\n").trim_end().to_owned()
    };
    assert_eq!(without_checks(&rendered.up()), up);
    assert_eq!(without_checks(&rendered.down()), down);
    let mut live = database(before, rows);
    let structure = live.structure();
    live.migrate_by_diesel(&rendered.up()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(live.structure(), database(after, "").structure());
    live.migrate_by_diesel(&rendered.down()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(live.structure(), structure);
    live.migrate_by_diesel(&rendered.up()).unwrap_or_else(|error| panic!("{error}"));
    live
}

fn none() -> Backfills {
    Backfills::new()
}

fn backfill(column: &str, value: &str) -> Backfills {
    Backfills::from([((table("t"), name(column)), value.to_owned())])
}

const T: &str = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b TEXT NOT NULL);";

#[test]
fn a_column_that_takes_null_no_more() {
    let after = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT NOT NULL, b TEXT);";
    let rows = "INSERT INTO t VALUES (1, NULL, 'x'), (2, 'y', 'z');";
    let mut live = check(
        T,
        rows,
        after,
        &backfill("a", "'from ' || b"),
        "UPDATE t SET a = 'from ' || b WHERE a IS NULL;
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t ALTER COLUMN b DROP NOT NULL;",
        "-- b becomes NOT NULL again: rows without a value get a stand-in.
UPDATE t SET b = '' WHERE b IS NULL;
ALTER TABLE t ALTER COLUMN b SET NOT NULL;
ALTER TABLE t ALTER COLUMN a DROP NOT NULL;",
    );
    assert_eq!(live.values(&table("t"), &name("a")), ["'from x'", "'y'"]);
    let todo = natively(T, after, &none()).up();
    let expected = "UPDATE t SET a =
    -- dbmig: todo t.a becomes NOT NULL: which value do rows with NULL get? Put it in place of the NULL below
    NULL
WHERE a IS NULL;";
    assert!(todo.contains(expected), "{todo}");
}

#[test]
fn a_new_column_gets_its_values_before_its_not_null_and_its_check() {
    let after = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b TEXT NOT NULL,
        c INTEGER NOT NULL CONSTRAINT k CHECK (coalesce(c, 0) > 0));";
    let mut live = check(
        T,
        "INSERT INTO t VALUES (1, NULL, 'x'), (2, 'y', 'zz');",
        after,
        &backfill("c", "length(b)"),
        "ALTER TABLE t ADD COLUMN c INTEGER;
UPDATE t SET c = length(b);
ALTER TABLE t ALTER COLUMN c SET NOT NULL;
ALTER TABLE t ADD CONSTRAINT k CHECK (coalesce(c, 0) > 0);",
        "ALTER TABLE t DROP CONSTRAINT k;
-- Destructive: drops the column t.c with its values.
ALTER TABLE t DROP COLUMN c;",
    );
    assert_eq!(live.values(&table("t"), &name("c")), ["1", "2"]);
}

#[test]
fn checks_come_go_and_get_other_names() {
    let before =
        "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT NOT NULL, CONSTRAINT k CHECK (a IN ('x', 'y')));";
    let after = before.replace("'y'", "'y', 'z'");
    let rows = "INSERT INTO t VALUES (1, 'x'), (2, 'y')";
    check(
        before,
        rows,
        &after,
        &none(),
        "ALTER TABLE t DROP CONSTRAINT k;\nALTER TABLE t ADD CONSTRAINT k CHECK (a IN ('x', 'y', 'z'));",
        "ALTER TABLE t DROP CONSTRAINT k;\nALTER TABLE t ADD CONSTRAINT k CHECK (a IN ('x', 'y'));",
    );
    check(
        before,
        rows,
        &before.replace("k CHECK", "l CHECK"),
        &none(),
        "ALTER TABLE t DROP CONSTRAINT k;\nALTER TABLE t ADD CONSTRAINT l CHECK (a IN ('x', 'y'));",
        "ALTER TABLE t DROP CONSTRAINT l;\nALTER TABLE t ADD CONSTRAINT k CHECK (a IN ('x', 'y'));",
    );
    // A column goes with the check that mentions it.
    let without = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY);";
    let up = natively(before, without, &none()).up();
    assert!(up.starts_with("ALTER TABLE t DROP CONSTRAINT k;\n") && !up.contains("CREATE TABLE"), "{up}");
    // SQLite refuses rows for which a new check is NULL.
    let (null, more) = (before.replace(" NOT NULL, CONS", ", CONS"), after.replace(" NOT NULL, CONS", ", CONS"));
    assert!(natively(&null, &more, &none()).up().contains("CREATE TABLE __dbmig_new_t"));
    // One without a name can't be named.
    let nameless = before.replace("CONSTRAINT k ", "");
    assert!(natively(&nameless, without, &none()).up().contains("CREATE TABLE __dbmig_new_t"));
}

#[test]
fn what_fires_triggers_or_counts_rows_is_rebuilt() {
    let after = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL);";
    let trigger = "CREATE TRIGGER g AFTER UPDATE ON t BEGIN SELECT raise(abort, 'fired'); END;";
    let is_rebuilt = |trigger: &str, value: &str| {
        let up = natively(&format!("{T}{trigger}"), &format!("{after}{trigger}"), &backfill("a", value)).up();
        up.contains("Rebuilds t")
    };
    assert!(!is_rebuilt("", "'x'"));
    assert!(is_rebuilt(trigger, "'x'"));
    assert!(is_rebuilt("", "'x' || row_number() OVER ()"));
    // The key of a table takes no NULL whatever it declares.
    let key = "CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID;";
    assert!(natively(key, &key.replace("TEXT", "TEXT NOT NULL"), &none()).up().contains("Rebuilds t"));
}
