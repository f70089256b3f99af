//! Several structs of one table, and structs that depend on features.

use dbmig::Backend;

use super::{faults, lowered, lowered_with, same};
use crate::config::DatabaseConfig;

/// A model and a second struct of its table.
fn beside(second: &str) -> String {
    format!(
        "#[derive(Queryable, dbmig::Model)] #[diesel(table_name = users)]
        struct User {{ id: i32, #[dbmig(length = 64, unique)] name: String, age: Option<i32> }}
        {second}"
    )
}

#[test]
fn the_struct_with_all_columns_is_the_model() {
    let expected = "
users
  id integer not null
  name varchar(64) not null
  age integer
  key - (id)
  unique users_name_key (name)
";
    for second in [
        "#[derive(Selectable, dbmig::Model)] #[diesel(table_name = users)] struct Named { id: i32, name: String }",
        "#[derive(Insertable, dbmig::Model)] #[diesel(table_name = users)] struct New<'a> { name: &'a str, age: i32 }",
        "#[derive(AsChangeset, dbmig::Model)] #[diesel(table_name = users)]
        struct Change<'a> { name: Option<Cow<'a, str>>, #[dbmig(skip)] why: Reason }",
        "#[derive(dbmig::Model)] #[diesel(table_name = users)] struct Again { id: i32, #[dbmig(length = 64)] name: String }",
    ] {
        same(&lowered(&beside(second)), expected);
    }
}

#[test]
fn a_second_struct_must_not_contradict_the_model() {
    for (fields, problem) in [
        ("name: i32", "`name` is `i32` here and `String` in the table's model"),
        ("age: i32", "`age` can't be NULL here and may be NULL in the table's model"),
        ("nick: String", "`nick` is a column here, and not in the table's model"),
        ("#[dbmig(length = 32)] name: String", "`name` is varchar(32) here and varchar(64) in the table's model"),
        ("#[dbmig(index)] name: String", "`name` has a `index` here that the table's model hasn't"),
    ] {
        let second = format!("#[derive(dbmig::Model)] #[diesel(table_name = users)] struct B {{ {fields} }}");
        let text = faults(&beside(&second));
        assert!(text.starts_with(&format!("error[model]: {problem}\n")), "{text}");
    }
    let second =
        "#[derive(dbmig::Model)] #[diesel(table_name = users)] #[dbmig(index(name))] struct B { name: String }";
    let text = faults(&beside(second));
    assert!(text.contains("`User` is the model of table `users`, and says its constraints"), "{text}");
}

#[test]
fn both_places_are_shown() {
    let text = lowered(
        "
#[derive(dbmig::Model)]
#[diesel(table_name = users)]
struct User { id: i32, name: String }
#[derive(dbmig::Model)]
#[diesel(table_name = users)]
struct Named { name: Option<String> }
",
    );
    same(
        &text,
        "
error[model]: `name` may be NULL here and can't be NULL in the table's model
 --> src/models.rs:7:22
  |
4 | struct User { id: i32, name: String }
  |                              ------ the model
...
7 | struct Named { name: Option<String> }
  |                      ^^^^^^^^^^^^^^ here
  |
  = help: say the same in both, or leave it to the model
",
    );
}

#[test]
fn features_are_on_and_those_of_a_backend_where_it_is() {
    let source = "
        #[cfg(feature = \"extra\")] #[derive(dbmig::Model)] struct Extra {
            id: i32,
            #[cfg(feature = \"wide\")] wide: i32,
            #[cfg(not(feature = \"wide\"))] narrow: i16,
            #[cfg(feature = \"postgres\")] tags: Vec<String>,
            #[cfg_attr(feature = \"postgres\", dbmig(sql_type = \"JSONB\"))]
            #[cfg_attr(not(feature = \"postgres\"), dbmig(sql_type = \"TEXT\"))]
            data: Data,
        }";
    same(
        &lowered(source),
        "extras\n  id integer not null\n  wide integer not null\n  data text not null\n  key - (id)\n",
    );
    let postgres = DatabaseConfig { backend: Backend::Postgres, ..DatabaseConfig::default() };
    let text = lowered_with(source, &postgres);
    assert!(text.contains("  tags text[] not null\n  data jsonb not null\n"), "{text}");
}

#[test]
fn a_backends_section_goes_before_what_is_said_for_all() {
    let source = "#[derive(dbmig::Model)]
        #[dbmig(index(a, name = \"all\"), backend(postgres(index(a, using = gin, name = \"fast\"))))]
        struct A {
            id: i32,
            #[dbmig(sql_type = \"TEXT\", backend(postgres(sql_type = \"JSONB\", default = \"'{}'\"), mysql(sql_type = \"JSON\")))]
            a: Data,
        }";
    let on = |backend| lowered_with(source, &DatabaseConfig { backend, ..DatabaseConfig::default() });
    let (sqlite, postgres, mysql) = (on(Backend::Sqlite), on(Backend::Postgres), on(Backend::Mysql));
    assert!(sqlite.contains("  a text not null\n") && !sqlite.contains("fast"), "{sqlite}");
    assert!(
        postgres.contains("  a jsonb not null default '{}'\n") && postgres.contains("index fast (a)"),
        "{postgres}"
    );
    assert!(mysql.contains("  a json not null\n"), "{mysql}");
    let wrong = "#[derive(dbmig::Model)] struct A { id: i32, #[dbmig(backend(mysql(lenght = 3), oracle(length = 3)))] a: String }";
    same(
        &faults(wrong),
        "
error[model-attribute]: a field has no key `lenght`
help: did you mean `length`?
error[model-attribute]: no option `oracle` here
help: known are `sqlite`, `postgres`, `mysql`
",
    );
}
