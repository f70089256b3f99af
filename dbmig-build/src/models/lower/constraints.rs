//! Uniques, indexes, checks and foreign keys, each with a name.

mod foreign_key;

use std::collections::BTreeMap;

use dbmig::Backend;

use super::super::facts::{At, CheckThat, IndexOn, IndexPartKey, UniqueSet};
use super::column::read_expression;
use super::{Context, Draft};
use crate::config::ConstraintKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::schema::{Check, Expression, Index, IndexColumn, IndexKey, Name, ObjectName, Table, Unique};
use crate::source::Span;

/// Gives every table its constraints and indexes. Foreign keys come last: what they refer to must be unique.
pub(super) fn lower(drafts: &mut [Draft<'_>], context: &mut Context<'_>) {
    for draft in drafts.iter_mut() {
        let mut names = Names::default();
        let uniques =
            draft.facts.uniques.iter().chain(draft.fields.iter().filter_map(|field| field.facts.unique.as_ref()));
        let uniques: Vec<Unique> = uniques.filter_map(|said| unique(said, draft, &mut names, context)).collect();
        let own_checks =
            draft.fields.iter().flat_map(|field| field.facts.checks.iter().map(move |one| (one, Some(&field.name))));
        let checks = draft.facts.checks.iter().map(|one| (one, None)).chain(own_checks);
        let checks: Vec<Check> = checks.filter_map(|(said, on)| check(said, on, draft, &mut names, context)).collect();
        draft.table.uniques = uniques;
        draft.table.checks = checks;
        names.report(context);
    }
    // SQLite and PostgreSQL have one set of index names in a schema, MySQL one in a table.
    let mut schemas: BTreeMap<Option<Name>, Names> = BTreeMap::new();
    for draft in drafts.iter_mut() {
        let names = schemas.entry(draft.table.name.schema.clone()).or_default();
        let said = draft.facts.indexes.iter().chain(draft.fields.iter().flat_map(|field| &field.facts.indexes));
        let indexes: Vec<Index> = said.filter_map(|said| index(said, draft, names, context)).collect();
        draft.table.indexes = indexes;
        if context.config.backend == Backend::Mysql {
            std::mem::take(names).report(context);
            unique_keys(&mut draft.table);
        }
    }
    schemas.into_values().for_each(|names| names.report(context));
    foreign_key::lower(drafts, context);
    if context.config.backend == Backend::Mysql {
        drafts.iter_mut().for_each(|draft| foreign_key_indexes(&mut draft.table));
    }
}

/// MySQL knows one sort of unique key, however it is written.
fn unique_keys(table: &mut Table) {
    let (unique, plain) = std::mem::take(&mut table.indexes).into_iter().partition(|index| index.unique);
    table.indexes = plain;
    let unique: Vec<Index> = unique;
    table
        .uniques
        .extend(unique.into_iter().map(|index| Unique { name: Some(index.name), ..Unique::new(index.columns) }));
}

/// MySQL makes an index for each foreign key that no key or index serves.
fn foreign_key_indexes(table: &mut Table) {
    for key in table.foreign_keys.clone() {
        table.indexes.extend(table.foreign_key_index(&key));
    }
}

/// The names that were given, and where.
#[derive(Default)]
struct Names(Vec<(Name, Span)>);

impl Names {
    fn add(&mut self, name: &Name, place: &Span) {
        self.0.push((name.clone(), place.clone()));
    }

    fn report(self, context: &mut Context<'_>) {
        let mut first: BTreeMap<Name, Span> = BTreeMap::new();
        for (name, place) in self.0 {
            let Some(other) = first.get(&name) else {
                first.insert(name, place);
                continue;
            };
            let fault = Diagnostic::error(Code::ModelAttribute, format!("two of these are called `{name}`"));
            let fault = fault.at(place, "the second").at(other.clone(), "the first");
            let fault = fault.help(format!("take one away, or give it another name: `name = \"{name}2\"`"));
            context.diagnostics.push(fault);
        }
    }
}

/// The name that was said, or the one that the naming convention gives.
fn named(
    said: Option<&At<String>>,
    kind: ConstraintKind,
    table: &ObjectName,
    columns: &[Name],
    context: &Context<'_>,
) -> Name {
    let given = said.map(|name| name.value.clone());
    let columns = columns.iter().map(Name::as_str);
    let name = given.unwrap_or_else(|| context.config.naming.name(kind, table.name.as_str(), columns));
    let name = match context.config.backend {
        Backend::Postgres => within(&name, 63),
        _ => &name,
    };
    table.name.renamed(name)
}

/// As much of a name as PostgreSQL keeps of it.
fn within(name: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(name.len())).rev().find(|&end| name.is_char_boundary(end)).unwrap_or_default();
    &name[..end]
}

