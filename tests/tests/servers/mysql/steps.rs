//! Up, down, redo and stamp; what stops midway goes on where it stopped.

use dbmig::TransactionMode;
use diesel_migrations::MigrationHarness;

use super::*;

#[test]
fn up_down_redo_and_stamp() {
    let server = Server::mysql();
    let (bundle, conn) = (line(), &mut server.connect());
    assert_eq!((bundle.status(conn).unwrap().pending.len(), tables(conn).as_str()), (3, ""));
    assert_eq!(steps(&bundle.upgrade(conn, "+2").unwrap()), "up 1, up 2");
    assert_eq!(steps(&bundle.upgrade(conn, "heads").unwrap()), "up 3");
    assert_eq!(steps(&bundle.redo(conn, "-2").unwrap()), "down 3, down 2, up 2, up 3");
    assert_eq!(tables(conn), "posts tags users");
    let status = bundle.status(conn).unwrap();
    assert!(status.is_up_to_date() && status.applied.iter().all(|applied| applied.edited == Some(false)), "{status:?}");
    assert_eq!(steps(&bundle.downgrade(conn, "1").unwrap()), "down 3, down 2");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("users", "1"));
    assert_eq!(steps(&bundle.stamp(conn, "head").unwrap()), "stamp 2, stamp 3");
    assert_eq!(ledger(conn), "1 2 3");
    let error = shown(Bundle { backend: Backend::Postgres, ..line() }.upgrade(conn, "heads"));
    assert_eq!(error, "the chain is written for postgres, the connection is to mysql");
}

#[test]
fn a_revision_that_fails_midway_goes_on_there_up_and_down() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let up = "SET @start = 7;\nCREATE TABLE a (id INT);\nINSERT INTO a VALUES (@start);\n\nINSERT INTO\n  late VALUES \
              (1) x;\nCREATE TABLE b (id INT)";
    let mended = "SET @start = 7;\nCREATE TABLE a (id INT);\nINSERT INTO a VALUES (@start);\n\nINSERT INTO\n  late \
                  VALUES (@start);\nCREATE TABLE b (id INT)";
    let down = "DROP TABLE b;\nDROP TABLE late;\nDROP TABLE a";
    let error = chain(&[revision("1_steps", &[], up, down)]).upgrade(conn, "heads").unwrap_err();
    assert!(error.to_string().contains("\nat: migrations/1_steps/up.sql:6\n"), "{error}");
    assert!(error.help().unwrap().starts_with("3 of 5 statements are done and stay"), "{error}");
    exec(conn, "CREATE TABLE late (id INT)");
    // Another process, whose variables are its own.
    let other = &mut server.connect();
    let bundle = chain(&[revision("1_steps", &[], mended, down)]);
    bundle.upgrade(other, "heads").unwrap();
    assert_eq!((tables(other).as_str(), ask(other, "SELECT id AS c FROM late").as_str()), ("a b late", "7"));
    exec(other, "DROP TABLE late");
    let error = bundle.downgrade(conn, "base").unwrap_err();
    assert!(error.help().unwrap().starts_with("1 of 3 statements are done and stay"), "{error}");
    let partial = bundle.status(conn).unwrap().partial;
    assert_eq!((partial[0].done, partial[0].total), (1, 3));
    exec(other, "CREATE TABLE late (id INT)");
    assert_eq!(steps(&bundle.downgrade(conn, "base").unwrap()), "down 1");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("", ""));
}

#[test]
fn rows_alone_are_changed_in_a_transaction() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let rows = "INSERT INTO users VALUES (1, 'a');\nINSERT INTO users VALUES (1, 'b')";
    let bundle = chain(&[line().revisions[0], revision("2_rows", &["1"], rows, "")]);
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert!(error.to_string().contains("Duplicate entry"), "{error}");
    assert!(error.help().unwrap().starts_with("nothing of this revision was kept"), "{error}");
    assert_eq!((ledger(conn).as_str(), ask(conn, "SELECT count(*) AS c FROM users").as_str()), ("1", "0"));
    let all = || Options { transaction: TransactionMode::All, ..Options::default() };
    let refused = shown(line().run(conn, UP, all()));
    assert_eq!(refused, "one transaction can't hold the whole run: MySQL commits each statement of 2_posts");
    let fine = chain(&[line().revisions[0], revision("2_rows", &["1"], "INSERT INTO users VALUES (1, 'a')", "")]);
    fine.run(conn, UP, all()).unwrap();
    line().stamp(conn, "base").unwrap();
    exec(conn, "DROP TABLE users");
    assert_eq!(line().create_all(&mut server.connect()).unwrap().steps.len(), 3);
}

