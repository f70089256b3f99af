//! Statements whose effect isn't what they say alone: names, inheritance, what CASCADE takes, what a path means.

use super::{check, run};

#[test]
fn long_names_are_cut() {
    check(
        "create table a_table_with_a_name_that_is_rather_long_indeed_and_goes_on (a_column_with_quite_a_long_name_too int unique,
           b int references a_table_with_a_name_that_is_rather_long_indeed_and_goes_on (a_column_with_quite_a_long_name_too));
         create index on a_table_with_a_name_that_is_rather_long_indeed_and_goes_on (a_column_with_quite_a_long_name_too, b);
         create table t (this_is_a_column_whose_name_is_longer_than_sixty_three_bytes_so_it_is_cut serial)",
        "a_table_with_a_name_that_is_rather_long_indeed_and_goes_on: a_column_with_quite_a_long_name_too integer, b integer
         a_table_with_a_name_that_is_rather_long_indeed_and_goes_on a_table_with_a_name_that_is_r_a_column_with_quite_a_long_na_key
         a_table_with_a_name_that_is_rather_long_indeed_and_goes_on a_table_with_a_name_that_is_rather_long_indeed_and_goes__b_fkey
         a_table_with_a_name_that_is_rather_long_indeed_and_goes_on index a_table_with_a_name_that_is_r_a_column_with_quite_a_long_na_idx
         t: this_is_a_column_whose_name_is_longer_than_sixty_three_bytes_so integer!
         sequence t_this_is_a_column_whose_name_is_longer_than_sixty_three_by_seq",
    );
}

#[test]
fn like_takes_what_it_includes() {
    check(
        "create table t (id int generated always as identity primary key, a varchar(5) not null default 'x' check (a <> ''),
           b int generated always as (1 + 1) stored, unique (a));
         create index t_b on t (b); comment on column t.a is 'the a';
         create table plain (like t);
         create table whole (like t including all, more int);
         create table part (like t including constraints including indexes excluding indexes)",
        "part: id integer!, a varchar(5)!, b integer
         part t_a_check
         plain: id integer!, a varchar(5)!, b integer
         t: id integer!, a varchar(5)!, b integer
         t t_pkey
         t t_a_key
         t t_a_check
         t index t_b
         whole: id integer!, a varchar(5)!, b integer, more integer
         whole whole_pkey
         whole whole_a_key
         whole t_a_check
         whole index whole_b_idx
         sequence t_id_seq
         sequence whole_id_seq",
    );
}

#[test]
fn children_have_what_parents_have() {
    check(
        "create table p (id int primary key, a text not null, check (a <> ''));
         create table c (b int, a text, check (b > 0)) inherits (p);
         alter table p add column d int default 1; alter table p rename column a to aa; alter table p alter aa type varchar(9);
         alter table p rename constraint p_a_check to p_check; alter table p drop column d;
         create table free (id int not null, aa varchar(9) not null, constraint p_check check (aa <> ''));
         alter table free inherit p; alter table c no inherit p; alter table p add column e int",
        "c: id integer!, aa varchar(9)!, b integer
         c p_check
         c c_b_check
         free: id integer!, aa varchar(9)!, e integer
         free p_check
         p: id integer!, aa varchar(9)!, e integer
         p p_pkey
         p p_check",
    );
}

#[test]
fn partitions_come_and_go() {
    check(
        "create table m (id int, at date not null, primary key (id, at)) partition by range (at);
         create index m_at on m (at);
         create table m1 partition of m for values from ('2020-01-01') to ('2021-01-01');
         create table m2 (id int not null, at date not null);
         alter table m attach partition m2 for values from ('2021-01-01') to ('2022-01-01');
         create table m3 partition of m default; alter table m detach partition m1",
        "m: id integer!, at date!
         m m_pkey
         m index m_at
         m1: id integer!, at date!
         m1 m1_pkey
         m1 index m1_at_idx
         m2: id integer!, at date!
         m2 m2_pkey
         m2 index m2_at_idx
         m3: id integer!, at date!
         m3 m3_pkey
         m3 index m3_at_idx",
    );
}

#[test]
fn types_change_under_columns() {
    check(
        "create type mood as enum ('sad', 'ok'); create table t (m mood default 'ok', ms mood[]);
         create type mood_new as enum ('sad', 'happy');
         alter table t alter m drop default, alter m type mood_new using m::text::mood_new, alter ms type mood_new[] using null;
         drop type mood; alter type mood_new rename to mood; alter type mood add value 'meh' before 'happy';
         alter type mood rename value 'sad' to 'blue';
         create domain name_d as varchar(20) not null check (value <> ''); create table u (n name_d);
         alter domain name_d rename to label_d; alter domain label_d add constraint short check (length(value) < 9);
         alter domain label_d rename constraint short to shorter; alter domain label_d drop constraint name_d_check;
         create type pair as (a int, b text); alter type pair add attribute c date; alter type pair rename attribute a to aa;
         alter type pair drop attribute b; create table v (p pair); alter table u add ns label_d[]",
        "t: m mood, ms mood[]
         u: n label_d, ns label_d[]
         v: p pair
         type label_d
         type mood
         type pair",
    );
}

