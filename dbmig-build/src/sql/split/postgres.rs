//! Where PostgreSQL's statements end: at a semicolon, unless it stands in a `BEGIN ATOMIC … END` body or in the
//! parentheses of a rule.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;
use crate::sql::lex::{Fault, Token, TokenKind};

/// The statements, as ranges of tokens without the semicolon; empty ones are left out.
pub(super) fn ranges(tokens: &[Token], source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<Range<usize>> {
    let text = source.text();
    let mut ranges = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        let (end, next) = match kind(&tokens[start..], text) {
            Kind::Routine => routine(tokens, start, source, diagnostics),
            Kind::Rule => rule(tokens, start, text),
            Kind::Other => semicolon(tokens, start, text),
        };
        if end > start {
            ranges.push(start..end);
        }
        start = next;
    }
    ranges
}

/// Statements that may hold semicolons.
enum Kind {
    Routine,
    Rule,
    Other,
}

fn kind(tokens: &[Token], text: &str) -> Kind {
    if !is(tokens.first(), text, "create") {
        return Kind::Other;
    }
    let replaces = is(tokens.get(1), text, "or") && is(tokens.get(2), text, "replace");
    let what = tokens.get(if replaces { 3 } else { 1 });
    if is(what, text, "function") || is(what, text, "procedure") {
        Kind::Routine
    } else if is(what, text, "rule") {
        Kind::Rule
    } else {
        Kind::Other
    }
}

fn is(token: Option<&Token>, text: &str, word: &str) -> bool {
    token.is_some_and(|token| {
        matches!(token.kind, TokenKind::Word | TokenKind::Symbol) && token.text(text).eq_ignore_ascii_case(word)
    })
}

/// The end of the statement where a semicolon or a command of psql's stands at `at`, and the start of the next one.
fn ending(tokens: &[Token], at: usize, text: &str) -> Option<(usize, usize)> {
    let token = tokens.get(at)?;
    if token.kind == TokenKind::Broken(Fault::MetaCommand) {
        return Some((at + 1, at + 1));
    }
    let rows = |token: &&Token| token.kind == TokenKind::Broken(Fault::CopyRows);
    match is(Some(token), text, ";") {
        true if tokens.get(at + 1).filter(rows).is_some() => Some((at + 2, at + 2)),
        true => Some((at, at + 1)),
        false => None,
    }
}

fn semicolon(tokens: &[Token], from: usize, text: &str) -> (usize, usize) {
    let all = (tokens.len(), tokens.len());
    (from..tokens.len()).find_map(|at| ending(tokens, at, text)).unwrap_or(all)
}

/// A rule, whose commands may stand in parentheses; if those don't match, it ends at the first semicolon.
fn rule(tokens: &[Token], start: usize, text: &str) -> (usize, usize) {
    let mut depth = 0_usize;
    for at in start..tokens.len() {
        depth += usize::from(is(tokens.get(at), text, "("));
        depth = depth.saturating_sub(usize::from(is(tokens.get(at), text, ")")));
        if let Some(ending) = ending(tokens, at, text).filter(|_| depth == 0) {
            return ending;
        }
    }
    if depth == 0 { (tokens.len(), tokens.len()) } else { semicolon(tokens, start, text) }
}

/// A function or procedure, whose body may stand there without quotes.
fn routine(tokens: &[Token], start: usize, source: &Source, diagnostics: &mut Vec<Diagnostic>) -> (usize, usize) {
    let text = source.text();
    let mut depth = 0_usize;
    let mut body = None;
    for at in start..tokens.len() {
        let token = tokens.get(at);
        // Names such as `t.end` are none of the body's.
        let is_word = !is(at.checked_sub(1).and_then(|at| tokens.get(at)), text, ".");
        if is(token, text, "begin") && is(tokens.get(at + 1), text, "atomic") {
            body.get_or_insert(at);
            depth += 1;
        } else if depth > 0 && is_word && is(token, text, "case") {
            depth += 1;
        } else if depth > 0 && is_word && is(token, text, "end") {
            depth -= 1;
        } else if let Some(ending) = ending(tokens, at, text).filter(|_| depth == 0) {
            return ending;
        }
    }
    if let Some(begin) = body.and_then(|at| tokens.get(at)).filter(|_| depth > 0) {
        diagnostics.push(
            Diagnostic::error(Code::UnreadableSql, "this function's body has no end")
                .at(source.span(begin.range()), "begins here")
                .help("end it with `END;` behind the semicolon of its last statement"),
        );
    }
    (tokens.len(), tokens.len())
}
