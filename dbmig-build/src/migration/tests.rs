//! Folders and metadata, and what is said of them.

use std::fs;
use std::path::Path;

use dbmig::Backend;

use super::*;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Style, render};

const METADATA: &str = "run_in_transaction = true\n\n[dbmig]\nmessage = \"m\"\nrevises = []\n";

/// Writes files below a new folder, `name/` makes an empty folder, and reads `migrations` in it.
fn folder(files: &[(&str, &[u8])]) -> Folder {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), files);
    let found = read(root.path(), "migrations", Backend::Sqlite);
    let bare = found.diagnostics.iter().find(|one| one.help.is_empty() || one.labels.is_empty());
    assert!(bare.is_none(), "each has a place and a help: {bare:?}");
    found
}

fn write(root: &Path, files: &[(&str, &[u8])]) {
    fs::create_dir(root.join("migrations")).unwrap();
    for (path, text) in files {
        let path = root.join("migrations").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if text.is_empty() && path.extension().is_none() {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::write(path, text).unwrap();
        }
    }
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|one| one.code.name()).collect()
}

#[test]
fn an_empty_folder_is_an_empty_chain_and_a_missing_one_is_not() {
    let found = folder(&[]);
    assert!(found.migrations.is_empty() && found.diagnostics.is_empty());
    let root = tempfile::tempdir().unwrap();
    let missing = read(root.path(), "db/migrations", Backend::Sqlite);
    assert_eq!(codes(&missing.diagnostics), ["missing-migrations"]);
    assert_eq!(missing.diagnostics[0].help, ["cargo dbmig init"]);
}

#[test]
fn what_diesel_ignores_is_ignored() {
    let found = folder(&[
        ("README.md", b"x"),
        (".keep", b""),
        (".diesel_lock", b"x"),
        (".dbmig/cache", b"x"),
        ("1_a/up.sql", b"SELECT 1;"),
        ("1_a/down.sql", b"SELECT 1;"),
        ("1_a/metadata.toml", METADATA.as_bytes()),
        ("1_a/notes/README.md", b"x"),
    ]);
    assert_eq!(render(&found.diagnostics, Style::Plain), "");
    assert_eq!(found.migrations.len(), 1);
}

#[test]
fn every_fault_of_a_folder_has_its_code() {
    const UP: (&str, &[u8]) = ("1_a/up.sql", b"SELECT 1;");
    const DOWN: (&str, &[u8]) = ("1_a/down.sql", b"SELECT 1;");
    const META: (&str, &[u8]) = ("1_a/metadata.toml", METADATA.as_bytes());
    const SEALED: (&str, &[u8]) = (
        "1_a/metadata.toml",
        b"run_in_transaction = true\n[dbmig]\nrevises = []\nsealed = \"00000000000000000000000000000000\"\n",
    );
    let fifty_one = format!("{}_a/up.sql", "1".repeat(51));
    for (files, expected) in [
        (vec![("docs/notes.md", b"x".as_slice())], "stray-folder"),
        (vec![("docs/", b"")], "stray-folder"),
        (vec![DOWN, META], "missing-up"),
        (vec![("1_a/Up.sql", b"SELECT 1;"), META], "missing-up"),
        (vec![UP, DOWN], "missing-metadata"),
        (vec![UP, DOWN, ("1_a/metadata.toml", b"run_in_transaction = true\n")], "missing-metadata"),
        (vec![UP, META], "missing-down"),
        (vec![UP, SEALED], ""),
        (vec![("1_a/up.sql", b"-- nothing\n"), DOWN, META], "empty-script"),
        (vec![("1_a/up.sql", b"\n"), DOWN, META], "empty-script"),
        (vec![UP, ("1_a/down.sql", b"/* */"), META], "empty-script"),
        (vec![UP, ("1_a/down.sql", b"/* */"), SEALED], ""),
        (vec![("1_a/up.sql", b"SELECT 1;\n-- caf\xe9\n"), DOWN, META], "not-utf8"),
        (vec![UP, DOWN, ("1_a/metadata.toml", b"\xff")], "not-utf8"),
        (vec![(fifty_one.as_str(), b"SELECT 1;")], "bad-version missing-metadata"),
        (vec![("_a/up.sql", b"SELECT 1;")], "bad-version missing-metadata"),
        (vec![("1 a/up.sql", b"SELECT 1;")], "bad-version missing-metadata"),
        (vec![("1_a/up.sql/x", b"y")], "io missing-metadata"),
    ] {
        let found = folder(&files);
        let mut found: Vec<_> = codes(&found.diagnostics);
        found.sort_unstable();
        assert_eq!(found.join(" "), expected, "{files:?}");
    }
}

