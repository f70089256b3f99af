//! Expressions: tokens to the values that the schema keeps.

use std::ops::Range;

use dbmig::Backend;

use super::lex::{Token, TokenKind, lex, name_value, string_value, unquote};
use super::{mysql, postgres, sqlite};
use crate::schema::{Expression, ExpressionToken, Name};

/// Reads an expression. Parentheses round the whole are left out.
///
/// # Errors
///
/// What is wrong with it, in words: it is empty, a token is broken, or its parentheses don't match.
pub fn expression(text: &str, backend: Backend) -> Result<Expression, String> {
    let lexed = lex(text, backend);
    from_tokens(&lexed.tokens, text, backend).map_err(|fault| fault.message)
}

/// What is wrong with an expression, and at which of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) at: Option<Range<usize>>,
}

/// An expression from its tokens, which were found in `text`.
pub(super) fn from_tokens(tokens: &[Token], text: &str, backend: Backend) -> Result<Expression, Fault> {
    balanced(tokens, text)?;
    let inner = strip_parentheses(tokens, text);
    if inner.is_empty() {
        return Err(Fault { message: "the expression is empty".to_owned(), at: tokens.last().map(Token::range) });
    }
    let mut open_cases = 0;
    // Behind CAST's AS stand the words of a type.
    let mut in_type = false;
    let read = inner.iter().enumerate().map(|(at, token)| {
        let before = at.checked_sub(1).and_then(|at| inner.get(at));
        let written = token.text(text);
        in_type = match before {
            Some(token) if is_word(token, text, "as") || token.text(text) == "::" => true,
            // Behind `::` a type ends where no word of it follows.
            Some(token) if in_type && backend == Backend::Postgres && written != "(" => {
                written == "." || token.text(text) == "." || (token.kind == TokenKind::Word && continues_type(written))
            }
            // `AT TIME ZONE`, `timestamp(3) WITH TIME ZONE`
            Some(token) if backend == Backend::Postgres => in_time_zone(token.text(text), written),
            _ => in_type && written != ")",
        };
        let after = inner.get(at + 1).map(|one| one.text(text));
        // `(place).street` is a part of a value.
        let of_value =
            || at.checked_sub(2).and_then(|at| inner.get(at)).is_some_and(|one| matches!(one.text(text), ")" | "]"));
        let is_part = before.is_some_and(|token| token.text(text) == ".") && of_value();
        let name = match token.kind {
            _ if in_type || is_part => None,
            TokenKind::Quoted => may_be_column(before, after, text).then(|| named(token, text, backend)),
            TokenKind::Word => {
                let is_end = open_cases > 0 && written.eq_ignore_ascii_case("end");
                open_cases += usize::from(written.eq_ignore_ascii_case("case"));
                open_cases -= usize::from(is_end);
                let word = written.to_ascii_lowercase();
                let free = !is_end && !is_keyword(&word, after, backend);
                (free && may_be_column(before, after, text)).then(|| named(token, text, backend))
            }
            _ => None,
        };
        ExpressionToken {
            gap: before.is_some_and(|before| before.end < token.start),
            text: written.into(),
            key: key(token, text, backend).into(),
            name,
        }
    });
    Ok(Expression::new(read.collect()))
}

/// A token as it is compared: words folded, a quoted name that needs no quotes like the same one without.
fn key(token: &Token, text: &str, backend: Backend) -> String {
    let written = token.text(text);
    match token.kind {
        TokenKind::Word | TokenKind::Number | TokenKind::Blob => written.to_ascii_lowercase(),
        TokenKind::Quoted => {
            let name = named(token, text, backend);
            name.renamed(name.key()).sql()
        }
        TokenKind::String if backend == Backend::Postgres => match string_value(written) {
            Some(value) => format!("'{}'", value.replace('\'', "''")),
            None => written.to_owned(),
        },
        _ => match written {
            "==" => "=".to_owned(),
            "!=" => "<>".to_owned(),
            text if token.kind == TokenKind::String && backend == Backend::Mysql => {
                mysql::literal(&mysql::unquote(text))
            }
            _ => written.to_owned(),
        },
    }
}

