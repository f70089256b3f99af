//! What PostgreSQL's statements make. Every expectation is what PostgreSQL 15 has after the same script.

mod blocks;
mod statements;

use dbmig::Backend;

use crate::replay::Replay;
use crate::schema::Schema;
use crate::source::Source;
use crate::sql::split;

fn run(text: &str) -> (Schema, Vec<String>) {
    let mut replay = Replay::new(Backend::Postgres);
    let script = split(&Source::new("up.sql", text), Backend::Postgres);
    let replayed = replay.run(&script);
    let faults = script.diagnostics.iter().chain(&replayed.diagnostics).map(|one| one.message.clone()).collect();
    (replay.schema().clone(), faults)
}

/// The names of everything that a script makes: columns with their types, constraints, indexes, sequences, types.
fn check(text: &str, expected: &str) {
    let (schema, faults) = run(text);
    assert_eq!(faults, [""; 0], "{text}");
    let mut shown = Vec::new();
    for table in schema.tables.values() {
        let columns = table.columns.iter().map(|column| {
            let required = if column.nullable { "" } else { "!" };
            format!("{} {}{required}", column.name, column.column_type)
        });
        let line = format!("{}: {}", table.name, columns.collect::<Vec<_>>().join(", "));
        shown.push(line.trim_end().to_owned());
        let constraints = table.constraints();
        shown.extend(constraints.filter_map(|one| Some(format!("{} {}", table.name, one.name()?))));
        shown.extend(table.indexes.iter().map(|index| format!("{} index {}", table.name, index.name)));
    }
    shown.extend(schema.views.keys().map(|name| format!("view {name}")));
    shown.extend(schema.sequences.keys().map(|name| format!("sequence {name}")));
    shown.extend(schema.types.keys().map(|name| format!("type {name}")));
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown, expected, "{text}");
}

#[test]
fn automatic_names_clash_and_are_counted() {
    check(
        "create table t (id serial primary key, a int unique check (a > 0), b int references t, unique (id), check (a > b));
         create index on t (a); create index on t (a); create index on t (lower(b::text)); alter table t add check (a > 1)",
        "t: id integer!, a integer, b integer
         t t_pkey
         t t_a_key
         t t_b_fkey
         t t_a_check
         t t_check
         t t_a_check1
         t index t_a_idx
         t index t_a_idx1
         t index t_lower_idx
         sequence t_id_seq",
    );
}

#[test]
fn cascades_take_what_depends() {
    check(
        "create schema s; create type s.e as enum ('a'); create table s.x (id serial primary key);
         create table y (e s.e, x_id int references s.x, k int default nextval('s.x_id_seq'));
         create view v as select * from s.x; create view w as select * from v; drop schema s cascade",
        "y: x_id integer, k integer",
    );
}

#[test]
fn a_type_goes_with_what_casts_to_it() {
    let before = "create schema s; create type s.e as enum ('a', 'b'); create domain d as text default 'a'::s.e;
         create domain short as text constraint known check (value <> 'a'::s.e::text) constraint filled check (value <> '');
         create table t (a text default 'a'::s.e check (a <> 'b'::s.e::text), b text default 'a', c text,
             g boolean generated always as (b is null or cast('a' as s.e) = 'a') stored, v d, k s.e default 'a', l s.e default 'a');
         create index i on t (b) where 'a'::s.e = 'a'; create index j on t (b); alter table t alter k type text, alter l type text;
         alter table t alter l set default 'a'; create table u (a int, exclude (a with =) where ('a'::s.e = 'a'));
         create view v as select array['a'::s.e] as x from u; create view w as select a as e from u;";
    let (_, faults) = run(&format!("{before} drop type s.e"));
    assert_eq!(faults, ["type `s.e` is used by the default of column `t.a`: drop that first, or say CASCADE"]);
    check(
        &format!("{before} drop schema s cascade"),
        "t: a text, b text, c text, k text, l text
         t index j
         u: a integer
         view w
         type short",
    );
    let (schema, _) = run(&format!("{before} drop schema s cascade"));
    let defaults = |column: &&crate::schema::Column| column.default.is_some();
    let columns = schema.tables.values().flat_map(|table| &table.columns).filter(defaults);
    assert_eq!(columns.map(|column| column.name.to_string()).collect::<Vec<_>>(), ["b", "l"]);
    let types = format!("{:?}", schema.types.values().collect::<Vec<_>>());
    assert!(types.contains("filled") && !types.contains("known"), "{types}");
}

#[test]
fn partitions_and_children_follow() {
    check(
        "create table m (id int not null, k int, check (k > 0)) partition by range (id);
         create table m1 partition of m for values from (0) to (9);
         alter table m add primary key (id); create index on m (k); alter table m add z text; alter table m alter k set not null",
        "m: id integer!, k integer!, z text
         m m_pkey
         m m_k_check
         m index m_k_idx
         m1: id integer!, k integer!, z text
         m1 m1_pkey
         m1 m_k_check
         m1 index m1_k_idx",
    );
}

#[test]
fn queries_make_typed_columns() {
    check(
        "create table t (id serial, a varchar(9), n numeric(4,2));
         create table u as select id, max(a) m, null::uuid q, n > 1 as c from t group by id, n union all select 1, 'x', null, true;
         create table v (like t including defaults)",
        "t: id integer!, a varchar(9), n numeric(4, 2)
         u: id integer, m text, q uuid, c boolean
         v: id integer!, a varchar(9), n numeric(4, 2)
         sequence t_id_seq",
    );
}

#[test]
fn guarded_blocks_are_followed() {
    check(
        "do $$ begin create type e as enum ('a'); exception when duplicate_object then null; end $$;
         do $$ begin create type e as enum ('b'); exception when duplicate_object then null; end $$;
         do $$ begin if not exists (select from pg_class where relname = 't') then create table t (a e); create index on t (a); end if; end $$",
        "t: a e
         t index t_a_idx
         type e",
    );
}

#[test]
fn a_statement_that_fails_leaves_nothing() {
    for (text, fault) in [
        ("alter table t drop column a, add column c int, add column b int", "table `t` has a column `b` already"),
        ("drop table t, nowhere", "there is no table `nowhere`"),
        ("alter table t alter b set default nextval('nowhere')", "there is no sequence `nowhere`"),
        ("drop type e", "type `e` is used by column `t.a`"),
        ("alter table t alter b type gone; ", "there is no type `gone`"),
    ] {
        let before =
            "create type gone as enum ('a'); drop type gone; create type e as enum ('a'); create table t (a e, b int);";
        let (schema, faults) = run(&format!("{before} {text}"));
        assert_eq!(faults, [fault], "{text}");
        assert_eq!(schema, run(before).0, "{text}");
    }
}
