//! The database remembers how to undo what was done to it.

use dbmig::Request;

use super::*;

/// The first revision of [`line`] alone: a checkout that lacks the others.
fn older() -> Bundle<'static> {
    bundle(&line().revisions[..1])
}

#[test]
fn revisions_that_the_checkout_lacks_are_reverted_from_the_journal() {
    let conn = &mut memory();
    line().upgrade(conn, "heads").unwrap();
    let status = status_of(older(), conn);
    assert_eq!(status.current, ["3_tags"]);
    let unknown = |at: usize| (status.unknown[at].name.as_deref(), status.unknown[at].revertible);
    assert_eq!((unknown(0), unknown(1)), ((Some("2_posts"), true), (Some("3_tags"), true)));
    assert_eq!(
        shown(older().upgrade(conn, "heads")),
        "cannot upgrade: the database has revisions that this chain doesn't know\nunknown:\n  2_posts\n  3_tags"
    );
    let mut log = Vec::new();
    older().run(conn, Request::Downgrade { targets: &["-1"] }, observed(&mut log)).unwrap();
    assert_eq!(log, ["FromJournal { name: \"3_tags\", edited: false }", "down 3_tags"]);
    assert_eq!(tables(conn), "posts users");
    assert!(shown(older().redo(conn, "-1")).starts_with("cannot downgrade: the database has revisions"));
    assert_eq!(steps(&older().downgrade(conn, "1_users").unwrap()), "down 2");
    assert!(status_of(older(), conn).is_up_to_date());
}

#[test]
fn an_unknown_version_that_nobody_remembers_stops_both_ways() {
    let (bundle, conn) = (line(), &mut memory());
    bundle.upgrade(conn, "heads").unwrap();
    exec(conn, "INSERT INTO __diesel_schema_migrations (version) VALUES ('99')");
    assert_eq!(
        shown(bundle.upgrade(conn, "heads")),
        "cannot upgrade: the database has revisions that this chain doesn't know\nunknown:\n  99"
    );
    assert!(shown(bundle.downgrade(conn, "-1")).starts_with("cannot downgrade"));
    let purge = Request::Stamp { targets: &["head"], purge: true };
    bundle.run(conn, purge, Options::default()).unwrap();
    assert!(status_of(bundle, conn).is_up_to_date());
}

/// The checkout's `down.sql` belongs to the checkout's `up.sql`; what was applied has its own way back.
#[test]
fn the_way_back_is_that_of_what_was_applied() {
    let with_posts = |up, down| {
        let mut revisions = line().revisions.to_vec();
        revisions.truncate(2);
        revisions[1] = revision("2_posts", &["1"], up, down);
        bundle(&revisions)
    };
    let conn = &mut memory();
    with_posts("CREATE TABLE posts (id INTEGER PRIMARY KEY)", "DROP TABLE posts").upgrade(conn, "heads").unwrap();
    // An edited up.sql: the journal's.
    let edited = with_posts("CREATE TABLE articles (id INTEGER PRIMARY KEY)", "DROP TABLE articles");
    assert_eq!(status_of(edited, conn).applied[1].edited, Some(true));
    let mut log = Vec::new();
    edited.run(conn, Request::Redo { target: "-1" }, observed(&mut log)).unwrap();
    assert_eq!(log, ["FromJournal { name: \"2_posts\", edited: true }", "down 2_posts", "up 2_posts"]);
    assert_eq!(tables(conn), "articles users");
    // An edited down.sql alone: the checkout's.
    let mended = with_posts("CREATE TABLE articles (id  INTEGER PRIMARY KEY)", "DROP TABLE IF EXISTS articles");
    let mut log = Vec::new();
    mended.run(conn, Request::Downgrade { targets: &["-1"] }, observed(&mut log)).unwrap();
    assert_eq!(log, ["down 2_posts"]);
    // None at all.
    with_posts("CREATE TABLE posts (id INTEGER PRIMARY KEY)", "").upgrade(conn, "heads").unwrap();
    assert_eq!(
        shown(edited.downgrade(conn, "-1")),
        "2_posts was applied without a way back, and its up.sql has been edited since"
    );
    assert_eq!(ledger(conn), "1 2");
}

#[test]
fn no_way_back_is_seen_before_anything_runs() {
    let mut revisions = line().revisions.to_vec();
    revisions[1].down = None;
    revisions[1].irreversible = Some("the old rows are gone");
    let (bundle, conn) = (bundle(&revisions), &mut memory());
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(shown(bundle.downgrade(conn, "base")), "2_posts is irreversible: the old rows are gone");
    assert_eq!(ledger(conn), "1 2 3");
}

/// Stock Diesel writes the ledger alone: the journal's rows about what it reverted or ran anew are stale.
#[test]
fn the_ledger_is_the_truth() {
    let (bundle, conn) = (line(), &mut memory());
    bundle.upgrade(conn, "heads").unwrap();
    exec(conn, "DROP TABLE tags; DELETE FROM __diesel_schema_migrations WHERE version = '3'");
    let status = status_of(bundle, conn);
    assert_eq!((status.pending.as_slice(), status.partial.len()), (&["3_tags".to_owned()][..], 0));
    exec(
        conn,
        "CREATE TABLE tags (id INTEGER);
         INSERT INTO __diesel_schema_migrations VALUES ('3', '2001-01-01 00:00:00');
         UPDATE __dbmig_journal SET checksum = 'other', down = '[[1,\"DROP TABLE users\"]]' WHERE version = '3'",
    );
    assert_eq!(status_of(bundle, conn).applied[2].edited, None);
    bundle.downgrade(conn, "-1").unwrap();
    assert_eq!(tables(conn), "posts users");
}

#[test]
fn statements_are_kept_as_they_were() {
    let odd = "CREATE TABLE \"a\\b\"(\"it's\" TEXT DEFAULT '\"\t')";
    let conn = &mut memory();
    bundle(&[revision("1_odd", &[], odd, "DROP TABLE \"a\\b\"")]).upgrade(conn, "heads").unwrap();
    bundle(&[]).downgrade(conn, "base").unwrap();
    assert_eq!(tables(conn), "");
}

#[test]
fn the_journal_knows_when_a_revision_was_started() {
    let conn = &mut memory();
    let past = "UPDATE __dbmig_journal SET started = '2000-01-01 00:00:00' WHERE finished IS NULL";
    let steps = Revision { run_in_transaction: false, ..revision("2_steps", &["1"], past, "") };
    let bundle = bundle(&[revision("1_whole", &[], past, "SELECT 1"), steps]);
    bundle.upgrade(conn, "heads").unwrap();
    assert_eq!(
        ask(conn, "SELECT started < finished AS c FROM __dbmig_journal ORDER BY version"),
        "1 1",
        "the row is there while the script runs"
    );
    bundle.stamp(conn, "1").unwrap();
    bundle.redo(conn, "-1").unwrap();
    assert_eq!(ask(conn, "SELECT started AS c FROM __dbmig_journal"), "2000-01-01 00:00:00");
}
