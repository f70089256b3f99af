//! Uniques, indexes, checks, exclusions and foreign keys, each with a name.

mod foreign_key;
mod mysql;
pub(super) mod parts;

use std::collections::BTreeMap;

use dbmig::Backend;

use super::super::facts::{At, CheckThat, ExclusionOf, IndexOn, UniqueSet};
use super::expression::read_expression;
use super::names::Names;
use super::{Context, Draft, computed, unknown_columns};
use crate::config::ConstraintKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{Check, Deferrable, Exclusion, Index, IndexColumn, Name, Past, Table, Unique};
use crate::source::Span;

/// Gives every table its constraints and indexes. Foreign keys come last: what they refer to must be unique.
pub(super) fn lower(drafts: &mut [Draft<'_>], context: &mut Context<'_>) {
    let mut scopes: Vec<Names> = drafts.iter_mut().map(|draft| constraints(draft, context)).collect();
    indexes(drafts, context);
    foreign_key::lower(drafts, &mut scopes, context);
    if context.config.backend == Backend::Mysql {
        drafts.iter_mut().for_each(|draft| foreign_key_indexes(&mut draft.table));
        drafts.iter().for_each(|draft| mysql::report_counting(draft, context));
    }
}

/// Gives a table its uniques, checks and exclusions, and its key its name.
fn constraints(draft: &mut Draft<'_>, context: &mut Context<'_>) -> Names {
    let mut names = Names::default();
    let (like, facts) = (draft.table.name.name.clone(), draft.facts.clone());
    let of_fields: Vec<(Name, UniqueAndChecks)> = draft.fields.iter().map(UniqueAndChecks::of).collect();
    let uniques: Vec<&UniqueSet> =
        facts.uniques.iter().chain(of_fields.iter().flat_map(|(_, one)| &one.unique)).collect();
    let own = of_fields.iter().flat_map(|(name, one)| one.checks.iter().map(move |check| (check, Some(name))));
    let checks: Vec<(&CheckThat, Option<&Name>)> = facts.checks.iter().map(|one| (one, None)).chain(own).collect();

    let key = facts.primary_key.as_ref().and_then(|key| key.name.as_ref());
    let stated = key.into_iter().chain(uniques.iter().filter_map(|one| one.name.as_ref()));
    let stated = stated.chain(checks.iter().filter_map(|(one, _)| one.name.as_ref()));
    let stated = stated.chain(facts.exclusions.iter().filter_map(|one| one.name.as_ref()));
    stated.for_each(|name| names.state(name, &like, context));

    super::key::name(draft, key, &mut names, context);
    for field in &draft.fields {
        let Some(column) = draft.table.column(&field.name) else { continue };
        if let Some((generated, said)) = column.generated.as_ref().zip(field.facts.generated.as_ref()) {
            unknown_columns::report(&generated.expression, &said.expression.place, draft, context);
            computed::report(column, &generated.expression, &said.expression.place, draft, context);
        }
        // MySQL's defaults may name a column, those of others are refused already where they do.
        let default = column.default.as_ref().filter(|_| context.config.backend == Backend::Mysql);
        if let Some((default, said)) = default.zip(field.facts.default.as_ref()) {
            unknown_columns::report(default, &said.place, draft, context);
        }
    }
    let (mut once, mut once_checked) = (Once(Vec::new()), Once(Vec::new()));
    for said in uniques {
        let Some(unique) = unique(said, draft, &mut names, context) else { continue };
        if said.name.is_none() {
            once.check(Unique { name: None, ..unique.clone() }, &said.place, context);
        }
        draft.table.uniques.push(unique);
    }
    for (said, on) in checks {
        let Some(check) = check(said, on, draft, &mut names, context) else { continue };
        if said.name.is_none() {
            once_checked.check(check.expression.clone(), &said.expression.place, context);
        }
        draft.table.checks.push(check);
    }
    draft.table.exclusions =
        facts.exclusions.iter().filter_map(|said| exclusion(said, draft, &mut names, context)).collect();
    names
}

/// What a field says that is the table's.
struct UniqueAndChecks {
    unique: Option<UniqueSet>,
    checks: Vec<CheckThat>,
}

impl UniqueAndChecks {
    fn of(field: &super::DraftField<'_>) -> (Name, UniqueAndChecks) {
        let mut checks = field.facts.checks.clone();
        let place = || field.field.type_place.clone();
        checks.extend(field.implied_check.iter().map(|text| CheckThat {
            expression: At { value: text.clone(), place: place() },
            name: None,
            no_inherit: false,
            not_enforced: false,
        }));
        (field.name.clone(), UniqueAndChecks { unique: field.facts.unique.clone(), checks })
    }
}

/// Gives every table its indexes. SQLite and PostgreSQL have one set of index names in a schema, MySQL one in a table.
fn indexes(drafts: &mut [Draft<'_>], context: &mut Context<'_>) {
    let is_mysql = context.config.backend == Backend::Mysql;
    let mut scopes: BTreeMap<Option<Name>, Names> = BTreeMap::new();
    let scope_of = |draft: &Draft<'_>| match is_mysql {
        true => Some(draft.table.name.name.clone()),
        false => draft.table.name.schema.clone(),
    };
    let said = |draft: &Draft<'_>| -> Vec<IndexOn> {
        draft.facts.indexes.iter().chain(draft.fields.iter().flat_map(|field| &field.facts.indexes)).cloned().collect()
    };
    for draft in drafts.iter() {
        let names = scopes.entry(scope_of(draft)).or_default();
        if context.config.backend == Backend::Postgres {
            let keys = draft.table.constraints().filter(|one| one.has_index());
            keys.filter_map(|one| one.name().cloned()).for_each(|name| names.take(&name));
        }
        for name in said(draft).iter().filter_map(|one| one.name.as_ref()) {
            names.state(name, &draft.table.name.name, context);
        }
    }
    for draft in drafts.iter_mut() {
        let names = scopes.entry(scope_of(draft)).or_default();
        let mut once = Once(Vec::new());
        for said in said(draft) {
            let Some(index) = index(&said, draft, names, context) else { continue };
            if said.name.is_none() {
                once.check(Index { name: index.name.renamed(""), ..index.clone() }, &said.place, context);
            }
            draft.table.indexes.push(index);
        }
        if is_mysql {
            unique_keys(&mut draft.table);
        }
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

/// Reports what is said twice; names aside, which two of one sort may well have.
struct Once<T>(Vec<(T, Span)>);

impl<T: PartialEq> Once<T> {
    fn check(&mut self, one: T, place: &Span, context: &mut Context<'_>) {
        if let Some((_, other)) = self.0.iter().find(|(other, _)| *other == one) {
            let fault = Diagnostic::error(Code::ModelAttribute, "this is said twice");
            let fault = fault.at(place.clone(), "again").at(other.clone(), "first here");
            context.diagnostics.push(fault.help("take one away, or give both a name"));
        }
        self.0.push((one, place.clone()));
    }
}

/// The columns among the keys.
fn columns_of(keys: &[IndexColumn]) -> Vec<Name> {
    keys.iter().filter_map(|key| key.name().cloned()).collect()
}

fn unique(said: &UniqueSet, draft: &mut Draft<'_>, names: &mut Names, context: &mut Context<'_>) -> Option<Unique> {
    let columns = parts::keys(&said.columns, draft, context)?;
    if context.config.backend == Backend::Mysql {
        parts::doubt_whole_texts(&columns, &said.place, draft, context);
    }
    let include = draft.resolve_all(&said.include, &mut context.diagnostics)?;
    let name = names.name(said.name.as_ref(), ConstraintKind::Unique, &columns_of(&columns), draft, context);
    let is_postgres = context.config.backend == Backend::Postgres;
    if !is_postgres && said.nulls_not_distinct {
        context.without_effect("keys in which NULLs are alike", &said.place, Backend::Postgres);
    }
    if !is_postgres && said.deferrable != Deferrable::No {
        context.without_effect("keys that are checked later", &said.place, Backend::Postgres);
    }
    Some(Unique {
        name: Some(name),
        deferrable: if is_postgres { said.deferrable } else { Default::default() },
        include: if is_postgres { include } else { Vec::new() },
        nulls_not_distinct: said.nulls_not_distinct && is_postgres,
        ..Unique::new(columns)
    })
}

fn check(
    said: &CheckThat,
    field: Option<&Name>,
    draft: &mut Draft<'_>,
    names: &mut Names,
    context: &mut Context<'_>,
) -> Option<Check> {
    let expression = read_expression(&said.expression, context)?;
    unknown_columns::report(&expression, &said.expression.place, draft, context);
    if context.config.backend == Backend::Mysql {
        mysql::report_check(&expression, &said.expression.place, draft, context);
    }
    // As PostgreSQL does: the column of a check over one, the table alone otherwise.
    let mentioned: Vec<Name> = match field {
        Some(field) => vec![field.clone()],
        None => {
            let mentioned = draft.fields.iter().map(|field| &field.name).filter(|name| expression.mentions(name));
            let mentioned: Vec<Name> = mentioned.cloned().collect();
            if mentioned.len() == 1 { mentioned } else { Vec::new() }
        }
    };
    let name = names.name(said.name.as_ref(), ConstraintKind::Check, &mentioned, draft, context);
    let no_inherit = said.no_inherit && context.config.backend == Backend::Postgres;
    let not_enforced = said.not_enforced && context.config.backend == Backend::Mysql;
    if said.not_enforced && !not_enforced {
        context.without_effect("checks that aren't enforced", &said.expression.place, Backend::Mysql);
    }
    Some(Check { name: Some(name), no_inherit, not_enforced, ..Check::new(expression) })
}

fn exclusion(
    said: &ExclusionOf,
    draft: &mut Draft<'_>,
    names: &mut Names,
    context: &mut Context<'_>,
) -> Option<Exclusion> {
    if context.config.backend != Backend::Postgres {
        let help = "say it for that database alone: `backend(postgres(exclude(…)))`";
        context.fault(Code::ModelAttribute, "exclusion constraints are PostgreSQL's", &said.place, help);
        return None;
    }
    let (keys, operators): (Vec<_>, Vec<_>) = said.elements.iter().cloned().unzip();
    let columns = parts::keys(&keys, draft, context)?;
    let include = draft.resolve_all(&said.include, &mut context.diagnostics)?;
    let predicate = parts::predicate(said.predicate.as_ref(), draft, context)?;
    let name = names.name(said.name.as_ref(), ConstraintKind::Exclusion, &columns_of(&columns), draft, context);
    let method = parts::method(said.method.as_ref(), context.config.backend);
    let elements = columns.into_iter().zip(operators).collect();
    let (deferrable, first_columns) = (said.deferrable, Past(None));
    Some(Exclusion { name: Some(name), method, elements, predicate, deferrable, include, first_columns })
}

fn index(said: &IndexOn, draft: &mut Draft<'_>, names: &mut Names, context: &mut Context<'_>) -> Option<Index> {
    let mut columns = parts::keys(&said.keys, draft, context)?;
    let predicate = parts::predicate(said.predicate.as_ref(), draft, context)?;
    let backend = context.config.backend;
    if backend == Backend::Mysql && said.unique {
        parts::doubt_whole_texts(&columns, &said.place, draft, context);
    } else if backend == Backend::Mysql && said.method.is_none() {
        parts::take_of_texts(&mut columns, &said.keys, draft, context);
    }
    if let Some(said) = said.predicate.as_ref().filter(|_| backend == Backend::Mysql) {
        let help = "leave `where` out, or say it for others alone: `backend(postgres(index(…)))`";
        context.fault(Code::ModelAttribute, "MySQL's indexes are over all rows", &said.place, help);
    }
    let include = draft.resolve_all(&said.include, &mut context.diagnostics)?;
    // PostgreSQL calls the place of an expression `expr`.
    let expr = draft.table.name.name.renamed("expr");
    let parts: Vec<Name> = columns.iter().map(|column| column.name().unwrap_or(&expr).clone()).collect();
    let name = names.name(said.name.as_ref(), ConstraintKind::Index, &parts, draft, context);
    // What only PostgreSQL's indexes have leaves an index of others as good as it was.
    let is_postgres = backend == Backend::Postgres;
    if !is_postgres && said.nulls_not_distinct {
        context.without_effect("keys in which NULLs are alike", &said.place, Backend::Postgres);
    }
    Some(Index {
        unique: said.unique,
        predicate,
        method: parts::method(said.method.as_ref(), backend),
        include: if is_postgres { include } else { Vec::new() },
        nulls_not_distinct: said.nulls_not_distinct && is_postgres,
        parameters: if is_postgres { said.parameters.clone() } else { Vec::new() },
        ..Index::new(name, columns)
    })
}
