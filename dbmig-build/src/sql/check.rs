//! Checks: whether the statement behind `-- dbmig: check` is a query that changes nothing.

use super::directive::Directive;
use super::lex::{Token, TokenKind};
use super::script::Statement;
use crate::diagnostic::{Code, Diagnostic};

const HELP: &str = "put it on the line before a SELECT that finds the rows which what follows can't bear";

/// What is wrong with a statement that is said to be a check.
pub(super) fn faults(statement: &Statement) -> Vec<Diagnostic> {
    let checks = statement.directives.iter().filter_map(|directive| match directive {
        Directive::Check { span, .. } => Some(span),
        _ => None,
    });
    let mut checks = checks;
    let Some(check) = checks.next() else { return Vec::new() };
    let second = checks.map(|span| {
        Diagnostic::error(Code::Directive, "this query has a message already")
            .at(span.clone(), "")
            .at(check.clone(), "the first one is here")
            .help("a check has one message, on one line")
    });
    let text = |token: &Token| token.text(statement.span.source().text());
    let word = |token: &Token| (token.kind == TokenKind::Word).then(|| text(token).to_ascii_uppercase());
    let first = statement.tokens().first().and_then(word);
    let fault = if !matches!(first.as_deref(), Some("SELECT" | "WITH" | "VALUES")) {
        Some(Diagnostic::error(Code::Directive, "no query follows this check").at(check.clone(), "").help(HELP))
    } else {
        writes(statement.tokens(), word, text).map(|token| {
            let place = statement.span.source().span(token.range());
            Diagnostic::error(Code::Directive, "a check changes nothing").at(place, "").help(HELP)
        })
    };
    fault.into_iter().chain(second).collect()
}

/// The word by which a query changes something: INTO, or a statement on rows behind or within a parenthesis. (The
/// functions of those names have one behind them.)
fn writes<'t>(
    tokens: &'t [Token],
    word: impl Fn(&Token) -> Option<String>,
    text: impl Fn(&Token) -> &'t str,
) -> Option<&'t Token> {
    let is = |at: Option<usize>, wanted: &str| at.and_then(|at| tokens.get(at)).is_some_and(|one| text(one) == wanted);
    let (_, found) = tokens.iter().enumerate().find(|(at, token)| match word(token).as_deref() {
        Some("INTO") => true,
        Some("INSERT" | "UPDATE" | "DELETE" | "MERGE" | "REPLACE") => {
            let before = at.checked_sub(1);
            (is(before, "(") || is(before, ")")) && !is(Some(at + 1), "(")
        }
        _ => false,
    })?;
    Some(found)
}
