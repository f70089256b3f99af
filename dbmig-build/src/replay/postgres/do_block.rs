//! DO blocks and calls of functions: what is certain is followed, what else alters structure is reported.
//!
//! Followed are blocks of plain statements, those under `IF [NOT] EXISTS (… a catalog by a literal name …)`, and
//! handlers that pass over what is there already.

mod condition;

use std::collections::BTreeMap;

use crate::replay::conflict::{Conflict, Reason};
use crate::schema::{ApplyError, Change, Trigger};
use crate::source::Source;
use crate::sql::syntax::Syntax;
use crate::sql::syntax::postgres::{Call, Do, Value};
use crate::sql::{Token, parse, split_part};

use super::sequence::regclass;
use super::work::Work;

pub(super) fn do_block(work: &mut Work<'_>, block: &Do) -> Result<(), Conflict> {
    if !holds_ddl(block.body.text()) {
        return Ok(());
    }
    let unknown = || Conflict::unreadable(&block.body, "what this block does to the structure can't be known");
    if block.language != "plpgsql" {
        return Err(unknown());
    }
    let script = split_part(&block.body, work.backend());
    let pieces: Vec<Piece<'_>> =
        script.statements.iter().map(|one| Piece::new(one.tokens(), one.span.source())).collect();
    let steps = steps(&pieces).ok_or_else(unknown)?;
    let start = work.mark();
    // A condition is asked once, before the first statement under it.
    let mut answers: BTreeMap<usize, bool> = BTreeMap::new();
    for step in &steps.run {
        let mut holds = true;
        for at in &step.conditions {
            if !answers.contains_key(at) {
                let condition = steps.conditions.get(*at).ok_or_else(unknown)?;
                answers.insert(*at, condition::holds(work, condition).ok_or_else(unknown)?);
            }
            holds &= answers.get(at).copied().unwrap_or_default();
        }
        if !holds {
            continue;
        }
        let syntax = parse(step.tokens, step.source, work.backend());
        let syntax = syntax.map_err(|unreadable| Conflict::unreadable(&unreadable.span, unreadable.message))?;
        let Syntax::Postgres(one) = syntax else { continue };
        match super::statement(work, &one) {
            Ok(()) => {}
            // A handler ends the block, and what it did is undone.
            Err(conflict) if is_handled(&conflict, &steps.handled) => {
                work.undo(start);
                return Ok(());
            }
            Err(conflict) => return Err(conflict),
        }
    }
    Ok(())
}

/// What stands before a semicolon in a block.
struct Piece<'a> {
    tokens: &'a [Token],
    source: &'a Source,
}

/// A statement of a block, and under which conditions it runs.
struct Step<'a> {
    conditions: Vec<usize>,
    tokens: &'a [Token],
    source: &'a Source,
}

struct Steps<'a> {
    run: Vec<Step<'a>>,
    conditions: Vec<Vec<String>>,
    /// The conditions of errors that are passed over.
    handled: Vec<String>,
}

impl<'a> Piece<'a> {
    fn new(tokens: &'a [Token], source: &'a Source) -> Piece<'a> {
        Piece { tokens, source }
    }

    /// Its tokens, literals as they are, the others in lower case.
    fn words(&self) -> Vec<String> {
        let text = self.source.text();
        let read = |text: &str| if text.starts_with('\'') { text.to_owned() } else { text.to_ascii_lowercase() };
        self.tokens.iter().map(|token| read(token.text(text))).collect()
    }

    fn skip(&self, count: usize) -> Piece<'a> {
        Piece { tokens: self.tokens.get(count..).unwrap_or_default(), source: self.source }
    }
}

