//! Rows: what is tried to be put into the tables, what of it has to stay, and what new columns get.

use dbmig_build::schema::{Autoincrement, Column, ColumnType, Table, UserTypeKind};
use dbmig_tests::journey::origins;
use dbmig_tests::random::Random;

use super::*;

/// A column of a table.
pub(super) type Place = (ObjectName, Name);

/// How many rows each table is offered.
const ROWS: usize = 5;

/// Offers rows to each table; the server takes those that are valid. Twice, so that references find what they refer to.
pub(super) fn insert(server: &mut Server<PgConnection>, schema: &Schema, seed: u64) -> Result<(), String> {
    let mut random = Random::new(seed ^ 0x0f0f);
    let mut text = "DO $do$ BEGIN\nSET CONSTRAINTS ALL IMMEDIATE;\n".to_owned();
    for _ in 0..2 {
        for table in schema.tables.values() {
            for _ in 0..ROWS {
                let row = row(schema, table, &mut random);
                text += &format!("BEGIN {row}; EXCEPTION WHEN OTHERS THEN NULL; END;\n");
            }
        }
    }
    server.connection.batch_execute(&(text + "END $do$")).map_err(|error| error.to_string())
}

fn row(schema: &Schema, table: &Table, random: &mut Random) -> String {
    let plain = |one: &&Column| one.generated.is_none() && one.autoincrement != Autoincrement::IdentityAlways;
    let columns: Vec<&Column> = table.columns.iter().filter(plain).collect();
    if columns.is_empty() {
        return format!("INSERT INTO {} DEFAULT VALUES", table.name.sql());
    }
    let names: Vec<String> = columns.iter().map(|one| one.name.sql()).collect();
    let values: Vec<String> = columns.iter().map(|one| cell(schema, one, random)).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", table.name.sql(), names.join(", "), values.join(", "))
}

fn cell(schema: &Schema, column: &Column, random: &mut Random) -> String {
    match random.below(10) {
        0 | 1 if column.nullable => "NULL".to_owned(),
        2 => "DEFAULT".to_owned(),
        _ => {
            let values = candidates(schema, &column.column_type);
            random.pick(&values).cloned().unwrap_or_else(|| "DEFAULT".to_owned())
        }
    }
}

/// Values of a type, of which most conditions of random chains take some.
fn candidates(schema: &Schema, column_type: &ColumnType) -> Vec<String> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    if column_type.array {
        return match column_type.name.as_str() {
            "text" => texts(&["'{}'", "'{a}'", "'{a,b}'"]),
            "integer" => texts(&["'{}'", "'{1}'", "'{1,5}'"]),
            _ => texts(&["'{}'"]),
        };
    }
    match column_type.name.as_str() {
        "integer" | "bigint" | "smallint" => texts(&["1", "2", "3", "5", "8", "12", "40"]),
        "numeric" | "real" | "double precision" => texts(&["1", "2.5", "7", "100"]),
        "boolean" => texts(&["true", "false"]),
        "date" | "timestamptz" | "timestamp" => texts(&["'2020-03-01'", "'2021-05-06'", "'2024-02-29'"]),
        "jsonb" | "json" => texts(&["'{}'", "'{\"a\": 1}'", "'[1]'"]),
        "uuid" => texts(&[
            "gen_random_uuid()",
            "'00000000-0000-0000-0000-000000000000'",
            "'a0000000-0000-0000-0000-000000000001'",
        ]),
        "bytea" => texts(&["'\\x61'", "'\\x6162'"]),
        "time" => texts(&["'09:30'", "'22:00:01'"]),
        "interval" => texts(&["'1 day'", "'-2 hours'"]),
        "int4range" => texts(&["'empty'", "'[1,5)'", "'[7,9)'", "'(,3]'"]),
        "inet" => texts(&["'10.0.0.1'", "'::1'"]),
        "char" => texts(&["'a'", "'abc'", "'zzz'"]),
        "text" | "varchar" => texts(&["'a'", "'b'", "'abc'", "'x1'", "'axe'", "'xyz'"]),
        _ => match schema.types.values().find(|one| column_type.names(&one.name)).map(|one| &one.kind) {
            Some(UserTypeKind::Enum(labels)) => {
                labels.iter().map(|label| format!("'{}'", label.replace('\'', "''"))).collect()
            }
            Some(UserTypeKind::Domain(domain)) => candidates(schema, &domain.base),
            Some(UserTypeKind::Composite(attributes)) => {
                let first = |number: &str| {
                    let rest = attributes.iter().skip(1).map(|_| ", NULL").collect::<String>();
                    format!("ROW({number}{rest})")
                };
                vec![first("1"), first("2")]
            }
            _ => Vec::new(),
        },
    }
}

