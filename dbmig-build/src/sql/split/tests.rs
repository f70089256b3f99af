//! Scripts and their statements.

mod mysql;
mod postgres;

use dbmig::Backend;

use super::split;
use crate::source::Source;
use crate::sql::{Directive, Script};

fn script(text: &str) -> Script {
    script_of(text, Backend::Sqlite)
}

fn script_of(text: &str, backend: Backend) -> Script {
    split(&Source::new("up.sql", text), backend)
}

fn statements(text: &str) -> Vec<String> {
    let script = script(text);
    assert_eq!(script.diagnostics, []);
    script.statements.iter().map(|one| one.text().to_owned()).collect()
}

fn messages(text: &str) -> Vec<String> {
    messages_of(text, Backend::Sqlite)
}

fn messages_of(text: &str, backend: Backend) -> Vec<String> {
    let shown = script_of(text, backend).diagnostics.into_iter().map(|one| {
        let place = one.span().map(|span| span.to_string()).unwrap_or_default();
        format!("{place} {}{}", one.message, one.help.iter().map(|help| format!(" | {help}")).collect::<String>())
    });
    shown.collect()
}

#[test]
fn statements_end_at_semicolons() {
    assert_eq!(statements(""), [""; 0]);
    assert_eq!(statements(" -- nothing\n;;/* ; */;"), [""; 0]);
    assert_eq!(statements("select 1"), ["select 1"]);
    assert_eq!(statements("a; b ;\n-- c;\n c /* ; */ d ; "), ["a", "b", "c /* ; */ d"]);
    assert_eq!(
        statements("insert into t values (';', \";\", `;`, [;])"),
        ["insert into t values (';', \";\", `;`, [;])"]
    );
}

#[test]
fn a_trigger_is_one_statement() {
    let trigger = "CREATE TRIGGER t AFTER UPDATE ON x WHEN NEW.begin > 1 BEGIN
        UPDATE x SET a = CASE WHEN b THEN 1 ELSE CASE c WHEN 2 THEN 3 END END;
        SELECT NEW.end; END";
    assert_eq!(statements(&format!("{trigger}; select 1;")), [trigger, "select 1"]);
    let temporary = "create temp trigger if not exists t before insert on x begin select 1; end";
    assert_eq!(statements(&format!("{temporary};{temporary}")), [temporary, temporary]);
    assert_eq!(statements("BEGIN; UPDATE x SET y = 1; END; COMMIT"), ["BEGIN", "UPDATE x SET y = 1", "END", "COMMIT"]);
    let open = "create trigger t after insert on x begin select 1; select 2;";
    assert_eq!(script(open).statements.len(), 1);
    assert_eq!(
        messages(open),
        ["up.sql:1:36 this trigger's body has no end | end it with `END;` behind the semicolon of its last statement"]
    );
}

#[test]
fn places_are_those_of_the_tokens() {
    let script = script("-- head\n\n  create table t (\n  a int);\n drop table t;");
    let places: Vec<_> = script.statements.iter().map(|one| (one.line(), one.span.range())).collect();
    assert_eq!(places, [(3, 11..36), (5, 39..51)]);
}

#[test]
fn directives_belong_to_the_statement_that_follows() {
    let script = script(
        "-- dbmig: todo which default?\n-- dbmig: allow(drop-column) unused since May\nalter table t drop column a;\n\
         --dbmig: replay create table u (a int)\n-- dbmig: replay nothing\nselect make(); -- dbmig: allow(x)\n\
         select -- dbmig: todo: inside\n 1;\n-- dbmig: todo at the end",
    );
    assert_eq!(script.diagnostics, []);
    let shown = |directive: &Directive| match directive {
        Directive::Allow { rule, reason, .. } => format!("allow {rule}: {reason}"),
        Directive::Replay { ddl, .. } => format!("replay {:?}", ddl.as_ref().map(|ddl| ddl.text())),
        Directive::Todo { text, .. } => format!("todo {text}"),
        Directive::Check { message, .. } => format!("check {message}"),
    };
    let directives: Vec<Vec<String>> =
        script.statements.iter().map(|one| one.directives.iter().map(shown).collect()).collect();
    assert_eq!(
        directives,
        [
            vec!["todo which default?", "allow drop-column: unused since May"],
            vec!["replay Some(\"create table u (a int)\")", "replay None", "allow x: "],
            vec!["todo inside"],
        ]
    );
    let todos: Vec<_> = script.todos().map(|(span, text)| format!("{span} {text}")).collect();
    assert_eq!(todos, ["up.sql:1:4 which default?", "up.sql:7:11 inside", "up.sql:9:4 at the end"]);
}

#[test]
fn a_directive_that_cannot_be_read_is_reported_at_its_place() {
    assert_eq!(
        messages("-- dbmig: alow(x)\nselect 1"),
        ["up.sql:1:4 unknown directive `alow` | did you mean `allow`?"]
    );
    let list = "the directives are `allow(rule-name) reason`, `check MESSAGE`, `replay <DDL>` and `todo …`";
    assert_eq!(
        messages("select 1; -- dbmig: ignore-everything"),
        [format!("up.sql:1:14 unknown directive `ignore-everything` | {list}")]
    );
    assert_eq!(
        messages("-- dbmig:\nselect 1"),
        [format!("up.sql:1:4 a directive is missing behind `dbmig:` | {list}")]
    );
    assert_eq!(
        messages("-- dbmig: allow drop\nselect 1"),
        ["up.sql:1:4 `allow` names the rule in parentheses | -- dbmig: allow(rule-name) reason"]
    );
    assert_eq!(
        messages("-- dbmig: replay\nselect 1"),
        ["up.sql:1:4 `replay` needs the DDL that stands for the statement's effect | -- dbmig: replay nothing"]
    );
    assert_eq!(
        messages("select 1;\n-- dbmig: allow(x)"),
        ["up.sql:2:4 no statement follows this directive | move it to the line before the statement that it is about"]
    );
    assert_eq!(messages("-- dbmigrate: x\n-- see dbmig: y\n/* dbmig: z */\n-- dbmïg:\nselect 1"), [""; 0]);
}