#[test]
fn constraints_take_indexes_over() {
    check(
        "create table t (id int, a int, b int); create unique index t_id_idx on t (id); create unique index t_a_idx on t (a);
         alter table t add primary key using index t_id_idx, add constraint t_a unique using index t_a_idx deferrable;
         alter index t_id_idx rename to t_key; alter table t rename constraint t_a to t_aa;
         alter table t add constraint late foreign key (b) references t (id) not valid; alter table t validate constraint late",
        "t: id integer!, a integer, b integer
         t t_key
         t t_aa
         t late",
    );
}

#[test]
fn names_are_looked_for_along_the_path() {
    check(
        "create schema app; create schema more; set search_path to app, public;
         create type kind as enum ('a'); create table t (id serial primary key, k kind); create table public.t (n int);
         alter table t add column x int; create index on t (x); alter table t set schema more;
         alter table t add column y int; alter type kind set schema more; alter sequence more.t_id_seq rename to ids;
         reset search_path; create table u (k more.kind, t_id int references more.t)",
        "t: n integer, y integer
         u: k more.kind, t_id integer
         u u_t_id_fkey
         more.t: id integer!, k more.kind, x integer
         more.t t_pkey
         more.t index t_x_idx
         sequence more.ids
         type more.kind",
    );
}

#[test]
fn each_cascade_takes_its_own() {
    check(
        "create type e as enum ('a'); create domain d as int; create table p (id int primary key, k int unique, e e, d d);
         create table c (p_id int references p, p_k int references p (k), f e default 'a');
         create view v as select k from p; create view w as select * from v; create materialized view mv as select 1 as one;
         create index mv_one on mv (one);
         alter table p drop constraint p_pkey cascade; alter table p drop column k cascade; drop type e cascade; drop domain d cascade;
         create sequence s; create table n (a int default nextval('s'), b int); drop sequence s cascade; drop table n, c cascade",
        "p: id integer!
         view mv",
    );
}

#[test]
fn relations_are_renamed_by_alter_table_too() {
    check(
        "create table t (id serial primary key, a int); create index i on t (a); create view v as select a from t;
         alter table i rename to j; alter table v rename to w; alter table t_id_seq rename to ids; alter table t_pkey rename to t_key;
         alter table w rename column a to b; alter view w rename to x; alter sequence ids rename to numbers;
         comment on table t is 'a t'; comment on column t.a is ''; comment on column t.id is 'the id'",
        "t: id integer!, a integer
         t t_key
         t index j
         view x
         sequence numbers",
    );
}

#[test]
fn identity_and_serial_have_sequences() {
    check(
        "create table t (a bigserial, b smallserial, c int generated by default as identity (start 5 increment 2), d int);
         alter table t alter d set not null, alter d add generated always as identity; alter table t alter c drop identity;
         alter table t alter a drop default; alter table t drop column b; alter table t rename to u; alter table u rename column d to dd;
         alter table u alter dd set increment by 3; create sequence s as smallint owned by u.a; alter table u alter a type int",
        "u: a integer!, c integer!, dd integer!
         sequence s
         sequence t_a_seq
         sequence t_d_seq",
    );
}

#[test]
fn columns_of_what_queries_compute() {
    check(
        "create table t (id int primary key, a int, s varchar(9), at timestamp);
         create function hotness(score numeric, at timestamp) returns integer language sql as 'select 1';
         create view v as select id, case when a > 1 then at else greatest(at, now()::timestamp) end,
           case a when 1 then 'x' else s end, -sum(a) filter (where a > 1) as down,
           hotness(coalesce(sum(a), 0), (case when true then at else at end)) as hot,
           case when a = 1 then 1 when a = 2 then (case when a > 3 then 5 end) else 3000000000 end as big
           from t group by id;
         create table u as select * from v;
         create trigger no_cli before insert on __diesel_schema_migrations for each row execute function f();",
        "t: id integer!, a integer, s varchar(9), at timestamp
         t t_pkey
         u: id integer, greatest timestamp, s varchar, down bigint, hot integer, big bigint
         view v",
    );
}

#[test]
fn words_of_the_grammar_name_columns_too() {
    check(
        "create type spot as (at int); create table t (a int, at date, interval int, escape int, check (a > 0 or at > interval '1 day' + '2020-01-01'),
           check (interval > 0), place spot, check ((place).at > 0), check (a::text like 'x' escape '\\'), check ((at at time zone 'utc') is not null))",
        "t: a integer, at date, interval integer, escape integer, place spot
         t t_check
         t t_interval_check
         t t_place_check
         t t_a_check
         t t_at_check
         type spot",
    );
}

#[test]
fn views_go_with_what_they_select_alone() {
    check(
        "create schema app; create table t (a int, b int); create table app.t (a int);
         create view counted as select a, count(*) as many from t group by a; create view whole as select * from t;
         create view theirs as select a from app.t;
         alter table t drop column b cascade; drop table app.t cascade",
        "t: a integer
         view counted",
    );
}

