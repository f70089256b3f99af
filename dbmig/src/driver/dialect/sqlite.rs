//! SQLite's SQL.

use super::{Dialect, first_word, quoted};

pub(super) const DIALECT: Dialect = Dialect {
    quote: '"',
    schema: Some("main"),
    begin: "BEGIN IMMEDIATE",
    foreign_keys: Some(["PRAGMA foreign_keys = OFF", "PRAGMA foreign_key_check", "PRAGMA foreign_keys = ON"]),
    guard,
    guarded: |_| Err("SQLite's scripts can't ask whether something was done"),
    search_path: None,
    makes_schemas: false,
    text: "TEXT",
    long_text: "TEXT",
    optional_time: "TIMESTAMP",
    table_options: "",
    backslashes: quoted,
    commits: |_| false,
    // Pragmas may be no-ops within a transaction, the others fail there.
    fits_transaction: |sql| !matches!(first_word(sql).as_str(), "" | "VACUUM" | "PRAGMA" | "ATTACH" | "DETACH"),
    ends_with_connection: |sql| matches!(first_word(sql).as_str(), "PRAGMA" | "ATTACH" | "DETACH"),
    table_locks: |_| None,
    hides_notes: true,
    nested_comments: false,
    hash_comments: false,
};

fn guard(query: &str, message: &str) -> Vec<String> {
    let name = format!("\"{}\"", message.replace('"', "\"\""));
    vec![
        format!("CREATE TEMPORARY TABLE __dbmig_check (rows INTEGER CONSTRAINT {name} CHECK (rows = 0))"),
        format!("INSERT INTO temp.__dbmig_check SELECT count(*) FROM ({query}\n)"),
        "DROP TABLE temp.__dbmig_check".to_owned(),
    ]
}
