//! Whether the models say something else than the chain builds.

use std::collections::BTreeSet;
use std::path::Path;

use crate::config::DatabaseConfig;
use crate::diagnostic::{Code, Diagnostic};
use crate::diff::diff;
use crate::models::{self, Models};
use crate::schema::{Change, Schema};
use crate::source::Span;
use crate::target::target;

/// How many changes a diagnostic names; the command that writes them shows all.
const NAMED: usize = 5;

/// What is wrong with the models, or dubious, or a warning if they differ from the chain's schema. Tables without a model don't
/// count: there is nothing to compare them with.
pub(super) fn ahead(package: &Path, config: &DatabaseConfig, chain: &Schema) -> Vec<Diagnostic> {
    let models = match models::read(package, config) {
        Ok(models) => models,
        Err(faults) => return faults,
    };
    let mut said = models.warnings.clone();
    said.extend(models.against(chain, config.backend));
    said.extend(differing(config, chain, &models));
    said
}

/// The warning that the models differ from the chain's schema, if they do.
fn differing(config: &DatabaseConfig, chain: &Schema, models: &Models) -> Option<Diagnostic> {
    let target = target(chain, &models.schema, &models.renames, &config.unmanaged, &BTreeSet::new());
    let changes = diff(chain, &target.schema, &models.renames);
    if changes.is_empty() {
        return None;
    }
    let described: Vec<String> = changes.iter().take(NAMED).map(describe).collect();
    let more = match changes.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("the models are ahead of the migrations: {}{more}", described.join(", "));
    let diagnostic = Diagnostic::warning(Code::OutOfDate, message);
    let places: BTreeSet<Span> = changes.iter().filter_map(|change| place(change, models)).collect();
    let diagnostic = places.into_iter().take(NAMED).fold(diagnostic, |diagnostic, place| diagnostic.at(place, ""));
    Some(diagnostic.help("cargo dbmig migrate -m \"what changes\""))
}

/// A change in a few words.
fn describe(change: &Change) -> String {
    match change {
        Change::CreateTable(table) => format!("new table `{}`", table.name),
        Change::DropTable(table) => format!("table `{}` gone", table.name),
        Change::RenameTable { from, to } => format!("table `{from}` renamed to `{to}`"),
        Change::AddColumn { table, column } => format!("new column `{table}.{}`", column.name),
        Change::DropColumn { table, column } => format!("column `{table}.{}` gone", column.name),
        Change::RenameColumn { table, from, to } => format!("column `{table}.{from}` renamed to `{to}`"),
        Change::AlterColumn { table, to, .. } => format!("column `{table}.{}` changed", to.name),
        Change::AddConstraint { table, constraint } => format!("new {} on `{table}`", constraint.describe()),
        Change::DropConstraint { table, constraint } => format!("{} of `{table}` gone", constraint.describe()),
        Change::CreateIndex { index, .. } => format!("new index `{}`", index.name),
        Change::DropIndex { index, .. } => format!("index `{}` gone", index.name),
        other => other.table().map_or_else(|| "a view changed".to_owned(), |table| format!("table `{table}` changed")),
    }
}

/// Where the models say what makes the change.
fn place(change: &Change, models: &Models) -> Option<Span> {
    let column = match change {
        Change::AddColumn { table, column } => Some((table, &column.name)),
        Change::AlterColumn { table, to, .. } => Some((table, &to.name)),
        Change::RenameColumn { table, to, .. } => Some((table, to)),
        _ => None,
    };
    let field = column.and_then(|(table, name)| models.columns.get(&(table.clone(), name.clone())));
    let table = match change {
        Change::RenameTable { to, .. } => Some(to),
        other => other.table(),
    };
    field.or_else(|| models.tables.get(table?)).cloned()
}
