//! Changes of types, sequences, schemas and views, and of names.

use super::{ApplyError, find, free_index, free_name};
use crate::schema::{Catalog, Change, ColumnType, Name, ObjectName, Schema, Sequence, Table, UserType, UserTypeKind};

pub(super) fn apply(change: &Change, schema: &mut Schema) -> Result<(), ApplyError> {
    match change {
        Change::RenameView { from, to } => {
            free_name(schema, to)?;
            let mut view = schema.views.remove(from).ok_or_else(|| ApplyError::NoView(from.clone()))?;
            view.name = to.clone();
            schema.views.insert(to.clone(), view);
            Ok(())
        }
        Change::CreateType(one) => create_type(schema, one),
        Change::DropType(one) => drop_type(schema, &one.name),
        Change::RenameType { from, to } => rename_type(schema, from, to),
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
            Ok(())
        }
        Change::CreateSequence(one) => create_sequence(schema, one),
        Change::DropSequence(one) => match schema.sequences.remove(&one.name) {
            Some(_) => Ok(()),
            None => Err(ApplyError::NoSequence(one.name.clone())),
        },
        Change::RenameSequence { from, to } => {
            free_sequence(schema, to)?;
            let mut one = schema.sequences.remove(from).ok_or_else(|| ApplyError::NoSequence(from.clone()))?;
            one.name = to.clone();
            schema.sequences.insert(to.clone(), one);
            Ok(())
        }
        Change::AlterSequence { to, .. } => match schema.sequences.get_mut(&to.name) {
            Some(one) => {
                *one = (**to).clone();
                Ok(())
            }
            None => Err(ApplyError::NoSequence(to.name.clone())),
        },
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

pub(super) fn rename_index(
    catalog: &mut Catalog,
    owner: &ObjectName,
    from: &Name,
    to: &Name,
) -> Result<(), ApplyError> {
    find(&mut catalog.schema, owner)?;
    if from != to {
        free_index(catalog, owner, to)?;
    }
    catalog.unlink(owner);
    let table = find(&mut catalog.schema, owner);
    let renamed = table.and_then(|table| match table.indexes.iter_mut().find(|index| index.name == *from) {
        Some(index) => {
            index.name = to.clone();
            Ok(())
        }
        None => Err(ApplyError::NoIndex(owner.clone(), from.clone())),
    });
    catalog.link(owner);
    renamed
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

fn drop_type(schema: &mut Schema, name: &ObjectName) -> Result<(), ApplyError> {
    if let Some(user) = schema.user_of_type(name) {
        return Err(ApplyError::TypeInUse(name.clone(), user));
    }
    schema.types.remove(name).map(drop).ok_or_else(|| ApplyError::NoType(name.clone()))
}

fn rename_type(schema: &mut Schema, from: &ObjectName, to: &ObjectName) -> Result<(), ApplyError> {
    if from != to && schema.types.contains_key(to) {
        return Err(ApplyError::TypeExists(to.clone()));
    }
    let mut one = schema.types.remove(from).ok_or_else(|| ApplyError::NoType(from.clone()))?;
    one.name = to.clone();
    schema.types.insert(to.clone(), one);
    let in_columns = schema.tables.values_mut().flat_map(|table| &mut table.columns);
    let in_types = schema.types.values_mut().flat_map(|one| types_within(&mut one.kind));
    for used in in_columns.map(|column| &mut column.column_type).chain(in_types) {
        if used.names(from) {
            used.name = to.name.as_str().to_owned();
            used.schema.clone_from(&to.schema);
        }
    }
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

fn create_sequence(schema: &mut Schema, one: &Sequence) -> Result<(), ApplyError> {
    free_sequence(schema, &one.name)?;
    schema.sequences.insert(one.name.clone(), one.clone());
    Ok(())
}

fn free_sequence(schema: &Schema, name: &ObjectName) -> Result<(), ApplyError> {
    free_name(schema, name)?;
    if schema.sequences.contains_key(name) { Err(ApplyError::Exists(name.clone())) } else { Ok(()) }
}
