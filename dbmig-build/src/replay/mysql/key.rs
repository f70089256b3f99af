//! Keys and indexes: the names that they get, and the indexes that foreign keys make.

use std::collections::BTreeSet;

use crate::replay::Replay;
use crate::replay::conflict::Conflict;
use crate::schema::{
    ApplyError, Change, Check, Constraint, ForeignKey, Index, IndexColumn, IndexKey, Name, ObjectName, Past,
    PrimaryKey, SortOrder, Table, Unique, begins_with,
};
use crate::source::Span;
use crate::sql::syntax::mysql::{ColumnSyntax, KeyKind, KeySyntax};
use crate::sql::syntax::{KeyColumn, Reference};

/// Adds a key, index or constraint to a table.
pub(super) fn add(
    replay: &mut Replay,
    owner: &ObjectName,
    key: &KeySyntax,
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    let table = find(replay, owner)?;
    let name = key.name.as_ref().map(|name| name.name.clone());
    match &key.kind {
        KeyKind::PrimaryKey(columns) => {
            check_columns(table, columns)?;
            let columns: Vec<IndexColumn> = columns.iter().map(|key| key.column.clone()).collect();
            add_primary_key(replay, owner, columns, &key.span, done)
        }
        KeyKind::Unique(columns) => {
            check_columns(table, columns)?;
            if key.if_not_exists && name.as_ref().is_some_and(|name| has_key(table, name)) {
                return Ok(());
            }
            let columns = columns.iter().map(|key| key.column.clone()).collect();
            add_unique(replay, owner, name, columns, done)
        }
        KeyKind::Index { columns, method } => {
            check_columns(table, columns)?;
            if key.if_not_exists && name.as_ref().is_some_and(|name| has_key(table, name)) {
                return Ok(());
            }
            let mut columns: Vec<IndexColumn> = columns.iter().map(|key| key.column.clone()).collect();
            if method.is_none() {
                columns.iter_mut().for_each(|part| shorten(part, table));
            }
            drop_covered(replay, owner, &columns, done)?;
            let name = free_key(find(replay, owner)?, name, &columns)?;
            let index = Index { method: method.clone(), ..Index::new(name, columns) };
            replay.make(Change::CreateIndex { table: owner.clone(), index: Box::new(index) }, done)
        }
        KeyKind::ForeignKey { index, columns, reference } => {
            if let Some(missing) = columns.iter().find(|column| table.column(&column.name).is_none()) {
                return Err(Conflict::at(&missing.span, ApplyError::NoColumn(owner.clone(), missing.name.clone())));
            }
            if !reference.columns.is_empty() && reference.columns.len() != columns.len() {
                return Err(Conflict::refused(&key.span, "this foreign key refers to another number of columns"));
            }
            let columns = columns.iter().map(|column| column.name.clone()).collect();
            add_foreign_key(replay, owner, (name, index.clone()), columns, reference, done)
        }
        KeyKind::Check(check) => {
            let mut check = check.clone();
            check.name = name.clone();
            let taken = |name: &Name| table.checks.iter().any(|one| one.name.as_ref() == Some(name));
            if name.as_ref().is_some_and(taken) {
                let error = ApplyError::ConstraintExists(owner.clone(), Constraint::Check(check).describe());
                return Err(Conflict::at(&key.span, error));
            }
            let constraint = Constraint::Check(check);
            replay.make(Change::AddConstraint { table: owner.clone(), constraint }, done)
        }
    }
}

/// A part of an index that is a whole text: MariaDB takes as much of it as it can, and MySQL nothing.
pub(super) fn shorten(part: &mut IndexColumn, table: &Table) {
    let whole = part.name().and_then(|name| table.column(name)).filter(|_| part.length.is_none());
    part.length = whole.and_then(|column| table.longest_prefix(column)).or(part.length);
}

/// The parts of a unique key, which have no order where one of them is all of a text: MariaDB keeps a hash of such ones.
pub(super) fn unordered(mut parts: Vec<IndexColumn>, table: &Table) -> Vec<IndexColumn> {
    let is_whole = |part: &IndexColumn| {
        let column = part.name().and_then(|name| table.column(name)).filter(|_| part.length.is_none());
        column.is_some_and(|column| table.longest_prefix(column).is_some())
    };
    if parts.iter().any(is_whole) {
        parts.iter_mut().for_each(|part| part.order = SortOrder::Ascending);
    }
    parts
}

