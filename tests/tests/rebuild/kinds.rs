//! One change of each kind that a SQLite table can bear, there and back, with rows, a view and a trigger beside it.

use cargo_dbmig::render::render_sqlite;
use dbmig_build::config::SqliteVersion;

use super::*;

const VERSIONS: [SqliteVersion; 2] = [SqliteVersion::OLDEST, SqliteVersion { major: 3, minor: 53 }];

/// What stands beside the table in each case, and mentions it.
const BESIDE: &str =
    "CREATE TABLE child (id INTEGER NOT NULL PRIMARY KEY, t INTEGER REFERENCES t (id) ON DELETE CASCADE);
    CREATE TABLE log (line TEXT);
    CREATE VIEW v AS SELECT id, a FROM t;
    CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log (line) VALUES (new.a); END;";

const ROWS: &str = "INSERT INTO t (id, a, n) VALUES (3, 'x', 1), (7, 'y', 2); INSERT INTO child VALUES (1, 3), (2, 7);";

/// Goes from one form of `t` to another and back: what is there is what was asked for, no row is lost or changed, no
/// trigger fires, and nothing is left to do.
#[track_caller]
fn check(before: &str, after: &str) {
    for version in VERSIONS {
        let (from, to) = (format!("{before};{BESIDE}"), format!("{after};{BESIDE}"));
        let (before, after) = (schema(&from), schema(&to));
        let changes = diff(&before, &after, &Renames::default());
        assert_ne!(changes, []);
        let rendered = render_sqlite(&changes, &before, &Backfills::new(), version).unwrap();
        let (up, down) = (rendered.up(), rendered.down());
        let mut live = database(&from, &format!("{ROWS} DELETE FROM log;"));
        let kept = |live: &mut Database| {
            assert_eq!(live.lines("SELECT id || a || n AS line FROM t ORDER BY id"), ["3x1", "7y2"]);
            assert_eq!(live.lines("SELECT id || '>' || t AS line FROM child ORDER BY id"), ["1>3", "2>7"]);
            assert_eq!(live.lines("SELECT a AS line FROM v ORDER BY a"), ["x", "y"]);
            assert_eq!(live.lines("SELECT line FROM log"), Vec::<String>::new());
            assert_eq!(live.violations(), Vec::<String>::new());
        };
        for (way, expected) in [("up", &to), ("down", &from), ("up", &to)] {
            match way {
                "up" => live.upgrade(&up, &down).unwrap_or_else(|error| panic!("{error}\n{up}")),
                _ => live.downgrade().unwrap_or_else(|error| panic!("{error}\n{down}")),
            }
            assert_eq!(live.structure(), database(expected, "").structure(), "{version} {way}\n{up}\n{down}");
            kept(&mut live);
            let left = diff(&live.schema(), &schema(expected), &Renames::default());
            assert_eq!(left, [], "{version} {way}\n{up}\n{down}");
        }
    }
}

const T: &str = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT NOT NULL, n INTEGER)";

/// The table with other words.
fn with(from: &str, to: &str) -> String {
    assert!(T.contains(from));
    T.replace(from, to)
}

#[test]
fn values_of_an_enum() {
    let one = with("n INTEGER", "n INTEGER, CONSTRAINT t_a_check CHECK (a IN ('x', 'y'))");
    check(T, &one);
    check(&one, &one.replace("'y'", "'y', 'z'"));
    check(&one, &one.replace("t_a_check", "of_a"));
}

#[test]
fn computed_columns() {
    let stored = with("n INTEGER", "n INTEGER, c INTEGER GENERATED ALWAYS AS (n + 1) STORED");
    check(T, &stored);
    check(T, &stored.replace("STORED", "VIRTUAL"));
    check(&stored, &stored.replace("STORED", "VIRTUAL"));
    check(&stored, &stored.replace("n + 1", "n * 2"));
}

#[test]
fn collations_and_options() {
    check(T, &with("a TEXT NOT NULL", "a TEXT NOT NULL COLLATE NOCASE"));
    check(T, &format!("{T} STRICT"));
    check(T, &format!("{T} WITHOUT ROWID"));
    check(&format!("{T} STRICT"), &format!("{T} STRICT, WITHOUT ROWID"));
}

#[test]
fn indexes_of_every_kind() {
    let made = |index: &str| format!("{T}; CREATE {index}");
    let indexes =
        ["INDEX i ON t (lower(a))", "INDEX i ON t (a) WHERE n > 1", "UNIQUE INDEX i ON t (a COLLATE NOCASE DESC)"];
    for (at, index) in indexes.iter().enumerate() {
        check(T, &made(index));
        check(&made(index), &made(indexes[(at + 1) % indexes.len()]));
        // They are made anew with a table.
        check(&made(index), &made(index).replace("n INTEGER", "n INTEGER NOT NULL DEFAULT 0"));
    }
}

#[test]
fn keys_and_autoincrement() {
    let counted = with("PRIMARY KEY", "PRIMARY KEY AUTOINCREMENT");
    check(T, &counted);
    check(&counted, &counted.replace("a TEXT NOT NULL", "a BLOB NOT NULL DEFAULT 'x'"));
    let of_two = "CREATE TABLE t (id INTEGER NOT NULL UNIQUE, a TEXT NOT NULL, n INTEGER, PRIMARY KEY (id, a))";
    check(T, of_two);
    check(of_two, &of_two.replace("(id, a)", "(a, id)"));
    check(of_two, &of_two.replace("(id, a)", "(id)").replace(" UNIQUE", ""));
}

#[test]
fn defaults_types_and_nulls() {
    check(T, &with("n INTEGER", "n BIGINT DEFAULT 5"));
    check(T, &with("a TEXT NOT NULL", "a TEXT"));
    check(T, &with("n INTEGER", "n INTEGER DEFAULT (1 + 1)"));
    check(T, &with("n INTEGER", "n INTEGER CHECK (n > 0)"));
}
