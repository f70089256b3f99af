//! Walks over the graph: what lies below a revision, what lies above it, and where a set of revisions ends.

use crate::revision::graph::{Graph, Id};

/// A set of revisions of one graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdSet {
    members: Vec<bool>,
}

impl IdSet {
    /// No revision of a graph.
    pub fn empty(graph: &Graph) -> IdSet {
        IdSet { members: vec![false; graph.len()] }
    }

    /// Some revisions of a graph.
    pub fn of(graph: &Graph, ids: impl IntoIterator<Item = Id>) -> IdSet {
        let mut set = IdSet::empty(graph);
        for id in ids {
            set.insert(id);
        }
        set
    }

    /// Adds a revision; whether it is new.
    pub fn insert(&mut self, id: Id) -> bool {
        let new = !self.members[id.index()];
        self.members[id.index()] = true;
        new
    }

    /// Takes a revision out; whether it was in.
    pub fn remove(&mut self, id: Id) -> bool {
        std::mem::take(&mut self.members[id.index()])
    }

    /// Whether a revision is in the set.
    pub fn contains(&self, id: Id) -> bool {
        self.members[id.index()]
    }

    /// Whether no revision is in the set.
    pub fn is_empty(&self) -> bool {
        !self.members.contains(&true)
    }

    /// The revisions in the graph's order.
    pub fn iter<'a>(&'a self, graph: &'a Graph) -> impl DoubleEndedIterator<Item = Id> + 'a {
        graph.ids().filter(|&id| self.contains(id))
    }
}

/// Which edges a walk follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edges {
    /// `revises` alone: lines of descent.
    Parents,
    /// `revises` and `depends_on`: what must be applied before.
    All,
}

/// The given revisions and everything below them.
pub fn ancestors(graph: &Graph, ids: impl IntoIterator<Item = Id>, edges: Edges) -> IdSet {
    reach(graph, ids, |id| (graph.parents(id), if edges == Edges::All { graph.depends_on(id) } else { &[] }))
}

/// The given revisions and everything above them.
pub fn descendants(graph: &Graph, ids: impl IntoIterator<Item = Id>, edges: Edges) -> IdSet {
    reach(graph, ids, |id| (graph.children(id), if edges == Edges::All { graph.dependents(id) } else { &[] }))
}

/// The revisions on a line of descent with one: its ancestors, itself and its descendants, over `revises` alone.
pub fn lineage(graph: &Graph, id: Id) -> IdSet {
    let mut line = ancestors(graph, [id], Edges::Parents);
    for id in descendants(graph, [id], Edges::Parents).iter(graph) {
        line.insert(id);
    }
    line
}

/// The members of a set above which the set holds nothing: the current heads, if the set is what is applied.
pub fn tips(graph: &Graph, set: &IdSet, edges: Edges) -> Vec<Id> {
    let covered = |id: Id| {
        let dependents = if edges == Edges::All { graph.dependents(id) } else { &[] };
        graph.children(id).iter().chain(dependents).any(|&above| set.contains(above))
    };
    set.iter(graph).filter(|&id| !covered(id)).collect()
}

/// A revision that is missing below one that is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The revision that is not applied.
    pub missing: Id,
    /// An applied revision that revises it or depends on it.
    pub above: Id,
}

/// The revisions that are missing directly below applied ones, in the graph's order.
pub fn gaps(graph: &Graph, applied: &IdSet) -> Vec<Gap> {
    let above =
        |id: Id| graph.children(id).iter().chain(graph.dependents(id)).copied().find(|&up| applied.contains(up));
    graph
        .ids()
        .filter(|&id| !applied.contains(id))
        .filter_map(|missing| above(missing).map(|above| Gap { missing, above }))
        .collect()
}

fn reach<'g>(graph: &'g Graph, ids: impl IntoIterator<Item = Id>, next: impl Fn(Id) -> (&'g [Id], &'g [Id])) -> IdSet {
    let mut set = IdSet::empty(graph);
    let mut todo: Vec<Id> = ids.into_iter().filter(|&id| set.insert(id)).collect();
    while let Some(id) = todo.pop() {
        let (lines, dependencies) = next(id);
        todo.extend(lines.iter().chain(dependencies).copied().filter(|&id| set.insert(id)));
    }
    set
}
