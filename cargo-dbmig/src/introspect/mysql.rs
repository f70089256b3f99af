//! MySQL's and MariaDB's `information_schema` to the schema, by a constant number of queries.

mod column;
mod partition;
mod rows;

use std::collections::BTreeMap;

use dbmig::Backend;
use dbmig_build::schema::{
    Check, Column, Expression, ForeignKey, Index, IndexColumn, IndexKey, Name, ObjectName, Past, PrimaryKey,
    ReferentialAction, Schema, SortOrder, Table, Trigger, Unique, View,
};
use diesel::MysqlConnection;
use diesel::prelude::*;

use super::{BOOKS, IntrospectError, expression};

/// Which of the two servers it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flavour {
    MariaDb,
    Mysql,
}

pub(super) fn introspect(connection: &mut MysqlConnection, exclude: &[&str]) -> Result<Schema, IntrospectError> {
    let mut schema = read(connection).map_err(IntrospectError::Query)?;
    let is_book = |one: &ObjectName| BOOKS.iter().chain(exclude).any(|book| name(book) == one.name);
    schema.tables.retain(|name, _| !is_book(name));
    Ok(schema)
}

fn read(connection: &mut MysqlConnection) -> QueryResult<Schema> {
    let server: rows::Server = diesel::sql_query(rows::SERVER).get_result(connection)?;
    let flavour = if server.version.contains("MariaDB") { Flavour::MariaDb } else { Flavour::Mysql };
    let (checks, indexed) = match flavour {
        Flavour::MariaDb => (rows::MARIADB_CHECKS, "NULL"),
        Flavour::Mysql => (rows::MYSQL_CHECKS, "CAST(s.expression AS CHAR)"),
    };
    let tables: Vec<rows::Table> = diesel::sql_query(rows::TABLES).load(connection)?;
    let columns: Vec<rows::Column> = diesel::sql_query(rows::COLUMNS).load(connection)?;
    let keys: Vec<rows::Key> = diesel::sql_query(rows::KEYS.replace("EXPRESSION", indexed)).load(connection)?;
    let references: Vec<rows::Reference> = diesel::sql_query(rows::REFERENCES).load(connection)?;
    let checks: Vec<rows::Check> = diesel::sql_query(checks).load(connection)?;
    let triggers: Vec<rows::Trigger> = diesel::sql_query(rows::TRIGGERS).load(connection)?;
    let views: Vec<rows::View> = diesel::sql_query(rows::VIEWS).load(connection)?;
    let partitions: Vec<rows::Partition> = diesel::sql_query(rows::PARTITIONS).load(connection)?;

    let mut schema = Schema::default();
    for row in tables {
        let made = table(row);
        schema.tables.insert(made.name.clone(), made);
    }
    for row in columns {
        let Some(table) = schema.tables.get_mut(&object(&row.table_name)) else { continue };
        let collation = table.options.collation.clone();
        table.columns.push(column::column(row, collation.as_deref(), flavour));
    }
    for rows in partitions.chunk_by(|one, other| one.table_name == other.table_name) {
        let Some(first) = rows.first() else { continue };
        if let Some(table) = schema.tables.get_mut(&object(&first.table_name)) {
            table.options.partition_by = partition::rule(rows);
        }
    }
    place_keys(&mut schema, keys);
    place_references(&mut schema, references);
    for row in checks {
        if let Some(table) = schema.tables.get_mut(&object(&row.table_name)) {
            place_check(table, &row, flavour);
        }
    }
    for row in triggers {
        let Some(table) = schema.tables.get_mut(&object(&row.table_name)) else { continue };
        let (trigger, timing, event, body) = (name(&row.name), row.timing, row.event, row.body);
        let owner = table.name.sql();
        let sql = format!("CREATE TRIGGER {} {timing} {event} ON {owner} FOR EACH ROW {body}", trigger.sql());
        table.triggers.push(Trigger { name: trigger, sql });
    }
    for row in views {
        let view = object(&row.name);
        let sql = format!("CREATE VIEW {} AS {}", view.sql(), row.definition);
        schema.views.insert(view.clone(), View::new(view, sql));
    }
    Ok(schema)
}

fn name(text: &str) -> Name {
    Name::new(text, Backend::Mysql)
}

fn object(text: &str) -> ObjectName {
    ObjectName::unqualified(name(text))
}

fn value(text: &str) -> Expression {
    expression(text, Backend::Mysql)
}

