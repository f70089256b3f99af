//! What rustc makes of an emitted schema: right programs compile and run, wrong ones don't.
//!
//! `cases/ui/chain.sql` is the chain, `cases/ui/schema.rs` what dbmig emits for it, included by each case. After a
//! change to either run with `DBMIG_BLESS=1`, and with `TRYBUILD=overwrite` for what rustc says.

use std::path::{Path, PathBuf};

use dbmig::Backend;
use dbmig_build::config::DatabaseConfig;
use dbmig_build::emit::diesel::{SchemaOptions, schema_module};
use dbmig_build::replay::Replay;
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use dbmig_tests::host::Host;
use dbmig_tests::program;
use diesel::prelude::*;

mod schema {
    include!("../cases/ui/schema.rs");
}

/// The model of the chain's `users`; this file is searched for it.
#[derive(Debug, PartialEq, Queryable, Selectable, Identifiable, Insertable, dbmig::Model)]
#[diesel(table_name = schema::users, check_for_backend(diesel::sqlite::Sqlite))]
struct User {
    id: i32,
    #[dbmig(length = 64)]
    name: String,
    bio: Option<String>,
    age: i32,
    #[dbmig(sql_type = "TIMESTAMP", default = now)]
    #[diesel(skip_insertion)]
    created: Created,
}

/// A type of the host's own.
#[derive(Debug, PartialEq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Timestamp)]
struct Created(String);

impl diesel::deserialize::FromSql<diesel::sql_types::Timestamp, diesel::sqlite::Sqlite> for Created {
    fn from_sql(value: diesel::sqlite::SqliteValue<'_, '_, '_>) -> diesel::deserialize::Result<Created> {
        <String as diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::sqlite::Sqlite>>::from_sql(value)
            .map(Created)
    }
}

#[derive(Queryable, Selectable, Identifiable, Insertable, Associations, dbmig::Model)]
#[diesel(table_name = schema::posts, belongs_to(User, foreign_key = author))]
#[diesel(check_for_backend(diesel::sqlite::Sqlite))]
struct Post {
    id: i32,
    author: i32,
    type_: String,
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/ui")
}

fn chain() -> String {
    std::fs::read_to_string(cases().join("chain.sql")).expect("the chain")
}

fn replayed() -> Replay {
    let mut replay = Replay::new(Backend::Sqlite);
    let result = replay.run(&split(&Source::new("chain.sql", chain()), Backend::Sqlite));
    assert_eq!(result.diagnostics, []);
    replay
}

#[test]
fn the_schema_of_the_cases_is_current() {
    let (text, warnings) = schema_module(replayed().schema(), &SchemaOptions::new(Backend::Sqlite));
    assert_eq!(warnings, []);
    let path = cases().join("schema.rs");
    if std::env::var_os("DBMIG_BLESS").is_some() {
        std::fs::write(&path, &text).expect("the schema is written");
    }
    assert_eq!(std::fs::read_to_string(&path).expect("the schema"), text);
}

#[test]
fn the_models_of_this_file_make_what_the_chain_makes() {
    let config = DatabaseConfig { models: vec!["tests/typed_schema.rs".to_owned()], ..DatabaseConfig::default() };
    let models = dbmig_build::models::read(Path::new(env!("CARGO_MANIFEST_DIR")), &config).expect("models");
    let changes = dbmig_build::diff::diff(replayed().schema(), &models.schema, &models.renames);
    assert_eq!(changes, []);
    let (text, _) = schema_module(&models.schema, &SchemaOptions::new(Backend::Sqlite));
    assert_eq!(text, schema_module(replayed().schema(), &SchemaOptions::new(Backend::Sqlite)).0);
}

#[test]
fn typed_queries_run() {
    let mut connection = SqliteConnection::establish(":memory:").expect("a database");
    diesel::connection::SimpleConnection::batch_execute(&mut connection, &chain()).expect("the chain runs");
    let created = Created("2026-11-21 00:00:00".to_owned());
    let ada = User { id: 1, name: "ada".to_owned(), bio: None, age: 36, created };
    diesel::insert_into(schema::users::table).values(&ada).execute(&mut connection).expect("a user");
    let post = Post { id: 7, author: 1, type_: "note".to_owned() };
    diesel::insert_into(schema::posts::table).values(&post).execute(&mut connection).expect("a post");

    let found: Vec<(User, Post)> = schema::users::table
        .inner_join(schema::posts::table)
        .filter(schema::posts::type_.eq("note"))
        .select((User::as_select(), Post::as_select()))
        .load(&mut connection)
        .expect("rows");
    let [(user, post)] = found.as_slice() else { panic!("one row") };
    assert_eq!((user.id, user.name.as_str(), user.bio.as_deref(), user.age), (1, "ada", None, 36));
    assert_eq!((post.id, post.author, post.type_.as_str()), (7, 1, "note"));
    assert_eq!(user.created.0.len(), "2026-11-21 00:00:00".len());
    assert_eq!(Post::belonging_to(user).count().get_result(&mut connection), Ok(1));
}

