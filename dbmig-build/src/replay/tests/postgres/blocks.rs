//! DO blocks and functions: what is certain is followed, all else that alters structure is reported.

use super::{check, run};
use crate::schema::Schema;

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
        ("x := unsure('t');", "what `unsure` does to the structure can't be known"),
        ("x := unsure('t') + 1;", "what this does to the structure can't be known"),
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

#[test]
fn numbers_and_texts_are_worked_out() {
    check(
        "do $$ declare n int := 2; low text; names text[] := array['p', 'q']; begin
           for i in 9..n * 5 + 1 loop
             low := lpad(to_hex(i), n, '0');
             execute format('create table part_%1$s (%2$I int)', low, upper(left('abc', 1)) || i % 3);
           end loop;
           for i in reverse 4..1 by 2 loop execute 'create table r' || (i - 1)::text || ' ()'; end loop;
           for i in 1..array_length(names, 1) loop execute concat_ws(' ', 'create table', names[i], '()'); end loop;
           for i in 1..0 loop execute 'create table ' || random(); end loop;
         end $$",
        "p:
         part_09: A0 integer
         part_0a: A1 integer
         part_0b: A2 integer
         q:
         r1:
         r3:",
    );
}

#[test]
fn loops_without_an_end_are_reported() {
    for body in [
        "for i in 1..1000000000 loop execute 'create table t' || i || ' ()'; end loop;",
        "for i in 1..9999 loop for j in 1..9999 loop execute 'create table t' || i || ' ()'; end loop; end loop;",
        "for i in 1..9999 loop t := t || t; execute 'create table t' || t || ' ()'; end loop;",
    ] {
        let (schema, faults) = run(&format!("do $$ declare t text := 'abcdefgh'; begin {body} end $$"));
        assert_eq!(faults.len(), 1, "{body}");
        assert_eq!(schema, Schema::default());
    }
}

#[test]
fn constraints_are_told_apart_by_what_they_are() {
    check(
        "create table t (a int, b int, c int, d int, constraint k unique (a, c), constraint d check (d > 0));
         alter table t drop column b, add e int, add constraint l unique (e, d);
         alter table t rename to u;
         create table v (id int primary key);
         do $$ begin
           if exists (select * from pg_constraint where conname = 'k' and conkey = array[1, 3]::smallint[]) then
             create table k13 (); end if;
           if (select exists (select 1 from pg_catalog.pg_constraint where conname = 'l' and
               (conkey = array[1]::smallint[] or conkey = '{5,4}'::smallint[]))) then create table l54 (); end if;
           if exists (select 1 from pg_constraint where conname = 'd' and contype = 'p') then create table no (); end if;
           if exists (select conrelid::regclass as a from pg_constraint where contype = 'p' and
               connamespace = 'public'::regnamespace and conrelid::regclass::text = 'v' and
               pg_get_constraintdef(oid) = 'PRIMARY KEY (id)' order by 1) f then create table pk (); end if;
           if exists (select 1 from information_schema.table_constraints where table_name = 'u' and
               constraint_type = 'PRIMARY KEY') then create table no (); end if;
           if exists (select 1 from pg_class where relname = 'u' and relkind in ('v', 'm')) then create table no (); end if;
           if exists (select 1 from pg_class where relname = 'k' and relkind = 'i') then create table i (); end if;
         end $$",
        "i:
         k13:
         l54:
         pk:
         u: a integer, c integer, d integer, e integer
         u k
         u l
         u d
         v: id integer!
         v v_pkey",
    );
}

#[test]
fn what_a_query_of_the_catalog_never_finds_is_done_to_nothing() {
    check(
        "create table t (a int);
         do $$ declare r record; own cursor for select table_schema as nsp from information_schema.tables t
             where t.table_schema like 'shard%' and t.table_name = 'items$' and not exists (select 1 from t or u);
         begin
           for d in own loop execute 'alter table ' || d.nsp || '.items$ add a int'; end loop;
           for r in select tgname as one from pg_trigger where tgname = 'x' and tgname ~ 'y' order by 1 loop
             execute 'drop trigger ' || r.one || ' on t'; end loop;
         end $$",
        "t: a integer",
    );
}

