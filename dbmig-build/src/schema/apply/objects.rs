//! Changes of types, sequences, schemas and views, and of names.

use super::{ApplyError, free_index, free_name, mentions, past, remove, rename_in};
use crate::schema::{
    Catalog, Change, ColumnType, Index, Name, ObjectName, Past, Schema, Table, UserType, UserTypeKind,
};

pub(super) fn apply(change: &Change, catalog: &mut Catalog) -> Result<(), ApplyError> {
    let schema = &mut catalog.schema;
    match change {
        Change::RenameView { from, to } => {
            free_name(schema, to)?;
            catalog.unlink_view(from);
            let mut view = catalog.schema.views.remove(from).ok_or_else(|| ApplyError::NoView(from.clone()))?;
            view.name = to.clone();
            catalog.schema.views.insert(to.clone(), view);
            catalog.link_view(to);
            Ok(())
        }
        Change::CreateType(one) => create_type(schema, one),
        Change::DropType(one) => drop_type(catalog, &one.name),
        Change::RenameType { from, to } => rename_type(catalog, from, to),
        Change::AlterType { to, .. } => {
            *find_type(schema, &to.name)? = (**to).clone();
            Ok(())
        }
        Change::AddEnumValue { name, value, position } => {
            let labels = labels(schema, name)?;
            if labels.contains(value) {
                return Err(ApplyError::EnumValueExists(name.clone(), value.clone()));
            }
            labels.insert((*position).min(labels.len()), value.clone());
            Ok(())
        }
        Change::DropEnumValue { name, value, .. } => {
            let labels = labels(schema, name)?;
            let at = find_label(labels, name, value)?;
            labels.remove(at);
            Ok(())
        }
        Change::RenameEnumValue { name, from, to } => {
            let labels = labels(schema, name)?;
            let at = find_label(labels, name, from)?;
            if from != to && labels.contains(to) {
                return Err(ApplyError::EnumValueExists(name.clone(), to.clone()));
            }
            labels[at].clone_from(to);
            mentions::rename_label(schema, name, from, to);
            Ok(())
        }
        Change::CreateSequence(one) => {
            free_sequence(schema, &one.name)?;
            schema.sequences.insert(one.name.clone(), (**one).clone());
            catalog.link_sequence(&one.name);
            Ok(())
        }
        Change::DropSequence(one) => {
            catalog.unlink_sequence(&one.name);
            let dropped = catalog.schema.sequences.remove(&one.name);
            dropped.map(drop).ok_or_else(|| ApplyError::NoSequence(one.name.clone()))
        }
        Change::RenameSequence { from, to } => rename_sequence(catalog, from, to),
        Change::AlterSequence { to, .. } => {
            catalog.unlink_sequence(&to.name);
            let missing = || ApplyError::NoSequence(to.name.clone());
            *catalog.schema.sequences.get_mut(&to.name).ok_or_else(missing)? = (**to).clone();
            catalog.link_sequence(&to.name);
            Ok(())
        }
        Change::CreateNamespace(name) => match schema.namespaces.insert(name.clone()) {
            true => Ok(()),
            false => Err(ApplyError::NamespaceExists(name.clone())),
        },
        Change::DropNamespace(name) => match schema.namespaces.remove(name) {
            true => Ok(()),
            false => Err(ApplyError::NoNamespace(name.clone())),
        },
        other => unreachable!("{other:?} is about a table"),
    }
}

pub(super) fn create_index(catalog: &mut Catalog, owner: &ObjectName, index: &Index) -> Result<(), ApplyError> {
    free_index(catalog, owner, &index.name)?;
    indexes(&mut catalog.schema, owner)?.push(index.clone());
    catalog.link_index(owner, &index.name);
    Ok(())
}

pub(super) fn drop_index(catalog: &mut Catalog, owner: &ObjectName, name: &Name) -> Result<(), ApplyError> {
    let missing = || ApplyError::NoIndex(owner.clone(), name.clone());
    remove(indexes(&mut catalog.schema, owner)?, |one| one.name == *name).ok_or_else(missing)?;
    catalog.unlink_index(owner, name);
    Ok(())
}

