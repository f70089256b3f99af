//! MySQL's texts and their tokens.

use dbmig::Backend;

use super::super::{Fault, TokenKind, lex};
use super::shown;

#[test]
fn every_kind_of_token() {
    for (text, expected) in [
        ("create Table_1 é$ 1st 2é", "wcreate wTable_1 wé$ w1st w2é"),
        (r#"'it''s' 'a\'b' "a\"b""c" `d``e\`"#, r#"s'it''s' s'a\'b' s"a\"b""c" q`d``e\`"#),
        ("N'é' n'x' n _utf8'a' _utf8 'a'", "sN'é' sn'x' wn w_utf8 s'a' w_utf8 s'a'"),
        ("x'00fF' X'' b'01' B'1' b x", "bx'00fF' bX'' bb'01' bB'1' wb wx"),
        ("1 1.5 .5 1. 1e10 1.5E-3 0xFf 0b01", "n1 n1.5 n.5 n1. n1e10 n1.5E-3 n0xFf n0b01"),
        ("0b 0x 1e 5e+ 0x1g", "w0b w0x w1e w5e .+ w0x1g"),
        ("a.b t.1a `t`.1 t . 5 t.1.2", "wa .. wb wt .. w1a q`t` .. w1 wt .. n5 wt .. w1 .. w2"),
        ("1..10", "n1 ... n10"),
        ("a->b->>c<=>d:=e&&f||g<<h!=i", "wa .-> wb .->> wc .<=> wd .:= we .&& wf .|| wg .<< wh .!= wi"),
        ("? @v @'a b' @`c` @@global.d @@e l: x", "p? p@v p@'a b' p@`c` p@@global.d p@@e wl .: wx"),
        ("root@localhost `r`@`%` 'r'@'%'", "wroot p@localhost q`r` p@`%` s'r' p@'%'"),
        ("a -- b\nc # d\ne --\r\nf--g --", "wa wc we wf .- .- wg"),
        ("a/*b\n*/c/**/d/***/e", "wa wc wd we"),
        ("/*!50001 a */ /*! b*/ /*M!100100 c */", "./*!50001 wa .*/ ./*! wb .*/ ./*M!100100 wc .*/"),
        ("/*!401010123 a /* in */ b */ c */", "./*!401010 n123 wa wb .*/ wc .* ./"),
        ("\u{feff}select \\N;", "wselect w\\N .;"),
    ] {
        assert_eq!(shown(text, Backend::Mysql), expected, "{text}");
    }
}

#[test]
fn what_is_broken_is_a_token_too() {
    for (text, expected) in [
        ("a 'b", Fault::OpenString),
        (r"a 'b\'", Fault::OpenString),
        (r"a 'b\", Fault::OpenString),
        ("\"b", Fault::OpenString),
        ("@'b", Fault::OpenString),
        ("`b", Fault::OpenName),
        ("@`b", Fault::OpenName),
        ("a /* b", Fault::OpenComment),
        ("/*!50001", Fault::OpenComment),
        ("x'abc'", Fault::Blob),
        ("b'2'", Fault::Blob),
        ("a\0", Fault::Nul),
        ("a \\", Fault::Character),
        ("@", Fault::Character),
        ("[", Fault::Character),
    ] {
        let tokens = lex(text, Backend::Mysql).tokens;
        assert_eq!(tokens.last().map(|one| one.kind), Some(TokenKind::Broken(expected)), "{text}");
    }
}
