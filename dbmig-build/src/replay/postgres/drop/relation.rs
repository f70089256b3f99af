//! Tables, views, indexes, sequences and whole schemas go.

use std::collections::BTreeSet;

use crate::replay::conflict::Conflict;
use crate::schema::{
    ApplyError, Change, Constraint, ForeignKey, IndexColumn, Name, ObjectName, Table, may_use_column, mentions_table,
    uses_table,
};
use crate::source::Span;

use super::in_use;
use crate::replay::postgres::index::{UniqueBy, keys_of};
use crate::replay::postgres::resolve::Relation;
use crate::replay::postgres::work::Work;
use crate::replay::postgres::{inherit, sequence as sequences};

/// Drops tables at once: what they are to each other is no obstacle. Partitions go with their table.
pub(super) fn tables(work: &mut Work<'_>, tables: &[(ObjectName, &Span)], cascade: bool) -> Result<(), Conflict> {
    let mut gone: BTreeSet<ObjectName> = tables.iter().map(|(name, _)| name.clone()).collect();
    let mut waiting: Vec<(ObjectName, &Span)> = tables.to_vec();
    let mut ordered = Vec::new();
    while let Some((name, span)) = waiting.pop() {
        for child in inherit::children(work, &name) {
            let is_partition = work.table(&child)?.options.partition_of.is_some();
            if !gone.contains(&child) {
                if !is_partition && !cascade {
                    return Err(in_use(span, &format!("table `{name}`"), &format!("table `{child}`, which inherits")));
                }
                gone.insert(child.clone());
                waiting.push((child, span));
            }
        }
        ordered.push((name, span));
    }
    for (name, span) in &ordered {
        detach_users(work, name, &gone, cascade, span)?;
    }
    for (name, span) in ordered.iter().rev() {
        if work.table(name).is_err() {
            continue;
        }
        let owned: Vec<ObjectName> = work.catalog(name).owned_sequences(name).map(|one| one.name.clone()).collect();
        for one in owned {
            owned_sequence(work, &one, |table, _| gone.contains(table), cascade, span)?;
        }
        let table = work.table(name)?.clone();
        work.change(Change::DropTable(Box::new(table)))?;
    }
    Ok(())
}

/// Takes away what refers to a table that is to go.
fn detach_users(
    work: &mut Work<'_>,
    name: &ObjectName,
    gone: &BTreeSet<ObjectName>,
    cascade: bool,
    span: &Span,
) -> Result<(), Conflict> {
    let what = format!("table `{name}`");
    for (table, key) in foreign_keys_to(work, name).into_iter().filter(|(table, _)| !gone.contains(table)) {
        if !cascade {
            return Err(in_use(span, &what, &of_table(&key, &table)));
        }
        work.change(Change::DropConstraint { table, constraint: Constraint::ForeignKey(key) })?;
    }
    if cascade {
        views_of(work, name, None)?;
    }
    let columns = work.catalog(name).columns_of_type(name);
    let columns: Vec<(ObjectName, Name)> =
        columns.into_iter().map(|(table, column)| (table.name.clone(), column.name.clone())).collect();
    for (table, column) in columns.into_iter().filter(|(table, _)| !gone.contains(table)) {
        if !cascade {
            return Err(in_use(span, &what, &format!("column `{table}.{column}`")));
        }
        super::column(work, &table, &column, true, false, span)?;
    }
    Ok(())
}

/// The foreign keys that refer to a table, each with its own table.
pub(super) fn foreign_keys_to(work: &Work<'_>, name: &ObjectName) -> Vec<(ObjectName, ForeignKey)> {
    let of = |table: &Table| {
        let keys = table.foreign_keys.iter().filter(|key| key.table == *name);
        keys.map(|key| (table.name.clone(), key.clone())).collect::<Vec<_>>()
    };
    work.catalog(name).referrers(name).flat_map(of).collect()
}

pub(super) fn of_table(key: &ForeignKey, table: &ObjectName) -> String {
    format!("{} of table `{table}`", Constraint::ForeignKey(key.clone()).describe())
}

