//! What is found in texts, and what renames make of them.

use super::*;

fn name(text: &str) -> Name {
    Name::new(text, Backend::Sqlite)
}

#[test]
fn a_name_is_found_quoted_or_not_but_not_in_literals() {
    for sql in ["SELECT a FROM Users", "SELECT 1 FROM \"users\"", "SELECT 1 FROM [users]", "SELECT `users`.a"] {
        assert!(mentions(sql, &name("users")), "{sql}");
    }
    for sql in ["SELECT 'users'", "SELECT 1 -- users", "SELECT 1 /* users */", "SELECT users_2", "SELECT 'it''s users'"]
    {
        assert!(!mentions(sql, &name("users")), "{sql}");
    }
}

#[test]
fn the_grammar_is_sorted_and_its_words_are_no_names() {
    assert!(GRAMMAR.is_sorted());
    assert!(!mentions("SELECT 1", &name("select")));
    assert!(mentions("SELECT \"select\"", &name("select")));
    assert!(mentions("SELECT key", &name("key")));
}

#[test]
fn a_table_is_renamed_where_a_table_stands() {
    let (from, to) = (ObjectName::unqualified(name("t")), ObjectName::unqualified(name("new t")));
    let renamed = |sql: &str| rename_table(sql, &from, &to);
    assert_eq!(
        renamed("CREATE TRIGGER g AFTER UPDATE OF t ON t BEGIN UPDATE t SET a = t.a WHERE 't' = t; END"),
        "CREATE TRIGGER g AFTER UPDATE OF t ON \"new t\" BEGIN UPDATE \"new t\" SET a = \"new t\".a WHERE 't' = t; END"
    );
    assert_eq!(renamed("SELECT a, t FROM o, T JOIN t"), "SELECT a, t FROM o, \"new t\" JOIN \"new t\"");
}

#[test]
fn a_trigger_of_mysql_follows_its_table_alone() {
    let name = |text: &str| Name::new(text, Backend::Mysql);
    let sql = "CREATE TRIGGER t BEFORE UPDATE ON `t` FOR EACH ROW INSERT INTO t SELECT 1 FROM o JOIN t ON t.a = 1";
    let renamed = rename_owner(sql, &name("t"), &name("new t"));
    assert_eq!(renamed, sql.replacen("ON `t`", "ON `new t`", 1));
    assert_eq!(rename_owner(sql, &name("o"), &name("p")), sql);
}

#[test]
fn a_table_goes_into_another_schema() {
    let name = |text: &str| Name::new(text, Backend::Postgres);
    let in_schema = |schema: &str, text: &str| ObjectName { schema: Some(name(schema)), name: name(text) };
    let users = ObjectName::unqualified(name("users"));
    assert_eq!(
        rename_table("SELECT users.id FROM users JOIN o ON users.id = o.users", &users, &in_schema("app", "users")),
        "SELECT \"users\".id FROM app.\"users\" JOIN o ON \"users\".id = o.users"
    );
    let to = in_schema("app", "people");
    assert_eq!(
        rename_table("SELECT x FROM app.\"users\" AS u JOIN b.users ON app.users = 1", &in_schema("app", "users"), &to),
        "SELECT x FROM app.\"people\" AS u JOIN b.users ON app.users = 1"
    );
}

#[test]
fn views_of_postgresql_keep_the_names_of_their_columns() {
    let name = |text: &str| Name::new(text, Backend::Postgres);
    let renamed =
        |sql: &str| rename_column(sql, &ObjectName::unqualified(name("t")), (&name("a"), &name("b")), false, &[]);
    for (from, to) in [
        ("SELECT a FROM t", "SELECT b AS a FROM t"),
        ("SELECT x, t.a, y FROM t ORDER BY a, x", "SELECT x, t.b AS a, y FROM t ORDER BY b, x"),
        ("SELECT a AS z, a + 1, f(a, x), -a FROM t", "SELECT b AS z, b + 1, f(b, x), -b FROM t"),
        ("SELECT x FROM t WHERE x IN (SELECT a FROM t)", "SELECT x FROM t WHERE x IN (SELECT b AS a FROM t)"),
    ] {
        assert_eq!(renamed(from), to);
    }
}

