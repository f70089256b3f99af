//! A place in a statement's tokens, and the steps that every dialect's parser takes.

use dbmig::Backend;

use crate::schema::{Expression, Name};
use crate::source::{Source, Span};
use crate::sql::expression;
use crate::sql::lex::{Token, TokenKind, name_value, string_value, unquote};
use crate::sql::syntax::{Ident, ObjectIdent};
use crate::sql::{mysql, postgres, sqlite};

/// What is wrong, and where.
pub(super) type Fault = (String, Span);

/// A place in a statement's tokens.
pub(super) struct Cursor<'a> {
    tokens: &'a [Token],
    source: &'a Source,
    at: usize,
    pub(super) backend: Backend,
    /// The object that the statement is about, once it is known.
    pub(super) about: Option<Name>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Token], source: &'a Source, backend: Backend) -> Cursor<'a> {
        Cursor { tokens, source, at: 0, backend, about: None }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The number of tokens before this place.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// A cursor on the next tokens alone, so many of them.
    pub(super) fn part(&self, length: usize) -> Cursor<'a> {
        let end = (self.at + length).min(self.tokens.len());
        Cursor { tokens: &self.tokens[..end], source: self.source, at: self.at, backend: self.backend, about: None }
    }

    fn token(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    /// The text of a token; empty behind the end.
    pub(super) fn text(&self, ahead: usize) -> &'a str {
        self.token(ahead).map_or("", |token| token.text(self.source.text()))
    }

    pub(super) fn kind(&self, ahead: usize) -> Option<TokenKind> {
        self.token(ahead).map(|token| token.kind)
    }

    /// Goes back to a place that [`Cursor::position`] gave.
    pub(super) fn back_to(&mut self, position: usize) {
        self.at = self.at.min(position);
    }

    pub(super) fn step(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    /// Steps over so many tokens.
    pub(super) fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.tokens.len());
    }

    /// The tokens from the one at `start` to the one before this place.
    pub(super) fn tokens_since(&self, start: usize) -> &'a [Token] {
        self.tokens.get(start..self.at.min(self.tokens.len())).unwrap_or_default()
    }

    /// The text that the tokens are those of.
    pub(super) fn source(&self) -> &'a Source {
        self.source
    }

    /// Whether a token is this keyword (in lower case) or symbol.
    pub(super) fn is(&self, ahead: usize, what: &str) -> bool {
        matches!(self.kind(ahead), Some(TokenKind::Word | TokenKind::Symbol))
            && self.text(ahead).eq_ignore_ascii_case(what)
    }

    /// Whether a token is one of these keywords (in lower case) and symbols.
    pub(super) fn is_any(&self, ahead: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(ahead, word))
    }

    /// Whether these keywords and symbols come next.
    pub(super) fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.is(ahead, word))
    }

    /// Steps over these keywords and symbols if they come next.
    pub(super) fn eat(&mut self, words: &[&str]) -> bool {
        let found = self.are(words);
        if found {
            self.at += words.len();
        }
        found
    }

    /// Steps over one of several keywords and says which.
    pub(super) fn eat_one<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        let found = words.iter().copied().find(|word| self.is(0, word))?;
        self.step();
        Some(found)
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<(), Fault> {
        if self.eat(&[word]) { Ok(()) } else { Err(self.expected(&format!("`{}`", word.to_uppercase()))) }
    }

    /// The fault that something else was expected here.
    pub(super) fn expected(&self, what: &str) -> Fault {
        let message = match self.token(0) {
            Some(token) => {
                let found: String = token.text(self.source.text()).chars().take(40).collect();
                format!("expected {what}, found `{found}`")
            }
            None => format!("expected {what}, found the end of the statement"),
        };
        (message, self.here())
    }

    /// The place of the next token; behind the end, the place behind the last one.
    pub(super) fn here(&self) -> Span {
        match self.token(0) {
            Some(token) => self.source.span(token.range()),
            None => {
                let end = self.tokens.last().map_or(0, |token| token.end);
                self.source.span(end..end)
            }
        }
    }

    /// The place of a token.
    pub(super) fn place(&self, ahead: usize) -> Option<Span> {
        self.token(ahead).map(|token| self.source.span(token.range()))
    }

    /// The place from the token at `start` to the one before this place.
    pub(super) fn since(&self, start: usize) -> Span {
        let end = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.end);
        let start = self.tokens.get(start).map_or(end, |token| token.start);
        self.source.span(start..end)
    }

    /// The text from the token at `start` to the end of the statement.
    pub(super) fn text_from(&self, start: usize) -> &'a str {
        let end = self.tokens.last().map_or(0, |token| token.end);
        let start = self.tokens.get(start).map_or(end, |token| token.start);
        self.source.text().get(start..end).unwrap_or_default()
    }

    /// Demands the end of the statement.
    pub(super) fn end(&self) -> Result<(), Fault> {
        if self.is_done() { Ok(()) } else { Err(self.expected("the end of the statement")) }
    }

    /// Whether a token can be a name.
    pub(super) fn is_name(&self, ahead: usize) -> bool {
        let is_keyword = match self.backend {
            Backend::Postgres => postgres::is_keyword,
            Backend::Mysql => mysql::is_keyword,
            Backend::Sqlite => sqlite::is_keyword,
        };
        match self.kind(ahead) {
            Some(TokenKind::Quoted) => true,
            // MySQL and PostgreSQL have only values in quotes that SQLite has for names, too.
            Some(TokenKind::String) => self.backend == Backend::Sqlite,
            Some(TokenKind::Word) => !is_keyword(&self.text(ahead).to_ascii_lowercase()),
            _ => false,
        }
    }

    /// A name; `what` says of what, for the fault.
    pub(super) fn name(&mut self, what: &str) -> Result<Ident, Fault> {
        if !self.is_name(0) {
            return Err(self.expected(what));
        }
        Ok(self.take_name())
    }

    fn take_name(&mut self) -> Ident {
        let text = match self.backend {
            Backend::Postgres => name_value(self.text(0)),
            Backend::Sqlite | Backend::Mysql => unquote(self.text(0)),
        };
        let name = Name::new(&text, self.backend);
        let ident = Ident { name, quoted: self.kind(0) != Some(TokenKind::Word), span: self.here() };
        self.step();
        ident
    }

    /// A name where keywords are names too: behind AS, say.
    pub(super) fn label(&mut self, what: &str) -> Result<Ident, Fault> {
        match self.kind(0) {
            Some(TokenKind::Word | TokenKind::Quoted) => Ok(self.take_name()),
            _ => Err(self.expected(what)),
        }
    }

    /// The text of a string of PostgreSQL's.
    pub(super) fn string(&mut self, what: &str) -> Result<String, Fault> {
        let value = (self.kind(0) == Some(TokenKind::String)).then(|| string_value(self.text(0))).flatten();
        let value = value.ok_or_else(|| self.expected(what))?;
        self.step();
        Ok(value)
    }

    /// A name with or without its schema.
    pub(super) fn object(&mut self, what: &str) -> Result<ObjectIdent, Fault> {
        let first = self.name(what)?;
        if !self.eat(&["."]) {
            return Ok(ObjectIdent { schema: None, name: first.name, span: first.span });
        }
        let second = match self.backend {
            Backend::Postgres => self.label(what)?,
            Backend::Sqlite | Backend::Mysql => self.name(what)?,
        };
        Ok(ObjectIdent { schema: Some(first.name), name: second.name, span: first.span.to(&second.span) })
    }

    /// The object that the statement is about.
    pub(super) fn subject(&mut self, what: &str) -> Result<ObjectIdent, Fault> {
        let object = self.object(what)?;
        self.about = Some(object.name.clone());
        Ok(object)
    }

    /// `( one, two, … )`
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Cursor<'a>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.expect("(")?;
        let mut items = vec![item(self)?];
        while self.eat(&[","]) {
            items.push(item(self)?);
        }
        if !self.eat(&[")"]) {
            return Err(self.expected("`,` or `)`"));
        }
        Ok(items)
    }

    /// The number of tokens from here to where `stop` first holds outside parentheses, or to the parenthesis that
    /// closes what encloses this place, or to the end.
    pub(super) fn until(&self, stop: impl Fn(&Cursor<'a>, usize) -> bool) -> usize {
        let mut depth = 0_usize;
        let mut ahead = 0;
        while self.token(ahead).is_some() {
            if depth == 0 && (self.is_any(ahead, &[")", "]"]) || stop(self, ahead)) {
                break;
            }
            depth += usize::from(self.is_any(ahead, &["(", "["]));
            depth -= usize::from(self.is_any(ahead, &[")", "]"]));
            ahead += 1;
        }
        ahead
    }

    /// An expression of so many tokens.
    pub(super) fn expression(&mut self, length: usize) -> Result<Expression, Fault> {
        let tokens = self.tokens.get(self.at..self.at + length).unwrap_or_default();
        if tokens.is_empty() {
            return Err(self.expected("an expression"));
        }
        let read = expression::from_tokens(tokens, self.source.text(), self.backend);
        let read = read.map_err(|fault| {
            let place = fault.at.map_or_else(|| self.here(), |range| self.source.span(range));
            (fault.message, place)
        })?;
        self.at += length;
        Ok(read)
    }

    /// `( expression )`
    pub(super) fn parenthesized(&mut self) -> Result<Expression, Fault> {
        if !self.is(0, "(") {
            return Err(self.expected("`(`"));
        }
        self.step();
        let length = self.until(|_, _| false);
        if self.token(length).is_none() {
            self.at -= 1;
            return Err(("this `(` is not closed".to_owned(), self.here()));
        }
        let expression = self.expression(length)?;
        self.step();
        Ok(expression)
    }
}
