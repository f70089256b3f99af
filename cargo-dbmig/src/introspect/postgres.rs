//! PostgreSQL's catalogs to the schema, by a constant number of queries.
//!
//! Expressions come as PostgreSQL prints them, not as they were written.

mod constraint;
mod rows;
mod user_type;

use std::collections::HashMap;

use dbmig::Backend;
use dbmig_build::schema::{
    Autoincrement, Column, ColumnType, Expression, Generated, Name, ObjectName, POSTGRES_TYPES, PartitionOf, Past,
    Schema, Sequence, Storage, Table, Trigger, View, postgres_type,
};
use diesel::PgConnection;
use diesel::prelude::*;

use super::{BOOKS, IntrospectError, expression};
use rows::query;

pub(super) fn introspect(connection: &mut PgConnection, exclude: &[&str]) -> Result<Schema, IntrospectError> {
    // One snapshot for all of the queries.
    let read = |connection: &mut PgConnection| -> QueryResult<Schema> {
        // Compiling such queries takes PostgreSQL seconds, running them milliseconds. (Before 11 there is no such setting.)
        diesel::sql_query("SELECT set_config(name, 'off', true) FROM pg_settings WHERE name = 'jit'")
            .execute(connection)?;
        let mut schema = read(connection)?;
        let is_book = |name: &ObjectName| BOOKS.iter().chain(exclude).any(|book| *book == name.name.as_str());
        schema.tables.retain(|name, _| !is_book(name));
        Ok(schema)
    };
    connection.transaction(read).map_err(IntrospectError::Query)
}

fn read(connection: &mut PgConnection) -> QueryResult<Schema> {
    macro_rules! ask {
        ($row:ident, $template:ident) => {
            diesel::sql_query(query(rows::$template)).load::<rows::$row>(connection)?
        };
    }
    let relations = ask!(Relation, RELATIONS);
    let columns = ask!(Column, COLUMNS);
    let constraints = ask!(Constraint, CONSTRAINTS);
    let indexes = ask!(Index, INDEXES);
    let keys = ask!(Key, KEYS);
    let triggers = ask!(Trigger, TRIGGERS);
    let types = ask!(UserType, TYPES);
    let sequences = ask!(Sequence, SEQUENCES);
    let namespaces = ask!(Namespace, NAMESPACES);

    let names: HashMap<u32, ObjectName> =
        relations.iter().map(|relation| (relation.oid, object(relation.schema.as_deref(), &relation.name))).collect();
    let mut schema = Schema::default();
    for relation in &relations {
        let Some(name) = names.get(&relation.oid) else { continue };
        if relation.definition.is_some() {
            schema.views.insert(name.clone(), view(relation, name));
        } else {
            schema.tables.insert(name.clone(), table(relation, name, &names));
        }
    }
    let mut attributes: HashMap<u32, Vec<rows::Column>> = HashMap::new();
    for column in columns {
        match names.get(&column.relation).and_then(|name| schema.tables.get_mut(name)) {
            Some(table) => table.columns.push(self::column(column)),
            None => attributes.entry(column.relation).or_default().push(column),
        }
    }
    let mut domain_checks = constraint::place(&mut schema, constraints, indexes, keys, &names);
    for trigger in triggers {
        let made = Trigger { name: name(&trigger.name), sql: trigger.sql };
        if let Some(table) = names.get(&trigger.relation).and_then(|name| schema.tables.get_mut(name)) {
            table.triggers.push(made);
        }
    }
    for one in types {
        let checks = domain_checks.remove(&one.oid).unwrap_or_default();
        let attributes = attributes.remove(&one.relation).unwrap_or_default();
        let made = user_type::user_type(one, attributes, checks);
        schema.types.insert(made.name.clone(), made);
    }
    for one in sequences {
        let made = sequence(&one, &names);
        schema.sequences.insert(made.name.clone(), made);
    }
    schema.namespaces = namespaces.iter().map(|one| name(&one.name)).collect();
    Ok(schema)
}

fn name(text: &str) -> Name {
    Name::new(text, Backend::Postgres)
}

fn object(schema: Option<&str>, text: &str) -> ObjectName {
    ObjectName { schema: schema.map(name), name: name(text) }
}

fn value(text: &str) -> Expression {
    expression(text, Backend::Postgres)
}

/// `fillfactor=70` as a pair, in the order of names.
fn parameters(settings: &[String]) -> Vec<(String, String)> {
    let pair = |setting: &String| setting.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut pairs: Vec<_> = settings.iter().filter_map(pair).collect();
    pairs.sort();
    pairs
}