#[test]
fn other_names_of_tables_are_no_columns_and_no_tables() {
    let (t, new) = (ObjectName::unqualified(name("t")), ObjectName::unqualified(name("new")));
    let column = |sql: &str| rename_column(sql, &t, (&name("a"), &name("b")), false, &[]);
    assert_eq!(column("SELECT a.a FROM t a JOIN o AS x ON true"), "SELECT a.b FROM t a JOIN o AS x ON true");
    let table = |sql: &str| rename_table(sql, &t, &new);
    assert_eq!(table("SELECT t.a FROM o t"), "SELECT t.a FROM o t");
    assert_eq!(table("SELECT t.a FROM t AS t"), "SELECT t.a FROM \"new\" AS t");
    for (sql, may) in [
        ("SELECT a.b FROM t a JOIN o AS x ON true", false),
        ("SELECT x.a, t.b AS a FROM t JOIN o AS x ON true", false),
        ("SELECT x.a, t.a FROM t JOIN o AS x ON true", true),
        ("SELECT b FROM t, o WHERE a > 1", true),
        ("SELECT b FROM t WHERE b IN (SELECT x.a FROM o JOIN t AS x ON true)", true),
    ] {
        assert_eq!(may_use_column(sql, &t, &name("a")), may, "{sql}");
    }
}

#[test]
fn what_a_text_uses_is_told_where_it_is_certain() {
    let table = ObjectName::unqualified(name("t"));
    let uses = |sql: &str, namesakes: &[Name]| uses_column(sql, &table, &name("a"), false, namesakes);
    assert!(uses("SELECT a FROM t", &[]) && uses("SELECT x.a FROM t x, o", &[name("o")]));
    assert!(!uses("SELECT a FROM t, o", &[name("o")]) && !uses("SELECT o.a FROM t, o", &[]));
    assert!(uses("SELECT t.a FROM ((t LEFT JOIN o ON t.id = o.id))", &[name("o")]));
    assert!(uses("SELECT a FROM o, (t JOIN p ON true)", &[]) && !uses("SELECT a FROM f(t)", &[]));
    assert!(!uses("SELECT a FROM o", &[]) && !uses("SELECT 'a' FROM t", &[]));
    assert!(uses_table("SELECT 1 FROM t", &table) && !uses_table("SELECT t FROM o", &table));
}

#[test]
fn a_table_of_the_same_name_in_another_schema_is_left_alone() {
    let name = |text: &str| Name::new(text, Backend::Postgres);
    let in_app = |text: &str| ObjectName { schema: Some(name("app")), name: name(text) };
    let (own, other) = ("SELECT users.a FROM users", "SELECT users.a FROM app.users");
    assert_eq!(rename_table(own, &in_app("users"), &in_app("people")), own);
    assert_eq!(rename_table(other, &in_app("users"), &in_app("people")), "SELECT \"people\".a FROM app.\"people\"");
    let (users, people) = (ObjectName::unqualified(name("users")), ObjectName::unqualified(name("people")));
    assert_eq!(rename_table(other, &users, &people), other);
    assert_eq!(rename_table("SELECT 1 FROM public.users", &users, &people), "SELECT 1 FROM public.\"people\"");
}

#[test]
fn a_column_is_renamed_where_it_can_be_no_other() {
    let renamed = |sql: &str, own: bool, namesakes: &[Name]| {
        rename_column(sql, &ObjectName::unqualified(name("t")), (&name("a"), &name("b")), own, namesakes)
    };
    let trigger =
        "CREATE TRIGGER a AFTER UPDATE OF a ON t BEGIN UPDATE o SET a = NEW.a WHERE a = o.a; SELECT a FROM t; END";
    assert_eq!(
        renamed(trigger, true, &[name("o")]),
        "CREATE TRIGGER a AFTER UPDATE OF b ON t BEGIN UPDATE o SET a = NEW.b WHERE a = o.a; SELECT b FROM t; END"
    );
    assert_eq!(renamed("SELECT a, x.a, a(1), 2 AS a FROM t x", false, &[]), "SELECT b, x.b, a(1), 2 AS a FROM t x");
    let both = "SELECT a, t.a, z.a FROM t, o AS z";
    assert_eq!(renamed(both, false, &[name("o")]), "SELECT a, t.b, z.a FROM t, o AS z");
    assert_eq!(renamed("SELECT a FROM main.t WHERE a = 1", false, &[]), "SELECT b FROM main.t WHERE b = 1");
    assert_eq!(renamed("SELECT a FROM app.t WHERE a = 1", false, &[]), "SELECT a FROM app.t WHERE a = 1");
}

