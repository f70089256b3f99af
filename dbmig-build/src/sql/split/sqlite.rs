//! Where SQLite's statements end: at a semicolon, unless it stands in a trigger's body.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;
use crate::sql::lex::{Token, TokenKind};

/// The statements, as ranges of tokens without the semicolon; empty ones are left out.
pub(super) fn ranges(tokens: &[Token], source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<Range<usize>> {
    let text = source.text();
    let mut ranges = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        let end = match body(&tokens[start..], text) {
            None => semicolon(tokens, start, text),
            Some(begin) => match end_of_body(tokens, start + begin, text) {
                Some(end) => semicolon(tokens, end, text),
                None => {
                    let place = source.span(tokens[start + begin].range());
                    diagnostics.push(
                        Diagnostic::error(Code::UnreadableSql, "this trigger's body has no end")
                            .at(place, "begins here")
                            .help("end it with `END;` behind the semicolon of its last statement"),
                    );
                    tokens.len()
                }
            },
        };
        if end > start {
            ranges.push(start..end);
        }
        start = end + 1;
    }
    ranges
}

fn is(token: Option<&Token>, text: &str, word: &str) -> bool {
    token.is_some_and(|token| {
        matches!(token.kind, TokenKind::Word | TokenKind::Symbol) && token.text(text).eq_ignore_ascii_case(word)
    })
}

/// The next semicolon from `from` on, or the end.
fn semicolon(tokens: &[Token], from: usize, text: &str) -> usize {
    (from..tokens.len()).find(|&at| is(tokens.get(at), text, ";")).unwrap_or(tokens.len())
}

/// The `BEGIN` of a trigger's body, if `tokens` begin with a `CREATE TRIGGER` that has one.
fn body(tokens: &[Token], text: &str) -> Option<usize> {
    let create = usize::from(is(tokens.first(), text, "explain"));
    let temporary = is(tokens.get(create + 1), text, "temp") || is(tokens.get(create + 1), text, "temporary");
    let trigger = create + 1 + usize::from(temporary);
    if !is(tokens.get(create), text, "create") || !is(tokens.get(trigger), text, "trigger") {
        return None;
    }
    // `begin` can be a name too: the body is where a statement follows.
    let begins = |at: &usize| {
        let follows = ["insert", "update", "delete", "select", "replace", "with"];
        is(tokens.get(*at), text, "begin") && follows.iter().any(|word| is(tokens.get(at + 1), text, word))
    };
    let header = trigger..semicolon(tokens, trigger, text);
    header.into_iter().find(begins)
}

/// The `END` of a body that begins at `begin`: the one behind a semicolon, as CASE's never is.
fn end_of_body(tokens: &[Token], begin: usize, text: &str) -> Option<usize> {
    (begin + 1..tokens.len()).find(|&at| is(tokens.get(at), text, "end") && is(tokens.get(at - 1), text, ";"))
}