#[test]
fn text_that_is_no_utf8_is_found_on_its_line() {
    let found = folder(&[("1_a/up.sql", b"SELECT 1;\n-- caf\xe9\n"), ("1_a/metadata.toml", METADATA.as_bytes())]);
    let diagnostic = &found.diagnostics[0];
    assert_eq!(diagnostic.message, "`migrations/1_a/up.sql` is not UTF-8: byte 16 is 0xe9, on line 2");
    assert_eq!(diagnostic.span().unwrap().to_string(), "migrations/1_a/up.sql:2:7");
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_errors_unless_hidden() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), &[("1_a/down.sql", b"SELECT 1;"), ("1_a/metadata.toml", METADATA.as_bytes())]);
    let migrations = root.path().join("migrations");
    std::os::unix::fs::symlink("1_a", migrations.join("2_b")).unwrap();
    std::os::unix::fs::symlink("1_a", migrations.join(".hidden")).unwrap();
    std::os::unix::fs::symlink("down.sql", migrations.join("1_a/up.sql")).unwrap();
    let found = read(root.path(), "migrations", Backend::Sqlite);
    assert_eq!(codes(&found.diagnostics), ["symlink", "symlink"]);
}

#[test]
fn metadata_says_what_is_wrong_with_it() {
    const FIRST: &str = "run_in_transaction = true\n[dbmig]\n";
    for (text, expected) in [
        ("", "missing-metadata|run-in-transaction"),
        ("[dbmig]\nrevises = []\n", "`m/metadata.toml` doesn't say `run_in_transaction`"),
        ("[dbmig]\nrun_in_transaction = true\nrevises = []\n", "m/metadata.toml:2:1|move this to the first line"),
        ("# hello\nrun_in_transaction = true\n[dbmig]\nrevises = []", "`run_in_transaction` is not on the first line"),
        ("run_in_transaction = \"false\"\n[dbmig]\nrevises = []", "`run_in_transaction` must be `true` or `false`"),
        ("run_in_transaction = true\nrevises = []", "`revises` belongs below `[dbmig]`|has no `[dbmig]` table"),
        ("run_in_transaction = true\ndbmig = 1", "`dbmig` must be a table"),
        ("run_in_transaction = true\n[dbmig\n", "is not valid TOML|m/metadata.toml:2:7"),
        (&format!("{FIRST}message = \"a\""), "`[dbmig]` doesn't say what the revision `revises`"),
        (&format!("{FIRST}revise = []"), "did you mean `revises`?"),
        (&format!("{FIRST}revises = \"1\""), "`revises` must be a list of strings"),
        (&format!("{FIRST}revises = [\"2026-11-21-101500_a\"]"), "revises = [\"20261121101500\"]"),
        (&format!("{FIRST}revises = [\"\"]"), "`revises` has an empty entry"),
        (&format!("{FIRST}revises = [\"1\", \"1\"]"), "`revises` names `1` twice"),
        (&format!("{FIRST}revises = []\nlabels = [\"head\"]"), "`head` can't be a label"),
        (&format!("{FIRST}revises = []\nlabels = [\"a@b\"]"), "`a@b` can't be a label"),
        (&format!("{FIRST}revises = []\nirreversible = \" \""), "`irreversible` must say why"),
        (&format!("{FIRST}revises = []\nirreversible = true"), "`irreversible` must be a string"),
        (&format!("{FIRST}revises = []\nsealed = \"12\""), "`sealed` is no checksum"),
    ] {
        let (_, _, diagnostics) = parse_metadata(&Source::new("m/metadata.toml", text), "1_a");
        let rendered = render(&diagnostics, Style::Plain);
        for part in expected.split('|') {
            assert!(rendered.contains(part), "{text}\n{rendered}\nlacks {part}");
        }
    }
}

