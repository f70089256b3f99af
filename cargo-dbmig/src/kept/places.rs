//! Where a schema has expressions.

use std::collections::BTreeSet;

use dbmig_build::schema::{
    Exclusion, Expression, Index, IndexColumn, IndexKey, Name, ObjectName, Schema, Unique, UserTypeKind,
};

use super::Role;

/// An expression's place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The table or type.
    pub(super) owner: ObjectName,
    /// What it is there.
    pub(super) kind: Kind,
    /// The constraint or index that it is part of, where the other schema has one of that name, too.
    label: Option<Name>,
    /// Which of the kind.
    number: usize,
}

impl Place {
    /// What stands for any of its kind, among which its like in the other schema is.
    pub(super) fn any(&self) -> Place {
        Place { number: 0, ..self.clone() }
    }
}

/// By owner, the constraints and indexes that two schemas have.
pub(super) type Labels = BTreeSet<(ObjectName, Kind, Name)>;

/// The names of a schema's constraints and indexes that have expressions.
pub(super) fn labels(schema: &mut Schema) -> Labels {
    let mut labels = Labels::new();
    each_labelled(schema, &mut |place, _| {
        labels.extend(place.label.map(|label| (place.owner, place.kind, label)));
    });
    labels
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

/// Does something to every expression of tables and domains; `labels` are those that the other schema has, too.
pub(super) fn each(schema: &mut Schema, labels: &Labels, work: &mut impl FnMut(Place, &mut Expression)) {
    each_labelled(schema, &mut |Place { owner, kind, label, number }, expression| {
        let label = label.filter(|label| labels.contains(&(owner.clone(), kind.clone(), label.clone())));
        work(Place { owner, kind, label, number }, expression);
    });
}

fn each_labelled(schema: &mut Schema, work: &mut impl FnMut(Place, &mut Expression)) {
    for table in schema.tables.values_mut() {
        let owner = &table.name;
        let mut numbers = 0..;
        let mut labelled = |kind, label: &Option<Name>| Place {
            owner: owner.clone(),
            kind,
            label: label.clone(),
            number: numbers.next().unwrap_or_default(),
        };
        let mut place = |kind| labelled(kind, &None);
        for column in &mut table.columns {
            if let Some(default) = &mut column.default {
                work(place(Kind::Default(column.name.clone())), default);
            }
            if let Some(generated) = &mut column.generated {
                work(place(Kind::Generated(column.name.clone())), &mut generated.expression);
            }
        }
        table.checks.iter_mut().for_each(|check| work(labelled(Kind::Check, &check.name), &mut check.expression));
        for Exclusion { name, elements, predicate, .. } in &mut table.exclusions {
            keys(elements.iter_mut().map(|(column, _)| column), |one| work(labelled(Kind::Key, name), one));
            predicate.iter_mut().for_each(|one| work(labelled(Kind::Predicate, name), one));
        }
        for Unique { name, columns, .. } in &mut table.uniques {
            keys(columns.iter_mut(), |one| work(labelled(Kind::Key, name), one));
        }
        indexes(&mut table.indexes, &mut |kind, name, one| work(labelled(kind, name), one));
    }
    for view in schema.views.values_mut() {
        let mut numbers = 0..;
        let mut place = |kind, label: &Option<Name>| Place {
            owner: view.name.clone(),
            kind,
            label: label.clone(),
            number: numbers.next().unwrap_or_default(),
        };
        indexes(&mut view.indexes, &mut |kind, name, one| work(place(kind, name), one));
    }
    for one in schema.types.values_mut() {
        let UserTypeKind::Domain(domain) = &mut one.kind else { continue };
        let place = |kind, number| Place { owner: one.name.clone(), kind, label: None, number };
        domain.default.iter_mut().for_each(|default| work(place(Kind::DomainDefault, 0), default));
        for (number, check) in domain.checks.iter_mut().enumerate() {
            work(place(Kind::DomainCheck, number), &mut check.expression);
        }
    }
}

fn indexes(indexes: &mut [Index], work: &mut impl FnMut(Kind, &Option<Name>, &mut Expression)) {
    for index in indexes {
        let name = Some(index.name.clone());
        keys(index.columns.iter_mut(), |one| work(Kind::Key, &name, one));
        index.predicate.iter_mut().for_each(|one| work(Kind::Predicate, &name, one));
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
