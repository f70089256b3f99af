//! PostgreSQL's statements and their syntax.

use std::path::Path;

use dbmig::Backend;

use crate::source::Source;
use crate::sql::syntax::Syntax;
use crate::sql::syntax::postgres::{AlterTable, Statement};
use crate::sql::{column_type, parse, split};

fn parsed(text: &str) -> Result<Syntax, String> {
    let source = Source::new("", text);
    let script = split(&source, Backend::Postgres);
    assert_eq!(script.statements.len(), 1, "{text}");
    parse(script.statements[0].tokens(), &source, Backend::Postgres)
        .map_err(|fault| format!("{} {}", fault.span.range().start, fault.message))
}

/// The syntax in short: no places, no fields that are empty, false or the default, a name as `"schema.name"`.
fn shown(text: &str) -> String {
    let long = match parsed(text) {
        Ok(Syntax::Postgres(statement)) => match *statement {
            Statement::AlterTable(alter) => altered(&alter),
            other => format!("{other:?}"),
        },
        Ok(other) => return format!("{other:?}"),
        Err(message) => return message,
    };
    let mut short = rewritten(&long, "span: [", "]", |_| Some(String::new())).replace(", quoted: true", "");
    for type_name in ["TypeSyntax ", "ColumnType ", "ObjectIdent ", "Ident ", "KeyColumn ", "Label "] {
        short = short.replace(type_name, "");
    }
    for value in ["None", "[]", "false", "No", "Permanent", "Plain", "Ascending", "NoAction", "\"\""] {
        short = without_fields(&short, value);
    }
    short = short.replace(",  }", " }").replace(", }", " }").replace("{  }", "{}");
    let qualified = |inner: &str| Some(format!("\"{}\"", inner.replace("\"), name: \"", ".")));
    short = rewritten(&short, "{ schema: Some(\"", "\" }", qualified);
    short = rewritten(&short, "{ name: \"", " }", |inner| match inner.split_once('"')? {
        (name, "") => Some(format!("\"{name}\"")),
        (name, ", array: true") => Some(format!("\"{name}[]\"")),
        _ => None,
    });
    rewritten(&short, "{ column_type: ", " }", |inner| (!inner.contains([' ', '('])).then(|| inner.to_owned()))
}

/// An ALTER TABLE: the relation, and what each action does.
fn altered(alter: &AlterTable) -> String {
    let flag = |set: bool, word: &str| if set { format!(", {word}") } else { String::new() };
    let flags = flag(alter.if_exists, "if_exists") + &flag(alter.only, "only");
    let actions: Vec<String> = alter.actions.iter().map(|action| format!("{:?}", action.kind)).collect();
    format!("{:?} {:?}{flags}: {}", alter.kind, alter.name, actions.join("; "))
}

/// The text with parts between an opening and the next closing rewritten, these two included; none to leave one as it is.
fn rewritten(text: &str, open: &str, close: &str, rewrite: impl Fn(&str) -> Option<String>) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once(open) {
        let found = behind.split_once(close).and_then(|(inner, after)| Some((rewrite(inner)?, after)));
        let (written, after) = found.unwrap_or((open.to_owned(), behind));
        done = done + before + &written;
        rest = after;
    }
    done + rest
}

/// The text without the fields that have this value.
fn without_fields(text: &str, value: &str) -> String {
    let mut text = text.to_owned();
    for (end, kept) in [(", ", ""), (" }", " }")] {
        let field = format!(": {value}{end}");
        while let Some(at) = text.find(&field) {
            let start = text[..at].rfind(' ').map_or(0, |space| space + 1);
            text.replace_range(start..at + field.len(), kept);
        }
    }
    text
}

/// `statements.txt` holds statements of all kinds, each with its syntax in short behind it. After a change that is
/// meant run this with `DBMIG_BLESS=1`, and read what it wrote.
#[test]
fn statements_have_their_syntax() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sql/parse/postgres/tests/statements.txt");
    let mut stored = std::fs::read_to_string(&path).unwrap();
    let is_statement = |line: &&str| !line.is_empty() && !line.starts_with([' ', '#']);
    let mut found = String::new();
    for line in stored.lines().filter(|line| !line.starts_with(' ')) {
        found += &format!("{line}\n");
        if is_statement(&line) {
            found += &format!("    {}\n", shown(line));
        }
    }
    if std::env::var_os("DBMIG_BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
        stored.clone_from(&found);
    }
    for (found, stored) in found.lines().zip(stored.lines()) {
        assert_eq!(found, stored);
    }
    assert_eq!(found.lines().count(), stored.lines().count());
    assert!(stored.lines().filter(is_statement).count() > 100);
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