#[test]
fn a_check_is_a_query() {
    let text = "-- dbmig: check: a is to be unique\nWITH x AS (SELECT 1) SELECT replace(a, 'INTO', '') FROM t FOR UPDATE;\nselect 1";
    assert_eq!(messages(text), [""; 0]);
    let checks: Vec<_> = script(text).statements.iter().map(|one| one.check().map(str::to_owned)).collect();
    assert_eq!(checks, [Some("a is to be unique".to_owned()), None]);
    let help = "put it on the line before a SELECT that finds the rows which what follows can't bear";
    assert_eq!(
        messages("-- dbmig: check\nselect 1"),
        [
            "up.sql:1:4 `check` needs a message: what is wrong if its query finds rows | -- dbmig: check users.email is to \
          be unique, but rows share a value"
        ]
    );
    assert_eq!(
        messages("select 1;\n-- dbmig: check a"),
        ["up.sql:2:4 no statement follows this directive | move it to the line before the statement that it is about"]
    );
    for sql in ["DELETE FROM t", "\"select\" 1", "EXPLAIN SELECT 1"] {
        let found = messages(&format!("-- dbmig: check a\n{sql}"));
        assert_eq!(found, [format!("up.sql:1:4 no query follows this check | {help}")], "{sql}");
    }
    for (sql, column) in [
        ("SELECT a INTO b FROM t", 10),
        ("WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x", 12),
        ("WITH x AS (SELECT 1) update t SET a = 1", 22),
    ] {
        let found = messages(&format!("-- dbmig: check a\n{sql}"));
        assert_eq!(found, [format!("up.sql:2:{column} a check changes nothing | {help}")], "{sql}");
    }
    assert_eq!(
        messages("-- dbmig: check a\n-- dbmig: check b\nselect 1"),
        ["up.sql:2:4 this query has a message already | a check has one message, on one line"]
    );
}

#[test]
fn broken_tokens_are_reported_at_their_places() {
    assert_eq!(
        messages("select 1;\nselect 'é"),
        ["up.sql:2:8 this string has no end | end it with `'`; within a string it is written twice: `'it''s'`"]
    );
    assert_eq!(messages("select\0"), ["up.sql:1:7 a NUL byte ends the script for the database | take it out"]);
}

#[test]
fn checksums_are_over_tokens() {
    let sum = |text: &str| script(text).checksum();
    let base = sum("CREATE TABLE t (a INT); SELECT 'x';");
    assert_eq!(base, sum("create  table T(a int)\r\n;-- why\n;select/**/'x'"));
    for other in [
        "create table t (a int); select 'X'",
        "create table \"t\" (a int); select 'x'",
        "create table t (a int) select 'x'",
    ] {
        assert_ne!(base, sum(other), "{other}");
    }
}

#[test]
fn scripts_that_need_foreign_keys_off() {
    for text in [
        "create table n (a); insert into n select a from t; drop table t; alter table n rename to t",
        "ALTER TABLE t RENAME TO old; CREATE TABLE t (a); DROP TABLE IF EXISTS main.\"OLD\";",
        "PRAGMA foreign_keys = OFF;",
        "pragma main.foreign_keys(no)",
        "pragma foreign_keys = 'false'",
        "pragma FOREIGN_KEYS=0",
        "CREATE TEMP TABLE IF NOT EXISTS temp.\"__dbmig_foreign_keys_off_1\" (a)",
    ] {
        assert!(script(text).foreign_keys_off(), "{text}");
    }
    for text in [
        "drop table t; alter table n rename to u; alter table n rename column a to t",
        "pragma foreign_keys = on; pragma foreign_keys",
        "insert into notes values ('PRAGMA foreign_keys = OFF')",
        "",
    ] {
        assert!(!script(text).foreign_keys_off(), "{text}");
    }
}

#[test]
fn a_string_without_an_end_is_told_where_it_begins() {
    for (text, expected) in [
        (
            "create table t (a text default 'x);\ninsert into t values ('first', '{}');\nselect '{a}'",
            "up.sql:1:32 this string has no end | end it with `'`; within a string it is written twice: `'it''s'`",
        ),
        // One that spans lines is as it should be.
        (
            "insert into t values ('a;\nb'); insert into t values ('c);\nselect 'd'",
            "up.sql:2:28 this string has no end | end it with `'`; within a string it is written twice: `'it''s'`",
        ),
        (
            "select 'a;\nb', 'c",
            "up.sql:2:5 this string has no end | end it with `'`; within a string it is written twice: `'it''s'`",
        ),
        // A statement has one fault.
        ("select {a} + {b}", "up.sql:1:8 this character means nothing in SQL | take it out"),
    ] {
        assert_eq!(messages(text), [expected], "{text}");
    }
}