/// The statements of a block; none if it holds anything else than is understood.
fn steps<'a>(pieces: &[Piece<'a>]) -> Option<Steps<'a>> {
    let mut steps = Steps { run: Vec::new(), conditions: Vec::new(), handled: Vec::new() };
    let mut conditions: Vec<usize> = Vec::new();
    let (mut begun, mut in_handler) = (false, false);
    for piece in pieces {
        let mut piece = piece.skip(0);
        loop {
            let words = piece.words();
            let word = |at: usize| words.get(at).map(String::as_str);
            match (word(0), word(1)) {
                (None, _) => break,
                (Some("begin"), _) if !begun => {
                    begun = true;
                    piece = piece.skip(1);
                }
                _ if !begun => return None,
                (Some("end"), Some("if")) => {
                    conditions.pop()?;
                    break;
                }
                (Some("end"), None) if conditions.is_empty() => break,
                (Some("exception"), Some("when")) if conditions.is_empty() => {
                    in_handler = true;
                    piece = piece.skip(1);
                }
                (Some("when"), _) if in_handler => {
                    let then = words.iter().position(|word| word == "then")?;
                    steps.handled.extend(words.get(1..then)?.iter().filter(|word| *word != "or").cloned());
                    piece = piece.skip(then + 1);
                }
                (Some("null"), None) | (Some("raise"), Some("notice" | "info" | "warning" | "debug" | "log")) => break,
                // What a handler does besides isn't followed.
                _ if in_handler => return None,
                (Some("if"), _) => {
                    let then = words.iter().position(|word| word == "then")?;
                    conditions.push(steps.conditions.len());
                    steps.conditions.push(words.get(1..then)?.to_vec());
                    piece = piece.skip(then + 1);
                }
                (Some("create" | "alter" | "drop" | "comment" | "insert" | "update" | "delete"), _) => {
                    let conditions = conditions.clone();
                    steps.run.push(Step { conditions, tokens: piece.tokens, source: piece.source });
                    break;
                }
                _ => return None,
            }
        }
    }
    begun.then_some(steps)
}

/// Whether a handler for these conditions passes over a conflict.
fn is_handled(conflict: &Conflict, handled: &[String]) -> bool {
    let names: &[&str] = match &conflict.reason {
        Reason::Apply(error) => match error {
            ApplyError::Exists(_) | ApplyError::IndexExists(_) => &["duplicate_table", "duplicate_object"],
            ApplyError::ColumnExists(..) => &["duplicate_column"],
            ApplyError::ConstraintExists(..) => &["duplicate_object", "duplicate_table", "invalid_table_definition"],
            ApplyError::TypeExists(_) | ApplyError::TriggerExists(..) | ApplyError::EnumValueExists(..) => {
                &["duplicate_object"]
            }
            ApplyError::NamespaceExists(_) => &["duplicate_schema"],
            ApplyError::NoTable(_) | ApplyError::NoView(_) => &["undefined_table"],
            ApplyError::NoColumn(..) => &["undefined_column"],
            _ => &["undefined_object"],
        },
        Reason::Missing(..) => &["undefined_object"],
        Reason::Second(..) | Reason::Refused(_) | Reason::Unreadable(_) => return false,
    };
    handled.iter().any(|one| one == "others" || names.contains(&one.as_str()))
}

/// Follows calls of functions that migrations made.
pub(super) fn calls(work: &mut Work<'_>, calls: &[Call]) -> Result<(), Conflict> {
    for call in calls {
        if call.name.name.as_str() == "diesel_manage_updated_at" {
            manage_updated_at(work, call)?;
            continue;
        }
        let routine = work.candidates(&call.name).into_iter().find_map(|name| work.session().routines.get(&name));
        let body = routine.and_then(|routine| routine.body.as_ref());
        if body.is_some_and(|body| holds_ddl(body.text())) {
            let message = format!("what `{}` does to the structure can't be known", call.name.name);
            return Err(Conflict::unreadable(&call.span, message));
        }
    }
    Ok(())
}

/// The function of Diesel's first migration: it makes a trigger.
fn manage_updated_at(work: &mut Work<'_>, call: &Call) -> Result<(), Conflict> {
    let text = match call.arguments.first() {
        Some(Value::String(text)) => text,
        Some(Value::Cast(value, _)) => match value.as_ref() {
            Value::String(text) => text,
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    let Some(mut ident) = regclass(text) else { return Ok(()) };
    ident.span = call.span.clone();
    let table = work.find_table(&ident)?;
    let name = ident.name.renamed("set_updated_at");
    let sql = format!(
        "CREATE TRIGGER set_updated_at BEFORE UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION diesel_set_updated_at()",
        table.sql()
    );
    Ok(work.change(Change::CreateTrigger { table, trigger: Trigger { name, sql } })?)
}

/// Whether a text of PL/pgSQL or SQL may alter structure, by itself or by what it executes.
fn holds_ddl(text: &str) -> bool {
    const KINDS: [&str; 11] = [
        "table",
        "type",
        "index",
        "view",
        "sequence",
        "schema",
        "domain",
        "materialized",
        "column",
        "constraint",
        "trigger",
    ];
    let lower = text.to_ascii_lowercase();
    let lines: Vec<&str> = lower.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let text = lines.join("\n");
    let words: Vec<&str> =
        text.split(|one: char| !one.is_alphanumeric() && one != '_').filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(at, word)| {
        let next = words.get(at + 1..(at + 5).min(words.len())).unwrap_or_default();
        ["create", "alter", "drop"].contains(word) && next.iter().any(|word| KINDS.contains(word))
    })
}
