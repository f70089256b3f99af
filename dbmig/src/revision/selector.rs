//! Selectors: what a user types for a revision.
//!
//! A selector is read against the graph, since `2026-11-21-101500` may be a pasted version or an offset, and
//! `feature-2` a label or the second revision below `feature`: what exists as a whole wins.

mod error;
mod find;
mod walk;

pub use error::SelectorError;
pub(crate) use error::listed;

use crate::revision::graph::{Graph, Id};
use crate::revision::order::{Edges, IdSet, lineage, tips};
use find::{Found, find};

/// What selectors are read against.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The chain.
    pub graph: &'a Graph,
    /// What is applied, where a database is known; `current`, `+N` and `-N` start from its heads.
    pub applied: Option<&'a IdSet>,
}

/// What a selector stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What the user typed.
    pub text: String,
    /// The revisions, in the graph's order; none is the base.
    pub revisions: Vec<Id>,
    /// The revision whose line a downgrade, or a stamp to the base, is limited to.
    pub branch: Option<Id>,
    /// The steps of a selector that is relative to the current revision: `+2`, `label@-1`.
    pub relative: Option<i64>,
}

impl Target {
    /// The one revision that it stands for.
    ///
    /// # Errors
    ///
    /// The base, and several revisions.
    pub fn one(&self, graph: &Graph) -> Result<Id, SelectorError> {
        match self.revisions.as_slice() {
            [id] => Ok(*id),
            [] => Err(SelectorError::NoRevision { text: self.text.clone() }),
            several => Err(error::several(graph, &self.text, "stands for several revisions", several)),
        }
    }
}

/// What a selector stands for.
///
/// Tried in this order: a whole version (also with dashes) or folder name, `+N` and `-N`, `head`, `heads`, `base`,
/// `current`, a label, one of these with an offset, the unique beginning of a version or folder name, a unique slug, a
/// unique part of a slug, and one of these with an offset. `label@…` limits what follows to the label's line; a
/// revision may stand for a label.
///
/// # Errors
///
/// Whatever stands for nothing, or for more than it should.
pub fn resolve(text: &str, scope: Scope<'_>) -> Result<Target, SelectorError> {
    if text.is_empty() {
        return Err(SelectorError::NoRevision { text: String::new() });
    }
    if find::exact(text, scope.graph).is_none() {
        if let Some((label, rest)) = text.split_once('@') {
            return on_branch(text, label, rest, scope);
        }
        if text.contains(':') {
            return Err(SelectorError::Range { text: text.to_owned() });
        }
    }
    resolve_in(text, text, None, scope)
}

/// What a selector stands for, steps up counted from what another one stands for: the right side of a range.
///
/// # Errors
///
/// As [`resolve`].
pub(crate) fn resolve_above(text: &str, from: &Target, scope: Scope<'_>) -> Result<Target, SelectorError> {
    let (label, part) = text.rsplit_once('@').map_or((None, text), |(label, part)| (Some(label), part));
    let steps = match offset(part) {
        Some(("", steps)) if part.starts_with('+') && find::exact(part, scope.graph).is_none() => steps,
        _ => return resolve(text, scope),
    };
    let start = match from.revisions.as_slice() {
        [] => None,
        [id] => Some(*id),
        several => return Err(error::several(scope.graph, &from.text, "stands for several revisions", several)),
    };
    let branch = label.map(|label| branch(text, label, scope)).transpose()?;
    let walk = walk::Walk { text, graph: scope.graph, line: branch.as_ref().map(|branch| &branch.line) };
    let revisions = walk.steps(start, steps, walk::Merge::Fork)?;
    let branch = branch.map(|branch| branch.id);
    Ok(Target { text: text.to_owned(), revisions, branch, relative: None })
}

fn on_branch(text: &str, label: &str, rest: &str, scope: Scope<'_>) -> Result<Target, SelectorError> {
    resolve_in(text, rest, Some(&branch(text, label, scope)?), scope)
}

/// The line that `label`, the part of the whole `text` before an `@`, stands for.
fn branch(text: &str, label: &str, scope: Scope<'_>) -> Result<Branch, SelectorError> {
    match find(label, scope, None)? {
        Found::One(id) => Ok(Branch { id, line: lineage(scope.graph, id) }),
        _ => Err(SelectorError::NoBranch { text: text.to_owned(), label: label.to_owned() }),
    }
}

/// A line of descent that a selector is limited to.
struct Branch {
    id: Id,
    line: IdSet,
}

