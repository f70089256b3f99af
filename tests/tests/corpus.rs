//! `cargo xtask corpus` on projects of our own: what it calls the same, older and different.

use std::fs;
use std::path::Path;

use dbmig_build::diagnostic::Code;
use dbmig_tests::corpus::{Row, Verdict, compared, read};

const LIST: &str = r#"[
  {"project": "shop", "backend": "sqlite", "migrations_dir": ["migrations", "9:more"], "schema_files": ["schema.rs"]},
  {"project": "shop", "backend": "sqlite", "migrations_dir": ["migrations", "9:more"], "schema_files": ["old.rs"]},
  {"project": "shop", "backend": "sqlite", "migrations_dir": ["migrations"], "schema_files": ["schema.rs"]},
  {"project": "shop", "backend": "sqlite", "migrations_dir": "broken", "schema_files": []}
]"#;

const SCHEMA: &str = "// @generated automatically by Diesel CLI.\n
diesel::table! { goods (id) { id -> Integer, name -> Text, price -> Nullable<Float>, } }
diesel::table! { orders (id) { id -> Integer, good -> Integer } }
diesel::joinable!(orders -> goods (good));
diesel::allow_tables_to_appear_in_same_query!(goods, orders);";

fn rows(folder: &Path) -> Vec<Row> {
    let write = |path: &str, text: &str| {
        let path = folder.join("shop").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "migrations/2020-01-01-000000_goods/up.sql",
        "CREATE TABLE goods (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL);",
    );
    write("migrations/2020-01-01-000000_goods/down.sql", "DROP TABLE goods;");
    // Before the other in name, after it by the prefix.
    write(
        "more/2019-01-01-000000_orders/up.sql",
        "-- why\nALTER TABLE goods ADD COLUMN price FLOAT;\n
         CREATE TABLE orders (id INTEGER PRIMARY KEY NOT NULL, good INTEGER NOT NULL REFERENCES goods (id))",
    );
    write("broken/1_a/up.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TABLE b (id, );\nDROP TABLE c;\n");
    write("schema.rs", SCHEMA);
    write("old.rs", &SCHEMA.replace("diesel::", "").replace("Integer", "Int4"));
    fs::write(folder.join("corpus.json"), LIST).unwrap();
    read(folder).unwrap().into_iter().map(|project| compared(project, false)).collect()
}

#[test]
fn projects_are_compared_with_their_schema_files() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows(folder.path());
    let verdicts: Vec<String> = rows.iter().map(|row| row.file.short()).collect();
    assert_eq!(verdicts, ["same", "same (older)", "differs(4)", "none"]);
    let Verdict::Differs(_, text) = &rows[2].file else { panic!("{:?}", rows[2].file) };
    assert!(text.contains("- price - > Nullable < Float >") && text.contains("- table orders"), "{text}");

    let reads: Vec<_> = rows.iter().map(|row| row.read.as_ref().unwrap()).collect();
    assert_eq!((reads[0].revisions, reads[0].statements, reads[2].revisions), (2, 3, 1));
    assert!(reads.iter().all(|read| read.lost.is_empty()));
    let shown = reads[3].shown();
    assert_eq!(reads[3].diagnostics.len(), 2, "{shown}");
    assert!(shown.contains("broken") || shown.contains("up.sql:2:"), "{shown}");
    // What can be read is there all the same.
    assert!(reads[3].printed[0].text.contains("diesel::table! {\n    a (id)"), "{}", reads[3].printed[0].text);
}

#[test]
fn an_unreadable_statement_gives_one_diagnostic_and_loses_nothing_else() {
    for (backend, unreadable, place) in [
        ("sqlite", "CREATE TABLE b (id INTEGER PRIMARY KEY, 7);", "2:41"),
        ("postgres", "CREATE TABLE b (id int PRIMARY KEY, 7);", "2:37"),
        ("mysql", "CREATE TABLE b (id int PRIMARY KEY, 7);", "2:37"),
        ("sqlite", "ALTER TABLE a ALTER COLUMN n FROB;", "2:30"),
        ("postgres", "ALTER TABLE a ALTER COLUMN n FROB;", "2:30"),
        ("mysql", "ALTER TABLE a ALTER COLUMN n FROB;", "2:30"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join("shop").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        // What is about the same object is not told again.
        let after =
            if unreadable.starts_with("CREATE") { "CREATE INDEX i ON b (id);" } else { "CREATE TABLE b (id int);" };
        let up = format!("CREATE TABLE a (id int NOT NULL PRIMARY KEY, n int);\n{unreadable}\n{after}\n");
        write("migrations/1_a/up.sql", &up);
        write("migrations/1_a/down.sql", "DROP TABLE b; DROP TABLE a;");
        write(
            "migrations/2_b/up.sql",
            "ALTER TABLE b ADD COLUMN m int;\nCREATE TABLE c (id int NOT NULL PRIMARY KEY);\n",
        );
        write("migrations/2_b/down.sql", "DROP TABLE c;");
        let list = r#"[{"project": "shop", "backend": "BACKEND", "migrations_dir": "migrations", "schema_files": []}]"#;
        fs::write(folder.path().join("corpus.json"), list.replace("BACKEND", backend)).unwrap();
        let project = read(folder.path()).unwrap().remove(0);
        let row = compared(project, false);
        let read = row.read.unwrap();
        let shown = read.shown();
        let errors = || read.diagnostics.iter().filter(|one| one.code != Code::NoDieselTable);
        assert_eq!(errors().count(), 1, "{backend} {unreadable}\n{shown}");
        let at = errors().next().unwrap().span().unwrap().to_string();
        assert_eq!(at, format!("migrations/1_a/up.sql:{place}"), "{backend} {unreadable}\n{shown}");
        for table in ["a (id)", "c (id)"] {
            assert!(read.printed[0].text.contains(table), "{backend}: {}", read.printed[0].text);
        }
    }
}
