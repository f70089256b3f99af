//! What doesn't fit or can't be read, and what the diagnostics say of it.

use super::{messages, run};

fn check(scripts: &[&str], expected: &str) {
    let clean = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(clean(&messages(scripts)), clean(expected), "{scripts:?}");
}

#[test]
fn made_twice() {
    check(
        &["create table t (a);", "\ncreate table T (b)"],
        "
        2/up.sql:2:14 replay-conflict: `T` exists already
          1/up.sql:1:1 `t` is created here",
    );
    check(
        &["create table t (a)", "alter table t add b int", "alter table t add column B int"],
        "
        3/up.sql:1:26 replay-conflict: table `t` has a column `B` already
          2/up.sql:1:1 `b` is added here",
    );
    check(
        &["create table t (a, b, A)"],
        "
        1/up.sql:1:23 replay-conflict: table `t` has two columns `A`
          1/up.sql:1:17 the first one is here",
    );
    check(
        &["create table t (a); create index i on t (a); create index i on t (a)"],
        "
        1/up.sql:1:59 replay-conflict: there is an index `i` already
          1/up.sql:1:21 `i` is created here",
    );
    check(
        &["create table t (a integer primary key, primary key (a))"],
        "
        1/up.sql:1:40 replay-conflict: table `t` has two primary keys
          1/up.sql:1:17 the first one is here",
    );
    check(
        &["create table t (a, b); create view v as select 1; alter table t rename to v; alter table t rename a to b"],
        "
        1/up.sql:1:75 replay-conflict: `v` exists already
          1/up.sql:1:24 `v` is created here
        1/up.sql:1:104 replay-conflict: table `t` has a column `b` already
          1/up.sql:1:1 `t` is created here",
    );
}

#[test]
fn missing() {
    check(
        &["create table t (a);", "drop table t", "alter table t add b; drop table t"],
        "
        3/up.sql:1:13 replay-conflict: there is no table `t`
          2/up.sql:1:1 `t` is dropped here",
    );
    check(
        &["create table t (a)", "alter table t rename to u", "create index i on t (a)", "drop index i"],
        "
        3/up.sql:1:19 replay-conflict: there is no table `t`
          2/up.sql:1:1 `t` is renamed to `u` here",
    );
    check(
        &[
            "create table t (a, b); alter table t rename column a to c; alter table t rename a to d; alter table t drop d",
        ],
        "
        1/up.sql:1:81 replay-conflict: table `t` has no column `a`
          1/up.sql:1:24 `a` is renamed to `c` here",
    );
    check(
        &["create table t (a); create index i on t (a, x); create table u (b, primary key (c))"],
        "
        1/up.sql:1:45 replay-conflict: table `t` has no column `x`
          1/up.sql:1:1 `t` is created here
        1/up.sql:1:81 replay-conflict: table `u` has no column `c`",
    );
    check(
        &["create table t (a); create index i on t (a); drop table t; drop index i"],
        "
        1/up.sql:1:71 replay-conflict: there is no index `i`
          1/up.sql:1:46 `i` is dropped with `t` here",
    );
    check(
        &["drop view v; drop trigger g; drop index i; drop table t"],
        "
        1/up.sql:1:11 replay-conflict: there is no view `v`
        1/up.sql:1:27 replay-conflict: there is no trigger `g`
        1/up.sql:1:41 replay-conflict: there is no index `i`
        1/up.sql:1:55 replay-conflict: there is no table `t`",
    );
}