pub(super) fn rename_index(
    catalog: &mut Catalog,
    owner: &ObjectName,
    from: &Name,
    to: &Name,
) -> Result<(), ApplyError> {
    indexes(&mut catalog.schema, owner)?;
    if from != to {
        free_index(catalog, owner, to)?;
    }
    let missing = || ApplyError::NoIndex(owner.clone(), from.clone());
    let index = indexes(&mut catalog.schema, owner)?.iter_mut().find(|index| index.name == *from);
    let index = index.ok_or_else(missing)?;
    index.name = to.clone();
    // Whoever names it has stated it.
    index.made_by_key = Past(false);
    catalog.unlink_index(owner, from);
    catalog.link_index(owner, to);
    Ok(())
}

/// The indexes of a table or of a materialized view.
fn indexes<'a>(schema: &'a mut Schema, owner: &ObjectName) -> Result<&'a mut Vec<Index>, ApplyError> {
    let view = schema.views.get_mut(owner).filter(|view| view.materialized).map(|view| &mut view.indexes);
    let table = schema.tables.get_mut(owner).map(|table| &mut table.indexes);
    view.or(table).ok_or_else(|| ApplyError::NoTable(owner.clone()))
}

/// Tells the sequences of a table its new name.
pub(super) fn rename_owner(catalog: &mut Catalog, from: &ObjectName, to: &ObjectName) {
    let owned: Vec<ObjectName> = catalog.owned_sequences(from).map(|one| one.name.clone()).collect();
    for name in owned {
        catalog.unlink_sequence(&name);
        let owner = catalog.schema.sequences.get_mut(&name).and_then(|one| one.owner.as_mut());
        owner.into_iter().for_each(|(table, _)| *table = to.clone());
        catalog.link_sequence(&name);
    }
}

/// Tells the sequences of a column its new name.
pub(super) fn rename_owning_column(catalog: &mut Catalog, table: &ObjectName, from: &Name, to: &Name) {
    let owned: Vec<ObjectName> = catalog.owned_sequences(table).map(|one| one.name.clone()).collect();
    for name in owned {
        let owner = catalog.schema.sequences.get_mut(&name).and_then(|one| one.owner.as_mut());
        rename_in(owner.into_iter().map(|(_, column)| column), from, to);
    }
}

/// A sequence gets another name: defaults follow.
fn rename_sequence(catalog: &mut Catalog, from: &ObjectName, to: &ObjectName) -> Result<(), ApplyError> {
    free_sequence(&catalog.schema, to)?;
    let users = catalog.columns_of_sequence(from);
    let users: Vec<(ObjectName, Name)> =
        users.into_iter().map(|(table, column)| (table.name.clone(), column.name.clone())).collect();
    catalog.unlink_sequence(from);
    let mut one = catalog.schema.sequences.remove(from).ok_or_else(|| ApplyError::NoSequence(from.clone()))?;
    one.name = to.clone();
    catalog.schema.sequences.insert(to.clone(), one);
    catalog.link_sequence(to);
    for (table, column) in users {
        let Some(column) = catalog.schema.tables.get_mut(&table).and_then(|table| table.column_mut(&column)) else {
            continue;
        };
        column.default.iter_mut().for_each(|default| default.retext(&literal(from), &literal(to)));
        let column = column.clone();
        catalog.link_column(&table, &column);
    }
    Ok(())
}

/// A name as a string literal.
fn literal(name: &ObjectName) -> String {
    format!("'{}'", name.sql().replace('\'', "''"))
}

pub(super) fn rename_constraint(table: &mut Table, from: &Name, to: &Name) -> Result<(), ApplyError> {
    if let Some(taken) = table.constraint(to).filter(|_| from != to) {
        return Err(ApplyError::ConstraintExists(table.name.clone(), taken.describe()));
    }
    let key = table.primary_key.iter_mut().map(|key| &mut key.name);
    let uniques = table.uniques.iter_mut().map(|unique| &mut unique.name);
    let foreign_keys = table.foreign_keys.iter_mut().map(|key| &mut key.name);
    let checks = table.checks.iter_mut().map(|check| &mut check.name);
    let exclusions = table.exclusions.iter_mut().map(|exclusion| &mut exclusion.name);
    let mut names = key.chain(uniques).chain(foreign_keys).chain(checks).chain(exclusions);
    match names.find(|name| name.as_ref() == Some(from)) {
        Some(name) => {
            *name = Some(to.clone());
            Ok(())
        }
        None => Err(ApplyError::NoConstraint(table.name.clone(), format!("constraint `{from}`"))),
    }
}

