//! Types and domains. Source: <https://www.postgresql.org/docs/current/sql-createtype.html>.

use super::cascade;
use super::column::default;
use super::column_type::column_type;
use super::constraint::constraint;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::postgres::{
    AlterDomain, AlterType, Attribute, Constraint, CreateDomain, CreateType, DomainAction, Label, Position, Statement,
    TypeAction, TypeKind,
};

/// `name …`; CREATE TYPE has been read.
pub(super) fn create_type(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let name = cursor.subject("the type's name")?;
    let start = cursor.position();
    let kind = if cursor.eat(&["as", "enum"]) {
        let labels = if cursor.eat(&["(", ")"]) { Vec::new() } else { cursor.list(label)? };
        TypeKind::Enum(labels)
    } else if cursor.eat(&["as", "range"]) {
        range(cursor)?
    } else if cursor.eat(&["as"]) {
        let attributes = if cursor.eat(&["(", ")"]) { Vec::new() } else { cursor.list(attribute)? };
        TypeKind::Composite(attributes)
    } else if cursor.is(0, "(") {
        super::constraint::skip_group(cursor)?;
        TypeKind::Base(cursor.since(start).text().to_owned())
    } else if cursor.is_done() {
        TypeKind::Shell
    } else {
        return Err(cursor.expected("`AS` or `(`"));
    };
    cursor.end()?;
    Ok(Statement::CreateType(CreateType { name, kind }))
}

fn label(cursor: &mut Cursor<'_>) -> Result<Label, Fault> {
    let span = cursor.here();
    Ok(Label { text: cursor.string("a label in single quotes")?, span })
}

fn attribute(cursor: &mut Cursor<'_>) -> Result<Attribute, Fault> {
    let name = cursor.name("an attribute's name")?;
    let column_type = column_type(cursor)?;
    let collation = if cursor.eat(&["collate"]) { super::column::collation(cursor)? } else { None };
    Ok(Attribute { name, column_type, collation })
}

fn range(cursor: &mut Cursor<'_>) -> Result<TypeKind, Fault> {
    let start = cursor.position();
    let mut subtype = None;
    cursor.list(|cursor| {
        let is_subtype = cursor.is(0, "subtype");
        cursor.label("an option")?;
        cursor.expect("=")?;
        if is_subtype {
            subtype = Some(column_type(cursor)?);
        } else {
            let length = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
            cursor.skip(length);
        }
        Ok(())
    })?;
    let written = cursor.since(start);
    let text = written.text();
    let options = text.get(1..text.len().saturating_sub(1)).unwrap_or_default().trim().to_owned();
    match subtype {
        Some(subtype) => Ok(TypeKind::Range { subtype, options }),
        None => Err(("a range type needs `SUBTYPE = …`".to_owned(), written)),
    }
}

/// `name action, …`; ALTER TYPE has been read.
pub(super) fn alter_type(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let name = cursor.subject("the type's name")?;
    let mut actions = vec![type_action(cursor)?];
    while cursor.eat(&[","]) {
        actions.push(type_action(cursor)?);
    }
    cursor.end()?;
    Ok(Statement::AlterType(AlterType { name, actions }))
}

fn type_action(cursor: &mut Cursor<'_>) -> Result<TypeAction, Fault> {
    Ok(if cursor.eat(&["add", "value"]) {
        let if_not_exists = cursor.eat(&["if", "not", "exists"]);
        let label = label(cursor)?;
        let position = match cursor.eat_one(&["before", "after"]) {
            Some("before") => Some(Position::Before(self::label(cursor)?)),
            Some(_) => Some(Position::After(self::label(cursor)?)),
            None => None,
        };
        TypeAction::AddValue { label, if_not_exists, position }
    } else if cursor.eat(&["rename", "value"]) {
        let from = label(cursor)?;
        cursor.expect("to")?;
        TypeAction::RenameValue { from, to: label(cursor)? }
    } else if cursor.eat(&["rename", "to"]) {
        TypeAction::RenameTo(cursor.name("the new name")?)
    } else if cursor.eat(&["set", "schema"]) {
        TypeAction::SetSchema(cursor.name("the schema's name")?)
    } else if cursor.eat(&["rename", "attribute"]) {
        let from = cursor.name("the attribute's name")?;
        cursor.expect("to")?;
        let to = cursor.name("the new name")?;
        cascade(cursor);
        TypeAction::RenameAttribute { from, to }
    } else if cursor.eat(&["add", "attribute"]) {
        let attribute = attribute(cursor)?;
        cascade(cursor);
        TypeAction::AddAttribute(attribute)
    } else if cursor.eat(&["drop", "attribute"]) {
        let if_exists = cursor.eat(&["if", "exists"]);
        let name = cursor.name("the attribute's name")?;
        cascade(cursor);
        TypeAction::DropAttribute { name, if_exists }
    } else if cursor.eat(&["alter", "attribute"]) {
        let name = cursor.name("the attribute's name")?;
        cursor.eat(&["set", "data"]);
        cursor.expect("type")?;
        let column_type = column_type(cursor)?;
        let collation = if cursor.eat(&["collate"]) { super::column::collation(cursor)? } else { None };
        cascade(cursor);
        TypeAction::AlterAttribute(Attribute { name, column_type, collation })
    } else if cursor.eat(&["owner", "to"]) || (cursor.is(0, "set") && cursor.is(1, "(")) {
        let length = cursor.until(|_, _| false);
        cursor.skip(length);
        TypeAction::NoEffect
    } else {
        return Err(cursor.expected("an action, such as `ADD VALUE` or `RENAME TO`"));
    })
}