#[test]
fn still_needed() {
    check(
        &["create table t (a primary key, b unique, c, d, e as (d), f); create index i on t (c);
create trigger g after insert on t begin select new.f; end;
alter table t drop a; alter table t drop b; alter table t drop c; alter table t drop d; alter table t drop f"],
        "
        1/up.sql:3:20 replay-conflict: column `t.a` is used by primary key (a)
          1/up.sql:1:1 `t` is created here
        1/up.sql:3:42 replay-conflict: column `t.b` is used by unique constraint (b)
          1/up.sql:1:1 `t` is created here
        1/up.sql:3:64 replay-conflict: column `t.c` is used by index `i`
          1/up.sql:1:1 `t` is created here
        1/up.sql:3:86 replay-conflict: column `t.d` is used by generated column `e`
          1/up.sql:1:1 `t` is created here
        1/up.sql:3:108 replay-conflict: column `t.f` is used by trigger `g`
          1/up.sql:1:1 `t` is created here",
    );
    check(
        &["create table t (a); alter table t drop a; alter table t add b primary key; alter table t add c unique"],
        "
        1/up.sql:1:40 replay-conflict: `a` is the only column of `t`
        1/up.sql:1:61 replay-conflict: SQLite can't add a PRIMARY KEY column to a table
        1/up.sql:1:94 replay-conflict: SQLite can't add a UNIQUE column to a table",
    );
}

#[test]
fn what_sqlite_refuses() {
    for (text, expected) in [
        (
            "create table t (a int, b varchar(3)) strict",
            "1:24 column `b` of a STRICT table has to be INT, INTEGER, REAL, TEXT, BLOB or ANY",
        ),
        (
            "create table t (a) strict",
            "1:17 column `a` of a STRICT table has to be INT, INTEGER, REAL, TEXT, BLOB or ANY",
        ),
        (
            "create table t (a any) strict; alter table t add b",
            "1:50 column `b` of a STRICT table has to be INT, INTEGER, REAL, TEXT, BLOB or ANY",
        ),
        ("create table t (a int) without rowid", "1:14 table `t` WITHOUT ROWID has no primary key"),
        (
            "create table t (a int primary key autoincrement)",
            "1:17 AUTOINCREMENT is for an INTEGER PRIMARY KEY alone, which `a` is not",
        ),
        (
            "create table t (a integer primary key autoincrement) without rowid",
            "1:17 AUTOINCREMENT is for an INTEGER PRIMARY KEY alone, which `a` is not",
        ),
        ("create table t (a, b, unique (a + b))", "1:31 a key of a table is made of columns, not of expressions"),
        (
            "create table t (a, b, foreign key (a, b) references p (x))",
            "1:23 this foreign key refers to another number of columns",
        ),
        ("create table t (a); create view v as select 1; drop table v", "1:59 `v` is a view: it goes by DROP VIEW"),
        (
            "create table t (a unique, b); alter table t add constraint c check (a > 0); alter table t drop constraint d",
            "1:107 table `t` has no constraint `d`",
        ),
        (
            "create table t (a, constraint u unique (a)); alter table t drop constraint u",
            "1:76 SQLite can't drop a unique constraint `u`: only checks",
        ),
    ] {
        let first = messages(&[text]).lines().next().map(|line| line.replace("replay-conflict: ", ""));
        assert_eq!(first.as_deref(), Some(format!("1/up.sql:{expected}").as_str()), "{text}");
    }
}

#[test]
fn unreadable_statements_name_the_token() {
    for (text, expected) in [
        ("create table t (a int,)", "1:23 expected a column's name, found `)`"),
        ("create table t (a int", "1:22 expected `,` or `)`, found the end of the statement"),
        (
            "create table t (a int) engine",
            "1:24 expected `WITHOUT ROWID`, `STRICT` or the end of the statement, found `engine`",
        ),
        ("create table t (a int default)", "1:30 expected a literal or an expression in parentheses, found `)`"),
        ("create table t (a check (b)", "1:28 expected `,` or `)`, found the end of the statement"),
        ("create table t (a check ())", "1:26 expected an expression, found `)`"),
        ("create table t (a check (b", "1:25 this `(` is not closed"),
        ("create table t (a varchar(max))", "1:27 expected a number, found `max`"),
        ("create table t (primary key (a))", "1:17 expected a column's name, found `primary`"),
        ("create table t (a, primary key (a), b int)", "1:37 expected a constraint, found `b`"),
        ("create table t (a references)", "1:29 expected the table's name, found `)`"),
        (
            "create table t (a references b on delete nothing)",
            "1:42 expected `CASCADE`, `RESTRICT`, `SET NULL`, `SET DEFAULT` or `NO ACTION`, found `nothing`",
        ),
        ("create table t as select max(a) from b", "1:19 the columns of this query can't be known"),
        (
            "create function f()",
            "1:8 expected `TABLE`, `INDEX`, `VIEW`, `TRIGGER` or `VIRTUAL TABLE`, found `function`",
        ),
        ("alter table t modify a int", "1:15 expected `RENAME`, `ADD`, `DROP` or `ALTER`, found `modify`"),
        ("alter table t add a int, add b int", "1:24 expected the end of the statement, found `,`"),
        ("alter table t alter a type text", "1:23 expected `SET NOT NULL` or `DROP NOT NULL`, found `type`"),
        ("drop table t cascade", "1:14 expected the end of the statement, found `cascade`"),
        ("drop column a", "1:6 expected `TABLE`, `INDEX`, `VIEW` or `TRIGGER`, found `column`"),
        ("create index i on t (a nulls last)", "1:24 unsupported use of `NULLS LAST`"),
        ("create index i on t", "1:20 expected `(`, found the end of the statement"),
        ("create view v", "1:14 expected `AS`, found the end of the statement"),
        ("create trigger g after insert on t", "1:35 expected `BEGIN`, found the end of the statement"),
        ("creat table t (a)", "1:1 expected a statement, found `creat`"),
        ("update main.sqlite_master set sql = ''", "1:13 this statement writes to SQLite's own schema table"),
        ("create table aux.t (a)", "1:14 `aux.t` is in a database of its own, which dbmig doesn't follow"),
    ] {
        let expected = expected.replace("the columns of this query", "the columns that this query makes");
        let found = messages(&[text]).replace("unreadable-sql: ", "");
        assert_eq!(found.trim_end(), format!("1/up.sql:{expected}"), "{text}");
        assert!(!run(&[text]).1[0].help.is_empty());
    }
}

#[test]
fn one_fault_gives_one_diagnostic() {
    check(
        &[
            "create table t (a int,); alter table t add column b; create index i on t (b); create table u (a);
alter table t rename to w; drop index i; drop table w; alter table u add column c",
            "alter table t drop column b; create table t (a); drop table t; drop table t",
        ],
        "
        1/up.sql:1:23 unreadable-sql: expected a column's name, found `)`
        2/up.sql:1:75 replay-conflict: there is no table `t`
          2/up.sql:1:50 `t` is dropped here",
    );
    check(
        &["create tabel x (a); drop table x; create table y (a)"],
        "
        1/up.sql:1:8 unreadable-sql: expected `TABLE`, `INDEX`, `VIEW`, `TRIGGER` or `VIRTUAL TABLE`, found `tabel`",
    );
    check(&["create table t (a default 'x); drop table t"], "1/up.sql:1:27 unreadable-sql: this string has no end");
    check(
        &["-- dbmig: replay create table t (a\nselect 1; drop table t"],
        "
        1/up.sql:1:35 unreadable-sql: expected `,` or `)`, found the end of the statement",
    );
}

#[test]
fn what_ran_into_the_next_statement_is_said_once() {
    check(
        &["create table a (x)\ncreate table b (y);\nalter table b add z;", "alter table b add z2; drop table b"],
        "1/up.sql:2:1 unreadable-sql: expected `WITHOUT ROWID`, `STRICT` or the end of the statement, found `create`",
    );
    check(
        &["create table a (x default 'y);\ncreate table b (y);", "alter table b add z"],
        "1/up.sql:1:27 unreadable-sql: this string has no end",
    );
}

#[test]
fn what_an_unreadable_statement_names_is_unknown() {
    check(
        &[
            "create table t (a, b); create index odd i on t (a);",
            "drop index i; create index j on t (a); drop index j; drop index j",
        ],
        "
        1/up.sql:1:41 unreadable-sql: expected `ON`, found `i`
        2/up.sql:1:65 replay-conflict: there is no index `j`
          2/up.sql:1:40 `j` is dropped here",
    );
    check(
        &[
            "create table t (a, b); create index i on t (a);",
            "alter table t drop;",
            "create index i on t (b); drop table u",
        ],
        "
        2/up.sql:1:19 unreadable-sql: expected a column's name, found the end of the statement
        3/up.sql:1:37 replay-conflict: there is no table `u`",
    );
}

#[test]
fn a_rebuild_that_cannot_be_read_whole_is_told_once() {
    check(
        &[
            "create table t (a); create table new (a, b); drop table t oops; alter table new rename to t;",
            "create table new (a, b, c); drop table t; alter table new rename to t; drop table u",
        ],
        "
        1/up.sql:1:59 unreadable-sql: expected the end of the statement, found `oops`
        2/up.sql:1:83 replay-conflict: there is no table `u`",
    );
    check(
        &["create table t (a); drop table t ';\n-- we'll see\ncreate table u (a);", "alter table w add b"],
        "1/up.sql:1:34 unreadable-sql: expected the end of the statement, found `';\n-- we'`",
    );
}
