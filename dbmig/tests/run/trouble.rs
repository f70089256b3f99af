//! Files that are no databases, or may not be written.

use dbmig::Request;
use dbmig::driver::sqlite::open;

use super::*;

#[test]
fn a_file_that_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let notes = "nothing that SQLite could read, though it is long enough. ".repeat(40);
    std::fs::write(&path, &notes).unwrap();
    assert_eq!(open(path.to_str().unwrap()).err(), Some(Error::NotADatabase));
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    assert_eq!(shown(line().upgrade(&mut conn, "heads")), "the file is not a database");
    assert_eq!(line().status(&mut conn).err(), Some(Error::NotADatabase));
    drop(conn);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), notes);
}

#[test]
fn a_folder_that_does_not_exist() {
    let folder = tempfile::tempdir().unwrap();
    let text = |path: &Path| open(path.to_str().unwrap()).err().unwrap().to_string();
    let missing = folder.path().join("missing").join("app.db");
    assert!(text(&missing).ends_with("app.db`: its folder does not exist"));
    assert!(!missing.parent().unwrap().exists());
    assert!(text(folder.path()).ends_with("it is a folder"));
}

#[test]
fn a_read_only_database_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    line().upgrade(&mut connect(&path), "2").unwrap();
    let before = std::fs::read(&path).unwrap();
    let conn = &mut open(&format!("file:{}?mode=ro", path.display())).unwrap();
    assert_eq!(status_of(line(), conn).pending, ["3_tags"]);
    assert_eq!(steps(&line().plan(conn, Request::Upgrade { targets: &["heads"] }).unwrap()), "up 3");
    assert_eq!(steps(&line().upgrade(conn, "2").unwrap()), "");
    assert_eq!(shown(line().upgrade(conn, "heads")), "the database is read-only");
    assert_eq!(shown(line().downgrade(conn, "-1")), "the database is read-only");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_chain_for_another_backend() {
    let bundle = Bundle { backend: Backend::Postgres, ..line() };
    assert_eq!(
        shown(bundle.upgrade(&mut memory(), "heads")),
        "the chain is written for postgres, the connection is to sqlite"
    );
}

#[test]
fn kinds_and_help_go_with_every_error() {
    let (bundle, conn) = (line(), &mut memory());
    let error = bundle.upgrade(conn, "3_tgas").unwrap_err();
    assert_eq!((error.kind(), error.help().unwrap().as_str()), ("unknown-revision", "did you mean 3_tags?"));
    let error = bundle.downgrade(conn, "3").unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        ("bad-target", "cannot downgrade to `3`: nothing above it is applied\nit stands for:\n  3_tags")
    );
}

/// A script that makes SQLite roll back by itself leaves no transaction open.
#[test]
fn a_transaction_that_the_database_has_ended() {
    let up = "CREATE TABLE a (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK)\nINSERT INTO a VALUES (1), (1)";
    let bundle = bundle(&[revision("1_a", &[], up, "")]);
    let conn = &mut memory();
    assert!(shown(bundle.upgrade(conn, "heads")).starts_with("cannot apply 1_a: UNIQUE constraint failed: a.id"));
    assert_eq!(everything(conn), "");
    line().upgrade(conn, "heads").unwrap();
}
