//! DO blocks and bodies of functions, followed step by step where what they do is certain.
//!
//! What alters nothing is passed over. What alters structure under a condition that replay can't answer, again and
//! again, or by a text that it can't know, is a fault at its place: nothing is guessed.

mod condition;
mod effect;
mod text;

use std::collections::BTreeMap;

use crate::replay::conflict::{Conflict, Reason};
use crate::schema::ApplyError;
use crate::source::{Source, Span};
use crate::sql::syntax::Syntax;
use crate::sql::syntax::postgres::{Block, Branch, Do, Handler, Step};
use crate::sql::{self, Statement, parse, plpgsql, split, split_part};

use super::routine;
use super::work::Work;

use effect::Speaks;
pub(super) use effect::speaks_of_structure;
pub(super) use text::{literal, of_type, value};

/// What the variables of a body hold: `None` for what can't be known.
pub(super) type Variables = BTreeMap<String, Option<String>>;

/// How the statements of a block end.
enum Flow {
    /// They ran.
    On,
    /// By `RETURN`.
    Left,
    /// By an error that they raise themselves, here.
    Raised(Span),
}

/// What a step stands in.
#[derive(Clone, Copy)]
struct Around {
    /// What the text of the whole body speaks of.
    speaks: Speaks,
    /// Whether a handler round the step passes over errors that the body raises.
    catches: bool,
    /// Whether anything that comes behind the step alters structure.
    more: bool,
}

pub(super) fn do_block(work: &mut Work<'_>, block: &Do) -> Result<(), Conflict> {
    body(work, &block.language, &block.body, Variables::new())
}

/// Does what a body does to the structure.
pub(super) fn body(work: &mut Work<'_>, language: &str, body: &Span, mut variables: Variables) -> Result<(), Conflict> {
    let around = Around { speaks: Speaks::of(body), catches: false, more: false };
    match language {
        "sql" => split_part(body, work.backend()).statements.iter().try_for_each(|one| sql(work, one)),
        "plpgsql" => {
            let block = match plpgsql(body) {
                Ok(block) => block,
                Err(_) if !around.speaks.of_structure => return Ok(()),
                Err(unreadable) => return Err(Conflict::unreadable(&unreadable.span, unreadable.message)),
            };
            if !effect::of_block(work, &block, &variables, around.speaks).alters {
                return Ok(());
            }
            match follow(work, &block, &mut variables, around)? {
                Flow::On | Flow::Left => Ok(()),
                Flow::Raised(at) => Err(Conflict::refused(&at, "here it ends by an error that it raises itself")),
            }
        }
        _ if !around.speaks.of_structure => Ok(()),
        _ => Err(Conflict::unreadable(body, format!("what this does in {language} can't be known"))),
    }
}

/// Whether a body alters structure, or may.
pub(super) fn alters(work: &Work<'_>, language: &str, body: &Span) -> bool {
    let speaks = Speaks::of(body);
    match language {
        "plpgsql" => plpgsql(body)
            .map_or(speaks.of_structure, |block| effect::of_block(work, &block, &Variables::new(), speaks).alters),
        "sql" => split_part(body, work.backend()).statements.iter().any(|one| effect::of_sql(work, one)),
        _ => speaks.of_structure,
    }
}

fn follow(work: &mut Work<'_>, block: &Block, outer: &mut Variables, around: Around) -> Result<Flow, Conflict> {
    let mut variables = outer.clone();
    for one in &block.declarations {
        let value = text::declared(work, one, &variables);
        variables.insert(one.name.name.as_str().to_owned(), value);
    }
    let catches = block.handlers.iter().any(|handler| handles_one_of(handler, &["others", "raise_exception"]));
    let within = Around { catches: around.catches || catches, ..around };
    let start = work.mark();
    let flow = match steps(work, &block.steps, &mut variables, within) {
        Ok(Flow::Raised(at)) => match handler(block, &["raise_exception"]) {
            Some(handler) => {
                work.undo(start);
                steps(work, &handler.steps, &mut variables, around)?
            }
            None => Flow::Raised(at),
        },
        Ok(flow) => flow,
        Err(conflict) => match conditions(&conflict).and_then(|names| handler(block, names)) {
            Some(handler) => {
                work.undo(start);
                steps(work, &handler.steps, &mut variables, around)?
            }
            None => return Err(conflict),
        },
    };
    for (name, value) in outer.iter_mut() {
        if !block.declarations.iter().any(|one| one.name.name.as_str() == name) {
            *value = variables.remove(name).flatten();
        }
    }
    Ok(flow)
}

