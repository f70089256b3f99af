//! What print-schema can't print, and what it prints badly. The rest is compared with print-schema itself, in the
//! `tests` crate.

use dbmig::Backend;

use super::{SchemaOptions, schema_module};
use crate::config::PrintSchema;
use crate::schema::{Column, ColumnType, ForeignKey, IndexColumn, Name, ObjectName, PrimaryKey, Schema, Table, Unique};

fn name(text: &str) -> Name {
    Name::new(text, Backend::Sqlite)
}

/// A table whose first column is its key.
fn table(title: &str, columns: &[(&str, &str)]) -> Table {
    let mut table = Table::new(ObjectName::unqualified(name(title)));
    for (column, column_type) in columns {
        table.columns.push(Column::new(name(column), ColumnType::plain(*column_type)));
    }
    let key = columns.iter().take(1).map(|(column, _)| IndexColumn::column(name(column))).collect();
    table.primary_key = Some(PrimaryKey::new(key));
    table
}

fn emitted(tables: Vec<Table>) -> (String, Vec<String>) {
    let tables = tables.into_iter().map(|table| (table.name.clone(), table)).collect();
    let schema = Schema { tables, ..Schema::default() };
    let (text, warnings) = schema_module(&schema, &SchemaOptions::new(Backend::Sqlite));
    (text, warnings.into_iter().map(|warning| format!("[{}] {}", warning.code, warning.message)).collect())
}

#[test]
fn tables_whose_types_differ_are_not_joined() {
    let mut posts = table("posts", &[("id", "integer"), ("user_id", "bigint"), ("team_id", "integer")]);
    for (column, parent) in [("user_id", "users"), ("team_id", "teams")] {
        let key = ForeignKey::new(vec![name(column)], ObjectName::unqualified(name(parent)), vec![name("id")]);
        posts.foreign_keys.push(key);
    }
    let id: &[(&str, &str)] = &[("id", "integer")];
    let (text, warnings) = emitted(vec![posts, table("users", id), table("teams", id)]);
    let problem =
        "`posts` and `users` can't be joined in the Rust schema: `user_id` is `BigInt`, and its key `Integer`";
    assert_eq!(warnings, [format!("[unlike-print-schema] {problem}")]);
    let joins: Vec<&str> = text.lines().filter(|line| line.contains("joinable")).collect();
    assert_eq!(joins, ["diesel::joinable!(posts -> teams (team_id));"]);
}

