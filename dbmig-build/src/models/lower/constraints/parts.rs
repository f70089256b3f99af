//! What keys, uniques, indexes and exclusions are made of.

use dbmig::Backend;

use super::super::super::facts::{At, KeyPart, PartOf};
use super::super::expression::read_expression;
use super::super::{Context, Draft};
use super::report_unknown_columns;
use crate::schema::{Expression, IndexColumn, IndexKey, Name, NullsOrder, SortOrder};

/// The keys of an index, each found. What a backend doesn't have is left out: it changes how an index is kept, and not
/// what it means.
pub(in super::super) fn keys(
    said: &[KeyPart],
    draft: &Draft<'_>,
    context: &mut Context<'_>,
) -> Option<Vec<IndexColumn>> {
    said.iter().map(|part| key(part, draft, context)).collect()
}

fn key(said: &KeyPart, draft: &Draft<'_>, context: &mut Context<'_>) -> Option<IndexColumn> {
    let backend = context.config.backend;
    let key = match &said.key {
        PartOf::Column(reference) => IndexKey::Column(draft.resolve(reference, &mut context.diagnostics)?),
        PartOf::Expression(text) => {
            let expression = read_expression(text, context)?;
            report_unknown_columns(&expression, &text.place, draft, context);
            IndexKey::Expression(expression)
        }
    };
    // PostgreSQL's NULLs come last unless the order descends.
    let usual = if said.order == SortOrder::Descending { NullsOrder::First } else { NullsOrder::Last };
    let is_postgres = backend == Backend::Postgres;
    let collation = said.collation.as_ref().filter(|_| backend != Backend::Mysql);
    Some(IndexColumn {
        order: said.order,
        nulls: said.nulls.filter(|nulls| is_postgres && *nulls != usual),
        operator_class: said.operator_class.as_ref().filter(|_| is_postgres).map(|one| one.value.clone()),
        collation: collation.map(|collation| Name::new(&collation.value, backend)),
        length: said.length.as_ref().filter(|_| backend == Backend::Mysql).map(|length| length.value),
        ..IndexColumn::new(key)
    })
}

/// The rows that an index is about; none for all, nothing at all if they can't be read.
pub(super) fn predicate(
    said: Option<&At<String>>,
    draft: &Draft<'_>,
    context: &mut Context<'_>,
) -> Option<Option<Expression>> {
    let Some(text) = said else { return Some(None) };
    let predicate = read_expression(text, context)?;
    report_unknown_columns(&predicate, &text.place, draft, context);
    Some(Some(predicate))
}

/// The access method, unless it is the usual one. SQLite has one kind of index.
pub(super) fn method(said: Option<&At<String>>, backend: Backend) -> Option<String> {
    let method = said.map(|method| method.value.to_ascii_lowercase());
    method.filter(|method| backend != Backend::Sqlite && method != "btree")
}
