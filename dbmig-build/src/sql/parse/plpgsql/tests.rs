//! Bodies and what they are made of.

use dbmig::Backend;

use super::{Condition, Text, condition, plpgsql, text, turns};
use crate::source::Source;
use crate::sql::syntax::postgres::{Block, Step};
use crate::sql::{Statement, split};

/// A body in short: each step's kind, with what it holds in brackets.
fn shown(body: &str) -> String {
    let source = Source::new("", format!("DO $${body}$$"));
    match plpgsql(&source.span(5..5 + body.len())) {
        Ok(block) => block_shown(&block),
        Err(fault) => format!("{} {}", fault.span.range().start - 5, fault.message),
    }
}

fn block_shown(block: &Block) -> String {
    let variables: String = block.declarations.iter().map(|one| format!("{}; ", one.name.name)).collect();
    let handlers = block.handlers.iter().map(|one| format!(" ! {}: {}", one.conditions.join("|"), list(&one.steps)));
    format!("{variables}{}{}", list(&block.steps), handlers.collect::<String>())
}

fn list(steps: &[Step]) -> String {
    let shown: Vec<String> = steps.iter().map(step).collect();
    format!("[{}]", shown.join(", "))
}

fn step(step: &Step) -> String {
    match step {
        Step::Sql(statement) => statement.text().to_owned(),
        Step::If { branches, otherwise, .. } => {
            let cases = branches.iter().map(|one| format!("{} ? {} : ", one.condition.text(), list(&one.steps)));
            format!("{}{}", cases.collect::<String>(), list(otherwise))
        }
        Step::Case { branches, .. } => {
            format!("case {}", branches.iter().map(|one| list(one)).collect::<Vec<_>>().join(" "))
        }
        Step::Block(block) => format!("{{{}}}", block_shown(block)),
        Step::Loop { header, steps, .. } => format!("loop <{}> {}", header.text(), list(steps)),
        Step::Execute { text: Some(text), .. } => format!("execute <{}>", text.text()),
        Step::Execute { expression, .. } => format!("execute {}", expression.text()),
        Step::Perform { calls, .. } => {
            format!("perform {}", calls.iter().map(|one| one.name.name.to_string()).collect::<Vec<_>>().join(" "))
        }
        Step::Raise { fails, .. } => if *fails { "fail" } else { "notice" }.to_owned(),
        Step::Leave(span) => span.text().to_owned(),
        Step::Assign { target, expression, .. } => format!("{target} := {}", expression.text()),
        Step::NoEffect(_) => "-".to_owned(),
        Step::Unreadable { message, .. } => message.clone(),
    }
}

#[test]
fn every_statement_of_a_body() {
    for (body, expected) in [
        ("BEGIN END", "[]"),
        (" begin create type a as enum ('x;'); null; end; ", "[create type a as enum ('x;'), -]"),
        (
            "BEGIN CREATE TYPE a AS ENUM (); EXCEPTION WHEN duplicate_object OR SQLSTATE '42710' THEN NULL; \
             WHEN others THEN RAISE; END",
            "[CREATE TYPE a AS ENUM ()] ! duplicate_object|sqlstate '42710': [-] ! others: [fail]",
        ),
        (
            "begin if not exists (select 1) then a := 1; elsif case when b then c end then b.c[1] = 2; else \
             drop table t; end if; end",
            "[not exists (select 1) ? [a := 1] : case when b then c end ? [b.c[1] := 2] : [drop table t]]",
        ),
        (
            "<<l>> DECLARE r record; n CONSTANT int := 1; BEGIN FOR r IN SELECT 1 LOOP EXECUTE format('x %I', r.a) \
             USING n; EXIT l WHEN n > 1; END LOOP; LOOP EXECUTE 'drop table t'; END LOOP l; END l;",
            "r; n; [loop <FOR r IN SELECT 1> [execute format('x %I', r.a), EXIT l WHEN n > 1], \
             loop <> [execute <drop table t>]]",
        ),
        (
            "begin perform f(1), g(x) from t; select count(*) into strict n, m.o from t; raise notice 'x %', 1; \
             insert into t values (1); return; end",
            "[perform f g, n, m.o := select count(*) into strict n, m.o from t, notice, insert into t values (1), \
             return]",
        ),
        (
            "begin case a when 1, 2 then b := 1; else null; end case; begin null; end; declare x int; begin end; end",
            "[case [b := 1] [-], {[-]}, {x; []}]",
        ),
        ("begin frob nicate; drop table t; end", "[expected a statement, found `frob`, drop table t]"),
        ("select 1", "0 expected `BEGIN`, found `select`"),
        ("begin if a then null; end; end", "25 expected `IF`, found `;`"),
        ("begin drop table t end", "22 expected `;`, found the end of the statement"),
        ("begin a) end", "7 expected `;`, found `)`"),
    ] {
        assert_eq!(shown(body), expected, "{body}");
    }
    let deep = "begin ".repeat(100);
    assert!(shown(&deep).ends_with("blocks stand too deep in each other here"));
}

