//! Plans: graph to steps. Which revisions an upgrade, a downgrade or a stamp touches, and in which order.
//!
//! Up runs in the graph's order, which is that of the versions, as stock Diesel runs them; down runs backwards.

use std::fmt;

use crate::revision::graph::{Graph, Id};
use crate::revision::order::{Edges, IdSet, ancestors, descendants, tips};
use crate::revision::selector::{Target, listed};

/// What to do, in order, to take a database to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The steps in order; none if the database is there already.
    pub steps: Vec<Step>,
    /// The current heads when all steps are done.
    pub final_heads: Vec<Id>,
}

/// One step of a [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The revision.
    pub id: Id,
    /// What is done with it.
    pub direction: Direction,
}

/// What a step does with its revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Its up half runs.
    Up,
    /// Its down half runs.
    Down,
    /// It is written into the ledger without running.
    Stamp,
    /// It is taken out of the ledger without running.
    Unstamp,
}

impl Direction {
    /// The word used in `--json`: `up`, `down`, `stamp` or `unstamp`.
    pub const fn name(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
            Direction::Stamp => "stamp",
            Direction::Unstamp => "unstamp",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A target that an upgrade or a downgrade can't go to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanError {
    /// A relative target with the wrong sign.
    WrongWay {
        /// What the user typed.
        target: String,
        /// The direction that it doesn't fit.
        direction: Direction,
    },
    /// A downgrade to something above which nothing is applied, and which isn't current either.
    NotApplied {
        /// What the user typed.
        target: String,
        /// The folder names of what it stands for.
        names: Vec<String>,
        /// The folder names of the current heads.
        current: Vec<String>,
    },
    /// Several targets, one of which is below another or the same.
    Overlap {
        /// What the user typed for the one below.
        target: String,
        /// What the user typed for the one above.
        above: String,
    },
    /// A downgrade to a word that stands for several revisions.
    SeveralTargets {
        /// What the user typed.
        target: String,
        /// The folder names of what it stands for.
        names: Vec<String>,
    },
    /// A downgrade of a branch that nothing above the target belongs to.
    OffBranch {
        /// What the user typed.
        target: String,
        /// The folder name of the branch's revision.
        branch: String,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::WrongWay { target, direction: Direction::Up } => write!(f, "`{target}` goes down, not up"),
            PlanError::WrongWay { target, .. } => write!(f, "`{target}` goes up, not down"),
            PlanError::NotApplied { target, names, current } => {
                write!(f, "cannot downgrade to `{target}`: nothing above it is applied")?;
                if !names.is_empty() && !names.contains(target) {
                    write!(f, "{}", listed("it stands for", names))?;
                }
                f.write_str(&listed("current", current))
            }
            PlanError::Overlap { target, above } => {
                write!(f, "`{target}` overlaps with `{above}`: one is the other, or below it")
            }
            PlanError::SeveralTargets { target, names } => {
                write!(f, "`{target}` stands for several revisions, and a downgrade needs one")?;
                f.write_str(&listed("it stands for", names))
            }
            PlanError::OffBranch { target, branch } => {
                write!(f, "nothing above `{target}` belongs to the line of {branch}")
            }
        }
    }
}

impl std::error::Error for PlanError {}

impl PlanError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            PlanError::WrongWay { direction: Direction::Up, .. } => {
                "to revert revisions, use `cargo dbmig downgrade`".to_owned()
            }
            PlanError::WrongWay { .. } => "to apply revisions, use `cargo dbmig upgrade`".to_owned(),
            PlanError::NotApplied { .. } => "see what is applied with `cargo dbmig current`".to_owned(),
            PlanError::Overlap { .. } => "name one of them alone".to_owned(),
            PlanError::SeveralTargets { .. } => "name the one revision that shall be the last one applied".to_owned(),
            PlanError::OffBranch { .. } => "name the branch by one of its own revisions".to_owned(),
        }
    }
}

/// What applies some targets and all that they need; nothing if they are applied already.
///
/// # Errors
///
/// A target such as `-1`, which goes down; targets of which one is below another, as in Alembic.
pub fn upgrade(graph: &Graph, applied: &IdSet, targets: &[Target]) -> Result<Plan, PlanError> {
    targets.iter().try_for_each(|target| right_way(target, Direction::Up))?;
    refuse_overlap(graph, targets)?;
    let mut after = applied.clone();
    let mut steps = Vec::new();
    let wanted = targets.iter().flat_map(|target| target.revisions.iter().copied());
    for id in ancestors(graph, wanted, Edges::All).iter(graph) {
        if after.insert(id) {
            steps.push(Step { id, direction: Direction::Up });
        }
    }
    Ok(Plan { steps, final_heads: tips(graph, &after, Edges::All) })
}

