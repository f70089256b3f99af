//! Checks: queries that stop a run where they find rows.

use super::*;

const VALUES: &str = "check such rows: SELECT id, id, CAST(1.5 AS DECIMAL(5,2)) AS n, 0.5e0 AS d, NULL AS `null`, \
                      X'00ff' AS x, CAST('2026-01-02 03:04:05' AS DATETIME) AS t, CAST('2026-01-02' AS DATE) AS day, \
                      CAST('03:04:05.5' AS TIME(1)) AS h, CAST(-3 AS SIGNED) AS s, name FROM users ORDER BY id DESC";

#[test]
fn rows_of_any_type_stop_the_run() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let up = String::leak(format!("{VALUES};\nCREATE TABLE b (id INT)"));
    let bundle = chain(&[line().revisions[0], revision("2_b", &["1"], up, "")]);
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, "INSERT INTO users VALUES (1, 'é'), (2, NULL)");
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot apply 2_b: such rows\nat: migrations/2_b/up.sql:1\nrows:\n  \
         id  id  n     d    null  x        t                    day         h                s   name\n  \
         2   2   1.50  0.5  NULL  x'00ff'  2026-01-02 03:04:05  2026-01-02  03:04:05.500000  -3  NULL\n  \
         1   1   1.50  0.5  NULL  x'00ff'  2026-01-02 03:04:05  2026-01-02  03:04:05.500000  -3  é"
    );
    assert_eq!(error.help().unwrap(), "nothing of this revision was kept; mend these rows and run this again");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("users", "1"));
    exec(conn, "DELETE FROM users");
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("b users", "1 2"));
}

#[test]
fn the_run_goes_on_at_the_check() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let up = "CREATE TABLE b (id INT);\ncheck double names: SELECT name, count(*) AS n FROM users GROUP BY name HAVING \
              count(*) > 1;\nALTER TABLE users ADD UNIQUE (name(10))";
    let bundle = chain(&[line().revisions[0], revision("2_b", &["1"], up, "")]);
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, "INSERT INTO users VALUES (1, 'a'), (2, 'a')");
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert!(error.to_string().ends_with("rows:\n  name  n\n  a     2"), "{error}");
    let help = "1 of 3 statements are done and stay; mend these rows and run this again: it goes on with the check";
    assert_eq!(error.help().unwrap(), help);
    exec(conn, "DELETE FROM users WHERE id = 2");
    bundle.upgrade(&mut server.connect(), "heads").unwrap();
    assert!(bundle.status(conn).unwrap().is_up_to_date());
}

#[test]
fn a_script_fails_where_there_are_rows() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let up = "check it's \\ unfit: SELECT id, id FROM users;\nCREATE TABLE b (id INT)";
    let bundle = chain(&[line().revisions[0], revision("2_b", &["1"], up, "")]);
    bundle.upgrade(conn, "1").unwrap();
    let script = bundle.script(UP, &["1".into()]).unwrap();
    exec(conn, "INSERT INTO users VALUES (1, 'a')");
    // A connection gives the error of the first statement alone: the others are run one by one.
    let failed = script.split_inclusive(";\n").map(|sql| conn.batch_execute(sql)).find_map(Result::err);
    let error = failed.map_or(String::new(), |error| error.to_string());
    assert!(error.contains("near 'stopped: it's \\ unfit'"), "{error}");
    exec(conn, "DELETE FROM users; DROP TABLE IF EXISTS b; DELETE FROM __diesel_schema_migrations WHERE version = '2'");
    script.split_inclusive(";\n").for_each(|sql| exec(conn, sql));
    assert!(bundle.status(conn).unwrap().is_up_to_date());
}
