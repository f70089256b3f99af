//! Drift in words: pairs of schemas and the lines that tell how they differ.

use dbmig_build::replay::Replay;
use dbmig_build::source::Source;
use dbmig_build::sql::split;

use super::*;

fn schema(sql: &str, backend: Backend) -> Schema {
    let script = split(&Source::new("up.sql", sql), backend);
    assert_eq!(script.diagnostics, []);
    let mut replay = Replay::new(backend);
    assert_eq!(replay.run(&script).diagnostics, []);
    replay.schema().clone()
}

fn found(chain: &str, live: &str, backend: Backend) -> Drift {
    let (chain, live) = (schema(chain, backend), schema(live, backend));
    let known = Known { made: chain.tables.keys().cloned().collect(), ..Known::default() };
    drift(&chain, &live, &known, backend, Expressions::AsWritten)
}

#[test]
fn equal_schemas_dont_differ() {
    let sql = "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT); CREATE TABLE c (d INTEGER REFERENCES a)";
    assert_eq!(found(sql, &sql.replace("REFERENCES a", "REFERENCES a (id)"), Backend::Sqlite), Drift::default());
}

#[test]
fn double_quotes_round_texts_are_no_drift_in_sqlite() {
    let sql = "CREATE TABLE a (b TEXT DEFAULT \"it's\" CHECK (\"b\" IN (\"b\", \"x\")))";
    let rewritten = "CREATE TABLE a (b TEXT DEFAULT 'it''s' CHECK (\"b\" IN (\"b\", 'x')))";
    assert_eq!(found(sql, rewritten, Backend::Sqlite), Drift::default());
    assert_ne!(found(sql, &rewritten.replace("'x'", "'y'"), Backend::Sqlite), Drift::default());
}

#[test]
fn each_difference_is_a_line() {
    let chain =
        "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL, age INTEGER DEFAULT 1, gone TEXT,
            CONSTRAINT adult CHECK (age > 17), CONSTRAINT one UNIQUE (email));
        CREATE INDEX by_age ON users (age); CREATE INDEX by_email ON users (email);
        CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users (id) ON DELETE CASCADE);
        CREATE TABLE missing (id INTEGER); CREATE VIEW old AS SELECT id FROM users;";
    let live = "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(120), age INTEGER, more TEXT,
            CONSTRAINT adult CHECK (age > 18));
        CREATE INDEX by_age ON users (age DESC) WHERE age > 1; CREATE INDEX by_more ON users (more);
        CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users (id));
        CREATE TABLE other (id INTEGER); CREATE VIEW theirs AS SELECT id FROM users;";
    let drift = found(chain, live, Backend::Sqlite);
    let expected = [
        "table missing: not in the database",
        "table posts: foreign key (author) references users (id) on delete cascade: not in the database",
        "table posts: foreign key (author) references users (id): only in the database",
        "table users: column age: default: `1` in the chain, none in the database",
        "table users: column email: varchar(80) in the chain, varchar(120) in the database",
        "table users: column email: NOT NULL in the chain, NULL in the database",
        "table users: column gone: not in the database",
        "table users: column more: only in the database",
        "table users: unique constraint `one`, unique (email): not in the database",
        "table users: check `adult`: check (age > 17) in the chain, check (age > 18) in the database",
        "table users: index by_age: (age) in the chain, (age desc) where age > 1 in the database",
        "table users: index by_email on (email): not in the database",
        "table users: index by_more on (more): only in the database",
        "view old: not in the database",
    ];
    assert_eq!(drift.differences, expected);
    assert_eq!(drift.foreign, ["table other", "view theirs"]);
}

#[test]
fn what_mysql_chooses_by_itself_is_no_drift() {
    let chain = "CREATE TABLE t (a int(11) CHECK (a > 0), b varchar(5), CHECK ((b <> 'x')))";
    let live = "CREATE TABLE t (a int, b varchar(5), CHECK (`a` > 0), CONSTRAINT CONSTRAINT_1 CHECK (`b` <> 'x')) ENGINE=InnoDB \
        DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci";
    assert_eq!(found(chain, live, Backend::Mysql), Drift::default());
    let stated = chain.replace("'x')))", "'x'))) ENGINE=MyISAM");
    let expected = ["table t: engine: myisam in the chain, innodb in the database"];
    assert_eq!(found(&stated, live, Backend::Mysql).differences, expected);
}

