//! A request beside a situation: which tasks it makes, and whether they can be run at all.

use std::collections::BTreeMap;

use super::task::{Source, Task};
use super::way_back::way_back;
use super::{Event, Options, Report, Request, TransactionMode};
use crate::driver::dialect::dialect;
use crate::error::{Error, shortened};
use crate::journal::Entry;
use crate::revision::order::{Edges, Gap, gaps, tips};
use crate::revision::selector::resolve;
use crate::revision::{Direction, Graph, Id, IdSet, Plan, PlanError, Scope as SelectorScope, Step, Target, plan};
use crate::situation::{Halfway, Rows, Scope, Situation};
use crate::version::Version;

/// The tasks that a request makes.
pub(super) struct Goal<'b> {
    /// In order.
    pub(super) tasks: Vec<Task<'b>>,
    /// The versions of the current heads when they are done.
    pub(super) final_heads: Vec<String>,
    /// Rows that are to be forgotten, by version, though no task says so.
    pub(super) forgotten: Vec<Version>,
    kind: Kind,
    /// Missing revisions, each with an applied one above it.
    gaps: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Up on a database on which nothing is applied.
    Fresh,
    /// Up, or down.
    Run,
    /// Down and up again.
    Redo,
    /// The ledger alone.
    Stamp,
}

/// What a request's selectors are read against, and what of the journal it needs.
///
/// Only what goes down needs the revisions that the journal alone knows; elsewhere they would be heads of their own.
pub(super) fn reading(request: Request<'_>) -> (Scope, Rows) {
    match request {
        Request::Upgrade { .. } | Request::Stamp { .. } => (Scope::Chain, Rows::Open),
        Request::Downgrade { .. } | Request::Revert { .. } | Request::Redo { .. } => (Scope::Journal, Rows::All),
    }
}

/// The tasks that a request makes in a situation.
pub(super) fn goal<'b>(situation: &Situation<'b>, request: Request<'_>) -> Result<Goal<'b>, Error> {
    let (graph, applied) = (&situation.graph, &situation.applied);
    refuse_unknown(situation, request)?;
    let target =
        |text: &str| -> Result<Target, Error> { Ok(resolve(text, SelectorScope { graph, applied: Some(applied) })?) };
    let all = |texts: &[&str]| texts.iter().map(|text| target(text)).collect::<Result<Vec<_>, _>>();
    let mut forgotten = Vec::new();
    let (plan, kind) = match request {
        Request::Upgrade { targets } => {
            let kind = if situation.ledger.is_empty() { Kind::Fresh } else { Kind::Run };
            (plan::upgrade(graph, applied, &all(targets)?)?, kind)
        }
        Request::Downgrade { targets } => (plan::downgrade(graph, applied, &all(targets)?)?, Kind::Run),
        Request::Revert { revisions } => {
            let mut ids = Vec::with_capacity(revisions.len());
            for &text in revisions {
                ids.push(target(text)?.one(graph)?);
            }
            (plan::revert(graph, applied, &ids), Kind::Run)
        }
        Request::Redo { target: text } => {
            let down = plan::downgrade(graph, applied, &[target(text)?])?;
            (redo(situation, down)?, Kind::Redo)
        }
        Request::Stamp { targets, purge } => {
            let plan = stamp(graph, applied, &all(targets)?, purge)?;
            if purge {
                forgotten.extend(situation.unknown.iter().cloned());
                let known = applied.iter(graph).filter_map(|id| situation.revision(id));
                forgotten.extend(known.flat_map(|revision| situation.replaced(revision)));
            }
            // What stopped midway has been finished or undone by hand.
            forgotten.extend(situation.partial().map(|entry| Version::from(entry.version.as_str())));
            (plan, Kind::Stamp)
        }
    };
    refuse_below_partial(situation, &plan)?;
    refuse_above_partial(situation, request, &plan)?;
    let name = |id: Id| graph.node(id).name.clone();
    let missing = |gap: Gap| (name(gap.missing), name(gap.above));
    let upward = plan.steps.iter().any(|step| step.direction == Direction::Up) && kind == Kind::Run;
    let gaps = if upward { gaps(graph, applied).into_iter().map(missing).collect() } else { BTreeMap::new() };
    let final_heads = plan.final_heads.iter().map(|&id| graph.version(id).to_string()).collect();
    let tasks = plan.steps.iter().map(|&step| task(situation, step)).collect::<Result<_, _>>()?;
    Ok(Goal { tasks, final_heads, forgotten, kind, gaps })
}

