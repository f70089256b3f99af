//! Which changes, and in which order.

use dbmig::Backend;

use super::*;
use crate::replay::Replay;
use crate::schema::{Constraint, apply_all};
use crate::source::Source;
use crate::sql::split;

mod kinds;

fn schema(sql: &str) -> Schema {
    schema_of(sql, Backend::Sqlite)
}

fn schema_of(sql: &str, backend: Backend) -> Schema {
    let mut replay = Replay::new(backend);
    assert_eq!(replay.run(&split(&Source::new("schema.sql", sql), backend)).diagnostics, []);
    replay.schema().clone()
}

fn name(text: &str) -> Name {
    Name::new(text, Backend::Sqlite)
}

fn table(text: &str) -> ObjectName {
    ObjectName::unqualified(name(text))
}

/// One word or two for each change.
fn describe(change: &Change) -> String {
    let what = |constraint: &Constraint| constraint.describe();
    match change {
        Change::CreateTable(table) => format!("+ {}", table.name),
        Change::DropTable(table) => format!("- {}", table.name),
        Change::RenameTable { from, to } => format!("{from} > {to}"),
        Change::AlterOptions { table, .. } => format!("~ {table}"),
        Change::AddColumn { table, column } => format!("+ {table}.{}", column.name),
        Change::DropColumn { table, column } => format!("- {table}.{}", column.name),
        Change::RenameColumn { table, from, to } => format!("{table}.{from} > {to}"),
        Change::AlterColumn { table, to, .. } => format!("~ {table}.{}", to.name),
        Change::AddConstraint { table, constraint } => format!("+ {table} {}", what(constraint)),
        Change::DropConstraint { table, constraint } => format!("- {table} {}", what(constraint)),
        Change::CreateIndex { table, index } => format!("+ {table} index {}", index.name),
        Change::DropIndex { table, index } => format!("- {table} index {}", index.name),
        Change::RenameConstraint { table, from, to } => format!("{table} constraint {from} > {to}"),
        Change::RenameIndex { table, from, to } => format!("{table} index {from} > {to}"),
        Change::CommentTable { table, to, .. } => format!("~ {table} comment {to:?}"),
        Change::CreateType(one) => format!("+ type {}", one.name),
        Change::DropType(one) => format!("- type {}", one.name),
        Change::RenameType { from, to } => format!("type {from} > {to}"),
        Change::AlterType { to, .. } => format!("~ type {}", to.name),
        Change::AddEnumValue { name, value, position } => format!("+ {name} label {value} at {position}"),
        Change::DropEnumValue { name, value, position } => format!("- {name} label {value} at {position}"),
        Change::RenameEnumValue { name, from, to } => format!("{name} label {from} > {to}"),
        Change::CreateSequence(one) => format!("+ sequence {}", one.name),
        Change::DropSequence(one) => format!("- sequence {}", one.name),
        Change::RenameSequence { from, to } => format!("sequence {from} > {to}"),
        Change::AlterSequence { to, .. } => format!("~ sequence {}", to.name),
        Change::CreateNamespace(name) => format!("+ schema {name}"),
        Change::DropNamespace(name) => format!("- schema {name}"),
        other => format!("{other:?}"),
    }
}

/// `renames` holds new name and old name, of tables or of columns as `table.column`.
fn check(before: &str, after: &str, renames: &[(&str, &str)], expected: &[&str]) {
    let mut stated = Renames::default();
    for (new, old) in renames {
        match new.split_once('.') {
            Some((owner, new)) => drop(stated.columns.insert((table(owner), name(new)), name(old))),
            None => drop(stated.tables.insert(table(new), table(old))),
        }
    }
    check_schemas(schema(before), &schema(after), &stated, expected);
}

#[track_caller]
fn check_schemas(before: Schema, after: &Schema, stated: &Renames, expected: &[&str]) {
    let changes = diff(&before, after, stated);
    assert_eq!(changes.iter().map(describe).collect::<Vec<_>>(), expected);
    let mut applied = before;
    apply_all(&changes, &mut applied).unwrap();
    assert_eq!(diff(&applied, after, stated), []);
}

#[test]
fn what_differs_in_nothing_that_counts_is_no_change() {
    check(
        "CREATE TABLE T (A TEXT DEFAULT ('x'), b INTEGER CHECK (b  >  0), UNIQUE (a)); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;",
        "CREATE TABLE t (b INTEGER, a text DEFAULT 'x', CONSTRAINT t_b_check CHECK (b > 0), CONSTRAINT t_a_key UNIQUE (a));
         CREATE VIEW v AS SELECT a FROM t;",
        &[],
        &[],
    );
}

