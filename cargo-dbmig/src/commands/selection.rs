//! Selectors of the command line, with errors as commands report them.

use dbmig::revision::order::{Edges, IdSet, ancestors, descendants};
use dbmig::revision::selector::{self, Scope, SelectorError, Target};
use dbmig::revision::{Graph, Id};

use crate::error::{Error, Kind};

/// What a selector stands for.
///
/// # Errors
///
/// A selector that stands for nothing, or for more than it should.
pub(super) fn resolve(graph: &Graph, text: &str, applied: Option<&IdSet>) -> Result<Target, Error> {
    selector::resolve(text, Scope { graph, applied }).map_err(refused)
}

/// The one revision that a selector stands for.
///
/// # Errors
///
/// As [`resolve`], and a selector that stands for none or several.
pub(super) fn resolve_one(graph: &Graph, text: &str, applied: Option<&IdSet>) -> Result<Id, Error> {
    resolve(graph, text, applied)?.one(graph).map_err(refused)
}

/// The revisions of a range, newest first: what lies above `a` (and `a` itself) up to `b`; a selector without a colon
/// is a range of its own.
///
/// # Errors
///
/// As [`resolve`].
pub(super) fn resolve_range(graph: &Graph, text: &str, applied: Option<&IdSet>) -> Result<Vec<Id>, Error> {
    let scope = Scope { graph, applied };
    if !text.contains(':') {
        return Ok(resolve(graph, text, applied)?.revisions.into_iter().rev().collect());
    }
    let (from, to) = selector::resolve_range(text, scope).map_err(refused)?;
    let above = from.filter(|target| !target.revisions.is_empty());
    let above = above.map(|target| descendants(graph, target.revisions, Edges::Parents));
    let below = to.map(|target| ancestors(graph, target.revisions, Edges::Parents));
    let inside = |set: &Option<IdSet>, id: Id| set.as_ref().is_none_or(|set| set.contains(id));
    Ok(graph.ids().rev().filter(|&id| inside(&above, id) && inside(&below, id)).collect())
}

fn refused(error: SelectorError) -> Error {
    Error::new(Kind::Selector, error.to_string()).help(error.help())
}
