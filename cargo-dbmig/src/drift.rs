//! Drift: how a database differs from what the chain makes at the database's own revisions, object by object, in words.
//!
//! Here and not in `diff`, because nobody is to be given SQL: a person decides whether the database or the chain is
//! right.

mod column;
mod constraint;
mod normal;
mod partition;
mod toast;
mod wording;

use std::collections::BTreeSet;
use std::fmt::Display;

use dbmig::Backend;
use dbmig_build::schema::{ObjectName, Objects, Schema, Sequence, Table, UserType, UserTypeKind};

pub use normal::{Expressions, alike, comparable};
pub use wording::in_words_of;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Each difference in a line: `table users: column email: varchar(80) in the chain, varchar(120) in the database`.
    pub differences: Vec<String>,
    /// What is in the database and in no revision: `table spatial_ref_sys`.
    pub foreign: Vec<String>,
}

/// The tables of a chain that needn't be among those of the database's revisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Those that some revision of the chain makes: in the database, one that isn't due yet is drift. Any other table
    /// is somebody else's.
    pub made: BTreeSet<ObjectName>,
    /// Those that one of the database's revisions made, and a later one dropped or renamed.
    pub dropped: BTreeSet<ObjectName>,
}

/// Compares what the chain makes with a database.
pub fn drift(chain: &Schema, live: &Schema, known: &Known, backend: Backend, expressions: Expressions) -> Drift {
    let (chain, live) = comparable(chain, live, backend, expressions);
    let mut drift = Drift::default();
    for (name, table) in &chain.tables {
        match live.tables.get(name) {
            Some(other) => drift.table(table, other),
            None => drift.missing(format_args!("table {name}")),
        }
    }
    for name in live.tables.keys().filter(|name| !chain.tables.contains_key(name)) {
        if known.dropped.contains(name) {
            drift.differences.push(format!("table {name}: dropped by the chain, still in the database"));
        } else if known.made.contains(name) {
            drift.extra(format_args!("table {name}"));
        } else {
            drift.foreign.push(format!("table {name}"));
        }
    }
    drift.views(&chain, &live);
    drift.types(&chain.types, &live.types);
    let is_foreign =
        |sequence: &Sequence| sequence.owner.as_ref().is_some_and(|(table, _)| !chain.tables.contains_key(table));
    drift.sequences(&chain.sequences, &live.sequences, is_foreign);
    for name in chain.namespaces.difference(&live.namespaces) {
        drift.missing(format_args!("schema {name}"));
    }
    for name in live.namespaces.difference(&chain.namespaces) {
        drift.foreign.push(format!("schema {name}"));
    }
    drift
}

impl Drift {
    fn missing(&mut self, what: impl Display) {
        self.differences.push(format!("{what}: not in the database"));
    }

    fn extra(&mut self, what: impl Display) {
        self.differences.push(format!("{what}: only in the database"));
    }

    fn differs(&mut self, what: impl Display, chain: impl Display, live: impl Display) {
        self.differences.push(format!("{what}: {chain} in the chain, {live} in the database"));
    }

    fn table(&mut self, chain: &Table, live: &Table) {
        let what = format!("table {}", chain.name);
        for column in &chain.columns {
            match live.column(&column.name) {
                Some(other) => column::compare(self, &what, column, other),
                None => self.missing(format_args!("{what}: column {}", column.name)),
            }
        }
        for column in live.columns.iter().filter(|column| chain.column(&column.name).is_none()) {
            self.extra(format_args!("{what}: column {}", column.name));
        }
        constraint::compare(self, &what, chain, live);
        constraint::compare_indexes(self, &what, &chain.indexes, &live.indexes);
        let names = |table: &Table| table.triggers.iter().map(|one| one.name.clone()).collect::<BTreeSet<_>>();
        for name in names(chain).difference(&names(live)) {
            self.missing(format_args!("{what}: trigger {name}"));
        }
        for name in names(live).difference(&names(chain)) {
            self.extra(format_args!("{what}: trigger {name}"));
        }
        for trigger in &chain.triggers {
            if live.triggers.iter().any(|one| one.name == trigger.name && one.sql != trigger.sql) {
                self.differences.push(format!("{what}: trigger {}: another one in the database", trigger.name));
            }
        }
        for (text, chain, live) in normal::options(&chain.options, &live.options) {
            self.differs(format_args!("{what}: {text}"), chain, live);
        }
        if chain.comment != live.comment {
            self.differs(
                format_args!("{what}: comment"),
                stated(chain.comment.as_ref()),
                stated(live.comment.as_ref()),
            );
        }
    }

