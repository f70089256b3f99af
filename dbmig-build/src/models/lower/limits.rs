//! How long texts and numbers may be: what a database would refuse when the migration runs.

use dbmig::Backend;

use super::super::facts::FieldFacts;
use super::{Context, Draft};
use crate::diagnostic::Code;
use crate::schema::{Column, ColumnType};
use crate::source::Span;

/// Reports a column whose type has larger arguments than its database takes; `place` is shown where no attribute said
/// them.
pub(super) fn report(column: &Column, facts: &FieldFacts, place: &Span, draft: &Draft<'_>, context: &mut Context<'_>) {
    let backend = context.config.backend;
    let options = &draft.table.options;
    let own = column.character_set.as_deref().or(column.collation.as_ref().map(|one| one.as_str()));
    let set = own.or(options.character_set.as_deref()).or(options.collation.as_deref()).unwrap_or_default();
    let Some((what, most)) = exceeded(&column.column_type, set, backend) else { return };
    let stated = [facts.sql_type.as_ref().map(|said| &said.place), facts.length.as_ref().map(|said| &said.place)];
    let number = facts.precision.as_ref().map(|said| &said.place);
    let place = stated.into_iter().flatten().chain(number).next().unwrap_or(place);
    let column_type = column.column_type.to_string().to_uppercase();
    let problem = format!("{backend} has no `{column_type}`: {what} may be {most} at most");
    let help = match column.column_type.name.as_str() {
        "varchar" | "char" | "bpchar" if facts.sql_type.is_some() => "sql_type = \"TEXT\"",
        "varchar" | "char" | "bpchar" => "leave `length` out: the column is a TEXT then",
        "varbinary" | "binary" => "sql_type = \"BLOB\"",
        _ => "say a smaller one",
    };
    context.fault(Code::RustType, problem, place, help);
}

/// What of a type is too large, and how large it may be.
///
/// Sources: <https://www.postgresql.org/docs/current/datatype.html>, <https://mariadb.com/kb/en/varchar/>,
/// <https://mariadb.com/kb/en/decimal/>, <https://dev.mysql.com/doc/refman/8.0/en/storage-requirements.html>.
fn exceeded(column_type: &ColumnType, set: &str, backend: Backend) -> Option<(&'static str, u64)> {
    const LENGTH: &str = "its length";
    const PRECISION: &str = "its precision";
    const SCALE: &str = "its scale";
    let of_set = match set.split('_').next().unwrap_or_default() {
        "utf8mb4" | "utf16" | "utf32" => 16_383,
        "utf8" | "utf8mb3" => 21_844,
        _ => 65_532,
    };
    let limits: &[(&'static str, u64)] = match (backend, column_type.name.as_str()) {
        (Backend::Postgres, "varchar" | "bpchar" | "char") => &[(LENGTH, 10_485_760)],
        (Backend::Postgres, "numeric") => &[(PRECISION, 1_000), (SCALE, 1_000)],
        (Backend::Mysql, "varchar") => &[(LENGTH, of_set)],
        (Backend::Mysql, "varbinary") => &[(LENGTH, 65_532)],
        (Backend::Mysql, "char" | "binary") => &[(LENGTH, 255)],
        (Backend::Mysql, "decimal" | "numeric") => &[(PRECISION, 65), (SCALE, 38)],
        (Backend::Mysql, "datetime" | "timestamp" | "time") => &[(PRECISION, 6)],
        (Backend::Mysql, "bit") => &[(LENGTH, 64)],
        _ => &[],
    };
    let numbers = column_type.arguments.iter().map(|text| text.parse::<u64>().ok());
    limits.iter().zip(numbers).find(|((_, most), said)| said.is_some_and(|said| said > *most)).map(|(limit, _)| *limit)
}
