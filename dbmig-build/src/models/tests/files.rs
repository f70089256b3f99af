//! Which files and structs are read.

use dbmig::Backend;

use super::{lowered, read_files, same, summary};
use crate::config::DatabaseConfig;

#[test]
fn derives_are_found_wherever_they_stand() {
    let source = r#"
        mod a { #[derive(Clone, ::dbmig::Model)] struct First { id: i32 } }
        mod b { use dbmig::{Bundle, Model as Table}; #[derive(Table)] struct Second { id: i32 } }
        #[cfg_attr(feature = "x", derive(dbmig::Model), diesel(table_name = thirds), dbmig(unique(a)))]
        struct Third { id: i32, #[cfg_attr(any(), dbmig(length = 3))] a: String }
        #[cfg(not(test))] #[derive(dbmig::Model)] struct Fourth { id: i32 }
        #[cfg(test)] mod tests { #[derive(dbmig::Model)] struct Never { id: Broken } }
        #[cfg(all(test, unix))] #[derive(dbmig::Model)] struct NeverEither;
        #[derive(other::Model)] struct NotOurs { id: i32 }
        mod prelude { #[derive(Model)] struct Fifth { id: i32, #[dbmig(unique)] a: i32 } }
    "#;
    let text = lowered(source);
    let names: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    assert_eq!(names, ["fifths", "firsts", "fourths", "seconds", "thirds"], "{text}");
    assert!(text.contains("  a varchar(3) not null\n"), "{text}");
}

#[test]
fn another_model_is_left_alone() {
    same(&lowered("// not dbmig's\nuse orm::Model; #[derive(Model)] struct A { id: Uuid }"), "");
}

#[test]
fn files_that_are_searched() {
    let files = [
        ("src/b.rs", "#[derive(dbmig::Model)] struct B { id: i32, #[diesel(embed)] stamps: crate::Stamps }"),
        ("src/a.rs", "#!/usr/bin/env run\n#[derive(dbmig::Model)] struct A { id: i32 }"),
        ("src/stamps.rs", "pub struct Stamps { pub created: chrono::NaiveDateTime }"),
        ("src/other.rs", "this is no Rust, and names no models"),
        ("src/target/x.rs", "#[derive(dbmig::Model)] nonsense"),
        ("src/.hidden/x.rs", "#[derive(dbmig::Model)] nonsense"),
        ("src/x.txt", "#[derive(dbmig::Model)] nonsense"),
    ];
    let models = read_files(&files, &DatabaseConfig::default()).expect("models");
    assert_eq!(models.files, ["src/a.rs", "src/b.rs", "src/stamps.rs"]);
    same(
        &summary(&models.schema),
        "
as
  id integer not null
  key - (id)

bs
  id integer not null
  created timestamp not null
  key - (id)
",
    );
    let places: Vec<String> = models.columns.values().map(ToString::to_string).collect();
    assert_eq!(places, ["src/a.rs:2:36", "src/stamps.rs:1:25", "src/b.rs:1:36"]);
}

#[test]
fn files_that_cannot_be_read() {
    let config = DatabaseConfig { models: vec!["src".to_owned(), "models".to_owned()], ..DatabaseConfig::default() };
    let text = read_files(&[("src/a.rs", "// dbmig\nstruct A {\n  a: ,\n}")], &config).expect_err("diagnostics");
    same(
        &text,
        "
error[model-source]: no file or folder `models` to search for models
  |
  = help: set `models` in `[package.metadata.dbmig]` to the files and folders that hold models

error[model-source]: can't parse `src/a.rs`: expected one of: `for`, parentheses, `fn`, `unsafe`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime
 --> src/a.rs:3:6
  |
3 |   a: ,
  |      ^
",
    );
}

#[test]
fn renames() {
    let source = "#[derive(dbmig::Model)] #[dbmig(renamed_from = \"people\")]
        struct User { id: i32, #[dbmig(renamed_from = \"mail\")] email: String }";
    let models = read_files(&[("src/lib.rs", source)], &DatabaseConfig::default()).expect("models");
    let tables: Vec<String> = models.renames.tables.iter().map(|(new, old)| format!("{old} > {new}")).collect();
    assert_eq!(tables, ["people > users"]);
    let columns = models.renames.columns.iter().map(|((table, new), old)| format!("{table}.{old} > {new}"));
    assert_eq!(columns.collect::<Vec<_>>(), ["users.mail > email"]);
    let same_name = lowered(
        "#[derive(dbmig::Model)] #[dbmig(renamed_from = \"USERS\")]
        struct User { id: i32, #[dbmig(renamed_from = \"Mail\")] mail: String }",
    );
    assert!(same_name.contains("table `users` can't be renamed from itself"), "{same_name}");
    assert!(same_name.contains("column `mail` can't be renamed from itself"), "{same_name}");
}

#[test]
fn a_table_was_in_another_schema() {
    let config = DatabaseConfig { backend: Backend::Postgres, ..DatabaseConfig::default() };
    let source =
        "#[derive(dbmig::Model)] #[dbmig(schema = \"new\", renamed_from = \"old.people\")] struct User { id: i32 }
        #[derive(dbmig::Model)] #[dbmig(schema = \"new\", renamed_from = \"public.rooms\")] struct Room { id: i32 }
        #[derive(dbmig::Model)] #[dbmig(schema = \"new\", renamed_from = \"desks\")] struct Table { id: i32 }";
    let models = read_files(&[("src/lib.rs", source)], &config).expect("models");
    let tables: Vec<String> = models.renames.tables.iter().map(|(new, old)| format!("{old} > {new}")).collect();
    assert_eq!(tables, ["rooms > new.rooms", "new.desks > new.tables", "old.people > new.users"]);
}
