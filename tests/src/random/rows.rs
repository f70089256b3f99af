//! Rows for a schema.

use dbmig_build::schema::{Autoincrement, Column, Name, Schema, Table};

/// How many rows each table has.
pub const ROWS: usize = 3;

/// The rows of every table, as INSERT statements; foreign keys must be off, and hold in the end.
pub fn inserts(schema: &Schema) -> Vec<String> {
    schema.tables.values().flat_map(|table| (1..=ROWS).map(move |row| insert(table, row))).collect()
}

fn insert(table: &Table, row: usize) -> String {
    let plain: Vec<&Column> = table.columns.iter().filter(|column| column.generated.is_none()).collect();
    let names: Vec<String> = plain.iter().map(|column| column.name.sql()).collect();
    let values: Vec<String> = plain.iter().map(|column| cell(table, column, row)).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", table.name.sql(), names.join(", "), values.join(", "))
}

fn cell(table: &Table, column: &Column, row: usize) -> String {
    if row == 2 && column.nullable && !is_needed(table, &column.name) { "NULL".to_owned() } else { value(column, row) }
}

/// Whether a column never holds NULL, whatever it declares: keys of all sorts, so that references find their rows.
fn is_needed(table: &Table, name: &Name) -> bool {
    let in_key = table.primary_key.iter().any(|key| key.columns.iter().any(|one| one.name() == Some(name)));
    let counts = |column: &Column| column.autoincrement == Autoincrement::Keyword;
    in_key
        || table.column(name).is_some_and(counts)
        || table.uniques.iter().any(|unique| unique.columns.iter().any(|one| one.name() == Some(name)))
        || table.foreign_keys.iter().any(|key| key.columns.len() > 1 && key.columns.contains(name))
}

/// The value of a column in a row; different in each row, the same in all columns of a type.
pub fn value(column: &Column, row: usize) -> String {
    match column.column_type.name.as_str() {
        "integer" | "int" | "bigint" | "boolean" | "unsigned big int" => format!("{}", row * 10),
        "real" | "numeric" => format!("{row}.25"),
        "blob" => format!("x'0{row}'"),
        "timestamp" => format!("'2020-01-0{row} 00:00:00'"),
        "any" | "" => format!("'u{row}'"),
        _ => format!("'t{row}'"),
    }
}
