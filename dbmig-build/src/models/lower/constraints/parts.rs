//! What keys, uniques, indexes and exclusions are made of.

use dbmig::Backend;

use super::super::super::facts::{At, KeyPart, PartOf};
use super::super::expression::read_expression;
use super::super::{Context, Draft, unknown_columns};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{Expression, IndexColumn, IndexKey, Name, NullsOrder, SortOrder};
use crate::source::Span;

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
            unknown_columns::report(&expression, &text.place, draft, context);
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

/// Says how much of a text an index of MySQL's takes: of a lone one as much as there may be, which changes nothing that is
/// found by it. Several parts have to share the room, and only a person knows how.
pub(super) fn take_of_texts(
    columns: &mut [IndexColumn],
    said: &[KeyPart],
    draft: &Draft<'_>,
    context: &mut Context<'_>,
) {
    let is_alone = columns.len() == 1;
    for (column, said) in columns.iter_mut().zip(said).filter(|(column, _)| column.length.is_none()) {
        let Some(whole) = column.name().and_then(|name| draft.table.column(name)) else { continue };
        let Some(length) = draft.table.longest_prefix(whole) else { continue };
        if is_alone {
            column.length = Some(length);
        } else if let PartOf::Column(reference) = &said.key {
            let problem = format!("MySQL takes no whole `{}` into an index of several columns", whole.column_type);
            let fault = Diagnostic::error(Code::ModelAttribute, problem).at(reference.place.clone(), "");
            let fault = fault.help(format!("say how much of it: `{}(length = 255)`", reference.text));
            let shorter = match whole.column_type.name.as_str() {
                "varchar" => "or make the column shorter: `length = 255` on its field",
                _ => "or make the column a VARCHAR: `length = 255` on its field",
            };
            context.diagnostics.push(fault.help(shorter));
        }
    }
}

/// Warns of texts of any length that are to be unique: MariaDB takes them, MySQL doesn't.
pub(super) fn doubt_whole_texts(columns: &[IndexColumn], place: &Span, draft: &Draft<'_>, context: &mut Context<'_>) {
    for column in columns.iter().filter(|column| column.length.is_none()) {
        let Some(whole) = column.name().and_then(|name| draft.table.column(name)) else { continue };
        if draft.table.longest_prefix(whole).is_none() {
            continue;
        }
        let problem = format!("MySQL takes no whole `{}` into a unique key; MariaDB does", whole.column_type);
        let fault = Diagnostic::warning(Code::UniqueText, problem).at(place.clone(), "");
        let is_text = whole.column_type.name.ends_with("text");
        let length = is_text.then(|| format!("say how long `{}` is: `#[dbmig(length = 255)]`", whole.name));
        let fault = length.into_iter().fold(fault, Diagnostic::help);
        let also = if is_text { "or" } else { "say" };
        context
            .diagnostics
            .push(fault.help(format!("{also} how much of it is unique: `unique({}(length = 255))`", whole.name)));
    }
}

/// The rows that an index is about; none for all, nothing at all if they can't be read.
pub(super) fn predicate(
    said: Option<&At<String>>,
    draft: &Draft<'_>,
    context: &mut Context<'_>,
) -> Option<Option<Expression>> {
    let Some(text) = said else { return Some(None) };
    let predicate = read_expression(text, context)?;
    unknown_columns::report(&predicate, &text.place, draft, context);
    Some(Some(predicate))
}

/// The access method, unless it is the usual one. SQLite has one kind of index.
pub(super) fn method(said: Option<&At<String>>, backend: Backend) -> Option<String> {
    let method = said.map(|method| method.value.to_ascii_lowercase());
    method.filter(|method| backend != Backend::Sqlite && method != "btree")
}
