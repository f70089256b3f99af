//! `--only TABLE`: some of the models' tables, the rest waits.

use std::collections::BTreeSet;

use dbmig_build::models::Models;
use dbmig_build::schema::{ObjectName, Renames, Schema};

use super::named::{is_named, suggest};
use crate::error::{Error, Kind};

/// Which tables take part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All of them.
    All,
    /// These, by their names after.
    Only(BTreeSet<ObjectName>),
}

impl Scope {
    /// Whether a table takes part.
    pub(super) fn has(&self, name: &ObjectName) -> bool {
        match self {
            Scope::All => true,
            Scope::Only(names) => names.contains(name),
        }
    }
}

/// The tables that `--only` names: those of the models, by their new or old names, and those of the chain alone.
///
/// # Errors
///
/// One that names no table.
pub(super) fn scope(named: &[String], models: &Schema, before: &Schema, renames: &Renames) -> Result<Scope, Error> {
    if named.is_empty() {
        return Ok(Scope::All);
    }
    let mut names = BTreeSet::new();
    for text in named {
        let modelled = models.tables.keys().find(|name| is_named(name, text));
        let renamed = || renames.tables.iter().find(|(_, old)| is_named(old, text)).map(|(new, _)| new);
        let found = modelled.or_else(renamed).or_else(|| before.tables.keys().find(|name| is_named(name, text)));
        let missing = || {
            let error = Error::new(Kind::Usage, format!("--only {text}: neither the models nor the chain have it"));
            let error = suggest(error, text, models.tables.keys().chain(before.tables.keys()));
            if error.help.is_empty() { error.help("name tables as the database does: users, app.users") } else { error }
        };
        names.insert(found.ok_or_else(missing)?.clone());
    }
    Ok(Scope::Only(names))
}

/// What the models say of the tables that take part.
///
/// # Errors
///
/// A table that refers to one that is still to be made and waits.
pub(super) fn desired(scope: &Scope, models: &Models, before: &Schema) -> Result<Schema, Error> {
    let mut desired = models.schema.clone();
    if *scope == Scope::All {
        return Ok(desired);
    }
    desired.tables.retain(|name, _| scope.has(name));
    for table in desired.tables.values() {
        let waits = |name: &&ObjectName| {
            !scope.has(name) && !before.tables.contains_key(*name) && models.schema.tables.contains_key(*name)
        };
        if let Some(other) = table.foreign_keys.iter().map(|key| &key.table).find(waits) {
            let message = format!("{} can't go without `{other}`, which it refers to", table.name);
            return Err(Error::new(Kind::Usage, message).help(format!("add --only {other}")));
        }
    }
    let is_used = |name: &ObjectName| {
        desired.tables.values().flat_map(|table| &table.columns).any(|column| column.column_type.names(name))
    };
    let unused: Vec<ObjectName> = desired.types.keys().filter(|name| !is_used(name)).cloned().collect();
    desired.types.retain(|name, _| !unused.contains(name));
    Ok(desired)
}

/// The renames of the tables that take part, and those of types.
pub(super) fn renames(scope: &Scope, renames: &Renames) -> Renames {
    let mut renames = renames.clone();
    renames.tables.retain(|new, _| scope.has(new));
    renames.columns.retain(|(table, _), _| scope.has(table));
    renames.values.retain(|(table, ..), _| scope.has(table));
    renames
}
