//! Rust as tokens, for rules that must see into macros too.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::workspace::File;

/// A file's tokens; none if it isn't Rust (the compiler says so better).
pub(super) fn of_file(file: &File) -> Vec<TokenTree> {
    TokenStream::from_str(&file.text).map(|stream| stream.into_iter().collect()).unwrap_or_default()
}

/// The tokens of a group.
pub(super) fn inside(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

/// Calls `look` with the tokens of each group, outermost first, with the place in the group: what a rule looks for
/// begins there.
pub(super) fn walk(tokens: &[TokenTree], look: &mut impl FnMut(&[TokenTree])) {
    for (at, token) in tokens.iter().enumerate() {
        look(&tokens[at..]);
        if let TokenTree::Group(group) = token {
            walk(&inside(group), look);
        }
    }
}

/// The tokens without items under `#[cfg(test)]`.
pub(super) fn without_tests(tokens: &[TokenTree]) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut rest = tokens;
    while let [first, after @ ..] = rest {
        if is_cfg_test(rest) {
            rest = &rest[item_length(rest)..];
        } else {
            kept.push(first.clone());
            rest = after;
        }
    }
    kept
}

/// The lines, both counted from 1 and included, of each item under `#[cfg(test)]`.
pub(super) fn test_lines(tokens: &[TokenTree]) -> Vec<(usize, usize)> {
    let starts = (0..tokens.len()).filter(|&at| is_cfg_test(&tokens[at..]));
    let lines = starts.filter_map(|at| {
        let item = &tokens[at..at + item_length(&tokens[at..])];
        Some((item.first()?.span().start().line, item.last()?.span().end().line))
    });
    lines.collect()
}

pub(super) fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

pub(super) fn is_ident(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

fn is_cfg_test(tokens: &[TokenTree]) -> bool {
    let Some(TokenTree::Group(group)) = tokens.get(1) else { return false };
    is_punct(tokens.first(), '#') && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// How many tokens an item has: up to its braces or semicolon.
fn item_length(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    tokens.iter().position(ends).map_or(tokens.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "a/src/b.rs".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn tests_are_left_out_and_located() {
        let tokens = of_file(&file("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n#[cfg(test)]\nuse b;\nfn c() {}\n"));
        let kept = without_tests(&tokens).into_iter().collect::<TokenStream>();
        assert_eq!(kept.to_string().replace(' ', ""), "fna(){}fnc(){}");
        assert_eq!(test_lines(&tokens), [(2, 4), (5, 6)]);
    }

    #[test]
    fn walk_sees_into_macros() {
        let mut seen = Vec::new();
        walk(&of_file(&file("fn a() { b!(c[d]) }")), &mut |tokens| {
            if let TokenTree::Ident(ident) = &tokens[0] {
                seen.push(ident.to_string());
            }
        });
        assert_eq!(seen, ["fn", "a", "b", "c", "d"]);
    }
}
