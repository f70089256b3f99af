//! Places for new revisions: what they revise.

use std::fmt;

use crate::revision::graph::{Graph, Id};
use crate::revision::selector::{Scope, SelectorError, resolve};

/// Why a new revision has no place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaceError {
    /// A selector that names no revision.
    Selector(SelectorError),
    /// Several heads, and nobody said which.
    SeveralHeads {
        /// The folder names of the heads.
        heads: Vec<String>,
    },
    /// A parent that is named twice.
    Twice {
        /// The parent's folder name.
        name: String,
    },
    /// A parent that is no head, without leave to branch off.
    NoHead {
        /// The parent's folder name.
        name: String,
    },
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlaceError::Selector(error) => error.fmt(f),
            PlaceError::SeveralHeads { heads } => {
                write!(f, "the chain has {} heads", heads.len())?;
                heads.iter().try_for_each(|name| write!(f, "\n  {name}"))
            }
            PlaceError::Twice { name } => write!(f, "{name} is named twice"),
            PlaceError::NoHead { name } => write!(f, "{name} is no head: a revision on it makes a second branch"),
        }
    }
}

impl std::error::Error for PlaceError {}

impl From<SelectorError> for PlaceError {
    fn from(error: SelectorError) -> PlaceError {
        PlaceError::Selector(error)
    }
}

/// The parents of a new revision: the revisions that selectors stand for, in their order; the head where
/// there is no selector. None is a new root (`base`).
///
/// # Errors
///
/// A selector that names no revision; several heads without a selector; a parent named twice, or
/// one that is no head, unless `splice`.
pub fn parents(graph: &Graph, selectors: &[&str], splice: bool) -> Result<Vec<Id>, PlaceError> {
    if selectors.is_empty() {
        return match graph.heads() {
            heads if heads.len() > 1 => {
                let heads = heads.iter().map(|&id| graph.node(id).name.clone()).collect();
                Err(PlaceError::SeveralHeads { heads })
            }
            heads => Ok(heads),
        };
    }
    let mut parents: Vec<Id> = Vec::new();
    for selector in selectors {
        for id in resolve(selector, Scope { graph, applied: None })?.revisions {
            if !graph.children(id).is_empty() && !splice {
                return Err(PlaceError::NoHead { name: graph.node(id).name.clone() });
            }
            if parents.contains(&id) {
                return Err(PlaceError::Twice { name: graph.node(id).name.clone() });
            }
            parents.push(id);
        }
    }
    Ok(parents)
}
