//! What is there gets another shape: keys, references, indexes, enums.

use dbmig::Backend;
use dbmig_build::schema::{
    Autoincrement, ColumnType, Index, IndexColumn, ObjectName, PrimaryKey, ReferentialAction, Unique, UserTypeKind,
};

use super::sheet::Sheet;

/// A label of an enum comes, goes, or gets another text.
pub(super) fn labels(sheet: &mut Sheet) -> Option<String> {
    let which = sheet.random.below(3);
    match sheet.backend {
        Backend::Postgres => of_type(sheet, which),
        Backend::Mysql => of_column(sheet, which),
        Backend::Sqlite => None,
    }
}

fn of_type(sheet: &mut Sheet, which: usize) -> Option<String> {
    let is_enum = |kind: &UserTypeKind| matches!(kind, UserTypeKind::Enum(_));
    let names: Vec<ObjectName> =
        sheet.schema.types.values().filter(|one| is_enum(&one.kind)).map(|one| one.name.clone()).collect();
    let name = sheet.random.pick(&names)?.clone();
    let at = sheet.random.below(3);
    let used = sheet.schema.tables.values().flat_map(|table| &table.columns);
    let in_default = used.filter(|one| one.column_type.names(&name)).any(|one| one.default.is_some());
    let UserTypeKind::Enum(labels) = &mut sheet.schema.types.get_mut(&name)?.kind else { return None };
    let at = at.min(labels.len().saturating_sub(1));
    match which {
        0 if labels.iter().any(|label| label == "added label") => None,
        0 => {
            labels.insert(at, "added label".to_owned());
            Some(format!("add a label to {name}"))
        }
        1 if !in_default => {
            let old = labels.get(at)?.clone();
            let new = format!("{old}_renamed");
            if old.len() > 40 || labels.contains(&new) {
                return None;
            }
            *labels.get_mut(at)? = new.clone();
            sheet.renames.enum_values.insert((name.clone(), new), old.clone());
            Some(format!("rename label {name}.{old}"))
        }
        2 if !in_default && labels.len() > 1 => Some(format!("drop label {name}.{}", labels.pop()?)),
        _ => None,
    }
}

fn of_column(sheet: &mut Sheet, which: usize) -> Option<String> {
    let (owner, name) = sheet.column(|_, column| {
        column.column_type.name == "enum" && column.default.is_none() && column.generated.is_none()
    })?;
    let column = sheet.column_mut(&owner, &name)?;
    let labels = &mut column.column_type.arguments;
    match which {
        0 => {
            labels.push("'added label'".to_owned());
            Some(format!("add a label to {owner}.{name}"))
        }
        1 => {
            let old = labels.first()?.trim_matches('\'').to_owned();
            let new = format!("{old}_renamed");
            *labels.first_mut()? = format!("'{new}'");
            sheet.renames.values.insert((owner.clone(), name.clone(), new), old.clone());
            Some(format!("rename label {owner}.{name}.{old}"))
        }
        _ if labels.len() > 1 => Some(format!("drop label {} of {owner}.{name}", labels.pop()?)),
        _ => None,
    }
}

/// A foreign key does something else, or is looked at later.
pub(super) fn action(sheet: &mut Sheet) -> Option<String> {
    let owner = sheet.table()?;
    let actions = [ReferentialAction::NoAction, ReferentialAction::Cascade, ReferentialAction::Restrict];
    let action = *sheet.random.pick(&actions)?;
    let at = sheet.random.below(3);
    let table = sheet.table_mut(&owner)?;
    let is_computed: Vec<_> =
        table.columns.iter().filter(|one| one.generated.is_some()).map(|one| one.name.clone()).collect();
    let last = table.foreign_keys.len().checked_sub(1)?;
    let key = table.foreign_keys.get_mut(at.min(last))?;
    if key.columns.iter().any(|column| is_computed.contains(column)) || key.on_delete == action {
        return None;
    }
    key.on_delete = action;
    Some(format!("on delete of {owner} ({}): {action:?}", key.columns.first()?))
}

