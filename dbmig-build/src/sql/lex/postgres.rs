//! PostgreSQL's tokens. Source: <https://www.postgresql.org/docs/current/sql-syntax-lexical.html> and `scan.l`.

mod value;

use super::{Comment, Fault, Lexed, Token, TokenKind};

pub(crate) use value::{name_value, string_value};

/// Finds the tokens of a text. Each round takes at least one byte; the ends of tokens are borders of characters,
/// because every byte of a longer character counts as a letter.
pub(super) fn lex(text: &str) -> Lexed {
    let bytes = text.as_bytes();
    let mut lexed = Lexed::default();
    let mut start = 0;
    // The first token of the statement.
    let mut first = 0;
    let mut may_have_rows = true;
    while start < bytes.len() {
        let (found, length) = next(&bytes[start..]);
        let end = start + length.max(1);
        match found {
            Found::Space => {}
            Found::Comment { is_line } => lexed.comments.push(Comment { is_line, range: start..end }),
            Found::Token(kind) => lexed.tokens.push(Token { kind, start, end }),
        }
        start = end;
        if matches!(found, Found::Token(TokenKind::Broken(Fault::MetaCommand))) {
            first = lexed.tokens.len();
        }
        if matches!(found, Found::Token(TokenKind::Symbol)) && bytes.get(start - 1) == Some(&b';') {
            let stdin = lexed.tokens.get(first..).and_then(|tokens| copy_from_stdin(tokens, text)).map(|at| at + first);
            if let Some(at) = stdin {
                match may_have_rows.then(|| rows(bytes, start)).flatten() {
                    Some(end) => {
                        lexed.tokens.push(Token { kind: TokenKind::Broken(Fault::CopyRows), start, end });
                        start = end;
                    }
                    None => {
                        may_have_rows = false;
                        lexed.tokens[at].kind = TokenKind::Broken(Fault::CopyRows);
                    }
                }
            }
            first = lexed.tokens.len();
        }
    }
    lexed
}

/// The `stdin` of a `COPY … FROM stdin`.
fn copy_from_stdin(statement: &[Token], text: &str) -> Option<usize> {
    let is = |token: &Token, word: &str| token.kind == TokenKind::Word && token.text(text).eq_ignore_ascii_case(word);
    if !statement.first().is_some_and(|token| is(token, "copy")) {
        return None;
    }
    statement.windows(2).position(|two| is(&two[0], "from") && is(&two[1], "stdin")).map(|at| at + 1)
}

/// The end of the rows that follow a `COPY … FROM stdin;`, which end with a line `\.`.
fn rows(bytes: &[u8], from: usize) -> Option<usize> {
    let mut start = from + until(&bytes[from..], 0, |byte| byte == b'\n') + 1;
    while start < bytes.len() {
        let end = start + until(&bytes[start..], 0, |byte| byte == b'\n');
        if bytes[start..end].trim_ascii_end() == b"\\." {
            return Some(start + 2);
        }
        start = end + 1;
    }
    None
}

enum Found {
    Space,
    Comment { is_line: bool },
    Token(TokenKind),
}

