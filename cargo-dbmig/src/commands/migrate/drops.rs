//! Tables without a model: dropped only where somebody says so.

use std::collections::BTreeSet;

use dbmig_build::models::Models;
use dbmig_build::schema::{ObjectName, Renames, Schema};
use dbmig_build::target::{Target, target};

use super::draft::Asking;
use super::named::{is_named, suggest};
use crate::context::Context;
use crate::error::{Error, Kind};

/// What the chain is to become, tables that are to be dropped asked for. `desired` are the models that take part, and
/// `is_in_scope` says which tables without one do.
///
/// # Errors
///
/// A `--drop-table` that names no table, or one that has a model.
pub(super) fn wanted(
    context: &Context<'_>,
    before: &Schema,
    (models, desired): (&Models, &Schema),
    renames: &Renames,
    named: &[String],
    (asking, is_in_scope): (Asking, &dyn Fn(&ObjectName) -> bool),
) -> Result<Target, Error> {
    let unmanaged = &context.config.unmanaged;
    let mut kept = target(before, desired, renames, unmanaged, &BTreeSet::new());
    kept.unmodelled.retain(|name| !models.schema.tables.contains_key(name) && is_in_scope(name));
    let mut dropped = BTreeSet::new();
    for text in named {
        let found = kept.schema.tables.keys().find(|name| is_named(name, text));
        let Some(name) = found else {
            let error = Error::new(Kind::Usage, format!("--drop-table {text}: the chain has no such table"));
            return Err(suggest(error, text, kept.schema.tables.keys()));
        };
        if models.schema.tables.contains_key(name) {
            return Err(Error::new(Kind::Usage, format!("--drop-table {text}: the table has a model"))
                .help("remove the model, then run this again"));
        }
        if kept.schema.is_virtual(name) || kept.schema.shadowed_by(name).is_some() {
            let message =
                format!("--drop-table {text}: a virtual table is dropped by hand, with what it keeps its data in");
            return Err(Error::new(Kind::Usage, message).help("cargo dbmig revision -m \"drop it\""));
        }
        dropped.insert(name.clone());
    }
    if asking == Asking::AtTerminal {
        for name in kept.unmodelled.iter().filter(|name| !dropped.contains(*name)).cloned().collect::<Vec<_>>() {
            let question = format!("The table `{name}` has no model any more. Drop it, with all of its rows?");
            if context.ui.confirm(&question)? == Some(true) {
                dropped.insert(name);
            }
        }
    }
    if dropped.is_empty() {
        return Ok(kept);
    }
    let wanted = target(before, desired, renames, unmanaged, &dropped);
    let unmodelled = kept.unmodelled.into_iter().filter(|name| !dropped.contains(name)).collect();
    Ok(Target { unmodelled, ..wanted })
}
