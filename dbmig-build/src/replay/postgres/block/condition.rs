//! Conditions that ask the database's catalog, answered from the schema that replay has made.

use dbmig::Backend;

use crate::replay::postgres::resolve::{Relation, schema_name};
use crate::replay::postgres::sequence::regclass;
use crate::replay::postgres::work::Work;
use crate::schema::{Constraint, Name, ObjectName, UserTypeKind};
use crate::sql::{CatalogTest, Condition, Statement, Text, condition};

use super::{Variables, text};

/// Whether a condition holds; none where that can't be known.
pub(super) fn holds(work: &Work<'_>, asked: &Statement, variables: &Variables) -> Option<bool> {
    truth(work, &condition(asked), variables)
}

fn truth(work: &Work<'_>, condition: &Condition, variables: &Variables) -> Option<bool> {
    match condition {
        Condition::Known(known) => Some(*known),
        Condition::Test(test) => found(work, test, variables).map(|found| found != test.negated),
        Condition::Not(inner) => truth(work, inner, variables).map(|holds| !holds),
        // One that is false makes all of them false, whatever the others are.
        Condition::All(parts) => decided(work, parts, variables, false),
        Condition::Any(parts) => decided(work, parts, variables, true),
        Condition::Other => None,
    }
}

/// The truth of several conditions, of which one that is `decisive` decides.
fn decided(work: &Work<'_>, parts: &[Condition], variables: &Variables, decisive: bool) -> Option<bool> {
    let truths: Vec<Option<bool>> = parts.iter().map(|part| truth(work, part, variables)).collect();
    if truths.contains(&Some(decisive)) {
        return Some(decisive);
    }
    truths.iter().all(Option::is_some).then_some(!decisive)
}

/// Whether what a test asks for is there.
fn found(work: &Work<'_>, test: &CatalogTest, variables: &Variables) -> Option<bool> {
    let value = |(column, value): &(String, Text)| Some((column.clone(), text::evaluated(work, value, variables)?));
    let equal = test.equal.iter().map(value).collect::<Option<Vec<_>>>()?;
    let mut asked = Asked::default();
    for (column, value) in &equal {
        let text = Some(value.as_str());
        match column.as_str() {
            "typname" if test.catalogs.iter().any(|one| one == "pg_enum") => asked.table = text,
            "relname" if test.catalogs.len() > 1 && !test.catalogs.iter().any(|one| one == "pg_namespace") => {
                asked.table = text;
            }
            "typname" | "relname" | "conname" | "indexname" | "schema_name" | "constraint_name" | "viewname"
            | "matviewname" | "enumlabel" | "attname" | "sequencename" | "sequence_name" | "name" | "tgname"
            | "trigger_name" => asked.name = text,
            "table_name" | "tablename" | "conrelid" | "attrelid" | "enumtypid" | "tgrelid" | "event_object_table" => {
                asked.table = text;
            }
            "column_name" => asked.name = text,
            "nspname" if test.catalogs == ["pg_namespace"] => asked.name = text,
            "table_schema" | "schemaname" | "constraint_schema" | "nspname" | "sequence_schema" => {
                asked.schema = text;
            }
            _ => return None,
        }
    }
    const MAIN: [&str; 4] = ["pg_enum", "pg_constraint", "pg_attribute", "pg_trigger"];
    let is_main = |one: &&String| MAIN.contains(&one.as_str());
    let catalog = test.catalogs.iter().find(is_main).or(test.catalogs.first())?;
    answer(work, catalog, &asked)
}

#[derive(Default)]
struct Asked<'a> {
    name: Option<&'a str>,
    table: Option<&'a str>,
    schema: Option<&'a str>,
}

fn answer(work: &Work<'_>, catalog: &str, asked: &Asked<'_>) -> Option<bool> {
    let name = |text: &str| Name::new(text, Backend::Postgres);
    // Without a schema any one is meant.
    let schemas: Vec<Option<Name>> = match asked.schema {
        Some(schema) => vec![schema_name(&name(schema))],
        None => {
            let own = work.permanent().schema().namespaces.iter().cloned().map(Some);
            std::iter::once(None).chain(own).collect()
        }
    };
    let any = |text: &str, holds: &dyn Fn(&ObjectName) -> bool| match regclass(text) {
        // `'app.users'::regclass`
        Some(ident) if ident.schema.is_some() => work.candidates(&ident).iter().any(holds),
        _ => schemas.iter().any(|schema| holds(&ObjectName { schema: schema.clone(), name: name(text) })),
    };
    let schema = work.permanent().schema();
    let is_type = |name: &ObjectName| {
        schema.types.contains_key(name) || schema.tables.contains_key(name) || schema.views.contains_key(name)
    };
    match catalog {
        "to_regclass" => Some(work.find(&regclass(asked.name?)?).is_some()),
        "to_regtype" => Some(work.find_type(&regclass(asked.name?)?).is_some()),
        "pg_type" => Some(any(asked.name?, &is_type)),
        "pg_enum" => {
            let label = asked.name?;
            Some(any(asked.table?, &|name| match schema.types.get(name).map(|one| &one.kind) {
                Some(UserTypeKind::Enum(labels)) => labels.iter().any(|one| one == label),
                _ => false,
            }))
        }
        "pg_class" => Some(any(asked.name?, &|name| work.relation(name).is_some())),
        "pg_indexes" => {
            Some(any(asked.name?, &|name| matches!(work.relation(name), Some(Relation::Index(_) | Relation::Key(_)))))
        }
        "pg_tables" | "tables" => Some(any(asked.table?, &|name| work.relation(name) == Some(Relation::Table))),
        "pg_views" | "views" => {
            Some(any(asked.name.or(asked.table)?, &|name| work.relation(name) == Some(Relation::View)))
        }
        "pg_matviews" => Some(any(asked.name?, &|name| work.relation(name) == Some(Relation::MaterializedView))),
        "pg_sequences" | "sequences" => Some(any(asked.name?, &|name| schema.sequences.contains_key(name))),
        "columns" | "pg_attribute" => {
            let column = name(asked.name?);
            Some(any(asked.table?, &|table| work.table(table).is_ok_and(|table| table.column(&column).is_some())))
        }
        // It lists no exclusion, and of a check only the columns that its expression names.
        "constraint_column_usage" => {
            let wanted = name(asked.name?);
            let of = |schema: &Option<Name>| work.permanent().constrained(schema.as_ref(), &wanted).next();
            match schemas.iter().find_map(of).and_then(|table| table.constraint(&wanted)) {
                None => Some(false),
                Some(Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::ForeignKey(_)) => Some(true),
                Some(_) => None,
            }
        }
        "pg_constraint" | "table_constraints" => {
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
        "pg_trigger" | "triggers" => {
            let wanted = name(asked.name?);
            let has = |table: &crate::schema::Table| table.triggers.iter().any(|one| one.name == wanted);
            match asked.table {
                Some(table) => Some(any(table, &|table| work.table(table).is_ok_and(has))),
                None => Some(work.permanent().triggered().any(has)),
            }
        }
        "pg_namespace" | "schemata" => Some(work.has_schema(schema_name(&name(asked.name?)).as_ref())),
        _ => None,
    }
}
