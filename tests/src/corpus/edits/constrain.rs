//! What is demanded of columns comes, goes or is called otherwise.

use dbmig::Backend;
use dbmig_build::schema::{
    Autoincrement, Check, Column, ColumnType, ForeignKey, Index, IndexColumn, Name, ReferentialAction, SortOrder,
    Table, Unique,
};

use super::sheet::Sheet;

fn in_primary_key(table: &Table, column: &Name) -> bool {
    table.primary_key.iter().any(|key| key.columns.iter().any(|one| one.mentions(column)))
}

/// Whether a column can be sorted by in an index without more ado.
fn is_sortable(backend: Backend, column_type: &ColumnType) -> bool {
    let is_plain = !column_type.array && column_type.schema.is_none();
    let names: &[&str] = match backend {
        Backend::Sqlite => return true,
        Backend::Postgres => {
            &["integer", "bigint", "smallint", "text", "varchar", "boolean", "timestamptz", "timestamp", "uuid"]
        }
        Backend::Mysql => &["int", "bigint", "smallint", "tinyint", "datetime", "timestamp"],
    };
    is_plain && names.contains(&column_type.name.as_str())
}

/// NULL or NOT NULL.
pub(super) fn null(sheet: &mut Sheet) -> Option<String> {
    let backend = sheet.backend;
    let (owner, name) = sheet.column(|table, column| {
        let in_reference = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        column.generated.is_none()
            && column.autoincrement == Autoincrement::No
            && !in_primary_key(table, &column.name)
            && !in_reference
            && !(backend == Backend::Mysql && column.column_type.name == "timestamp")
    })?;
    let column = sheet.schema.tables.get(&owner)?.column(&name)?;
    let becomes_null = !column.nullable;
    if !becomes_null {
        let value = sheet.value(&column.column_type)?;
        sheet.backfills.insert((owner.clone(), name.clone()), value);
    }
    sheet.column_mut(&owner, &name)?.nullable = becomes_null;
    Some(format!("{owner}.{name} {}", if becomes_null { "NULL" } else { "NOT NULL" }))
}

/// A default, another one, or none.
pub(super) fn default(sheet: &mut Sheet) -> Option<String> {
    let backend = sheet.backend;
    let (owner, name) = sheet.column(|_, column| {
        let blob = backend == Backend::Mysql
            && (column.column_type.name.ends_with("text") || column.column_type.name.ends_with("blob"));
        column.generated.is_none() && column.autoincrement == Autoincrement::No && !blob && column.on_update.is_none()
    })?;
    let column = sheet.schema.tables.get(&owner)?.column(&name)?;
    let has_sequence =
        sheet.schema.sequences.values().any(|one| one.owner.as_ref() == Some(&(owner.clone(), name.clone())));
    let counts = column.default.as_ref().is_some_and(|default| default.to_string().contains("nextval"));
    if has_sequence || counts {
        return None;
    }
    let value = sheet.value(&column.column_type)?;
    let default = if column.default.is_some() && sheet.random.chance(50) { None } else { sheet.expression(&value) };
    let what = default.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
    sheet.column_mut(&owner, &name)?.default = default;
    Some(format!("default of {owner}.{name}: {what}"))
}

pub(super) fn unique(sheet: &mut Sheet) -> Option<String> {
    let backend = sheet.backend;
    let fits = |table: &Table, column: &Column| {
        !in_primary_key(table, &column.name) && is_sortable(backend, &column.column_type) && column.generated.is_none()
    };
    let (owner, name) = sheet.column(fits)?;
    let fresh = sheet.fresh(&owner, "key");
    let table = sheet.table_mut(&owner)?;
    let columns = vec![IndexColumn::column(name.clone())];
    if table.uniques.iter().any(|one| one.columns == columns) {
        return None;
    }
    table.uniques.push(Unique { name: Some(fresh), ..Unique::new(columns) });
    Some(format!("unique {owner}.{name}"))
}

pub(super) fn check(sheet: &mut Sheet) -> Option<String> {
    // MySQL takes none on what a foreign key changes.
    let backend = sheet.backend;
    let (owner, name) = sheet.column(|table, column| {
        let in_reference = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        column.autoincrement == Autoincrement::No && !(backend == Backend::Mysql && in_reference)
    })?;
    let column = name.sql();
    let text = [
        format!("{column} IS NOT NULL OR {column} IS NULL"),
        format!("coalesce({column}, {column}) IS NOT NULL OR 1 = 1"),
    ];
    let expression = sheet.random.pick(&text).and_then(|text| sheet.expression(text))?;
    let fresh = sheet.fresh(&owner, "check");
    sheet.table_mut(&owner)?.checks.push(Check { name: Some(fresh), ..Check::new(expression) });
    Some(format!("check {owner}.{name}"))
}

