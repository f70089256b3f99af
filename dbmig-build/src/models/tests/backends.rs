//! What models become on PostgreSQL and MySQL.

use dbmig::Backend;

use super::{lowered_with, same};
use crate::config::DatabaseConfig;

fn on(backend: Backend, source: &str) -> String {
    lowered_with(source, &DatabaseConfig { backend, ..DatabaseConfig::default() })
}

const COUNTED: &str = "
    #[derive(dbmig::Model)]
    struct A { id: i32 }
    #[derive(dbmig::Model)]
    struct B { #[dbmig(autoincrement = serial)] id: i64 }
    #[derive(dbmig::Model)]
    struct C { #[dbmig(autoincrement = none)] id: i32, #[dbmig(autoincrement = always)] number: i64 }
    #[derive(dbmig::Model)]
    struct D { #[dbmig(references = a(id))] id: i32 }
";

#[test]
fn a_sole_integer_key_is_given_out_unless_it_is_another_tables() {
    same(
        &on(Backend::Postgres, &COUNTED.replace("a(id)", "A(id)")),
        "
as
  id integer not null autoincrement
  key as_pkey (id)

bs
  id bigint not null default nextval('bs_id_seq'::regclass)
  key bs_pkey (id)

cs
  id integer not null
  number bigint not null autoincrement
  key cs_pkey (id)

ds
  id integer not null
  key ds_pkey (id)
  foreign key ds_id_fkey (id) to as (id)
",
    );
    let keyed = COUNTED.replace("a(id)", "A(id)").replace("= always)", "= always, index)");
    let mysql = on(Backend::Mysql, &keyed);
    assert!(mysql.contains("bs\n  id bigint not null autoincrement\n"), "{mysql}");
    assert!(mysql.contains("ds\n  id int not null\n"), "{mysql}");
    let sqlite = on(Backend::Sqlite, "#[derive(dbmig::Model)] struct B { #[dbmig(autoincrement = serial)] id: i32 }");
    same(&sqlite, "bs\n  id integer not null\n  key - (id)\n");
}

#[test]
fn postgresql_types_are_read_as_in_a_migration() {
    let source = "
        #[derive(dbmig::Model)]
        struct T {
            id: Uuid,
            tags: Option<Vec<String>>,
            scores: Vec<Option<i32>>,
            bytes: Vec<u8>,
            #[dbmig(precision = 12, scale = 2)]
            price: BigDecimal,
            #[dbmig(sql_type = \"character varying(8)[]\")]
            codes: Vec<String>,
            #[dbmig(sql_type = \"\\\"Shop\\\".\\\"Size\\\"\")]
            size: Size,
            #[dbmig(default = now)]
            seen: chrono::DateTime<Utc>,
        }";
    same(
        &on(Backend::Postgres, source),
        "
ts
  id uuid not null
  tags text[]
  scores integer[] not null
  bytes bytea not null
  price numeric(12, 2) not null
  codes varchar(8)[] not null
  size Shop.Size not null
  seen timestamptz not null default CURRENT_TIMESTAMP
  key ts_pkey (id)
",
    );
    for (field, said) in [
        ("#[dbmig(sql_type = \"serial\")] n: i32", "`serial` is a type with a sequence behind it"),
        ("#[dbmig(sql_type = \"text not null\")] n: String", "can't read the type `text not null`"),
        ("#[dbmig(autoincrement)] n: Option<i32>", "`autoincrement` is for an integer that can't be NULL"),
        ("#[dbmig(autoincrement, default = 1)] n: i32", "has no other default"),
        ("#[dbmig(autoincrement = sequel)] n: i32", "`sequel` is no way to give out values"),
    ] {
        let text = on(Backend::Postgres, &format!("#[derive(dbmig::Model)] struct T {{ id: i32, {field} }}"));
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn tables_of_several_schemas_may_have_one_name() {
    let source = "
        #[derive(dbmig::Model)]
        #[diesel(table_name = crate::schema::users)]
        struct User { id: i32, #[dbmig(index(name = \"by_name\"))] name: String }
        #[derive(dbmig::Model)]
        #[diesel(table_name = crate::schema::app::users)]
        #[dbmig(schema = \"app\")]
        struct AppUser { id: i32, #[dbmig(index(name = \"by_name\"))] name: String }
        #[derive(dbmig::Model)]
        #[dbmig(schema = \"app\")]
        struct Post {
            id: i32,
            #[dbmig(references = users(id))] near: i32,
            #[dbmig(references = User(id))] far: i32,
            #[dbmig(references = \"public.users\"(\"id\"))] named: i32,
            #[dbmig(references = \"log.lines\"(\"id\"))] other: i32,
        }";
    let text = on(Backend::Postgres, source);
    for key in ["(near) to app.users (id)", "(far) to users (id)", "(named) to users (id)", "(other) to log.lines (id)"]
    {
        assert!(text.contains(key), "{text}");
    }
}

#[test]
fn mysql_has_its_own_ideas() {
    let source = "
        #[derive(dbmig::Model)]
        struct A { id: u32 }
        #[derive(dbmig::Model)]
        #[dbmig(index(one, two, unique, name = \"both\"))]
        struct B {
            id: i32,
            #[dbmig(references = A(id))]
            one: u32,
            #[dbmig(references = A(id))]
            two: u32,
            #[dbmig(default = false)]
            on: bool,
            #[dbmig(sql_type = \"ENUM('x', 'y')\", default = \"'x'\")]
            kind: Kind,
            #[dbmig(sql_type = \"datetime(6)\", default = now, on_update = now)]
            changed: chrono::NaiveDateTime,
        }";
    same(
        &on(Backend::Mysql, source),
        "
as
  id int unsigned not null autoincrement
  key as_pkey (id)

bs
  id int not null autoincrement
  one int unsigned not null
  two int unsigned not null
  on tinyint(1) not null default 0
  kind enum('x', 'y') not null default 'x'
  changed datetime(6) not null default CURRENT_TIMESTAMP(6)
  key bs_pkey (id)
  unique both (one, two)
  foreign key bs_one_fkey (one) to as (id)
  foreign key bs_two_fkey (two) to as (id)
  index bs_two_fkey (two)
",
    );
}

#[test]
fn a_generated_column_lives_where_its_database_keeps_them() {
    let source = "#[derive(dbmig::Model)] struct User { id: i32, #[dbmig(generated = \"id * 2\")] twice: Option<i32>, \
                  #[dbmig(generated(expr = \"id * 3\", virtual))] thrice: Option<i32> }";
    let unstated = [(Backend::Postgres, "Stored"), (Backend::Mysql, "Virtual"), (Backend::Sqlite, "Virtual")];
    for (backend, storage) in unstated {
        let text = on(backend, source);
        assert!(text.contains(&format!("as (id * 2) {storage}")), "{backend}: {text}");
        assert!(text.contains("as (id * 3) Virtual"), "{backend}: {text}");
    }
}

#[test]
fn a_default_is_no_bare_name() {
    let source = |field: &str| {
        format!(
            "#[derive(dbmig::Enum)] enum Mood {{ Sad, Fine }} #[derive(dbmig::Model)] struct User {{ id: i32, {field} }}"
        )
    };
    for backend in [Backend::Postgres, Backend::Mysql, Backend::Sqlite] {
        let variant = on(backend, &source("#[dbmig(default = \"Fine\")] mood: Mood"));
        assert!(variant.contains("`Fine` is SQL here, no variant"), "{backend}: {variant}");
        assert!(variant.contains("help: without quotes: default = Fine"), "{backend}: {variant}");
        let text = on(backend, &source("#[dbmig(default = \"hello\")] greeting: String"));
        let problem = match backend {
            Backend::Mysql => "table `users` has no column `hello`",
            _ => "`hello` is a name here, no string",
        };
        assert!(text.contains(problem), "{backend}: {text}");
        let sum = on(backend, &source("#[dbmig(default = \"level + 1\")] next: i32, level: i32"));
        assert_eq!(sum.contains("a default can't refer to a column"), backend != Backend::Mysql, "{backend}: {sum}");
    }
    let fine = "#[dbmig(default = \"now() + interval '1 day'\")] until: chrono::NaiveDateTime, \
                #[dbmig(default = \"ARRAY[]::text[]\")] tags: Vec<String>, #[dbmig(default = \"current_user\")] by: String";
    let text = on(Backend::Postgres, &source(fine));
    assert!(text.contains("now() + interval '1 day'") && text.contains("current_user"), "{text}");
}
