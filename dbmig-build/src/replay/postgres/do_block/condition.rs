//! `IF [NOT] EXISTS (SELECT … FROM a catalog WHERE …)`, answered from the schema that replay has made.

use dbmig::Backend;

use crate::replay::postgres::resolve::{Relation, schema_name};
use crate::replay::postgres::work::Work;
use crate::schema::{Name, ObjectName};

/// Whether a condition holds, its tokens in lower case; none where that can't be known.
pub(super) fn holds(work: &Work<'_>, words: &[String]) -> Option<bool> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (negated, rest) = match words.as_slice() {
        ["not", "exists", "(", rest @ .., ")"] => (true, rest),
        ["exists", "(", rest @ .., ")"] => (false, rest),
        _ => return None,
    };
    let from = rest.iter().position(|word| *word == "from")?;
    let filter = rest.iter().position(|word| *word == "where")?;
    let catalog: String = rest.get(from + 1..filter)?.concat();
    let mut asked = Asked::default();
    for equation in rest.get(filter + 1..)?.split(|word| *word == "and") {
        let [column, "=", literal] = equation else { return None };
        let text = literal.strip_prefix('\'')?.strip_suffix('\'')?;
        match *column {
            "typname" | "relname" | "conname" | "indexname" | "nspname" | "schema_name" | "constraint_name" => {
                asked.name = Some(text);
            }
            "table_name" | "tablename" => asked.table = Some(text),
            "column_name" => asked.column = Some(text),
            "table_schema" | "schemaname" | "constraint_schema" => asked.schema = Some(text),
            _ => return None,
        }
    }
    answer(work, &catalog, &asked).map(|found| found != negated)
}

#[derive(Default)]
struct Asked<'a> {
    name: Option<&'a str>,
    table: Option<&'a str>,
    column: Option<&'a str>,
    schema: Option<&'a str>,
}

fn answer(work: &Work<'_>, catalog: &str, asked: &Asked<'_>) -> Option<bool> {
    let name = |text: &str| Name::new(text, Backend::Postgres);
    // Without a schema any one is meant; only what all of them agree on is certain.
    let schemas: Vec<Option<Name>> = match asked.schema {
        Some(schema) => vec![schema_name(&name(schema))],
        None => {
            let own = work.permanent().schema().namespaces.iter().cloned().map(Some);
            std::iter::once(None).chain(own).collect()
        }
    };
    let any = |text: &str, holds: &dyn Fn(&ObjectName) -> bool| {
        schemas.iter().any(|schema| holds(&ObjectName { schema: schema.clone(), name: name(text) }))
    };
    match catalog.strip_prefix("pg_catalog.").unwrap_or(catalog) {
        "pg_type" => Some(any(asked.name?, &|name| {
            let schema = work.permanent().schema();
            schema.types.contains_key(name) || schema.tables.contains_key(name) || schema.views.contains_key(name)
        })),
        "pg_class" => Some(any(asked.name?, &|name| work.relation(name).is_some())),
        "pg_indexes" => {
            Some(any(asked.name?, &|name| matches!(work.relation(name), Some(Relation::Index(_) | Relation::Key(_)))))
        }
        "pg_tables" | "information_schema.tables" => {
            Some(any(asked.table?, &|name| work.relation(name) == Some(Relation::Table)))
        }
        "information_schema.columns" => {
            let column = name(asked.column?);
            Some(any(asked.table?, &|table| work.table(table).is_ok_and(|table| table.column(&column).is_some())))
        }
        "pg_constraint" => {
            Some(any(asked.name?, &|one| work.permanent().constrained(one.schema.as_ref(), &one.name).next().is_some()))
        }
        "information_schema.table_constraints" => {
            let wanted = name(asked.name?);
            match asked.table {
                Some(table) => {
                    Some(any(table, &|table| work.table(table).is_ok_and(|table| table.constraint(&wanted).is_some())))
                }
                None => Some(any(asked.name?, &|one| {
                    work.permanent().constrained(one.schema.as_ref(), &one.name).next().is_some()
                })),
            }
        }
        "pg_namespace" | "information_schema.schemata" => {
            Some(work.has_schema(schema_name(&name(asked.name?)).as_ref()))
        }
        _ => None,
    }
}
