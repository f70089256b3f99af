//! Types: enums, composite types, ranges.

use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Attribute, Change, ObjectName, UserType, UserTypeKind};
use crate::source::Span;
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::{
    AlterType, Attribute as AttributeSyntax, CreateType, Label, Position, TypeAction, TypeKind,
};

use super::resolve::schema_name;
use super::work::Work;

pub(super) fn create_type(work: &mut Work<'_>, create: &CreateType) -> Result<(), Conflict> {
    let name = work.new_name(&create.name, false)?;
    let kind = match &create.kind {
        TypeKind::Enum(labels) => {
            for (at, label) in labels.iter().enumerate() {
                if let Some(first) = labels[..at].iter().find(|earlier| earlier.text == label.text) {
                    let message = format!("type `{name}` has two labels '{}'", label.text);
                    return Err(Conflict::second(&label.span, &first.span, message));
                }
            }
            UserTypeKind::Enum(labels.iter().map(|label| label.text.clone()).collect())
        }
        TypeKind::Composite(attributes) => {
            let attributes: Result<Vec<_>, _> = attributes.iter().map(|one| attribute(work, one)).collect();
            UserTypeKind::Composite(attributes?)
        }
        TypeKind::Range { subtype, options } => UserTypeKind::Range(work.column_type(subtype)?, options.clone()),
        TypeKind::Base(text) => UserTypeKind::Other(text.clone()),
        TypeKind::Shell => UserTypeKind::Other(String::new()),
    };
    let one = UserType { name, kind, comment: None };
    let shell = work.catalog(&one.name).schema().types.get(&one.name);
    if let Some(from) = shell.filter(|shell| shell.kind == UserTypeKind::Other(String::new())).cloned() {
        return Ok(work.change(Change::AlterType { from: Box::new(from), to: Box::new(one) })?);
    }
    free_type(work, &one.name, &create.name.span)?;
    work.change(Change::CreateType(Box::new(one)))?;
    Ok(())
}

/// Tables and views make types of their names too.
pub(super) fn free_type(work: &Work<'_>, name: &ObjectName, span: &Span) -> Result<(), Conflict> {
    let schema = work.catalog(name).schema();
    if schema.types.contains_key(name) {
        return Err(Conflict::at(span, ApplyError::TypeExists(name.clone())));
    }
    if schema.tables.contains_key(name) || schema.views.contains_key(name) {
        return Err(Conflict::at(span, ApplyError::Exists(name.clone())));
    }
    Ok(())
}

fn attribute(work: &Work<'_>, syntax: &AttributeSyntax) -> Result<Attribute, Conflict> {
    Ok(Attribute {
        name: syntax.name.name.clone(),
        column_type: work.column_type(&syntax.column_type)?,
        collation: syntax.collation.as_ref().map(|one| one.name.clone()),
    })
}

pub(super) fn alter_type(work: &mut Work<'_>, alter: &AlterType) -> Result<(), Conflict> {
    let mut name = existing(work, &alter.name)?;
    for action in &alter.actions {
        match action {
            TypeAction::RenameTo(to) => {
                let renamed = ObjectName { schema: name.schema.clone(), name: to.name.clone() };
                name = moved(work, name, renamed, &to.span)?;
            }
            TypeAction::SetSchema(to) => {
                let schema = schema_name(&to.name);
                if !work.has_schema(schema.as_ref()) {
                    return Err(Conflict::at(&to.span, ApplyError::NoNamespace(to.name.clone())));
                }
                let renamed = ObjectName { schema, name: name.name.clone() };
                name = moved(work, name, renamed, &to.span)?;
            }
            TypeAction::AddValue { label, if_not_exists, position } => {
                add_value(work, &name, label, *if_not_exists, position.as_ref())?;
            }
            TypeAction::RenameValue { from, to } => {
                let labels = labels(work, &name, &alter.name.span)?;
                if !labels.contains(&from.text) {
                    return Err(Conflict::at(&from.span, ApplyError::NoEnumValue(name, from.text.clone())));
                }
                let (name, from, text) = (name.clone(), from.text.clone(), to.text.clone());
                let renamed = work.change(Change::RenameEnumValue { name, from, to: text });
                renamed.map_err(|error| Conflict::at(&to.span, error))?;
            }
            TypeAction::RenameAttribute { .. }
            | TypeAction::AddAttribute(_)
            | TypeAction::DropAttribute { .. }
            | TypeAction::AlterAttribute(_) => alter_attribute(work, &name, action, &alter.name.span)?,
            TypeAction::NoEffect => {}
        }
    }
    Ok(())
}