/// What was written on a column becomes the table's.
pub(super) fn add_inline(
    replay: &mut Replay,
    owner: &ObjectName,
    syntax: &ColumnSyntax,
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    let name = &syntax.name.name;
    let columns = vec![IndexColumn::column(name.clone())];
    if syntax.primary_key {
        add_primary_key(replay, owner, columns.clone(), &syntax.name.span, done)?;
    }
    // MariaDB makes no second key of `UNIQUE PRIMARY KEY`, MySQL a needless one.
    if syntax.unique && !syntax.primary_key {
        add_unique(replay, owner, None, columns, done)?;
    }
    if let Some(reference) = &syntax.reference {
        add_foreign_key(replay, owner, (None, None), vec![name.clone()], reference, done)?;
    }
    for check in &syntax.checks {
        let column = Past(Some(name.clone()).filter(|_| check.name.is_none()));
        let constraint = Constraint::Check(Check { column, ..check.clone() });
        replay.make(Change::AddConstraint { table: owner.clone(), constraint }, done)?;
    }
    Ok(())
}

fn find<'a>(replay: &'a Replay, owner: &ObjectName) -> Result<&'a Table, Conflict> {
    replay.catalog.schema().tables.get(owner).ok_or_else(|| ApplyError::NoTable(owner.clone()).into())
}

/// Adds a primary key, which makes its columns NOT NULL for good.
fn add_primary_key(
    replay: &mut Replay,
    owner: &ObjectName,
    columns: Vec<IndexColumn>,
    span: &Span,
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    let table = find(replay, owner)?;
    if table.primary_key.is_some() {
        return Err(Conflict::refused(span, format!("table `{owner}` has two primary keys")));
    }
    let nullable = table.columns.iter().filter(|one| one.nullable && columns.iter().any(|key| key.mentions(&one.name)));
    let altered: Vec<Change> = nullable
        .map(|column| {
            let mut to = column.clone();
            to.nullable = false;
            Change::AlterColumn { table: owner.clone(), from: Box::new(column.clone()), to: Box::new(to) }
        })
        .collect();
    drop_covered(replay, owner, &columns, done)?;
    for change in altered {
        replay.make(change, done)?;
    }
    let constraint = Constraint::PrimaryKey(PrimaryKey::new(columns));
    replay.make(Change::AddConstraint { table: owner.clone(), constraint }, done)
}

fn add_unique(
    replay: &mut Replay,
    owner: &ObjectName,
    name: Option<Name>,
    columns: Vec<IndexColumn>,
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    // The name of an index that goes is free.
    drop_covered(replay, owner, &columns, done)?;
    let table = find(replay, owner)?;
    let (name, columns) = (free_key(table, name, &columns)?, unordered(columns, table));
    let constraint = Constraint::Unique(Unique { name: Some(name), ..Unique::new(columns) });
    replay.make(Change::AddConstraint { table: owner.clone(), constraint }, done)
}

fn add_foreign_key(
    replay: &mut Replay,
    owner: &ObjectName,
    (name, index): (Option<Name>, Option<Name>),
    columns: Vec<Name>,
    reference: &Reference,
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    let table = find(replay, owner)?;
    let parts: Vec<IndexColumn> = columns.iter().cloned().map(IndexColumn::column).collect();
    let index_name = name.as_ref().or(index.as_ref()).cloned();
    let name = name.or(index).unwrap_or_else(|| foreign_key_name(table));
    let referenced = reference.columns.iter().map(|column| column.name.clone()).collect();
    let key = ForeignKey {
        name: Some(name),
        on_delete: reference.on_delete,
        on_update: reference.on_update,
        ..ForeignKey::new(columns, super::object(&reference.table), referenced)
    };
    make_index(replay, owner, index_name, parts, done)?;
    let constraint = Constraint::ForeignKey(key);
    replay.make(Change::AddConstraint { table: owner.clone(), constraint }, done)
}

