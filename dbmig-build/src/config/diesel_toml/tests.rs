//! Where diesel.toml is found, what it says, and what is said of its mistakes.

use std::fs;

use super::*;
use crate::diagnostic::render::{Style, render};

/// A workspace with a package `app` in it.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifests = [("Cargo.toml", "[workspace]\nmembers = [\"app\"]\n"), ("app/Cargo.toml", "[package]\n")];
    for (path, text) in manifests.iter().chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn said(text: &str, backend: Backend) -> String {
    let folder = project(&[("app/diesel.toml", text)]);
    match read(&folder.path().join("app"), backend) {
        Ok(_) => String::new(),
        Err(errors) => render(&errors, Style::Plain),
    }
}

#[test]
fn it_is_looked_for_up_to_the_workspace() {
    let path = |files: &[(&str, &str)]| {
        let folder = project(files);
        let found = read(&folder.path().join("app"), Backend::Sqlite).unwrap();
        let file = |found: &DieselToml| found.print_schema[0].file.clone();
        found.map(|found| (file(&found), found.path, found.migrations_directory, found.patch_files))
    };
    assert_eq!(path(&[]), None);
    let beside = ("app/diesel.toml", "[migrations_directory]\ndir = \"db/\"\n[print_schema]\nfile = \"src/schema.rs\"");
    let above = ("diesel.toml", "[migrations_directory]\ndir = \"db\"\n[print_schema]\npatch_file = \"./app/s.patch\"");
    let expected = (Some("src/schema.rs".to_owned()), "diesel.toml".to_owned(), Some("db".to_owned()), vec![]);
    assert_eq!(path(&[beside, above]), Some(expected));
    let expected = (None, "../diesel.toml".to_owned(), Some("../db".to_owned()), vec!["../app/s.patch".to_owned()]);
    assert_eq!(path(&[above, ("app/s.patch", "")]), Some(expected));
    // The package is a workspace of its own.
    assert_eq!(path(&[above, ("app/Cargo.toml", "[package]\n[workspace]\n")]), None);
}

#[test]
fn every_key_is_read() {
    let folder = project(&[
        ("app/s.patch", "@@"),
        (
            "app/diesel.toml",
            r#"
[print_schema]
with_docs = "only-database-comments"
allow_tables_to_appear_in_same_query_config = "fk_related_tables"
column_sorting = "name"
patch_file = "s.patch"
filter = { only_tables = ["^u"] }
import_types = ["crate::Types"]
generate_missing_sql_type_definitions = false
except_custom_type_definitions = ["Mood"]
custom_type_derives = ["Clone"]
sqlite_integer_primary_key_is_bigint = true
pg_domains_as_custom_types = [".*"]

[print_schema.audit]
schema = "audit"
with_docs = true
filter = { except_tables = ["x"] }
"#,
        ),
    ]);
    let read = read(&folder.path().join("app"), Backend::Postgres).unwrap().unwrap();
    let audit = PrintSchema {
        name: "audit".to_owned(),
        schema: Some("audit".to_owned()),
        docs: Docs::CommentsOrGenerated,
        filter: TableFilter::Except(vec!["x".to_owned()]),
        ..PrintSchema::default()
    };
    let default = PrintSchema {
        docs: Docs::Comments,
        same_query: SameQuery::Related,
        column_sorting: ColumnSorting::Name,
        patch: Some(Source::new("s.patch", "@@")),
        filter: TableFilter::Only(vec!["^u".to_owned()]),
        import_types: Some(vec!["crate::Types".to_owned()]),
        generate_missing_sql_type_definitions: false,
        except_custom_type_definitions: vec!["Mood".to_owned()],
        custom_type_derives: vec!["Clone".to_owned()],
        sqlite_integer_primary_key_is_bigint: true,
        pg_domains_as_custom_types: vec![".*".to_owned()],
        ..PrintSchema::default()
    };
    assert_eq!(read.print_schema, [audit, default]);
}

