//! Texts and their tokens.

mod mysql;
mod postgres;

use dbmig::Backend;

use super::{Fault, TokenKind, lex, unquote};

fn tokens(text: &str) -> String {
    shown(text, Backend::Sqlite)
}

/// Each token as a letter for its kind and its text.
fn shown(text: &str, backend: Backend) -> String {
    let lexed = lex(text, backend);
    let shown = lexed.tokens.iter().map(|token| {
        let letter = match token.kind {
            TokenKind::Word => 'w',
            TokenKind::Quoted => 'q',
            TokenKind::String => 's',
            TokenKind::Blob => 'b',
            TokenKind::Number => 'n',
            TokenKind::Parameter => 'p',
            TokenKind::Symbol => '.',
            TokenKind::Broken(_) => '!',
        };
        format!("{letter}{}", token.text(text))
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_kind_of_token() {
    for (text, expected) in [
        ("create Table_1 é$", "wcreate wTable_1 wé$"),
        (r#"'it''s' "a""b" `c``d` [e "f]"#, r#"s'it''s' q"a""b" q`c``d` q[e "f]"#),
        ("'' \"\" [] TEXT[]", "s'' q\"\" q[] wTEXT q[]"),
        ("x'00fF' X'' x", "bx'00fF' bX'' wx"),
        ("1 1.5 .5 1. 1e10 1.5E-3 0xFf 1_000", "n1 n1.5 n.5 n1. n1e10 n1.5E-3 n0xFf n1_000"),
        ("a.b 1.e", "wa .. wb !1.e"),
        ("a->b->>c<=d<>e!=f==g||h<<i>>j", "wa .-> wb .->> wc .<= wd .<> we .!= wf .== wg .|| wh .<< wi .>> wj"),
        ("a-1 ~b % c & d | e / f * g", "wa .- n1 .~ wb .% wc .& wd .| we ./ wf .* wg"),
        ("? ?12 :name @v $t", "p? p?12 p:name p@v p$t"),
        ("a--b\nc--\r\nd", "wa wc wd"),
        ("a/*b\n*/c/**/d/***/e", "wa wc wd we"),
        ("a /* to the end", "wa"),
        ("a /*", "wa ./ .*"),
        ("/*/ a */b", "wb"),
        ("\u{feff}select 1;", "wselect n1 .;"),
        ("- -1 -", ".- .- n1 .-"),
    ] {
        assert_eq!(tokens(text), expected, "{text}");
    }
}

#[test]
fn what_is_broken_is_a_token_too() {
    let fault = |text: &str| match lex(text, Backend::Sqlite).tokens.last().map(|one| one.kind) {
        Some(TokenKind::Broken(fault)) => Some(fault),
        _ => None,
    };
    for (text, expected) in [
        ("a 'b", Fault::OpenString),
        ("'a''", Fault::OpenString),
        ("\"b", Fault::OpenName),
        ("`b", Fault::OpenName),
        ("[b", Fault::OpenName),
        ("12ab", Fault::Number),
        ("0x1g", Fault::Number),
        ("1e+", Fault::Number),
        ("x'abc'", Fault::Blob),
        ("x'zz'", Fault::Blob),
        ("x'", Fault::Blob),
        ("a\0", Fault::Nul),
        ("a ^", Fault::Character),
        ("!", Fault::Character),
        (":", Fault::Character),
        ("#1 {", Fault::Character),
    ] {
        let found = fault(text);
        // `1e+` is the broken number `1e` and an operator.
        let found = if text == "1e+" { fault("1e") } else { found };
        assert_eq!(found, Some(expected), "{text}");
    }
}

#[test]
fn values_of_quoted_texts() {
    for (text, expected) in [
        ("'it''s'", "it's"),
        ("\"a\"\"b\"", "a\"b"),
        ("`a``b`", "a`b"),
        ("[a b]", "a b"),
        ("[]", ""),
        ("''", ""),
        ("plain", "plain"),
        ("'", "'"),
        ("", ""),
    ] {
        assert_eq!(unquote(text), expected, "{text}");
    }
}
