//! Scripts that can be run twice.

use dbmig::Request;

use super::*;

/// Runs a script as the `mysql` client does, which reads `DELIMITER` itself.
fn client(conn: &mut MysqlConnection, script: &str) -> QueryResult<()> {
    let mut delimiter = ";";
    let mut sql = String::new();
    for line in script.lines() {
        if let Some(other) = line.strip_prefix("DELIMITER ") {
            delimiter = other;
        } else if let Some(last) = line.strip_suffix(delimiter) {
            sql.push_str(last);
            conn.batch_execute(&std::mem::take(&mut sql))?;
        } else {
            sql.push_str(line);
            sql.push('\n');
        }
    }
    Ok(())
}

#[test]
fn a_script_that_passes_over_what_is_done() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let rows = "INSERT INTO users VALUES (1, 'a//b');\nUPDATE users SET name = CONCAT(name, 'c')";
    let mixed = "check unfit: SELECT id FROM users WHERE name IS NULL;\nALTER TABLE users ADD COLUMN age INT;\nINSERT \
                 INTO users VALUES (2, 'b', 3)";
    let bundle = chain(&[
        line().revisions[0],
        revision("2_rows", &["1"], rows, "DELETE FROM users"),
        revision("3_mixed", &["2"], mixed, "ALTER TABLE users DROP COLUMN age"),
    ]);
    let up = bundle.idempotent_script(UP, &[]).unwrap();
    let second = "
-- 2_rows (up)
DROP PROCEDURE IF EXISTS `dbmig_2`;
DELIMITER ///
CREATE PROCEDURE `dbmig_2`()
BEGIN
  IF NOT EXISTS (SELECT 1 FROM `__diesel_schema_migrations` WHERE version = '2') THEN
    START TRANSACTION;
    INSERT INTO users VALUES (1, 'a//b');
    UPDATE users SET name = CONCAT(name, 'c');
    INSERT INTO `__diesel_schema_migrations` (version) VALUES ('2');
    COMMIT;
  END IF;
END ///
DELIMITER ;
CALL `dbmig_2`();
DROP PROCEDURE `dbmig_2`;
";
    assert!(up.contains(second), "{up}");
    bundle.upgrade(conn, "1").unwrap();
    for _ in 0..2 {
        client(conn, &up).unwrap();
        assert!(bundle.status(conn).unwrap().is_up_to_date());
        assert_eq!(ask(conn, "SELECT name AS c FROM users"), "a//bc b");
    }
    let all: Vec<_> = bundle.applied(conn).unwrap();
    let down = bundle.idempotent_script(Request::Downgrade { targets: &["1"] }, &all).unwrap();
    for _ in 0..2 {
        client(conn, &down).unwrap();
        assert_eq!((ask(conn, "SELECT count(*) AS c FROM users").as_str(), ledger(conn).as_str()), ("0", "1"));
    }
    let stamp = bundle.idempotent_script(Request::Stamp { targets: &["3"], purge: false }, &[]).unwrap();
    for _ in 0..2 {
        client(conn, &stamp).unwrap();
        assert_eq!(ledger(conn), "1 2 3");
    }
}

#[test]
fn a_check_stops_it_and_a_trigger_cannot_be_guarded() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let up = "check a name is missing: SELECT id FROM users WHERE name IS NULL;\nCREATE TABLE b (id INT)";
    let trigger = "CREATE DEFINER = CURRENT_USER TRIGGER t BEFORE INSERT ON users FOR EACH ROW SET NEW.name = 'x'";
    let bundle = chain(&[
        line().revisions[0],
        revision("2_b", &["1"], up, ""),
        revision("3_trigger", &["2"], trigger, "DROP TRIGGER t"),
    ]);
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, "INSERT INTO users (id) VALUES (1)");
    let to_b = Request::Upgrade { targets: &["2"] };
    let error = client(conn, &bundle.idempotent_script(to_b, &[]).unwrap()).unwrap_err().to_string();
    assert!(error.contains("a name is missing"), "{error}");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("users", "1"));
    let error = bundle.idempotent_script(UP, &[]).unwrap_err();
    assert!(error.to_string().starts_with("3_trigger can't be written so that it runs once: MySQL"), "{error}");
}