/// The first thing in `rest`, which isn't empty, and its length.
fn next(rest: &[u8]) -> (Found, usize) {
    let at = |index: usize| rest.get(index).copied();
    let token = |kind: TokenKind, length: usize| (Found::Token(kind), length);
    let symbol = |length: usize| token(TokenKind::Symbol, length);
    let broken = |fault: Fault, length: usize| token(TokenKind::Broken(fault), length);
    match rest[0] {
        b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' => (Found::Space, 1),
        b'\0' => broken(Fault::Nul, 1),
        // The server takes a byte order mark for a letter; nobody means that.
        0xef if rest.starts_with(b"\xef\xbb\xbf") => broken(Fault::Character, 3),
        b'-' if at(1) == Some(b'-') => (Found::Comment { is_line: true }, line_end(rest, 2)),
        b'/' if at(1) == Some(b'*') => match comment(rest) {
            Some(end) => (Found::Comment { is_line: false }, end),
            None => broken(Fault::OpenComment, rest.len()),
        },
        b'\'' => string(rest, 0, Escapes::None, TokenKind::String),
        b'"' => name(rest, 0),
        b'$' => dollar(rest),
        b'0'..=b'9' => number(rest),
        b'.' if at(1).is_some_and(|byte| byte.is_ascii_digit()) => number(rest),
        b'.' => symbol(if at(1) == Some(b'.') { 2 } else { 1 }),
        b':' => symbol(if matches!(at(1), Some(b':' | b'=')) { 2 } else { 1 }),
        b',' | b'(' | b')' | b'[' | b']' | b';' => symbol(1),
        b'e' | b'E' if at(1) == Some(b'\'') => string(rest, 1, Escapes::Backslash, TokenKind::String),
        b'n' | b'N' if at(1) == Some(b'\'') => string(rest, 1, Escapes::None, TokenKind::String),
        b'b' | b'B' | b'x' | b'X' if at(1) == Some(b'\'') => string(rest, 1, Escapes::None, TokenKind::Blob),
        b'u' | b'U' if rest[1..].starts_with(b"&'") => string(rest, 2, Escapes::None, TokenKind::String),
        b'u' | b'U' if rest[1..].starts_with(b"&\"") => name(rest, 2),
        b'\\' => broken(Fault::MetaCommand, line_end(rest, 1)),
        byte if starts_name(byte) => token(TokenKind::Word, until(rest, 1, |byte| !is_name(byte))),
        byte if is_operator(byte) => symbol(operator(rest)),
        _ => broken(Fault::Character, 1),
    }
}

fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_name(byte: u8) -> bool {
    starts_name(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_operator(byte: u8) -> bool {
    b"~!@#^&|`?+-*/%<>=".contains(&byte)
}

/// Where `stop` first holds, from `from` on; else the end.
fn until(rest: &[u8], from: usize, stop: impl Fn(u8) -> bool) -> usize {
    rest.iter().skip(from).position(|&byte| stop(byte)).map_or(rest.len(), |at| at + from)
}

/// The end of a line, which a carriage return makes too.
fn line_end(rest: &[u8], from: usize) -> usize {
    until(rest, from, |byte| byte == b'\n' || byte == b'\r')
}

/// The end of a comment, which may hold others.
fn comment(rest: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match rest.get(at..at + 2)? {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Escapes {
    None,
    Backslash,
}

/// A string whose quote is at `from`, with those that continue it on further lines.
fn string(rest: &[u8], from: usize, escapes: Escapes, kind: TokenKind) -> (Found, usize) {
    let mut end = from;
    while let Some(begin) = (end == from).then_some(from).or_else(|| continuation(rest, end)) {
        match closing(rest, begin, escapes) {
            Some(closed) => end = closed,
            None => return (Found::Token(TokenKind::Broken(Fault::OpenString)), rest.len()),
        }
    }
    (Found::Token(kind), end)
}

/// The byte behind the quote that closes what the one at `from` opens.
fn closing(rest: &[u8], from: usize, escapes: Escapes) -> Option<usize> {
    let quote = *rest.get(from)?;
    let mut at = from + 1;
    loop {
        match *rest.get(at)? {
            b'\\' if escapes == Escapes::Backslash => at += 2,
            byte if byte != quote => at += 1,
            _ if rest.get(at + 1) == Some(&quote) => at += 2,
            _ => return Some(at + 1),
        }
    }
}

/// The quote of a string that continues the one before: between them are white space and comments with at least one
/// line's end.
fn continuation(rest: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut lines = 0;
    loop {
        match *rest.get(at)? {
            b'\n' | b'\r' => {
                lines += 1;
                at += 1;
            }
            b' ' | b'\t' | b'\x0b' | b'\x0c' => at += 1,
            b'-' if rest.get(at + 1) == Some(&b'-') => at = line_end(rest, at),
            b'\'' if lines > 0 => return Some(at),
            _ => return None,
        }
    }
}

/// A name whose quote is at `from`.
fn name(rest: &[u8], from: usize) -> (Found, usize) {
    match closing(rest, from, Escapes::None) {
        Some(end) => (Found::Token(TokenKind::Quoted), end),
        None => (Found::Token(TokenKind::Broken(Fault::OpenName)), rest.len()),
    }
}

/// `$1`, `$$ … $$`, `$tag$ … $tag$`
fn dollar(rest: &[u8]) -> (Found, usize) {
    if rest.get(1).is_some_and(u8::is_ascii_digit) {
        return (Found::Token(TokenKind::Parameter), until(rest, 1, |byte| !byte.is_ascii_digit()));
    }
    let tag = until(rest, 1, |byte| !is_name(byte) || byte == b'$');
    if rest.get(tag) != Some(&b'$') {
        return (Found::Token(TokenKind::Broken(Fault::Character)), 1);
    }
    let (opening, inner) = rest.split_at(tag + 1);
    match find(inner, opening) {
        Some(at) => (Found::Token(TokenKind::String), at + 2 * opening.len()),
        None => (Found::Token(TokenKind::Broken(Fault::OpenDollar)), rest.len()),
    }
}

/// Where a dollar quote first stands. A `$` is found before the rest of it is compared, so that this is no more than
/// the length of the text times that of a tag.
fn find(text: &[u8], quote: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.iter().position(|&byte| byte == b'$')?;
        if text[at..].starts_with(quote) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The length of an operator: as many of its characters as follow, up to a comment; `+` and `-` end only those that
/// hold a character that SQL's own operators don't have. (PostgreSQL refuses those of more than 63.)
fn operator(rest: &[u8]) -> usize {
    let all = until(&rest[..rest.len().min(64)], 0, |byte| !is_operator(byte));
    let run = &rest[..all];
    let comment = run.windows(2).position(|two| two == b"--" || two == b"/*");
    let run = &run[..comment.unwrap_or(all).max(1)];
    if run.iter().any(|byte| b"~!@#^&|`?%".contains(byte)) {
        return run.len();
    }
    run.iter().rposition(|byte| !matches!(byte, b'+' | b'-')).map_or(1, |at| at + 1)
}

/// A number; digits may have `_` between them (16).
fn number(rest: &[u8]) -> (Found, usize) {
    let digits = |from: usize| until(rest, from, |byte| !byte.is_ascii_digit() && byte != b'_');
    let radix = match rest.get(..2) {
        Some(b"0x" | b"0X") => 16,
        Some(b"0o" | b"0O") => 8,
        Some(b"0b" | b"0B") => 2,
        _ => 10,
    };
    let end = if radix == 10 {
        let whole = digits(0);
        // `1..10` is a range of PL/pgSQL's.
        let has_fraction = rest.get(whole) == Some(&b'.') && rest.get(whole + 1) != Some(&b'.');
        let fraction = if has_fraction { digits(whole + 1) } else { whole };
        let sign = usize::from(matches!(rest.get(fraction + 1), Some(b'+' | b'-')));
        let exponent = matches!(rest.get(fraction), Some(b'e' | b'E'));
        if exponent && rest.get(fraction + 1 + sign).is_some_and(u8::is_ascii_digit) {
            digits(fraction + 1 + sign)
        } else {
            fraction
        }
    } else {
        until(rest, 2, |byte| !char::from(byte).is_digit(radix) && byte != b'_')
    };
    let behind = until(rest, end, |byte| !is_name(byte));
    let kind =
        if behind > end || (radix != 10 && end == 2) { TokenKind::Broken(Fault::Number) } else { TokenKind::Number };
    (Found::Token(kind), behind)
}
