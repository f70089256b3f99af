//! The edges of a graph in one piece of memory, and the order that follows from them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::revision::graph::Id;

/// For each revision those that its edges lead to.
///
/// All lists stand in one vector: a list of its own per revision is most of what linking a long chain would cost.
#[derive(Clone, Debug, Default)]
pub(super) struct Adjacency {
    targets: Vec<Id>,
    /// Where the list of each revision ends; it begins where the one before ends.
    ends: Vec<usize>,
}

impl Adjacency {
    /// No list yet, but room for those of so many revisions.
    pub(super) fn with_capacity(count: usize) -> Adjacency {
        Adjacency { targets: Vec::with_capacity(count), ends: Vec::with_capacity(count) }
    }

    /// Adds the list of the next revision.
    pub(super) fn push(&mut self, targets: impl IntoIterator<Item = Id>) {
        self.targets.extend(targets);
        self.ends.push(self.targets.len());
    }

    /// What the edges of a revision lead to.
    pub(super) fn of(&self, id: Id) -> &[Id] {
        let start = id.0.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.targets[start..self.ends[id.0]]
    }

    /// The same edges, walked backwards; each list is in ascending order.
    pub(super) fn reversed(&self) -> Adjacency {
        let mut ends = vec![0; self.ends.len()];
        for target in &self.targets {
            ends[target.0] += 1;
        }
        let mut total = 0;
        for end in &mut ends {
            total += *end;
            *end = total;
        }
        // Filled from the back, after which each place is where its list begins.
        let mut free = ends.clone();
        let mut targets = vec![Id(0); total];
        for from in (0..self.ends.len()).rev().map(Id) {
            for target in self.of(from).iter().rev() {
                free[target.0] -= 1;
                targets[free[target.0]] = from;
            }
        }
        Adjacency { targets, ends }
    }

    /// The same edges between revisions that stand in another order: `order` names the old place of each.
    pub(super) fn reordered(&self, order: &[Id]) -> Adjacency {
        let mut places = vec![Id(0); order.len()];
        for (place, old) in order.iter().enumerate() {
            places[old.0] = Id(place);
        }
        let mut reordered = Adjacency::with_capacity(order.len());
        for &old in order {
            reordered.push(self.of(old).iter().map(|target| places[target.0]));
        }
        reordered
    }
}

/// Revisions after everything that they need, the smallest available first; `Err` with what a cycle holds back.
///
/// `needs` are edges to what comes before.
pub(super) fn topological_order(count: usize, needs: [&Adjacency; 2]) -> Result<Vec<Id>, Vec<Id>> {
    let users = needs.map(Adjacency::reversed);
    let ids = || (0..count).map(Id);
    let mut waiting: Vec<usize> = ids().map(|id| needs.iter().map(|edges| edges.of(id).len()).sum()).collect();
    let mut ready: BinaryHeap<Reverse<Id>> = ids().filter(|id| waiting[id.0] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(id)) = ready.pop() {
        order.push(id);
        for user in users.iter().flat_map(|edges| edges.of(id)) {
            waiting[user.0] -= 1;
            if waiting[user.0] == 0 {
                ready.push(Reverse(*user));
            }
        }
    }
    if order.len() == count {
        return Ok(order);
    }
    Err(ids().filter(|id| waiting[id.0] > 0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adjacency(lists: &[&[usize]]) -> Adjacency {
        let mut adjacency = Adjacency::default();
        lists.iter().for_each(|list| adjacency.push(list.iter().copied().map(Id)));
        adjacency
    }

    fn lists(adjacency: &Adjacency) -> Vec<Vec<usize>> {
        (0..adjacency.ends.len()).map(|at| adjacency.of(Id(at)).iter().map(|id| id.0).collect()).collect()
    }

    #[test]
    fn reversed_lists_ascend() {
        let diamond = adjacency(&[&[], &[0], &[0], &[2, 1]]);
        assert_eq!(lists(&diamond.reversed()), [vec![1, 2], vec![3], vec![3], vec![]]);
    }

    #[test]
    fn reordered_keeps_the_edges() {
        let line = adjacency(&[&[2], &[0], &[]]);
        assert_eq!(lists(&line.reordered(&[Id(2), Id(0), Id(1)])), [vec![], vec![0], vec![1]]);
    }

    #[test]
    fn order_takes_the_smallest_that_is_ready() {
        let (parents, others) = (adjacency(&[&[2], &[], &[], &[0]]), adjacency(&[&[], &[], &[], &[1]]));
        assert_eq!(topological_order(4, [&parents, &others]), Ok(vec![Id(1), Id(2), Id(0), Id(3)]));
    }

    #[test]
    fn order_names_what_a_cycle_holds_back() {
        let (parents, others) = (adjacency(&[&[], &[2], &[], &[1]]), adjacency(&[&[], &[], &[1], &[]]));
        assert_eq!(topological_order(4, [&parents, &others]), Err(vec![Id(1), Id(2), Id(3)]));
    }
}
