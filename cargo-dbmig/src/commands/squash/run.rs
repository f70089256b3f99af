//! The run that a range names: closed, so that one revision can take its place.

use dbmig::revision::order::{Edges, IdSet, ancestors, descendants};
use dbmig::revision::range::sides;
use dbmig::revision::selector::{Scope, SelectorError, Target};
use dbmig::revision::{Graph, Id};
use dbmig::version::Version;

use crate::commands::selection;
use crate::error::{Error, Kind};

/// A run of revisions with a single way out, its last one.
pub(super) struct Run {
    /// The revisions in the graph's order, two at least.
    pub(super) ids: Vec<Id>,
    /// What they stand on.
    pub(super) revises: Vec<Version>,
    /// What they depend on besides.
    pub(super) depends_on: Vec<Version>,
    /// The revisions elsewhere that depend on one in the middle, and shall depend on the last one.
    pub(super) rewritten: Vec<Version>,
}

impl Run {
    pub(super) fn first(&self) -> Id {
        self.ids[0]
    }

    pub(super) fn last(&self) -> Id {
        self.ids[self.ids.len() - 1]
    }
}

/// Finds the run.
///
/// # Errors
///
/// A range that names no run; one of which something else stands on a part.
pub(super) fn find(graph: &Graph, range: &str) -> Result<Run, Error> {
    let (from, to) = sides(range, Scope { graph, applied: None }).map_err(selection::refused)?;
    let one = |target: &Target| target.one(graph).map_err(selection::refused);
    let last = match to {
        Some(to) => one(&to)?,
        None => selection::resolve_one(graph, "head", None)?,
    };
    let below = ancestors(graph, [last], Edges::Parents);
    let ids: Vec<Id> = match from.filter(|from| !from.revisions.is_empty()) {
        Some(from) => {
            let above = descendants(graph, [one(&from)?], Edges::Parents);
            below.iter(graph).filter(|&id| above.contains(id)).collect()
        }
        None => below.iter(graph).collect(),
    };
    match ids.as_slice() {
        [] => return Err(selection::refused(SelectorError::NotOneLine { text: range.to_owned() })),
        [only] => {
            let message = format!("there is nothing to squash: {} is one revision already", graph.node(*only).name);
            return Err(Error::new(Kind::Usage, message).help("cargo dbmig history"));
        }
        _ => {}
    }
    let run = IdSet::of(graph, ids.iter().copied());
    refuse_branches(graph, &ids, &run)?;
    let rewritten = dependents(graph, &ids, &run)?;
    let outside = |edges: fn(&Graph, Id) -> &[Id]| -> IdSet {
        let all = ids.iter().flat_map(|&id| edges(graph, id).iter().copied());
        IdSet::of(graph, all.filter(|&id| !run.contains(id)))
    };
    let parents = outside(Graph::parents);
    // What is below another of them needn't be said.
    let highest = |set: &IdSet, besides: &IdSet| -> Vec<Version> {
        let next = |id: Id| graph.parents(id).iter().chain(graph.depends_on(id)).copied();
        let covered = ancestors(graph, set.iter(graph).chain(besides.iter(graph)).flat_map(next), Edges::All);
        let ids = set.iter(graph).filter(|&id| !covered.contains(id) && !besides.contains(id));
        ids.map(|id| graph.version(id).clone()).collect()
    };
    let revises = highest(&parents, &IdSet::empty(graph));
    let depends_on = highest(&outside(Graph::depends_on), &parents);
    Ok(Run { ids, revises, depends_on, rewritten: rewritten.iter().map(|&id| graph.version(id).clone()).collect() })
}

/// A branch that starts in the middle would lose what it starts from.
fn refuse_branches(graph: &Graph, ids: &[Id], run: &IdSet) -> Result<(), Error> {
    let middle = &ids[..ids.len() - 1];
    let branch = |&id: &Id| graph.children(id).iter().find(|&&child| !run.contains(child)).map(|&child| (id, child));
    let Some((id, child)) = middle.iter().find_map(branch) else { return Ok(()) };
    let name = |id: Id| &graph.node(id).name;
    let message = format!("{} revises {}, which is in the middle of the run", name(child), name(id));
    let error = Error::new(Kind::Chain, message);
    let heads: Vec<Id> =
        descendants(graph, [child], Edges::Parents).iter(graph).filter(|&id| graph.children(id).is_empty()).collect();
    let error = match heads.as_slice() {
        [head] if !ancestors(graph, [*head], Edges::Parents).contains(ids[ids.len() - 1]) => error.help(format!(
            "cargo dbmig rebase {} --onto {}",
            graph.version(*head),
            graph.version(ids[ids.len() - 1])
        )),
        _ => error,
    };
    Err(match id == ids[0] {
        true if ids.len() == 2 => error,
        true => error.help(format!("begin above it: {}", graph.version(ids[1]))),
        false => error.help(format!(
            "squash up to there: cargo dbmig squash {}:{}",
            graph.version(ids[0]),
            graph.version(id)
        )),
    })
}

/// The revisions elsewhere that depend on one in the middle: they can depend on the last one as well, unless the last
/// one needs them, or they come before it.
fn dependents(graph: &Graph, ids: &[Id], run: &IdSet) -> Result<Vec<Id>, Error> {
    let (&last, middle) = ids.split_last().unwrap_or((&ids[0], &[]));
    let needed = ancestors(graph, [last], Edges::All);
    let mut found = IdSet::empty(graph);
    for &id in middle {
        for &other in graph.dependents(id).iter().filter(|&&other| !run.contains(other)) {
            let (name, on) = (&graph.node(other).name, &graph.node(id).name);
            let last_name = &graph.node(last).name;
            let why = if needed.contains(other) {
                format!("{last_name} needs it")
            } else if graph.version(other) < graph.version(last) {
                format!("its version is below that of {last_name}")
            } else {
                found.insert(other);
                continue;
            };
            let message = format!("{name} depends on {on}, which is in the middle of the run, and {why}");
            let help =
                format!("squash up to there: cargo dbmig squash {}:{}", graph.version(ids[0]), graph.version(id));
            let error = Error::new(Kind::Chain, message);
            return Err(if id == ids[0] { error } else { error.help(help) });
        }
    }
    Ok(found.iter(graph).collect())
}
