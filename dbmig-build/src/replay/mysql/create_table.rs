//! `CREATE TABLE`, also like another table and from a query.

use super::{key, name_is_free, object, table};
use crate::replay::conflict::Conflict;
use crate::replay::{LEDGER, Replay};
use crate::schema::{ApplyError, Autoincrement, Change, Column, Expression, ObjectName, Table};
use crate::sql::expression;
use crate::sql::syntax::mysql::{ColumnSyntax, CreateTable, KeySyntax, Options, TableBody};
use crate::sql::syntax::{SelectItem, SelectSyntax};

pub(super) fn create_table(replay: &mut Replay, create: &CreateTable, done: &mut Vec<Change>) -> Result<(), Conflict> {
    let name = object(&create.name);
    if create.temporary {
        replay.mysql.temporary.insert(name);
        return Ok(());
    }
    let schema = replay.catalog.schema();
    let exists = schema.tables.contains_key(&name) || schema.views.contains_key(&name);
    if create.if_not_exists && (exists || name.name.key() == LEDGER) {
        return Ok(());
    }
    if create.or_replace && schema.tables.contains_key(&name) {
        super::drop_existing(replay, &name, done)?;
    }
    name_is_free(replay, &create.name)?;
    match &create.body {
        TableBody::Like(other) => {
            let table = like(table(replay, other)?, name);
            // What foreign keys made there goes here, too, when another key serves as well.
            if let Some(generated) = replay.mysql.generated.get(&object(other)).cloned() {
                replay.mysql.generated.insert(table.name.clone(), generated);
            }
            replay.make(Change::CreateTable(Box::new(table)), done)
        }
        TableBody::Definition { columns, keys, options, select } => {
            let selected = match select {
                Some(select) => selected(replay, select)?,
                None => Vec::new(),
            };
            let mut table = Table::new(name);
            set_options(&mut table, options);
            table.columns = lowered(&table, columns)?;
            for column in selected {
                if table.column(&column.name).is_none() {
                    table.columns.push(column);
                }
            }
            whole(replay, table, columns, keys, done)
        }
    }
}

/// Makes a table with its keys one change.
fn whole(
    replay: &mut Replay,
    table: Table,
    columns: &[ColumnSyntax],
    keys: &[KeySyntax],
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    let owner = table.name.clone();
    let mut made = Vec::new();
    let mut outcome = replay.make(Change::CreateTable(Box::new(table)), &mut made);
    for column in columns {
        outcome = outcome.and_then(|()| key::add_inline(replay, &owner, column, &mut made));
    }
    for syntax in keys {
        outcome = outcome.and_then(|()| key::add(replay, &owner, syntax, &mut made));
    }
    match replay.catalog.schema().tables.get(&owner).cloned() {
        Some(table) => done.push(Change::CreateTable(Box::new(table))),
        None => done.extend(made),
    }
    outcome
}

/// The columns of a definition, each once.
pub(super) fn lowered(table: &Table, columns: &[ColumnSyntax]) -> Result<Vec<Column>, Conflict> {
    let mut found: Vec<Column> = Vec::new();
    for (at, syntax) in columns.iter().enumerate() {
        let name = &syntax.name.name;
        if let Some(first) = columns[..at].iter().find(|earlier| earlier.name.name == *name) {
            let message = format!("table `{}` has two columns `{name}`", table.name);
            return Err(Conflict::second(&syntax.name.span, &first.name.span, message));
        }
        found.push(syntax.column.clone().unlike(&table.options));
    }
    Ok(found)
}

/// Writes what is stated into a table's options.
pub(super) fn set_options(table: &mut Table, stated: &Options) {
    let options = &mut table.options;
    if stated.engine.is_some() {
        options.engine.clone_from(&stated.engine);
    }
    if let Some(set) = &stated.character_set {
        // `DEFAULT` is the database's.
        options.character_set = Some(set.clone()).filter(|set| set != "default");
        options.collation = None;
    }
    if let Some(collation) = &stated.collation {
        options.collation = Some(collation.clone());
        // It is of one character set.
        options.character_set = collation.split('_').next().map(str::to_owned);
    }
    if let Some(partitions) = &stated.partition_by {
        options.partition_by = Some(partitions.clone()).filter(|text| !text.is_empty());
    }
    for (name, value) in &stated.parameters {
        options.parameters.retain(|(known, _)| known != name);
        if value != "default" {
            options.parameters.push((name.clone(), value.clone()));
        }
    }
    options.parameters.sort();
    if let Some(comment) = &stated.comment {
        table.comment = Some(comment.clone()).filter(|comment| !comment.is_empty());
    }
}

/// A table like another one: without its foreign keys and triggers.
fn like(other: &Table, name: ObjectName) -> Table {
    let mut table = other.clone();
    table.name = name;
    table.foreign_keys.clear();
    table.triggers.clear();
    table
}

/// The columns that a query gives: plain ones of one table can be known.
fn selected(replay: &Replay, select: &SelectSyntax) -> Result<Vec<Column>, Conflict> {
    let (items, from) = match select {
        SelectSyntax::Columns { items, table } => (items, table),
        SelectSyntax::Other(span) => {
            return Err(Conflict::unreadable(span, "the columns that this query makes can't be known"));
        }
    };
    let source = table(replay, from)?;
    let mut columns = Vec::new();
    for item in items {
        match item {
            SelectItem::All => columns.extend(source.columns.iter().map(|column| copy(column, &column.name))),
            SelectItem::Column { column, name } => match source.column(&column.name) {
                Some(found) => columns.push(copy(found, name)),
                None => {
                    let error = ApplyError::NoColumn(source.name.clone(), column.name.clone());
                    return Err(Conflict::at(&column.span, error));
                }
            },
        }
    }
    Ok(columns)
}

/// A column as a query gives it: it isn't computed, and a counter becomes a plain number with a default.
fn copy(column: &Column, name: &crate::schema::Name) -> Column {
    let zero = || expression("0", dbmig::Backend::Mysql).ok();
    let counted: Option<Expression> = if column.autoincrement == Autoincrement::No { None } else { zero() };
    Column {
        nullable: column.nullable,
        default: column.default.clone().or(counted),
        collation: column.collation.clone(),
        character_set: column.character_set.clone(),
        comment: column.comment.clone(),
        ..Column::new(name.clone(), column.column_type.clone())
    }
}
