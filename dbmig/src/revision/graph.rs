//! The graph of revisions: linked, validated, in topological order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use crate::bundle::{Bundle, Revision};
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
pub struct Id(usize);

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
    parents: Vec<Vec<Id>>,
    children: Vec<Vec<Id>>,
    depends_on: Vec<Vec<Id>>,
    dependents: Vec<Vec<Id>>,
    by_version: HashMap<Version, Id>,
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
        let index: HashMap<&Version, usize> = nodes.iter().enumerate().map(|(at, node)| (&node.version, at)).collect();
        for node in &nodes {
            let edges = node.parents.iter().map(|parent| (parent, false));
            for (parent, dependency) in edges.chain(node.depends_on.iter().map(|parent| (parent, true))) {
                let version = node.version.clone();
                let parent = parent.clone();
                if !index.contains_key(&parent) {
                    faults.push(Fault::UnknownParent { version, parent, dependency });
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let edges: Vec<Vec<usize>> = nodes
            .iter()
            .map(|node| node.parents.iter().chain(&node.depends_on).map(|parent| index[parent]).collect())
            .collect();
        let order = topological_order(&edges).map_err(|left| vec![find_cycle(&nodes, &edges, &left)])?;
        for node in &nodes {
            for parent in node.parents.iter().chain(&node.depends_on) {
                if *parent >= node.version {
                    let (version, parent) = (node.version.clone(), parent.clone());
                    faults.push(Fault::NotAscending { version, parent });
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Graph::assemble(nodes, &order))
    }

    /// The graph of a bundle.
    ///
    /// # Errors
    ///
    /// As [`Graph::link`]; a bundle that the build script wrote has none.
    pub fn of_bundle(bundle: &Bundle<'_>) -> Result<Graph, Vec<Fault>> {
        Graph::link(bundle.revisions.iter().map(Node::of).collect())
    }

    fn assemble(nodes: Vec<Node>, order: &[usize]) -> Graph {
        let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
        let nodes: Vec<Node> = order.iter().filter_map(|&at| nodes[at].take()).collect();
        let by_version: HashMap<Version, Id> =
            nodes.iter().enumerate().map(|(at, node)| (node.version.clone(), Id(at))).collect();
        let resolve =
            |versions: &[Version]| -> Vec<Id> { versions.iter().map(|version| by_version[version]).collect() };
        let parents: Vec<Vec<Id>> = nodes.iter().map(|node| resolve(&node.parents)).collect();
        let depends_on: Vec<Vec<Id>> = nodes.iter().map(|node| resolve(&node.depends_on)).collect();
        let (children, dependents) = (reversed(&parents), reversed(&depends_on));
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
        self.by_version.get(version).copied()
    }

    /// The revisions that it revises.
    pub fn parents(&self, id: Id) -> &[Id] {
        &self.parents[id.0]
    }

    /// The revisions that revise it.
    pub fn children(&self, id: Id) -> &[Id] {
        &self.children[id.0]
    }

    /// The revisions that must be applied before it without being parents.
    pub fn depends_on(&self, id: Id) -> &[Id] {
        &self.depends_on[id.0]
    }

    /// The revisions that depend on it without revising it.
    pub fn dependents(&self, id: Id) -> &[Id] {
        &self.dependents[id.0]
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
        self.nodes.iter().map(|node| &node.version).max()
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

/// A dependency may be named by a label: it is the revision that has it.
fn name_dependencies(nodes: &mut [Node]) {
    let labelled =
        |node: &Node| node.labels.iter().map(|label| (label.clone(), node.version.clone())).collect::<Vec<_>>();
    let labels: HashMap<String, Version> = nodes.iter().flat_map(labelled).collect();
    let versions: HashSet<Version> = nodes.iter().map(|node| node.version.clone()).collect();
    for dependency in nodes.iter_mut().flat_map(|node| &mut node.depends_on) {
        if let Some(version) = labels.get(dependency.as_str()).filter(|_| !versions.contains(dependency)) {
            *dependency = version.clone();
        }
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

/// Indices in topological order, the smallest available first; `Err` with what a cycle holds back.
fn topological_order(edges: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut waiting: Vec<usize> = edges.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (user, used) in edges.iter().enumerate() {
        for &one in used {
            users[one].push(user);
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..edges.len()).filter(|&at| waiting[at] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(edges.len());
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        for &user in &users[at] {
            waiting[user] -= 1;
            if waiting[user] == 0 {
                ready.push(Reverse(user));
            }
        }
    }
    if order.len() == edges.len() {
        return Ok(order);
    }
    Err((0..edges.len()).filter(|&at| waiting[at] > 0).collect())
}

/// One cycle among the revisions that a topological sort left over.
fn find_cycle(nodes: &[Node], edges: &[Vec<usize>], left: &[usize]) -> Fault {
    let held: HashSet<usize> = left.iter().copied().collect();
    // Everything left over has an edge to something left over, so that walking on must come round.
    let mut path = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut at = left[0];
    while !places.contains_key(&at) {
        places.insert(at, path.len());
        path.push(at);
        at = edges[at].iter().copied().find(|next| held.contains(next)).unwrap_or(at);
    }
    let cycle = &path[places[&at]..];
    // Begin with the smallest version, so that the report doesn't depend on where the walk began.
    let start = (0..cycle.len()).min_by_key(|&place| cycle[place]).unwrap_or(0);
    let versions = cycle[start..].iter().chain(&cycle[..start]).map(|&at| nodes[at].version.clone()).collect();
    Fault::Cycle { versions }
}

fn reversed(edges: &[Vec<Id>]) -> Vec<Vec<Id>> {
    let mut reversed = vec![Vec::new(); edges.len()];
    for (from, to) in edges.iter().enumerate() {
        for id in to {
            reversed[id.0].push(Id(from));
        }
    }
    reversed
}
