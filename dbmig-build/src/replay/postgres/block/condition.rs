//! Conditions that ask the database's catalog, answered from the schema that replay has made.

mod constraint;

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

/// Tables of the catalog of which several may be asked at once.
const JOINED: [&str; 6] = ["pg_enum", "pg_constraint", "pg_attribute", "pg_trigger", "pg_class", "pg_type"];

/// Whether what a test asks for is there.
pub(super) fn found(work: &Work<'_>, test: &CatalogTest, variables: &Variables) -> Option<bool> {
    let value = |(column, value): &(String, Text)| Some((column.clone(), text::evaluated(work, value, variables)?));
    let equal = test.equal.iter().map(value).collect::<Option<Vec<_>>>()?;
    let asks = |catalog: &str| test.catalogs.iter().any(|one| one == catalog);
    let is_known = |one: &String| JOINED.contains(&one.as_str()) || one == "pg_namespace";
    if test.catalogs.len() > 1 && !test.catalogs.iter().all(is_known) {
        return None;
    }
    let mut asked = Asked::default();
    for (column, value) in &equal {
        let part = match column.as_str() {
            "typname" if asks("pg_enum") => &mut asked.table,
            "relname" if test.catalogs.len() > 1 && !(test.catalogs.len() == 2 && asks("pg_namespace")) => {
                &mut asked.table
            }
            "typname" | "relname" | "conname" | "indexname" | "schema_name" | "constraint_name" | "viewname"
            | "matviewname" | "enumlabel" | "attname" | "sequencename" | "sequence_name" | "name" | "tgname"
            | "trigger_name" | "column_name" => &mut asked.name,
            "nspname" if test.catalogs == ["pg_namespace"] => &mut asked.name,
            "table_name" | "tablename" | "conrelid" | "attrelid" | "enumtypid" | "tgrelid" | "event_object_table" => {
                &mut asked.table
            }
            "table_schema" | "schemaname" | "constraint_schema" | "nspname" | "sequence_schema" | "connamespace"
            | "relnamespace" | "typnamespace" => &mut asked.schema,
            "contype" | "constraint_type" | "relkind" | "table_type" => &mut asked.kind,
            "conkey" => &mut asked.columns,
            "pg_get_constraintdef" => &mut asked.definition,
            _ => return None,
        };
        if part.replace(value.as_str()).is_some_and(|before| before != value) {
            return None;
        }
    }
    let is_main = |one: &&&str| asks(one);
    let catalog = JOINED.iter().find(is_main).copied().or(test.catalogs.first().map(String::as_str))?;
    if catalog == "pg_class" && test.catalogs.iter().any(|one| one != "pg_class" && one != "pg_namespace") {
        return None;
    }
    answer(work, catalog, &asked)
}

#[derive(Default)]
struct Asked<'a> {
    name: Option<&'a str>,
    table: Option<&'a str>,
    schema: Option<&'a str>,
    /// The kind of a relation or constraint: a letter, or in words.
    kind: Option<&'a str>,
    /// The numbers of a constraint's columns, as an array.
    columns: Option<&'a str>,
    /// What defines a constraint.
    definition: Option<&'a str>,
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
        "pg_class" => Some(any(asked.name?, &|name| is_of_kind(work, name, asked.kind))),
        "pg_indexes" => {
            Some(any(asked.name?, &|name| matches!(work.relation(name), Some(Relation::Index(_) | Relation::Key(_)))))
        }
        "pg_tables" => Some(any(asked.table?, &|name| work.relation(name) == Some(Relation::Table))),
        "tables" => Some(any(asked.table?, &|name| match work.relation(name) {
            Some(Relation::Table) => asked.kind.is_none_or(|kind| kind == "BASE TABLE"),
            Some(Relation::View) => asked.kind.is_none_or(|kind| kind == "VIEW"),
            _ => false,
        })),
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
        "pg_constraint" | "table_constraints" => constraint::is_there(work, asked, &schemas, &any),
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

/// Whether a relation is of the kind that a letter stands for, if any is asked for.
fn is_of_kind(work: &Work<'_>, name: &ObjectName, letter: Option<&str>) -> bool {
    let Some(relation) = work.relation(name) else { return false };
    let partitioned = || work.table(name).is_ok_and(|table| table.options.partition_by.is_some());
    letter.is_none_or(|letter| match relation {
        Relation::Table => letter == if partitioned() { "p" } else { "r" },
        Relation::View => letter == "v",
        Relation::MaterializedView => letter == "m",
        Relation::Sequence => letter == "S",
        Relation::Composite => letter == "c",
        Relation::Index(ref table) | Relation::Key(ref table) => {
            let of_partitioned = work.table(table).is_ok_and(|table| table.options.partition_by.is_some());
            letter == if of_partitioned { "I" } else { "i" }
        }
    })
}
