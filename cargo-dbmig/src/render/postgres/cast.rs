//! How a column's values become another type's.
//!
//! `ALTER COLUMN … TYPE` without USING takes assignment casts; what else is there has to be written.
//! Source: `pg_cast` of PostgreSQL 15, and <https://www.postgresql.org/docs/current/sql-createcast.html>.

use dbmig_build::schema::{Attribute, Column, ColumnType, Name, Schema, UserTypeKind};

use super::super::plan::Direction;
use super::definition::type_sql;
use super::types::{beneath, is_there};
use super::way::Way;

/// How values become another type's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cast {
    /// Without a word.
    Assigned,
    /// By this expression.
    Using(String),
    /// Not at all, as far as PostgreSQL knows.
    Missing,
}

const NUMBERS: [&str; 6] = ["smallint", "integer", "bigint", "real", "double precision", "numeric"];
const STRINGS: [&str; 6] = ["text", "varchar", "char", "name", "\"char\"", "citext"];

/// Pairs of other types with an assignment cast, or an implicit one.
const ASSIGNED: [(&str, &str); 26] = [
    ("date", "timestamp"),
    ("date", "timestamptz"),
    ("timestamp", "date"),
    ("timestamp", "timestamptz"),
    ("timestamp", "time"),
    ("timestamptz", "timestamp"),
    ("timestamptz", "date"),
    ("timestamptz", "time"),
    ("timestamptz", "timetz"),
    ("time", "interval"),
    ("time", "timetz"),
    ("timetz", "time"),
    ("interval", "time"),
    ("json", "jsonb"),
    ("jsonb", "json"),
    ("cidr", "inet"),
    ("inet", "cidr"),
    ("bit", "varbit"),
    ("varbit", "bit"),
    ("integer", "oid"),
    ("bigint", "oid"),
    ("oid", "integer"),
    ("oid", "bigint"),
    ("macaddr", "macaddr8"),
    ("macaddr8", "macaddr"),
    ("money", "numeric"),
];

/// How the values of a column become another type's; each type with the schema that knows it.
pub(super) fn cast(
    column: &Name,
    (from_schema, from): (&Schema, &ColumnType),
    (to_schema, to): (&Schema, &ColumnType),
    direction: Direction,
) -> Cast {
    let name = column.sql();
    let target = type_sql(to, column);
    let (one, other) = (beneath(from_schema, from), beneath(to_schema, to));
    if one.array != other.array {
        let element = ColumnType { array: false, ..other.clone() };
        let between = pair(
            &name,
            &ColumnType { array: false, ..one.clone() },
            &element,
            from_schema,
            &type_sql(&element, column),
        );
        let is_string = |one: &ColumnType| STRINGS.contains(&one.name.as_str());
        let alone = format!("WHEN {name} IS NULL THEN NULL");
        return match (other.array, between) {
            // What an array became on the way there.
            (true, _) if is_string(&one) => Cast::Using(format!(
                "CASE {alone} WHEN {name} LIKE '{{%}}' THEN {name}::{target} ELSE ARRAY[{name}]::{target} END"
            )),
            (true, Cast::Assigned | Cast::Using(_)) => {
                Cast::Using(format!("CASE {alone} ELSE ARRAY[{name}]::{target} END"))
            }
            (false, Cast::Assigned) if direction == Direction::Down => Cast::Using(format!("{name}[1]")),
            (false, _) if is_string(&other) => Cast::Assigned,
            _ => Cast::Missing,
        };
    }
    match (one.array, pair(&name, &one, &other, from_schema, &target)) {
        // What isn't a plain cast isn't one for the elements of an array either.
        (true, Cast::Using(text)) if text != format!("{name}::{target}") && !text.contains("::text::") => Cast::Missing,
        (true, Cast::Using(text)) => Cast::Using(text.replace("::text::", "::text[]::")),
        (_, found) => found,
    }
}