fn refuse_unknown(situation: &Situation<'_>, request: Request<'_>) -> Result<(), Error> {
    let unplaced = |version: &Version| situation.graph.find(version.as_str()).is_none();
    let direction = match request {
        Request::Upgrade { .. } if !situation.unknown.is_empty() => {
            if let Some(halfway) = situation.halfway() {
                return Err(refused_halfway(situation, &halfway));
            }
            Direction::Up
        }
        Request::Downgrade { .. } | Request::Revert { .. } | Request::Redo { .. }
            if situation.unknown.iter().any(unplaced) =>
        {
            Direction::Down
        }
        _ => return Ok(()),
    };
    Err(Error::UnknownVersions { versions: situation.unknown_names(), direction })
}

fn refused_halfway(situation: &Situation<'_>, halfway: &Halfway<'_>) -> Error {
    let Halfway { revision, applied } = halfway;
    let owned = |versions: &[&str]| versions.iter().map(|&version| version.to_owned()).collect();
    Error::Halfway {
        name: revision.name.to_owned(),
        version: revision.version.to_owned(),
        applied: applied.iter().map(|version| situation.name_of(version)).collect(),
        total: revision.replaces.len() + 1,
        parents: owned(revision.parents),
    }
}

/// What stopped midway on its way up stands on its parents, though the ledger doesn't say so.
fn refuse_below_partial(situation: &Situation<'_>, plan: &Plan) -> Result<(), Error> {
    let above = |entry: &&Entry| {
        let mut around = entry.parents.iter().chain(&entry.depends_on);
        entry.direction == Direction::Up && around.any(|version| reverts(situation, plan, version))
    };
    match situation.partial().find(above) {
        Some(entry) => Err(Error::BelowPartial { name: entry.name.clone(), done: entry.done, total: entry.total }),
        None => Ok(()),
    }
}

/// What stopped midway on its way down is no ground to build on, though the ledger says that it is applied.
fn refuse_above_partial(situation: &Situation<'_>, request: Request<'_>, plan: &Plan) -> Result<(), Error> {
    if !matches!(request, Request::Upgrade { .. } | Request::Redo { .. }) {
        return Ok(());
    }
    let left = |entry: &&Entry| entry.direction == Direction::Down && !reverts(situation, plan, &entry.version);
    match situation.partial().find(left) {
        Some(entry) => Err(Error::HalfReverted {
            name: entry.name.clone(),
            version: entry.version.clone(),
            done: entry.done,
            total: entry.total,
        }),
        None => Ok(()),
    }
}

fn reverts(situation: &Situation<'_>, plan: &Plan, version: &str) -> bool {
    let is = |step: &Step| step.direction == Direction::Down && situation.graph.version(step.id).as_str() == version;
    plan.steps.iter().any(is)
}

/// Down and then up again; the database ends where it was.
fn redo(situation: &Situation<'_>, down: Plan) -> Result<Plan, Error> {
    if down.steps.iter().any(|step| situation.revision(step.id).is_none()) {
        return Err(Error::UnknownVersions { versions: situation.unknown_names(), direction: Direction::Down });
    }
    let up = down.steps.iter().rev().map(|step| Step { id: step.id, direction: Direction::Up });
    let steps = down.steps.iter().copied().chain(up).collect();
    Ok(Plan { steps, final_heads: tips(&situation.graph, &situation.applied, Edges::All) })
}

/// A stamp; after a purge it doesn't matter what was applied before.
fn stamp(graph: &Graph, applied: &IdSet, targets: &[Target], purge: bool) -> Result<Plan, PlanError> {
    if !purge {
        return plan::stamp(graph, applied, targets);
    }
    let fresh = plan::stamp(graph, &IdSet::empty(graph), targets)?;
    let wanted = IdSet::of(graph, fresh.steps.iter().map(|step| step.id));
    let out = graph.ids().rev().filter(|&id| applied.contains(id) && !wanted.contains(id));
    let out = out.map(|id| Step { id, direction: Direction::Unstamp });
    let into = fresh.steps.iter().copied().filter(|step| !applied.contains(step.id));
    Ok(Plan { steps: out.chain(into).collect(), final_heads: fresh.final_heads.clone() })
}

