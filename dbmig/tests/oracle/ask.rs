//! The same question for both, and their answers in one form.

use std::collections::BTreeSet;

use dbmig::revision::labels::BranchLabels;
use dbmig::revision::order::{Edges, IdSet, ancestors, tips};
use dbmig::revision::selector::resolve;
use dbmig::revision::{Graph, Id, Plan, Scope, place, plan, range};
use serde_json::Value;

/// What dbmig answers to a command, as sorted lines; an error's message.
pub(crate) fn answer(graph: &Graph, command: &Value) -> Result<Vec<String>, String> {
    let argument = |at: usize| command[at].as_str().unwrap();
    let offline = Scope { graph, applied: None };
    match argument(0) {
        "heads" => Ok(set(graph, graph.heads())),
        "bases" => Ok(set(graph, graph.roots())),
        "current" => Ok(set(graph, tips(graph, &applied(graph, &command[1]), Edges::Parents))),
        "branches" => {
            let forks = graph.ids().filter(|&id| graph.children(id).len() > 1);
            let line = |id: Id| format!("{} {:?}", graph.version(id), set(graph, graph.children(id).iter().copied()));
            Ok(sorted(forks.map(line)))
        }
        "labels" => {
            let labels = BranchLabels::new(graph);
            let line = |id| format!("{} {:?}", graph.version(id), labels.of(id).collect::<BTreeSet<_>>());
            Ok(sorted(graph.ids().map(line)))
        }
        "resolve" => {
            let target = resolve(argument(1), offline).map_err(|error| error.to_string())?;
            Ok(set(graph, target.revisions))
        }
        "history" => match command.get(1) {
            None => Ok(set(graph, graph.ids())),
            Some(_) => {
                let found = range::revisions(argument(1), offline).map_err(|error| error.to_string())?;
                Ok(set(graph, found))
            }
        },
        "new" => {
            let heads = match &command[1] {
                Value::String(one) if one == "head" => Vec::new(),
                Value::String(one) => vec![one.clone()],
                several => strings(several),
            };
            let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
            let splice = command[2].as_bool().unwrap();
            Ok(set(graph, place::parents(graph, &heads, splice).map_err(|error| error.to_string())?))
        }
        kind => {
            let applied = applied(graph, &command[1]);
            let scope = Scope { graph, applied: Some(&applied) };
            let target = resolve(argument(2), scope).map_err(|error| error.to_string())?;
            let plan = match kind {
                "upgrade" => plan::upgrade(graph, &applied, &[target]).map_err(|error| error.to_string())?,
                "downgrade" => plan::downgrade(graph, &applied, &[target]).map_err(|error| error.to_string())?,
                "stamp" => plan::stamp(graph, &applied, &[target]).map_err(|error| error.to_string())?,
                other => panic!("{other}"),
            };
            assert_order(graph, &plan);
            let steps = if kind == "stamp" { Vec::new() } else { set(graph, plan.steps.iter().map(|step| step.id)) };
            Ok(vec![format!("{steps:?} then {:?}", set(graph, plan.final_heads))])
        }
    }
}

/// What Alembic answered, in the same form.
pub(crate) fn alembics(command: &Value, answer: &Value) -> Vec<String> {
    match command[0].as_str().unwrap() {
        "heads" => sorted(strings(&answer["heads"])),
        "bases" => sorted(strings(&answer["bases"])),
        "branches" => {
            let line = |one: &Value| format!("{} {:?}", one["id"].as_str().unwrap(), sorted(strings(&one["next"])));
            sorted(answer.as_array().unwrap().iter().map(line))
        }
        "labels" => {
            let line = |(id, labels): (&String, &Value)| format!("{id} {:?}", BTreeSet::from_iter(strings(labels)));
            sorted(answer.as_object().unwrap().iter().map(line))
        }
        "upgrade" | "downgrade" | "stamp" => {
            let is_stamp = command[0] == "stamp";
            let steps = if is_stamp { Vec::new() } else { sorted(strings(&answer["order"])) };
            vec![format!("{steps:?} then {:?}", sorted(strings(&answer["final"])))]
        }
        _ => sorted(strings(answer)),
    }
}

pub(crate) fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn applied(graph: &Graph, rows: &Value) -> IdSet {
    ancestors(graph, strings(rows).iter().map(|row| graph.find(row).unwrap()), Edges::All)
}

fn set(graph: &Graph, ids: impl IntoIterator<Item = Id>) -> Vec<String> {
    sorted(ids.into_iter().map(|id| graph.version(id).to_string()))
}

fn sorted(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.into_iter().collect();
    lines.sort();
    lines
}

/// Up: nothing runs before what it needs. Down: nothing runs after it.
fn assert_order(graph: &Graph, plan: &Plan) {
    for (at, step) in plan.steps.iter().enumerate() {
        let below = ancestors(graph, [step.id], Edges::All);
        let later = |one: &dbmig::revision::Step| one.direction == step.direction && below.contains(one.id);
        let up = matches!(step.direction.name(), "up" | "stamp");
        let wrong = if up {
            plan.steps[at + 1..].iter().find(|one| later(one))
        } else {
            plan.steps[..at].iter().find(|one| later(one))
        };
        assert!(wrong.is_none(), "{} and {wrong:?} are in the wrong order", graph.version(step.id));
    }
}
