//! Primary keys.

use dbmig::Backend;

use super::super::diesel_attr::BelongsTo;
use super::super::facts::{At, PartOf, Reference};
use super::super::rust_type::{Kind, RustType};
use super::constraints::parts;
use super::names::Names;
use super::{Context, Draft, DraftField, counter};
use crate::config::ConstraintKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{Autoincrement, Column, ColumnType, IndexColumn, Name, PrimaryKey, Sequence};
use crate::source::Span;

/// Gives a table its key: what Diesel's `primary_key` says, or dbmig's on the struct or its fields, or `id`.
///
/// A sole integer key is the database's to give out.
pub(super) fn lower(draft: &mut Draft<'_>, context: &mut Context<'_>) {
    let Some(columns) = columns(draft, context) else { return };
    // SQLite's keys take NULL unless they say otherwise; a model that says its key itself may mean one of those.
    let said = draft.facts.primary_key.is_some() || draft.fields.iter().any(|field| field.facts.primary_key.is_some());
    let may_be_null = said && context.config.backend == Backend::Sqlite;
    let is_wrong = |nullable: bool| nullable && !may_be_null;
    for field in draft.fields.iter().filter(|one| columns.contains(&one.name) && is_wrong(one.field_type.nullable)) {
        let problem = format!("key column `{}` can't be an `Option`", field.name);
        let fault = Diagnostic::error(Code::Model, problem).at(field.field.type_place.clone(), "");
        context.diagnostics.push(fault.help(format!("make it `{}`", field.field_type.shown)));
    }
    if let [only] = columns.as_slice() {
        sole(draft, &only.clone(), context);
    }
    let is_postgres = context.config.backend == Backend::Postgres;
    let said = draft.facts.primary_key.clone();
    let parts = said.as_ref().filter(|said| !said.columns.is_empty());
    let parts = parts.and_then(|said| parts::keys(&said.columns, draft, context));
    // Diesel's attribute may say the key in another order, and then it has been reported.
    let parts = parts.unwrap_or_else(|| columns.iter().cloned().map(IndexColumn::column).collect());
    if context.config.backend == Backend::Mysql {
        refuse_texts(&parts, draft, context);
    }
    let mut key = PrimaryKey::new(parts);
    if let Some(said) = said.filter(|_| is_postgres) {
        key.deferrable = said.deferrable;
        key.include = draft.resolve_all(&said.include, &mut context.diagnostics).unwrap_or_default();
    }
    draft.table.primary_key = Some(key);
    let rowid = draft.table.rowid_alias().cloned().filter(|_| context.config.backend == Backend::Sqlite);
    let outside = draft.table.columns.iter().filter(|column| column.autoincrement != Autoincrement::No);
    let outside: Vec<Name> =
        outside.map(|column| column.name.clone()).filter(|name| rowid.as_ref() != Some(name)).collect();
    for field in draft.fields.iter().filter(|field| outside.contains(&field.name)) {
        let place = field.facts.autoincrement.as_ref().map(|said| said.place.clone());
        // MySQL counts in any column that a key begins with, PostgreSQL in any at all.
        if let Some(place) = place.filter(|_| context.config.backend == Backend::Sqlite) {
            let problem = "`autoincrement` is for a sole integer key";
            context.fault(Code::ModelAttribute, problem, &place, "leave `autoincrement` out");
        }
    }
}

/// MySQL and MariaDB take no whole text as a primary key.
fn refuse_texts(parts: &[IndexColumn], draft: &Draft<'_>, context: &mut Context<'_>) {
    for part in parts.iter().filter(|part| part.length.is_none()) {
        let field = draft.fields.iter().find(|field| part.name() == Some(&field.name));
        let column = part.name().and_then(|name| draft.table.column(name));
        let Some((field, column)) = field.zip(column) else { continue };
        if draft.table.longest_prefix(column).is_some() {
            let problem = format!("MySQL takes no whole `{}` as a primary key", column.column_type);
            let fault = Diagnostic::error(Code::Model, problem).at(field.field.type_place.clone(), "");
            context.diagnostics.push(fault.help("make the column a VARCHAR: `#[dbmig(length = 255)]`"));
        }
    }
}

/// Gives the key its name; SQLite's rowid needs none.
pub(super) fn name(draft: &mut Draft<'_>, said: Option<&At<String>>, names: &mut Names, context: &Context<'_>) {
    let is_rowid = context.config.backend == Backend::Sqlite && draft.table.rowid_alias().is_some();
    let Some(key) = draft.table.primary_key.as_ref().filter(|_| !is_rowid || said.is_some()) else { return };
    let columns: Vec<Name> = key.columns.iter().filter_map(|column| column.name().cloned()).collect();
    let name = names.name(said, ConstraintKind::PrimaryKey, &columns, draft, context);
    if let Some(key) = &mut draft.table.primary_key {
        key.name = Some(name);
    }
}

/// The columns of the key, each found.
fn columns(draft: &Draft<'_>, context: &mut Context<'_>) -> Option<Vec<Name>> {
    let own = own_key(draft, context);
    let Some(words) = &draft.declared.diesel.primary_key else {
        return match own {
            Some((columns, _)) => columns,
            None => default_key(draft, context),
        };
    };
    // Diesel's names are those of the emitted columns.
    let mut columns = Vec::new();
    for word in words {
        let reference = Reference { text: word.text.clone(), is_sql: false, place: word.place.clone() };
        match draft.find_rust_name(&word.text) {
            Some(field) => columns.push(field.name.clone()),
            None => drop(draft.resolve(&reference, &mut context.diagnostics)),
        }
    }
    if let Some((Some(own), place)) = own {
        if own != columns {
            let fault = Diagnostic::error(Code::ModelAttribute, "Diesel's `primary_key` says another key");
            let fault = fault.at(place, "this key");
            let others = words.first().map(|word| word.place.clone());
            context.diagnostics.push(match others {
                Some(other) => fault.at(other, "Diesel's key"),
                None => fault,
            });
        }
    }
    (!columns.is_empty() && columns.len() == words.len()).then_some(columns)
}

