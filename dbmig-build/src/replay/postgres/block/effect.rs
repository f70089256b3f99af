//! What steps may do, before any of them is followed.

use crate::source::Span;
use crate::sql::syntax::Syntax;
use crate::sql::syntax::postgres::{Block, Call, Statement as Syntactic, Step};
use crate::sql::{Statement, Token, TokenKind, called, parse, split_part};

use super::{Variables, text};
use crate::replay::postgres::routine;
use crate::replay::postgres::work::Work;

/// What the texts in a body speak of.
#[derive(Clone, Copy)]
pub(super) struct Speaks {
    /// Of structure.
    pub(super) of_structure: bool,
    /// Of rows, in texts that it puts together: what it executes elsewhere is most likely one of them.
    pub(super) of_rows: bool,
}

impl Speaks {
    pub(super) fn of(body: &Span) -> Speaks {
        let lower = body.text().to_ascii_lowercase();
        let of_rows = lower.split(['\'', '$']).skip(1).any(begins_with_row_word);
        Speaks { of_structure: speaks_of_structure(body.text()), of_rows }
    }
}

/// What steps may do.
#[derive(Clone, Debug, Default)]
pub(super) struct Effect {
    /// They may alter structure.
    pub(super) alters: bool,
    /// They may leave the body.
    pub(super) returns: bool,
    /// They may raise an error.
    pub(super) fails: bool,
    /// The variables that they may give values.
    assigned: Vec<String>,
}

impl Effect {
    pub(super) fn add(&mut self, other: Effect) {
        self.alters |= other.alters;
        self.returns |= other.returns;
        self.fails |= other.fails;
        self.assigned.extend(other.assigned);
    }

    /// What may have been given a value isn't known any more.
    pub(super) fn forget(&self, variables: &mut Variables) {
        for (name, value) in variables {
            if self.assigned.iter().any(|one| one == name) {
                *value = None;
            }
        }
    }
}

pub(super) fn of_block(work: &Work<'_>, block: &Block, variables: &Variables, speaks: Speaks) -> Effect {
    let mut inner = variables.clone();
    for one in &block.declarations {
        let value = text::declared(work, one, &inner);
        inner.insert(one.name.name.as_str().to_owned(), value);
    }
    let mut effect = of_steps(work, &block.steps, &inner, speaks);
    for handler in &block.handlers {
        effect.add(of_steps(work, &handler.steps, &inner, speaks));
    }
    effect
}

pub(super) fn of_steps(work: &Work<'_>, steps: &[Step], variables: &Variables, speaks: Speaks) -> Effect {
    let mut effect = Effect::default();
    // A text that a step before puts together isn't known yet.
    let mut variables = variables.clone();
    for step in steps {
        let one = of_step(work, step, &variables, speaks);
        one.forget(&mut variables);
        effect.add(one);
    }
    effect
}

pub(super) fn of_step(work: &Work<'_>, step: &Step, variables: &Variables, speaks: Speaks) -> Effect {
    let altering = |alters: bool| Effect { alters, ..Effect::default() };
    match step {
        Step::Sql(statement) => altering(of_sql(work, statement)),
        Step::If { branches, otherwise, .. } => {
            let mut effect = of_steps(work, otherwise, variables, speaks);
            for branch in branches {
                effect.alters |= calls_one_that_alters(work, &branch.condition);
                effect.add(of_steps(work, &branch.steps, variables, speaks));
            }
            effect
        }
        Step::Case { branches, .. } => {
            let mut effect = Effect::default();
            branches.iter().for_each(|steps| effect.add(of_steps(work, steps, variables, speaks)));
            effect
        }
        Step::Block(block) => of_block(work, block, variables, speaks),
        // What a turn assigns is unknown in the next one.
        Step::Loop { steps, .. } => {
            let mut unknown = variables.clone();
            of_steps(work, steps, variables, speaks).forget(&mut unknown);
            of_steps(work, steps, &unknown, speaks)
        }
        Step::Execute { text: Some(literal), .. } => {
            altering(split_part(literal, work.backend()).statements.iter().any(|one| of_sql(work, one)))
        }
        Step::Execute { expression, .. } => altering(match text::of(work, expression, variables) {
            Some(text) => text::alters(work, &text),
            None if is_selected(expression) => true,
            None if has_literal(expression) => speaks.of_structure && !begins_with_rows(expression),
            // It is given by a caller, or was read from a table: it may be any.
            None => speaks.of_structure || !speaks.of_rows,
        }),
        Step::Perform { calls, .. } => altering(calls.iter().any(|call| routine::alters(work, call))),
        Step::Raise { fails, .. } => Effect { fails: *fails, ..Effect::default() },
        Step::Leave(span) => Effect { returns: is_return(span), ..Effect::default() },
        Step::Assign { target, expression, .. } => Effect {
            alters: calls_one_that_alters(work, expression),
            assigned: target.split(',').map(|name| name.trim().to_owned()).collect(),
            ..Effect::default()
        },
        Step::NoEffect(_) => Effect::default(),
        Step::Unreadable { at, .. } => altering(speaks_of_structure(at.text())),
    }
}