#[test]
fn a_table_that_cannot_be_printed_is_left_out_alone() {
    let many: Vec<String> = (0..129).map(|at| format!("c{at}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|column| (column.as_str(), "text")).collect();
    let (text, warnings) = emitted(vec![
        table("a", &[("id", "integer"), ("j", "json")]),
        table("b", &many),
        table("c", &[("a b", "text"), ("a-b", "text")]),
        table("d-e", &[("id", "integer")]),
        table("d e", &[("id", "integer")]),
        table("_sqlite", &[("id", "integer")]),
        table("SQLiteish", &[("id", "integer")]),
        table("__x", &[("id", "integer")]),
    ]);
    assert_eq!(
        warnings,
        [
            "[no-diesel-table] table `a` is left out of the Rust schema: Diesel has no type for `json` of column `j`",
            "[no-diesel-table] table `b` is left out of the Rust schema: it has 129 columns, and Diesel takes no more than 128",
            "[no-diesel-table] table `c` is left out of the Rust schema: two of its columns are called `a_b` in Rust",
            "[no-diesel-table] table `d-e` is left out of the Rust schema: another table is called `d_e` in Rust, too",
        ]
    );
    assert_eq!(
        text,
        r#"diesel::table! {
    _sqlite (id) {
        id -> Nullable<Integer>,
    }
}

diesel::table! {
    #[sql_name = "d e"]
    d_e (id) {
        id -> Nullable<Integer>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(_sqlite, d_e,);
"#
    );
}

#[test]
fn names_that_break_the_macro_are_renamed() {
    let columns = [("id", "integer"), ("star", "text"), ("Text", "text"), ("str", "text"), ("type_", "text")];
    let (text, _) = emitted(vec![table("type", &columns)]);
    assert_eq!(
        text,
        r#"diesel::table! {
    #[sql_name = "type"]
    type_ (id) {
        id -> Nullable<Integer>,
        #[sql_name = "star"]
        star_ -> Nullable<Text>,
        #[sql_name = "Text"]
        Text_ -> Nullable<Text>,
        #[sql_name = "str"]
        str_ -> Nullable<Text>,
        #[sql_name = "type_"]
        type__ -> Nullable<Text>,
    }
}
"#
    );
}

#[test]
fn nothing_makes_nothing() {
    assert_eq!(emitted(Vec::new()), (String::new(), Vec::new()));
}

#[test]
fn sections_are_told_apart_and_other_schemas_follow() {
    let named = |schema: Option<&str>, title: &str| {
        let mut table = table(title, &[("id", "integer")]);
        table.name.schema = schema.map(|schema| Name::new(schema, Backend::Postgres));
        table.name.name = Name::new(title, Backend::Postgres);
        table
    };
    let tables = [named(None, "users"), named(Some("app"), "orders"), named(Some("app-x"), "orders")];
    let tables = tables.into_iter().map(|table| (table.name.clone(), table)).collect();
    let schema = Schema { tables, ..Schema::default() };
    let printed = |sections: Vec<PrintSchema>, other_schemas: bool| {
        let options = SchemaOptions { backend: Backend::Postgres, sections, other_schemas };
        let (text, warnings) = schema_module(&schema, &options);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("diesel::table! ", "");
        (words, warnings.into_iter().map(|warning| warning.message).collect::<Vec<_>>())
    };
    let users = "{ users (id) { id -> Int4, } }";
    let app = "pub mod app { { app.orders (id) { id -> Int4, } } }";
    assert_eq!(printed(vec![PrintSchema::default()], false), (users.to_owned(), Vec::new()));
    assert_eq!(
        printed(vec![PrintSchema::default()], true),
        (
            format!("{users} {app} pub mod app_x {{}}"),
            vec![
                "table `app-x.orders` is left out of the Rust schema: `table!` has no way to name its schema, `app-x`"
                    .to_owned()
            ]
        )
    );
    let section = |name: &str, schema: Option<&str>| PrintSchema {
        name: name.to_owned(),
        schema: schema.map(str::to_owned),
        ..PrintSchema::default()
    };
    let sections =
        vec![section("a", Some("app")), section("b", None), section("c", None), section("d", Some("public"))];
    let (text, _) = printed(sections, false);
    assert_eq!(text, format!("{app} {users} pub mod c {{ {users} }} pub mod public {{ {users} }}"));
}

#[test]
fn custom_types_are_told_apart() {
    let mut users = table("users", &[("id", "integer"), ("Mood", "mood"), ("other", "mood"), ("self", "self")]);
    if let Some(other) = users.columns.get_mut(2) {
        other.column_type.schema = Some(Name::new("app", Backend::Postgres));
    }
    let tables = [(users.name.clone(), users)].into_iter().collect();
    let schema = Schema { tables, ..Schema::default() };
    let (text, _) = schema_module(&schema, &SchemaOptions::new(Backend::Postgres));
    assert_eq!(
        text,
        r#"pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "mood", schema = "app"))]
    pub struct AppMood;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "mood"))]
    pub struct Mood;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "self"))]
    pub struct Self_;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Mood;
    use super::sql_types::AppMood;
    use super::sql_types::Self_;

    users (id) {
        id -> Int4,
        #[sql_name = "Mood"]
        Mood_ -> Nullable<Mood>,
        other -> Nullable<AppMood>,
        #[sql_name = "self"]
        self_ -> Nullable<Self_>,
    }
}
"#
    );
}

#[test]
fn what_departs_from_print_schema_is_said() {
    let (text, warnings) = {
        let counters = table("counters", &[("id", "mediumint unsigned"), ("kind", "enum")]);
        let tables = [(counters.name.clone(), counters)].into_iter().collect();
        schema_module(&Schema { tables, ..Schema::default() }, &SchemaOptions::new(Backend::Mysql))
    };
    assert!(text.contains("    use super::sql_types::CountersKindEnum;\n"), "{text}");
    assert!(text.contains("    #[diesel(mysql_type(name = \"Enum\"))]\n"), "{text}");
    let warnings: Vec<String> = warnings.iter().map(|one| format!("[{}] {}", one.code, one.message)).collect();
    assert_eq!(
        warnings,
        [
            "[unlike-print-schema] column `counters.id` is `Unsigned<Integer>` in the Rust schema: Diesel reads MEDIUMINT as an integer of 32 bits"
        ]
    );
}

#[test]
fn constraints_that_are_called_as_a_primary_key_are_read_as_the_key() {
    let name = |text: &str| Name::new(text, Backend::Postgres);
    let mut tables = [table("codes", &[("id", "integer"), ("code", "text")]), table("old", &[("id", "integer")])];
    for table in &mut tables {
        table.name.name = name(table.name.name.as_str());
    }
    let [codes, old] = &mut tables;
    codes.primary_key.as_mut().unwrap().name = Some(name("codes_pkey1"));
    codes.uniques.push(Unique::new(vec![IndexColumn::column(name("code"))]));
    codes.uniques[0].name = Some(name("codes_pkey"));
    old.name.schema = Some(name("archive"));
    let emitted = |key_of_old: &str| {
        let mut old = old.clone();
        old.primary_key.as_mut().unwrap().name = Some(name(key_of_old));
        let tables = [codes.clone(), old].map(|table| (table.name.clone(), table)).into_iter().collect();
        schema_module(&Schema { tables, ..Schema::default() }, &SchemaOptions::new(Backend::Postgres)).0
    };
    assert!(emitted("codes_pkey").contains("    codes (id, code) {\n"));
    assert!(emitted("old_pkey").contains("    codes (id) {\n"));
}
