//! Whether branches can run in any order: two databases may have run them in different ones.

use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;
use dbmig::revision::order::{Edges, IdSet, ancestors};
use dbmig::revision::{Graph, Id};
use dbmig_build::diagnostic::{Code, Diagnostic, Level};
use dbmig_build::diff::diff;
use dbmig_build::link::Chain;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, Renames, Schema};
use dbmig_build::source::Span;

use crate::commands::describe;
use crate::error::{Error, Kind};

/// Replays each two of some revisions with what they don't share in both orders.
///
/// # Errors
///
/// Branches that make different schemas, or that fail in one of the orders.
pub(super) fn prove(chain: &Chain, parents: &[Id], backend: Backend) -> Result<(), Error> {
    let mut faults = Vec::new();
    for (at, &one) in parents.iter().enumerate() {
        for &other in &parents[at + 1..] {
            faults.extend(disagreement(chain, one, other, backend));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::of_diagnostics(Kind::Chain, faults)) }
}

/// A branch: what one of two revisions has below it and the other hasn't, in order.
struct Branch {
    head: Id,
    revisions: Vec<Id>,
}

fn disagreement(chain: &Chain, one: Id, other: Id, backend: Backend) -> Vec<Diagnostic> {
    let graph = &chain.graph;
    let (below_one, below_other) = (ancestors(graph, [one], Edges::All), ancestors(graph, [other], Edges::All));
    let mut replay = Replay::new(backend);
    for id in below_one.iter(graph).filter(|&id| below_other.contains(id)) {
        replay.run(&chain.migration(id).up);
    }
    let only = |head, below: &IdSet, besides: &IdSet| Branch {
        head,
        revisions: below.iter(graph).filter(|&id| !besides.contains(id)).collect(),
    };
    let (one, other) = (only(one, &below_one, &below_other), only(other, &below_other, &below_one));
    let first = in_order(chain, &replay, [&one, &other]);
    let second = in_order(chain, &replay, [&other, &one]);
    match (first, second) {
        (Ok(first), Ok(second)) => differences(graph, [&one, &other], &first, &second),
        (first, second) => {
            let faults = first.err().into_iter().chain(second.err()).flatten();
            let help = rebase_help(graph, [&one, &other]);
            // The same statement may fail in both orders.
            let mut said = BTreeSet::new();
            faults.filter(|one| said.insert(one.message.clone())).map(|one| one.help(help.clone())).collect()
        }
    }
}

/// What replaying two branches one after the other gives.
struct Outcome {
    schema: Schema,
    /// Where each object was changed, by what describes it.
    places: BTreeMap<String, Vec<(Id, Span)>>,
}

fn in_order(chain: &Chain, base: &Replay, branches: [&Branch; 2]) -> Result<Outcome, Vec<Diagnostic>> {
    let graph = &chain.graph;
    let mut replay = base.clone();
    let mut places: BTreeMap<String, Vec<(Id, Span)>> = BTreeMap::new();
    for branch in branches {
        for &id in &branch.revisions {
            let replayed = replay.run(&chain.migration(id).up);
            let mut faults = replayed.diagnostics;
            faults.retain(|one| one.level == Level::Error);
            if !faults.is_empty() {
                let order = branches.map(|branch| graph.node(branch.head).name.as_str());
                let note = format!("when the revisions up to {} run before those up to {}", order[0], order[1]);
                return Err(faults.into_iter().map(|fault| fault.note(note.clone())).collect());
            }
            for (change, place) in replayed.changes.iter().zip(replayed.places) {
                places.entry(owner(change)).or_default().push((branch.head, place));
            }
        }
    }
    Ok(Outcome { schema: replay.schema().clone(), places })
}

/// The object that a change is about, as a whole: a table with all that belongs to it.
fn owner(change: &Change) -> String {
    match change {
        Change::RenameTable { to, .. } => to.to_string(),
        change => change.table().map_or_else(|| describe::object(change), ToString::to_string),
    }
}

fn differences(graph: &Graph, branches: [&Branch; 2], first: &Outcome, second: &Outcome) -> Vec<Diagnostic> {
    let mut by_object: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for change in diff(&first.schema, &second.schema, &Renames::default()) {
        by_object.entry(owner(&change)).or_default().push(describe::difference(&change));
    }
    let [one, other] = branches.map(|branch| graph.node(branch.head).name.as_str());
    let diagnose = |(object, lines): (String, Vec<String>)| {
        let message = format!("`{object}` ends otherwise when {other} runs before {one}");
        let mut diagnostic = Diagnostic::error(Code::BranchesDisagree, message);
        for head in branches.map(|branch| branch.head) {
            let mut changed = [second, first].into_iter().filter_map(|outcome| outcome.places.get(&object)).flatten();
            if let Some((_, place)) = changed.rfind(|(branch, _)| *branch == head) {
                diagnostic = diagnostic.at(place.clone(), format!("changed up to {}", graph.node(head).name));
            }
        }
        let diagnostic = lines.into_iter().fold(diagnostic, |diagnostic, line| diagnostic.note(line));
        diagnostic.help(rebase_help(graph, branches))
    };
    by_object.into_iter().map(diagnose).collect()
}

fn rebase_help(graph: &Graph, [one, other]: [&Branch; 2]) -> String {
    format!("cargo dbmig rebase {} --onto {}", graph.version(other.head), graph.version(one.head))
}