fn condition_shown(condition: &Condition) -> String {
    let list = |parts: &[Condition], word: &str| {
        format!("({})", parts.iter().map(condition_shown).collect::<Vec<_>>().join(word))
    };
    match condition {
        Condition::Test(test) => {
            let equal: Vec<String> =
                test.equal.iter().map(|(column, value)| format!("{column}={}", value_shown(value))).collect();
            format!("{}{} {}", if test.negated { "no " } else { "" }, test.catalogs.join("+"), equal.join(" "))
        }
        Condition::Not(inner) => format!("not {}", condition_shown(inner)),
        Condition::All(parts) => list(parts, " and "),
        Condition::Any(parts) => list(parts, " or "),
        Condition::Known(known) => known.to_string(),
        Condition::Other => "?".to_owned(),
    }
}

fn value_shown(value: &Text) -> String {
    match value {
        Text::Literal(text) => text.clone(),
        Text::Variable(name) => format!("<{name}>"),
        other => format!("{other:?}"),
    }
}

fn statement(text: &str) -> Statement {
    split(&Source::new("", text), Backend::Postgres).statements.remove(0)
}

#[test]
fn conditions_that_ask_the_catalog() {
    for (text, expected) in [
        ("NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'a')", "not pg_type typname=a"),
        (
            "(EXISTS (SELECT * FROM information_schema.columns c WHERE c.table_name = 'a' AND ('b' = column_name)))",
            "columns table_name=a column_name=b",
        ),
        ("exists (select from pg_class where relname = 'a'::name limit 1)", "pg_class relname=a"),
        (
            "exists (select 1 from pg_type t join pg_namespace n on n.oid = t.typnamespace where typname = 'a' \
             and nspname = current_schema())",
            "pg_type+pg_namespace typname=a nspname=CurrentSchema",
        ),
        (
            "exists (select 1 from pg_enum where enumlabel = 'x' and enumtypid = (select oid from pg_type where \
             typname = 'e'))",
            "pg_enum enumlabel=x enumtypid=e",
        ),
        (
            "to_regclass('a.b') is null or not (true and to_regtype('c') is not null)",
            "(no to_regclass name=a.b or not (true and to_regtype name=c))",
        ),
        ("exists (select 1 from pg_type t join pg_enum e on true)", "?"),
        ("exists (select 1 from pg_type where typname = x)", "pg_type typname=<x>"),
        ("(select not exists (select 1 from pg_tables where tablename = 'a'))", "not pg_tables tablename=a"),
        ("(select exists (select 1 from pg_tables) from t)", "?"),
        (
            "exists (select 1 from pg_type t, pg_enum e where t.oid = e.enumtypid and t.typname = 'a')",
            "pg_type+pg_enum typname=a",
        ),
        ("exists (select 1 from pg_type t, pg_enum e where t.typname = 'a')", "?"),
        ("exists (select 1 from pg_type where typname = 'a' or true)", "?"),
        ("exists (select 1 from tables where table_name = 'a')", "?"),
        (
            "exists (select 1 from pg_constraint where contype in ('p', 'u') and (conname = 'a' or conname = 'b'))",
            "(pg_constraint contype=p conname=a or pg_constraint contype=p conname=b or pg_constraint contype=u conname=a \
             or pg_constraint contype=u conname=b)",
        ),
        (
            "exists (select conname from pg_constraint c where c.conkey = array[1, 2]::smallint[] and \
             pg_get_constraintdef(c.oid) = 'PRIMARY KEY (a)' order by 1 desc limit 1) found",
            "pg_constraint conkey=Array([Literal(\"1\"), Literal(\"2\")]) pg_get_constraintdef=PRIMARY KEY (a)",
        ),
        (
            "exists (select 1 from information_schema.tables where table_catalog = current_database() and table_name = 'a')",
            "tables table_name=a",
        ),
        ("exists (select 1 from pg_type) and a", "(pg_type  and ?)"),
        ("a between 1 and 2", "?"),
        ("a = 1", "?"),
    ] {
        assert_eq!(condition_shown(&condition(&statement(text))), expected, "{text}");
    }
    let deep = format!("{}true", "not ".repeat(200));
    assert!(condition_shown(&condition(&statement(&deep))).ends_with('?'));
}

