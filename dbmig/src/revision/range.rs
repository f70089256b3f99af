//! Ranges of the history: `a:b`, `a:`, `:b`.

use crate::revision::graph::{Graph, Id};
use crate::revision::order::{Edges, IdSet, ancestors, descendants};
use crate::revision::selector::{Scope, SelectorError, Target, resolve, resolve_above};

/// The revisions of a range in the graph's order: what lies between `a` and `b`, both included, over `revises` and
/// `depends_on`. An open side has no limit; a text without a colon is what it stands for itself.
///
/// Steps up on the right count from the left: `20261101:+2`.
///
/// # Errors
///
/// As [`resolve`]; two sides that aren't on one line, in this order.
pub fn revisions(text: &str, scope: Scope<'_>) -> Result<Vec<Id>, SelectorError> {
    let graph = scope.graph;
    if !text.contains(':') {
        return Ok(resolve(text, scope)?.revisions);
    }
    let (from, to) = sides(text, scope)?;
    let from_base = from.as_ref().is_none_or(|target| target.revisions.is_empty());
    let is_open = to.is_none();
    let above = from.map(|target| above(graph, &target, is_open));
    let to_base = to.as_ref().is_some_and(|target| target.revisions.is_empty());
    let below = to.map(|target| ancestors(graph, target.revisions, Edges::All));
    let inside = |set: &Option<IdSet>, id: Id| set.as_ref().is_none_or(|set| set.contains(id));
    let found: Vec<Id> = graph.ids().filter(|&id| inside(&above, id) && inside(&below, id)).collect();
    if found.is_empty() && !graph.is_empty() && !(from_base && to_base) {
        return Err(SelectorError::NotOneLine { text: text.to_owned() });
    }
    Ok(found)
}

/// What both sides of a range stand for; an open side is `None`.
///
/// # Errors
///
/// As [`resolve`], and a text without a colon.
pub fn sides(text: &str, scope: Scope<'_>) -> Result<(Option<Target>, Option<Target>), SelectorError> {
    let Some((from, to)) = text.split_once(':') else {
        return Err(SelectorError::NoRange { text: text.to_owned() });
    };
    let from = if from.is_empty() { None } else { Some(resolve(from, scope)?) };
    let to = match (to, &from) {
        ("", _) => None,
        (to, Some(from)) => Some(resolve_above(to, from, scope)?),
        (to, None) => Some(resolve(to, scope)?),
    };
    Ok((from, to))
}

/// What lies above a side; from `label@base` to an open end, on that label's line.
fn above(graph: &Graph, target: &Target, is_open: bool) -> IdSet {
    if !target.revisions.is_empty() {
        return descendants(graph, target.revisions.iter().copied(), Edges::All);
    }
    match target.branch.filter(|_| is_open) {
        Some(branch) => {
            let roots = ancestors(graph, [branch], Edges::Parents);
            descendants(graph, graph.roots().into_iter().filter(|&id| roots.contains(id)), Edges::All)
        }
        None => IdSet::of(graph, graph.ids()),
    }
}