/// A new column that refers to a table's key.
pub(super) fn reference(sheet: &mut Sheet) -> Option<String> {
    let (owner, parent) = (sheet.table()?, sheet.table()?);
    let table = sheet.schema.tables.get(&parent)?;
    let [key] = table.primary_key.as_ref()?.columns.as_slice() else { return None };
    let referenced = key.name()?.clone();
    let of = table.column(&referenced)?.clone();
    let is_rowid = sheet.backend == Backend::Sqlite && of.column_type.name.is_empty();
    if is_rowid || table.options.partition_by.is_some() || key.length.is_some() {
        return None;
    }
    let name = sheet.name(&format!("refers_{}", sheet.said.len()));
    let mut column = Column::new(name.clone(), of.column_type);
    column.collation = of.collation;
    column.character_set = of.character_set;
    let action =
        *sheet.random.pick(&[ReferentialAction::NoAction, ReferentialAction::Cascade, ReferentialAction::SetNull])?;
    let fresh = sheet.fresh(&owner, "fkey");
    let key = ForeignKey {
        name: Some(fresh),
        on_delete: action,
        ..ForeignKey::new(vec![name.clone()], parent.clone(), vec![referenced])
    };
    let backend = sheet.backend;
    let table = sheet.table_mut(&owner)?;
    table.columns.push(column);
    if backend == Backend::Mysql {
        table.indexes.extend(table.foreign_key_index(&key));
    }
    table.foreign_keys.push(key);
    Some(format!("{owner}.{name} refers to {parent}"))
}

pub(super) fn index(sheet: &mut Sheet) -> Option<String> {
    let backend = sheet.backend;
    let (owner, name) = sheet.column(|_, column| is_sortable(backend, &column.column_type))?;
    let fresh = sheet.fresh(&owner, "idx");
    let mut key = IndexColumn::column(name.clone());
    if sheet.random.chance(30) {
        key.order = SortOrder::Descending;
    }
    let mut index = Index::new(fresh, vec![key]);
    if backend != Backend::Mysql && sheet.random.chance(30) {
        index.predicate = sheet.expression(&format!("{} IS NOT NULL", name.sql()));
    }
    sheet.table_mut(&owner)?.indexes.push(index);
    Some(format!("index {owner}.{name}"))
}

/// Another name for an index or a constraint.
pub(super) fn rename(sheet: &mut Sheet) -> Option<String> {
    let owner = sheet.table()?;
    let fresh = sheet.fresh(&owner, "named");
    let at = sheet.random.below(2);
    let table = sheet.table_mut(&owner)?;
    let old = match at {
        0 if !table.indexes.is_empty() => std::mem::replace(&mut table.indexes.first_mut()?.name, fresh),
        _ if !table.uniques.is_empty() => table.uniques.first_mut()?.name.replace(fresh)?,
        _ => table.checks.first_mut()?.name.replace(fresh)?,
    };
    Some(format!("rename {old} of {owner}"))
}

pub(super) fn comment(sheet: &mut Sheet) -> Option<String> {
    if sheet.backend == Backend::Sqlite {
        return None;
    }
    let (owner, name) = sheet.column(|_, _| true)?;
    let comment = &mut sheet.column_mut(&owner, &name)?.comment;
    *comment = if comment.is_some() { None } else { Some("what it's for".to_owned()) };
    Some(format!("comment on {owner}.{name}"))
}

/// Something that is demanded goes.
pub(super) fn release(sheet: &mut Sheet) -> Option<String> {
    let owner = sheet.table()?;
    let which = sheet.random.below(4);
    let is_parent = sheet.schema.tables.values().any(|one| one.foreign_keys.iter().any(|key| key.table == owner));
    let table = sheet.table_mut(&owner)?;
    let what = match which {
        0 if !is_parent => table.uniques.pop()?.name.map_or_else(|| "a unique".to_owned(), |name| name.to_string()),
        1 => table.checks.pop()?.name.map_or_else(|| "a check".to_owned(), |name| name.to_string()),
        2 => {
            let key = table.foreign_keys.pop()?;
            key.name.map_or_else(|| "a foreign key".to_owned(), |name| name.to_string())
        }
        // A foreign key may need it in MySQL, and it may be what another one refers to.
        _ => {
            let leading = |index: &Index| index.columns.first().and_then(IndexColumn::name).cloned();
            let keys = table.foreign_keys.clone();
            let free =
                |index: &Index| !index.unique && !keys.iter().any(|key| key.columns.first() == leading(index).as_ref());
            let at = table.indexes.iter().position(|index| !is_parent && free(index))?;
            table.indexes.remove(at).name.to_string()
        }
    };
    Some(format!("drop {what} of {owner}"))
}
