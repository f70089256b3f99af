//! Texts to tokens. Lossless: what lies between two tokens is white space and comments.

mod mysql;
mod postgres;
mod sqlite;

use std::ops::Range;

use dbmig::Backend;

pub(crate) use postgres::{name_value, string_value};

/// A token: its kind, and the bytes of the text that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last one.
    pub end: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a name without quotes.
    Word,
    /// A name in quotes of any kind.
    Quoted,
    /// A string literal.
    String,
    /// A blob literal: `x'00ff'`.
    Blob,
    /// A number.
    Number,
    /// A parameter: `?1`, `:name`.
    Parameter,
    /// An operator, a parenthesis, a comma, a semicolon.
    Symbol,
    /// What the database would refuse, for the reason given.
    Broken(Fault),
}

/// Why a token is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A string literal without an end.
    OpenString,
    /// A name in quotes without an end.
    OpenName,
    /// A number with letters behind it.
    Number,
    /// A blob literal that isn't pairs of hexadecimal digits.
    Blob,
    /// A NUL byte; it ends the text for a C library.
    Nul,
    /// A character that means nothing.
    Character,
    /// A comment without an end.
    OpenComment,
    /// A dollar-quoted string without an end.
    OpenDollar,
    /// A command of psql's: `\i file`.
    MetaCommand,
    /// The rows of a `COPY … FROM stdin`.
    CopyRows,
}

impl Fault {
    /// The fault in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Fault::OpenString => "this string has no end",
            Fault::OpenName => "this quoted name has no end",
            Fault::Number => "this is no number",
            Fault::Blob => "a blob literal is made of pairs of hexadecimal digits",
            Fault::Nul => "a NUL byte ends the script for the database",
            Fault::Character => "this character means nothing in SQL",
            Fault::OpenComment => "this comment has no end",
            Fault::OpenDollar => "this dollar-quoted string has no end",
            Fault::MetaCommand => "this is a command of psql's, which no server understands",
            Fault::CopyRows => "a migration can't send rows to `COPY … FROM stdin`",
        }
    }

    /// What to do about it.
    pub const fn help(self) -> &'static str {
        match self {
            Fault::OpenString => "end it with `'`; within a string it is written twice: `'it''s'`",
            Fault::OpenName => "end it with the quote that it begins with",
            Fault::Number => "write digits alone, or quote it where it is a name",
            Fault::Blob => "write it as `x'00FF'`",
            Fault::Nul | Fault::Character => "take it out",
            Fault::OpenComment => "end it with `*/`",
            Fault::OpenDollar => "end it with the same `$tag$` that it begins with",
            Fault::MetaCommand => "write the statements themselves; the connection is chosen by the database's URL",
            Fault::CopyRows => "write the rows as `INSERT INTO … VALUES (…), (…)`",
        }
    }
}

impl Token {
    /// The bytes that it covers.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Its text; `text` is the one that it was found in.
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.range()).unwrap_or_default()
    }
}

/// The tokens of a text, and its comments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) comments: Vec<Comment>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    /// Whether it ends with its line.
    pub(crate) is_line: bool,
    /// The bytes that it covers, without the line's end.
    pub(crate) range: Range<usize>,
}

/// Finds the tokens of a text.
pub(crate) fn lex(text: &str, backend: Backend) -> Lexed {
    match backend {
        Backend::Sqlite => sqlite::lex(text),
        Backend::Postgres => postgres::lex(text),
        Backend::Mysql => mysql::lex(text),
    }
}

/// Whether a token is one of the two ends of MySQL's conditional code, `/*!50001` and `*/`.
pub(crate) use mysql::is_marker as is_conditional_marker;

/// The value of a quoted name or string: without its quotes, doubled ones single. Other texts are returned as they are.
pub(crate) fn unquote(text: &str) -> String {
    let mut inner = text.chars();
    match (inner.next(), inner.next_back()) {
        (Some('['), Some(']')) => inner.as_str().to_owned(),
        (Some(quote @ ('"' | '`' | '\'')), Some(end)) if quote == end => {
            let doubled: String = [quote, quote].iter().collect();
            inner.as_str().replace(&doubled, quote.encode_utf8(&mut [0; 4]))
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
