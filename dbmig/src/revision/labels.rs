//! Branch labels: which revisions a label is about.

use crate::revision::graph::{Graph, Id};

/// The labels of each revision: its own and those of its branch.
///
/// As in Alembic: a label is its revision's and that of all its descendants; where none of these forks or merges, it
/// goes down as well, to the next branch point or merge point.
#[derive(Clone, Debug)]
pub struct BranchLabels<'g> {
    /// All labels, sorted.
    names: Vec<&'g str>,
    /// A row of bits for each revision, one for each name.
    rows: Vec<u64>,
}

impl<'g> BranchLabels<'g> {
    /// The labels of a graph. Linear in revisions and edges, for up to 64 labels each.
    pub fn new(graph: &'g Graph) -> BranchLabels<'g> {
        let mut owned: Vec<(&str, Id)> =
            graph.ids().flat_map(|id| graph.node(id).labels.iter().map(move |label| (label.as_str(), id))).collect();
        owned.sort_unstable();
        let names: Vec<&str> = owned.iter().map(|(name, _)| *name).collect();
        let width = names.len().div_ceil(BITS);
        let mut labels = BranchLabels { names, rows: vec![0; width * graph.len()] };
        for (at, (_, owner)) in owned.iter().enumerate() {
            labels.rows[owner.index() * width + at / BITS] |= 1 << (at % BITS);
        }
        // Downwards first: what goes down comes back up to where it is already.
        let plain = Plain::new(graph);
        for id in graph.ids().rev() {
            if let Some(below) =
                graph.parents(id).first().filter(|below| plain.is_plain(**below) && plain.to_the_end(id))
            {
                labels.give(id, *below);
            }
        }
        for id in graph.ids() {
            graph.parents(id).iter().for_each(|below| labels.give(*below, id));
        }
        labels
    }

    /// The labels of a revision, sorted.
    pub fn of(&self, id: Id) -> impl Iterator<Item = &'g str> + '_ {
        let width = self.width();
        let row = &self.rows[id.index() * width..][..width];
        let is_set = |at: usize| row[at / BITS] & (1 << (at % BITS)) != 0;
        self.names.iter().enumerate().filter(move |(at, _)| is_set(*at)).map(|(_, name)| *name)
    }

    fn width(&self) -> usize {
        self.names.len().div_ceil(BITS)
    }

    fn give(&mut self, from: Id, to: Id) {
        let width = self.width();
        for at in 0..width {
            self.rows[to.index() * width + at] |= self.rows[from.index() * width + at];
        }
    }
}

/// Labels in an element of a row.
const BITS: usize = u64::BITS as usize;

/// Where a graph neither forks nor merges.
struct Plain {
    here: Vec<bool>,
    /// Here, and at all descendants.
    to_the_end: Vec<bool>,
}

impl Plain {
    fn new(graph: &Graph) -> Plain {
        let is_plain = |id: Id| {
            let mut above = graph.children(id).iter().chain(graph.dependents(id));
            let first = above.next();
            above.all(|other| Some(other) == first) && graph.parents(id).len() < 2
        };
        let here: Vec<bool> = graph.ids().map(is_plain).collect();
        let mut to_the_end = here.clone();
        for id in graph.ids().rev() {
            to_the_end[id.index()] &= graph.children(id).iter().all(|child| to_the_end[child.index()]);
        }
        Plain { here, to_the_end }
    }

    fn is_plain(&self, id: Id) -> bool {
        self.here[id.index()]
    }

    fn to_the_end(&self, id: Id) -> bool {
        self.to_the_end[id.index()]
    }
}
