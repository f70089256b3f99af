//! Scripts to statements.

mod mysql;
mod postgres;
mod sqlite;

use std::ops::Range;

use dbmig::Backend;

use super::check;
use super::directive::{self, Directive};
use super::lex::{Fault, Lexed, Token, TokenKind, lex};
use super::script::{Script, Statement};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};

/// Splits a script into its statements. Never fails: what is wrong is in the script's diagnostics.
///
/// A directive belongs to the statement that follows it, or to the one that it stands in or ends the last line of.
pub fn split(source: &Source, backend: Backend) -> Script {
    split_lexed(lex(source.text(), backend), source, backend)
}

/// Splits a part of a text; places are those in the whole text.
pub(crate) fn split_part(part: &Span, backend: Backend) -> Script {
    let mut lexed = lex(part.text(), backend);
    let start = part.range().start;
    for token in &mut lexed.tokens {
        token.start += start;
        token.end += start;
    }
    for comment in &mut lexed.comments {
        comment.range = comment.range.start + start..comment.range.end + start;
    }
    split_lexed(lexed, part.source(), backend)
}

fn split_lexed(mut lexed: Lexed, source: &Source, backend: Backend) -> Script {
    let mut diagnostics = Vec::new();
    open_where_it_opens(&mut lexed, source.text());
    let ranges = match backend {
        Backend::Sqlite => sqlite::ranges(&lexed.tokens, source, &mut diagnostics),
        Backend::Postgres => postgres::ranges(&lexed.tokens, source, &mut diagnostics),
        Backend::Mysql => mysql::ranges(&lexed.tokens, source, &mut diagnostics),
    };
    diagnostics.splice(0..0, broken(&lexed.tokens, &ranges, source));
    let (directives, trailing) = directives(&lexed, &ranges, source, &mut diagnostics);
    let statements = ranges.into_iter().zip(directives).map(|(range, directives)| {
        let tokens = lexed.tokens[range].to_vec();
        let bytes = tokens.first().map_or(0, |one| one.start)..tokens.last().map_or(0, |one| one.end);
        Statement::new(source.span(bytes), directives, tokens)
    });
    let statements: Vec<Statement> = statements.collect();
    diagnostics.extend(statements.iter().flat_map(check::faults));
    Script { source: source.clone(), backend, statements, trailing, diagnostics }
}

/// What is said of broken tokens: one fault for a statement that holds several.
fn broken(tokens: &[Token], statements: &[Range<usize>], source: &Source) -> Vec<Diagnostic> {
    let (mut found, mut next, mut said) = (Vec::new(), 0, None);
    for (at, token) in tokens.iter().enumerate() {
        let TokenKind::Broken(fault) = token.kind else { continue };
        while statements.get(next).is_some_and(|range| range.end <= at) {
            next += 1;
        }
        let within = statements.get(next).filter(|range| range.contains(&at)).map(|_| next);
        if within.is_none() || within != said {
            let diagnostic = Diagnostic::error(Code::UnreadableSql, fault.describe());
            found.push(diagnostic.at(source.span(token.range()), "").help(fault.help()));
        }
        said = within.or(said);
    }
    found
}

/// Where a string has no end, strings behind it begin where they end, and the last one is what has none. The first one
/// that goes over lines into a word is the one that nobody ended: all behind it is a part of it.
fn open_where_it_opens(lexed: &mut Lexed, text: &str) {
    let open = TokenKind::Broken(Fault::OpenString);
    let Some(last) = lexed.tokens.iter().rposition(|token| token.kind == open) else { return };
    let runs_into_a_word = |token: &Token| {
        let behind = text.get(token.end..).and_then(|rest| rest.chars().next());
        token.kind == TokenKind::String
            && token.text(text).contains('\n')
            && behind.is_some_and(|one| one.is_alphanumeric() || "_%{$/.".contains(one))
    };
    let Some(first) = lexed.tokens[..last].iter().position(runs_into_a_word) else { return };
    let end = lexed.tokens[last].end;
    lexed.tokens.truncate(first + 1);
    let begun = lexed.tokens.last_mut().map(|token| {
        (token.kind, token.end) = (open, end);
        token.start
    });
    lexed.comments.retain(|comment| begun.is_none_or(|start| comment.range.start < start));
}

/// The directives of each statement, and those behind the last one.
fn directives(
    lexed: &Lexed,
    statements: &[Range<usize>],
    source: &Source,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Vec<Directive>>, Vec<Directive>) {
    let mut found = vec![Vec::new(); statements.len()];
    let mut trailing = Vec::new();
    let end = |range: &Range<usize>| lexed.tokens.get(range.end.wrapping_sub(1)).map_or(0, |token| token.end);
    // The first statement that doesn't end before the comment; comments come in order.
    let mut next = 0;
    for comment in &lexed.comments {
        let directive = match directive::parse(comment, source) {
            None => continue,
            Some(Ok(directive)) => directive,
            Some(Err(diagnostic)) => {
                diagnostics.push(diagnostic);
                continue;
            }
        };
        while statements.get(next).is_some_and(|range| end(range) <= comment.range.start) {
            next += 1;
        }
        let same_line = |range: &Range<usize>| {
            source.text().get(end(range)..comment.range.start).is_some_and(|gap| !gap.contains('\n'))
        };
        let begins_after = |range: &Range<usize>| {
            lexed.tokens.get(range.start).is_some_and(|token: &Token| token.start > comment.range.start)
        };
        let before = next.checked_sub(1).filter(|&at| same_line(&statements[at]));
        let owner = before.filter(|_| statements.get(next).is_none_or(begins_after)).unwrap_or(next);
        match found.get_mut(owner) {
            Some(list) => list.push(directive),
            None => {
                if let Directive::Allow { span, .. } | Directive::Replay { span, .. } | Directive::Check { span, .. } =
                    &directive
                {
                    let diagnostic = Diagnostic::error(Code::Directive, "no statement follows this directive");
                    let diagnostic = diagnostic.at(span.clone(), "");
                    diagnostics.push(diagnostic.help("move it to the line before the statement that it is about"));
                }
                trailing.push(directive);
            }
        }
    }
    (found, trailing)
}

#[cfg(test)]
mod tests;