fn view(relation: &rows::Relation, name: &ObjectName) -> View {
    let materialized = relation.kind == "m";
    let kind = if materialized { "MATERIALIZED VIEW" } else { "VIEW" };
    let definition = relation.definition.as_deref().unwrap_or_default().trim().trim_end_matches(';');
    let sql = format!("CREATE {kind} {} AS {definition}", name.sql());
    View { materialized, ..View::new(name.clone(), sql) }
}

fn table(relation: &rows::Relation, name: &ObjectName, names: &HashMap<u32, ObjectName>) -> Table {
    let mut table = Table::new(name.clone());
    let parents: Vec<ObjectName> = relation.parents.iter().filter_map(|oid| names.get(oid).cloned()).collect();
    table.comment.clone_from(&relation.comment);
    table.options.unlogged = relation.unlogged;
    table.options.parameters = parameters(&relation.parameters);
    table.options.partition_by = relation.partition_key.as_ref().map(|key| lower_outside_quotes(key));
    match (&relation.bound, parents.first()) {
        (Some(bound), Some(parent)) => {
            let bound = lower_outside_quotes(bound);
            table.options.partition_of = Some(PartitionOf { parent: parent.clone(), bound });
        }
        _ => table.options.inherits = parents,
    }
    table
}

/// Keywords and plain names in lower case, what stands in quotes as it is.
fn lower_outside_quotes(text: &str) -> String {
    let mut quote = None;
    let lower = |letter: char| {
        match quote {
            Some(open) if open == letter => quote = None,
            None if letter == '\'' || letter == '"' => quote = Some(letter),
            _ => {}
        }
        if quote.is_some() { letter } else { letter.to_ascii_lowercase() }
    };
    text.chars().map(lower).collect()
}

fn column(row: rows::Column) -> Column {
    let mut column = Column::new(name(&row.name), column_type(&row.type_use));
    column.nullable = !row.not_null;
    column.autoincrement = match row.identity.as_str() {
        "a" => Autoincrement::IdentityAlways,
        "d" => Autoincrement::IdentityByDefault,
        _ => Autoincrement::No,
    };
    match (row.generated.as_str(), row.value) {
        ("", text) => column.default = text.map(|text| value(&text)),
        (kind, text) => {
            let storage = if kind == "v" { Storage::Virtual } else { Storage::Stored };
            column.generated = text.map(|text| Generated { expression: value(&text), storage });
        }
    }
    column.collation = row.collation.map(|collation| name(&collation));
    column.inherited = row.inherited;
    column.comment = row.comment;
    column
}

/// The model's type of one that PostgreSQL spells `character varying(64)[]`.
fn column_type(row: &rows::TypeUse) -> ColumnType {
    // A name in quotes may hold parentheses of its own.
    let behind = row.spelled.rfind('"').map_or(row.spelled.as_str(), |at| &row.spelled[at..]);
    let arguments = match (behind.find('('), behind.rfind(')')) {
        (Some(open), Some(close)) if open < close => {
            behind[open + 1..close].split(',').map(|one| one.trim().to_owned()).collect()
        }
        _ => Vec::new(),
    };
    let of_catalog = |name: &str| {
        let found = POSTGRES_TYPES.iter().find(|one| one.catalog == name);
        found.map_or_else(|| name.to_owned(), |one| one.name.to_owned())
    };
    let (name, schema) = if row.built_in {
        (of_catalog(&row.type_name), None)
    } else {
        (row.type_name.clone(), row.type_schema.as_deref().map(name))
    };
    ColumnType { name, arguments, schema, array: row.is_array }
}

fn sequence(row: &rows::Sequence, names: &HashMap<u32, ObjectName>) -> Sequence {
    let (least, greatest) = match row.data_type.as_str() {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let (minimum, maximum) = if row.increment > 0 { (1, greatest) } else { (least, -1) };
    let first = if row.increment > 0 { row.minimum } else { row.maximum };
    let stated = |value: i64, usual: i64| (value != usual).then_some(value);
    let owner = row.owner.and_then(|oid| names.get(&oid)).zip(row.owner_column.as_deref());
    let data_type = postgres_type(&row.data_type).map_or(row.data_type.as_str(), |one| one.name);
    Sequence {
        data_type: ColumnType::plain(data_type),
        increment: row.increment,
        minimum: stated(row.minimum, minimum),
        maximum: stated(row.maximum, maximum),
        start: stated(row.start, first),
        cache: row.cache,
        cycle: row.cycle,
        owner: owner.map(|(table, column)| (table.clone(), name(column))),
        identity: Past(row.identity),
        ..Sequence::new(object(row.schema.as_deref(), &row.name))
    }
}
