//! What commands that write applied revisions anew have in common: they ask the database what it has of them, and
//! revert it.

use dbmig::revision::{Graph, Id};
use dbmig::{Options, Request};
use dbmig_build::bundle::with_bundle;
use dbmig_build::link::Chain;

use super::running;
use crate::context::Context;
use crate::context::database::with_connection;
use crate::error::Error;

/// The versions of those of some revisions that the database has, in their order.
///
/// Where the database can't be asked, that is said, and none is taken to be applied: what it has of them can still be
/// reverted with the SQL in its journal.
pub(super) fn applied<'g>(context: &Context<'_>, graph: &'g Graph, revisions: &[Id]) -> Vec<&'g str> {
    match context.applied(graph) {
        Ok(Some(applied)) => {
            let applied = revisions.iter().filter(|&&id| applied.contains(id));
            applied.map(|&id| graph.version(id).as_str()).collect()
        }
        Ok(None) => Vec::new(),
        Err(error) => {
            let why = error.message.lines().next().unwrap_or_default();
            context.ui.status("Not asked", format!("the database which of them it has: {why}"));
            Vec::new()
        }
    }
}

/// Reverts revisions in the database, with whatever stands on them there; a line for each on stdout.
///
/// # Errors
///
/// A revision without a way back, what the database says.
pub(super) fn revert(context: &Context<'_>, chain: &Chain, versions: &[&str]) -> Result<(), Error> {
    if versions.is_empty() {
        return Ok(());
    }
    let Some(mut connection) = context.connect_existing()? else { return Ok(()) };
    let request = Request::Revert { revisions: versions };
    with_bundle(chain, &context.config, |bundle| {
        let options = Options::observed(|event| running::tell(context.ui, event));
        with_connection!(&mut connection, connection => bundle.run(connection, request, options))
    })?;
    Ok(())
}
