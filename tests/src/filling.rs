//! Rows for any schema, on each backend: as good as can be guessed, since a database may refuse one for a check.

use dbmig::Backend;
use dbmig_build::schema::{Autoincrement, Column, ColumnType, ObjectName, Schema, Table, UserTypeKind, parents_first};

/// How many rows each table gets.
pub const ROWS: usize = 2;

/// INSERT statements, those of tables that are referred to first. A column of a type in row 2 holds what a column of
/// that type holds in any other table's row 2, so that references find their rows.
pub fn inserts(schema: &Schema, backend: Backend) -> Vec<String> {
    let tables: Vec<&Table> = schema.tables.values().filter(|table| table.options.virtual_module.is_none()).collect();
    let ordered = parents_first(&tables);
    ordered.into_iter().flat_map(|table| (1..=ROWS).map(move |row| insert(schema, table, row, backend))).collect()
}

fn insert(schema: &Schema, table: &Table, row: usize, backend: Backend) -> String {
    let given = |column: &&Column| column.generated.is_none() && column.autoincrement != Autoincrement::IdentityAlways;
    let columns: Vec<&Column> = table.columns.iter().filter(given).collect();
    let values: Vec<String> = columns.iter().map(|column| value(schema, &column.column_type, row, backend)).collect();
    let names: Vec<String> = columns.iter().map(|column| column.name.sql()).collect();
    match (names.is_empty(), backend) {
        (true, Backend::Mysql) => format!("INSERT INTO {} () VALUES ()", table.name.sql()),
        (true, _) => format!("INSERT INTO {} DEFAULT VALUES", table.name.sql()),
        _ => format!("INSERT INTO {} ({}) VALUES ({})", table.name.sql(), names.join(", "), values.join(", ")),
    }
}

/// The value of a type in a row.
pub fn value(schema: &Schema, column_type: &ColumnType, row: usize, backend: Backend) -> String {
    if column_type.array {
        let inner = ColumnType { array: false, ..column_type.clone() };
        return format!("ARRAY[{}]::{column_type}", value(schema, &inner, row, backend));
    }
    let own = schema.types.iter().find(|(name, _)| column_type.names(name));
    if let Some((name, one)) = own {
        return match &one.kind {
            UserTypeKind::Enum(labels) => {
                labels.get((row - 1) % labels.len().max(1)).map_or_else(null, |label| quoted(label))
            }
            UserTypeKind::Domain(domain) => value(schema, &domain.base, row, backend),
            UserTypeKind::Composite(parts) => composite(schema, name, parts.iter().map(|part| &part.column_type), row),
            UserTypeKind::Range(..) | UserTypeKind::Other(_) => null(),
        };
    }
    let word = column_type.name.split(' ').next().unwrap_or_default();
    match word {
        "boolean" | "tinyint" => {
            format!("{}", if backend == Backend::Postgres { row % 2 == 1 } else { return (row % 2).to_string() })
        }
        "integer" | "int" | "bigint" | "smallint" | "mediumint" | "unsigned" => row.to_string(),
        "numeric" | "decimal" | "real" | "double" | "float" => format!("{row}.5"),
        "timestamp" | "timestamptz" | "datetime" => format!("'2020-01-0{row} 00:00:00'"),
        "date" => format!("'2020-01-0{row}'"),
        "time" | "timetz" => format!("'0{row}:00:00'"),
        "bytea" => format!("'\\x0{row}'"),
        "blob" | "binary" | "varbinary" | "mediumblob" | "longblob" | "tinyblob" => format!("x'0{row}'"),
        "json" | "jsonb" => format!("'{{\"a\": {row}}}'"),
        "uuid" => format!("'00000000-0000-0000-0000-00000000000{row}'"),
        "enum" | "set" => {
            column_type.arguments.get((row - 1) % column_type.arguments.len().max(1)).cloned().unwrap_or_else(null)
        }
        "inet" | "cidr" => format!("'10.0.0.{row}'"),
        "interval" => format!("'{row} days'"),
        "text" | "varchar" | "char" | "character" | "citext" | "name" | "any" | "" | "tinytext" | "mediumtext"
        | "longtext" => {
            format!("'t{row}'")
        }
        _ => null(),
    }
}

fn composite<'a>(
    schema: &Schema,
    name: &ObjectName,
    parts: impl Iterator<Item = &'a ColumnType>,
    row: usize,
) -> String {
    let values: Vec<String> = parts.map(|part| value(schema, part, row, Backend::Postgres)).collect();
    format!("ROW({})::{}", values.join(", "), name.sql())
}

fn null() -> String {
    "NULL".to_owned()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