#[test]
fn parents_are_made_first_and_dropped_last() {
    let family = "CREATE TABLE a (b_id INTEGER REFERENCES b (id)); CREATE TABLE b (id INTEGER PRIMARY KEY, c_id INTEGER REFERENCES c (id));
        CREATE TABLE c (id INTEGER PRIMARY KEY, self INTEGER REFERENCES c (id));";
    check("", family, &[], &["+ c", "+ b", "+ a"]);
    check(family, "", &[], &["- a", "- b", "- c"]);
}

#[test]
fn what_uses_a_column_goes_before_it() {
    check(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (a INTEGER REFERENCES p (id), b INTEGER AS (a + 1), c INTEGER AS (a + 2) STORED, d TEXT, UNIQUE (a), CHECK (a > d));
         CREATE INDEX i ON t (lower(d)) WHERE a > 0;",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (c INTEGER AS (3) STORED, d TEXT);",
        &[],
        &[
            "- t foreign key (a)",
            "- t unique constraint (a)",
            "- t check (a > d)",
            "- t index i",
            "~ t.c",
            "- t.b",
            "- t.a",
            "~ t.c",
        ],
    );
}

#[test]
fn a_new_reference_waits_for_the_table_that_it_refers_to() {
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY);",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, u INTEGER REFERENCES u (id)); CREATE TABLE u (id INTEGER PRIMARY KEY);",
        &[],
        &["+ t.u", "+ u", "+ t foreign key (u)"],
    );
}

#[test]
fn names_make_room_for_each_other() {
    check(
        "CREATE TABLE a (x TEXT, y INTEGER); CREATE TABLE b (z BLOB); CREATE TABLE gone (a INTEGER REFERENCES a (y));",
        "CREATE TABLE b (y TEXT, x INTEGER); CREATE TABLE a (z BLOB);",
        &[("b", "a"), ("a", "b"), ("b.y", "x"), ("b.x", "y")],
        &[
            "- gone",
            "a > __dbmig_aside_a",
            "b > a",
            "__dbmig_aside_a > b",
            "b.x > __dbmig_aside_x",
            "b.y > x",
            "b.__dbmig_aside_x > y",
        ],
    );
}

#[test]
fn a_swap_is_made_once() {
    let swap = [("t.a", "b"), ("t.b", "a")];
    let (one, other) = ("CREATE TABLE t (a TEXT, b INTEGER);", "CREATE TABLE t (a INTEGER, b TEXT);");
    check(one, other, &swap, &["t.a > __dbmig_aside_a", "t.b > a", "t.__dbmig_aside_a > b"]);
    check(other, other, &swap, &[]);
    check(other, "CREATE TABLE t (a INTEGER NOT NULL, b BLOB);", &swap, &["~ t.a", "~ t.b"]);
    let key = |key: &str| format!("CREATE TABLE t (a INTEGER, b INTEGER, PRIMARY KEY ({key}))");
    check(&key("a"), &key("b"), &swap, &["t.a > __dbmig_aside_a", "t.b > a", "t.__dbmig_aside_a > b"]);
}

#[test]
fn what_follows_a_rename_is_no_change() {
    check(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT UNIQUE CHECK (length(a) > 0)); CREATE TABLE c (p INTEGER REFERENCES p (id));
         CREATE INDEX i ON p (lower(a)) WHERE a IS NOT NULL;",
        "CREATE TABLE q (key INTEGER PRIMARY KEY, b TEXT UNIQUE CHECK (length(b) > 0)); CREATE TABLE c (p INTEGER REFERENCES q (key));
         CREATE INDEX i ON q (lower(b)) WHERE b IS NOT NULL;",
        &[("q", "p"), ("q.key", "id"), ("q.b", "a"), ("q.gone", "long ago")],
        &["p > q", "q.a > b", "q.id > key"],
    );
}

#[test]
fn a_rename_onto_a_name_that_is_taken_is_left_to_the_caller() {
    let both = "CREATE TABLE t (a TEXT, b TEXT);";
    check(both, "CREATE TABLE t (b TEXT);", &[("t.b", "a")], &["- t.a"]);
    let tables = "CREATE TABLE a (x TEXT); CREATE TABLE b (x TEXT);";
    check(tables, "CREATE TABLE b (x TEXT);", &[("b", "a")], &["- a"]);
}

#[test]
fn indexes_options_and_names_of_constraints() {
    check(
        "CREATE TABLE t (a TEXT, CONSTRAINT old UNIQUE (a)); CREATE INDEX i ON t (a); CREATE INDEX j ON t (a);",
        "CREATE TABLE t (a TEXT, CONSTRAINT new UNIQUE (a)) STRICT; CREATE INDEX i ON t (a DESC); CREATE INDEX k ON t (a);",
        &[],
        &["- t index i", "t constraint old > new", "t index j > k", "~ t", "+ t index i"],
    );
}