#[test]
fn mistakes_are_told_at_their_places() {
    let text = r#"
[print_schema]
with_doc = true
with_docs = "only-comments"
filter = { only_tables = ["("] }
schema = "x"
patch_file = "none"
[print_schema.audit]
filter = { only_tables = [], except_tables = [] }
[migration_directory]
"#;
    let missing = fs::read_to_string("none").unwrap_err();
    assert_eq!(
        said(text, Backend::Sqlite).replace(&missing.to_string(), "MISSING"),
        r#"error[diesel-toml]: unknown key `with_doc` in `[print_schema]`
 --> diesel.toml:3:1
  |
3 | with_doc = true
  | ^^^^^^^^
  |
  = help: did you mean `with_docs`?

error[diesel-toml]: `only-comments` is no value of `with_docs`
 --> diesel.toml:4:13
  |
4 | with_docs = "only-comments"
  |             ^^^^^^^^^^^^^^^
  |
  = help: did you mean `no-doc-comments`?

error[diesel-toml]: `(` is no regular expression that dbmig can read
 --> diesel.toml:5:27
  |
5 | filter = { only_tables = ["("] }
  |                           ^^^ found open group without closing ')'
  |
  = help: only_tables = ["^users$"]

error[diesel-toml]: `schema` is not for SQLite
 --> diesel.toml:6:10
  |
6 | schema = "x"
  |          ^^^ SQLite has no schemas
  |
  = help: delete the line

error[diesel-toml]: `none` can't be read: MISSING
 --> diesel.toml:7:14
  |
7 | patch_file = "none"
  |              ^^^^^^
  |
  = help: mend its path or its rights; paths in diesel.toml are relative to it

error[diesel-toml]: `filter` is either `only_tables` or `except_tables`
 --> diesel.toml:9:46
  |
9 | filter = { only_tables = [], except_tables = [] }
  |                                              ^^
  |
  = help: filter = { only_tables = ["…"] }

error[diesel-toml]: unknown table or key `migration_directory`
  --> diesel.toml:10:2
   |
10 | [migration_directory]
   |  ^^^^^^^^^^^^^^^^^^^ Diesel takes no other
   |
   = help: did you mean `[migrations_directory]`?"#
    );
    assert!(said("[print_schema", Backend::Sqlite).starts_with("error[diesel-toml]: `diesel.toml` is not valid TOML"));
}

#[test]
fn further_databases_have_their_own() {
    let manifest = "[package]\n[workspace]\n[package.metadata.dbmig]\n[package.metadata.dbmig.databases.logs]\n\
        migrations = \"db/logs/migrations\"\n[package.metadata.dbmig.databases.old]\nmigrations = \"old\"\n\
        diesel_toml = \"diesel_old.toml\"\n[package.metadata.dbmig.databases.bare]\nmigrations = \"bare/migrations\"\n";
    let folder = project(&[
        ("app/diesel.toml", "[print_schema]\nfile = \"src/schema.rs\""),
        ("app/db/logs/diesel.toml", "[print_schema]\nfile = \"logs.rs\"\npatch_file = \"logs.patch\""),
        ("app/db/logs/logs.patch", "@@"),
        ("app/diesel_old.toml", "[print_schema]\nfile = \"old.rs\""),
        ("app/bare/migrations/.keep", ""),
    ]);
    let package = folder.path().join("app");
    let configuration = crate::config::read(&package, &Source::new("Cargo.toml", manifest)).unwrap();
    let file = |config: &crate::config::DatabaseConfig| {
        config.print_schema.first().and_then(|section| section.file.clone()).unwrap_or_default()
    };
    let files: Vec<String> = configuration.all().map(|(_, config)| file(config)).collect();
    assert_eq!(files, ["src/schema.rs", "", "db/logs/logs.rs", "old.rs"]);
    let paths: Vec<&str> = configuration.diesel_tomls.iter().map(|read| read.path.as_str()).collect();
    assert_eq!(paths, ["diesel.toml", "db/logs/diesel.toml", "diesel_old.toml"]);
    let missing = manifest.replace("diesel_old", "none");
    let said = crate::config::read(&package, &Source::new("Cargo.toml", missing)).unwrap_err();
    assert_eq!(said.len(), 1);
    assert!(said[0].message.starts_with("`none.toml` can't be read"), "{}", said[0].message);
}