fn task<'b>(situation: &Situation<'b>, step: Step) -> Result<Task<'b>, Error> {
    let graph = &situation.graph;
    let node = graph.node(step.id);
    let revision = situation.revision(step.id);
    let source = match (step.direction, revision) {
        (Direction::Up | Direction::Stamp, Some(revision)) => Source::Chain(&revision.up),
        (Direction::Up | Direction::Stamp, None) => {
            return Err(Error::UnknownVersions { versions: situation.unknown_names(), direction: Direction::Up });
        }
        (Direction::Unstamp, _) => Source::Nothing,
        (Direction::Down, _) => way_back(situation, step.id)?,
    };
    let transactional = match &source {
        Source::Journal(entry) => entry.run_in_transaction,
        _ => revision.is_none_or(|revision| revision.run_in_transaction),
    };
    // There is no transaction for what commits itself.
    let commits = source.statements().iter().any(|statement| (dialect(situation.backend).commits)(statement.sql));
    let ledger_only = matches!(step.direction, Direction::Stamp | Direction::Unstamp);
    let around: Vec<Id> = match step.direction {
        Direction::Up => graph.parents(step.id).iter().chain(graph.depends_on(step.id)).copied().collect(),
        Direction::Down => graph.children(step.id).iter().chain(graph.dependents(step.id)).copied().collect(),
        Direction::Stamp | Direction::Unstamp => Vec::new(),
    };
    Ok(Task {
        version: node.version.to_string(),
        name: node.name.clone(),
        direction: step.direction,
        run_in_transaction: ledger_only || (transactional && !commits),
        commits: transactional && commits,
        replaced: match (step.direction, revision) {
            (Direction::Down | Direction::Unstamp, Some(revision)) => situation.replaced(revision),
            _ => Vec::new(),
        },
        around: around.iter().map(|&id| graph.version(id).to_string()).collect(),
        revision,
        source,
    })
}

impl Goal<'_> {
    /// Whether nothing is to be done.
    pub(super) fn is_done(&self) -> bool {
        self.tasks.is_empty() && self.forgotten.is_empty()
    }

    /// What was done when all tasks are.
    pub(super) fn report(&self) -> Report {
        Report { steps: self.tasks.iter().map(Task::report).collect(), final_heads: self.final_heads.clone() }
    }

    /// Says what is unusual about what follows.
    pub(super) fn announce(&self, options: &mut Options<'_>) {
        for task in &self.tasks {
            if let Source::Journal(_) = &task.source {
                options.tell(&Event::FromJournal { name: &task.name, edited: task.revision.is_some() });
            }
            let above = self.gaps.get(&task.name).filter(|_| task.direction == Direction::Up);
            if let Some(above) = above {
                options.tell(&Event::OutOfOrder { name: &task.name, above });
            }
        }
    }

    /// Refuses what the caller's transaction forbids, and scripts that begin or end a transaction within one.
    pub(super) fn check_transactions(&self, nested: bool, enforced: bool) -> Result<(), Error> {
        for task in &self.tasks {
            if nested && !task.run_in_transaction {
                return Err(Error::InTransaction { name: task.name.clone(), rebuild: false });
            }
            if nested && enforced && task.foreign_keys_off() {
                return Err(Error::InTransaction { name: task.name.clone(), rebuild: true });
            }
            if !task.run_in_transaction || matches!(task.direction, Direction::Stamp | Direction::Unstamp) {
                continue;
            }
            if let Some(statement) = task.statements().iter().find(|statement| controls_transaction(statement.sql)) {
                let (file, line) = (task.file(), statement.line);
                return Err(Error::TransactionStatement { file, line, statement: shortened(statement.sql) });
            }
        }
        Ok(())
    }

    /// Whether all tasks run in one transaction.
    pub(super) fn fits_one_transaction(&self, mode: TransactionMode, enforced: bool) -> Result<bool, Error> {
        if self.kind == Kind::Stamp {
            return Ok(true);
        }
        let alone = self.tasks.iter().find(|task| !task.run_in_transaction);
        match (mode, alone) {
            (TransactionMode::Each, _) => Ok(false),
            (TransactionMode::All, Some(task)) => {
                Err(Error::NotInOneTransaction { name: task.name.clone(), commits: task.commits })
            }
            (TransactionMode::All, None) => Ok(true),
            (TransactionMode::Auto, Some(_)) => Ok(false),
            (TransactionMode::Auto, None) => {
                // One setting holds for the whole transaction: a rebuild's must not fall on scripts that rely on
                // ON DELETE CASCADE.
                let rebuilds = self.tasks.iter().filter(|task| task.foreign_keys_off()).count();
                let agree = !enforced || rebuilds == 0 || rebuilds == self.tasks.len();
                Ok(agree && matches!(self.kind, Kind::Fresh | Kind::Redo))
            }
        }
    }
}

/// Whether a statement begins or ends a transaction.
pub(super) fn controls_transaction(sql: &str) -> bool {
    let mut words = sql.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("").to_ascii_uppercase();
    match first.as_str() {
        "BEGIN" | "COMMIT" | "END" => true,
        "ROLLBACK" => !sql.to_ascii_uppercase().split_whitespace().any(|word| word == "TO"),
        "START" => words.next().is_some_and(|word| word.eq_ignore_ascii_case("transaction")),
        _ => false,
    }
}
