//! PostgreSQL's expressions.

use dbmig::Backend;

use super::expression;
use crate::schema::{Expression, Name};

fn read(text: &str) -> Expression {
    expression(text, Backend::Postgres).expect(text)
}

#[test]
fn comparison_is_by_meaning_where_that_is_certain() {
    for (one, other) in [
        ("LENGTH(a)>2", "length( \"a\" ) > 2"),
        ("'it''s'", r"E'it\'s'"),
        ("$$a'b$$", "'a''b'"),
        ("'ab'", "'a'\n  'b'"),
        ("a != 1E5", "A <> 1e5"),
        ("'{}'::TEXT[]", "('{}' :: text [ ])"),
    ] {
        assert_eq!(read(one), read(other), "{one} and {other}");
    }
    for (one, other) in [("\"A\"", "a"), ("'a'", "'A'"), ("'a' 'b'", "'ab'"), ("x'0f'", "'0f'"), ("E'\\n'", "'\\n'")] {
        assert_ne!(read(one), read(other), "{one} and {other}");
    }
}

#[test]
fn names_that_may_be_columns() {
    for (text, expected) in [
        ("length(a) > 2 AND \"B\" IS NOT NULL", "a B"),
        ("a::my_type = b::timestamp(3) with time zone AND C::app.kind IN (d)", "a b c d"),
        ("cast(a AS double precision) + b", "a b"),
        ("now() AT TIME ZONE 'utc' - interval '1 day' < created", "created"),
        ("a BETWEEN b AND c OR d ILIKE 'x' ESCAPE '!'", "a b c d"),
        ("current_timestamp > coalesce(t.a, b) COLLATE \"C\"", "a b"),
        ("data->>'key' = ANY (ARRAY[x, y])", "data x y"),
    ] {
        let expression = read(text);
        let names = expression.tokens().iter().filter_map(|token| token.name.as_ref());
        assert_eq!(names.map(Name::as_str).collect::<Vec<_>>().join(" "), expected, "{text}");
    }
}
