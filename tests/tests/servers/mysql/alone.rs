//! One migrator at a time.

use super::*;

/// Sixteen at once; how many steps they did together.
fn together(url: &str, bundle: Bundle<'static>) -> usize {
    let start = std::sync::Barrier::new(16);
    std::thread::scope(|scope| {
        let migrate = || {
            let mut conn = MysqlConnection::establish(url).unwrap();
            start.wait();
            bundle.upgrade(&mut conn, "heads").unwrap().steps.len()
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

#[test]
fn sixteen_at_once_on_a_new_database() {
    let server = Server::mysql();
    let rows = "CREATE TABLE IF NOT EXISTS log (id INT AUTO_INCREMENT PRIMARY KEY);\nINSERT INTO log VALUES ();\nINSERT \
                INTO log VALUES ()";
    let bundle = chain(&[
        line().revisions[0],
        revision("2_log", &["1"], rows, ""),
        revision("3_rows", &["2"], "INSERT INTO log VALUES ();\nDELETE FROM log LIMIT 1", ""),
    ]);
    let conn = &mut server.connect();
    assert_eq!((together(server.url(), bundle), ledger(conn).as_str()), (3, "1 2 3"));
    assert_eq!((ask(conn, "SELECT count(*) AS c FROM log").as_str(), is_free(server.url())), ("2", true));
}

#[test]
fn a_lock_that_is_held_is_waited_for_and_then_its_holder_is_named() {
    let server = Server::mysql();
    let (conn, other) = (&mut server.connect(), &mut server.connect());
    let holder_id = ask(other, "SELECT CONNECTION_ID() AS c");
    let bundle = chain(&[line().revisions[0], revision("2_rows", &["1"], "INSERT INTO users VALUES (1, 'a')", "")]);
    for target in ["1", "2"] {
        let observer = Options::observed(|event| {
            if !matches!(event, dbmig::Event::Started { .. }) {
                return;
            }
            let outcome = bundle.run(conn, Request::Upgrade { targets: &[target] }, impatient());
            let Err(Error::Locked { holder: Some(holder), .. }) = &outcome else { panic!("{outcome:?}") };
            assert!(
                holder.starts_with(&format!("connection {holder_id} (user ")) && holder.contains(" since 2"),
                "{holder}"
            );
        });
        bundle.run(other, Request::Upgrade { targets: &[target] }, observer).unwrap();
        assert!(is_free(server.url()));
    }
}

#[test]
fn the_lock_is_let_go_after_every_error() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    for sql in [
        "SELECT nothing",
        "INSERT INTO nowhere VALUES (1)",
        "CREATE TABLE x (id NOTHING)",
        "CREATE TABLE IF NOT EXISTS y (id INT);\nLOCK TABLES y WRITE;\nINSERT INTO y VALUES ('a', 'b')",
    ] {
        for kind_of in [revision, stepwise] {
            shown(chain(&[kind_of("1_bad", &[], sql, "")]).upgrade(conn, "heads"));
            assert!(is_free(server.url()), "{sql}");
            exec(conn, "DROP TABLE IF EXISTS __dbmig_journal");
        }
    }
    for sql in ["SELECT 1", "CREATE TABLE IF NOT EXISTS x (id INT)"] {
        let bundle = chain(&[revision("1_x", &[], sql, "")]);
        let run = std::panic::AssertUnwindSafe(|| bundle.run(conn, UP, Options::observed(|_| panic!("on purpose"))));
        assert!(std::panic::catch_unwind(run).is_err());
        assert!(is_free(server.url()));
    }
    line().upgrade(conn, "heads").unwrap();
}

#[test]
fn the_callers_transaction_is_never_committed() {
    let server = Server::mysql();
    let conn = &mut server.connect();
    let rows = revision("2_rows", &["1"], "INSERT INTO users VALUES (1, 'a')", "DELETE FROM users");
    let bundle = chain(&[line().revisions[0], rows]);
    conn.test_transaction(|conn| {
        assert!(shown(bundle.upgrade(conn, "heads")).starts_with("1_users runs without a transaction"));
        assert!(shown(bundle.stamp(conn, "heads")).contains("would commit the caller's transaction"));
        Ok::<_, Error>(())
    });
    bundle.upgrade(conn, "1").unwrap();
    conn.test_transaction(|conn| {
        bundle.upgrade(conn, "heads")?;
        assert_eq!(ledger(conn), "1 2");
        Ok::<_, Error>(())
    });
    assert_eq!((ledger(conn).as_str(), ask(conn, "SELECT count(*) AS c FROM users").as_str()), ("1", "0"));
}
