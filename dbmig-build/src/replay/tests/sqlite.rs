//! What SQLite's statements make.

use super::{run, schema, show};

/// Compares line by line, so that expected schemas can be indented with the test.
fn check(text: &str, expected: &str) {
    let clean = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(clean(&schema(text)), clean(expected), "{text}");
}

#[test]
fn every_constraint_of_a_column() {
    check(
        "CREATE TABLE main.t (
            id INTEGER CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT REPLACE AUTOINCREMENT NOT NULL ON CONFLICT FAIL,
            a VARCHAR(64) NOT NULL UNIQUE ON CONFLICT IGNORE DEFAULT 'x''y' COLLATE NOCASE,
            b DECIMAL( 10,-2 ) NULL DEFAULT -1.5 CHECK (b > 0) CONSTRAINT positive CHECK ((b) > (1)),
            c unsigned  Big INT DEFAULT (1 + 2),
            d TEXT[] DEFAULT CURRENT_TIMESTAMP, e, f \"my Type\" DEFAULT true, g \"order\" DEFAULT NULL,
            h INT GENERATED ALWAYS AS (c * 2) STORED, i AS (c) , j INT AS (length(a)) VIRTUAL NOT NULL,
            k INT CONSTRAINT fk REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE MATCH full NOT NULL DEFERRABLE INITIALLY DEFERRED,
            l REFERENCES p(x) DEFERRABLE, m INT REFERENCES p (x) NOT DEFERRABLE INITIALLY DEFERRED DEFAULT +3,
            \"key\" BLOB DEFAULT x'00', 'quoted' TEXT DEFAULT \"word\", [brackets] TEXT, `ticks` FLOAT
        )",
        "t
           id integer not null or fail autoincrement
           a varchar(64) not null = 'x''y' collate NOCASE
           b decimal(10, -2) = -1.5
           c unsigned big int = 1 + 2
           d text[] = CURRENT_TIMESTAMP
           e
           f my type = true
           g order = NULL
           h int as (c * 2) stored
           i as (c)
           j int not null as (length(a))
           k int not null
           l
           m int = +3
           key blob = x'00'
           quoted text = \"word\"
           brackets text
           ticks float
           - pk: key (id) or replace
           - unique (a) or ignore
           - fk: (k) -> p() delete set null update cascade InitiallyDeferred match FULL
           - (l) -> p(x) InitiallyImmediate
           - (m) -> p(x)
           - check (b > 0)
           - positive: check ((b) > (1))",
    );
}

#[test]
fn every_constraint_of_a_table() {
    check(
        "create table if not exists t (a int, b text, c any,
            constraint pk primary key (a, b collate nocase desc) on conflict abort
            constraint u unique (c) on conflict rollback, unique (b asc, c)
            constraint fk foreign key (a, b) references p (x, y) on update no action on delete restrict deferrable initially immediate,
            foreign key (c) references \"q r\",
            check (a > 0) on conflict fail constraint c check (b like '(%') constraint lonely
        ) without rowid, strict;",
        "t without rowid strict
           a int
           b text
           c any
           - pk: key (a, b collate nocase desc) or abort
           - u: unique (c) or rollback
           - unique (b, c)
           - fk: (a, b) -> p(x, y) delete restrict InitiallyImmediate
           - (c) -> q r()
           - check (a > 0) or fail
           - c: check (b like '(%')",
    );
}

#[test]
fn the_rowid_and_its_quirk() {
    check("create table t (id integer primary key desc)", "t\n id integer\n - key (id desc) inline");
    check("create table t (id integer, primary key (id desc))", "t\n id integer\n - key (id desc)");
    check("create table t (id integer, primary key (id autoincrement))", "t\n id integer autoincrement\n - key (id)");
}

