//! Columns get other types.

use dbmig::Backend;
use dbmig_build::schema::{Autoincrement, Column, ColumnType, Table};

use super::sheet::Sheet;

/// Gives a column another type that its values fit, or should.
pub(super) fn column(sheet: &mut Sheet) -> Option<String> {
    let (schema, backend) = (sheet.schema.clone(), sheet.backend);
    let is_in_reference = |table: &Table, column: &Column| {
        let parent = schema.tables.values().flat_map(|one| &one.foreign_keys).any(|key| key.table == table.name);
        parent && column.column_type.name != "text"
            || table.foreign_keys.iter().any(|key| key.columns.contains(&column.name))
    };
    let (owner, name) = sheet.column(|table, column| {
        let generated = |one: &Column| one.generated.as_ref().is_some_and(|one| one.expression.mentions(&column.name));
        // A key on text has a length in MySQL; operators and operator classes differ between types in PostgreSQL.
        let is_fixed = table.user_of_column(&column.name).is_some() || table.columns.iter().any(generated);
        column.generated.is_none()
            && column.autoincrement == Autoincrement::No
            // That has the digits of the type.
            && column.on_update.is_none()
            && !is_fixed
            && !is_in_reference(table, column)
            && other(&column.column_type, backend).is_some()
    })?;
    let column = sheet.column_mut(&owner, &name)?;
    let to = other(&column.column_type, backend)?;
    let what = format!("{owner}.{name} from {} to {to}", column.column_type);
    column.column_type = to;
    column.collation = None;
    // What is its default is another matter: one that isn't of the new type is refused by servers.
    column.default = None;
    Some(format!("retype {what}"))
}

fn other(of: &ColumnType, backend: Backend) -> Option<ColumnType> {
    if of.array || of.schema.is_some() {
        return None;
    }
    let length = of.arguments.first().and_then(|text| text.parse::<u32>().ok());
    let to = match (backend, of.name.as_str(), length) {
        (_, "varchar", Some(length)) => return Some(ColumnType::with_arguments("varchar", [length + 10])),
        (Backend::Sqlite, "integer", _) => "bigint",
        (Backend::Sqlite, "bigint" | "int" | "boolean", _) => "integer",
        (Backend::Sqlite, "timestamp" | "datetime" | "varchar" | "date", _) => "text",
        (Backend::Sqlite, "text", _) => return Some(ColumnType::with_arguments("varchar", [200])),
        (Backend::Postgres, "smallint", _) => "integer",
        (Backend::Postgres, "integer", _) => "bigint",
        (Backend::Postgres, "bigint", _) => "numeric",
        (Backend::Postgres, "varchar", _) => "text",
        (Backend::Postgres, "text", _) => return Some(ColumnType::with_arguments("varchar", [200])),
        (Backend::Postgres, "timestamp", _) => "timestamptz",
        (Backend::Postgres, "timestamptz", _) => "timestamp",
        (Backend::Postgres, "json", _) => "jsonb",
        (Backend::Postgres, "jsonb", _) => "json",
        (Backend::Postgres, "real", _) => "double precision",
        (Backend::Postgres, "uuid" | "date" | "boolean" | "bytea", _) => "text",
        (Backend::Mysql, "int" | "tinyint" | "smallint", _) => "bigint",
        (Backend::Mysql, "text", _) => "longtext",
        (Backend::Mysql, "bigint", _) => return Some(ColumnType::with_arguments("varchar", [40])),
        (Backend::Mysql, "datetime" | "timestamp", None) => return Some(ColumnType::with_arguments("datetime", [3])),
        _ => return None,
    };
    Some(ColumnType::plain(to))
}
