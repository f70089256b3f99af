//! PostgreSQL's tokens.

use dbmig::Backend;

use super::{Fault, TokenKind, lex, shown};

#[test]
fn every_kind_of_token() {
    for (text, expected) in [
        ("create Table_1 é$1 _a a$b$c", "wcreate wTable_1 wé$1 w_a wa$b$c"),
        (r#"'it''s' "a""b" U&"d\0061" u&'x'"#, r#"s'it''s' q"a""b" qU&"d\0061" su&'x'"#),
        (r"E'a\'b' e'\\' 'a\' N'x'", r"sE'a\'b' se'\\' s'a\' sN'x'"),
        ("b'01' X'fF' x b", "bb'01' bX'fF' wx wb"),
        ("$$a;'b$$ $t$ $$ $T$ $t$ $1$2", "s$$a;'b$$ s$t$ $$ $T$ $t$ p$1 p$2"),
        ("'a' 'b' 'c'\n  'd' -- 'x'\n\t'e'", "s'a' s'b' s'c'\n  'd' -- 'x'\n\t'e'"),
        ("1 1.5 .5 1. 1e10 1.5E-3 0xFf 0o17 0b01 1_000", "n1 n1.5 n.5 n1. n1e10 n1.5E-3 n0xFf n0o17 n0b01 n1_000"),
        ("1..10 a.b 1.e5", "n1 ... n10 wa .. wb n1.e5"),
        ("a::int b:=1 c=>2 d[1:2]", "wa .:: wint wb .:= n1 wc .=> n2 wd .[ n1 .: n2 .]"),
        (
            "a->b->>c#>d@>e<@f!~~*g||h<>i!=j ?| k",
            "wa .-> wb .->> wc .#> wd .@> we .<@ wf .!~~* wg .|| wh .<> wi .!= wj .?| wk",
        ),
        ("a=-1 b@-1 c<--d\n*/*e*/f", "wa .= .- n1 wb .@- n1 wc .< .* wf"),
        ("+-+a", ".+ .- .+ wa"),
        ("a--b\nc--d\re--\r\nf", "wa wc we wf"),
        ("a/*b/*c*/d*/e/**/f", "wa we wf"),
    ] {
        assert_eq!(shown(text, Backend::Postgres), expected, "{text}");
    }
}

#[test]
fn what_is_broken_is_a_token_too() {
    for (text, expected) in [
        ("a 'b", Fault::OpenString),
        (r"E'a\'", Fault::OpenString),
        ("'a'\n'b", Fault::OpenString),
        ("\"b", Fault::OpenName),
        ("/* /* */", Fault::OpenComment),
        ("$a$ $b$", Fault::OpenDollar),
        ("12ab", Fault::Number),
        ("0xg", Fault::Number),
        ("0b2", Fault::Number),
        ("a\0", Fault::Nul),
        ("{", Fault::Character),
        ("$ a", Fault::Character),
        ("\u{feff}", Fault::Character),
        ("\\i other.sql", Fault::MetaCommand),
        ("COPY t FROM stdin;\n1\t'\n\\.\n", Fault::CopyRows),
        ("copy t from STDIN with csv;\n", Fault::CopyRows),
    ] {
        let tokens = lex(text, Backend::Postgres).tokens;
        let faults: Vec<TokenKind> =
            tokens.iter().map(|one| one.kind).filter(|kind| matches!(kind, TokenKind::Broken(_))).collect();
        assert_eq!(faults, [TokenKind::Broken(expected)], "{text}");
    }
}
