//! Edits as a person makes them: something comes, goes, gets another name or type, or is constrained.

use std::collections::BTreeSet;

use dbmig::Backend;
use dbmig_build::models::Models;
use dbmig_build::schema::{
    Change, Column, ColumnType, Expression, IndexColumn, Name, ObjectName, PrimaryKey, Renames, Schema, Table, apply,
};
use dbmig_build::sql;

use crate::filling;
use crate::random::Random;
use cargo_dbmig::render::Backfills;

use super::{constrain, retype, shape};

/// What models say, and what was edited of it.
pub(super) struct Sheet {
    pub(super) backend: Backend,
    pub(super) random: Random,
    /// What the models say now.
    pub(super) schema: Schema,
    pub(super) renames: Renames,
    pub(super) backfills: Backfills,
    /// Tables that went.
    pub(super) dropped: BTreeSet<ObjectName>,
    /// The edits in words.
    pub(super) said: Vec<String>,
    /// What was edited already: once is enough.
    touched: BTreeSet<(ObjectName, Name)>,
    edited: BTreeSet<ObjectName>,
}

/// The edits of a seed.
pub(super) fn edited(models: &Models, backend: Backend, seed: u64) -> Sheet {
    let mut sheet = Sheet {
        backend,
        random: Random::new(seed),
        schema: models.schema.clone(),
        renames: models.renames.clone(),
        backfills: Backfills::new(),
        dropped: BTreeSet::new(),
        said: Vec::new(),
        touched: BTreeSet::new(),
        edited: BTreeSet::new(),
    };
    let wanted = 1 + sheet.random.below(4);
    for _ in 0..40 {
        if sheet.said.len() >= wanted {
            break;
        }
        let which = sheet.random.below(32);
        if let Some(what) = edit(&mut sheet, which) {
            sheet.said.push(what);
        }
    }
    sheet
}

fn edit(sheet: &mut Sheet, which: usize) -> Option<String> {
    match which {
        0..=2 => add_column(sheet),
        3 | 4 => drop_column(sheet),
        5 | 6 => rename_column(sheet),
        7 => rename_table(sheet),
        8 => add_table(sheet),
        9 => drop_table(sheet),
        10..=12 => retype::column(sheet),
        13 | 14 => constrain::null(sheet),
        15 => constrain::default(sheet),
        16 => constrain::unique(sheet),
        17 => constrain::check(sheet),
        18 => constrain::reference(sheet),
        19 | 20 => constrain::index(sheet),
        21 => constrain::rename(sheet),
        22 => constrain::comment(sheet),
        23 => constrain::release(sheet),
        24 | 25 => shape::labels(sheet),
        26 | 27 => shape::action(sheet),
        28 => shape::predicate(sheet),
        29 => shape::key(sheet),
        30 => shape::order(sheet),
        _ => shape::moved(sheet),
    }
}

impl Sheet {
    pub(super) fn name(&self, text: &str) -> Name {
        Name::new(text, self.backend)
    }

    /// An expression of these edits' own.
    pub(super) fn expression(&self, text: &str) -> Option<Expression> {
        sql::expression(text, self.backend).ok()
    }

    /// One of the tables.
    pub(super) fn table(&mut self) -> Option<ObjectName> {
        let plain = |table: &&Table| table.options.virtual_module.is_none() && table.options.parents().next().is_none();
        let names: Vec<ObjectName> = self.schema.tables.values().filter(plain).map(|one| one.name.clone()).collect();
        self.random.pick(&names).cloned()
    }

    /// One of the columns that weren't edited, and which `fits`.
    pub(super) fn column(&mut self, fits: impl Fn(&Table, &Column) -> bool) -> Option<(ObjectName, Name)> {
        let owner = self.table()?;
        let table = self.schema.tables.get(&owner)?;
        let free = table.columns.iter().filter(|one| {
            !self.touched.contains(&(owner.clone(), one.name.clone())) && !one.inherited && fits(table, one)
        });
        let names: Vec<Name> = free.map(|one| one.name.clone()).collect();
        let column = self.random.pick(&names)?.clone();
        self.touched.insert((owner.clone(), column.clone()));
        Some((owner, column))
    }

    pub(super) fn table_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.schema.tables.get_mut(name)
    }

    pub(super) fn column_mut(&mut self, owner: &ObjectName, name: &Name) -> Option<&mut Column> {
        self.table_mut(owner)?.column_mut(name)
    }

    /// A name for something in a table that is free.
    pub(super) fn fresh(&self, owner: &ObjectName, what: &str) -> Name {
        let text: String = owner.name.as_str().chars().take(30).collect();
        self.name(&format!("{text}_{what}_{}", self.said.len()))
    }

    /// What a row gets.
    pub(super) fn value(&self, column_type: &ColumnType) -> Option<String> {
        let value = filling::value(&self.schema, column_type, 1, self.backend);
        (value != "NULL").then_some(value)
    }
}

/// The types that new columns have.
pub(super) fn usual_types(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Sqlite => &["text", "integer", "timestamp", "bigint"],
        Backend::Postgres => &["text", "integer", "timestamptz", "jsonb", "bigint", "boolean"],
        Backend::Mysql => &["varchar", "int", "datetime", "text", "bigint", "json"],
    }
}

pub(super) fn type_of(text: &str) -> ColumnType {
    if text == "varchar" { ColumnType::with_arguments("varchar", [40]) } else { ColumnType::plain(text) }
}

