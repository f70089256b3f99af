//! The graph of revisions: linked, validated, in topological order.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::bundle::{Bundle, Revision};
use crate::revision::adjacency::{Adjacency, topological_order};
pub use crate::revision::fault::Fault;
use crate::version::Version;

/// A revision as the graph sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its identity.
    pub version: Version,
    /// Its folder's name.
    pub name: String,
    /// What the author said that it does.
    pub message: String,
    /// The versions that it revises.
    pub parents: Vec<Version>,
    /// Versions that must be applied before without being parents; [`Graph::link`] takes labels for them, too.
    pub depends_on: Vec<Version>,
    /// Branch labels given to it.
    pub labels: Vec<String>,
}

impl Node {
    /// The node of a bundle's revision.
    pub fn of(revision: &Revision<'_>) -> Node {
        let versions = |list: &[&str]| list.iter().map(|&text| Version::from(text)).collect();
        Node {
            version: revision.version.into(),
            name: revision.name.to_owned(),
            message: revision.message.to_owned(),
            parents: versions(revision.parents),
            depends_on: versions(revision.depends_on),
            labels: revision.labels.iter().map(|&label| label.to_owned()).collect(),
        }
    }
}

/// The place of a revision in its [`Graph`], in topological order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub(super) usize);

impl Id {
    /// The position in topological order, from 0.
    pub fn index(self) -> usize {
        self.0
    }
}

/// A linked graph of revisions without structural faults.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    parents: Adjacency,
    children: Adjacency,
    depends_on: Adjacency,
    dependents: Adjacency,
    /// The revisions in the order of their versions.
    by_version: Vec<Id>,
}