/// The name that a word or a quoted name is.
fn named(token: &Token, text: &str, backend: Backend) -> Name {
    let written = token.text(text);
    match (backend, token.kind) {
        (Backend::Postgres, _) => Name::new(&name_value(written), backend),
        (_, TokenKind::Quoted) => Name::new(&unquote(written), backend),
        _ => Name::new(written, backend),
    }
}

/// Whether a word (in lower case) is a keyword, an operator or a constant, before what follows.
fn is_keyword(word: &str, after: Option<&str>, backend: Backend) -> bool {
    match backend {
        Backend::Postgres => postgres::is_keyword(word) || postgres::is_operator(word, after),
        Backend::Mysql => mysql::is_keyword(word) || mysql::is_operator(word),
        Backend::Sqlite => sqlite::is_keyword(word) || sqlite::is_operator(word),
    }
}

/// Whether a word goes on with the name of a type: `double precision`, `timestamp with time zone`.
fn continues_type(word: &str) -> bool {
    const WORDS: [&str; 6] = ["precision", "varying", "with", "without", "time", "zone"];
    WORDS.iter().any(|one| word.eq_ignore_ascii_case(one))
}

fn in_time_zone(before: &str, written: &str) -> bool {
    let is = |text: &str, words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    (is(written, &["time"]) && is(before, &["at", "with", "without"]))
        || (is(written, &["zone"]) && is(before, &["time"]))
}

/// Whether a name between these tokens can be a column's: no function, no table before its column, no collation.
fn may_be_column(before: Option<&Token>, after: Option<&str>, text: &str) -> bool {
    !before.is_some_and(|token| is_word(token, text, "collate")) && !matches!(after, Some("(" | "."))
}

fn is_word(token: &Token, text: &str, word: &str) -> bool {
    token.kind == TokenKind::Word && token.text(text).eq_ignore_ascii_case(word)
}

fn balanced(tokens: &[Token], text: &str) -> Result<(), Fault> {
    let mut open = Vec::new();
    for token in tokens {
        let fault = |message: &str| Err(Fault { message: message.to_owned(), at: Some(token.range()) });
        match (token.kind, token.text(text)) {
            (TokenKind::Broken(reason), _) => return fault(reason.describe()),
            (TokenKind::Symbol, "(") => open.push(token),
            (TokenKind::Symbol, ")") if open.is_empty() => return fault("this `)` closes nothing"),
            (TokenKind::Symbol, ")") => drop(open.pop()),
            (TokenKind::Symbol, ";") => return fault("an expression holds no semicolon"),
            _ => {}
        }
    }
    match open.pop() {
        Some(token) => Err(Fault { message: "this `(` is not closed".to_owned(), at: Some(token.range()) }),
        None => Ok(()),
    }
}

/// Takes off pairs of parentheses that enclose everything; the parentheses match. One pass, since an expression may
/// have very many.
fn strip_parentheses<'a>(tokens: &'a [Token], text: &str) -> &'a [Token] {
    // The least depth in which any token stands but those that open at the start and close at the end.
    let is = |token: &Token, symbol: &str| token.kind == TokenKind::Symbol && token.text(text) == symbol;
    let opening = tokens.iter().take_while(|token| is(token, "(")).count();
    let closing = tokens.iter().rev().take_while(|token| is(token, ")")).count();
    let Some(middle) = tokens.get(opening..tokens.len().saturating_sub(closing)) else {
        // Nothing but parentheses.
        return &[];
    };
    let mut depth = opening;
    let mut least = opening.min(closing);
    for token in middle {
        if is(token, "(") {
            depth += 1;
        } else if is(token, ")") {
            depth -= 1;
            least = least.min(depth);
        }
    }
    &tokens[least..tokens.len() - least]
}

#[cfg(test)]
mod tests;