/// The key as dbmig's attributes say it, and where; its columns unless one isn't found.
fn own_key(draft: &Draft<'_>, context: &mut Context<'_>) -> Option<(Option<Vec<Name>>, Span)> {
    let marked: Vec<_> = draft.fields.iter().filter(|field| field.facts.primary_key.is_some()).collect();
    if let Some(said) = draft.facts.primary_key.as_ref().filter(|said| !said.columns.is_empty()) {
        if let Some(other) = marked.first().and_then(|field| field.facts.primary_key.clone()) {
            let fault = Diagnostic::error(Code::ModelAttribute, "the key is said on the struct and on a field");
            let fault = fault.at(other, "on the field").at(said.place.clone(), "on the struct");
            context.diagnostics.push(fault.help("take one away: that of the struct has the order of its columns"));
        }
        let columns = said.columns.iter().filter_map(|part| match &part.key {
            PartOf::Column(reference) => Some(reference.clone()),
            PartOf::Expression(_) => None,
        });
        let columns = draft.resolve_all(&columns.collect::<Vec<_>>(), &mut context.diagnostics);
        return Some((columns, said.place.clone()));
    }
    let place = marked.first().and_then(|field| field.facts.primary_key.clone())?;
    Some((Some(marked.iter().map(|field| field.name.clone()).collect()), place))
}

fn default_key(draft: &Draft<'_>, context: &mut Context<'_>) -> Option<Vec<Name>> {
    if let Some(field) = draft.find_rust_name("id") {
        return Some(vec![field.name.clone()]);
    }
    // A field whose type has its own diagnostic may well be the key.
    if draft.declared.fields.iter().any(|field| field.name.text == "id") {
        return None;
    }
    let problem = format!("`{}` has no primary key, and Diesel needs one", draft.declared.name.text);
    let place = draft.declared.name.place.clone();
    context.fault(Code::Model, problem, &place, "add a field `id: i32`, or say the key: `#[diesel(primary_key(…))]`");
    None
}

/// Makes the database give out an integer that is the whole key: SQLite's rowid, which takes a column declared
/// `INTEGER`, PostgreSQL's identity, MySQL's AUTO_INCREMENT.
fn sole(draft: &mut Draft<'_>, name: &Name, context: &mut Context<'_>) {
    let Some(field) = draft.fields.iter().find(|field| field.name == *name) else { return };
    let Some(row) = field.field_type.known.filter(|row| row.kind == Kind::Integer) else { return };
    let is_said = field.facts.autoincrement.is_some() || field.facts.default.is_some();
    let refers = field.facts.references.is_some() || field.facts.generated.is_some();
    let way = match context.config.backend {
        Backend::Sqlite => return rowid(draft, name, row, context),
        Backend::Postgres => Autoincrement::IdentityByDefault,
        Backend::Mysql => Autoincrement::Keyword,
    };
    // The key of a row that belongs to another table's row is that row's.
    let refers = refers || draft.facts.foreign_keys.iter().any(|key| is_only(&key.columns, field));
    let refers = refers || draft.declared.diesel.belongs_to.iter().any(|parent| is_of(parent, field));
    let counts = |column: &&mut Column| {
        !is_said && !refers && !column.nullable && (way == Autoincrement::Keyword || counter::is_integer(column))
    };
    let table = draft.table.name.clone();
    if let Some(column) = draft.table.column_mut(name).filter(counts) {
        column.autoincrement = way;
        if way == Autoincrement::IdentityByDefault {
            draft.sequences.push(Sequence::of_column(&table, column));
        }
    }
}

fn is_only(columns: &[Reference], field: &DraftField<'_>) -> bool {
    matches!(columns, [only] if only.text == field.field.name.text || only.text == field.name.as_str())
}

fn is_of(parent: &BelongsTo, field: &DraftField<'_>) -> bool {
    parent.foreign_key.as_ref().is_some_and(|word| word.text == field.rust_name)
}

fn rowid(draft: &mut Draft<'_>, name: &Name, row: &RustType, context: &mut Context<'_>) {
    let Some(field) = draft.fields.iter().find(|field| field.name == *name) else { return };
    if field.facts.sql_type.is_some() || draft.table.options.without_rowid {
        return;
    }
    let place = field.field.type_place.clone();
    let big = context.config.sqlite_integer_primary_key_is_bigint;
    match (row.name, big) {
        ("i32", false) | ("i64", true) => {}
        ("i64", false) => {
            let problem = "SQLite's generated keys are `i32` in Diesel's schema unless configured otherwise";
            let fault = Diagnostic::error(Code::RustType, problem).at(place, "");
            let fault = fault
                .help("set `sqlite_integer_primary_key_is_bigint = true` in `[package.metadata.dbmig]`")
                .help("or say `#[dbmig(sql_type = \"BIGINT\")]`, for a key that your program gives out itself");
            context.diagnostics.push(fault);
        }
        ("i32", true) => {
            let problem = "SQLite's generated keys are `i64`: `sqlite_integer_primary_key_is_bigint` is on";
            context.fault(Code::RustType, problem, &place, "make it `i64`");
        }
        _ => return,
    }
    if let Some(column) = draft.table.column_mut(name) {
        column.column_type = ColumnType::plain("integer");
    }
}