/// `name [AS] type …`; CREATE DOMAIN has been read.
pub(super) fn create_domain(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let name = cursor.subject("the domain's name")?;
    cursor.eat(&["as"]);
    let base = column_type(cursor)?;
    let (collation, default, checks) = (None, None, Vec::new());
    let mut domain = CreateDomain { name, base, collation, not_null: false, default, checks };
    while !cursor.is_done() {
        if cursor.eat(&["collate"]) {
            domain.collation = super::column::collation(cursor)?;
        } else if cursor.eat(&["default"]) {
            domain.default = Some(self::default(cursor)?);
        } else {
            match domain_constraint(cursor)? {
                DomainConstraint::NotNull => domain.not_null = true,
                DomainConstraint::Null => domain.not_null = false,
                DomainConstraint::Check(check) => domain.checks.push(*check),
            }
        }
    }
    Ok(Statement::CreateDomain(domain))
}

enum DomainConstraint {
    NotNull,
    Null,
    Check(Box<Constraint>),
}

/// `[CONSTRAINT name] NOT NULL|NULL|CHECK (…)`
fn domain_constraint(cursor: &mut Cursor<'_>) -> Result<DomainConstraint, Fault> {
    let named = if cursor.is(0, "constraint") { 2 } else { 0 };
    let not_null = cursor.is(named, "not") && cursor.is(named + 1, "null");
    if not_null || cursor.is(named, "null") {
        cursor.skip(named + if not_null { 2 } else { 1 });
        return Ok(if not_null { DomainConstraint::NotNull } else { DomainConstraint::Null });
    }
    if !cursor.is(named, "check") {
        return Err(cursor.expected("`CHECK` or `NOT NULL`"));
    }
    Ok(DomainConstraint::Check(Box::new(constraint(cursor)?)))
}

/// `name action`; ALTER DOMAIN has been read.
pub(super) fn alter_domain(cursor: &mut Cursor<'_>) -> Result<Statement, Fault> {
    let name = cursor.subject("the domain's name")?;
    let action = domain_action(cursor)?;
    cursor.end()?;
    Ok(Statement::AlterDomain(AlterDomain { name, action }))
}

fn domain_action(cursor: &mut Cursor<'_>) -> Result<DomainAction, Fault> {
    Ok(if cursor.eat(&["set", "default"]) {
        DomainAction::SetDefault(default(cursor)?)
    } else if cursor.eat(&["drop", "default"]) {
        DomainAction::DropDefault
    } else if cursor.eat(&["set", "not", "null"]) {
        DomainAction::SetNotNull
    } else if cursor.eat(&["drop", "not", "null"]) {
        DomainAction::DropNotNull
    } else if cursor.eat(&["add"]) {
        match domain_constraint(cursor)? {
            DomainConstraint::NotNull => DomainAction::SetNotNull,
            DomainConstraint::Null => DomainAction::NoEffect,
            DomainConstraint::Check(check) => DomainAction::AddConstraint(check),
        }
    } else if cursor.eat(&["drop", "constraint"]) {
        let if_exists = cursor.eat(&["if", "exists"]);
        let name = cursor.label("the constraint's name")?;
        cascade(cursor);
        DomainAction::DropConstraint { name, if_exists }
    } else if cursor.eat(&["rename", "constraint"]) {
        let from = cursor.label("the constraint's name")?;
        cursor.expect("to")?;
        DomainAction::RenameConstraint { from, to: cursor.label("the new name")? }
    } else if cursor.eat(&["validate", "constraint"]) {
        DomainAction::ValidateConstraint(cursor.label("the constraint's name")?)
    } else if cursor.eat(&["rename", "to"]) {
        DomainAction::RenameTo(cursor.name("the new name")?)
    } else if cursor.eat(&["set", "schema"]) {
        DomainAction::SetSchema(cursor.name("the schema's name")?)
    } else if cursor.eat(&["owner", "to"]) {
        let length = cursor.until(|_, _| false);
        cursor.skip(length);
        DomainAction::NoEffect
    } else {
        return Err(cursor.expected("an action, such as `SET NOT NULL` or `ADD CONSTRAINT`"));
    })
}