#[test]
fn a_field_of_a_value_is_no_column_unless_that_is_a_row() {
    let (t, a) = (ObjectName::unqualified(name("t")), name("a"));
    for (sql, may, to) in [
        ("SELECT (c).a FROM t", false, "SELECT (c).a FROM t"),
        ("SELECT (c).a, (t).a FROM t", true, "SELECT (c).a, (t).b FROM t"),
        ("SELECT (x).a FROM t x", true, "SELECT (x).b FROM t x"),
        ("SELECT (f(t)).a FROM t", false, "SELECT (f(t)).a FROM t"),
    ] {
        assert_eq!(may_use_column(sql, &t, &a), may, "{sql}");
        assert_eq!(rename_column(sql, &t, (&a, &name("b")), false, &[]), to);
    }
}

#[test]
fn a_type_is_renamed_where_something_is_cast_to_it() {
    let name = |text: &str| Name::new(text, Backend::Postgres);
    let in_app = |text: &str| ObjectName { schema: Some(name("app")), name: name(text) };
    let state = ObjectName::unqualified(name("state"));
    for (sql, from, to, expected) in [
        (
            "SELECT a FROM t WHERE a = ANY (ARRAY['x']::app.state[])",
            in_app("state"),
            state.clone(),
            "SELECT a FROM t WHERE a = ANY (ARRAY['x']::state[])",
        ),
        (
            "SELECT ARRAY['x'::state] AS state, state.a::app.state FROM state",
            state.clone(),
            in_app("two words"),
            "SELECT ARRAY['x'::app.\"two words\"] AS state, state.a::app.state FROM state",
        ),
        (
            "SELECT CAST((a + 1) AS public.state) AS state, state 'x' FROM t",
            state.clone(),
            in_app("b"),
            "SELECT CAST((a + 1) AS app.b) AS state, app.b 'x' FROM t",
        ),
        (
            "SELECT '::state', cast(a AS text) AS state FROM t",
            state.clone(),
            in_app("b"),
            "SELECT '::state', cast(a AS text) AS state FROM t",
        ),
    ] {
        assert_eq!(rename_type(sql, &from, &to), expected);
        assert_eq!(casts_to(sql, &from), sql != expected);
    }
}

#[test]
fn a_label_is_renamed_where_it_is_one() {
    let of = ObjectName { schema: Some(Name::new("app", Backend::Postgres)), name: Name::new("e", Backend::Postgres) };
    for (sql, expected) in [
        ("SELECT a FROM t WHERE a = 'x' AND b = 'x'", "SELECT a FROM t WHERE a = 'y' AND b = 'x'"),
        ("SELECT 'x' FROM t WHERE t.a IN ('w', 'x')", "SELECT 'x' FROM t WHERE t.a IN ('w', 'y')"),
        ("SELECT b FROM t WHERE 'x' = ANY (t.a) OR b <> 'x'", "SELECT b FROM t WHERE 'y' = ANY (t.a) OR b <> 'x'"),
        ("SELECT 'x'::app.e, 'x'::e, a, 'x'::text FROM t", "SELECT 'y'::app.e, 'x'::e, a, 'x'::text FROM t"),
        (
            "SELECT b FROM t WHERE b = ANY (ARRAY['w', 'x']::app.e[]) OR a = ANY (ARRAY['x'::app.e])",
            "SELECT b FROM t WHERE b = ANY (ARRAY['w', 'y']::app.e[]) OR a = ANY (ARRAY['y'::app.e])",
        ),
    ] {
        assert_eq!(rename_label(sql, &of, ("x", "y"), |name| name == "a"), expected);
    }
}
