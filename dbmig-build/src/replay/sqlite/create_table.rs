//! `CREATE TABLE`, and the columns that `CREATE TABLE AS` makes.

use super::{find, name_is_free, new_place, object};
use crate::replay::Replay;
use crate::replay::conflict::Conflict;
use crate::replay::lower;
use crate::schema::{ApplyError, Change, Column, ColumnType, ObjectName, Table};
use crate::sql::syntax::{CreateTable, ObjectIdent, SelectItem, SelectSyntax, TableBody};

use super::Database;

pub(super) fn create_table(replay: &mut Replay, create: &CreateTable) -> Result<Vec<Change>, Conflict> {
    let database = new_place(&create.name, create.temporary)?;
    let catalog = replay.database(database);
    let name = object(&create.name.name);
    let exists = catalog.schema().tables.contains_key(&name) || catalog.schema().views.contains_key(&name);
    if create.if_not_exists && exists {
        return Ok(Vec::new());
    }
    name_is_free(catalog, &create.name)?;
    let table = match &create.body {
        TableBody::Definition { columns, constraints, options } => {
            lower::table(name, columns, constraints, options.clone())?
        }
        TableBody::Select(select) => selected(replay, name, select, database)?,
    };
    replay.changes(database, vec![Change::CreateTable(Box::new(table))])
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