#[test]
fn what_a_mysql_column_states_and_its_table_has_is_no_drift() {
    let chain = "CREATE TABLE t (a varchar(5) COLLATE utf8mb4_general_ci, b varchar(5) CHARACTER SET utf8mb4)";
    let live = "CREATE TABLE t (a varchar(5), b varchar(5)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci";
    assert_eq!(found(chain, live, Backend::Mysql), Drift::default());
    let other = live.replace("_general_ci", "_bin");
    let expected = ["table t: column a: collation: `utf8mb4_general_ci` in the chain, none in the database"];
    assert_eq!(found(chain, &other, Backend::Mysql).differences, expected);
}

#[test]
fn the_zeros_that_mariadb_gives_a_column_are_no_drift() {
    let chain = "CREATE TABLE t (a datetime NOT NULL ON UPDATE CURRENT_TIMESTAMP, b datetime NOT NULL)";
    let zeros = "NOT NULL DEFAULT '0000-00-00 00:00:00'";
    let live = chain.replacen("NOT NULL", zeros, 1);
    assert_eq!(found(chain, &live, Backend::Mysql), Drift::default());
    assert_ne!(found(chain, &chain.replace("NOT NULL", zeros), Backend::Mysql), Drift::default());
}

#[test]
fn parameters_of_a_toast_table_that_postgresql_does_not_make_are_no_drift() {
    let types = "CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS timestamptz;";
    let with = |column: &str, parameters: &str| {
        format!("{types} CREATE TABLE a (id bigint, b e, c d, x {column}){parameters}")
    };
    let set = " WITH (fillfactor = 70, toast.autovacuum_enabled = false)";
    for (column, lines) in [("uuid", 0), ("text", 1), ("int[]", 1)] {
        let drift = found(&with(column, set), &with(column, " WITH (fillfactor = 70)"), Backend::Postgres);
        assert_eq!(drift.differences.len(), lines, "{column}: {drift:?}");
    }
    let drift = found(&with("uuid", set), &with("uuid", ""), Backend::Postgres);
    assert_eq!(drift.differences.len(), 1, "{drift:?}");
}

#[test]
fn tables_of_other_revisions_are_drift() {
    let live = schema("CREATE TABLE a (b TEXT); CREATE TABLE c (d TEXT); CREATE TABLE e (f TEXT)", Backend::Sqlite);
    let named = |text: &str| live.tables.keys().filter(|name| name.to_string() == text).cloned().collect();
    let known = Known { made: named("a"), dropped: named("c") };
    let found = drift(&Schema::default(), &live, &known, Backend::Sqlite, Expressions::AsWritten);
    let expected = ["table a: only in the database", "table c: dropped by the chain, still in the database"];
    assert_eq!(found.differences, expected);
    assert_eq!(found.foreign, ["table e"]);
}

#[test]
fn spellings_of_partitions_are_no_drift() {
    let chain = r"CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (-1) TO (MAXVALUE);
        CREATE TABLE v (b bytea) PARTITION BY LIST (b); CREATE TABLE w PARTITION OF v FOR VALUES IN (E'\\x01', E'a''b', 'c')";
    let live = chain.replace("(-1)", "('-1')").replace(r"E'\\x01', E'a''b', ", r"'\x01','a''b',");
    assert_ne!(chain, live);
    assert_eq!(found(chain, &live, Backend::Postgres), Drift::default());
    assert_ne!(found(chain, &live.replace("-1", "-2"), Backend::Postgres), Drift::default());
    let whole = "CREATE TABLE t (a int)";
    let parted = format!("{whole} PARTITION BY HASH (a) PARTITIONS 4");
    assert_eq!(found(&parted, &parted.replace("(a) PARTITIONS 4", "(`a`)"), Backend::Mysql), Drift::default());
    let expected = ["table t: partitioned by: hash a in the chain, none in the database"];
    assert_eq!(found(&parted, whole, Backend::Mysql).differences, expected);
}