#[test]
fn metadata_that_is_written_reads_back() {
    let mut metadata = Metadata::new("say \"hi\" \\ \n\t\u{7f}", vec!["1".into(), "2".into()]);
    let reads_back = |metadata: &Metadata| {
        let text = write_metadata(metadata);
        assert!(text.starts_with("run_in_transaction = "), "{text}");
        let (read, _, diagnostics) = parse_metadata(&Source::new("m", text.as_str()), "1_a");
        assert_eq!(render(&diagnostics, Style::Plain), "", "{text}");
        assert_eq!(read, *metadata);
    };
    reads_back(&metadata);
    metadata.run_in_transaction = false;
    metadata.revises.clear();
    metadata.labels = vec!["billing".to_owned()];
    metadata.depends_on = vec!["3".into()];
    metadata.replaces = vec!["4".into(), "5".into()];
    metadata.irreversible = Some("data is gone".to_owned());
    metadata.sealed = Checksum::parse("0123456789abcdef0123456789abcdef");
    reads_back(&metadata);
}

#[test]
fn other_tools_tables_and_a_byte_order_mark_are_fine() {
    let text = "\u{feff}run_in_transaction = true\n[dbmig]\nrevises = []\n[other]\nkey = 1\n";
    let (metadata, _, diagnostics) = parse_metadata(&Source::new("m", text), "1_add_users");
    assert_eq!(render(&diagnostics, Style::Plain), "");
    assert_eq!(metadata.message, "add users");
}

#[test]
fn scripts_are_read_beside_outlines() {
    let root = tempfile::tempdir().unwrap();
    let metadata = METADATA.as_bytes();
    write(
        root.path(),
        &[
            ("1_a/up.sql", b"CREATE TABLE a (id INTEGER);"),
            ("1_a/metadata.toml", metadata),
            ("2_b/Up.SQL.orig", b"CREATE TABLE b (id INTEGER);"),
            ("2_b/metadata.toml", metadata),
            ("3_c/up.sql", b"CREATE TABLE c ('"),
            ("3_c/metadata.toml", metadata),
        ],
    );
    let found = read_outlines(root.path(), "migrations");
    assert!(found.diagnostics.is_empty(), "outlines don't speak of SQL");
    let outlines: Vec<&Outline> = found.migrations.iter().rev().collect();
    let (mut ups, mut diagnostics) = (Vec::new(), Vec::new());
    each_up(root.path(), &outlines, Backend::Sqlite, |some, faults| {
        ups.extend(some);
        diagnostics.extend(faults);
    });
    assert_eq!(codes(&diagnostics), ["unreadable-sql", "missing-up"], "in the order that was asked for");
    let paths: Vec<&str> = ups.iter().map(|up| up.source.path()).collect();
    assert_eq!(paths, ["migrations/3_c/up.sql", "migrations/1_a/up.sql"]);
    let (migration, diagnostics) = read_one(root.path(), outlines[2], Backend::Sqlite);
    assert_eq!(codes(&diagnostics), ["missing-down"]);
    assert_eq!(migration.map(|one| one.up.source.text().to_owned()), Some("CREATE TABLE a (id INTEGER);".to_owned()));
}
