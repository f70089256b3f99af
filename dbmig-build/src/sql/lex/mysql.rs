//! MySQL's and MariaDB's tokens. Source: <https://dev.mysql.com/doc/refman/8.4/en/lexical.html>,
//! <https://mariadb.com/kb/en/comment-syntax/>.
//!
//! Text in double quotes is a string, as it is unless `sql_mode` has ANSI_QUOTES. `/*!50001 … */` and MariaDB's
//! `/*M! … */` are code: their two ends are tokens, and so is what stands between them.

use super::{Comment, Fault, Lexed, Token, TokenKind};

/// Finds the tokens of a text. Each round takes at least one byte; the ends of tokens are borders of characters,
/// because every byte of a longer character counts as a letter.
pub(super) fn lex(text: &str) -> Lexed {
    let bytes = text.as_bytes();
    let mut lexed = Lexed::default();
    // The places where conditional code begins that hasn't ended yet.
    let mut conditional: Vec<usize> = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let rest = &bytes[start..];
        let (found, length) = match in_name(&lexed.tokens, text, start) {
            Some(kind) => (Found::Token(kind), until(rest, 1, |byte| kind == TokenKind::Symbol || !is_name(byte))),
            None => next(rest, !conditional.is_empty()),
        };
        let end = start + length.max(1);
        match found {
            Found::Space => {}
            Found::Comment { is_line } => lexed.comments.push(Comment { is_line, range: start..end }),
            Found::Open => {
                conditional.push(lexed.tokens.len());
                lexed.tokens.push(Token { kind: TokenKind::Symbol, start, end });
            }
            Found::Close => {
                conditional.pop();
                lexed.tokens.push(Token { kind: TokenKind::Symbol, start, end });
            }
            Found::Token(kind) => lexed.tokens.push(Token { kind, start, end }),
        }
        start = end;
    }
    for open in conditional {
        if let Some(token) = lexed.tokens.get_mut(open) {
            token.kind = TokenKind::Broken(Fault::OpenComment);
        }
    }
    lexed
}

/// Whether a token is one of the two ends of conditional code.
pub(crate) fn is_marker(token: &Token, text: &str) -> bool {
    let text = token.text(text);
    token.kind == TokenKind::Symbol && (text == "*/" || text.starts_with("/*"))
}

enum Found {
    Space,
    Comment {
        is_line: bool,
    },
    /// `/*!50001`
    Open,
    /// `*/`
    Close,
    Token(TokenKind),
}

/// What a name of several parts goes on with, where the next part begins with a digit: in `t.1` stands no `.1`.
fn in_name(tokens: &[Token], text: &str, start: usize) -> Option<TokenKind> {
    let is_name = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
    let begins = |at: usize, what: fn(&u8) -> bool| text.as_bytes().get(at).is_some_and(what);
    match tokens {
        [.., name] if is_name(name) && name.end == start => {
            (begins(start, |byte| *byte == b'.') && begins(start + 1, u8::is_ascii_digit)).then_some(TokenKind::Symbol)
        }
        [.., name, dot] if is_name(name) && dot.end == start && dot.text(text) == "." => {
            begins(start, u8::is_ascii_digit).then_some(TokenKind::Word)
        }
        _ => None,
    }
}

