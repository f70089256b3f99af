//! Introspection of real SQLite databases.

use cargo_dbmig::introspect::{IntrospectError, introspect};
use dbmig::Backend;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Name, ObjectName};
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use dbmig_tests::database::Database;

fn names(sql: &str, exclude: &[&str]) -> Vec<String> {
    let mut database = Database::new();
    database.run(sql);
    introspect(&mut database.connection, exclude)
        .unwrap_or_else(|error| panic!("{error}"))
        .tables
        .keys()
        .map(ObjectName::to_string)
        .collect()
}

#[test]
fn tables_that_no_migration_makes_are_left_out() {
    let sql = "CREATE TABLE __diesel_schema_migrations (version TEXT PRIMARY KEY);
        CREATE TABLE __dbmig_journal (version TEXT PRIMARY KEY); CREATE INDEX j ON __dbmig_journal (version);
        CREATE TABLE my_ledger (version TEXT PRIMARY KEY);
        CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT); ANALYZE;";
    assert_eq!(names(sql, &["my_ledger"]), ["t"]);
    assert_eq!(names(sql, &[]), ["my_ledger", "t"]);
}

#[test]
fn a_virtual_table_and_its_shadows_are_what_replay_says() {
    let mut database = Database::new();
    let sql = "CREATE VIRTUAL TABLE notes USING fts5(body); CREATE TABLE notes_by_day (day TEXT);";
    database.run(sql);
    let mut replay = Replay::new(Backend::Sqlite);
    assert_eq!(replay.run(&split(&Source::new("up.sql", sql), Backend::Sqlite)).diagnostics, []);
    assert_eq!(introspect(&mut database.connection, &[]).unwrap(), *replay.schema());
    database.run("CREATE VIRTUAL TABLE places USING rtree(id, a, b);");
    let tables = introspect(&mut database.connection, &[]).unwrap().tables;
    let places: Vec<String> =
        tables.keys().map(ObjectName::to_string).filter(|name| name.starts_with("places")).collect();
    assert_eq!(places, ["places"]);
}

#[test]
fn what_alter_table_did_is_seen() {
    let mut database = Database::new();
    database.run(
        "CREATE TABLE t (a TEXT CHECK (length(a) > 0) COLLATE NOCASE, b INTEGER);
         CREATE INDEX i ON t (lower(a)) WHERE a IS NOT NULL;
         ALTER TABLE t RENAME COLUMN a TO c; ALTER TABLE t ADD COLUMN d REAL DEFAULT 1.5; ALTER TABLE t DROP COLUMN b;
         ALTER TABLE t RENAME TO \"other t\";",
    );
    let schema = introspect(&mut database.connection, &[]).unwrap();
    let name = |text: &str| Name::new(text, Backend::Sqlite);
    let table = &schema.tables[&ObjectName::unqualified(name("other t"))];
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["c", "d"]);
    assert_eq!(table.checks[0].expression.to_string(), "length(c) > 0");
    assert_eq!(table.columns[0].collation, Some(name("nocase")));
    assert!(table.indexes[0].columns[0].mentions(&name("c")));
}

#[test]
fn a_file_that_is_no_database_is_one_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "this is no database, however long one looks at it".repeat(30)).unwrap();
    let path = file.path().to_str().unwrap();
    let mut connection = <diesel::SqliteConnection as diesel::Connection>::establish(path).unwrap();
    let error = introspect(&mut connection, &[]).unwrap_err();
    assert!(matches!(error, IntrospectError::Query(_)));
    assert_eq!(error.to_string(), "the database's structure can't be read: file is not a database");
}