/// The way by text, which an enum, domain, composite type or range has to its successor.
pub(super) fn by_text(column: &Name, to: &ColumnType) -> String {
    let array = if to.array { "[]" } else { "" };
    format!("{}::text{array}::{}", column.sql(), type_sql(to, column))
}

/// The way of a row whose type has got more fields or fewer: field by field, as they are called.
pub(super) fn by_fields(way: &Way, from: &Column, to: &Column) -> Option<String> {
    if from.column_type.array || to.column_type.array {
        return None;
    }
    let fields = |schema: &Schema, column: &Column| match schema
        .types
        .values()
        .find_map(|one| column.column_type.names(&one.name).then(|| one.kind.clone()))
    {
        Some(UserTypeKind::Composite(fields)) => Some(fields),
        _ => None,
    };
    let (before, after) = (fields(&way.renamed, from)?, fields(&way.after, to)?);
    if before.len() == after.len() {
        return None;
    }
    let value = to.name.sql();
    let field = |one: &Attribute| {
        let is_there = before.iter().any(|other| other.name == one.name);
        let kept = is_there.then(|| format!("({value}).{}::{}", one.name.sql(), type_sql(&one.column_type, &one.name)));
        kept.unwrap_or_else(|| "NULL".to_owned())
    };
    let row = after.iter().map(field).collect::<Vec<_>>().join(", ");
    let there = is_there(&way.renamed, &from.column_type, &value);
    Some(format!("CASE WHEN {there} THEN ROW({row})::{} END", type_sql(&to.column_type, &to.name)))
}

fn pair(name: &str, from: &ColumnType, to: &ColumnType, schema: &Schema, target: &str) -> Cast {
    if from.name == to.name && from.schema == to.schema {
        return Cast::Assigned;
    }
    let (one, other) = (from.name.as_str(), to.name.as_str());
    let is = |list: &[&str], what: &ColumnType| list.contains(&what.name.as_str());
    let using = |text: String| Cast::Using(text);
    match (one, other) {
        ("bytea", _) if is(&STRINGS, to) => using(format!("convert_from({name}, 'UTF8')")),
        (_, "bytea") if is(&STRINGS, from) => using(format!("convert_to({name}, 'UTF8')")),
        _ if is(&STRINGS, to) => Cast::Assigned,
        _ if is(&STRINGS, from) => using(format!("{name}::{target}")),
        _ if is(&NUMBERS, from) && is(&NUMBERS, to) => Cast::Assigned,
        (_, "boolean") if is(&NUMBERS, from) => using(format!("{name} <> 0")),
        ("boolean", "integer") => using(format!("{name}::{target}")),
        ("boolean", _) if is(&NUMBERS, to) => using(format!("{name}::integer::{target}")),
        ("integer" | "bigint" | "numeric", "money") => Cast::Assigned,
        (_, "money") if is(&NUMBERS, from) => using(format!("{name}::numeric::{target}")),
        ("jsonb", "boolean") => using(format!("{name}::{target}")),
        ("jsonb", _) if is(&NUMBERS, to) => using(format!("{name}::{target}")),
        ("money", _) if is(&NUMBERS, to) && other != "numeric" => using(format!("{name}::numeric::{target}")),
        ("integer" | "bigint", "bit") | ("bit", "integer" | "bigint") => using(format!("{name}::{target}")),
        _ if other == one.replace("range", "multirange") => using(format!("{name}::{target}")),
        pair if ASSIGNED.contains(&pair) => Cast::Assigned,
        _ if is_enum(schema, from) && !is_built_in(to) => using(format!("{name}::text::{target}")),
        _ => Cast::Missing,
    }
}

fn is_enum(schema: &Schema, column_type: &ColumnType) -> bool {
    let is_it = |name, kind: &UserTypeKind| column_type.names(name) && matches!(kind, UserTypeKind::Enum(_));
    schema.types.values().any(|one| is_it(&one.name, &one.kind))
}

fn is_built_in(column_type: &ColumnType) -> bool {
    column_type.schema.is_none() && dbmig_build::schema::postgres_type(&column_type.name).is_some()
}
