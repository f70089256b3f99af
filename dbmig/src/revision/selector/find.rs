//! Finds a name: words such as `head`, labels, versions, slugs and their parts.

use super::error::{SelectorError, nearest, several};
use super::{Branch, Scope};
use crate::revision::graph::{Graph, Id};
use crate::revision::order::{Edges, tips};
use crate::version::slug_of_folder;

/// What a name stands for.
pub(super) enum Found {
    /// One revision.
    One(Id),
    /// The members of `heads` or `current`, perhaps none.
    Several(Vec<Id>),
    /// Below all revisions.
    Base,
}

/// A whole version, also pasted with dashes, or a whole folder name.
pub(super) fn exact(text: &str, graph: &Graph) -> Option<Id> {
    if let Some(id) = graph.find(text) {
        return Some(id);
    }
    let stem = text.split('_').next().unwrap_or(text);
    let id = graph.find(&stem.replace('-', ""))?;
    let name = graph.node(id).name.as_str();
    let is_stem = name.strip_prefix(text).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    (is_stem || is_timestamp(text)).then_some(id)
}

/// Whether a text is shaped as the versions that dbmig and Diesel write: `2026-11-21-101500`, `2026-11-21-101500-0000`.
fn is_timestamp(text: &str) -> bool {
    let mut widths = text.split('-').map(|part| part.bytes().all(|b| b.is_ascii_hexdigit()).then_some(part.len()));
    [4, 2, 2, 6].iter().all(|&width| widths.next() == Some(Some(width))) && widths.all(|width| width == Some(4))
}

/// The words of the selector language.
pub(super) const WORDS: [&str; 4] = ["head", "heads", "base", "current"];

/// Whether a text is a word of the selector language.
pub(super) fn is_word(text: &str) -> bool {
    WORDS.contains(&text)
}

/// The revision that has a label.
pub(super) fn label(text: &str, graph: &Graph) -> Option<Id> {
    graph.ids().find(|&id| graph.node(id).labels.iter().any(|label| label == text))
}

/// What a name without offset stands for, on a branch if there is one.
pub(super) fn find(text: &str, scope: Scope<'_>, branch: Option<&Branch>) -> Result<Found, SelectorError> {
    let graph = scope.graph;
    if let Some(id) = exact(text, graph) {
        return Ok(Found::One(id));
    }
    let on_branch = |ids: Vec<Id>| -> Vec<Id> {
        ids.into_iter().filter(|&id| branch.is_none_or(|branch| branch.line.contains(id))).collect()
    };
    match text {
        "base" => return Ok(Found::Base),
        "heads" => return Ok(Found::Several(on_branch(graph.heads()))),
        "head" => {
            return match on_branch(graph.heads()).as_slice() {
                [] => Ok(Found::Base),
                [id] => Ok(Found::One(*id)),
                heads => Err(several(graph, text, "is ambiguous: there are several heads", heads)),
            };
        }
        "current" => {
            let applied = scope.applied.ok_or_else(|| SelectorError::NoDatabase { text: text.to_owned() })?;
            return Ok(Found::Several(on_branch(tips(graph, applied, Edges::All))));
        }
        _ => {}
    }
    if let Some(id) = label(text, graph) {
        return Ok(Found::One(id));
    }
    let slug_is = |id: Id| !text.is_empty() && slug_of_folder(&graph.node(id).name) == text;
    let tries: [&dyn Fn(Id) -> bool; 3] = [
        &|id| graph.version(id).as_str().starts_with(text) || graph.node(id).name.starts_with(text),
        &slug_is,
        &|id| slug_of_folder(&graph.node(id).name).contains(text),
    ];
    for matches in tries {
        let found = on_branch(graph.ids().filter(|&id| !text.is_empty() && matches(id)).collect());
        match found.as_slice() {
            [] => {}
            [id] => return Ok(Found::One(*id)),
            candidates => return Err(several(graph, text, "is ambiguous", candidates)),
        }
    }
    Err(SelectorError::Unknown { text: text.to_owned(), nearest: nearest(text, graph) })
}
