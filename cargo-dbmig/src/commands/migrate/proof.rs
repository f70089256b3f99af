//! The proof before a file is written: up brings the chain to the models, down brings it back.

use std::collections::BTreeSet;

use dbmig::Backend;
use dbmig_build::diagnostic::Level;
use dbmig_build::diff::diff;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, Renames, Schema, Table};
use dbmig_build::source::Source;
use dbmig_build::sql;

use crate::commands::describe;
use crate::error::{Error, Kind};
use crate::render::Rendered;

/// Replays a rendered migration on the chain, and back.
///
/// # Errors
///
/// A fault of dbmig: SQL that it can't read itself, or that ends in another schema.
pub(super) fn prove(rendered: &Rendered, chain: &Replay, target: &Schema, backend: Backend) -> Result<(), Error> {
    let mut replay = chain.clone();
    for part in &rendered.parts {
        run(&mut replay, "up.sql", &part.up, backend)?;
    }
    compare("up.sql", replay.schema(), target, rendered)?;
    for part in rendered.parts.iter().rev() {
        run(&mut replay, "down.sql", &part.down, backend)?;
    }
    compare("down.sql", replay.schema(), chain.schema(), rendered)
}

fn run(replay: &mut Replay, name: &str, text: &str, backend: Backend) -> Result<(), Error> {
    let script = sql::split(&Source::new(name, text), backend);
    let read = script.diagnostics.iter().cloned();
    let diagnostics: Vec<_> =
        read.chain(replay.run(&script).diagnostics).filter(|one| one.level == Level::Error).collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(Error::of_diagnostics(Kind::Bug, diagnostics)) }
}

fn compare(name: &str, built: &Schema, wanted: &Schema, rendered: &Rendered) -> Result<(), Error> {
    let changes = diff(built, wanted, &Renames::default());
    let told = changes.iter().filter(|change| !is_name_in_partition(change, built));
    let mut left: Vec<String> = told.map(|change| format!("  {}", describe::line(change))).collect();
    // Diff leaves what no model declares alone, and so must a script.
    let (has, needs) = (unmodelled(built), unmodelled(wanted));
    left.extend(needs.difference(&has).map(|one| format!("  + {one}")));
    left.extend(has.difference(&needs).map(|one| format!("  - {one}")));
    if left.is_empty() {
        return Ok(());
    }
    let text = if name == "up.sql" { rendered.up() } else { rendered.down() };
    Err(Error::new(
        Kind::Bug,
        format!(
            "the {name} that would be written doesn't end where it should, so nothing was written; what is left:\n{}\n\n{text}",
            left.join("\n")
        ),
    ))
}

/// Whether it is about the name alone of something that a partition has of its parent, which PostgreSQL chooses.
fn is_name_in_partition(change: &Change, schema: &Schema) -> bool {
    match change {
        Change::RenameIndex { table, .. } | Change::RenameConstraint { table, .. } => {
            schema.tables.get(table).is_some_and(|table| table.options.partition_of.is_some())
        }
        _ => false,
    }
}

/// The views and triggers of a schema.
fn unmodelled(schema: &Schema) -> BTreeSet<String> {
    let views = schema.views.values().map(|view| format!("view {}", view.name));
    let of_table = |table: &Table| {
        let table_name = table.name.to_string();
        table.triggers.iter().map(|one| format!("trigger {} on {table_name}", one.name)).collect::<Vec<_>>()
    };
    views.chain(schema.tables.values().flat_map(of_table)).collect()
}