#[test]
fn texts_to_be_executed() {
    for (expression, expected) in [
        (
            "'drop table ' || quote_ident(t) || 1",
            "Joined([Literal(\"drop table \"), Name(Variable(\"t\")), Literal(\"1\")])",
        ),
        ("format('x %I', $1::text)", "Format([Literal(\"x %I\"), Variable(\"$1\")])"),
        ("(current_schema() || $$a$$)", "Joined([CurrentSchema, Literal(\"a\")])"),
        ("array['a', b]::text[]", "Array([Literal(\"a\"), Variable(\"b\")])"),
        ("upper('a')", "Function(\"upper\", [Literal(\"a\")])"),
        ("sha256('a')", "Other"),
        (
            "i + 1 * 2 || 'x'",
            "Joined([Arithmetic(Variable(\"i\"), \"+\", Arithmetic(Literal(\"1\"), \"*\", Literal(\"2\"))), Literal(\"x\")])",
        ),
        ("names[i]::text", "Element(Variable(\"names\"), Variable(\"i\"))"),
        ("cast(i as text)", "Variable(\"i\")"),
        ("a[1][2]", "Other"),
        ("r.a", "Other"),
        ("'a'::bytea", "Other"),
    ] {
        assert_eq!(format!("{:?}", text(&statement(expression))), expected, "{expression}");
    }
}

#[test]
fn loops_over_what_is_known() {
    for (header, expected) in [
        ("foreach x in array a", "x Elements(Variable(\"a\"))"),
        ("for x in select unnest(array['a']) as y", "x Elements(Array([Literal(\"a\")]))"),
        ("for x in select y from unnest(array['a']) y", "x Elements(Array([Literal(\"a\")]))"),
        ("for x in select z from unnest(array['a']) y", "none"),
        ("for x in 1..3", "x Numbers { reverse: false, from: Literal(\"1\"), to: Literal(\"3\"), step: None }"),
        (
            "for x in reverse n .. 1 by 2",
            "x Numbers { reverse: true, from: Variable(\"n\"), to: Literal(\"1\"), step: Some(Literal(\"2\")) }",
        ),
        ("for x in 1..random()", "none"),
        ("for x in select tablename from pg_tables", "none"),
        ("while a", "none"),
    ] {
        let read = turns(&statement(header));
        let shown = read.map_or("none".to_owned(), |one| format!("{} {:?}", one.variable, one.values));
        assert_eq!(shown, expected, "{header}");
    }
}
