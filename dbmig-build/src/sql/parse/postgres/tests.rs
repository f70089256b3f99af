//! PostgreSQL's statements and their syntax.

use dbmig::Backend;

use crate::source::Source;
use crate::sql::syntax::Syntax;
use crate::sql::{column_type, parse, split};

fn parsed(text: &str) -> Result<Syntax, String> {
    let source = Source::new("", text);
    let script = split(&source, Backend::Postgres);
    assert_eq!(script.statements.len(), 1, "{text}");
    parse(script.statements[0].tokens(), &source, Backend::Postgres)
        .map_err(|fault| format!("{} {}", fault.span.range().start, fault.message))
}

/// The syntax in short: names alone for names, no places, nothing that is empty or false.
fn shown(text: &str) -> String {
    let syntax = match parsed(text) {
        Ok(Syntax::Postgres(statement)) => format!("{statement:?}"),
        Ok(other) => return format!("{other:?}"),
        Err(message) => return message,
    };
    let mut short = String::new();
    let mut rest = syntax.as_str();
    while let Some(at) = rest.find("span: [") {
        short.push_str(&rest[..at]);
        rest = rest[at..].split_once(']').map_or("", |(_, behind)| behind);
    }
    short.push_str(rest);
    for (from, to) in [
        (", quoted: false", ""),
        (", quoted: true", ""),
        (", set: false", ""),
        (", serial: false", ""),
        ("arguments: [], ", ""),
        (", schema: None", ""),
        ("schema: None, ", ""),
        (", array: false", ""),
        (", deferrable: No", ""),
        (", not_valid: false", ""),
        (", no_inherit: false", ""),
        ("if_exists: false, ", ""),
        (", if_exists: false", ""),
        (", cascade: false", ""),
        (", collation: None", ""),
        (", using: None", ""),
        (", not_null: None", ""),
        (", default: None", ""),
        (", generated: None", ""),
        (", identity: None", ""),
        (", constraints: []", ""),
        (", include: []", ""),
        (", nulls_not_distinct: false", ""),
        (", using_index: None", ""),
        (", on_delete_columns: []", ""),
        (", match_type: None", ""),
        (", }", " }"),
        (",  }", " }"),
        ("TypeSyntax ", ""),
        ("ColumnType ", ""),
        ("ObjectIdent ", ""),
        ("Ident ", ""),
    ] {
        short = short.replace(from, to);
    }
    short
}

#[test]
fn types_under_all_spellings() {
    for (text, expected) in [
        ("INT", "integer"),
        ("int4", "integer"),
        ("pg_catalog.int8", "bigint"),
        ("\"char\"", "\"char\""),
        ("char", "char(1)"),
        ("bpchar", "char"),
        ("character(3)", "char(3)"),
        ("national character varying (10)", "varchar(10)"),
        ("varchar(10)[]", "varchar(10)[]"),
        ("integer ARRAY[3]", "integer[]"),
        ("text[3][]", "text[]"),
        ("double precision", "double precision"),
        ("float(24)", "real"),
        ("float(25)", "double precision"),
        ("float", "double precision"),
        ("decimal(10,2)", "numeric(10, 2)"),
        ("numeric(10)", "numeric(10, 0)"),
        ("timestamp(3) with time zone", "timestamptz(3)"),
        ("timestamp without time zone", "timestamp"),
        ("timestamptz", "timestamptz"),
        ("time with time zone", "timetz"),
        ("interval day to second(3)", "interval(3)"),
        ("bit varying(8)", "varbit(8)"),
        ("bit", "bit(1)"),
        ("App.\"Kind\"[]", "app.Kind[]"),
        ("Mood", "mood"),
        ("geometry(Point, 4326)", "geometry(Point, 4326)"),
    ] {
        assert_eq!(
            column_type(text, Backend::Postgres).map(|one| one.to_string()).as_deref(),
            Some(expected),
            "{text}"
        );
    }
    for text in ["", "serial", "setof int", "int int", "select", "t.c%TYPE", "int[", "varchar(", "'int'"] {
        assert_eq!(column_type(text, Backend::Postgres), None, "{text}");
    }
}

#[test]
fn what_alters_no_structure_is_opaque() {
    for text in [
        "INSERT INTO t VALUES (1)",
        "with x as (select 1) insert into t select * from x",
        "BEGIN",
        "select 1 + 2",
        "grant all on t to r",
        "create role r",
        "create policy p on t using (true)",
        "alter default privileges grant all on tables to r",
        "alter table all in tablespace a set tablespace b",
        "alter schema s owner to r",
        "alter extension e update",
        "drop role r",
        "set statement_timeout = 0",
        "reset statement_timeout",
        "TRUNCATE t",
    ] {
        assert_eq!(parsed(text), Ok(Syntax::Opaque), "{text}");
    }
}

#[test]
fn what_cannot_be_read_says_where() {
    for (text, expected) in [
        ("create tabel t (a int)", "7 expected what to create, such as `TABLE` or `INDEX`, found `tabel`"),
        ("create table t (a int", "21 expected `,` or `)`, found the end of the statement"),
        ("create table t (user int)", "16 expected a column's name, found `user`"),
        (
            "create table t (a t.b%type)",
            "18 a type that is copied from a column (`%TYPE`) isn't known without the column: \
                                         write the type",
        ),
        ("create index s.i on t (a)", "13 an index is made in the schema of its table: name it without one"),
        ("create type t as range (a = b)", "23 a range type needs `SUBTYPE = …`"),
        ("create sequence s start x", "24 expected a whole number, found `x`"),
        ("drop owned by r", "11 what `DROP OWNED` drops depends on who owns what in the database"),
        ("import foreign schema s", "0 which tables `IMPORT FOREIGN SCHEMA` makes is known to the other server alone"),
        ("frobnicate", "0 expected a statement, found `frobnicate`"),
        ("create domain d as int primary key", "23 expected `CHECK` or `NOT NULL`, found `primary`"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}