/// The type that a name means, which has to be one that a migration made.
pub(super) fn existing(work: &Work<'_>, ident: &ObjectIdent) -> Result<ObjectName, Conflict> {
    let mut candidates = work.candidates(ident).into_iter();
    let found = candidates.find(|name| work.catalog(name).schema().types.contains_key(name));
    found.ok_or_else(|| Conflict::at(&ident.span, ApplyError::NoType(work.unresolved(ident))))
}

/// Gives a type another name or schema.
pub(super) fn moved(
    work: &mut Work<'_>,
    from: ObjectName,
    to: ObjectName,
    span: &Span,
) -> Result<ObjectName, Conflict> {
    if from != to {
        free_type(work, &to, span)?;
        work.change(Change::RenameType { from, to: to.clone() })?;
    }
    Ok(to)
}

fn labels(work: &Work<'_>, name: &ObjectName, span: &Span) -> Result<Vec<String>, Conflict> {
    match work.catalog(name).schema().types.get(name).map(|one| &one.kind) {
        Some(UserTypeKind::Enum(labels)) => Ok(labels.clone()),
        _ => Err(Conflict::refused(span, format!("type `{name}` is no enum"))),
    }
}

fn add_value(
    work: &mut Work<'_>,
    name: &ObjectName,
    label: &Label,
    if_not_exists: bool,
    position: Option<&Position>,
) -> Result<(), Conflict> {
    let labels = labels(work, name, &label.span)?;
    if labels.contains(&label.text) {
        let error = ApplyError::EnumValueExists(name.clone(), label.text.clone());
        return if if_not_exists { Ok(()) } else { Err(Conflict::at(&label.span, error)) };
    }
    let place = |neighbour: &Label| {
        let missing = || ApplyError::NoEnumValue(name.clone(), neighbour.text.clone());
        let found = labels.iter().position(|one| *one == neighbour.text).ok_or_else(missing);
        found.map_err(|error| Conflict::at(&neighbour.span, error))
    };
    let position = match position {
        None => labels.len(),
        Some(Position::Before(neighbour)) => place(neighbour)?,
        Some(Position::After(neighbour)) => place(neighbour)? + 1,
    };
    work.change(Change::AddEnumValue { name: name.clone(), value: label.text.clone(), position })?;
    Ok(())
}

fn alter_attribute(work: &mut Work<'_>, name: &ObjectName, action: &TypeAction, span: &Span) -> Result<(), Conflict> {
    let Some(from) = work.catalog(name).schema().types.get(name).cloned() else { return Ok(()) };
    let mut to = from.clone();
    let UserTypeKind::Composite(attributes) = &mut to.kind else {
        return Err(Conflict::refused(span, format!("type `{name}` has no attributes")));
    };
    let missing = |ident: &crate::sql::syntax::Ident| {
        Conflict::refused(&ident.span, format!("type `{name}` has no attribute `{}`", ident.name))
    };
    match action {
        TypeAction::AddAttribute(syntax) => {
            if attributes.iter().any(|one| one.name == syntax.name.name) {
                let message = format!("type `{name}` has an attribute `{}` already", syntax.name.name);
                return Err(Conflict::refused(&syntax.name.span, message));
            }
            attributes.push(attribute(work, syntax)?);
        }
        TypeAction::RenameAttribute { from, to } => {
            let found = attributes.iter_mut().find(|one| one.name == from.name);
            found.ok_or_else(|| missing(from))?.name = to.name.clone();
        }
        TypeAction::DropAttribute { name: gone, if_exists } => {
            let before = attributes.len();
            attributes.retain(|one| one.name != gone.name);
            if attributes.len() == before && !if_exists {
                return Err(missing(gone));
            }
        }
        TypeAction::AlterAttribute(syntax) => {
            let found = attributes.iter_mut().find(|one| one.name == syntax.name.name);
            *found.ok_or_else(|| missing(&syntax.name))? = attribute(work, syntax)?;
        }
        _ => {}
    }
    if from != to {
        work.change(Change::AlterType { from: Box::new(from), to: Box::new(to) })?;
    }
    Ok(())
}
