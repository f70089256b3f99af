//! What PostgreSQL's names and strings stand for.

use super::continuation;

/// The longest name; longer ones are cut. Source: `NAMEDATALEN`.
const LONGEST_NAME: usize = 63;

/// The name that a token stands for: folded without quotes, exact with them, cut to 63 bytes.
pub(crate) fn name_value(token: &str) -> String {
    let mut name = if let Some(quoted) = token.strip_prefix('"') {
        inner(quoted, '"').0
    } else if let Some(quoted) = token.strip_prefix("U&\"").or_else(|| token.strip_prefix("u&\"")) {
        unicode(&inner(quoted, '"').0)
    } else {
        token.to_ascii_lowercase()
    };
    if name.len() > LONGEST_NAME {
        let end = (0..=LONGEST_NAME).rev().find(|&at| name.is_char_boundary(at)).unwrap_or(0);
        name.truncate(end);
    }
    name
}

/// The text that a string stands for: `'…'`, `E'…'`, `U&'…'`, `$tag$…$tag$`, with those that continue it. `None` if
/// the token is no string.
pub(crate) fn string_value(token: &str) -> Option<String> {
    if let Some(behind) = token.strip_prefix('$') {
        let tag = behind.find('$')? + 2;
        return token.get(tag..token.len().checked_sub(tag)?).map(str::to_owned);
    }
    let quote = token.find('\'')?;
    let (prefix, mut rest) = token.split_at(quote);
    let mut value = String::new();
    loop {
        let body = rest.strip_prefix('\'')?;
        let is_escaped = prefix.eq_ignore_ascii_case("e");
        let (part, length) = if is_escaped { escaped(body) } else { inner(body, '\'') };
        value.push_str(&part);
        rest = body.get(length..)?;
        match continuation(rest.as_bytes(), 0) {
            Some(at) => rest = rest.get(at..)?,
            None => break,
        }
    }
    match prefix {
        "" | "e" | "E" | "n" | "N" => Some(value),
        "u&" | "U&" => Some(unicode(&value)),
        _ => None,
    }
}

/// What stands before a closing quote, doubled ones single, and the length with that quote.
fn inner(rest: &str, quote: char) -> (String, usize) {
    let mut value = String::new();
    let mut characters = rest.char_indices().peekable();
    while let Some((at, one)) = characters.next() {
        if one == quote && characters.next_if(|&(_, next)| next == quote).is_none() {
            return (value, at + 1);
        }
        value.push(one);
    }
    (value, rest.len())
}

/// What stands before a closing quote, escapes resolved, and the length with that quote.
fn escaped(rest: &str) -> (String, usize) {
    let mut value = String::new();
    let mut characters = rest.char_indices().peekable();
    while let Some((at, one)) = characters.next() {
        match one {
            '\'' if characters.next_if(|&(_, next)| next == '\'').is_none() => return (value, at + 1),
            '\\' => {
                let Some((_, next)) = characters.next() else { break };
                let (radix, longest) = match next {
                    'x' => (16, 2),
                    'u' => (16, 4),
                    'U' => (16, 8),
                    '0'..='7' => (8, 2),
                    _ => (0, 0),
                };
                let mut code = next.to_digit(8).filter(|_| radix == 8).unwrap_or(0);
                let mut digits = usize::from(radix == 8);
                for _ in 0..longest {
                    let Some((_, digit)) = characters.next_if(|(_, digit)| digit.is_digit(radix)) else { break };
                    code = code.wrapping_mul(radix).wrapping_add(digit.to_digit(radix).unwrap_or(0));
                    digits += 1;
                }
                value.push(match next {
                    _ if digits > 0 => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    _ => next,
                });
            }
            _ => value.push(one),
        }
    }
    (value, rest.len())
}

/// The escapes `\0061` and `\+000061` of `U&` strings and names.
fn unicode(text: &str) -> String {
    let mut value = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let (digits, length) = match behind.strip_prefix('+') {
            Some(long) => (long.get(..6), 7),
            None => (behind.get(..4), 4),
        };
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match code {
            Some(one) => {
                value.push(one);
                rest = behind.get(length..).unwrap_or_default();
            }
            None => {
                value.push('\\');
                rest = behind.strip_prefix('\\').unwrap_or(behind);
            }
        }
    }
    value.push_str(rest);
    value
}

#[cfg(test)]
mod tests {
    use super::{name_value, string_value};

    #[test]
    fn names() {
        let long = "x".repeat(62) + "éy";
        for (token, expected) in [
            ("Users", "users"),
            ("ÄB", "Äb"),
            (r#""Us""ers""#, "Us\"ers"),
            (r#"U&"d\0061t\+000061 \\""#, "data \\"),
            (long.as_str(), &long[..62]),
        ] {
            assert_eq!(name_value(token), expected, "{token}");
        }
    }

    #[test]
    fn strings() {
        for (token, expected) in [
            ("'it''s'", "it's"),
            ("'a'\n  'b' -- it's\n 'c'", "abc"),
            (r"E'a\'b\\\n\t\x41\u00e9\101\q'''", "a'b\\\n\tAéAq'"),
            ("E'a'\n'\\x42'", "aB"),
            (r"U&'\0041\\'", "A\\"),
            ("N'a'", "a"),
            ("$$a'b$$", "a'b"),
            ("$x$ $$ $x$", " $$ "),
            ("''", ""),
        ] {
            assert_eq!(string_value(token).as_deref(), Some(expected), "{token}");
        }
        for token in ["x'00'", "B'1'", "word", "$", "$1", "'"] {
            assert_eq!(string_value(token).filter(|_| token != "'"), None, "{token}");
        }
    }
}
