//! Steps up and down a line of descent.

use super::error::{SelectorError, several};
use crate::revision::graph::{Graph, Id};
use crate::revision::order::IdSet;

/// What a last step down from a merge point does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    /// It is ambiguous.
    Fork,
    /// It parts into all parents: the merge alone is undone.
    Part,
}

/// A walk for one selector.
pub(super) struct Walk<'a> {
    /// What the user typed.
    pub(super) text: &'a str,
    /// The chain.
    pub(super) graph: &'a Graph,
    /// The line that the walk stays on.
    pub(super) line: Option<&'a IdSet>,
}

impl Walk<'_> {
    /// Where so many steps lead; `None` and the empty list are the base.
    ///
    /// Up from the base are the roots; down from a root is the base.
    pub(super) fn steps(&self, start: Option<Id>, steps: i64, merge: Merge) -> Result<Vec<Id>, SelectorError> {
        let wanted = steps.unsigned_abs();
        if wanted == 0 {
            return Err(SelectorError::NoSteps { text: self.text.to_owned() });
        }
        // No walk is longer than the chain and its base.
        let too_far = || SelectorError::TooFar {
            text: self.text.to_owned(),
            from: start.map(|id| self.graph.node(id).name.clone()),
            down: steps < 0,
        };
        let mut at = start;
        for step in 1..=wanted {
            let next = if steps > 0 { self.above(at) } else { self.below(at).ok_or_else(too_far)? };
            at = match next.as_slice() {
                [] if steps < 0 => None,
                [] => return Err(too_far()),
                [id] => Some(*id),
                parents if steps < 0 && merge == Merge::Part && step == wanted => {
                    let mut parents = parents.to_vec();
                    parents.sort();
                    return Ok(parents);
                }
                ways => return Err(self.fork(at, steps, ways)),
            };
        }
        Ok(at.into_iter().collect())
    }

    fn above(&self, at: Option<Id>) -> Vec<Id> {
        let mut above = match at {
            Some(id) => self.graph.children(id).to_vec(),
            None => self.graph.roots(),
        };
        above.retain(|&id| self.line.is_none_or(|line| line.contains(id)));
        above
    }

    /// The parents, none of a root; `None` below the base.
    fn below(&self, at: Option<Id>) -> Option<Vec<Id>> {
        Some(self.graph.parents(at?).to_vec())
    }

    fn fork(&self, at: Option<Id>, steps: i64, ways: &[Id]) -> SelectorError {
        let place = at.map_or("the base", |id| self.graph.node(id).name.as_str());
        let what = match (steps < 0, at) {
            (true, _) => format!("can go several ways below {place}"),
            (false, _) => format!("can go several ways above {place}"),
        };
        several(self.graph, self.text, &what, ways)
    }
}
