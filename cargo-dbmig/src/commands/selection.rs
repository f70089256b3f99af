//! Selectors of the command line, with errors as commands report them.

use dbmig::revision::order::IdSet;
use dbmig::revision::selector::{self, Scope, SelectorError, Target};
use dbmig::revision::{Graph, Id, range};

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

/// The revisions of a range, newest first.
///
/// # Errors
///
/// As [`range::revisions`].
pub(super) fn resolve_range(graph: &Graph, text: &str, applied: Option<&IdSet>) -> Result<Vec<Id>, Error> {
    let found = range::revisions(text, Scope { graph, applied }).map_err(refused)?;
    Ok(found.into_iter().rev().collect())
}

/// A selector's error as commands report it.
pub(super) fn refused(error: SelectorError) -> Error {
    Error::new(Kind::Selector, error.to_string()).help(error.help())
}