#[test]
fn indexes_are_made_anew_with_a_type() {
    check(
        "create table t (a int not null, b text, c text, primary key (a, b)) partition by range (a);
         create table t_1 partition of t for values from (1) to (10); create table t_2 partition of t default partition by list (c);
         create table t_3 partition of t_2 default; create index mine on t_1 (b); create index again on t_1 (b);
         create index on t (b); create index on t ((c || 'x'));
         alter table t_1 rename to one; alter table t_2 rename to two; alter table t alter b type varchar(9)",
        "one: a integer!, b varchar(9)!, c text
         one one_pkey
         one index one_b_idx
         one index again
         one index t_1_expr_idx
         t: a integer!, b varchar(9)!, c text
         t t_pkey
         t index t_b_idx
         t index t_expr_idx
         t_3: a integer!, b varchar(9)!, c text
         t_3 t_3_pkey
         t_3 index t_3_b_idx
         t_3 index t_3_expr_idx
         two: a integer!, b varchar(9)!, c text
         two two_pkey
         two index two_b_idx
         two index t_2_expr_idx",
    );
    let (schema, faults) = run("create table t (a text collate \"C\", b text); create table u () inherits (t);
         create index i on t (a collate \"default\", b collate \"C\"); create index j on u (a collate \"POSIX\", b);
         alter table t alter a type varchar(9); alter table t alter b type varchar(9) collate \"C\"");
    assert_eq!(faults, [""; 0]);
    let indexes = schema.tables.values().flat_map(|table| &table.indexes);
    let collations =
        indexes.flat_map(|one| one.columns.iter().map(|key| key.collation.as_ref().map(ToString::to_string)));
    assert_eq!(collations.collect::<Vec<_>>(), [None, None, Some("POSIX".to_owned()), None]);
}

#[test]
fn labels_are_followed_on_both_sides_of_a_comparison() {
    let (schema, faults) = run("create type mood as enum ('ok'); create table t (a mood, b mood[], c text,
           check (c > 'x' or 'ok' = any (b)), check (c = 'ok' or 'ok' = a), check ('ok' = c and a is null), check (a in ('ok') or c = 'ok'));
         alter type mood rename value 'ok' to 'well'");
    assert_eq!(faults, [""; 0]);
    let checks = schema.tables.values().flat_map(|table| &table.checks).map(|check| check.expression.to_string());
    let expected = [
        "c > 'x' or 'well' = any (b)",
        "c = 'ok' or 'well' = a",
        "'ok' = c and a is null",
        "a in ('well') or c = 'ok'",
    ];
    assert_eq!(checks.collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_a_default_says_nothing() {
    let (schema, faults) = run("create table t (a text collate \"default\", b text collate \"C\");
         alter table t alter a type varchar collate \"default\"; create index i on t (a collate \"default\", b collate \"C\");
         create index j on t (a collate \"C\", b collate \"default\");
         create table p (list int, b int) partition by list (list); alter table p rename list to kind");
    assert_eq!(faults, [""; 0]);
    let collations = |index: &crate::schema::Index| {
        index.columns.iter().map(|one| one.collation.as_ref().map(ToString::to_string)).collect::<Vec<_>>()
    };
    let mut tables = schema.tables.values();
    let (p, t) = (tables.next().unwrap(), tables.next().unwrap());
    assert_eq!(p.options.partition_by.as_deref(), Some("list (kind)"));
    assert_eq!(t.columns[0].collation, None);
    assert_eq!(collations(&t.indexes[0]), [None, None]);
    assert_eq!(collations(&t.indexes[1]), [Some("C".to_owned()), Some("default".to_owned())]);
}

#[test]
fn a_type_with_an_underscore_is_an_array() {
    check(
        "create schema app; create type mood as enum ('a'); create type app.level as enum ('b'); create type _own as enum ('c');
         create table t (a _text, b \"_int4\", c pg_catalog._varchar, d _mood, e app._level, f _hstore, g _own, h _varchar(3));
         alter table t add i _mood default '{}', alter a type _float8 using null",
        "t: a double precision[], b integer[], c varchar[], d mood[], e app.level[], f hstore[], g _own, h varchar(3)[], i mood[]
         type _own
         type mood
         type app.level",
    );
}

#[test]
fn diesels_ledger_is_there_and_in_no_chain() {
    check(
        "create table if not exists __diesel_schema_migrations (version varchar(50) primary key, run_on timestamp not null);
         create table t (a int); alter table __diesel_schema_migrations enable row level security;
         alter table public.__diesel_schema_migrations owner to current_user;
         comment on table __diesel_schema_migrations is 'what ran'; comment on column __diesel_schema_migrations.run_on is 'when'",
        "t: a integer",
    );
    let said = run("alter table __diesel_schema_migrations rename to ledger").1;
    assert_eq!(said, ["there is no table `__diesel_schema_migrations`"]);
}