    fn views(&mut self, chain: &Schema, live: &Schema) {
        for (name, view) in &chain.views {
            let what = format!("view {name}");
            match live.views.get(name) {
                None => self.missing(what),
                Some(other) if other.materialized != view.materialized => {
                    let kind = |materialized| if materialized { "materialized" } else { "not materialized" };
                    self.differs(what, kind(view.materialized), kind(other.materialized));
                }
                Some(other) if other.sql != view.sql => {
                    self.differences.push(format!("{what}: another query in the database"));
                }
                Some(other) => constraint::compare_indexes(self, &what, &view.indexes, &other.indexes),
            }
        }
        let foreign = live.views.keys().filter(|name| !chain.views.contains_key(name));
        self.foreign.extend(foreign.map(|name| format!("view {name}")));
    }

    fn types(&mut self, chain: &Objects<UserType>, live: &Objects<UserType>) {
        for (name, one) in chain {
            let what = format!("type {name}");
            let Some(other) = live.get(name) else {
                self.missing(what);
                continue;
            };
            if one.kind != other.kind {
                self.differs(&what, kind(&one.kind), kind(&other.kind));
            }
            if one.comment != other.comment {
                self.differs(
                    format_args!("{what}: comment"),
                    stated(one.comment.as_ref()),
                    stated(other.comment.as_ref()),
                );
            }
        }
        let foreign = live.keys().filter(|name| !chain.contains_key(name));
        self.foreign.extend(foreign.map(|name| format!("type {name}")));
    }

    fn sequences(
        &mut self,
        chain: &Objects<Sequence>,
        live: &Objects<Sequence>,
        is_foreign: impl Fn(&Sequence) -> bool,
    ) {
        for (name, one) in chain {
            match live.get(name) {
                None => self.missing(format_args!("sequence {name}")),
                Some(other) if other != one => {
                    self.differs(format_args!("sequence {name}"), sequence(one), sequence(other));
                }
                Some(_) => {}
            }
        }
        // Those of somebody else's tables go without saying.
        let foreign = live.iter().filter(|(name, one)| !chain.contains_key(name) && !is_foreign(one));
        self.foreign.extend(foreign.map(|(name, _)| format!("sequence {name}")));
    }
}

/// A value, or that there is none.
fn stated(value: Option<&impl Display>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("`{value}`"))
}

fn kind(kind: &UserTypeKind) -> String {
    match kind {
        UserTypeKind::Enum(labels) => format!("enum ({})", labels.join(", ")),
        UserTypeKind::Domain(domain) => {
            let null = if domain.nullable { "" } else { " not null" };
            let default = domain.default.as_ref().map_or_else(String::new, |value| format!(" default {value}"));
            let checks = domain.checks.iter().map(|check| format!(" check ({})", check.expression));
            format!("domain over {}{null}{default}{}", domain.base, checks.collect::<String>())
        }
        UserTypeKind::Composite(attributes) => {
            let attributes = attributes.iter().map(|one| format!("{} {}", one.name, one.column_type));
            format!("composite ({})", attributes.collect::<Vec<_>>().join(", "))
        }
        UserTypeKind::Range(subtype, _) => format!("range of {subtype}"),
        _ => "another kind of type".to_owned(),
    }
}

fn sequence(one: &Sequence) -> String {
    let number = |value: Option<i64>| value.map_or_else(|| "as usual".to_owned(), |value| value.to_string());
    let owner = one.owner.as_ref().map_or_else(|| "nobody".to_owned(), |(table, column)| format!("{table}.{column}"));
    format!(
        "{} (start {}, increment {}, minimum {}, maximum {}, cache {}{}, owned by {owner})",
        one.data_type,
        number(one.start),
        one.increment,
        number(one.minimum),
        number(one.maximum),
        one.cache,
        if one.cycle { ", cycle" } else { "" }
    )
}

#[cfg(test)]
mod tests;