/// What rows get in each column that comes or takes NULL no more.
pub(super) fn backfills(after: &Schema, before: &Schema, changes: &[Change]) -> Backfills {
    let mut had = BTreeMap::new();
    for (from, to) in places(before, changes) {
        let nullable = column(before, &from).is_none_or(|column| column.nullable);
        had.insert(to, nullable);
    }
    let mut backfills = Backfills::new();
    for table in after.tables.values() {
        let wants = |one: &&Column| {
            let comes = !had.contains_key(&(table.name.clone(), one.name.clone()));
            let counts = matches!(one.autoincrement, Autoincrement::IdentityAlways | Autoincrement::IdentityByDefault);
            let default = one.default.as_ref().map(|default| default.to_string().to_lowercase());
            let gives = one.generated.is_some() || counts || default.is_some_and(|text| !text.starts_with("null"));
            let was_null = had.get(&(table.name.clone(), one.name.clone())) == Some(&true);
            !one.nullable && !gives && (comes || was_null)
        };
        for one in table.columns.iter().filter(wants) {
            // The row's number on its page.
            let number = "(ctid::text::point)[1]::integer";
            let value = match one.column_type.name.as_str() {
                _ if one.column_type.array => None,
                "integer" | "bigint" | "smallint" | "numeric" => Some(number.to_owned()),
                "text" | "varchar" => Some(format!("'v' || {number}")),
                _ => None,
            };
            let value = value.or_else(|| candidates(after, &one.column_type).into_iter().next());
            backfills.extend(value.map(|value| ((table.name.clone(), one.name.clone()), value)));
        }
    }
    backfills
}

fn column<'a>(schema: &'a Schema, (table, name): &Place) -> Option<&'a Column> {
    schema.tables.get(table)?.column(name)
}

/// Each column that stays, by its names before and after.
fn places(before: &Schema, changes: &[Change]) -> Vec<(Place, Place)> {
    origins(before, changes).into_iter().map(|(to, from)| (from, to)).collect()
}

/// Each column whose values have to stay as they are.
pub(super) fn kept(before: &Schema, after: &Schema, changes: &[Change]) -> Vec<(Place, Place)> {
    let stays = |(from, to): &(Place, Place)| match (column(before, from), column(after, to)) {
        (Some(one), Some(other)) => {
            let is_user_type = |schema: &Schema| schema.types.values().any(|kind| one.column_type.names(&kind.name));
            let is_computed = one.generated.is_some() || other.generated.is_some();
            let same = one.column_type == other.column_type && one.nullable == other.nullable;
            same && !is_computed && !is_user_type(before)
        }
        _ => false,
    };
    places(before, changes).into_iter().filter(stays).collect()
}

/// The values of columns, in each table's own rows: those of the tables beneath it may go with these.
pub(super) fn values<'a>(
    server: &mut Server<PgConnection>,
    places: impl Iterator<Item = &'a Place>,
) -> Result<Vec<String>, String> {
    let one = |(number, (table, column)): (usize, &Place)| {
        let (table, column) = (table.sql(), column.sql());
        format!(
            "SELECT {number} AS number, coalesce(string_agg({column}::text, ' ' ORDER BY {column}::text), '') AS line FROM ONLY {table}"
        )
    };
    let queries: Vec<String> = places.enumerate().map(one).collect();
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let query = format!("SELECT line FROM ({}) AS found ORDER BY number", queries.join(" UNION ALL "));
    server.connection.lines(&query).map_err(|error| format!("{error}: {query}"))
}
