//! `DROP`, and what goes with it.

mod casts;
mod part;
mod relation;
mod types;

pub(super) use part::{column, constraint};
pub(super) use types::drop_extension_types;

use crate::replay::conflict::Conflict;
use crate::schema::ApplyError;
use crate::source::Span;
use crate::sql::syntax::postgres::{Drop, DropKind};
use crate::sql::syntax::{ObjectIdent, ObjectKind};

use super::resolve::{Relation, schema_name};
use super::work::Work;

pub(super) fn drop(work: &mut Work<'_>, syntax: &Drop) -> Result<(), Conflict> {
    match syntax.kind {
        DropKind::Table => {
            let mut tables = Vec::new();
            for ident in &syntax.names {
                match found(work, ident, syntax, |relation| *relation == Relation::Table)? {
                    Some((name, _)) => tables.push((name, &ident.span)),
                    None if syntax.if_exists => {}
                    None => return Err(Conflict::at(&ident.span, ApplyError::NoTable(work.unresolved(ident)))),
                }
            }
            relation::tables(work, &tables, syntax.cascade)
        }
        DropKind::Schema => syntax.names.iter().try_for_each(|ident| {
            let schema = schema_name(&ident.name);
            if work.has_schema(schema.as_ref()) {
                return relation::schema(work, schema.as_ref(), syntax.cascade, &ident.span);
            }
            let missing = Conflict::at(&ident.span, ApplyError::NoNamespace(ident.name.clone()));
            if syntax.if_exists { Ok(()) } else { Err(missing) }
        }),
        DropKind::Extension => syntax.names.iter().try_for_each(|ident| {
            if syntax.cascade { drop_extension_types(work, &ident.name, &ident.span) } else { Ok(()) }
        }),
        DropKind::Type | DropKind::Domain => {
            syntax.names.iter().try_for_each(|ident| types::drop_named(work, ident, syntax))
        }
        DropKind::View | DropKind::MaterializedView => syntax.names.iter().try_for_each(|ident| {
            let wanted = if syntax.kind == DropKind::View { Relation::View } else { Relation::MaterializedView };
            match found(work, ident, syntax, |relation| *relation == wanted)? {
                Some((name, _)) => Ok(relation::view(work, &name, syntax.cascade)?),
                None if syntax.if_exists => Ok(()),
                None => Err(Conflict::at(&ident.span, ApplyError::NoView(work.unresolved(ident)))),
            }
        }),
        DropKind::Index => syntax.names.iter().try_for_each(|ident| {
            let is_index = |relation: &Relation| matches!(relation, Relation::Index(_) | Relation::Key(_));
            match found(work, ident, syntax, is_index)? {
                Some((name, relation)) => relation::index(work, &name, &relation, syntax.cascade, &ident.span),
                None if syntax.if_exists => Ok(()),
                None => Err(Conflict::missing(&ident.span, ObjectKind::Index, &ident.name)),
            }
        }),
        DropKind::Sequence => syntax.names.iter().try_for_each(|ident| {
            match found(work, ident, syntax, |relation| *relation == Relation::Sequence)? {
                Some((name, _)) => relation::sequence(work, &name, syntax.cascade, &ident.span),
                None if syntax.if_exists => Ok(()),
                None => Err(Conflict::at(&ident.span, ApplyError::NoSequence(work.unresolved(ident)))),
            }
        }),
    }
}

/// The relation of a name, which has to be of the kind that is to be dropped.
fn found(
    work: &Work<'_>,
    ident: &ObjectIdent,
    syntax: &Drop,
    is_meant: impl Fn(&Relation) -> bool,
) -> Result<Option<(crate::schema::ObjectName, Relation)>, Conflict> {
    match work.find(ident) {
        Some((name, relation)) if !is_meant(&relation) => {
            let message = format!("`{name}` is a {}, not a {}", relation.noun(), syntax.kind.noun());
            Err(Conflict::refused(&ident.span, message))
        }
        found => Ok(found),
    }
}

/// What stands in the way of a DROP without CASCADE.
fn in_use(span: &Span, what: &str, by: &str) -> Conflict {
    Conflict::refused(span, format!("{what} is used by {by}: drop that first, or say CASCADE"))
}
