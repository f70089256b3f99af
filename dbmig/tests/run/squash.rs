//! A revision that replaces others: databases that ran those, a part of them, or none.

use dbmig::Request;

use super::*;

/// [`line`] as one revision, with a further one on it.
fn squashed() -> Bundle<'static> {
    let up = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)\nCREATE TABLE posts (id INTEGER PRIMARY KEY)\nCREATE TABLE tags (id INTEGER PRIMARY KEY)";
    let one = revision("3_all", &[], up, "DROP TABLE tags\nDROP TABLE posts\nDROP TABLE users");
    let next = revision("4_likes", &["3"], "CREATE TABLE likes (id INTEGER PRIMARY KEY)", "DROP TABLE likes");
    bundle(&[Revision { replaces: &["1", "2"], ..one }, next])
}

#[test]
fn a_new_database_runs_the_one() {
    let conn = &mut memory();
    assert_eq!(steps(&squashed().upgrade(conn, "heads").unwrap()), "up 3, up 4");
    assert_eq!((tables(conn), ledger(conn)), ("likes posts tags users".into(), "3 4".into()));
    assert_eq!(steps(&squashed().downgrade(conn, "base").unwrap()), "down 4, down 3");
    assert_eq!((tables(conn), ledger(conn)), (String::new(), String::new()));
}

#[test]
fn a_database_that_ran_all_of_them_has_it() {
    let (bundle, conn) = (squashed(), &mut memory());
    line().upgrade(conn, "heads").unwrap();
    let status = status_of(bundle, conn);
    assert_eq!(
        (versions(&status), status.unknown.len(), status.current.clone()),
        ("3".into(), 0, vec!["3_all".into()])
    );
    assert_eq!(status.applied[0].edited, None);
    assert_eq!(steps(&bundle.upgrade(conn, "heads").unwrap()), "up 4");
    assert_eq!(ledger(conn), "1 2 3 4");
    // Older checkouts go on as they did.
    assert_eq!(steps(&line().plan(conn, Request::Downgrade { targets: &["2"] }).unwrap()), "down 4, down 3");
    let mut log = Vec::new();
    bundle.run(conn, Request::Downgrade { targets: &["-2"] }, observed(&mut log)).unwrap();
    assert_eq!(log, ["down 4_likes", "down 3_all"]);
    assert_eq!((tables(conn), ledger(conn)), (String::new(), String::new()));
    assert_eq!(ask(conn, "SELECT count(*) AS c FROM __dbmig_journal"), "0");
    assert_eq!(steps(&bundle.upgrade(conn, "heads").unwrap()), "up 3, up 4");
}

#[test]
fn a_database_in_the_middle_is_told_what_to_do() {
    let (bundle, conn) = (squashed(), &mut memory());
    line().upgrade(conn, "2").unwrap();
    let status = status_of(bundle, conn);
    let unknown = |at: usize| (status.unknown[at].name.as_deref(), status.unknown[at].replaced_by.as_deref());
    assert_eq!((unknown(0), unknown(1)), ((Some("1_users"), Some("3_all")), (Some("2_posts"), Some("3_all"))));
    let error = bundle.upgrade(conn, "heads").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot upgrade: the database has 2 of the 3 revisions that are now one, 3_all\napplied:\n  1_users\n  2_posts"
    );
    assert_eq!(
        error.help().unwrap(),
        "check out the commit before the squash, or run the program of that time, and upgrade there to 3; or revert \
         what it has with `cargo dbmig downgrade base`, where the journal knows how"
    );
    // Either way leads out.
    assert_eq!(steps(&bundle.downgrade(conn, "base").unwrap()), "down 2, down 1");
    assert_eq!(tables(conn), "");
    line().upgrade(conn, "2").unwrap();
    line().upgrade(conn, "3").unwrap();
    assert_eq!(steps(&bundle.upgrade(conn, "heads").unwrap()), "up 4");
}

#[test]
fn the_way_back_is_that_of_what_ran() {
    let conn = &mut memory();
    let mut older = line().revisions.to_vec();
    older[1] = revision("2_posts", &["1"], "CREATE TABLE articles (id INTEGER PRIMARY KEY)", "DROP TABLE articles");
    bundle(&older).upgrade(conn, "heads").unwrap();
    let mut log = Vec::new();
    squashed().run(conn, Request::Downgrade { targets: &["base"] }, observed(&mut log)).unwrap();
    assert_eq!(log, ["FromJournal { name: \"3_all\", edited: true }", "down 3_all"]);
    assert_eq!((tables(conn), ledger(conn)), (String::new(), String::new()));
}

#[test]
fn one_of_them_without_a_way_back_keeps_all_of_them() {
    let conn = &mut memory();
    let mut older = line().revisions.to_vec();
    older[0] = Revision { irreversible: Some("it was long ago"), down: None, ..older[0] };
    bundle(&older).upgrade(conn, "heads").unwrap();
    let mut revisions = squashed().revisions.to_vec();
    revisions[0] = Revision { irreversible: Some("it was long ago"), down: None, ..revisions[0] };
    let error = bundle(&revisions).downgrade(conn, "base").unwrap_err();
    assert_eq!(error.to_string(), "3_all is irreversible: it was long ago");
    assert_eq!(ledger(conn), "1 2 3");
}

#[test]
fn the_ledger_follows_redo_and_stamp() {
    let (bundle, conn) = (squashed(), &mut memory());
    line().upgrade(conn, "heads").unwrap();
    assert_eq!(steps(&bundle.redo(conn, "-1").unwrap()), "down 3, up 3");
    assert_eq!((tables(conn), ledger(conn)), ("posts tags users".into(), "3".into()));
    let conn = &mut memory();
    line().upgrade(conn, "heads").unwrap();
    let script = bundle.script(Request::Downgrade { targets: &["base"] }, &bundle.applied(conn).unwrap()).unwrap();
    exec(conn, &script);
    assert_eq!((tables(conn), ledger(conn)), (String::new(), String::new()));
    let conn = &mut memory();
    line().upgrade(conn, "heads").unwrap();
    let purge = Request::Stamp { targets: &["3"], purge: true };
    assert_eq!(steps(&bundle.run(conn, purge, Options::default()).unwrap()), "");
    assert_eq!(ledger(conn), "3");
    line().stamp(conn, "3").unwrap();
    assert_eq!((steps(&bundle.stamp(conn, "base").unwrap()), ledger(conn)), ("unstamp 3".into(), String::new()));
    // What is in the middle is at its end by word alone.
    line().stamp(conn, "2").unwrap();
    assert_eq!((steps(&bundle.stamp(conn, "3").unwrap()), ledger(conn)), ("stamp 3".into(), "1 2 3".into()));
    assert!(status_of(bundle, conn).unknown.is_empty());
}