/// Drops the views that select from a table or view; where a column is named, those that mention it or may by `*`.
pub(super) fn views_of(work: &mut Work<'_>, name: &ObjectName, column: Option<&Name>) -> Result<(), ApplyError> {
    let schema = work.catalog(name).schema();
    let is_namesake = |one: &ObjectName| one.name == name.name && one != name;
    // Only beside a namesake it matters in which schema a bare name is looked for.
    let has_namesake = schema.tables.keys().any(is_namesake) || schema.views.keys().any(is_namesake);
    let selects = |sql: &str| mentions_table(sql, &name.name) && (!has_namesake || uses_table(sql, name));
    let users: Vec<ObjectName> = (schema.views.values())
        .filter(|view| view.name != *name && selects(&view.sql))
        .filter(|view| column.is_none_or(|column| may_use_column(&view.sql, name, column) || selects_all(&view.sql)))
        .map(|view| view.name.clone())
        .collect();
    users.iter().try_for_each(|user| view(work, user, true))
}

/// Whether a query has a `*` for all columns: not `count(*)`, nor a product.
fn selects_all(sql: &str) -> bool {
    sql.match_indices('*').any(|(at, _)| {
        let before = sql.get(..at).unwrap_or_default().trim_end();
        let word = before.rsplit(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
        before.ends_with(['.', ',']) || ["select", "distinct", "all"].iter().any(|one| word.eq_ignore_ascii_case(one))
    })
}

/// Drops a view if it is still there.
pub(super) fn view(work: &mut Work<'_>, name: &ObjectName, cascade: bool) -> Result<(), ApplyError> {
    let Some(view) = work.catalog(name).schema().views.get(name).cloned() else { return Ok(()) };
    work.change(Change::DropView(view))?;
    if cascade { views_of(work, name, None) } else { Ok(()) }
}

/// Drops an index and those of the partitions.
pub(super) fn index(
    work: &mut Work<'_>,
    name: &ObjectName,
    relation: &Relation,
    cascade: bool,
    span: &Span,
) -> Result<(), Conflict> {
    let owner = match relation {
        Relation::Index(owner) => owner.clone(),
        Relation::Key(table) => {
            let key = work.table(table)?.constraint(&name.name);
            let what = key.map_or_else(|| "a constraint".to_owned(), |key| key.describe());
            let message = format!("index `{name}` belongs to {what} of table `{table}`: drop that constraint");
            return Err(Conflict::refused(span, message));
        }
        _ => return Ok(()),
    };
    let Ok(table) = work.table(&owner) else {
        let indexes = work.catalog(&owner).schema().views.get(&owner).map(|view| view.indexes.as_slice());
        let index = indexes.unwrap_or_default().iter().find(|index| index.name == name.name).cloned();
        if let Some(index) = index {
            work.change(Change::DropIndex { table: owner, index: Box::new(index) })?;
        }
        return Ok(());
    };
    let Some(index) = table.index(&name.name).cloned() else { return Ok(()) };
    release(work, &owner, &UniqueBy::Index(index.name.clone()), &index.columns, cascade, span)?;
    work.change(Change::DropIndex { table: owner.clone(), index: Box::new(index.clone()) })?;
    for child in inherit::children(work, &owner) {
        let partition = work.table(&child)?;
        let same = partition.indexes.iter().find(|one| inherit::same_index(one, &index)).cloned();
        if let Some(same) = same.filter(|_| partition.options.partition_of.is_some()) {
            let own = ObjectName { schema: child.schema.clone(), name: same.name };
            self::index(work, &own, &Relation::Index(child), cascade, span)?;
        }
    }
    Ok(())
}

/// Takes away the foreign keys that rest on a key or unique index of a table.
pub(super) fn release(
    work: &mut Work<'_>,
    table: &ObjectName,
    by: &UniqueBy,
    columns: &[IndexColumn],
    cascade: bool,
    span: &Span,
) -> Result<(), Conflict> {
    let names: BTreeSet<&Name> = columns.iter().filter_map(IndexColumn::name).collect();
    for (referrer, key) in foreign_keys_to(work, table) {
        if key.referenced.iter().collect::<BTreeSet<_>>() != names {
            continue;
        }
        let rests: Vec<UniqueBy> = keys_of(work.table(table)?, &key.referenced).collect();
        let (first, is_sole) = (rests.first().cloned(), rests.len() == 1);
        if first.as_ref() != Some(by) {
            continue;
        }
        if cascade {
            work.change(Change::DropConstraint { table: referrer, constraint: Constraint::ForeignKey(key) })?;
        } else if is_sole {
            let what = match by {
                UniqueBy::Index(name) => format!("index `{name}`"),
                UniqueBy::Constraint(Some(name)) => format!("constraint `{name}`"),
                UniqueBy::Constraint(None) => "the constraint".to_owned(),
            };
            return Err(in_use(span, &what, &of_table(&key, &referrer)));
        }
    }
    Ok(())
}

pub(super) fn sequence(work: &mut Work<'_>, name: &ObjectName, cascade: bool, span: &Span) -> Result<(), Conflict> {
    let one = work.catalog(name).schema().sequences.get(name).cloned();
    if let Some(owner) = one.filter(|one| sequences::is_identity(work, one)).and_then(|one| one.owner) {
        let message = format!("sequence `{name}` belongs to the identity column `{}.{}`", owner.0, owner.1);
        return Err(Conflict::refused(span, message));
    }
    owned_sequence(work, name, |_, _| false, cascade, span)
}

/// Drops a sequence; defaults that use it are in its way, but for those of tables that go as well.
pub(super) fn owned_sequence(
    work: &mut Work<'_>,
    name: &ObjectName,
    is_gone: impl Fn(&ObjectName, &Name) -> bool,
    cascade: bool,
    span: &Span,
) -> Result<(), Conflict> {
    let users = work.catalog(name).columns_of_sequence(name);
    let users: Vec<(ObjectName, Name)> =
        users.into_iter().map(|(table, column)| (table.name.clone(), column.name.clone())).collect();
    for (table, column) in users.into_iter().filter(|(table, column)| !is_gone(table, column)) {
        if !cascade {
            let by = format!("the default of column `{table}.{column}`");
            return Err(in_use(span, &format!("sequence `{name}`"), &by));
        }
        work.alter_column(&table, &column, |column| column.default = None)?;
    }
    if let Some(one) = work.catalog(name).schema().sequences.get(name).cloned() {
        work.change(Change::DropSequence(Box::new(one)))?;
    }
    Ok(())
}

/// Drops a schema with what is in it.
pub(super) fn schema(work: &mut Work<'_>, schema: Option<&Name>, cascade: bool, span: &Span) -> Result<(), Conflict> {
    let model = work.catalog_of(schema).schema();
    let is_in = |name: &&ObjectName| name.schema.as_ref() == schema;
    let names: Vec<ObjectName> = model.tables.keys().filter(is_in).cloned().collect();
    let views: Vec<ObjectName> = model.views.keys().filter(is_in).cloned().collect();
    let sequences: Vec<ObjectName> = model.sequences.keys().filter(is_in).cloned().collect();
    let types: Vec<ObjectName> = model.types.keys().filter(is_in).cloned().collect();
    let first = names.first().or(views.first()).or(sequences.first()).or(types.first());
    let own_name = schema.map_or("public", Name::as_str);
    if let Some(first) = first.filter(|_| !cascade) {
        return Err(in_use(span, &format!("schema `{own_name}`"), &format!("`{first}` in it")));
    }
    for name in views {
        view(work, &name, true)?;
    }
    let names: Vec<(ObjectName, &Span)> = names.into_iter().map(|name| (name, span)).collect();
    tables(work, &names, true)?;
    for name in sequences {
        owned_sequence(work, &name, |_, _| false, true, span)?;
    }
    for name in types {
        super::types::drop_type(work, &name, true, span)?;
    }
    if let Some(name) = schema {
        work.change(Change::DropNamespace(name.clone()))?;
    }
    Ok(())
}