/// Makes the index that a foreign key needs, unless one serves already. Of two such indexes the later one stays, and may
/// have the name of the other.
fn make_index(
    replay: &mut Replay,
    owner: &ObjectName,
    name: Option<Name>,
    columns: Vec<IndexColumn>,
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    let table = find(replay, owner)?;
    let generated = replay.mysql.generated.get(owner).cloned().unwrap_or_default();
    let key = table.primary_key.iter().map(|key| &key.columns);
    let explicit = table.indexes.iter().filter(|index| index.method.is_none() && !generated.contains(&index.name));
    let mut serving = key.chain(table.uniques.iter().map(|unique| &unique.columns));
    if serving.any(|other| begins_with(other, &columns))
        || explicit.into_iter().any(|one| begins_with(&one.columns, &columns))
    {
        return Ok(());
    }
    let is_generated = |index: &&Index| generated.contains(&index.name);
    if table
        .indexes
        .iter()
        .filter(is_generated)
        .any(|one| one.columns.len() > columns.len() && begins_with(&one.columns, &columns))
    {
        return Ok(());
    }
    drop_covered(replay, owner, &columns, done)?;
    let table = find(replay, owner)?;
    let name = name.filter(|name| !has_key(table, name)).unwrap_or_else(|| automatic_name(table, &columns));
    replay.mysql.generated.entry(owner.clone()).or_default().insert(name.clone());
    let index = Box::new(Index { made_by_key: Past(true), ..Index::new(name, columns) });
    replay.make(Change::CreateIndex { table: owner.clone(), index }, done)
}

/// Drops the index that a foreign key made and that one of these columns makes needless.
fn drop_covered(
    replay: &mut Replay,
    owner: &ObjectName,
    columns: &[IndexColumn],
    done: &mut Vec<Change>,
) -> Result<(), Conflict> {
    let Some(generated) = replay.mysql.generated.get(owner) else { return Ok(()) };
    let covered = |index: &&Index| generated.contains(&index.name) && begins_with(columns, &index.columns);
    let Some(index) = find(replay, owner)?.indexes.iter().find(covered).cloned() else { return Ok(()) };
    if let Some(names) = replay.mysql.generated.get_mut(owner) {
        names.remove(&index.name);
    }
    replay.make(Change::DropIndex { table: owner.clone(), index: Box::new(index) }, done)
}

/// Demands that the columns of a key are there.
pub(super) fn check_columns(table: &Table, columns: &[KeyColumn]) -> Result<(), Conflict> {
    for key in columns {
        if let Some(name) = key.column.name().filter(|name| table.column(name).is_none()) {
            return Err(Conflict::at(&key.span, ApplyError::NoColumn(table.name.clone(), name.clone())));
        }
    }
    Ok(())
}

/// Whether a table has an index of this name, be it a unique constraint's; they live in one name space.
pub(super) fn has_key(table: &Table, name: &Name) -> bool {
    table.index(name).is_some() || table.uniques.iter().any(|unique| unique.name.as_ref() == Some(name))
}

/// The name of a new key, which must be free.
fn free_key(table: &Table, name: Option<Name>, columns: &[IndexColumn]) -> Result<Name, Conflict> {
    let Some(name) = name else { return Ok(automatic_name(table, columns)) };
    if has_key(table, &name) {
        return Err(ApplyError::IndexExists(name).into());
    }
    Ok(name)
}

/// The name that a key without one gets: its first column's, with a number where that is taken.
fn automatic_name(table: &Table, columns: &[IndexColumn]) -> Name {
    let base = match columns.first().map(|column| &column.key) {
        Some(IndexKey::Column(name)) => name.clone(),
        _ => table.name.name.renamed("functional_index"),
    };
    let taken: BTreeSet<&Name> = table
        .indexes
        .iter()
        .map(|index| &index.name)
        .chain(table.uniques.iter().filter_map(|one| one.name.as_ref()))
        .collect();
    let numbered = (2..).map(|number: u32| base.renamed(&format!("{base}_{number}")));
    let is_key = base.key() == "primary";
    std::iter::once(base.clone()).filter(|_| !is_key).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(base)
}

/// `t_ibfk_1`, with the number behind the greatest that the table has.
fn foreign_key_name(table: &Table) -> Name {
    let prefix = format!("{}_ibfk_", table.name.name.key());
    let names = table.foreign_keys.iter().filter_map(|key| key.name.as_ref());
    let numbers = names.filter_map(|name| name.key().strip_prefix(&prefix)?.parse::<u32>().ok());
    let next = numbers.max().unwrap_or(0).saturating_add(1);
    table.name.name.renamed(&format!("{}_ibfk_{next}", table.name.name))
}