fn unique(said: &UniqueSet, draft: &Draft<'_>, names: &mut Names, context: &mut Context<'_>) -> Option<Unique> {
    let columns = draft.resolve_all(&said.columns, &mut context.diagnostics)?;
    let name = named(said.name.as_ref(), ConstraintKind::Unique, &draft.table.name, &columns, context);
    names.add(&name, &said.place);
    let columns = columns.into_iter().map(IndexColumn::column).collect();
    Some(Unique { name: Some(name), ..Unique::new(columns) })
}

fn check(
    said: &CheckThat,
    field: Option<&Name>,
    draft: &Draft<'_>,
    names: &mut Names,
    context: &mut Context<'_>,
) -> Option<Check> {
    let expression = read_expression(&said.expression, context)?;
    report_unknown_columns(&expression, &said.expression.place, draft, context);
    // As PostgreSQL does: the column of a check over one, the table alone otherwise.
    let mentioned: Vec<Name> = match field {
        Some(field) => vec![field.clone()],
        None => {
            let mentioned = draft.fields.iter().map(|field| &field.name).filter(|name| expression.mentions(name));
            let mentioned: Vec<Name> = mentioned.cloned().collect();
            if mentioned.len() == 1 { mentioned } else { Vec::new() }
        }
    };
    let name = match (&said.name, mentioned.is_empty()) {
        (None, true) => {
            let pattern = context.config.naming.name(ConstraintKind::Check, draft.table.name.name.as_str(), []);
            draft.table.name.name.renamed(&pattern.replace("__", "_"))
        }
        _ => named(said.name.as_ref(), ConstraintKind::Check, &draft.table.name, &mentioned, context),
    };
    names.add(&name, &said.expression.place);
    Some(Check { name: Some(name), ..Check::new(expression) })
}

fn index(said: &IndexOn, draft: &Draft<'_>, names: &mut Names, context: &mut Context<'_>) -> Option<Index> {
    let mut columns = Vec::new();
    for part in &said.keys {
        let key = match &part.key {
            IndexPartKey::Column(reference) => IndexKey::Column(draft.resolve(reference, &mut context.diagnostics)?),
            IndexPartKey::Expression(text) => {
                let expression = read_expression(text, context)?;
                report_unknown_columns(&expression, &text.place, draft, context);
                IndexKey::Expression(expression)
            }
        };
        columns.push(IndexColumn { order: part.order, ..IndexColumn::new(key) });
    }
    let predicate = match &said.predicate {
        Some(text) => {
            let predicate = read_expression(text, context)?;
            report_unknown_columns(&predicate, &text.place, draft, context);
            Some(predicate)
        }
        None => None,
    };
    // PostgreSQL calls the place of an expression `expr`.
    let expr = draft.table.name.name.renamed("expr");
    let parts: Vec<Name> = columns.iter().map(|column| column.name().unwrap_or(&expr).clone()).collect();
    let name = named(said.name.as_ref(), ConstraintKind::Index, &draft.table.name, &parts, context);
    names.add(&name, &said.place);
    let include = draft.resolve_all(&said.include, &mut context.diagnostics)?;
    // SQLite has one kind of index, and it carries nothing else; the index is as good without.
    let is_sqlite = context.config.backend == Backend::Sqlite;
    Some(Index {
        unique: said.unique,
        predicate,
        method: said.method.as_ref().filter(|_| !is_sqlite).map(|method| method.value.to_ascii_lowercase()),
        include: if is_sqlite { Vec::new() } else { include },
        ..Index::new(name, columns)
    })
}

/// SQLite reads a misspelt column in a check as an error, but only when the table is made.
fn report_unknown_columns(expression: &Expression, place: &Span, draft: &Draft<'_>, context: &mut Context<'_>) {
    if context.config.backend != Backend::Sqlite {
        return;
    }
    let rowid = ["rowid", "oid", "_rowid_"];
    for name in expression.tokens().iter().filter_map(|token| token.name.as_ref()) {
        // A field that is no column for another fault has its diagnostic already.
        let is_field = draft.declared.fields.iter().any(|field| field.name.text == name.as_str());
        if draft.table.column(name).is_some() || rowid.contains(&name.key()) || is_field {
            continue;
        }
        let problem = format!("table `{}` has no column `{name}`", draft.table.name);
        let near = nearest(name.as_str(), draft.fields.iter().map(|field| field.name.as_str()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a string stands in single quotes".to_owned(),
        };
        context.fault(Code::ModelAttribute, problem, place, help);
    }
}