impl Graph {
    /// Links revisions, given in any order, to a graph.
    ///
    /// Linear in revisions and edges, but for the sorting.
    ///
    /// # Errors
    ///
    /// Every structural fault: duplicate versions, unknown parents, cycles, versions that don't ascend, duplicate
    /// labels. Several heads or roots are no structural fault: see [`Graph::ambiguities`].
    pub fn link(mut nodes: Vec<Node>) -> Result<Graph, Vec<Fault>> {
        nodes.sort_by(|a, b| (&a.version, &a.name).cmp(&(&b.version, &b.name)));
        let mut faults = duplicate_versions(&nodes);
        faults.extend(duplicate_labels(&nodes));
        if !faults.is_empty() {
            return Err(faults);
        }
        name_dependencies(&mut nodes);
        // In the order of versions at first; the graph's order follows from the edges.
        let [mut parents, mut depends_on] =
            [Adjacency::with_capacity(nodes.len()), Adjacency::with_capacity(nodes.len())];
        for (at, node) in nodes.iter().enumerate() {
            // Mostly it is the one before.
            let before = at.checked_sub(1).map(Id);
            let mut resolve = |version: &Version, dependency: bool| {
                let is_before = before.filter(|before| nodes[before.0].version == *version);
                let found = is_before.or_else(|| find_sorted(&nodes, version.as_str()));
                if found.is_none() {
                    let (version, parent) = (node.version.clone(), version.clone());
                    faults.push(Fault::UnknownParent { version, parent, dependency });
                }
                found
            };
            parents.push(node.parents.iter().filter_map(|version| resolve(version, false)));
            depends_on.push(node.depends_on.iter().filter_map(|version| resolve(version, true)));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let order = topological_order(nodes.len(), [&parents, &depends_on])
            .map_err(|left| vec![find_cycle(&nodes, [&parents, &depends_on], &left)])?;
        for node in &nodes {
            for parent in node.parents.iter().chain(&node.depends_on).filter(|parent| **parent >= node.version) {
                faults.push(Fault::NotAscending { version: node.version.clone(), parent: parent.clone() });
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Graph::assemble(nodes, parents.reordered(&order), depends_on.reordered(&order), &order))
    }

    /// The graph of a bundle.
    ///
    /// # Errors
    ///
    /// As [`Graph::link`]; a bundle that the build script wrote has none.
    pub fn of_bundle(bundle: &Bundle<'_>) -> Result<Graph, Vec<Fault>> {
        Graph::link(bundle.revisions.iter().map(Node::of).collect())
    }

    fn assemble(nodes: Vec<Node>, parents: Adjacency, depends_on: Adjacency, order: &[Id]) -> Graph {
        let mut by_version = vec![Id(0); order.len()];
        for (place, sorted) in order.iter().enumerate() {
            by_version[sorted.0] = Id(place);
        }
        let mut nodes = nodes;
        // Mostly the versions' order is the graph's.
        if !order.is_sorted() {
            let mut sorted: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
            nodes = order.iter().filter_map(|id| sorted[id.0].take()).collect();
        }
        let (children, dependents) = (parents.reversed(), depends_on.reversed());
        Graph { nodes, parents, children, depends_on, dependents, by_version }
    }

    /// The number of revisions.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no revision at all: a valid chain.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every revision, parents and dependencies before children, otherwise by version.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = Id> + ExactSizeIterator + use<> {
        (0..self.nodes.len()).map(Id)
    }

    /// The revision at a place.
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0]
    }

    /// The version of the revision at a place.
    pub fn version(&self, id: Id) -> &Version {
        &self.nodes[id.0].version
    }

    /// The place of a version.
    pub fn find(&self, version: &str) -> Option<Id> {
        self.place(version).map(|at| self.by_version[at])
    }

    /// The place of a version in the order of versions.
    fn place(&self, version: &str) -> Option<usize> {
        self.by_version.binary_search_by(|&id| self.version(id).as_str().cmp(version)).ok()
    }

    /// The revisions with these versions, as far as there are any; quick where the versions come in their order.
    pub fn find_all<'v>(&self, versions: impl IntoIterator<Item = &'v str>) -> impl Iterator<Item = Id> {
        let mut next = 0;
        versions.into_iter().filter_map(move |version| {
            let is_next = self.by_version.get(next).is_some_and(|&id| self.version(id).as_str() == version);
            let at = if is_next { next } else { self.place(version)? };
            next = at + 1;
            Some(self.by_version[at])
        })
    }

    /// The revisions that it revises.
    pub fn parents(&self, id: Id) -> &[Id] {
        self.parents.of(id)
    }

    /// The revisions that revise it.
    pub fn children(&self, id: Id) -> &[Id] {
        self.children.of(id)
    }

    /// The revisions that must be applied before it without being parents.
    pub fn depends_on(&self, id: Id) -> &[Id] {
        self.depends_on.of(id)
    }

    /// The revisions that depend on it without revising it.
    pub fn dependents(&self, id: Id) -> &[Id] {
        self.dependents.of(id)
    }

    /// The revisions that nobody revises, in order.
    pub fn heads(&self) -> Vec<Id> {
        self.ids().filter(|&id| self.children(id).is_empty()).collect()
    }

    /// The revisions without parents, in order.
    pub fn roots(&self) -> Vec<Id> {
        self.ids().filter(|&id| self.parents(id).is_empty()).collect()
    }

    /// The greatest version of all, by string order.
    pub fn greatest_version(&self) -> Option<&Version> {
        self.by_version.last().map(|&id| self.version(id))
    }

    /// Several heads, and several roots, that labels don't tell apart.
    ///
    /// Heads are told apart when each has, or inherits, a label that the others don't have. Linear in revisions.
    pub fn ambiguities(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let heads = self.heads();
        let roots = self.roots();
        if !self.told_apart(&heads, &self.ends(self.ids().rev(), Graph::children)) {
            faults.push(Fault::SeveralHeads { versions: self.sorted_versions(&heads) });
        }
        if !self.told_apart(&roots, &self.ends(self.ids(), Graph::parents)) {
            faults.push(Fault::SeveralRoots { versions: self.sorted_versions(&roots) });
        }
        faults
    }

    /// For each revision the one end that it reaches over `edges`, or `None` where it reaches several.
    ///
    /// `order` visits what `edges` leads to before what it starts from.
    fn ends(&self, order: impl Iterator<Item = Id>, edges: fn(&Graph, Id) -> &[Id]) -> Vec<Option<Id>> {
        let mut ends: Vec<Option<Id>> = vec![None; self.len()];
        for id in order {
            let next = edges(self, id);
            ends[id.0] = match next {
                [] => Some(id),
                [first, rest @ ..] => ends[first.0].filter(|_| rest.iter().all(|other| ends[other.0] == ends[first.0])),
            };
        }
        ends
    }

    /// Whether each of several ends has a label on a revision that reaches this end alone.
    fn told_apart(&self, ends: &[Id], end_of: &[Option<Id>]) -> bool {
        let labelled: HashSet<Id> =
            self.ids().filter(|&id| !self.node(id).labels.is_empty()).filter_map(|id| end_of[id.0]).collect();
        ends.len() < 2 || ends.iter().all(|end| labelled.contains(end))
    }

    fn sorted_versions(&self, ids: &[Id]) -> Vec<Version> {
        let mut versions: Vec<Version> = ids.iter().map(|&id| self.version(id).clone()).collect();
        versions.sort();
        versions
    }
}

