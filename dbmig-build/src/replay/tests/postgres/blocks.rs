//! DO blocks and functions: what is certain is followed, all else that alters structure is reported.

use super::{check, run};

#[test]
fn conditions_are_answered_from_the_schema() {
    check(
        "create type e as enum ('a'); create table t (id int constraint t_id_unique unique);
         do $$ begin
           if not exists (select 1 from pg_type where typname = 'e') then create type e as enum ('b');
           elsif exists (select 1 from information_schema.columns where table_name = 't' and column_name = 'id')
             and not exists (select 1 from pg_constraint where conname = 't_pkey' and conrelid = 't'::regclass) then
             alter table t add primary key (id);
           else drop table t; end if;
           if exists (select 1 from pg_enum x join pg_type y on y.oid = x.enumtypid where typname = 'e' and enumlabel = 'a')
             then create table yes (); end if;
           if to_regclass('public.nowhere') is null or false then create table made as select id, 'x'::text as x from t; end if;
           if (select count(*) from t) > 5 then raise exception 'too many'; end if;
         end $$",
        "made: id integer, x text
         t: id integer!
         t t_pkey
         t t_id_unique
         yes:
         type e",
    );
}

#[test]
fn handlers_pass_over_what_is_there() {
    check(
        "create table t (a int);
         do $$ begin
           begin alter table t add column a int; exception when duplicate_column then null; end;
           begin create table t (b int); exception when others then raise notice 'there'; end;
           begin alter table t add column b int; alter table t add column a int;
           exception when duplicate_column then alter table t add column c int; end;
           begin raise exception 'no'; exception when raise_exception then create table u (); end;
           return; create table never ();
         end $$",
        "t: a integer, c integer
         u:",
    );
}

#[test]
fn texts_that_are_known_are_executed() {
    check(
        "create schema app;
         do $$ declare s constant text := 'app'; t text := 'x'; begin
           execute 'create table a (id int)';
           execute format('create table %I.%s (%2$I int default %3$L)', s, t, 1);
           t := t || 'y';
           execute 'create table ' || quote_ident(s) || '.' || quote_ident(t) || ' ()';
           execute format('select count(*) from %I.%I', s, t);
         end $$",
        "a: id integer
         app.x: x integer
         app.xy:",
    );
}

#[test]
fn functions_are_followed_where_they_are_called() {
    check(
        "create function add_stamp(t regclass, c text default 'stamp') returns void language plpgsql as $$ begin
           execute format('alter table %s add column %I timestamptz', t, c); end $$;
         create or replace function both_of(t text) returns void language plpgsql as $$ begin
           perform add_stamp(t); perform add_stamp(t, 'other'); end $$;
         create procedure make() language sql as 'create table made (); drop table if exists gone';
         create function harmless(a int) returns int language sql as 'select a';
         create function on_row() returns trigger language plpgsql as $$ begin create temp table x (); return new; end $$;
         create table t (); create table gone (); create table u ();
         select both_of('t'); call make(); select harmless(1);
         create or replace function both_of(t text) returns void language plpgsql as $$ begin perform add_stamp(t, 'z'); end $$;
         alter function both_of(text) rename to one_of; select one_of('u'); drop function one_of(text)",
        "made:
         t: stamp timestamptz, other timestamptz
         u: z timestamptz",
    );
}

#[test]
fn the_first_migration_of_diesel_makes_a_trigger() {
    let (schema, faults) = run(
        "create or replace function diesel_manage_updated_at(_tbl regclass) returns void as $$
         begin execute format('CREATE TRIGGER set_updated_at BEFORE UPDATE ON %s FOR EACH ROW EXECUTE PROCEDURE diesel_set_updated_at()', _tbl);
         end; $$ language plpgsql;
         create table t (updated_at timestamp); select diesel_manage_updated_at('t')",
    );
    assert_eq!(faults, [""; 0]);
    let triggers: Vec<String> =
        schema.tables.values().flat_map(|table| &table.triggers).map(|trigger| trigger.name.to_string()).collect();
    assert_eq!(triggers, ["set_updated_at"]);
}

#[test]
fn what_is_uncertain_is_reported_and_leaves_nothing() {
    for (body, fault) in [
        (
            "if (select count(*) from t) > 0 then drop table t; end if;",
            "whether this holds can't be known, and it matters to the structure",
        ),
        (
            "if random() > 1 then return; end if; drop table t;",
            "whether this holds can't be known, and it matters to the structure",
        ),
        (
            "create table u (); for r in select 1 loop execute format('drop table %I', r.a); end loop;",
            "what this loop does to the structure can't be known",
        ),
        ("execute 'drop table ' || (select name from t);", "what this executes can't be known"),
        (
            "case 1 when 1 then drop table t; end case;",
            "which case holds can't be known, and it matters to the structure",
        ),
        ("raise exception 'no'; drop table t;", "here it ends by an error that it raises itself"),
        ("create table u (); create table t ();", "`t` exists already"),
        ("perform unsure('t');", "what `unsure` does to the structure can't be known"),
        ("x := unsure('t');", "what this does to the structure can't be known"),
        ("create table u (;", "expected `;`, found the end of the statement"),
    ] {
        let before = "create table t (a int);
            create function unsure(t text) returns int language plpgsql as
            $$ declare n text; begin select name into n from t; execute 'alter table ' || n || ' drop column a'; return 1; end $$;";
        let (schema, faults) = run(&format!("{before} do $$ declare x int; r record; begin {body} end $$"));
        assert_eq!(faults, [fault], "{body}");
        assert_eq!(schema, run(before).0, "{body}");
    }
}

#[test]
fn what_alters_nothing_needs_no_answer() {
    check(
        "create table t (a int);
         do $$ declare n int; begin
           select count(*) into n from t;
           if n > 5 then for i in 1..n loop update t set a = i; exit when i > 3; end loop; end if;
           execute 'update t set a = ' || n;
         end $$",
        "t: a integer",
    );
}

#[test]
fn loops_over_known_values_are_followed() {
    check(
        r#"create type e as enum ('a');
         do $$ declare names text[] := array['x', 'y"z']; one text; begin
           foreach one in array names loop execute format('create table %I (id int)', one); end loop;
           foreach one in array '{p, "q"}'::text[] loop execute 'create table ' || one || ' ()'; end loop;
           for one in select unnest(array['a', 'b']) loop
             if not exists (select 1 from pg_enum e join pg_type t on t.oid = e.enumtypid
               where t.typname = 'e' and e.enumlabel = one) then
               execute format('alter type e add value %L', one);
               execute 'create table for_' || one || ' ()';
             end if;
           end loop;
           for i in reverse 2..1 loop null; end loop;
           for i in 1..2 loop execute 'create table part_' || i || ' ()'; end loop;
         end $$"#,
        "for_b:
         p:
         part_1:
         part_2:
         q:
         x: id integer
         y\"z: id integer
         type e",
    );
}