#[test]
fn indexes() {
    check(
        "create table t (a int, b text, \"c d\");
         create unique index if not exists main.i on t (a desc, \"c d\", b collate nocase asc) where a is not null;
         create index j on t (lower(b) desc, (a), a + 1, 'b'); create index if not exists J on nowhere (x);
         create index k on t (a); drop index main.K; drop index if exists k",
        "t
           a int
           b text
           c d
           unique index i (a desc, c d, b collate nocase) where a is not null
           index j ((lower(b)) desc, a, (a + 1), b)",
    );
}

#[test]
fn tables_made_by_queries_have_affinities() {
    check(
        "create table t (a VARCHAR(3) not null, b bigint, c decimal(3), d double, e blob, f, g floating point);
         create table u as select * from t; create table v as select x.b as one, \"a\" two from t as x where a > 0;
         create temp table w as select count(*) from t; create temp table y as select a from t;
         create table z as select * from y; drop table t; drop table w;",
        "u
           a text
           b int
           c num
           d real
           e
           f
           g int
         v
           one int
           two text
         z
           a text",
    );
}

#[test]
fn altering_tables() {
    check(
        "create table p (id integer primary key);
         create table t (a int, b text references p, c int check (c > 0), d int, check (d > a));
         create index i on t (d, lower(d)) where d > 0;
         alter table t add column e text not null default '' check (e <> 'x') references p (id);
         alter table main.t rename column d to \"D 2\"; alter table t rename a to A; alter table t drop b; alter table t drop column c;
         alter table p rename column id to key; alter table p rename to Parent; alter table t rename to u;
         alter table u alter column a set not null on conflict ignore; alter table u alter e drop not null;
         alter table u add constraint ck check (a < 9); alter table u add check (a < 10); alter table u drop constraint ck",
        "Parent
           key integer
           - key (key)
         u
           A int not null or ignore
           D 2 int
           e text = ''
           - (e) -> Parent(key)
           - check (\"D 2\" > \"A\")
           - check (e <> 'x')
           - check (a < 10)
           index i (D 2, (lower(\"D 2\"))) where \"D 2\" > 0",
    );
}

#[test]
fn foreign_keys_follow_a_rename_unless_told_otherwise() {
    let tables = "create table t (id integer primary key, up int references t); create table c (t int references t);";
    let references = |script: &[&str]| {
        let (schema, diagnostics) = run(script);
        assert_eq!(diagnostics, []);
        show(&schema)
            .lines()
            .filter(|line| line.contains("->"))
            .map(|line| line.trim_start_matches([' ', '-']))
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert_eq!(references(&[tables, "alter table t rename to n"]), "(t) -> n(), (up) -> n()");
    // The setting stays on for the connection.
    let legacy = "pragma legacy_alter_table = ON;";
    assert_eq!(references(&[tables, legacy, "alter table t rename to n"]), "(t) -> n(), (up) -> n()");
    let off = "pragma foreign_keys = off; alter table t rename to n";
    assert_eq!(references(&[tables, legacy, off]), "(t) -> t(), (up) -> t()");
    assert_eq!(references(&[tables, off]), "(t) -> n(), (up) -> n()");
    // The rebuild: references to the name stay, whoever has it; those to the old table follow it.
    let rebuild = "create table n (id int); drop table t; alter table n rename to t";
    assert_eq!(references(&[tables, rebuild]), "(t) -> t()");
    let moved_first = "alter table t rename to old; create table t (id int); drop table old";
    assert_eq!(references(&[tables, moved_first]), "(t) -> old()");
    assert_eq!(references(&[tables, legacy, moved_first]), "(t) -> t()");
}

#[test]
fn triggers_and_views_are_kept_and_follow_renames() {
    check(
        "create table t (id int, a text); create table other (c text);
         create trigger if not exists main.touch /* x */ after update of a, id on t when new.a <> old.a
         begin update t set a = upper(a) where t.a = new.a; insert into other (c) values (new.a); end;
         create temp trigger gone after insert on t begin select 1; end;
         create temp view gone as select 1;
         create view if not exists v (x) as select a as x, t.id from t where a > 'a';
         create view w as select 1; drop view w; drop view if exists w;
         create trigger on_view instead of insert on v begin select 1; end; drop trigger on_view; drop trigger if exists on_view;
         create trigger short after insert on other begin select 1; end; drop trigger short;
         alter table t rename a to b; alter table t rename to \"u\";",
        "other
           c text
         u
           id int
           b text
           trigger touch: CREATE TRIGGER touch /* x */ after update of b, id on \"u\" when new.b <> old.b
         begin update \"u\" set b = upper(b) where \"u\".b = new.b; insert into other (c) values (new.b); end
         view v: CREATE VIEW v (x) as select b as x, \"u\".id from \"u\" where b > 'a'",
    );
}

#[test]
fn legacy_renames_leave_texts_alone() {
    check(
        "create table t (a); create table o (b); create view v as select a from t;
         create trigger g after insert on t begin update t set a = 1; end;
         create trigger h after insert on main.o begin update t set a = 1; end;
         pragma legacy_alter_table = yes; alter table t rename to u; alter table o rename to p",
        "p
           b
           trigger h: CREATE TRIGGER h after insert on main.\"p\" begin update t set a = 1; end
         u
           a
           trigger g: CREATE TRIGGER g after insert on \"u\" begin update t set a = 1; end
         view v: CREATE VIEW v as select a from t",
    );
}

#[test]
fn dropping_a_table_takes_what_belongs_to_it() {
    check(
        "create table t (a); create index i on t (a); create trigger g after insert on t begin select 1; end;
         drop table t; create table t (b); create index i on t (b); drop table if exists main.absent;",
        "t\n b\n index i (b)",
    );
}

#[test]
fn temporary_objects_are_no_part_of_the_schema() {
    check(
        "create table t (a); create temp table t (b); create index temp.i on t (b); alter table t add column c;
         drop index i; alter table t rename to backup; insert into backup select * from t; drop table backup;
         create table temp.x (y); create index j on x (y); drop table x; alter table t add column d",
        "t\n a\n d",
    );
}

#[test]
fn full_text_tables_have_shadows() {
    check(
        "create virtual table if not exists s using fts5 (title, \"body text\" unindexed, tokenize = 'porter', content='');
         create virtual table r using rtree(id, x0, x1); create virtual table gone using fts5(a); drop table gone;
         alter table s rename to s2",
        "r using rtree(id, x0, x1)
         s2 using fts5 (title, \"body text\" unindexed, tokenize = 'porter', content='')
           title
           body text
         s2_config without rowid
           k
           v
           - key (k)
         s2_data
           id integer
           block blob
           - key (id)
         s2_docsize
           id integer
           sz blob
           - key (id)
         s2_idx without rowid
           segid
           term
           pgno
           - key (segid, term)",
    );
}

#[test]
fn directives_stand_for_a_statement() {
    check(
        "-- dbmig: replay create table t (a int); create index i on t (a)
         -- dbmig: replay alter table t add column b
         select make_tables();
         -- dbmig: replay nothing
         update sqlite_master set sql = '';",
        "t\n a int\n b\n index i (a)",
    );
}

#[test]
fn what_alters_no_structure_is_opaque() {
    check(
        "begin; with x as (select 1) insert into t select * from x; explain create table t (a); pragma user_version = 3;
         savepoint a; release a; analyze; reindex; vacuum; attach 'x' as y; detach y; delete from t; replace into t values (1);
         values (1); update t set a = 1; insert or ignore into sqlite_sequence values ('t', 1); commit; end; rollback;
         create table if not exists __diesel_schema_migrations (version text primary key)",
        "",
    );
}
