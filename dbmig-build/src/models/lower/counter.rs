//! Columns whose values the database gives out.

use dbmig::Backend;

use super::super::facts::{At, Counting, Way};
use super::Context;
use crate::diagnostic::Code;
use crate::schema::{Autoincrement, Column, ObjectName, Sequence};

/// What `autoincrement` makes of a column, and its sequence on PostgreSQL. One model may serve several backends: the
/// ways that are PostgreSQL's alone are the usual way elsewhere.
pub(super) fn lower(
    said: &At<Counting>,
    column: &mut Column,
    table: &ObjectName,
    context: &mut Context<'_>,
) -> Option<Sequence> {
    let backend = context.config.backend;
    let way = said.value.way;
    if way == Way::None {
        return None;
    }
    if column.default.is_some() {
        let problem = "a column whose values the database counts has no other default";
        context.fault(Code::ModelAttribute, problem, &said.place, "say one of the two");
        return None;
    }
    match (backend, way) {
        (Backend::Sqlite, Way::Usual) | (Backend::Mysql, _) => column.autoincrement = Autoincrement::Keyword,
        // A rowid needs no word.
        (Backend::Sqlite, _) => {}
        (Backend::Postgres, _) if column.nullable || !is_integer(column) => {
            let problem = "`autoincrement` is for an integer that can't be NULL";
            context.fault(Code::ModelAttribute, problem, &said.place, "leave `autoincrement` out");
            return None;
        }
        (Backend::Postgres, Way::Serial) => {}
        (Backend::Postgres, Way::Always) => column.autoincrement = Autoincrement::IdentityAlways,
        (Backend::Postgres, _) => column.autoincrement = Autoincrement::IdentityByDefault,
    }
    if backend != Backend::Postgres {
        return None;
    }
    let sequence = with_options(Sequence::of_column(table, column), &said.value);
    if way == Way::Serial {
        column.default = Some(sequence.next_value());
    }
    Some(sequence)
}

/// The sequence with what is said of it; a bound that is the type's own is none.
fn with_options(mut sequence: Sequence, said: &Counting) -> Sequence {
    if let Some(name) = &said.name {
        sequence.name.name = sequence.name.name.renamed(&name.value);
    }
    let (least, greatest) = match sequence.data_type.name.as_str() {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    sequence.increment = said.increment.unwrap_or(1);
    let ascends = sequence.increment > 0;
    let (low, high) = if ascends { (1, greatest) } else { (least, -1) };
    sequence.minimum = said.minimum.filter(|one| *one != low);
    sequence.maximum = said.maximum.filter(|one| *one != high);
    let first = if ascends { sequence.minimum.unwrap_or(low) } else { sequence.maximum.unwrap_or(high) };
    sequence.start = said.start.filter(|start| *start != first);
    sequence.cache = said.cache.unwrap_or(1);
    sequence.cycle = said.cycle;
    sequence
}

/// Whether PostgreSQL can count in a column.
pub(super) fn is_integer(column: &Column) -> bool {
    !column.column_type.array && ["smallint", "integer", "bigint"].contains(&column.column_type.name.as_str())
}
