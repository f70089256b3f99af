//! Programs and prepared statements that are followed step by step. What can't be followed to its end has done nothing.

use std::collections::BTreeMap;

use crate::replay::conflict::{Conflict, Reason};
use crate::replay::{Replay, Replayed};
use crate::schema::ApplyError;
use crate::source::{Source, Span};
use crate::sql::syntax::Syntax;
use crate::sql::syntax::mysql::{Assigned, CreateRoutine, Executed, RoutineEffect, Step};
use crate::sql::{Statement, parse, split, split_part};

use super::value;

/// What a variable or a prepared statement holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// This text, or NULL.
    Known(Option<String>),
    /// Something that can't be known: whether it may be DDL.
    Unknown {
        /// Whether it may be.
        may_alter: bool,
    },
}

/// How deep programs and prepared statements may call each other.
const DEPTH: usize = 16;

/// How many steps a call may make, those of what it calls among them.
const STEPS: usize = 20_000;

/// How the steps of a block end.
enum Flow {
    On,
    /// By the EXIT handler of a block: how many blocks stand round that one.
    Left(usize),
}

/// A handler: of which block, whether the block ends, and for which errors.
type Handler<'a> = (usize, bool, &'a [String]);

pub(super) fn call(
    replay: &mut Replay,
    routine: &CreateRoutine,
    arguments: &[Assigned],
    place: &Span,
    replayed: &mut Replayed,
) -> Result<(), Conflict> {
    let unknown = || {
        Conflict::unreadable(place, format!("what procedure `{}` does to the structure can't be known", routine.name))
    };
    match &routine.effect {
        RoutineEffect::None => Ok(()),
        RoutineEffect::Unknown => Err(unknown()),
        RoutineEffect::Steps(steps) => {
            let held = |at: usize| arguments.get(at).map_or(Held::Unknown { may_alter: true }, |one| hold(replay, one));
            let locals = routine.parameters.iter().enumerate().map(|(at, name)| (name.clone(), held(at))).collect();
            whole(replay, steps, locals, replayed, unknown)
        }
    }
}

/// Does what the steps of a program do, all of them, or nothing where one of them can't be followed.
pub(super) fn whole(
    replay: &mut Replay,
    steps: &[Step],
    locals: BTreeMap<String, Held>,
    replayed: &mut Replayed,
    unknown: impl Fn() -> Conflict,
) -> Result<(), Conflict> {
    if replay.mysql.depth >= DEPTH {
        return Err(unknown());
    }
    // Within another program that one is taken back.
    let before = (replay.mysql.depth == 0).then(|| {
        replay.mysql.steps = 0;
        replay.clone()
    });
    let (changes, diagnostics) = (replayed.changes.len(), replayed.diagnostics.len());
    let outer = std::mem::replace(&mut replay.mysql.locals, locals);
    replay.mysql.depth += 1;
    let outcome = block(replay, steps, &mut Vec::new(), 0, replayed);
    replay.mysql.depth -= 1;
    replay.mysql.locals = outer;
    let Err(conflict) = outcome else { return Ok(()) };
    if let Some(before) = before {
        *replay = before;
        replayed.changes.truncate(changes);
        replayed.diagnostics.truncate(diagnostics);
    }
    Err(match conflict.reason {
        Reason::Unreadable(_) => unknown(),
        _ => conflict,
    })
}

fn block<'a>(
    replay: &mut Replay,
    steps: &'a [Step],
    handlers: &mut Vec<Handler<'a>>,
    depth: usize,
    replayed: &mut Replayed,
) -> Result<Flow, Conflict> {
    let outer = handlers.len();
    let mut flow = Flow::On;
    for step in steps {
        replay.mysql.steps += 1;
        flow = if replay.mysql.steps > STEPS {
            Err(uncertain())
        } else {
            self::step(replay, step, handlers, depth, replayed)
        }?;
        if !matches!(flow, Flow::On) {
            break;
        }
    }
    handlers.truncate(outer);
    Ok(match flow {
        Flow::Left(left) if left == depth => Flow::On,
        flow => flow,
    })
}