#[test]
fn wrong_programs_do_not_compile() {
    let cases = trybuild::TestCases::new();
    for case in ["dropped_column", "other_type", "null_forgotten", "unknown_attribute"] {
        cases.compile_fail(format!("cases/ui/{case}.rs"));
    }
}

/// Builds all of print-schema's cases for a backend into a program that has Diesel's types for it and no client
/// library, and returns what the program says.
fn said_by_program(backend: Backend, main: &str) -> String {
    let host = Host::temporary();
    let name = format!("typed-{backend}");
    host.write(
        "Cargo.toml",
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             diesel = {{ version = \"2.3\", default-features = false, features = [\"{backend}_backend\", \
             \"32-column-tables\"] }}\n\n[profile.dev]\ndebug = false\n\n[workspace]\n"
        ),
    );
    host.write("Cargo.lock", std::fs::read(program::workspace().join("Cargo.lock")).expect("the workspace is locked"));
    let mut modules = String::new();
    for entry in std::fs::read_dir(cases().with_file_name("print_schema")).expect("the folder of cases") {
        let folder = entry.expect("a case").path();
        let case = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let settings = std::fs::read_to_string(folder.join("diesel.toml")).unwrap_or_default();
        // What these print needs types that the project has to define.
        let incomplete = ["import_types", "generate_missing_sql_type_definitions", "except_custom_type_definitions"];
        let Ok(printed) = std::fs::read(folder.join(format!("{backend}.out"))) else { continue };
        if !incomplete.iter().any(|setting| settings.contains(setting)) {
            host.write(&format!("src/cases/{case}.rs"), printed);
            modules += &format!("pub mod {case};\n");
        }
    }
    host.write("src/cases.rs", modules);
    host.write("src/main.rs", format!("#![allow(warnings)]\nmod cases;\nuse diesel::prelude::*;\n{main}"));
    host.cargo(&["run", "--quiet"]).success().stdout
}

#[test]
fn postgres_schemas_compile_and_make_queries() {
    let said = said_by_program(
        Backend::Postgres,
        r#"
use cases::{postgres_departures::{days, moods}, postgres_sections::audit::{details, entries}, postgres_types::arrays};
fn say(query: &impl diesel::query_builder::QueryFragment<diesel::pg::Pg>) {
    println!("{}", diesel::debug_query(query));
}
fn main() {
    say(&days::table.inner_join(moods::table).filter(days::star_.eq("x")).select((days::Mood_, moods::Mood__)));
    say(&details::table.inner_join(entries::table).select(entries::level));
    say(&arrays::table.filter(arrays::c.contains(vec![Some("y")])).select(arrays::b));
}
"#,
    );
    assert_eq!(
        said,
        r#"SELECT "days"."Mood", "moods"."Mood" FROM ("days" INNER JOIN "moods" ON ("days"."Mood" = "moods"."Mood")) WHERE ("days"."star" = $1) -- binds: ["x"]
SELECT "audit"."entries"."level" FROM ("audit"."details" INNER JOIN "audit"."entries" ON ("audit"."details"."entry_id" = "audit"."entries"."id")) -- binds: []
SELECT "arrays"."b" FROM "arrays" WHERE ("arrays"."c" @> $1) -- binds: [[Some("y")]]
"#
    );
}

#[test]
fn mysql_schemas_compile_and_make_queries() {
    let said = said_by_program(
        Backend::Mysql,
        r#"
use cases::{mysql_enums::wishes, mysql_types::numbers};
fn say(query: &impl diesel::query_builder::QueryFragment<diesel::mysql::Mysql>) {
    println!("{}", diesel::debug_query(query));
}
fn main() {
    say(&wishes::table.filter(wishes::id.eq(3)).select((wishes::kind, wishes::colours)));
    say(&numbers::table.filter(numbers::b.eq(true)).filter(numbers::l.gt(7_u64)).select(numbers::h));
}
"#,
    );
    assert_eq!(
        said,
        "SELECT `wishes`.`kind`, `wishes`.`colours` FROM `wishes` WHERE (`wishes`.`id` = ?) -- binds: [3]\n\
         SELECT `numbers`.`h` FROM `numbers` WHERE ((`numbers`.`b` = ?) AND (`numbers`.`l` > ?)) -- binds: [true, 7]\n"
    );
}
