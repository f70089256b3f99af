//! What rows get where a column wants a value and they have none.

use dbmig_build::schema::{
    Column, Deferrable, Expression, ExpressionToken, Name, ObjectName, Schema, Table, UserTypeKind,
};

use super::super::plan::Direction;
use super::super::sqlite_fill::is_unique;
use super::super::text::{column as place, literal, one_line};
use super::definition::default_value;
use super::types::{beneath, is_row};
use super::way::Way;

/// Where the value of rows without one comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fill {
    /// The value, as SQL.
    pub(super) value: String,
    /// What is to be said of it.
    pub(super) comment: Option<String>,
    /// What a person has to decide first.
    pub(super) todo: Option<String>,
    /// Whether rows have to differ: then `numbered.number` stands in the value.
    pub(super) numbered: bool,
    /// Whether it is a row, of which NULL is something else than one of NULLs.
    row: bool,
}

impl Fill {
    fn plain(value: impl Into<String>) -> Fill {
        Fill { value: value.into(), comment: None, todo: None, numbered: false, row: false }
    }

    /// Whether PostgreSQL keeps the value as a default without touching the rows.
    pub(super) fn is_constant(&self) -> bool {
        self.todo.is_none() && !self.numbered && is_constant(&self.value)
    }

    /// The statement that gives rows without a value one.
    pub(super) fn update(&self, table: &ObjectName, column: &Name) -> String {
        let (name, table_name) = (column.sql(), table.sql());
        let todo = self.todo.as_ref().map(|todo| format!("-- dbmig: todo {}\n", one_line(todo))).unwrap_or_default();
        let missing = if self.row { "IS NOT DISTINCT FROM NULL" } else { "IS NULL" };
        match self.numbered {
            true => format!(
                "UPDATE {table_name} SET {name} = {} FROM (SELECT ctid, row_number() OVER () AS number FROM {table_name}) AS numbered\nWHERE numbered.ctid = {table_name}.ctid AND {name} {missing};",
                self.value
            ),
            false => format!("{todo}UPDATE {table_name} SET {name} = {} WHERE {name} {missing};", self.value),
        }
    }
}

/// What rows get in a new column that wants a value and has no default of its own.
pub(super) fn new_value(way: &Way, table: &Table, column: &Column) -> Fill {
    Fill { row: is_row(&way.after, &column.column_type), ..new(way, table, column) }
}

fn new(way: &Way, table: &Table, column: &Column) -> Fill {
    if let Some(backfill) = way.backfill(&table.name, &column.name) {
        return Fill::plain(backfill);
    }
    match way.direction {
        Direction::Up => todo(format!(
            "{} is NOT NULL and has no default: which value do existing rows get?",
            place(&table.name, &column.name)
        )),
        Direction::Down => stand_in(&way.after, table, column),
    }
}

/// What rows with NULL get in a column that takes NULL no more.
pub(super) fn kept_value(way: &Way, table: &Table, column: &Column) -> Fill {
    Fill { row: is_row(&way.after, &column.column_type), ..kept(way, table, column) }
}

fn kept(way: &Way, table: &Table, column: &Column) -> Fill {
    if let Some(backfill) = way.backfill(&table.name, &column.name) {
        return Fill::plain(backfill);
    }
    let default = column.default.as_ref().filter(|one| !is_null(one));
    let name = &column.name;
    match (default, way.direction) {
        (Some(default), _) => Fill {
            comment: Some(format!("{name} becomes NOT NULL: rows without a value get the default.")),
            ..Fill::plain(default_value(default))
        },
        (None, Direction::Up) => {
            todo(format!("{} becomes NOT NULL: which value do rows with NULL get?", place(&table.name, name)))
        }
        (None, Direction::Down) => Fill {
            comment: Some(format!("{name} becomes NOT NULL again: rows without a value get a stand-in.")),
            ..stand_in(&way.after, table, column)
        },
    }
}

fn todo(question: String) -> Fill {
    let todo = Some(format!("{question} Put it in place of the NULL below"));
    Fill { todo, ..Fill::plain("NULL") }
}

/// A value that satisfies as much of a column's declaration as can be had without asking: a row of the table referred
/// to, something unique where that is asked for, else the type's zero.
pub(super) fn stand_in(schema: &Schema, table: &Table, column: &Column) -> Fill {
    let only = |names: &[Name]| names.len() == 1 && names.first() == Some(&column.name);
    if let Some(key) = table.foreign_keys.iter().find(|key| only(&key.columns)) {
        let parent = schema.tables.get(&key.table);
        let own = parent.and_then(|one| one.primary_key.as_ref()).and_then(|one| one.columns.first()?.name().cloned());
        if let Some(referred) = key.referenced.first().cloned().or(own) {
            return Fill::plain(format!("(SELECT {0} FROM {1} ORDER BY {0} LIMIT 1)", referred.sql(), key.table.sql()));
        }
    }
    let own = beneath(schema, &column.column_type);
    let numbered = |value: &str| Fill { numbered: true, ..Fill::plain(value) };
    let unique = is_unique(table, &column.name) && !own.array;
    match own.name.as_str() {
        "smallint" | "integer" | "bigint" | "real" | "double precision" | "numeric" | "oid" if unique => {
            numbered("numbered.number")
        }
        "text" | "varchar" | "char" | "citext" | "name" if unique => numbered("numbered.number::text"),
        "uuid" if unique => Fill::plain("gen_random_uuid()"),
        "date" if unique => numbered("date '1970-01-01' + numbered.number::integer"),
        "timestamp" | "timestamptz" if unique => {
            numbered("timestamp '1970-01-01 00:00:00' + numbered.number * interval '1 second'")
        }
        name => Fill::plain(zero(schema, name, &own)),
    }
}

