//! Branch labels: which revisions a label is about.

use std::collections::BTreeSet;

use crate::revision::graph::{Graph, Id};
use crate::revision::order::{Edges, IdSet, descendants};

/// The labels of each revision, by its index: its own and those of its branch.
///
/// As in Alembic: a label is its revision's and that of all its descendants; where none of these forks or merges, it
/// goes down as well, to the next branch point or merge point.
pub fn branch_labels(graph: &Graph) -> Vec<BTreeSet<&str>> {
    let mut labels = vec![BTreeSet::new(); graph.len()];
    for id in graph.ids() {
        for label in &graph.node(id).labels {
            for member in branch(graph, id).iter(graph) {
                labels[member.index()].insert(label.as_str());
            }
        }
    }
    labels
}

/// The revisions that the label of a revision is about.
fn branch(graph: &Graph, id: Id) -> IdSet {
    let is_plain = |id: Id| {
        let mut above: BTreeSet<Id> = graph.children(id).iter().copied().collect();
        above.extend(graph.dependents(id));
        above.len() < 2 && graph.parents(id).len() < 2
    };
    let mut members = descendants(graph, [id], Edges::Parents);
    if !members.iter(graph).all(is_plain) {
        return members;
    }
    let mut next = graph.parents(id).first().copied();
    while let Some(below) = next.filter(|&below| is_plain(below)) {
        members.insert(below);
        next = graph.parents(below).first().copied();
    }
    members
}
