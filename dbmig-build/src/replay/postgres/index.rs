//! Indexes.

use std::collections::BTreeSet;

use crate::replay::conflict::Conflict;
use crate::replay::lower;
use crate::schema::automatic::{addition, index_columns};
use crate::schema::{ApplyError, Change, Constraint, Index, IndexColumn, Name, ObjectName, Table};
use crate::sql::syntax::postgres::CreateIndex;

use super::constraint::existing;
use super::inherit;
use super::resolve::Relation;
use super::work::Work;

pub(super) fn create_index(work: &mut Work<'_>, create: &CreateIndex) -> Result<(), Conflict> {
    let owner = match work.find(&create.table) {
        Some((name, Relation::Table | Relation::MaterializedView)) => name,
        Some((name, other)) => {
            let message = format!("`{name}` is a {}, which takes no index", other.noun());
            return Err(Conflict::refused(&create.table.span, message));
        }
        None => return Err(Conflict::at(&create.table.span, ApplyError::NoTable(work.unresolved(&create.table)))),
    };
    if let Ok(table) = work.table(&owner) {
        lower::key_columns(table, &create.columns)?;
        existing(table, &create.include)?;
    }
    let mut columns: Vec<IndexColumn> = create.columns.iter().map(|key| key.column.clone()).collect();
    columns.iter_mut().for_each(without_defaults);
    if let Ok(table) = work.table(&owner) {
        columns.iter_mut().for_each(|column| without_its_own_collation(column, table));
    }
    let like = create.table.name.clone();
    let mut index = Index {
        unique: create.unique,
        predicate: create.predicate.clone(),
        method: create.method.clone(),
        include: create.include.iter().map(|column| column.name.clone()).collect(),
        nulls_not_distinct: create.nulls_not_distinct,
        parameters: create.parameters.clone(),
        ..Index::new(like, columns)
    };
    index.name = match &create.name {
        Some(name) => {
            let own = ObjectName { schema: owner.schema.clone(), name: name.name.clone() };
            if create.if_not_exists && work.has_relation(&own) {
                return Ok(());
            }
            work.free_relation(&own, &name.span, false)?;
            name.name.clone()
        }
        None => automatic_name(work, &owner, &index),
    };
    work.change(Change::CreateIndex { table: owner.clone(), index: Box::new(index.clone()) })?;
    if create.only { Ok(()) } else { inherit::add_index_to_partitions(work, &owner, &index) }
}

/// NULLS LAST is what ascending implies, NULLS FIRST what descending does.
fn without_defaults(column: &mut IndexColumn) {
    use crate::schema::{NullsOrder, SortOrder};
    let implied = match column.order {
        SortOrder::Ascending => NullsOrder::Last,
        SortOrder::Descending => NullsOrder::First,
    };
    column.nulls = column.nulls.filter(|nulls| *nulls != implied);
}

/// A column is sorted as it is collated.
pub(super) fn without_its_own_collation(key: &mut IndexColumn, table: &Table) {
    let Some(column) = key.name().and_then(|name| table.column(name)) else { return };
    let own = column.collation.as_ref().map_or("default", Name::as_str);
    if key.collation.as_ref().is_some_and(|one| one.as_str() == own) {
        key.collation = None;
    }
}

/// The name of an index that nobody named.
pub(super) fn automatic_name(work: &Work<'_>, table: &ObjectName, index: &Index) -> Name {
    let columns = match &index.first_columns.0 {
        Some(first) => index_columns(&first.0, &first.1),
        None => index_columns(&index.columns, &index.include),
    };
    work.relation_name(table, Some(&addition(columns.iter().map(String::as_str))), "idx")
}

/// What makes columns of a table unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UniqueBy {
    /// A constraint of this name.
    Constraint(Option<Name>),
    /// An index of this name.
    Index(Name),
}

/// What a foreign key to these columns, in any order, can rest on; the first is what PostgreSQL takes.
pub(super) fn keys_of<'a>(table: &'a Table, columns: &[Name]) -> impl Iterator<Item = UniqueBy> + 'a {
    let wanted: BTreeSet<Name> = columns.iter().cloned().collect();
    let is_it = move |columns: &[IndexColumn]| {
        let names: Option<BTreeSet<Name>> = columns.iter().map(|column| column.name().cloned()).collect();
        names.is_some_and(|names| names == wanted)
    };
    let by_constraint = table.constraints().filter_map(|one| match one {
        Constraint::PrimaryKey(key) => Some((key.columns, UniqueBy::Constraint(key.name))),
        Constraint::Unique(unique) => Some((unique.columns, UniqueBy::Constraint(unique.name))),
        _ => None,
    });
    let whole = table.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
    let by_index = whole.map(|index| (index.columns.clone(), UniqueBy::Index(index.name.clone())));
    by_constraint.chain(by_index).filter(move |(columns, _)| is_it(columns)).map(|(_, by)| by)
}
