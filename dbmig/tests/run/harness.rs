//! Diesel's stock harness and dbmig's own entry points see the same truth.

use diesel_migrations::MigrationHarness;

use super::*;

#[test]
fn what_one_has_done_is_done_for_the_other() {
    let bundle = line();
    let conn = &mut memory();
    let ran: Vec<String> = conn.run_pending_migrations(bundle).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(ran, ["1", "2", "3"]);
    assert!(status_of(bundle, conn).is_up_to_date());
    assert_eq!(steps(&bundle.downgrade(conn, "-2").unwrap()), "down 3, down 2");
    assert_eq!(conn.pending_migrations(bundle).unwrap().len(), 2);
    conn.run_next_migration(bundle).unwrap();
    assert_eq!(steps(&bundle.upgrade(conn, "heads").unwrap()), "up 3");
    assert!(!conn.has_pending_migration(bundle).unwrap());
    conn.revert_last_migration(bundle).unwrap();
    assert_eq!((tables(conn).as_str(), ledger(conn).as_str()), ("posts users", "1 2"));
    assert_eq!(steps(&bundle.upgrade(conn, "heads").unwrap()), "up 3");
    conn.revert_all_migrations(bundle).unwrap();
    assert_eq!(tables(conn), "");
}

#[test]
fn the_stock_harness_reports_file_line_and_statement() {
    let bundle = bundle(&[revision("1_bad", &[], "CREATE TABLE a (id INTEGER PRIMARY KEY)\nCREATE TABL b", "")]);
    let conn = &mut memory();
    let error = conn.run_pending_migrations(bundle).err().unwrap();
    let error = error.downcast_ref::<Error>().unwrap();
    let Error::Failed(failed) = error else { panic!("{error}") };
    assert_eq!(
        (failed.file.as_str(), failed.line, failed.statement.as_str()),
        ("migrations/1_bad/up.sql", 2, "CREATE TABL b")
    );
    assert_eq!(tables(conn), "");
}

#[test]
fn one_way_back_that_is_missing_stops_the_stock_harness_too() {
    let bundle = bundle(&[revision("1_a", &[], "SELECT 1", "")]);
    let conn = &mut memory();
    conn.run_pending_migrations(bundle).unwrap();
    assert_eq!(conn.revert_last_migration(bundle).err().unwrap().to_string(), "1_a has no way back");
}
