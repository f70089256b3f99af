//! One migrator at a time.

use super::*;

/// Sixteen at once; how many steps they did together.
fn together(url: &str, bundle: Bundle<'static>) -> usize {
    let start = std::sync::Barrier::new(16);
    std::thread::scope(|scope| {
        let migrate = || {
            let mut conn = PgConnection::establish(url).unwrap();
            start.wait();
            bundle.upgrade(&mut conn, "heads").unwrap().steps.len()
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

#[test]
fn sixteen_at_once_on_a_new_database() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    assert_eq!((together(scratch.url(), line()), ledger(conn).as_str()), (3, "1 2 3"));
    assert_eq!(advisory_locks(conn), "0");
}

#[test]
fn sixteen_at_once_with_an_index_that_waits_for_all_others() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    let indexes = "CREATE INDEX CONCURRENTLY a ON users (name);\nCREATE INDEX CONCURRENTLY b ON users (id, name)";
    let bundle = chain(&[
        line().revisions[0],
        stepwise("2_indexes", &["1"], indexes, ""),
        revision("3_log", &["2"], "CREATE TABLE log (id INT)", ""),
    ]);
    assert_eq!((together(scratch.url(), bundle), ledger(conn).as_str()), (3, "1 2 3"));
    assert_eq!(ask(conn, "SELECT count(*) AS c FROM pg_index WHERE NOT indisvalid"), "0");
    assert_eq!(ask(conn, "SELECT count(*) AS c FROM pg_class WHERE relname IN ('a', 'b')"), "2");
    assert_eq!(advisory_locks(conn), "0");
}

#[test]
fn a_lock_that_is_held_is_waited_for_and_then_its_holder_is_named() {
    let scratch = Server::postgres();
    let (conn, other) = (&mut scratch.connect(), &mut scratch.connect());
    exec(other, "SET application_name = 'the holder'");
    let bundle = chain(&[line().revisions[0], stepwise("2_step", &["1"], "SELECT 1", "")]);
    for target in ["1", "2"] {
        let observer = Options::observed(|event| {
            if !matches!(event, dbmig::Event::Started { .. }) {
                return;
            }
            let outcome = bundle.run(conn, Request::Upgrade { targets: &[target] }, impatient());
            let Err(Error::Locked { holder: Some(holder), .. }) = &outcome else { panic!("{outcome:?}") };
            assert!(holder.contains("(the holder, user ") && holder.contains(" since 2"), "{holder}");
            assert!(
                shown(outcome)
                    .starts_with("the database is locked by another process, for longer than 0.3 s: process ")
            );
        });
        bundle.run(other, Request::Upgrade { targets: &[target] }, observer).unwrap();
        // Where nothing is to be done, nothing is locked.
        assert_eq!(steps(&bundle.run(conn, Request::Upgrade { targets: &[target] }, impatient()).unwrap()), "");
    }
    assert_eq!(advisory_locks(conn), "0");
}

#[test]
fn the_lock_is_let_go_after_every_error() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    for (sql, kind) in [
        ("SELECT 1 / 0", "division by zero"),
        ("BEGIN;\nSELECT 1 / 0", "division by zero"),
        ("VACUUM nowhere", "relation \"nowhere\" does not exist"),
    ] {
        for kind_of in [revision, stepwise] {
            let bundle = chain(&[kind_of("1_bad", &[], sql, "")]);
            let error = shown(bundle.upgrade(conn, "heads"));
            assert!(
                error.contains(kind)
                    || error.contains("in a script that runs in a transaction")
                    || error.contains("cannot run inside"),
                "{error}"
            );
            assert_eq!(advisory_locks(conn), "0");
            exec(conn, "SELECT 1; DROP TABLE IF EXISTS __dbmig_journal, __diesel_schema_migrations");
        }
    }
    // A panic of the observer too.
    for kind_of in [revision, stepwise] {
        let bundle = chain(&[kind_of("1_x", &[], "SELECT 1", "")]);
        let run = std::panic::AssertUnwindSafe(|| bundle.run(conn, UP, Options::observed(|_| panic!("on purpose"))));
        assert!(std::panic::catch_unwind(run).is_err());
        assert_eq!(advisory_locks(conn), "0");
    }
    line().upgrade(conn, "heads").unwrap();
}

#[test]
fn within_the_callers_transaction_there_are_savepoints() {
    let scratch = Server::postgres();
    let conn = &mut scratch.connect();
    conn.test_transaction(|conn| {
        line().upgrade(conn, "2")?;
        let broken =
            chain(&[line().revisions[0], line().revisions[1], revision("3_bad", &["2"], "SELECT nothing", "")]);
        assert!(shown(broken.upgrade(conn, "heads")).contains("column \"nothing\" does not exist"));
        assert_eq!(tables(conn), "posts users");
        let step = chain(&[line().revisions[0], line().revisions[1], stepwise("3_step", &["2"], "SELECT 1", "")]);
        assert!(shown(step.upgrade(conn, "heads")).starts_with("3_step runs without a transaction"));
        line().upgrade(conn, "heads")?;
        assert_eq!(ledger(conn), "1 2 3");
        Ok::<_, Error>(())
    });
    assert_eq!(tables(conn), "");
    exec(conn, "BEGIN");
    assert!(shown(line().upgrade(conn, "heads")).contains("a transaction that Diesel doesn't know of"));
}
