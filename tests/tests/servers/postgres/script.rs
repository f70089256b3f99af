//! Scripts that can be run twice.

use dbmig::Request;

use super::*;

/// Runs a script as psql does: what a query before `\gexec` returns is run.
fn psql(conn: &mut PgConnection, script: &str) {
    // Nothing is returned where the revision is applied, and nothing may stand between two queries.
    let run = |conn: &mut PgConnection, sql: &str| {
        if !sql.trim().is_empty() {
            exec(conn, sql)
        }
    };
    let mut rest = script;
    while let Some((before, after)) = rest.split_once("\n\\gexec\n") {
        let (before, query) = before.split_at(before.rfind("SELECT $dbmig").unwrap());
        run(conn, before);
        let found = ask(conn, &format!("SELECT q.column AS c FROM ({query}) q(\"column\")"));
        run(conn, &found);
        rest = after;
    }
    run(conn, rest);
}

#[test]
fn a_script_that_passes_over_what_is_done() {
    let server = Server::postgres();
    let conn = &mut server.connect();
    let lost = "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.tags (a TEXT DEFAULT \
                '$dbmig0$;')";
    let check = "check unfit: SELECT id FROM users WHERE name IS NULL;\nALTER TYPE mood ADD VALUE 'sad'";
    let apart = "CREATE INDEX CONCURRENTLY users_name ON users (name);\nINSERT INTO users VALUES (1, ':name $$')";
    let apart = Revision { run_in_transaction: false, ..revision("5_index", &["4"], apart, "DROP INDEX users_name") };
    let [users, posts, _] = *line().revisions else { panic!("three revisions") };
    let bundle = chain(&[
        users,
        posts,
        revision("3_tags", &["2"], lost, "DROP TABLE public.tags"),
        revision("4_mood", &["3"], check, "SELECT 1"),
        apart,
    ]);
    exec(conn, "CREATE TYPE mood AS ENUM ('glad')");
    let up = bundle.idempotent_script(UP, &[]).unwrap();
    let begin = "
-- 1_users (up)
DO $dbmig1$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM \"__diesel_schema_migrations\" WHERE version = '1') THEN
    EXECUTE $dbmig0$CREATE TABLE users (id INT PRIMARY KEY, name TEXT)$dbmig0$;
    EXECUTE $dbmig0$INSERT INTO \"__diesel_schema_migrations\" (version) VALUES ('1')$dbmig0$;
  END IF;
END
$dbmig1$;
";
    assert!(up.contains(begin), "{up}");
    let alone = "
-- 5_index (up)
SELECT $dbmig0$CREATE INDEX CONCURRENTLY users_name ON users (name)$dbmig0$ WHERE NOT EXISTS (SELECT 1 FROM \
                 \"__diesel_schema_migrations\" WHERE version = '5')
\\gexec
";
    assert!(up.contains(alone), "{up}");
    bundle.upgrade(conn, "2").unwrap();
    for _ in 0..2 {
        psql(conn, &up);
        assert!(bundle.status(conn).unwrap().is_up_to_date());
    }
    assert_eq!(ask(conn, "SELECT count(*) || name AS c FROM users GROUP BY name"), "1:name $$");
    let all: Vec<_> = bundle.applied(conn).unwrap();
    let down = bundle.idempotent_script(Request::Downgrade { targets: &["1"] }, &all).unwrap();
    for _ in 0..2 {
        psql(conn, &down);
        assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("users", "1"));
    }
    let stamp = bundle.idempotent_script(Request::Stamp { targets: &["3"], purge: false }, &[]).unwrap();
    for _ in 0..2 {
        psql(conn, &stamp);
        assert_eq!(ledger(conn), "1 2 3");
    }
}

#[test]
fn a_check_stops_it() {
    let server = Server::postgres();
    let conn = &mut server.connect();
    let up = "check a name is missing: SELECT id FROM users WHERE name IS NULL;\nCREATE TABLE b (id INT)";
    let bundle = chain(&[line().revisions[0], revision("2_b", &["1"], up, "")]);
    bundle.upgrade(conn, "1").unwrap();
    exec(conn, "INSERT INTO users VALUES (1)");
    let error = conn.batch_execute(&bundle.idempotent_script(UP, &[]).unwrap()).unwrap_err().to_string();
    assert!(error.contains("a name is missing"), "{error}");
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("users", "1"));
}
