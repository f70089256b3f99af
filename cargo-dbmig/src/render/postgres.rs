//! The way from one schema to another in PostgreSQL's SQL.

mod alter;
mod build;
mod cast;
mod check;
mod counting;
mod definition;
mod fill;
mod fits;
mod live;
mod objects;
mod partition;
mod partition_name;
mod route;
mod script;
mod sequences;
mod table;
mod types;
mod view;
mod way;
mod work;

use dbmig_build::schema::{Change, Schema, Table};

use super::{Options, RenderError, Rendered};
use way::Way;

/// Renders the way there and the way back.
pub(super) fn render(changes: &[Change], before: &Schema, options: &Options<'_>) -> Result<Rendered, RenderError> {
    let way = Way::new(changes, before, options.backfills)?;
    let mut notes = Vec::new();
    let parts = route::parts(way, options.live, &mut notes)?;
    Ok(Rendered { parts, notes })
}

/// A table with all that belongs to it, as a schema of its own would have it.
pub(super) fn create_table(table: &Table) -> String {
    let mut alone = Schema::default();
    alone.tables.insert(table.name.clone(), table.clone());
    table::all(&alone, table, &sequences::Taken::new(), |_| false).join("\n")
}

#[cfg(test)]
mod tests;
