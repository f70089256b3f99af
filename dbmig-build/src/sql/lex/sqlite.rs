//! SQLite's tokens. Source: <https://sqlite.org/src/file/src/tokenize.c>.

use super::{Comment, Fault, Lexed, Token, TokenKind};

/// Finds the tokens of a text. Each round takes at least one byte; the ends of tokens are borders of characters,
/// because every byte of a longer character counts as a letter.
pub(super) fn lex(text: &str) -> Lexed {
    let bytes = text.as_bytes();
    let mut lexed = Lexed::default();
    let mut start = 0;
    while start < bytes.len() {
        let (found, length) = next(&bytes[start..]);
        let end = start + length.max(1);
        match found {
            Found::Space => {}
            Found::Comment { is_line } => lexed.comments.push(Comment { is_line, range: start..end }),
            Found::Token(kind) => lexed.tokens.push(Token { kind, start, end }),
        }
        start = end;
    }
    lexed
}

enum Found {
    Space,
    Comment { is_line: bool },
    Token(TokenKind),
}

/// The first thing in `rest`, which isn't empty, and its length.
fn next(rest: &[u8]) -> (Found, usize) {
    let at = |index: usize| rest.get(index).copied();
    let symbol = |length: usize| (Found::Token(TokenKind::Symbol), length);
    let broken = |fault: Fault, length: usize| (Found::Token(TokenKind::Broken(fault)), length);
    match rest[0] {
        b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => (Found::Space, 1),
        b'\0' => broken(Fault::Nul, 1),
        // A byte order mark is white space wherever a token could begin.
        0xef if rest.starts_with(b"\xef\xbb\xbf") => (Found::Space, 3),
        b'-' if at(1) == Some(b'-') => (Found::Comment { is_line: true }, until(rest, 2, |byte| byte == b'\n')),
        b'-' if rest.starts_with(b"->>") => symbol(3),
        b'-' if at(1) == Some(b'>') => symbol(2),
        // `/*` at the very end is two operators; a comment without an end runs to the end of the text.
        b'/' if at(1) == Some(b'*') && rest.len() > 2 => {
            let end = rest[2..].windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |at| at + 4);
            (Found::Comment { is_line: false }, end)
        }
        b'=' if at(1) == Some(b'=') => symbol(2),
        b'<' if matches!(at(1), Some(b'=' | b'>' | b'<')) => symbol(2),
        b'>' if matches!(at(1), Some(b'=' | b'>')) => symbol(2),
        b'!' if at(1) == Some(b'=') => symbol(2),
        b'|' if at(1) == Some(b'|') => symbol(2),
        b'.' if at(1).is_some_and(|byte| byte.is_ascii_digit()) => number(rest),
        b'-' | b'(' | b')' | b';' | b'+' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' | b'|' | b',' | b'&' | b'~'
        | b'.' => symbol(1),
        b'\'' => quoted(rest, TokenKind::String, Fault::OpenString),
        b'"' | b'`' => quoted(rest, TokenKind::Quoted, Fault::OpenName),
        b'[' => match rest.iter().position(|&byte| byte == b']') {
            Some(end) => (Found::Token(TokenKind::Quoted), end + 1),
            None => broken(Fault::OpenName, rest.len()),
        },
        b'0'..=b'9' => number(rest),
        b'?' => (Found::Token(TokenKind::Parameter), until(rest, 1, |byte| !byte.is_ascii_digit())),
        b'$' | b'@' | b':' => match until(rest, 1, |byte| !is_name(byte)) {
            1 => broken(Fault::Character, 1),
            end => (Found::Token(TokenKind::Parameter), end),
        },
        b'x' | b'X' if at(1) == Some(b'\'') => blob(rest),
        byte if is_name(byte) => (Found::Token(TokenKind::Word), until(rest, 1, |byte| !is_name(byte))),
        _ => broken(Fault::Character, 1),
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Where `stop` first holds, from `from` on; else the end.
fn until(rest: &[u8], from: usize, stop: impl Fn(u8) -> bool) -> usize {
    rest.iter().skip(from).position(|&byte| stop(byte)).map_or(rest.len(), |at| at + from)
}

/// A token in quotes that are doubled to stand for themselves.
fn quoted(rest: &[u8], kind: TokenKind, fault: Fault) -> (Found, usize) {
    let quote = rest[0];
    let mut at = 1;
    while at < rest.len() {
        if rest[at] != quote {
            at += 1;
        } else if rest.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return (Found::Token(kind), at + 1);
        }
    }
    (Found::Token(TokenKind::Broken(fault)), rest.len())
}

fn blob(rest: &[u8]) -> (Found, usize) {
    let digits = until(rest, 2, |byte| !byte.is_ascii_hexdigit()) - 2;
    if digits % 2 == 0 && rest.get(digits + 2) == Some(&b'\'') {
        return (Found::Token(TokenKind::Blob), digits + 3);
    }
    let end = until(rest, 2, |byte| byte == b'\'');
    (Found::Token(TokenKind::Broken(Fault::Blob)), (end + 1).min(rest.len()))
}

/// A number; digits may have `_` between them (3.46).
fn number(rest: &[u8]) -> (Found, usize) {
    let digits = |from: usize| until(rest, from, |byte| !byte.is_ascii_digit() && byte != b'_');
    let mut end = if matches!(rest.get(1), Some(b'x' | b'X')) && rest[0] == b'0' {
        until(rest, 2, |byte| !byte.is_ascii_hexdigit() && byte != b'_')
    } else {
        let whole = digits(0);
        let fraction = if rest.get(whole) == Some(&b'.') { digits(whole + 1) } else { whole };
        let sign = usize::from(matches!(rest.get(fraction + 1), Some(b'+' | b'-')));
        let exponent = matches!(rest.get(fraction), Some(b'e' | b'E'));
        if exponent && rest.get(fraction + 1 + sign).is_some_and(u8::is_ascii_digit) {
            digits(fraction + 1 + sign)
        } else {
            fraction
        }
    };
    let behind = until(rest, end, |byte| !is_name(byte));
    let kind = if behind > end { TokenKind::Broken(Fault::Number) } else { TokenKind::Number };
    end = behind;
    (Found::Token(kind), end)
}