/// An index holds some rows alone, or all of them again.
pub(super) fn predicate(sheet: &mut Sheet) -> Option<String> {
    if sheet.backend == Backend::Mysql {
        return None;
    }
    let owner = sheet.table()?;
    let at = sheet.random.below(2);
    let table = sheet.schema.tables.get(&owner)?;
    let index = table.indexes.get(at).filter(|index| !index.unique)?;
    let column = index.columns.first()?.name()?.clone();
    let predicate = match &index.predicate {
        Some(_) => None,
        None => sheet.expression(&format!("{} IS NOT NULL", column.sql())),
    };
    let index = sheet.table_mut(&owner)?.indexes.get_mut(at)?;
    index.predicate = predicate;
    Some(format!("predicate of {}", index.name))
}

/// A wider primary key.
pub(super) fn key(sheet: &mut Sheet) -> Option<String> {
    let schema = sheet.schema.clone();
    let (owner, name) = sheet.column(|table, column| {
        let is_key = |key: &PrimaryKey| key.columns.iter().any(|one| one.name() == Some(&column.name));
        let counts = table.columns.iter().any(|one| one.autoincrement != Autoincrement::No);
        let referred = schema.tables.values().flat_map(|one| &one.foreign_keys).any(|one| one.table == table.name);
        let plain = ["integer", "int", "bigint"].contains(&column.column_type.name.as_str());
        !counts
            && !referred
            && plain
            && !column.nullable
            && column.generated.is_none()
            && table.options.partition_by.is_none()
            && table.primary_key.as_ref().is_some_and(|key| !is_key(key))
    })?;
    let table = sheet.table_mut(&owner)?;
    table.primary_key.as_mut()?.columns.push(IndexColumn::column(name.clone()));
    Some(format!("{owner}.{name} in the key"))
}

/// The columns of an index or a unique in another order.
pub(super) fn order(sheet: &mut Sheet) -> Option<String> {
    let owner = sheet.table()?;
    let referred = sheet.schema.tables.values().flat_map(|one| &one.foreign_keys).any(|one| one.table == owner);
    let table = sheet.table_mut(&owner)?;
    // MySQL's foreign keys need theirs.
    if referred || !table.foreign_keys.is_empty() {
        return None;
    }
    let index = table.indexes.iter_mut().find(|index: &&mut Index| index.columns.len() > 1);
    if let Some(index) = index {
        index.columns.reverse();
        return Some(format!("order of {}", index.name));
    }
    let unique = table.uniques.iter_mut().find(|unique: &&mut Unique| unique.columns.len() > 1)?;
    unique.columns.reverse();
    Some(format!("order of a unique of {owner}"))
}

/// A column becomes a table's own in another type, with a default of that type.
pub(super) fn moved(sheet: &mut Sheet) -> Option<String> {
    let backend = sheet.backend;
    let (owner, name) = sheet.column(|table, column| {
        let (kind, to) = (column.column_type.name.as_str(), &column.default);
        let is_plain = column.generated.is_none() && column.autoincrement == Autoincrement::No && to.is_some();
        is_plain && ["int", "integer", "boolean"].contains(&kind) && table.user_of_column(&column.name).is_none()
    })?;
    let in_reference = |key: &dbmig_build::schema::ForeignKey| {
        (key.table == owner && key.referenced.contains(&name)) || key.columns.contains(&name)
    };
    if sheet.schema.tables.values().flat_map(|table| &table.foreign_keys).any(in_reference) {
        return None;
    }
    let counts = sheet.schema.sequences.values().any(|one| one.owner.as_ref() == Some(&(owner.clone(), name.clone())));
    let text = sheet.expression("'7'")?;
    let column = sheet.column_mut(&owner, &name)?;
    if counts || column.default.as_ref().is_some_and(|default| default.to_string().contains("nextval")) {
        return None;
    }
    column.column_type = match backend {
        Backend::Mysql => ColumnType::with_arguments("varchar", [20]),
        _ => ColumnType::plain("text"),
    };
    column.default = Some(text);
    Some(format!("retype {owner}.{name} to a text with a default"))
}