#[test]
fn what_a_script_sets_is_put_back() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    exec(conn, &format!("CREATE DATABASE {}_b", server.name()));
    let up = String::leak(format!(
        "/*!40101 SET NAMES latin1 */;\n-- nothing\n;\nSET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';\nSET \
         foreign_key_checks = 0;\nCREATE TABLE \"a\" (id INT);\nUSE {}_b;\nCREATE TABLE away (id INT)",
        server.name()
    ));
    let down = "DROP TABLE a;\nSET @text = 'it''s \\\\ \"é\"'";
    let before = "SELECT CONCAT_WS('|', @@sql_mode, @@foreign_key_checks, @@character_set_client, \
                  @@collation_connection, DATABASE()) AS c";
    let expected = ask(conn, before);
    let bundle = chain(&[revision("1_meddle", &[], up, down)]);
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!((ask(conn, before), ledger(conn).as_str(), tables(conn).as_str()), (expected, "1", "a"));
    exec(conn, &format!("DROP DATABASE {}_b", server.name()));
    // What was kept of `down.sql` is what it was.
    assert_eq!(steps(&chain(&[]).downgrade(conn, "base").unwrap()), "down 1");
    assert_eq!(ask(conn, "SELECT @text AS c"), "it's \\ \"é\"");
}

#[test]
fn tables_can_be_locked_by_a_script() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let dump = "CREATE TABLE a (id INT PRIMARY KEY);\nLOCK TABLES `a` WRITE;\nINSERT INTO a VALUES (1);\nINSERT INTO a \
                VALUES (2);\nUNLOCK TABLES;\nCREATE TABLE b (id INT)";
    chain(&[revision("1_dump", &[], dump, "")]).upgrade(conn, "heads").unwrap();
    assert_eq!((tables(conn).as_str(), ask(conn, "SELECT id AS c FROM a").as_str()), ("a b", "1 2"));
}

#[test]
fn diesel_reads_the_same_ledger() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    line().upgrade(conn, "2").unwrap();
    assert_eq!(conn.run_pending_migrations(line()).unwrap().len(), 1);
    assert!(line().status(conn).unwrap().is_up_to_date());
    conn.revert_last_migration(line()).unwrap();
    assert_eq!(steps(&line().downgrade(conn, "base").unwrap()), "down 2, down 1");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("", ""));
}

#[test]
fn a_long_way_back_is_kept_whole() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let long = String::leak(format!("SET @n = LENGTH('{}')", "é".repeat(60_000)));
    chain(&[revision("1_long", &[], "SELECT 1", long)]).upgrade(conn, "heads").unwrap();
    assert_eq!(steps(&chain(&[]).downgrade(conn, "base").unwrap()), "down 1");
    assert_eq!(ask(conn, "SELECT @n AS c"), "120000");
}

#[test]
fn a_connection_that_is_lost_midway_is_told() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let up = "CREATE TABLE a (id INT);\nKILL CONNECTION_ID();\nCREATE TABLE b (id INT)";
    let error = chain(&[revision("1_lost", &[], up, "")]).upgrade(conn, "heads").unwrap_err();
    assert!(error.help().unwrap().starts_with("1 of 3 statements are done and stay"), "{error}");
    let conn = &mut server.connect();
    let up = "CREATE TABLE a (id INT);\nSELECT 1;\nCREATE TABLE b (id INT)";
    chain(&[revision("1_lost", &[], up, "")]).upgrade(conn, "heads").unwrap();
    assert_eq!((tables(conn).as_str(), is_free(server.url())), ("a b", true));
}

#[test]
fn a_script_does_what_the_run_would_do() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let rows = revision("2_rows", &["1"], "INSERT INTO users VALUES (1, 'a')", "DELETE FROM users");
    let bundle = chain(&[line().revisions[0], rows]);
    let script = bundle.script(UP, &[]).unwrap();
    assert_eq!(
        script,
        "CREATE TABLE IF NOT EXISTS `__diesel_schema_migrations` (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- 1_users (up)
CREATE TABLE users (id INT PRIMARY KEY, name TEXT);
INSERT INTO `__diesel_schema_migrations` (version) VALUES ('1');

-- 2_rows (up)
START TRANSACTION;
INSERT INTO users VALUES (1, 'a');
INSERT INTO `__diesel_schema_migrations` (version) VALUES ('2');
COMMIT;
"
    );
    exec(conn, &script);
    assert!(bundle.status(conn).unwrap().is_up_to_date());
}