/// A conflict whose words its callers replace.
fn uncertain() -> Conflict {
    Conflict { span: None, reason: Reason::Unreadable(String::new()) }
}

fn step<'a>(
    replay: &mut Replay,
    step: &'a Step,
    handlers: &mut Vec<Handler<'a>>,
    depth: usize,
    replayed: &mut Replayed,
) -> Result<Flow, Conflict> {
    match step {
        Step::Statement(place) => {
            for one in &split_part(place, replay.backend).statements {
                let Err(failure) = statement(replay, one, &one.span, replayed) else { continue };
                let (conflict, syntax) = *failure;
                if let Reason::Unreadable(_) = conflict.reason {
                    return Err(conflict);
                }
                match handlers.iter().rev().find(|(_, _, errors)| handles(errors, &conflict)) {
                    Some((level, true, _)) => return Ok(Flow::Left(*level)),
                    Some(_) => {}
                    None => replay.failed(&conflict, &syntax, &one.span, replayed),
                }
            }
        }
        Step::Set(variables) => variables.iter().for_each(|(name, assigned)| set(replay, name, assigned)),
        Step::If { branches, otherwise } => {
            for (at, (condition, then)) in branches.iter().enumerate() {
                match condition.as_ref().and_then(|condition| value::holds(replay, condition)) {
                    Some(true) => return block(replay, then, handlers, depth + 1, replayed),
                    Some(false) => {}
                    None => {
                        let later = branches.get(at..).unwrap_or_default().iter().map(|(_, steps)| steps.as_slice());
                        let later: Vec<&[Step]> = later.chain([otherwise.as_slice()]).collect();
                        if later.iter().any(|steps| alters(replay, steps)) {
                            return Err(uncertain());
                        }
                        later.iter().for_each(|steps| forget(replay, steps));
                        return Ok(Flow::On);
                    }
                }
            }
            return block(replay, otherwise, handlers, depth + 1, replayed);
        }
        Step::Block(steps) => return block(replay, steps, handlers, depth + 1, replayed),
        Step::Handler { leaves, errors } => handlers.push((depth, *leaves, errors)),
        Step::Fails(place) => return Err(Conflict::refused(place, "here it ends by an error that it raises itself")),
    }
    Ok(Flow::On)
}

/// Does what a statement does; its faults are where it is, or at another place that stands for it.
fn statement(
    replay: &mut Replay,
    one: &Statement,
    place: &Span,
    replayed: &mut Replayed,
) -> Result<(), Box<(Conflict, Syntax)>> {
    let syntax = parse(one.tokens(), one.span.source(), replay.backend)
        .map_err(|unreadable| Box::new((Conflict::unreadable(&unreadable.span, unreadable.message), Syntax::Opaque)))?;
    match &syntax {
        Syntax::Mysql(statement) => {
            super::run(replay, statement, place, replayed).map_err(|conflict| Box::new((conflict, syntax.clone())))
        }
        _ => Ok(()),
    }
}

/// Whether a handler is for the error that a conflict would be.
fn handles(errors: &[String], conflict: &Conflict) -> bool {
    let names: &[&str] = match &conflict.reason {
        Reason::Apply(error) => match error {
            ApplyError::Exists(_) => &["1050", "42s01"],
            ApplyError::ColumnExists(..) => &["1060", "42s21"],
            ApplyError::IndexExists(_) => &["1061", "42000"],
            ApplyError::NoTable(_) => &["1146", "42s02", "1051"],
            ApplyError::NoColumn(..) => &["1054", "42s22", "1091"],
            ApplyError::NoConstraint(..) | ApplyError::NoIndex(..) => &["1091", "42000"],
            _ => &[],
        },
        Reason::Missing(..) => &["1091", "42000"],
        _ => &[],
    };
    errors.iter().any(|error| error == "sqlexception" || names.contains(&error.as_str()))
}

