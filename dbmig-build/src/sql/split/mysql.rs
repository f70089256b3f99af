//! Where MySQL's and MariaDB's statements end: at a semicolon, unless it stands in the body of a stored program or in
//! conditional code. Source: <https://dev.mysql.com/doc/refman/8.4/en/sql-compound-statements.html>.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;
use crate::sql::lex::{Token, TokenKind, is_conditional_marker};

/// The statements, as ranges of tokens without the semicolon; empty ones are left out.
pub(super) fn ranges(tokens: &[Token], source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<Range<usize>> {
    let script = Script { tokens, text: source.text() };
    let mut ranges = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        let end = if script.is(start, "delimiter") {
            diagnostics.push(delimiter(source, &tokens[start]));
            script.end_of_delimited(start)
        } else {
            script.end_of_statement(start).unwrap_or_else(|open| {
                let place = source.span(tokens[open].range());
                diagnostics.push(
                    Diagnostic::error(Code::UnreadableSql, "this body has no end")
                        .at(place, "begins here")
                        .help("end it with the `END` that belongs to it, and a semicolon"),
                );
                tokens.len()
            })
        };
        if end > start {
            ranges.push(start..end);
        }
        start = end + 1;
    }
    ranges
}

fn delimiter(source: &Source, token: &Token) -> Diagnostic {
    let message = "DELIMITER is a command of the mysql program, which the database doesn't know";
    Diagnostic::error(Code::UnreadableSql, message)
        .at(source.span(token.range()), "")
        .help("leave the DELIMITER lines out and end the body with `END;`: dbmig and Diesel send it as one statement")
}

struct Script<'a> {
    tokens: &'a [Token],
    text: &'a str,
}

/// What an `END` is owed to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Statements stand within it.
    Block(usize),
    /// An expression's CASE.
    Case,
}

impl Script<'_> {
    fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            matches!(token.kind, TokenKind::Word | TokenKind::Symbol)
                && token.text(self.text).eq_ignore_ascii_case(word)
        })
    }

    fn is_one(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(at, word))
    }

    /// The semicolon that ends the statement which begins at `start`, or the end of all; the place of a body without
    /// an end.
    fn end_of_statement(&self, start: usize) -> Result<usize, usize> {
        let body = self.body(start);
        // Within `/*! … */` no semicolon ends a statement.
        let mut conditional = 0_usize;
        let mut open: Vec<Open> = Vec::new();
        for at in start..self.tokens.len() {
            if is_conditional_marker(&self.tokens[at], self.text) {
                conditional = if self.is(at, "*/") { conditional.saturating_sub(1) } else { conditional + 1 };
            }
            if open.is_empty() && conditional == 0 && self.is(at, ";") {
                return Ok(at);
            }
            if body.is_some_and(|body| at >= body) {
                self.track(at, start, &mut open);
            }
        }
        match open.first() {
            Some(Open::Block(at)) => Err(*at),
            _ => Ok(self.tokens.len()),
        }
    }

    /// Follows what opens and closes in a stored program.
    fn track(&self, at: usize, start: usize, open: &mut Vec<Open>) {
        if self.is(at, "end") {
            // `END IF` and the like name what they end; a label may follow, too.
            open.pop();
            return;
        }
        let in_expression = open.last() == Some(&Open::Case);
        let begins = !in_expression
            && (self.begins_statement(at, start, open.is_empty()) || (self.is(at, "begin") && self.is_handled(at)));
        if self.is(at, "case") {
            // `END CASE` was seen at its `END`.
            if !at.checked_sub(1).is_some_and(|before| self.is(before, "end")) {
                open.push(if begins { Open::Block(at) } else { Open::Case });
            }
        } else if begins && self.is_one(at, &["begin", "if", "loop", "while", "repeat", "for"]) {
            open.push(Open::Block(at));
        }
    }

    /// Whether a statement of a body can begin at a token.
    fn begins_statement(&self, at: usize, start: usize, in_header: bool) -> bool {
        let Some(before) = at.checked_sub(1).filter(|_| at > start) else { return true };
        if !in_header {
            let words = [";", "begin", "then", "else", "do", "loop", "repeat", ":", "atomic"];
            return self.is_one(before, &words);
        }
        // The body of a program without BEGIN follows its header, which may say `IF NOT EXISTS` and `DO`.
        match self.tokens[at].text(self.text).to_ascii_lowercase().as_str() {
            "begin" => !self.is_one(before, &["."]) && !self.is_one(at + 1, &["."]),
            "for" => false,
            _ => {
                let words = [")", "row", "do", ":", "deterministic", "data", "sql", "definer", "invoker"];
                self.is_one(before, &words) || self.tokens[before].kind == TokenKind::String
            }
        }
    }

    /// Whether a handler is declared in the statement before a token: then the handler's body begins there.
    fn is_handled(&self, at: usize) -> bool {
        let before = (0..at).rev().take_while(|&at| !self.is_one(at, &[";", "begin"]));
        before.into_iter().any(|at| self.is(at, "handler"))
    }

    /// The token from which on a stored program's body may begin, if the statement at `start` makes one.
    fn body(&self, start: usize) -> Option<usize> {
        let start = (start..self.tokens.len()).find(|&at| !is_conditional_marker(&self.tokens[at], self.text))?;
        if self.is_one(start, &["if", "case", "loop", "while", "repeat"])
            || (self.is(start, "begin") && self.is(start + 1, "not") && self.is(start + 2, "atomic"))
        {
            return Some(start);
        }
        if !self.is_one(start, &["create", "alter"]) {
            return None;
        }
        // Between CREATE and the kind stand `OR REPLACE`, `DEFINER = user`, `AGGREGATE`.
        let kinds = ["procedure", "function", "trigger", "event", "package"];
        let others = ["table", "view", "index", "database", "schema", "user", "role", "server", ";"];
        let kind = (start + 1..self.tokens.len()).find(|&at| self.is_one(at, &kinds) || self.is_one(at, &others))?;
        self.is_one(kind, &kinds).then_some(kind + 1)
    }

    /// The end of what the mysql program reads with another delimiter: the `DELIMITER ;` that sets the semicolon again,
    /// or the end of all.
    fn end_of_delimited(&self, start: usize) -> usize {
        let sets = |&at: &usize| self.is(at, "delimiter") && self.is(at + 1, ";");
        (start + 1..self.tokens.len()).find(sets).map_or(self.tokens.len(), |at| at + 1)
    }
}