fn create_type(schema: &mut Schema, one: &UserType) -> Result<(), ApplyError> {
    if schema.types.contains_key(&one.name) {
        return Err(ApplyError::TypeExists(one.name.clone()));
    }
    schema.types.insert(one.name.clone(), one.clone());
    Ok(())
}

fn drop_type(catalog: &mut Catalog, name: &ObjectName) -> Result<(), ApplyError> {
    let column = catalog.columns_of_type(name).first().map(|(table, column)| {
        let user = format!("column `{}.{}`", table.name, column.name);
        ApplyError::TypeInUse(name.clone(), user)
    });
    if let Some(error) = column {
        return Err(error);
    }
    if let Some(user) = catalog.schema.type_with_type(name) {
        return Err(ApplyError::TypeInUse(name.clone(), format!("type `{}`", user.name)));
    }
    catalog.schema.types.remove(name).map(drop).ok_or_else(|| ApplyError::NoType(name.clone()))
}

fn rename_type(catalog: &mut Catalog, from: &ObjectName, to: &ObjectName) -> Result<(), ApplyError> {
    if from != to && catalog.schema.types.contains_key(to) {
        return Err(ApplyError::TypeExists(to.clone()));
    }
    let users = catalog.columns_of_type(from);
    let users: Vec<(ObjectName, Name)> =
        users.into_iter().map(|(table, column)| (table.name.clone(), column.name.clone())).collect();
    let mut one = catalog.schema.types.remove(from).ok_or_else(|| ApplyError::NoType(from.clone()))?;
    one.name = to.clone();
    catalog.schema.types.insert(to.clone(), one);
    let rename = |used: &mut ColumnType| {
        if used.names(from) {
            used.name = to.name.as_str().to_owned();
            used.schema.clone_from(&to.schema);
        }
    };
    catalog.schema.types.values_mut().flat_map(|one| types_within(&mut one.kind)).for_each(rename);
    for (table, column) in users {
        let Some(column) = catalog.schema.tables.get_mut(&table).and_then(|table| table.column_mut(&column)) else {
            continue;
        };
        rename(&mut column.column_type);
        let column = column.clone();
        catalog.link_column(&table, &column);
    }
    // Tables that are shared stay so unless they had it.
    let had = |table: &&Table| table.retyped.0.iter().any(|one| one.from.names(from));
    let had: Vec<ObjectName> = catalog.schema.tables.values().filter(had).map(|table| table.name.clone()).collect();
    for name in had {
        catalog.schema.tables.get_mut(&name).into_iter().flat_map(past::types).for_each(rename);
    }
    mentions::rename_type(&mut catalog.schema, from, to);
    Ok(())
}

fn types_within(kind: &mut UserTypeKind) -> Vec<&mut ColumnType> {
    match kind {
        UserTypeKind::Domain(domain) => vec![&mut domain.base],
        UserTypeKind::Composite(attributes) => attributes.iter_mut().map(|one| &mut one.column_type).collect(),
        UserTypeKind::Range(subtype, _) => vec![subtype],
        UserTypeKind::Enum(_) | UserTypeKind::Other(_) => Vec::new(),
    }
}

fn find_type<'a>(schema: &'a mut Schema, name: &ObjectName) -> Result<&'a mut UserType, ApplyError> {
    schema.types.get_mut(name).ok_or_else(|| ApplyError::NoType(name.clone()))
}

fn labels<'a>(schema: &'a mut Schema, name: &ObjectName) -> Result<&'a mut Vec<String>, ApplyError> {
    match &mut find_type(schema, name)?.kind {
        UserTypeKind::Enum(labels) => Ok(labels),
        _ => Err(ApplyError::NoType(name.clone())),
    }
}

fn find_label(labels: &[String], name: &ObjectName, value: &str) -> Result<usize, ApplyError> {
    let missing = || ApplyError::NoEnumValue(name.clone(), value.to_owned());
    labels.iter().position(|label| label == value).ok_or_else(missing)
}

fn free_sequence(schema: &Schema, name: &ObjectName) -> Result<(), ApplyError> {
    free_name(schema, name)?;
    if schema.sequences.contains_key(name) { Err(ApplyError::Exists(name.clone())) } else { Ok(()) }
}