/// Whether steps may alter structure.
fn alters(replay: &Replay, steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Statement(place) => split_part(place, replay.backend)
            .statements
            .iter()
            .any(|one| !matches!(parse(one.tokens(), one.span.source(), replay.backend), Ok(Syntax::Opaque))),
        Step::If { branches, otherwise } => {
            branches.iter().any(|(_, steps)| alters(replay, steps)) || alters(replay, otherwise)
        }
        Step::Block(steps) => alters(replay, steps),
        // A migration that ran has raised no error.
        Step::Set(_) | Step::Handler { .. } | Step::Fails(_) => false,
    })
}

/// What steps that may have run assign isn't known any more.
fn forget(replay: &mut Replay, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Set(variables) => {
                for (name, assigned) in variables {
                    let may_alter = may_be_ddl(replay, assigned) || may_alter(replay, name);
                    variable(replay, name).clone_from(&Held::Unknown { may_alter });
                }
            }
            Step::If { branches, otherwise } => {
                branches.iter().for_each(|(_, steps)| forget(replay, steps));
                forget(replay, otherwise);
            }
            Step::Block(steps) => forget(replay, steps),
            _ => {}
        }
    }
}

/// Gives a variable a value.
pub(super) fn set(replay: &mut Replay, name: &str, assigned: &Assigned) {
    let held = hold(replay, assigned);
    *variable(replay, name) = held;
}

fn variable<'a>(replay: &'a mut Replay, name: &str) -> &'a mut Held {
    let all = if name.starts_with('@') { &mut replay.mysql.variables } else { &mut replay.mysql.locals };
    all.entry(name.to_owned()).or_insert(Held::Unknown { may_alter: true })
}

fn may_alter(replay: &Replay, name: &str) -> bool {
    let all = if name.starts_with('@') { &replay.mysql.variables } else { &replay.mysql.locals };
    match all.get(name) {
        Some(Held::Known(text)) => text.is_some(),
        Some(Held::Unknown { may_alter }) => *may_alter,
        None => true,
    }
}

/// What an expression gives.
pub(super) fn hold(replay: &Replay, assigned: &Assigned) -> Held {
    let known = assigned.value.as_ref().and_then(|one| value::evaluated(replay, one));
    known.map_or_else(|| Held::Unknown { may_alter: may_be_ddl(replay, assigned) }, Held::Known)
}

fn may_be_ddl(replay: &Replay, assigned: &Assigned) -> bool {
    let variable = |name: &str| may_alter(replay, name);
    assigned.value.as_ref().map_or(assigned.may_alter, |value| value::may_be_ddl(value, &variable))
}

/// Executes a prepared statement.
pub(super) fn execute(
    replay: &mut Replay,
    executed: &Executed,
    place: &Span,
    replayed: &mut Replayed,
) -> Result<(), Conflict> {
    let unknown = || Conflict::unreadable(place, "what this executes can't be known, and it may alter the structure");
    let held = match executed {
        Executed::Name(name) => replay.mysql.prepared.get(&name.name).cloned(),
        Executed::Immediate(from) => Some(hold(replay, from)),
    };
    let text = match held {
        Some(Held::Unknown { may_alter: false }) => return Ok(()),
        Some(Held::Known(Some(text))) => value::with_own_database(&text).ok_or_else(unknown)?,
        _ => return Err(unknown()),
    };
    if replay.mysql.depth >= DEPTH {
        return Err(unknown());
    }
    replay.mysql.depth += 1;
    let script = split(&Source::new("", &text), replay.backend);
    let diagnostics = replayed.diagnostics.len();
    let outcome = script.statements.iter().try_for_each(|one| {
        let done = statement(replay, one, place, replayed).map_err(|failure| failure.0);
        done.map_err(|conflict| Conflict { span: Some(place.clone()), ..conflict })
    });
    replay.mysql.depth -= 1;
    // A part of it that isn't understood has no place of its own.
    if replayed.diagnostics.len() > diagnostics && replay.mysql.depth == 0 {
        replayed.diagnostics.truncate(diagnostics);
        return Err(unknown());
    }
    outcome
}