fn steps(work: &mut Work<'_>, list: &[Step], variables: &mut Variables, around: Around) -> Result<Flow, Conflict> {
    let mut known = variables.clone();
    let alters = |one: &Step| {
        let effect = effect::of_step(work, one, &known, around.speaks);
        effect.forget(&mut known);
        effect.alters
    };
    let alters: Vec<bool> = list.iter().map(alters).collect();
    let last = alters.iter().rposition(|alters| *alters);
    for (at, one) in list.iter().enumerate() {
        let around = Around { more: around.more || last.is_some_and(|last| last > at), ..around };
        match step(work, one, variables, around)? {
            Flow::On => {}
            ended => return Ok(ended),
        }
    }
    Ok(Flow::On)
}

fn step(work: &mut Work<'_>, one: &Step, variables: &mut Variables, around: Around) -> Result<Flow, Conflict> {
    match one {
        Step::Raise { fails: true, span } => return Ok(Flow::Raised(span.clone())),
        Step::Leave(span) if effect::is_return(span) => return Ok(Flow::Left),
        Step::Leave(span) => return Err(Conflict::unreadable(span, "where this leads can't be known")),
        Step::Block(block) => return follow(work, block, variables, around),
        Step::If { branches, otherwise, .. } => return conditional(work, branches, otherwise, variables, around),
        _ => {}
    }
    let effect = effect::of_step(work, one, variables, around.speaks);
    if !(effect.alters || effect.returns && around.more || effect.fails && around.catches) {
        // The value is found with what the variables held before.
        let value = match one {
            Step::Assign { target, expression, .. } => Some((target, text::of(work, expression, variables))),
            _ => None,
        };
        effect.forget(variables);
        if let Some((target, value)) = value {
            variables.entry(target.clone()).and_modify(|held| *held = value);
        }
        return Ok(Flow::On);
    }
    match one {
        Step::Sql(statement) => sql(work, statement)?,
        Step::Execute { text: Some(literal), .. } => {
            split_part(literal, work.backend()).statements.iter().try_for_each(|one| sql(work, one))?;
        }
        Step::Execute { expression, span, .. } => {
            let unknown = || Conflict::unreadable(span, "what this executes can't be known");
            let text = text::of(work, expression, variables).ok_or_else(unknown)?;
            executed(work, &text, span)?;
        }
        Step::Perform { calls, .. } => routine::calls(work, calls, variables)?,
        Step::Unreadable { message, at } => return Err(Conflict::unreadable(at, message)),
        Step::Loop { header, steps, span } => {
            if let Some((variable, values)) = turns(work, header, variables).filter(|(_, all)| work.may_turn(all.len()))
            {
                work.turns += values.len();
                return repeated(work, (&variable, &values), steps, variables, around);
            }
            if has_no_turn(work, header, variables) {
                return Ok(Flow::On);
            }
            return Err(Conflict::unreadable(span, "what this loop does to the structure can't be known"));
        }
        Step::Assign { expression, span, .. } => {
            let known = effect::calls_that_alter(work, expression);
            let calls =
                known.ok_or_else(|| Conflict::unreadable(span, "what this does to the structure can't be known"))?;
            routine::calls(work, &calls, variables)?;
            effect.forget(variables);
        }
        Step::Case { span, .. } => {
            return Err(Conflict::unreadable(span, "which case holds can't be known, and it matters to the structure"));
        }
        other => {
            let message = "what this does to the structure can't be known";
            return Err(effect::place(other).map_or_else(
                || Conflict { span: None, reason: Reason::Unreadable(message.to_owned()) },
                |place| Conflict::unreadable(place, message),
            ));
        }
    }
    Ok(Flow::On)
}

/// Does what a statement does.
fn sql(work: &mut Work<'_>, statement: &Statement) -> Result<(), Conflict> {
    let syntax = parse(statement.tokens(), statement.span.source(), work.backend());
    let syntax = syntax.map_err(|unreadable| Conflict::unreadable(&unreadable.span, unreadable.message))?;
    match syntax {
        Syntax::Postgres(one) => super::statement(work, &one)
            .map_err(|conflict| Conflict { span: conflict.span.or(Some(statement.span.clone())), ..conflict }),
        _ => Ok(()),
    }
}

/// Does what a text does that was put together at a place, which is where its faults are.
fn executed(work: &mut Work<'_>, text: &str, place: &Span) -> Result<(), Conflict> {
    let script = split(&Source::new("", text), work.backend());
    let done = script.statements.iter().try_for_each(|one| sql(work, one));
    done.map_err(|conflict| Conflict { span: Some(place.clone()), ..conflict })
}