fn add_column(sheet: &mut Sheet) -> Option<String> {
    let owner = sheet.table()?;
    let text = *sheet.random.pick(usual_types(sheet.backend))?;
    let name = sheet.name(&format!("added_{}", sheet.said.len()));
    let mut column = Column::new(name.clone(), type_of(text));
    column.nullable = sheet.random.chance(40);
    if !column.nullable {
        let value = sheet.value(&column.column_type)?;
        let takes_default = !(sheet.backend == Backend::Mysql && matches!(text, "text" | "json"));
        if takes_default && sheet.random.chance(50) {
            column.default = sheet.expression(&value);
        } else {
            sheet.backfills.insert((owner.clone(), name.clone()), value);
        }
    }
    let what = format!("{owner}.{name} {text}{}", if column.nullable { "" } else { " NOT NULL" });
    sheet.touched.insert((owner.clone(), name));
    sheet.edited.insert(owner.clone());
    sheet.table_mut(&owner)?.columns.push(column);
    Some(format!("add {what}"))
}

fn drop_column(sheet: &mut Sheet) -> Option<String> {
    let schema = sheet.schema.clone();
    let (owner, name) = sheet.column(|table, column| {
        let in_key = table.primary_key.iter().any(|key| key.columns.iter().any(|one| one.mentions(&column.name)));
        let mut keys = schema.tables.values().flat_map(|one| &one.foreign_keys);
        let referred = keys.any(|key| key.table == table.name && key.referenced.contains(&column.name));
        let computes = |one: &Column| one.generated.as_ref().is_some_and(|one| one.expression.mentions(&column.name));
        !in_key && !referred && table.columns.len() > 2 && !table.columns.iter().any(computes)
    })?;
    sheet.edited.insert(owner.clone());
    let table = sheet.table_mut(&owner)?;
    table.uniques.retain(|one| !one.columns.iter().any(|one| one.mentions(&name)) && !one.include.contains(&name));
    table.foreign_keys.retain(|one| !one.columns.contains(&name));
    table.checks.retain(|one| !one.expression.mentions(&name));
    table.exclusions.retain(|one| !one.elements.iter().any(|(one, _)| one.mentions(&name)) && one.predicate.is_none());
    table.indexes.retain(|one| !one.mentions(&name));
    table.columns.retain(|one| one.name != name);
    sheet.schema.sequences.retain(|_, one| one.owner.as_ref() != Some(&(owner.clone(), name.clone())));
    Some(format!("drop {owner}.{name}"))
}

fn rename_column(sheet: &mut Sheet) -> Option<String> {
    let (owner, from) = sheet.column(|_, column| column.name.as_str().len() < 40)?;
    let to = sheet.name(&format!("{from}_renamed"));
    let change = Change::RenameColumn { table: owner.clone(), from: from.clone(), to: to.clone() };
    apply(&change, &mut sheet.schema).ok()?;
    sheet.edited.insert(owner.clone());
    sheet.touched.insert((owner.clone(), to.clone()));
    sheet.renames.columns.insert((owner.clone(), to), from.clone());
    Some(format!("rename {owner}.{from}"))
}

fn rename_table(sheet: &mut Sheet) -> Option<String> {
    let from = sheet.table().filter(|name| !sheet.edited.contains(name) && name.name.as_str().len() < 40)?;
    let to = ObjectName { schema: from.schema.clone(), name: sheet.name(&format!("{}_renamed", from.name)) };
    apply(&Change::RenameTable { from: from.clone(), to: to.clone() }, &mut sheet.schema).ok()?;
    sheet.renames.tables.insert(to, from.clone());
    sheet.edited.insert(from.clone());
    Some(format!("rename {from}"))
}

fn add_table(sheet: &mut Sheet) -> Option<String> {
    let schema = sheet.table()?.schema;
    let name = ObjectName { schema, name: sheet.name(&format!("new_table_{}", sheet.said.len())) };
    let id = sheet.name("id");
    let integer = if sheet.backend == Backend::Mysql { "int" } else { "integer" };
    let mut key = Column::new(id.clone(), ColumnType::plain(integer));
    key.nullable = false;
    let primary_key = PrimaryKey::new(vec![IndexColumn::column(id)]);
    let key_name = (sheet.backend == Backend::Postgres).then(|| sheet.name(&format!("{}_pkey", name.name)));
    let mut table = Table::new(name.clone());
    table.columns = vec![key, Column::new(sheet.name("note"), type_of("varchar"))];
    table.primary_key = Some(PrimaryKey { name: key_name, ..primary_key });
    sheet.schema.tables.insert(name.clone(), table);
    sheet.edited.insert(name.clone());
    Some(format!("add {name}"))
}

fn drop_table(sheet: &mut Sheet) -> Option<String> {
    let name = sheet.table().filter(|name| !sheet.edited.contains(name))?;
    let is_parent = |one: &Table| one.options.parents().any(|parent| *parent == name);
    if sheet.schema.tables.values().any(is_parent) {
        return None;
    }
    sheet.schema.tables.remove(&name);
    for table in sheet.schema.tables.values_mut() {
        table.foreign_keys.retain(|key| key.table != name);
    }
    sheet.schema.sequences.retain(|_, one| one.owner.as_ref().is_none_or(|(table, _)| *table != name));
    sheet.dropped.insert(name.clone());
    Some(format!("drop {name}"))
}
