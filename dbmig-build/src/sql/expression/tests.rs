//! Expressions and how they are compared.

mod postgres;

use dbmig::Backend;

use super::expression;
use crate::schema::{Expression, Name};

fn read(text: &str) -> Expression {
    expression(text, Backend::Sqlite).expect(text)
}

fn names(text: &str) -> String {
    let expression = read(text);
    let names = expression.tokens().iter().filter_map(|token| token.name.as_ref());
    names.map(Name::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn parentheses_round_the_whole_go() {
    for (text, expected) in [
        ("(1)", "1"),
        ("((a) + (b))", "(a) + (b)"),
        ("(a) + (b)", "(a) + (b)"),
        ("(((a)))", "a"),
        ("((a) + b)", "(a) + b"),
        ("(a + (b))", "a + (b)"),
        ("f(x)", "f(x)"),
        ("( f(\n x ) )", "f( x )"),
        ("')'", "')'"),
        ("('(')", "'('"),
    ] {
        assert_eq!(read(text).to_string(), expected, "{text}");
    }
}

#[test]
fn comparison_is_by_meaning_where_that_is_certain() {
    for (one, other) in [
        ("LENGTH(a)>2", "length( \"A\" ) > 2"),
        ("`a` = [b]", "a == B"),
        ("a /* why */ != 0X1F", "a <> 0x1f"),
        ("\"Odd name\"", "[odd NAME]"),
        ("CURRENT_TIMESTAMP", "(current_timestamp)"),
    ] {
        assert_eq!(read(one), read(other), "{one} and {other}");
    }
    for (one, other) in
        [("'a'", "'A'"), ("'a'", "a"), ("\"order\"", "order"), ("a b", "ab"), ("(a + b) * c", "a + b * c")]
    {
        assert_ne!(read(one), read(other), "{one} and {other}");
    }
}

#[test]
fn names_that_may_be_columns() {
    for (text, expected) in [
        ("length(a) > 2 AND \"b\" IS NOT NULL", "a b"),
        ("CASE WHEN x THEN 'y' ELSE z END", "x z"),
        ("CASE a WHEN 1 THEN b END", "a b"),
        ("t.a + key", "a key"),
        ("CAST(a AS text) COLLATE nocase", "a"),
        ("CAST(a AS unsigned big int) + b", "a b"),
        ("\"f\" (x) = TRUE", "x"),
        ("json_extract(data, '$.a') LIKE ?1", "data"),
    ] {
        assert_eq!(names(text), expected, "{text}");
    }
}

#[test]
fn renaming_keeps_the_rest() {
    let mut expression = read("lower(a)  = 'a' AND t.A > 0");
    let name = |text| Name::new(text, Backend::Sqlite);
    expression.rename(&name("a"), &name("order"));
    assert_eq!(expression.to_string(), "lower(\"order\") = 'a' AND t.\"order\" > 0");
    assert_eq!(expression, read("lower(\"order\")='a' AND t.[ORDER]>0"));
}

#[test]
fn what_is_no_expression_says_why() {
    for (text, expected) in [
        ("", "the expression is empty"),
        ("(())", "the expression is empty"),
        ("(a", "this `(` is not closed"),
        ("a)", "this `)` closes nothing"),
        (")(", "this `)` closes nothing"),
        ("'a", "this string has no end"),
        ("1; drop table x", "an expression holds no semicolon"),
    ] {
        assert_eq!(expression(text, Backend::Sqlite), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn what_mysql_calls_strings_and_names() {
    let read = |text| expression(text, Backend::Mysql).expect(text);
    for (one, other) in [
        ("\"it's\"", r"'it\'s'"),
        ("`a` = 1", "(A=1)"),
        ("INTERVAL 1 DAY + CURRENT_TIMESTAMP(6)", "interval 1 day + current_timestamp(6)"),
    ] {
        assert_eq!(read(one), read(other), "{one} and {other}");
    }
    assert_ne!(read("\"a\""), read("a"));
    let mentions = |text, name| read(text).mentions(&Name::new(name, Backend::Mysql));
    assert!(mentions("price > 0 AND `Order` = 'x'", "order"));
    assert!(!mentions("\"price\" > 0", "price") && !mentions("a MOD b", "mod"));
}

#[test]
fn very_deep_expressions_are_read() {
    let deep = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(read(&deep).to_string(), "a");
}