/// The zero of a type.
fn zero(schema: &Schema, name: &str, own: &dbmig_build::schema::ColumnType) -> String {
    let quoted = match name {
        _ if own.array => "{}",
        "smallint" | "integer" | "bigint" | "real" | "double precision" | "numeric" | "oid" | "money" => {
            return "0".to_owned();
        }
        "boolean" => return "false".to_owned(),
        "bit" => {
            let length = own.arguments.first().and_then(|one| one.parse::<usize>().ok()).unwrap_or(1);
            return format!("B'{}'", "0".repeat(length.min(1024)));
        }
        "date" => "1970-01-01",
        "timestamp" => "1970-01-01 00:00:00",
        "timestamptz" => "1970-01-01 00:00:00+00",
        "time" => "00:00:00",
        "timetz" => "00:00:00+00",
        "interval" => "0",
        "uuid" => "00000000-0000-0000-0000-000000000000",
        "json" | "jsonb" => "{}",
        "inet" => "0.0.0.0",
        "cidr" => "0.0.0.0/0",
        "macaddr" => "00:00:00:00:00:00",
        "macaddr8" => "00:00:00:00:00:00:00:00",
        "point" => "(0,0)",
        "xml" => "<empty/>",
        other if other.ends_with("multirange") => "{}",
        other if other.ends_with("range") => "empty",
        _ => return zero_of_user_type(schema, own),
    };
    format!("'{quoted}'")
}

fn zero_of_user_type(schema: &Schema, own: &dbmig_build::schema::ColumnType) -> String {
    let kind = schema.types.values().find(|one| own.names(&one.name)).map(|one| &one.kind);
    match kind {
        Some(UserTypeKind::Enum(labels)) => labels.first().map_or_else(|| "NULL".to_owned(), |label| literal(label)),
        Some(UserTypeKind::Composite(parts)) => format!("'({})'", ",".repeat(parts.len().saturating_sub(1))),
        Some(UserTypeKind::Range(..)) => "'empty'".to_owned(),
        _ => "''".to_owned(),
    }
}

/// Whether a default is NULL, which is as good as none.
pub(super) fn is_null(expression: &Expression) -> bool {
    let keys: Vec<&str> = expression.tokens().iter().map(|token| &*token.key).collect();
    matches!(keys.as_slice(), ["null"] | ["null", "::", ..])
}

/// An expression as it was written.
pub(super) fn written(text: &str) -> Expression {
    Expression::new(vec![ExpressionToken { gap: false, text: text.into(), key: text.into(), name: None }])
}

/// Whether an expression is the same for all rows: a literal, cast or not, or the time of the transaction.
pub(super) fn is_constant(text: &str) -> bool {
    const WORDS: [&str; 6] = ["null", "true", "false", "current_timestamp", "current_date", "now()"];
    let text = text.trim();
    let (value, casts) = match literal_end(text) {
        Some(end) => ("0", text.get(end..).unwrap_or_default()),
        None => text.split_at(text.find("::").unwrap_or(text.len())),
    };
    let is_number = |text: &str| {
        text.trim_start_matches(['+', '-']).parse::<f64>().is_ok()
            && !text.contains(|one: char| one.is_alphabetic() && one != 'e' && one != 'E')
    };
    let is_type = casts.chars().all(|one| one.is_alphanumeric() || " _:()[],.\"".contains(one));
    let is_cast = casts.is_empty() || casts.starts_with("::");
    (WORDS.contains(&value.trim().to_lowercase().as_str()) || is_number(value.trim())) && is_type && is_cast
}

/// Where the literal ends that a text begins with.
fn literal_end(text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let (_, behind) = rest.split_once('\'')?;
        match behind.strip_prefix('\'') {
            // Two quotes are one of the text.
            Some(more) => rest = more,
            None => return Some(text.len() - behind.len()),
        }
    }
}

/// Whether rows that were changed leave checks for the end of the transaction, which keep a table from being altered.
pub(super) fn defers(schema: &Schema, table: &Table) -> bool {
    let defers = |key: &dbmig_build::schema::ForeignKey| key.deferrable == Deferrable::InitiallyDeferred;
    let keys = table.primary_key.iter().map(|key| key.deferrable);
    let keys = keys.chain(table.uniques.iter().map(|key| key.deferrable));
    let mut keys = keys.chain(table.exclusions.iter().map(|one| one.deferrable));
    keys.any(|one| one == Deferrable::InitiallyDeferred)
        || table.foreign_keys.iter().any(defers)
        || schema.tables.values().any(|one| one.foreign_keys.iter().any(|key| key.table == table.name && defers(key)))
}

#[cfg(test)]
mod tests {
    use super::is_constant;

    #[test]
    fn constants_are_told_from_what_each_row_has_its_own_of() {
        for text in [
            "0",
            "-1.5",
            "1e3",
            "'x'",
            "''",
            "'it''s'",
            "'x'::text",
            "'{}'::varchar(3)[]",
            "TRUE",
            "null",
            "now()",
            "1::bigint",
        ] {
            assert!(is_constant(text), "{text}");
        }
        for text in [
            "name",
            "'a' || b",
            "random()",
            "gen_random_uuid()",
            "1 + a",
            "'a''' || b",
            "'a'::text || b",
            "infinity",
            "''::text || ''",
        ] {
            assert!(!is_constant(text), "{text}");
        }
    }
}
