//! `CREATE TABLE`, and the columns that `CREATE TABLE AS` makes.

use super::{find, name_is_free, new_place, object};
use crate::replay::conflict::Conflict;
use crate::replay::{LEDGER, Replay, lower};
use crate::schema::{ApplyError, Autoincrement, Change, Column, ColumnType, ObjectName, Table};
use crate::sql::syntax::{ColumnSyntax, CreateTable, ObjectIdent, SelectItem, SelectSyntax, TableBody};

use super::Database;

pub(super) fn create_table(replay: &mut Replay, create: &CreateTable) -> Result<Vec<Change>, Conflict> {
    let database = new_place(&create.name, create.temporary)?;
    let catalog = replay.database(database);
    let name = object(&create.name.name);
    let exists = catalog.schema().tables.contains_key(&name) || catalog.schema().views.contains_key(&name);
    if create.if_not_exists && (exists || name.name.key() == LEDGER) {
        return Ok(Vec::new());
    }
    name_is_free(catalog, &create.name)?;
    let table = match &create.body {
        TableBody::Definition { columns, constraints, options } => {
            let table = lower::table(name, columns, constraints, options.clone())?;
            check_types(&table, columns)?;
            check_key(&table, columns, &create.name)?;
            table
        }
        TableBody::Select(select) => selected(replay, name, select, database)?,
    };
    replay.changes(database, vec![Change::CreateTable(Box::new(table))])
}

/// Demands one of a STRICT table's types for each of its columns. Source: <https://sqlite.org/stricttables.html>.
pub(super) fn check_types(table: &Table, columns: &[ColumnSyntax]) -> Result<(), Conflict> {
    const TYPES: [&str; 6] = ["any", "blob", "int", "integer", "real", "text"];
    let is_known = |column: &ColumnType| column.arguments.is_empty() && TYPES.contains(&column.name.as_str());
    match columns.iter().find(|column| table.options.strict && !is_known(&column.column_type)) {
        Some(column) => {
            let message = format!(
                "column `{}` of a STRICT table has to be INT, INTEGER, REAL, TEXT, BLOB or ANY",
                column.name.name
            );
            Err(Conflict::refused(&column.name.span, message))
        }
        None => Ok(()),
    }
}

/// AUTOINCREMENT is for rowids, and a table without rowids needs a key.
fn check_key(table: &Table, columns: &[ColumnSyntax], name: &ObjectIdent) -> Result<(), Conflict> {
    if table.options.without_rowid && table.primary_key.is_none() {
        return Err(Conflict::refused(&name.span, format!("table `{}` WITHOUT ROWID has no primary key", table.name)));
    }
    let counted = table.columns.iter().find(|column| column.autoincrement == Autoincrement::Keyword);
    match counted.filter(|column| table.rowid_alias() != Some(&column.name)) {
        Some(column) => {
            let place = columns.iter().find(|syntax| syntax.name.name == column.name).map(|syntax| &syntax.name.span);
            let message = format!("AUTOINCREMENT is for an INTEGER PRIMARY KEY alone, which `{}` is not", column.name);
            Err(Conflict::refused(place.unwrap_or(&name.span), message))
        }
        None => Ok(()),
    }
}

/// The table that a query makes: names and affinities, nothing else.
/// Source: <https://sqlite.org/lang_createtable.html#create_table_as_select_statements>.
fn selected(replay: &Replay, name: ObjectName, select: &SelectSyntax, database: Database) -> Result<Table, Conflict> {
    let mut table = Table::new(name);
    let (items, from) = match select {
        SelectSyntax::Columns { items, table } => (items, table),
        // A temporary table is no part of the schema: its columns don't matter.
        SelectSyntax::Other(_) if database == Database::Temporary => return Ok(table),
        SelectSyntax::Other(span) => {
            return Err(Conflict::unreadable(span, "the columns that this query makes can't be known"));
        }
    };
    let source = source(replay, from)?;
    if source.columns.is_empty() && database == Database::Main {
        let message = format!("the columns of `{}` can't be known", from.name);
        return Err(Conflict::unreadable(&from.span, message));
    }
    for item in items {
        match item {
            SelectItem::All => {
                let copies = source.columns.iter().map(|column| copy(column, column.name.clone()));
                table.columns.extend(copies);
            }
            SelectItem::Column { column, name } => match source.column(&column.name) {
                Some(found) => table.columns.push(copy(found, name.clone())),
                None if source.columns.is_empty() => {}
                None => {
                    let error = ApplyError::NoColumn(source.name.clone(), column.name.clone());
                    return Err(Conflict::at(&column.span, error));
                }
            },
        }
    }
    Ok(table)
}

fn source<'a>(replay: &'a Replay, from: &ObjectIdent) -> Result<&'a Table, Conflict> {
    super::table(replay.database(find(replay, from)?), from)
}

fn copy(column: &Column, name: crate::schema::Name) -> Column {
    Column::new(name, ColumnType::plain(affinity(&column.column_type)))
}

/// The type that a copy gets: the name of the affinity. Source: <https://sqlite.org/datatype3.html#determination_of_column_affinity>.
fn affinity(column_type: &ColumnType) -> &'static str {
    let holds = |words: &[&str]| words.iter().any(|word| column_type.name.contains(word));
    if holds(&["int"]) {
        "int"
    } else if holds(&["char", "clob", "text"]) {
        "text"
    } else if holds(&["blob"]) || column_type.is_untyped() {
        ""
    } else if holds(&["real", "floa", "doub"]) {
        "real"
    } else {
        "num"
    }
}