pub(super) fn of_sql(work: &Work<'_>, statement: &Statement) -> bool {
    match parse(statement.tokens(), statement.span.source(), work.backend()) {
        Ok(Syntax::Postgres(one)) => match *one {
            Syntactic::Calls(calls) => calls.iter().any(|call| routine::alters(work, call)),
            Syntactic::Comment(comment) => comment.target.is_kept(),
            _ => true,
        },
        Err(_) => true,
        Ok(_) => false,
    }
}

/// The place of a step that is followed by nothing but its own kind.
pub(super) fn place(step: &Step) -> Option<&Span> {
    match step {
        Step::Assign { span, .. } | Step::If { span, .. } => Some(span),
        Step::NoEffect(span) | Step::Leave(span) => Some(span),
        _ => None,
    }
}

/// Whether a step that leaves something leaves the body.
pub(super) fn is_return(span: &Span) -> bool {
    span.text().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("return"))
}

/// Whether an expression calls a function of the chain that alters structure.
fn calls_one_that_alters(work: &Work<'_>, expression: &Statement) -> bool {
    let text = expression.span.source().text();
    expression.tokens().windows(2).any(|pair| match pair {
        [name, open] if matches!(name.kind, TokenKind::Word | TokenKind::Quoted) && open.text(text) == "(" => {
            routine::name_alters(work, name.text(text))
        }
        _ => false,
    })
}

/// The calls in an expression of functions that alter structure; none where they don't stand in it alone.
pub(super) fn calls_that_alter(work: &Work<'_>, expression: &Statement) -> Option<Vec<Call>> {
    let text = expression.span.source().text();
    let named = |pair: &&[Token]| match pair {
        [name, open] => {
            matches!(name.kind, TokenKind::Word | TokenKind::Quoted)
                && open.text(text) == "("
                && routine::name_alters(work, name.text(text))
        }
        _ => false,
    };
    let expected = expression.tokens().windows(2).filter(named).count();
    let mut calls = called(expression);
    calls.retain(|call| routine::alters(work, call));
    (calls.len() == expected).then_some(calls)
}

/// Whether a text that isn't known begins as a statement about rows does.
fn begins_with_rows(expression: &Statement) -> bool {
    let text = expression.span.source().text();
    let literal = expression.tokens().iter().find(|token| token.kind == TokenKind::String);
    let literal = literal.map(|token| token.text(text).to_ascii_lowercase()).unwrap_or_default();
    let words = literal.trim_start_matches(|one: char| !one.is_ascii_alphabetic());
    begins_with_row_word(words) && !speaks_of_structure(&literal)
}

fn begins_with_row_word(lower: &str) -> bool {
    const ROWS: [&str; 8] = ["select", "insert", "update", "delete", "truncate", "with", "analyze", "refresh"];
    let text = lower.trim_start();
    ROWS.iter().any(|word| text.starts_with(word))
}

/// Whether a text comes from a table: it may be any.
fn is_selected(expression: &Statement) -> bool {
    let text = expression.span.source().text();
    let first = expression.tokens().iter().find(|token| token.text(text) != "(");
    first.is_some_and(|token| token.text(text).eq_ignore_ascii_case("select"))
}

/// Whether a part of a text at least is seen.
fn has_literal(expression: &Statement) -> bool {
    expression.tokens().iter().any(|token| token.kind == TokenKind::String)
}

/// Whether a text of PL/pgSQL or SQL may alter structure, by itself or by what it executes.
pub(in crate::replay::postgres) fn speaks_of_structure(text: &str) -> bool {
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