fn conditional(
    work: &mut Work<'_>,
    branches: &[Branch],
    otherwise: &[Step],
    variables: &mut Variables,
    around: Around,
) -> Result<Flow, Conflict> {
    for (at, branch) in branches.iter().enumerate() {
        match condition::holds(work, &branch.condition, variables) {
            Some(true) => return steps(work, &branch.steps, variables, around),
            Some(false) => {}
            None => {
                let later = branches.get(at..).unwrap_or_default().iter().map(|branch| branch.steps.as_slice());
                let mut effect = effect::Effect::default();
                for list in later.chain([otherwise]) {
                    effect.add(effect::of_steps(work, list, variables, around.speaks));
                }
                if effect.alters || effect.returns && around.more || effect.fails && around.catches {
                    let message = "whether this holds can't be known, and it matters to the structure";
                    return Err(Conflict::unreadable(&branch.condition.span, message));
                }
                // A migration that ran has raised no error.
                effect.forget(variables);
                return Ok(Flow::On);
            }
        }
    }
    steps(work, otherwise, variables, around)
}

/// The variable of a loop and the values that it takes, where they can be known.
fn turns(work: &Work<'_>, header: &Span, variables: &Variables) -> Option<(String, Vec<String>)> {
    let header = split_part(header, work.backend()).statements.into_iter().next()?;
    let turns = sql::turns(&header)?;
    let values = text::turns(work, &turns.values, variables)?;
    Some((turns.variable, values))
}

/// Whether a loop runs over the rows of a query that finds nothing of the chain's in the catalog.
fn has_no_turn(work: &Work<'_>, header: &Span, variables: &Variables) -> bool {
    let none_found = |query: &Statement| {
        sql::rows_of_catalog(query)
            .is_some_and(|tests| tests.iter().all(|test| condition::found(work, test, variables) == Some(false)))
    };
    let header = split_part(header, work.backend()).statements.into_iter().next();
    let Some(over) = header.as_ref().and_then(sql::looped_over) else { return false };
    let script = match variables.get(over.text()) {
        Some(Some(cursor)) => split(&Source::new("", cursor), work.backend()),
        _ => split_part(&over, work.backend()),
    };
    !script.statements.is_empty() && script.statements.iter().all(none_found)
}

/// Follows a loop turn by turn. Its variable is the body's own, or the loop's.
fn repeated(
    work: &mut Work<'_>,
    (variable, values): (&str, &[String]),
    list: &[Step],
    variables: &mut Variables,
    around: Around,
) -> Result<Flow, Conflict> {
    let outer = variables.get(variable).cloned();
    // What one turn leaves behind, the next one finds.
    let around = Around { more: around.more || values.len() > 1, ..around };
    let mut flow = Flow::On;
    for value in values {
        variables.insert(variable.to_owned(), Some(value.clone()));
        flow = steps(work, list, variables, around)?;
        if !matches!(flow, Flow::On) {
            break;
        }
    }
    match outer {
        // After the loop it is what the last turn made of it, or its own again: not worth telling apart.
        Some(_) => variables.insert(variable.to_owned(), None),
        None => variables.remove(variable),
    };
    Ok(flow)
}

/// The handler of a block for an error that goes by these names.
fn handler<'a>(block: &'a Block, names: &[&str]) -> Option<&'a Handler> {
    block.handlers.iter().find(|handler| handles_one_of(handler, names) || handles_one_of(handler, &["others"]))
}

fn handles_one_of(handler: &Handler, names: &[&str]) -> bool {
    handler.conditions.iter().any(|one| names.contains(&one.as_str()))
}

/// What PostgreSQL calls the error that a conflict would be; none where that can't be known.
fn conditions(conflict: &Conflict) -> Option<&'static [&'static str]> {
    Some(match &conflict.reason {
        Reason::Apply(error) => match error {
            ApplyError::Exists(_) | ApplyError::IndexExists(_) => {
                &["duplicate_table", "duplicate_object", "sqlstate '42p07'", "sqlstate '42710'"]
            }
            ApplyError::ColumnExists(..) => &["duplicate_column", "sqlstate '42701'"],
            ApplyError::ConstraintExists(..) => {
                &["duplicate_object", "duplicate_table", "invalid_table_definition", "sqlstate '42710'"]
            }
            ApplyError::TypeExists(_) | ApplyError::TriggerExists(..) | ApplyError::EnumValueExists(..) => {
                &["duplicate_object", "sqlstate '42710'"]
            }
            ApplyError::NamespaceExists(_) => &["duplicate_schema", "sqlstate '42p06'"],
            ApplyError::NoTable(_) | ApplyError::NoView(_) | ApplyError::NoSequence(_) => {
                &["undefined_table", "sqlstate '42p01'"]
            }
            ApplyError::NoColumn(..) => &["undefined_column", "sqlstate '42703'"],
            ApplyError::NoNamespace(_) => &["invalid_schema_name", "sqlstate '3f000'"],
            ApplyError::TypeInUse(..) | ApplyError::ColumnInUse(..) => &["dependent_objects_still_exist"],
            _ => &["undefined_object", "sqlstate '42704'"],
        },
        Reason::Missing(..) => &["undefined_object", "undefined_table"],
        Reason::Second(..) | Reason::Refused(_) => &[],
        Reason::Unreadable(_) => return None,
    })
}