/// The place of a version among nodes that are sorted by it.
fn find_sorted(nodes: &[Node], version: &str) -> Option<Id> {
    nodes.binary_search_by(|node| node.version.as_str().cmp(version)).ok().map(Id)
}

/// A dependency may be named by a label: it is the revision that has it.
fn name_dependencies(sorted: &mut [Node]) {
    let labelled =
        |node: &Node| node.labels.iter().map(|label| (label.clone(), node.version.clone())).collect::<Vec<_>>();
    let labels: HashMap<String, Version> = sorted.iter().flat_map(labelled).collect();
    if labels.is_empty() {
        return;
    }
    let mut named = Vec::new();
    for (at, node) in sorted.iter().enumerate() {
        for (place, name) in node.depends_on.iter().enumerate() {
            if let Some(version) = labels.get(name.as_str()).filter(|_| find_sorted(sorted, name.as_str()).is_none()) {
                named.push((at, place, version.clone()));
            }
        }
    }
    for (at, place, version) in named {
        sorted[at].depends_on[place] = version;
    }
}

fn duplicate_versions(sorted: &[Node]) -> Vec<Fault> {
    sorted
        .chunk_by(|a, b| a.version == b.version)
        .filter(|same| same.len() > 1)
        .map(|same| Fault::DuplicateVersion {
            version: same[0].version.clone(),
            names: same.iter().map(|node| node.name.clone()).collect(),
        })
        .collect()
}

fn duplicate_labels(nodes: &[Node]) -> Vec<Fault> {
    let mut owners: BTreeMap<&str, Vec<Version>> = BTreeMap::new();
    for node in nodes {
        for label in &node.labels {
            owners.entry(label).or_default().push(node.version.clone());
        }
    }
    owners
        .into_iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(label, versions)| Fault::DuplicateLabel { label: label.to_owned(), versions })
        .collect()
}

/// One cycle among the revisions that a topological sort left over.
fn find_cycle(nodes: &[Node], edges: [&Adjacency; 2], left: &[Id]) -> Fault {
    let held: HashSet<Id> = left.iter().copied().collect();
    // Everything left over has an edge to something left over, so that walking on must come round.
    let mut path = Vec::new();
    let mut places: HashMap<Id, usize> = HashMap::new();
    let mut at = left[0];
    while !places.contains_key(&at) {
        places.insert(at, path.len());
        path.push(at);
        at = edges.iter().flat_map(|edges| edges.of(at)).copied().find(|next| held.contains(next)).unwrap_or(at);
    }
    let cycle = &path[places[&at]..];
    // Begin with the smallest version, so that the report doesn't depend on where the walk began.
    let start = (0..cycle.len()).min_by_key(|&place| cycle[place]).unwrap_or(0);
    let versions = cycle[start..].iter().chain(&cycle[..start]).map(|id| nodes[id.0].version.clone()).collect();
    Fault::Cycle { versions }
}
