//! Scripts that change the session, rights that are missing, and revisions that stop midway.

use super::*;

#[test]
fn what_a_script_sets_is_put_back() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    exec(conn, "CREATE SCHEMA own; SET search_path = own, public; SET work_mem = '5MB'");
    let dump = "SET statement_timeout = 0;\nSET standard_conforming_strings = off;\nSET ROLE pg_monitor;\nRESET \
                ROLE;\nSELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE own.a (t TEXT);\nSET \
                work_mem = '9MB';\nSET ROLE pg_monitor";
    let again = "SET search_path = public;\nCREATE TABLE b (id INT);\nSET LOCAL lock_timeout = '5s'";
    let steps = "SET search_path = public;\nCREATE TABLE c (id INT);\nSET work_mem = '7MB'";
    let bundle = chain(&[
        revision("1_dump", &[], dump, "SELECT 1"),
        revision("2_again", &["1"], again, "SELECT 1"),
        stepwise("3_steps", &["2"], steps, "SELECT 1"),
    ]);
    let before = |conn: &mut PgConnection| {
        ["search_path", "work_mem", "statement_timeout", "standard_conforming_strings", "role", "lock_timeout"]
            .map(|name| setting(conn, name))
    };
    let expected = before(conn);
    bundle.upgrade(conn, "2").unwrap();
    assert_eq!(before(conn), expected);
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(before(conn), expected);
    assert_eq!(tables(conn), "b c own.__dbmig_journal own.__diesel_schema_migrations own.a");
    assert_eq!(ask(conn, "SELECT version AS c FROM own.__diesel_schema_migrations ORDER BY 1"), "1 2 3");
    bundle.downgrade(conn, "base").unwrap();
}

#[test]
fn looking_needs_no_right_to_write() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    // Roles are the whole server's.
    let role = format!("{}_role", scratch.name());
    line().upgrade(conn, "2").unwrap();
    exec(conn, &format!("CREATE ROLE {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}; SET ROLE {role}"));
    assert_eq!(line().status(conn).unwrap().current, ["2_posts"]);
    assert_eq!(steps(&line().plan(conn, UP).unwrap()), "up 3");
    assert_eq!(steps(&line().upgrade(conn, "2").unwrap()), "");
    let error = shown(line().upgrade(conn, "heads"));
    assert!(error.contains("permission denied"), "{error}");
    exec(conn, "RESET ROLE; SET default_transaction_read_only = on");
    assert_eq!(line().status(conn).unwrap().pending, ["3_tags"]);
    let error = shown(line().upgrade(conn, "heads"));
    assert!(error.contains("in a read-only transaction"), "{error}");
    exec(conn, "SET default_transaction_read_only = off");
    exec(conn, &format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn the_ledgers_own_rights_are_enough() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    // Roles are the whole server's.
    let role = format!("{}_role", scratch.name());
    line().upgrade(conn, "2").unwrap();
    exec(
        conn,
        &format!(
            "CREATE ROLE {role}; GRANT ALL ON __diesel_schema_migrations, __dbmig_journal TO {role}; REVOKE CREATE ON \
             SCHEMA public FROM public; SET ROLE {role}"
        ),
    );
    let bundle = chain(&[line().revisions[0], line().revisions[1], revision("3_rows", &["2"], "SELECT 1", "")]);
    bundle.upgrade(conn, "heads").unwrap();
    exec(conn, &format!("RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn the_isolation_that_a_connection_prefers_hides_nothing() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    exec(conn, "SET default_transaction_isolation = 'serializable'");
    line().upgrade(conn, "heads").unwrap();
    assert_eq!(ledger(conn), "1 2 3");
    assert_eq!(setting(conn, "default_transaction_isolation"), "serializable");
}

#[test]
fn without_a_transaction_a_run_goes_on_where_it_failed() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let up = "SET search_path = other;\nCREATE TABLE a (id INT);\nCREATE INDEX CONCURRENTLY i ON a (id);\nINSERT INTO \
              late VALUES (1);\nCREATE TABLE b (id INT)";
    let bundle = chain(&[stepwise("1_steps", &[], up, "DROP TABLE other.a;\nDROP TABLE other.b;\nDROP TABLE other.c")]);
    exec(conn, "CREATE SCHEMA other");
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert!(error.help().unwrap().starts_with("3 of 5 statements are done and stay"), "{error}");
    assert_eq!((setting(conn, "search_path").as_str(), advisory_locks(conn).as_str()), ("\"$user\", public", "0"));
    exec(conn, "CREATE TABLE other.late (id INT)");
    // Another process, whose search_path is its own.
    let other = &mut scratch.connect();
    bundle.upgrade(other, "heads").unwrap();
    assert_eq!(tables(other), "other.a other.b other.late");
    // And down.
    let error = bundle.downgrade(conn, "base").unwrap_err();
    assert!(error.help().unwrap().starts_with("2 of 3 statements are done and stay"), "{error}");
    exec(conn, "CREATE TABLE other.c (id INT)");
    assert_eq!(steps(&bundle.downgrade(conn, "base").unwrap()), "down 1");
    assert_eq!(tables(conn), "other.late");
}

#[test]
fn a_connection_that_is_lost_midway_leaves_nothing() {
    let scratch = Server::postgres();
    let bundle = chain(&[
        line().revisions[0],
        revision("2_lost", &["1"], "CREATE TABLE a (id INT);\nSELECT pg_terminate_backend(pg_backend_pid())", ""),
    ]);
    let conn = &mut scratch.connect();
    bundle.upgrade(conn, "1").unwrap();
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert!(
        error.to_string().starts_with("cannot apply 2_lost: server closed the connection unexpectedly\nat:"),
        "{error}"
    );
    assert!(error.help().unwrap().contains("the connection was lost"));
    let conn = &mut scratch.connect();
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("users", "1"));
    line().upgrade(conn, "heads").unwrap();
}
