//! The table of types in README.md is the one that models are read by.

use dbmig::Backend;

use crate::models::RUST_TYPES;

const TITLE: &str = "| Rust | SQLite | PostgreSQL | MySQL |\n|---|---|---|---|\n";

#[test]
fn the_table_of_types_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(path).expect("README.md");
    let (start, rest) = readme.split_once(TITLE).expect("the table");
    let end = rest.find("\n\n").map_or(rest.len(), |at| at + 1);
    let mut table = String::new();
    for row in RUST_TYPES {
        let cell = |backend: Backend| row.sql(backend).map_or_else(|_| "–".to_owned(), |sql| format!("`{sql}`"));
        let [sqlite, postgres, mysql] = [Backend::Sqlite, Backend::Postgres, Backend::Mysql].map(cell);
        table += &format!("| `{}` | {sqlite} | {postgres} | {mysql} |\n", row.name);
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, format!("{start}{TITLE}{table}{}", &rest[end..])).expect("README.md can be written");
        return;
    }
    assert_eq!(&rest[..end], table, "BLESS=1 writes it");
}
