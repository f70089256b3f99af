//! Where a schema has expressions.

use dbmig_build::schema::{Expression, Index, IndexColumn, IndexKey, Name, ObjectName, Schema, UserTypeKind};

use super::Role;

/// An expression's place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The table or type.
    pub(super) owner: ObjectName,
    /// What it is there.
    pub(super) kind: Kind,
    /// Which of the kind.
    number: usize,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A column's default.
    Default(Name),
    /// What a column is computed from.
    Generated(Name),
    /// A table's check.
    Check,
    /// What an index or constraint sorts by.
    Key,
    /// Which rows an index or constraint has.
    Predicate,
    /// A domain's default.
    DomainDefault,
    /// A domain's check.
    DomainCheck,
}

/// Does something to every expression of tables and domains.
pub(super) fn each(schema: &mut Schema, work: &mut impl FnMut(Place, &mut Expression)) {
    for table in schema.tables.values_mut() {
        let owner = &table.name;
        let mut numbers = 0..;
        let mut place = |kind| Place { owner: owner.clone(), kind, number: numbers.next().unwrap_or_default() };
        for column in &mut table.columns {
            if let Some(default) = &mut column.default {
                work(place(Kind::Default(column.name.clone())), default);
            }
            if let Some(generated) = &mut column.generated {
                work(place(Kind::Generated(column.name.clone())), &mut generated.expression);
            }
        }
        table.checks.iter_mut().for_each(|check| work(place(Kind::Check), &mut check.expression));
        for exclusion in &mut table.exclusions {
            keys(exclusion.elements.iter_mut().map(|(column, _)| column), |one| work(place(Kind::Key), one));
            exclusion.predicate.iter_mut().for_each(|one| work(place(Kind::Predicate), one));
        }
        keys(table.uniques.iter_mut().flat_map(|one| &mut one.columns), |one| work(place(Kind::Key), one));
        indexes(&mut table.indexes, &mut |kind, one| work(place(kind), one));
    }
    for view in schema.views.values_mut() {
        let mut numbers = 0..;
        let mut place = |kind| Place { owner: view.name.clone(), kind, number: numbers.next().unwrap_or_default() };
        indexes(&mut view.indexes, &mut |kind, one| work(place(kind), one));
    }
    for one in schema.types.values_mut() {
        let UserTypeKind::Domain(domain) = &mut one.kind else { continue };
        let place = |kind, number| Place { owner: one.name.clone(), kind, number };
        domain.default.iter_mut().for_each(|default| work(place(Kind::DomainDefault, 0), default));
        for (number, check) in domain.checks.iter_mut().enumerate() {
            work(place(Kind::DomainCheck, number), &mut check.expression);
        }
    }
}

fn indexes(indexes: &mut [Index], work: &mut impl FnMut(Kind, &mut Expression)) {
    for index in indexes {
        keys(index.columns.iter_mut(), |one| work(Kind::Key, one));
        index.predicate.iter_mut().for_each(|one| work(Kind::Predicate, one));
    }
}

fn keys<'a>(columns: impl Iterator<Item = &'a mut IndexColumn>, mut work: impl FnMut(&mut Expression)) {
    for column in columns {
        if let IndexKey::Expression(expression) = &mut column.key {
            work(expression);
        }
    }
}

/// What a server is to be told of a place.
pub(super) fn role(schema: &Schema, place: &Place) -> Option<Role> {
    let column = |name: &Name| schema.tables.get(&place.owner)?.column(name).map(|one| one.column_type.clone());
    let base = || match &schema.types.get(&place.owner)?.kind {
        UserTypeKind::Domain(domain) => Some(domain.base.clone()),
        _ => None,
    };
    match &place.kind {
        Kind::Default(name) => column(name).map(Role::Default),
        Kind::Generated(name) => column(name).map(Role::Generated),
        Kind::Check => Some(Role::Check),
        Kind::Key => Some(Role::Key),
        Kind::Predicate => Some(Role::Predicate),
        Kind::DomainDefault => base().map(Role::DomainDefault),
        Kind::DomainCheck => base().map(Role::DomainCheck),
    }
}