/// The first thing in `rest`, which isn't empty, and its length.
fn next(rest: &[u8], in_conditional: bool) -> (Found, usize) {
    let at = |index: usize| rest.get(index).copied();
    let token = |kind: TokenKind, length: usize| (Found::Token(kind), length);
    let broken = |fault: Fault, length: usize| (Found::Token(TokenKind::Broken(fault)), length);
    match rest[0] {
        b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' => (Found::Space, 1),
        b'\0' => broken(Fault::Nul, 1),
        // A byte order mark is white space wherever a token could begin.
        0xef if rest.starts_with(b"\xef\xbb\xbf") => (Found::Space, 3),
        b'#' => (Found::Comment { is_line: true }, until(rest, 1, |byte| byte == b'\n')),
        // `--` without white space behind it is two signs.
        b'-' if at(1) == Some(b'-') && at(2).is_none_or(|byte| byte <= b' ') => {
            (Found::Comment { is_line: true }, until(rest, 2, |byte| byte == b'\n'))
        }
        b'/' if at(1) == Some(b'*') => comment(rest),
        b'*' if in_conditional && at(1) == Some(b'/') => (Found::Close, 2),
        b'\'' | b'"' => string(rest, 0, TokenKind::String),
        b'`' => match end_of_quoted(rest, 0) {
            Some(end) => token(TokenKind::Quoted, end),
            None => broken(Fault::OpenName, rest.len()),
        },
        b'n' | b'N' if at(1) == Some(b'\'') => string(rest, 1, TokenKind::String),
        b'x' | b'X' if at(1) == Some(b'\'') => blob(rest, u8::is_ascii_hexdigit, true),
        b'b' | b'B' if at(1) == Some(b'\'') => blob(rest, |byte| matches!(byte, b'0' | b'1'), false),
        b'0'..=b'9' => number(rest),
        b'.' if at(1).is_some_and(|byte| byte.is_ascii_digit()) => number(rest),
        b'?' => token(TokenKind::Parameter, 1),
        b'@' => variable(rest),
        b'\\' if at(1) == Some(b'N') && !at(2).is_some_and(is_name) => token(TokenKind::Word, 2),
        byte if is_name(byte) => token(TokenKind::Word, until(rest, 1, |byte| !is_name(byte))),
        _ => match operator(rest) {
            Some(length) => token(TokenKind::Symbol, length),
            None => broken(Fault::Character, 1),
        },
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn operator(rest: &[u8]) -> Option<usize> {
    const OPERATORS: [&[u8]; 13] =
        [b"<=>", b"->>", b"->", b"<=", b">=", b"<>", b"!=", b"<<", b">>", b"||", b"&&", b":=", b".."];
    if let Some(found) = OPERATORS.iter().find(|operator| rest.starts_with(operator)) {
        return Some(found.len());
    }
    b"-+*/%=<>!|&^~().,;:{}".contains(&rest[0]).then_some(1)
}

/// Where `stop` first holds, from `from` on; else the end.
fn until(rest: &[u8], from: usize, stop: impl Fn(u8) -> bool) -> usize {
    rest.iter().skip(from).position(|&byte| stop(byte)).map_or(rest.len(), |at| at + from)
}

/// A comment, or the beginning of conditional code: `/*!`, `/*M!`, with or without a version.
fn comment(rest: &[u8]) -> (Found, usize) {
    let bang = if rest.get(2) == Some(&b'!') { 3 } else { 4 };
    if bang == 3 || matches!(rest.get(2..4), Some(b"M!" | b"m!")) {
        return (Found::Open, until(rest, bang, |byte| !byte.is_ascii_digit()).min(bang + 6));
    }
    match rest[2..].windows(2).position(|pair| pair == b"*/") {
        Some(end) => (Found::Comment { is_line: false }, end + 4),
        None => (Found::Token(TokenKind::Broken(Fault::OpenComment)), rest.len()),
    }
}

/// A string whose quote stands at `from`.
fn string(rest: &[u8], from: usize, kind: TokenKind) -> (Found, usize) {
    match end_of_quoted(rest, from) {
        Some(end) => (Found::Token(kind), end),
        None => (Found::Token(TokenKind::Broken(Fault::OpenString)), rest.len()),
    }
}

/// The end of what is in quotes that begin at `from`. Quotes are doubled to stand for themselves; in strings a
/// backslash takes the next character's meaning away.
fn end_of_quoted(rest: &[u8], from: usize) -> Option<usize> {
    let quote = *rest.get(from)?;
    let mut at = from + 1;
    loop {
        match *rest.get(at)? {
            b'\\' if quote != b'`' => at += 2,
            byte if byte == quote => {
                if rest.get(at + 1) != Some(&quote) {
                    return Some(at + 1);
                }
                at += 2;
            }
            _ => at += 1,
        }
    }
}

/// `x'00ff'`, `b'01'`
fn blob(rest: &[u8], is_digit: impl Fn(&u8) -> bool, in_pairs: bool) -> (Found, usize) {
    let digits = until(rest, 2, |byte| !is_digit(&byte)) - 2;
    if (digits % 2 == 0 || !in_pairs) && rest.get(digits + 2) == Some(&b'\'') {
        return (Found::Token(TokenKind::Blob), digits + 3);
    }
    let end = until(rest, 2, |byte| byte == b'\'');
    (Found::Token(TokenKind::Broken(Fault::Blob)), (end + 1).min(rest.len()))
}

/// A number, or a name that begins with digits: `1st` is one, `1e5` isn't.
fn number(rest: &[u8]) -> (Found, usize) {
    let digits = |from: usize| until(rest, from, |byte| !byte.is_ascii_digit());
    let word = until(rest, 0, |byte| !is_name(byte));
    let prefixed = |letter: u8, is_digit: fn(&u8) -> bool| {
        rest[0] == b'0' && rest.get(1) == Some(&letter) && word > 2 && rest[2..word].iter().all(is_digit)
    };
    if prefixed(b'x', u8::is_ascii_hexdigit) || prefixed(b'b', |byte| matches!(byte, b'0' | b'1')) {
        return (Found::Token(TokenKind::Number), word);
    }
    let whole = digits(0);
    let fraction =
        if rest.get(whole) == Some(&b'.') && rest.get(whole + 1) != Some(&b'.') { digits(whole + 1) } else { whole };
    let sign = usize::from(matches!(rest.get(fraction + 1), Some(b'+' | b'-')));
    let has_exponent = matches!(rest.get(fraction), Some(b'e' | b'E'))
        && rest.get(fraction + 1 + sign).is_some_and(u8::is_ascii_digit);
    let end = if has_exponent { digits(fraction + 1 + sign) } else { fraction };
    if word > end && fraction == whole && !(has_exponent && sign > 0) {
        return (Found::Token(TokenKind::Word), word);
    }
    (Found::Token(TokenKind::Number), end)
}

/// `@name`, `@'name'`, `@@global.name`; the host of an account, too.
fn variable(rest: &[u8]) -> (Found, usize) {
    let from = if rest.get(1) == Some(&b'@') { 2 } else { 1 };
    match rest.get(from) {
        Some(b'\'' | b'"') => string(rest, from, TokenKind::Parameter),
        Some(b'`') => match end_of_quoted(rest, from) {
            Some(end) => (Found::Token(TokenKind::Parameter), end),
            None => (Found::Token(TokenKind::Broken(Fault::OpenName)), rest.len()),
        },
        _ => match until(rest, from, |byte| !is_name(byte) && byte != b'.') {
            end if end == from => (Found::Token(TokenKind::Broken(Fault::Character)), from),
            end => (Found::Token(TokenKind::Parameter), end),
        },
    }
}
