//! Schemas, the search path, comments.

use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Change, ObjectName, UserTypeKind};
use crate::sql::syntax::Ident;
use crate::sql::syntax::postgres::{Comment, CommentTarget, CreateSchema, RelationKind, SearchPath};

use super::resolve::{Relation, is_ledger, schema_name};
use super::work::Work;
use super::{rename, types};

pub(super) fn create_schema(work: &mut Work<'_>, create: &CreateSchema) -> Result<(), Conflict> {
    let schema = schema_name(&create.name.name);
    if !work.has_schema(schema.as_ref()) {
        work.change(Change::CreateNamespace(create.name.name.clone()))?;
    } else if schema.is_some() && !create.if_not_exists {
        // `public` is there from the start, and scripts that drop it make it again.
        let error = ApplyError::NamespaceExists(create.name.name.clone());
        return Err(Conflict::at(&create.name.span, error));
    }
    if create.elements.is_empty() {
        return Ok(());
    }
    let outer = work.session_mut().search_path.replace(vec![create.name.name.clone()]);
    let done = create.elements.iter().try_for_each(|element| super::statement(work, element));
    work.session_mut().search_path = outer;
    done
}

pub(super) fn rename_schema(work: &mut Work<'_>, from: &Ident, to: &Ident) -> Result<(), Conflict> {
    if !work.permanent().schema().namespaces.contains(&from.name) {
        return Err(Conflict::at(&from.span, ApplyError::NoNamespace(from.name.clone())));
    }
    if work.has_schema(schema_name(&to.name).as_ref()) {
        return Err(Conflict::at(&to.span, ApplyError::NamespaceExists(to.name.clone())));
    }
    work.change(Change::CreateNamespace(to.name.clone()))?;
    let schema = work.permanent().schema();
    let is_in = |name: &&ObjectName| name.schema.as_ref() == Some(&from.name);
    let tables = schema.tables.keys().filter(is_in).map(|name| (name.clone(), Relation::Table));
    let views = schema.views.keys().filter(is_in).map(|name| (name.clone(), Relation::View));
    let sequences = schema.sequences.keys().filter(is_in).map(|name| (name.clone(), Relation::Sequence));
    let types = schema.types.keys().filter(is_in).map(|name| (name.clone(), Relation::Composite));
    let moves: Vec<(ObjectName, Relation)> = tables.chain(views).chain(sequences).chain(types).collect();
    for (name, relation) in moves {
        let moved = ObjectName { schema: Some(to.name.clone()), name: name.name.clone() };
        rename::move_to(work, &name, &relation, &moved)?;
    }
    work.change(Change::DropNamespace(from.name.clone()))?;
    if let Some(path) = &mut work.session_mut().search_path {
        path.retain(|name| *name != from.name);
    }
    Ok(())
}

pub(super) fn search_path(work: &mut Work<'_>, set: &SearchPath) {
    let schemas = set.schemas.as_ref().map(|idents| idents.iter().map(|ident| ident.name.clone()).collect());
    let session = work.session_mut();
    if set.local && session.outer_path.is_none() {
        session.outer_path = Some(session.search_path.clone());
    } else if !set.local {
        session.outer_path = None;
    }
    session.search_path = schemas;
}

pub(super) fn comment(work: &mut Work<'_>, comment: &Comment) -> Result<(), Conflict> {
    let text = comment.text.clone().filter(|text| !text.is_empty());
    match &comment.target {
        CommentTarget::Relation(RelationKind::Table, ident) | CommentTarget::Column(ident, _) if is_ledger(ident) => {
            Ok(())
        }
        CommentTarget::Relation(RelationKind::Table, ident) => {
            let table = work.find_table(ident)?;
            let from = work.table(&table)?.comment.clone();
            if from != text {
                work.change(Change::CommentTable { table, from, to: text })?;
            }
            Ok(())
        }
        CommentTarget::Column(ident, column) => match work.find(ident) {
            Some((name, Relation::Table)) => work
                .alter_column(&name, &column.name, |own| own.comment = text)
                .map_err(|error| Conflict::at(&column.span, error)),
            Some(_) => Ok(()),
            None => Err(Conflict::at(&ident.span, ApplyError::NoTable(work.unresolved(ident)))),
        },
        CommentTarget::Type(ident) => {
            // A type that nobody made may be an extension's.
            let Ok(name) = types::existing(work, ident) else { return Ok(()) };
            let Some(from) = work.catalog(&name).schema().types.get(&name).cloned() else { return Ok(()) };
            let mut to = from.clone();
            to.comment = text;
            if from != to && !matches!(to.kind, UserTypeKind::Other(_)) {
                work.change(Change::AlterType { from: Box::new(from), to: Box::new(to) })?;
            }
            Ok(())
        }
        CommentTarget::Relation(_, ident) => match work.find(ident) {
            Some(_) => Ok(()),
            None => {
                let noun = "the relation that the comment is about doesn't exist";
                Err(Conflict::refused(&ident.span, noun))
            }
        },
        CommentTarget::Other => Ok(()),
    }
}
