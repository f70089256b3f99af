//! PostgreSQL's scripts.

use dbmig::Backend;

use crate::source::Source;
use crate::sql::{Script, split};

fn script(text: &str) -> Script {
    split(&Source::new("up.sql", text), Backend::Postgres)
}

fn statements(text: &str) -> Vec<String> {
    script(text).statements.iter().map(|one| one.text().to_owned()).collect()
}

fn messages(text: &str) -> Vec<String> {
    let shown = script(text).diagnostics.into_iter().map(|one| {
        let place = one.span().map(|span| span.to_string()).unwrap_or_default();
        format!("{place} {}{}", one.message, one.help.iter().map(|help| format!(" | {help}")).collect::<String>())
    });
    shown.collect()
}

#[test]
fn statements_end_at_semicolons() {
    for (text, expected) in [
        (" -- nothing\n;;/* ; /* ; */ ; */;", vec![]),
        ("a; b ;\n-- c;\r c", vec!["a", "b", "c"]),
        (
            "do $$ begin; end; $$; select ';', \";\", E'\\';'",
            vec!["do $$ begin; end; $$", "select ';', \";\", E'\\';'"],
        ),
        ("create table t (a int; drop table t", vec!["create table t (a int", "drop table t"]),
        ("BEGIN; a; END; COMMIT", vec!["BEGIN", "a", "END", "COMMIT"]),
    ] {
        assert_eq!(statements(text), expected, "{text}");
        assert_eq!(messages(text), [""; 0], "{text}");
    }
}

#[test]
fn bodies_and_rules_hold_semicolons() {
    let function = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC
        SELECT CASE WHEN a > 1 THEN 1 ELSE CASE a WHEN 2 THEN t.end END END FROM t; SELECT 1; END";
    assert_eq!(statements(&format!("{function}; select 1;")), [function, "select 1"]);
    let procedure = "create procedure p() begin atomic end";
    assert_eq!(statements(&format!("{procedure};{procedure}")), [procedure, procedure]);
    let quoted = "create function f() returns int as 'begin; end' language sql";
    assert_eq!(statements(&format!("{quoted}; a")), [quoted, "a"]);
    let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM (b))";
    assert_eq!(statements(&format!("{rule}; a; b")), [rule, "a", "b"]);
    assert_eq!(statements("create rule r as on insert to t do (a; b"), ["create rule r as on insert to t do (a", "b"]);
    let open = "create function f() returns int begin atomic select case when a; end; select 2;";
    assert_eq!(statements(open), [open]);
    assert_eq!(
        messages(open),
        ["up.sql:1:33 this function's body has no end | end it with `END;` behind the semicolon of its last statement"]
    );
}

#[test]
fn what_is_meant_for_psql_is_reported_at_its_place() {
    let text = "\\connect other\nselect 1;\nselect 2 \\gexec\nCOPY t (a) FROM stdin;\nit's; \\N\n\\.\nselect 3";
    assert_eq!(
        statements(text),
        ["\\connect other", "select 1", "select 2 \\gexec", "COPY t (a) FROM stdin;\nit's; \\N\n\\.", "select 3"]
    );
    let psql = "this is a command of psql's, which no server understands | write the statements themselves; the \
                connection is chosen by the database's URL";
    assert_eq!(
        messages(text),
        [
            format!("up.sql:1:1 {psql}"),
            format!("up.sql:3:10 {psql}"),
            "up.sql:4:23 a migration can't send rows to `COPY … FROM stdin` | write the rows as `INSERT INTO … VALUES \
         (…), (…)`"
                .to_owned(),
        ]
    );
    assert_eq!(messages("copy t from stdin;").len(), 1);
}

#[test]
fn checksums_are_over_tokens() {
    let sum = |text: &str| script(text).checksum();
    let base = sum("CREATE TABLE t (a INT); DO $$ a;\nb $$;");
    assert_eq!(base, sum("create  table T(a int)\r\n;-- why\r;do/* /* */ */$$ a;\r\nb $$"));
    for other in [
        "create table \"t\" (a int); do $$ a;\nb $$",
        "create table t (a int); do $$ A;\nb $$",
        "create table t (a int) do $$ a;\nb $$",
    ] {
        assert_ne!(base, sum(other), "{other}");
    }
}