fn table(row: rows::Table) -> Table {
    let mut table = Table::new(object(&row.name));
    table.comment = Some(row.comment).filter(|text| !text.is_empty());
    table.options.engine = row.engine.map(|engine| engine.to_ascii_lowercase());
    // A collation's name begins with its character set's.
    let set = row.collation.as_deref().and_then(|collation| collation.split('_').next());
    table.options.character_set = set.map(str::to_owned);
    table.options.collation = row.collation;
    let parameters = row.parameters.unwrap_or_default().to_ascii_lowercase();
    let parameters = parameters.split_whitespace().filter_map(|one| one.split_once('='));
    let plain = |text: &str| text.trim_matches(['`', '\'', '"']).to_owned();
    table.options.parameters = parameters.map(|(name, value)| (plain(name), plain(value))).collect();
    table.options.parameters.sort();
    table
}

/// The primary key, uniques and indexes; to MySQL a unique constraint and a unique index are one thing.
fn place_keys(schema: &mut Schema, rows: Vec<rows::Key>) {
    let mut keys: BTreeMap<(String, String), Vec<rows::Key>> = BTreeMap::new();
    for row in rows {
        keys.entry((row.table_name.clone(), row.name.clone())).or_default().push(row);
    }
    for ((owner, key), rows) in keys {
        let Some(table) = schema.tables.get_mut(&object(&owner)) else { continue };
        let Some(first) = rows.first() else { continue };
        let method = Some(first.method.to_ascii_lowercase()).filter(|method| method != "btree");
        let unique = first.non_unique == 0;
        let takes_lengths = method.is_none() || method.as_deref() == Some("hash");
        let columns: Vec<IndexColumn> = rows.iter().map(|row| key_column(row, takes_lengths)).collect();
        if key == "PRIMARY" {
            table.primary_key = Some(PrimaryKey::new(columns));
        } else if unique {
            table.uniques.push(Unique { name: Some(name(&key)), ..Unique::new(columns) });
        } else {
            table.indexes.push(Index { method, ..Index::new(name(&key), columns) });
        }
    }
}

fn key_column(row: &rows::Key, takes_lengths: bool) -> IndexColumn {
    let key = match (&row.column, &row.expression) {
        (None, Some(text)) => IndexKey::Expression(value(&column::unescaped(text))),
        (column, _) => IndexKey::Column(name(column.as_deref().unwrap_or_default())),
    };
    let descending = row.direction.as_deref() == Some("D");
    IndexColumn {
        order: if descending { SortOrder::Descending } else { SortOrder::Ascending },
        // Spatial indexes have lengths that nobody stated.
        length: row.length.filter(|_| takes_lengths).and_then(|length| u32::try_from(length).ok()),
        ..IndexColumn::new(key)
    }
}

fn place_references(schema: &mut Schema, rows: Vec<rows::Reference>) {
    for row in rows {
        let Some(table) = schema.tables.get_mut(&object(&row.table_name)) else { continue };
        let constraint = name(&row.name);
        if table.foreign_keys.last().is_none_or(|key| key.name.as_ref() != Some(&constraint)) {
            let other = ObjectName { schema: row.other_schema.as_deref().map(name), name: name(&row.other) };
            table.foreign_keys.push(ForeignKey {
                name: Some(constraint),
                on_delete: action(&row.on_delete),
                on_update: action(&row.on_update),
                ..ForeignKey::new(Vec::new(), other, Vec::new())
            });
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(name(&row.column));
            key.referenced.push(name(&row.referenced));
        }
    }
}

/// RESTRICT and NO ACTION are one: an error at once.
fn action(rule: &str) -> ReferentialAction {
    match rule {
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}

/// A check has a name unless it was written on its column; MariaDB's JSON columns are told by theirs.
fn place_check(table: &mut Table, row: &rows::Check, flavour: Flavour) {
    let on_column = row.level == "Column";
    let owner = name(&row.name);
    // It keeps its name when the column gets another one.
    let is_json = |one: &&mut Column| {
        one.column_type.name == "longtext"
            && row.clause.eq_ignore_ascii_case(&format!("json_valid({})", one.name.quoted()))
    };
    if let Some(column) = table.columns.iter_mut().find(is_json).filter(|_| on_column) {
        column.column_type.name = "json".to_owned();
        (column.collation, column.character_set) = (None, None);
        return;
    }
    let text = if flavour == Flavour::Mysql { column::unescaped(&row.clause) } else { row.clause.clone() };
    table.checks.push(Check {
        column: Past(Some(owner.clone()).filter(|_| on_column)),
        name: (!on_column).then_some(owner),
        not_enforced: row.enforced == "NO",
        ..Check::new(value(&text))
    });
}
