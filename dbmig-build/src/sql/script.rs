//! Scripts: the statements of a file with what was said about them.

use std::collections::BTreeSet;

use dbmig::Backend;
use dbmig::checksum::Checksum;

use super::directive::Directive;
use super::lex::{Token, TokenKind, unquote};
use crate::diagnostic::Diagnostic;
use crate::schema::Name;
use crate::source::{Source, Span};

/// A script that was split into statements.
#[derive(Clone, Debug)]
pub struct Script {
    /// The text.
    pub source: Source,
    /// The dialect that it was read in.
    pub backend: Backend,
    /// Its statements in order; empty ones (`;;`) are none.
    pub statements: Vec<Statement>,
    /// Directives behind the last statement.
    pub trailing: Vec<Directive>,
    /// What is wrong with its tokens and directives.
    pub diagnostics: Vec<Diagnostic>,
}

/// A statement of a script.
#[derive(Clone, Debug)]
pub struct Statement {
    /// From its first token to its last one, without the semicolon.
    pub span: Span,
    /// What was said about it: in comments before it, within it, or behind it on the line on which it ends.
    pub directives: Vec<Directive>,
    tokens: Vec<Token>,
}

impl Statement {
    /// A statement; `tokens` isn't empty and lies in `span`.
    pub(super) fn new(span: Span, directives: Vec<Directive>, tokens: Vec<Token>) -> Statement {
        Statement { span, directives, tokens }
    }

    /// Its text, from its first token to its last one.
    pub fn text(&self) -> &str {
        self.span.text()
    }

    /// The line on which it begins, counted from 1.
    pub fn line(&self) -> usize {
        self.span.line()
    }

    /// Its tokens; their places are those in the script's text.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// What is wrong if it finds rows: it is a query that guards what follows.
    pub fn check(&self) -> Option<&str> {
        self.directives.iter().find_map(|directive| match directive {
            Directive::Check { message, .. } => Some(message.as_str()),
            _ => None,
        })
    }

    /// Whether a token of it is broken; the script's diagnostics say how.
    pub fn is_broken(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token.kind, TokenKind::Broken(_)))
    }

    /// All its words and quoted names, whatever they stand for.
    pub(crate) fn named(&self, backend: Backend) -> impl Iterator<Item = Name> + '_ {
        let text = self.span.source().text();
        self.tokens.iter().filter_map(move |token| match token.kind {
            TokenKind::Word => Some(Name::new(&token.text(text).to_ascii_lowercase(), backend)),
            TokenKind::Quoted => Some(Name::new(&unquote(token.text(text)), backend)),
            _ => None,
        })
    }

    /// Its tokens as they are compared: words in lower case, the others as they were written, whatever ends the lines
    /// within them.
    fn keys(&self) -> impl Iterator<Item = String> {
        let text = self.span.source().text();
        self.tokens.iter().map(move |token| match token.kind {
            TokenKind::Word => token.text(text).to_ascii_lowercase(),
            TokenKind::String => token.text(text).replace("\r\n", "\n"),
            _ => token.text(text).to_owned(),
        })
    }

    /// What its tokens name: words in lower case, quoted names without quotes and in lower case, the others as written.
    fn names(&self) -> Vec<String> {
        let text = self.span.source().text();
        let name = |token: &Token| match token.kind {
            TokenKind::Word | TokenKind::Quoted | TokenKind::String => unquote(token.text(text)).to_ascii_lowercase(),
            _ => token.text(text).to_owned(),
        };
        self.tokens.iter().map(name).collect()
    }
}

impl Script {
    /// The checksum over the tokens of its statements.
    ///
    /// Words without quotes count in lower case; comments, white space, line endings (within strings too, where
    /// functions have their bodies), empty statements and the last semicolon don't count at all.
    pub fn checksum(&self) -> Checksum {
        let separated = self.statements.iter().enumerate().flat_map(|(at, statement)| {
            let semicolon = (at > 0).then(|| ";".to_owned());
            semicolon.into_iter().chain(statement.keys())
        });
        let keys: Vec<String> = separated.collect();
        Checksum::of_tokens(keys.iter().map(String::as_str))
    }

    /// Whether SQLite's foreign keys must be off while it runs: switched off before BEGIN, since the pragma does
    /// nothing within a transaction, and DROP TABLE would delete the rows that refer to the table.
    ///
    /// That is so for a script that rebuilds a table (one that it drops and whose name another gets, or that it
    /// renames out of the way and drops), that says `PRAGMA foreign_keys = OFF`, or that holds the guard of dbmig's own rebuilds, a
    /// temporary table whose name begins with `__dbmig_foreign_keys_off`.
    pub fn foreign_keys_off(&self) -> bool {
        let statements: Vec<Vec<String>> = self.statements.iter().map(Statement::names).collect();
        let dropped: BTreeSet<&str> = statements.iter().filter_map(|words| dropped_table(words)).collect();
        statements.iter().any(|words| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let rebuilt = new_name(&words).is_some_and(|name| dropped.contains(name));
            rebuilt || switches_off(&words) || is_guard(&words)
        })
    }

    /// What a person must still decide, in the order of the text.
    pub fn todos(&self) -> impl Iterator<Item = (&Span, &str)> {
        let directives = self.statements.iter().flat_map(|statement| &statement.directives).chain(&self.trailing);
        directives.filter_map(|directive| match directive {
            Directive::Todo { span, text } => Some((span, text.as_str())),
            _ => None,
        })
    }
}

fn dropped_table(words: &[String]) -> Option<&str> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["drop", "table", "if", "exists", name @ ..] | ["drop", "table", name @ ..] => last_part(name),
        _ => None,
    }
}

/// The name that a table gets by `ALTER TABLE … RENAME TO`.
fn new_name<'a>(words: &[&'a str]) -> Option<&'a str> {
    match words {
        ["alter", "table", .., "rename", "to", name] => Some(name),
        _ => None,
    }
}

fn last_part<'a>(name: &[&'a str]) -> Option<&'a str> {
    match name {
        [_, ".", name] | [name] => Some(name),
        _ => None,
    }
}

fn switches_off(words: &[&str]) -> bool {
    let words = match words {
        ["pragma", _, ".", rest @ ..] | ["pragma", rest @ ..] => rest,
        _ => return false,
    };
    matches!(words, ["foreign_keys", "=" | "(", "off" | "0" | "no" | "false", ..])
}

fn is_guard(words: &[&str]) -> bool {
    words.first() == Some(&"create") && words.iter().take(10).any(|word| word.starts_with("__dbmig_foreign_keys_off"))
}
