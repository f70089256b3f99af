//! Types, domains and the types of extensions go.

use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Change, Name, ObjectName, UserTypeKind};
use crate::source::Span;
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::{Drop, DropKind};

use super::{casts, in_use};
use crate::replay::postgres::work::Work;

pub(super) fn drop_named(work: &mut Work<'_>, ident: &ObjectIdent, syntax: &Drop) -> Result<(), Conflict> {
    let named = work.candidates(ident).into_iter().find_map(|name| {
        let one = work.catalog(&name).schema().types.get(&name)?;
        Some((name, matches!(one.kind, UserTypeKind::Domain(_))))
    });
    match named {
        Some((name, false)) if syntax.kind == DropKind::Domain => {
            Err(Conflict::refused(&ident.span, format!("`{name}` is a type, not a domain")))
        }
        Some((name, _)) => drop_type(work, &name, syntax.cascade, &ident.span),
        None if syntax.if_exists => Ok(()),
        None => Err(Conflict::at(&ident.span, ApplyError::NoType(work.unresolved(ident)))),
    }
}

pub(super) fn drop_type(work: &mut Work<'_>, name: &ObjectName, cascade: bool, span: &Span) -> Result<(), Conflict> {
    let columns = work.catalog(name).columns_of_type(name);
    let columns: Vec<(ObjectName, Name)> =
        columns.into_iter().map(|(table, column)| (table.name.clone(), column.name.clone())).collect();
    for (table, column) in columns {
        if !cascade {
            let error = ApplyError::TypeInUse(name.clone(), format!("column `{table}.{column}`"));
            return Err(Conflict::at(span, error));
        }
        // It may have gone with the column of a parent.
        if work.table(&table).is_ok_and(|table| table.column(&column).is_some()) {
            drop_used_column(work, &table, &column, span)?;
        }
    }
    while let Some(user) = work.catalog(name).schema().type_with_type(name).cloned() {
        if !cascade {
            return Err(in_use(span, &format!("type `{name}`"), &format!("type `{}`", user.name)));
        }
        let mut without = user.clone();
        if let UserTypeKind::Composite(attributes) = &mut without.kind {
            attributes.retain(|attribute| !attribute.column_type.names(name));
            work.change(Change::AlterType { from: Box::new(user), to: Box::new(without) })?;
        } else {
            drop_type(work, &user.name, true, span)?;
        }
    }
    casts::drop_users(work, name, cascade, span)?;
    if let Some(one) = work.catalog(name).schema().types.get(name).cloned() {
        work.change(Change::DropType(Box::new(one)))?;
    }
    Ok(())
}

/// Drops a column whose type goes, in the table that its children have it from.
pub(super) fn drop_used_column(
    work: &mut Work<'_>,
    table: &ObjectName,
    column: &Name,
    span: &Span,
) -> Result<(), Conflict> {
    let mut top = table.clone();
    while let Some(parent) = work
        .table(&top)?
        .options
        .parents()
        .find(|parent| work.table(parent).is_ok_and(|parent| parent.column(column).is_some()))
    {
        top = parent.clone();
    }
    super::column(work, &top, column, true, false, span)
}

/// The types that come with extensions.
const EXTENSION_TYPES: &[(&str, &[&str])] = &[
    ("citext", &["citext"]),
    ("cube", &["cube"]),
    ("hstore", &["hstore"]),
    ("isn", &["ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"]),
    ("ltree", &["lquery", "ltree", "ltxtquery"]),
    ("postgis", &["box2d", "box3d", "geography", "geometry"]),
    ("postgis_raster", &["raster"]),
    ("seg", &["seg"]),
    ("vector", &["halfvec", "sparsevec", "vector"]),
];

/// Drops the columns whose types come with an extension.
pub(in crate::replay::postgres) fn drop_extension_types(
    work: &mut Work<'_>,
    extension: &Name,
    span: &Span,
) -> Result<(), Conflict> {
    let types = EXTENSION_TYPES.iter().filter(|(name, _)| *name == extension.as_str()).flat_map(|(_, types)| *types);
    for one in types {
        let name = ObjectName::unqualified(extension.renamed(one));
        if !work.permanent().schema().types.contains_key(&name) {
            drop_type(work, &name, true, span)?;
        }
    }
    Ok(())
}
