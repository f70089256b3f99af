//! What casts something to a type that goes: PostgreSQL keeps expressions by what they mean, so they go with it.

use crate::replay::conflict::Conflict;
use crate::schema::{
    Change, Check, Constraint, Expression, IndexColumn, IndexKey, Name, ObjectName, Table, UserTypeKind, casts_to,
};
use crate::source::Span;

use super::{in_use, relation, types};
use crate::replay::postgres::work::Work;

/// Something with an expression.
enum User {
    Default(ObjectName, Name),
    Generated(ObjectName, Name),
    Constraint(ObjectName, Constraint),
    Index(ObjectName, Name),
    /// A domain, by its default.
    Domain(ObjectName),
    DomainCheck(ObjectName, Check),
}

impl User {
    fn describe(&self) -> String {
        match self {
            User::Default(table, column) => format!("the default of column `{table}.{column}`"),
            User::Generated(table, column) => format!("the generated column `{table}.{column}`"),
            User::Constraint(table, constraint) => format!("{} of table `{table}`", constraint.describe()),
            User::Index(_, index) => format!("index `{index}`"),
            User::Domain(name) => format!("the default of domain `{name}`"),
            User::DomainCheck(name, _) => format!("a check of domain `{name}`"),
        }
    }
}

/// Takes what casts to a type out of its way.
pub(super) fn drop_users(work: &mut Work<'_>, name: &ObjectName, cascade: bool, span: &Span) -> Result<(), Conflict> {
    let users = users(work, name);
    if let Some(first) = users.first().filter(|_| !cascade) {
        return Err(in_use(span, &format!("type `{name}`"), &first.describe()));
    }
    for user in users {
        match user {
            User::Default(table, column) => work.alter_column(&table, &column, |one| one.default = None)?,
            // One may have gone with another.
            User::Generated(table, column) if work.table(&table)?.column(&column).is_none() => {}
            User::Generated(table, column) => types::drop_used_column(work, &table, &column, span)?,
            User::Constraint(table, constraint) => {
                let name = constraint.name();
                if work.table(&table)?.constraints().any(|one| one.name() == name) {
                    work.change(Change::DropConstraint { table, constraint })?;
                }
            }
            User::Index(table, name) => {
                if let Some(index) = work.table(&table)?.index(&name).cloned() {
                    work.change(Change::DropIndex { table, index: Box::new(index) })?;
                }
            }
            User::Domain(name) => types::drop_type(work, &name, true, span)?,
            User::DomainCheck(name, check) => {
                let Some(from) = work.catalog(&name).schema().types.get(&name).cloned() else { continue };
                let mut to = from.clone();
                if let UserTypeKind::Domain(domain) = &mut to.kind {
                    domain.checks.retain(|one| *one != check);
                }
                work.change(Change::AlterType { from: Box::new(from), to: Box::new(to) })?;
            }
        }
    }
    // What a view's text doesn't tell for sure is in nobody's way.
    let views = work.catalog(name).schema().views.values().filter(|view| cascade && casts_to(&view.sql, name));
    let views: Vec<ObjectName> = views.map(|view| view.name.clone()).collect();
    Ok(views.iter().try_for_each(|view| relation::view(work, view, true))?)
}

fn users(work: &Work<'_>, name: &ObjectName) -> Vec<User> {
    let schema = work.catalog(name).schema();
    let mut users = Vec::new();
    let is_domain = schema.types.get(name).is_some_and(|one| matches!(one.kind, UserTypeKind::Domain(_)));
    for table in schema.tables.values() {
        of_table(table, name, is_domain, &mut users);
    }
    for one in schema.types.values().filter(|one| one.name != *name) {
        let UserTypeKind::Domain(domain) = &one.kind else { continue };
        if domain.default.as_ref().is_some_and(|default| default.casts_to(name)) {
            users.push(User::Domain(one.name.clone()));
            continue;
        }
        let checks = domain.checks.iter().filter(|check| check.expression.casts_to(name));
        users.extend(checks.map(|check| User::DomainCheck(one.name.clone(), check.clone())));
    }
    users
}

fn of_table(table: &Table, name: &ObjectName, is_domain: bool, users: &mut Vec<User>) {
    let casts = |expression: &Expression| expression.casts_to(name);
    let key_casts = |column: &IndexColumn| matches!(&column.key, IndexKey::Expression(one) if casts(one));
    for column in &table.columns {
        let place = || (table.name.clone(), column.name.clone());
        // The value of a default that was given to a column of the type stays one. That it was a domain's isn't kept.
        let is_older = table
            .retyped
            .0
            .iter()
            .any(|one| one.is_of_default && one.column == column.name && one.from.names(name) && !is_domain);
        if column.generated.as_ref().is_some_and(|one| casts(&one.expression)) {
            let (table, column) = place();
            users.push(User::Generated(table, column));
        } else if column.default.as_ref().is_some_and(|default| is_older || casts(default)) {
            let (table, column) = place();
            users.push(User::Default(table, column));
        }
    }
    let goes = |constraint: &Constraint| match constraint {
        Constraint::Check(check) => casts(&check.expression),
        Constraint::Exclusion(one) => {
            one.elements.iter().any(|(column, _)| key_casts(column)) || one.predicate.as_ref().is_some_and(casts)
        }
        _ => false,
    };
    users.extend(table.constraints().filter(goes).map(|one| User::Constraint(table.name.clone(), one)));
    let goes = table
        .indexes
        .iter()
        .filter(|index| index.columns.iter().any(key_casts) || index.predicate.as_ref().is_some_and(casts));
    users.extend(goes.map(|index| User::Index(table.name.clone(), index.name.clone())));
}