#[test]
fn functions_whose_value_is_kept_are_followed() {
    check(
        "create table old ();
         create function swap(name text) returns int language plpgsql as $$ begin
           drop table if exists seen, old; create temp table seen on commit drop as select 1;
           execute format('create table %I ()', name); return 1; end $$;
         create function all_of() returns int language plpgsql as $$ declare n int; begin
           select swap('one') into n; n := swap('two'); return n; end $$;
         select all_of()",
        "one:
         two:",
    );
}

#[test]
fn what_follows_from_a_fault_is_no_fault() {
    let (schema, faults) = run("create table t (a int, b int);
         do $$ begin execute format('create sequence s start %s', random()); end $$;
         alter table t alter column a type bigint, alter column a set default nextval('s');
         alter sequence s owned by t.a;
         alter table t alter column b set not null");
    assert_eq!(faults, ["what this executes can't be known"]);
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    let shown: Vec<String> = columns.map(|one| format!("{} {} {}", one.name, one.column_type, one.nullable)).collect();
    assert_eq!(shown, ["a bigint true", "b integer false"]);
}

#[test]
fn a_regclass_is_written_as_the_server_writes_it() {
    check(
        "create schema app; create table \"user\" (a int); create table \"Mixed\" (a int); create table app.t (a int);
         create function touched(_tbl regclass) returns void as $$ begin
           execute format('create trigger touch before update on %s for each row execute procedure f()', _tbl);
           execute 'alter table ' || _tbl || ' add column touched int';
         end $$ language plpgsql;
         create function named(_tbl text) returns void as $$ declare c regclass; begin
           execute 'create table of_' || replace(_tbl::regclass::text, '\"', '') || ' ()';
         end $$ language plpgsql;
         select touched('user'), touched('\"Mixed\"'); select touched('app.t'::regclass);
         select named('USER')",
        "Mixed: a integer, touched integer
         of_user:
         user: a integer, touched integer
         app.t: a integer, touched integer",
    );
}

#[test]
fn what_only_people_with_rights_are_told_is_no_structure() {
    check(
        "create schema app; create table t (a int); create view v as select a from t;
         do $$ begin
           if exists (select 1 from pg_user where usename = 'somebody') then
             grant usage on schema app to somebody;
             comment on schema app is 'theirs'; comment on view v is 'theirs'; comment on function f is null;
             begin grant execute on function f to somebody; exception when undefined_function then null; end;
           end if;
         end $$",
        "t: a integer
         view v",
    );
}

#[test]
fn a_text_out_of_a_table_may_be_any() {
    let executes =
        "create function run(command text) returns void language plpgsql as $$ begin execute command; end $$;";
    let before = format!("create table planned (ddl text); create table t (a int); {executes}");
    let anything = "what this executes can't be known";
    let looped = "what this loop does to the structure can't be known";
    let called = "what `run` does to the structure can't be known";
    for (text, fault) in [
        ("do $$ begin execute (select ddl from planned); end $$", anything),
        ("do $$ declare one text; begin select ddl into one from planned; execute one; end $$", anything),
        ("do $$ declare r record; begin for r in select ddl from planned loop execute r.ddl; end loop; end $$", looped),
        ("select run(ddl) from planned", called),
    ] {
        let (_, faults) = run(&format!("{before} {text}; drop table whatever"));
        assert_eq!(faults, [fault], "{text}");
    }
    for text in [
        "select run('update t set a = 1')",
        "do $$ declare n int; q text; begin select max(a) into n from t; q := 'update t set a = ' || n; execute q; end $$",
    ] {
        assert_eq!(run(&format!("{before} {text}")).1, [""; 0], "{text}");
    }
}
