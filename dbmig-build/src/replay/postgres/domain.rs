//! Domains.

use crate::replay::conflict::Conflict;
use crate::schema::automatic::joined;
use crate::schema::{ApplyError, Change, Check, Domain, Name, ObjectName, UserType, UserTypeKind};
use crate::sql::syntax::Ident;
use crate::sql::syntax::postgres::{AlterDomain, Constraint, ConstraintKind, CreateDomain, DomainAction};

use super::resolve::schema_name;
use super::types;
use super::work::Work;

pub(super) fn create_domain(work: &mut Work<'_>, create: &CreateDomain) -> Result<(), Conflict> {
    let name = work.new_name(&create.name, false)?;
    types::free_type(work, &name, &create.name.span)?;
    let mut domain = Domain {
        base: work.column_type(&create.base)?,
        nullable: !create.not_null,
        default: create.default.clone(),
        collation: create.collation.as_ref().map(|one| one.name.clone()),
        checks: Vec::new(),
    };
    for check in &create.checks {
        add_check(&mut domain, &name, check)?;
    }
    let kind = UserTypeKind::Domain(Box::new(domain));
    work.change(Change::CreateType(Box::new(UserType { name, kind, comment: None })))?;
    Ok(())
}

fn add_check(domain: &mut Domain, name: &ObjectName, syntax: &Constraint) -> Result<(), Conflict> {
    let ConstraintKind::Check(expression) = &syntax.kind else { return Ok(()) };
    let own = match &syntax.name {
        Some(own) if domain.checks.iter().any(|check| check.name.as_ref() == Some(&own.name)) => {
            let message = format!("domain `{name}` has a constraint `{}` already", own.name);
            return Err(Conflict::refused(&own.span, message));
        }
        Some(own) => own.name.clone(),
        None => automatic_name(domain, name),
    };
    domain.checks.push(Check { name: Some(own), not_valid: syntax.not_valid, ..Check::new(expression.clone()) });
    Ok(())
}

fn automatic_name(domain: &Domain, name: &ObjectName) -> Name {
    let mut pass = 0_usize;
    loop {
        let label = if pass == 0 { "check".to_owned() } else { format!("check{pass}") };
        let own = name.name.renamed(&joined(name.name.as_str(), None, &label));
        if !domain.checks.iter().any(|check| check.name.as_ref() == Some(&own)) {
            return own;
        }
        pass += 1;
    }
}

pub(super) fn alter_domain(work: &mut Work<'_>, alter: &AlterDomain) -> Result<(), Conflict> {
    let name = types::existing(work, &alter.name)?;
    match &alter.action {
        DomainAction::RenameTo(to) => {
            let renamed = ObjectName { schema: name.schema.clone(), name: to.name.clone() };
            types::moved(work, name, renamed, &to.span)?;
            return Ok(());
        }
        DomainAction::SetSchema(to) => {
            let schema = schema_name(&to.name);
            if !work.has_schema(schema.as_ref()) {
                return Err(Conflict::at(&to.span, ApplyError::NoNamespace(to.name.clone())));
            }
            let renamed = ObjectName { schema, name: name.name.clone() };
            types::moved(work, name, renamed, &to.span)?;
            return Ok(());
        }
        _ => {}
    }
    let Some(from) = work.catalog(&name).schema().types.get(&name).cloned() else { return Ok(()) };
    let mut to = from.clone();
    let UserTypeKind::Domain(domain) = &mut to.kind else {
        return Err(Conflict::refused(&alter.name.span, format!("`{name}` is a type, not a domain")));
    };
    let missing =
        |ident: &Ident| Conflict::refused(&ident.span, format!("domain `{name}` has no constraint `{}`", ident.name));
    let find = |domain: &Domain, ident: &Ident| {
        domain.checks.iter().position(|check| check.name.as_ref() == Some(&ident.name))
    };
    match &alter.action {
        DomainAction::SetDefault(default) => domain.default = Some(default.clone()),
        DomainAction::DropDefault => domain.default = None,
        DomainAction::SetNotNull => domain.nullable = false,
        DomainAction::DropNotNull => domain.nullable = true,
        DomainAction::AddConstraint(constraint) => add_check(domain, &name, constraint)?,
        DomainAction::DropConstraint { name: gone, if_exists } => match find(domain, gone) {
            Some(at) => drop(domain.checks.remove(at)),
            None if *if_exists => {}
            None => return Err(missing(gone)),
        },
        DomainAction::RenameConstraint { from, to } => {
            let at = find(domain, from).ok_or_else(|| missing(from))?;
            domain.checks[at].name = Some(to.name.clone());
        }
        DomainAction::ValidateConstraint(one) => {
            let at = find(domain, one).ok_or_else(|| missing(one))?;
            domain.checks[at].not_valid = false;
        }
        DomainAction::RenameTo(_) | DomainAction::SetSchema(_) | DomainAction::NoEffect => {}
    }
    if from != to {
        work.change(Change::AlterType { from: Box::new(from), to: Box::new(to) })?;
    }
    Ok(())
}