/// Resolves `part` of the whole `text`, on a branch if there is one.
fn resolve_in(text: &str, part: &str, branch: Option<&Branch>, scope: Scope<'_>) -> Result<Target, SelectorError> {
    let graph = scope.graph;
    let branch_id = branch.map(|branch| branch.id);
    let target = |revisions| Target { text: text.to_owned(), revisions, branch: branch_id, relative: None };
    if let Some(id) = find::exact(part, graph) {
        return on_line(text, id, branch, graph).map(|id| target(vec![id]));
    }
    match offset(part) {
        Some(("", steps)) => return relative(text, steps, branch, scope),
        Some((start, steps)) if is_anchor(start, graph) && find::label(part, graph).is_none() => {
            return offset_from(text, start, steps, branch, scope).map(target);
        }
        _ => {}
    }
    let found = match find(part, scope, branch) {
        Err(SelectorError::Unknown { .. }) if branch.is_some() && find(part, scope, None).is_ok() => {
            // It exists, but elsewhere.
            find(part, scope, None)?
        }
        Err(SelectorError::Unknown { .. }) if offset(part).is_some() => {
            let (start, steps) = offset(part).unwrap_or((part, 0));
            return offset_from(text, start, steps, branch, scope).map(target);
        }
        found => found?,
    };
    match found {
        Found::One(id) => on_line(text, id, branch, graph).map(|id| target(vec![id])),
        Found::Several(ids) => Ok(target(ids)),
        Found::Base => Ok(target(Vec::new())),
    }
}

/// Whether a name is a word or a label, which an offset may follow whatever slugs there are.
fn is_anchor(name: &str, graph: &Graph) -> bool {
    find::is_word(name) || find::label(name, graph).is_some()
}

/// `start+2`, `start-1`: steps from a named revision.
fn offset_from(
    text: &str,
    start: &str,
    steps: i64,
    branch: Option<&Branch>,
    scope: Scope<'_>,
) -> Result<Vec<Id>, SelectorError> {
    let graph = scope.graph;
    let start = match find(start, scope, branch)? {
        Found::One(id) => Some(on_line(text, id, branch, graph)?),
        Found::Base => None,
        Found::Several(ids) => match ids.as_slice() {
            [id] => Some(*id),
            [] => None,
            several => return Err(error::several(graph, start, "stands for several revisions", several)),
        },
    };
    let walk = walk::Walk { text, graph, line: branch.map(|branch| &branch.line) };
    Ok(walk.steps(start, steps, walk::Merge::Fork)?.into_iter().collect())
}

/// `+2`, `-1`, `label@+1`: steps from the current heads, or from the chain's heads where no database is known.
fn relative(text: &str, steps: i64, branch: Option<&Branch>, scope: Scope<'_>) -> Result<Target, SelectorError> {
    let graph = scope.graph;
    let current = match scope.applied {
        Some(applied) => tips(graph, applied, Edges::All),
        None => graph.heads(),
    };
    let on_branch = |ids: &[Id]| -> Vec<Id> {
        ids.iter().copied().filter(|&id| branch.is_none_or(|branch| branch.line.contains(id))).collect()
    };
    let mut starts = on_branch(&current);
    if let (Some(branch), Some(applied), true) = (branch, scope.applied, starts.is_empty()) {
        // The branch is applied beneath something else, or only up to where it begins.
        let active = IdSet::of(graph, branch.line.iter(graph).filter(|&id| applied.contains(id)));
        starts = tips(graph, &active, Edges::Parents);
    }
    let start = match starts.as_slice() {
        [] => None,
        [id] => Some(*id),
        several => return Err(error::several(graph, text, error::SEVERAL_STARTS, several)),
    };
    let walk = walk::Walk { text, graph, line: branch.map(|branch| &branch.line) };
    let revisions = walk.steps(start, steps, walk::Merge::Part)?;
    let branch = start.filter(|_| steps < 0);
    Ok(Target { text: text.to_owned(), revisions, branch, relative: Some(steps) })
}

fn on_line(text: &str, id: Id, branch: Option<&Branch>, graph: &Graph) -> Result<Id, SelectorError> {
    match branch {
        Some(branch) if !branch.line.contains(id) => Err(SelectorError::OffBranch {
            text: text.to_owned(),
            name: graph.node(id).name.clone(),
            branch: graph.node(branch.id).name.clone(),
        }),
        _ => Ok(id),
    }
}

/// Splits `name+2` or `name-2`; the name of a pure offset is empty.
fn offset(text: &str) -> Option<(&str, i64)> {
    let at = text.rfind(['+', '-'])?;
    let (start, number) = text.split_at(at);
    let digits = number.get(1..)?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| number.parse().ok().map(|steps| (start, steps)))?
}