/// What reverts everything that is applied above some targets: their descendants and what depends on them, not their
/// siblings. The targets themselves stay.
///
/// A target with a branch (`label@base`, `-1`) reverts only on that branch's line, with what depends on it.
///
/// # Errors
///
/// A target such as `+1`, one above which nothing is applied, one that stands for several revisions, and targets of
/// which one is below another.
pub fn downgrade(graph: &Graph, applied: &IdSet, targets: &[Target]) -> Result<Plan, PlanError> {
    refuse_overlap(graph, targets)?;
    let mut first = Vec::new();
    for target in targets {
        right_way(target, Direction::Down)?;
        if target.revisions.len() > 1 && target.relative.is_none() {
            let (target, names) = (target.text.clone(), names(graph, &target.revisions));
            return Err(PlanError::SeveralTargets { target, names });
        }
        let above = first_reverted(graph, target);
        if let (Some(branch), true) = (target.branch, above.is_empty() && !graph.is_empty()) {
            if target.revisions.iter().any(|&id| !graph.children(id).is_empty()) {
                let (target, branch) = (target.text.clone(), graph.node(branch).name.clone());
                return Err(PlanError::OffBranch { target, branch });
            }
        }
        first.extend(above);
    }
    let plan = revert(graph, applied, &first);
    let current = tips(graph, applied, Edges::All);
    let is_off = |target: &&Target| !target.revisions.iter().all(|id| current.contains(id));
    match targets.iter().find(is_off).filter(|_| plan.steps.is_empty()) {
        Some(target) => {
            let (names, current) = (names(graph, &target.revisions), names(graph, &current));
            Err(PlanError::NotApplied { target: target.text.clone(), names, current })
        }
        None => Ok(plan),
    }
}

/// What reverts some revisions, with everything that stands on them.
pub fn revert(graph: &Graph, applied: &IdSet, revisions: &[Id]) -> Plan {
    let mut after = applied.clone();
    let mut steps = Vec::new();
    for id in descendants(graph, revisions.iter().copied(), Edges::All).iter(graph).rev() {
        if after.remove(id) {
            steps.push(Step { id, direction: Direction::Down });
        }
    }
    Plan { steps, final_heads: tips(graph, &after, Edges::All) }
}

/// What makes the ledger say that a database is at some targets, without running anything.
///
/// The current heads on a target's line, above it or below, give way to the target; others stay as they are.
/// `base` takes everything out, `label@base` the current heads on that label's line.
///
/// # Errors
///
/// Targets of which one is below another.
pub fn stamp(graph: &Graph, applied: &IdSet, targets: &[Target]) -> Result<Plan, PlanError> {
    refuse_overlap(graph, targets)?;
    let mut kept = tips(graph, applied, Edges::All);
    for target in targets {
        match (target.revisions.as_slice(), target.branch) {
            ([], None) => kept.clear(),
            (ids, branch) => {
                let line = related(graph, if ids.is_empty() { branch.as_slice() } else { ids });
                kept.retain(|&id| !line.contains(id));
            }
        }
    }
    let stamped = targets.iter().flat_map(|target| target.revisions.iter().copied());
    let mut after = ancestors(graph, stamped, Edges::All);
    // What stays of the other branches is what is applied there, gaps included.
    for id in ancestors(graph, kept, Edges::All).iter(graph).filter(|&id| applied.contains(id)) {
        after.insert(id);
    }
    let out = graph.ids().rev().filter(|&id| applied.contains(id) && !after.contains(id));
    let into = graph.ids().filter(|&id| after.contains(id) && !applied.contains(id));
    let mut steps: Vec<Step> = out.map(|id| Step { id, direction: Direction::Unstamp }).collect();
    steps.extend(into.map(|id| Step { id, direction: Direction::Stamp }));
    Ok(Plan { steps, final_heads: tips(graph, &after, Edges::All) })
}

/// Of targets of which one is below another it isn't clear which is meant.
fn refuse_overlap(graph: &Graph, targets: &[Target]) -> Result<(), PlanError> {
    for (at, above) in targets.iter().enumerate().filter(|_| targets.len() > 1) {
        let below = ancestors(graph, above.revisions.iter().copied(), Edges::All);
        let overlaps = |target: &Target| match target.revisions.as_slice() {
            [] => target.branch.is_none(),
            ids => ids.iter().any(|&id| below.contains(id)),
        };
        let mut others = targets.iter().enumerate().filter(|(other, _)| *other != at);
        if let Some((_, target)) = others.find(|(_, target)| overlaps(target)) {
            return Err(PlanError::Overlap { target: target.text.clone(), above: above.text.clone() });
        }
    }
    Ok(())
}

/// Whatever stands above or below some revisions.
fn related(graph: &Graph, ids: &[Id]) -> IdSet {
    let mut related = ancestors(graph, ids.iter().copied(), Edges::All);
    for id in descendants(graph, ids.iter().copied(), Edges::All).iter(graph) {
        related.insert(id);
    }
    related
}

fn right_way(target: &Target, direction: Direction) -> Result<(), PlanError> {
    match target.relative.map(i64::signum) {
        Some(-1) if direction == Direction::Up => Err(PlanError::WrongWay { target: target.text.clone(), direction }),
        Some(1) if direction == Direction::Down => Err(PlanError::WrongWay { target: target.text.clone(), direction }),
        _ => Ok(()),
    }
}

/// The lowest revisions that a downgrade to a target takes away: the target's children, or the roots.
fn first_reverted(graph: &Graph, target: &Target) -> Vec<Id> {
    let mut first: Vec<Id> = match target.revisions.as_slice() {
        [] => graph.roots(),
        ids => ids.iter().flat_map(|&id| graph.children(id).iter().copied()).collect(),
    };
    first.sort();
    first.dedup();
    if let Some(branch) = target.branch {
        if first.len() > 1 {
            let line = ancestors(graph, [branch], Edges::Parents);
            first.retain(|&id| line.contains(id));
        }
    }
    if target.revisions.len() > 1 {
        // The parents of a merge stay, even where one of them stands above another.
        let kept = ancestors(graph, target.revisions.iter().copied(), Edges::Parents);
        first.retain(|&id| !kept.contains(id));
    }
    first
}

fn names(graph: &Graph, ids: &[Id]) -> Vec<String> {
    ids.iter().map(|&id| graph.node(id).name.clone()).collect()
}
