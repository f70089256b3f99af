//! Columns whose values the database gives out.

use dbmig::Backend;

use super::super::facts::{At, Counting};
use super::Context;
use crate::diagnostic::Code;
use crate::schema::{Autoincrement, Column, Expression, Name, ObjectName};
use crate::sql;

/// What `autoincrement` makes of a column. One model may serve several backends: the ways that are PostgreSQL's alone
/// are the usual way elsewhere.
pub(super) fn lower(said: &At<Counting>, column: &mut Column, table: &ObjectName, context: &mut Context<'_>) {
    let backend = context.config.backend;
    if said.value == Counting::None {
        return;
    }
    if column.default.is_some() {
        let problem = "a column whose values the database counts has no other default";
        context.fault(Code::ModelAttribute, problem, &said.place, "say one of the two");
        return;
    }
    match (backend, said.value) {
        (Backend::Sqlite, Counting::Usual) | (Backend::Mysql, _) => column.autoincrement = Autoincrement::Keyword,
        // A rowid needs no word.
        (Backend::Sqlite, _) => {}
        (Backend::Postgres, _) if column.nullable || !is_integer(column) => {
            let problem = "`autoincrement` is for an integer that can't be NULL";
            context.fault(Code::ModelAttribute, problem, &said.place, "leave `autoincrement` out");
        }
        (Backend::Postgres, Counting::Serial) => {
            column.default = serial_default(table, &column.name);
        }
        (Backend::Postgres, Counting::Always) => column.autoincrement = Autoincrement::IdentityAlways,
        (Backend::Postgres, _) => column.autoincrement = Autoincrement::IdentityByDefault,
    }
}

/// The default of a `serial` column whose sequence has the name that PostgreSQL gives it.
pub fn serial_default(table: &ObjectName, column: &Name) -> Option<Expression> {
    let name = table.name.renamed(&sequence_name(table.name.as_str(), column.as_str()));
    let sequence = ObjectName { schema: table.schema.clone(), name };
    let next = format!("nextval('{}'::regclass)", sequence.sql().replace('\'', "''"));
    sql::expression(&next, Backend::Postgres).ok()
}

/// Whether PostgreSQL can count in a column.
pub(super) fn is_integer(column: &Column) -> bool {
    !column.column_type.array && ["smallint", "integer", "bigint"].contains(&column.column_type.name.as_str())
}

/// The name that PostgreSQL gives to the sequence of a serial column, shortened in turns where it is too long.
/// Source: `makeObjectName`.
fn sequence_name(table: &str, column: &str) -> String {
    let (mut one, mut two) = (table.len(), column.len());
    while one + two + "__seq".len() > 63 {
        if one > two { one -= 1 } else { two -= 1 }
    }
    let clipped = |text: &str, mut end: usize| {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    };
    format!("{}_{}_seq", clipped(table, one), clipped(column, two))
}
