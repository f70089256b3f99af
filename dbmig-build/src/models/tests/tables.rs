//! Structs to tables.

use super::{faults, lowered, lowered_with, model, same};
use crate::config::DatabaseConfig;

#[test]
fn a_struct_is_a_table() {
    let source = r#"
        /// People who can sign in.
        #[derive(Queryable, Selectable, Identifiable, dbmig::Model)]
        #[diesel(table_name = crate::db::schema::users)]
        #[dbmig(unique(username, tenant_id), check(name = "username_len", expr = "length(username) > 2"))]
        pub struct User {
            pub id: i32,
            #[dbmig(length = 64)]
            pub username: String,
            #[dbmig(unique, length = 80)]
            pub email: String,
            pub bio: Option<String>,
            #[dbmig(default = "false")]
            pub admin: bool,
            #[dbmig(references = tenants(id), on_delete = cascade, index)]
            pub tenant_id: i32,
            #[dbmig(default = now)]
            pub created: chrono::NaiveDateTime,
            #[dbmig(renamed_from = "modified")]
            pub updated: Option<chrono::NaiveDateTime>,
        }

        #[derive(dbmig::Model)]
        struct Tenant { id: i32 }
    "#;
    same(
        &lowered(source),
        "
tenants
  id integer not null
  key - (id)

users
  id integer not null
  username varchar(64) not null
  email varchar(80) not null
  bio text
  admin boolean not null default false
  tenant_id integer not null
  created timestamp not null default CURRENT_TIMESTAMP
  updated timestamp
  key - (id)
  unique users_username_tenant_id_key (username, tenant_id)
  unique users_email_key (email)
  foreign key users_tenant_id_fkey (tenant_id) to tenants (id) on delete cascade
  check username_len (length(username) > 2)
  index users_tenant_id_idx (tenant_id)
",
    );
}

#[test]
fn tables_are_named_as_diesel_names_them() {
    let source = "
        use dbmig::Model;
        #[derive(Model)] struct HTTPServer { id: i32 }
        #[derive(Model)] struct Category { id: i32 }
        #[derive(Model)] #[diesel(table_name = type_)] struct Kind { id: i32, r#pub_: String }
        #[derive(Model)] #[dbmig(table = \"Odd Table\")] #[diesel(table_name = Odd_Table)] struct Odd { id: i32 }
    ";
    let tables = lowered(source);
    let names: Vec<&str> = tables.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    assert_eq!(names, ["categorys", "h_t_t_p_servers", "Odd Table", "type"]);
    assert!(tables.contains("  pub text not null\n"), "{tables}");
}

#[test]
fn columns_are_named_as_diesel_names_them() {
    let fields = r#"
        type_: String,
        #[diesel(column_name = "select_")] chosen: i32,
        #[diesel(column_name = in_)] inside: i32,
        #[diesel(column_name = Weird_Name)] #[dbmig(column = "Weird Name")] weird: i32,
        users_: i32,
        name_: i32,
    "#;
    let text = lowered(&model("", fields));
    let names: Vec<&str> = text.lines().filter(|line| line.ends_with("not null")).collect();
    let expected = [
        "  id integer not null",
        "  type text not null",
        "  select_ integer not null",
        "  in integer not null",
        "  Weird Name integer not null",
        "  users integer not null",
        "  name_ integer not null",
    ];
    assert_eq!(names, expected);
    same(
        &faults(&model("", "r#type: String")),
        "
error[model]: the schema calls column `type` `type_`, not `type`
help: #[diesel(column_name = type_)]
",
    );
}

#[test]
fn keys() {
    let composite = model("#[diesel(primary_key(b, a))]", "a: i32, b: String").replace("id: i32, ", "");
    assert!(lowered(&composite).contains("  key users_pkey (b, a)\n"));
    let marked = model("", "#[dbmig(primary_key)] code: String").replace("id: i32, ", "");
    assert!(lowered(&marked).contains("  key users_pkey (code)\n"));
    let listed = model("#[dbmig(primary_key(name, kind))]", "name: String, kind: i32");
    assert!(lowered(&listed).contains("  key users_pkey (name, kind)\n"));
    let none = model("", "a: i32").replace("id: i32, ", "");
    same(
        &faults(&none),
        "
error[model]: `User` has no primary key, and Diesel needs one
help: add a field `id: i32`, or say the key: `#[diesel(primary_key(…))]`
",
    );
    let optional = model("", "a: i32").replace("id: i32", "id: Option<i32>");
    same(&faults(&optional), "error[model]: key column `id` can't be an `Option`\nhelp: make it `i32`\n");
    let twice = model("#[diesel(primary_key(id))] #[dbmig(primary_key(a))]", "a: i32");
    same(&faults(&twice), "error[model-attribute]: Diesel's `primary_key` says another key\n");
    let missing = model("#[diesel(primary_key(nmae))]", "name: i32");
    same(&faults(&missing), "error[model-attribute]: `User` has no field `nmae`\nhelp: did you mean `name`?\n");
}

#[test]
fn a_sole_integer_key_is_the_rowid() {
    let big = DatabaseConfig { sqlite_integer_primary_key_is_bigint: true, ..DatabaseConfig::default() };
    let source = |key: &str| model("", "name: String").replace("id: i32", key);
    assert!(lowered(&source("id: i32")).contains("  id integer not null\n"));
    assert!(
        lowered_with(&source("id: i64"), &big).contains("  id integer not null\n  name text not null\n  key - (id)\n")
    );
    same(
        &faults(&source("id: i64")),
        "
error[rust-type]: SQLite's generated keys are `i32` in Diesel's schema unless configured otherwise
help: set `sqlite_integer_primary_key_is_bigint = true` in `[package.metadata.dbmig]`
help: or say `#[dbmig(sql_type = \"BIGINT\")]`, for a key that your program gives out itself
",
    );
    assert!(lowered_with(&source("id: i32"), &big).contains("make it `i64`"));
    let own = source("#[dbmig(sql_type = \"BIGINT\")] id: i64");
    assert!(lowered(&own).contains("  id bigint not null\n  name text not null\n  key users_pkey (id)\n"));
    assert!(lowered(&source("id: i16")).contains("  id smallint not null\n"));
    assert!(lowered(&source("#[dbmig(autoincrement)] id: i32")).contains("  id integer not null autoincrement\n"));
    same(
        &faults(&model("", "#[dbmig(autoincrement)] number: i32")),
        "error[model-attribute]: `autoincrement` is for a sole integer key\nhelp: leave `autoincrement` out\n",
    );
}

#[test]
fn only_structs_with_fields_are_models() {
    for (source, what) in [
        ("#[derive(dbmig::Model)] enum A { B }", "an enum"),
        ("#[derive(dbmig::Model)] struct A(i32);", "a tuple struct"),
        ("#[derive(dbmig::Model)] struct A;", "a struct without fields"),
        ("#[derive(dbmig::Model)] union A { a: i32 }", "a union"),
    ] {
        let expected = format!("error[model]: `A` is {what}: only a struct with named fields can be a model\n");
        assert!(faults(source).starts_with(&expected), "{}", faults(source));
    }
}

#[test]
fn names_that_diesel_leaves_out_are_refused() {
    for name in ["sqliteish", "__hidden"] {
        let text = faults(&format!("#[derive(dbmig::Model)] #[dbmig(table = \"{name}\")] struct A {{ id: i32 }}"));
        assert!(text.contains("Diesel's schema leaves such names out"), "{text}");
    }
}

#[test]
fn embedded_fields_stand_in_their_place() {
    let source = model("", "#[diesel(embed)] stamps: Stamps, last: i32")
        + "struct Stamps { created: chrono::NaiveDateTime, updated: Option<chrono::NaiveDateTime> }";
    same(
        &lowered(&source),
        "
users
  id integer not null
  created timestamp not null
  updated timestamp
  last integer not null
  key - (id)
",
    );
    same(
        &faults(&model("", "#[diesel(embed)] stamps: Stamps")),
        "
error[model]: the embedded struct `Stamps` isn't in the searched files
help: add its file to `models` in `[package.metadata.dbmig]`, or say `#[dbmig(skip)]`
",
    );
    let source = "#[derive(dbmig::Model)] struct A { id: i32, #[diesel(embed)] a: A }";
    same(&faults(source), "error[model]: `A` holds itself\nhelp: embed another struct\n");
}

#[test]
fn what_is_no_column_is_left_out() {
    let fields = "#[dbmig(skip)] cache: Cache, #[diesel(select_expression = a.eq(b))] same: bool,
        #[diesel(skip_insertion)] kept: bool";
    same(&lowered(&model("", fields)), "users\n  id integer not null\n  kept boolean not null\n  key - (id)\n");
}

#[test]
fn backend_options() {
    let source = model("#[dbmig(backend(sqlite(strict, without_rowid), mysql(engine = \"InnoDB\")))]", "name: String");
    same(
        &lowered(&source),
        "users\n  id integer not null\n  name text not null\n  key users_pkey (id)\n  strict\n  without rowid\n",
    );
    same(
        &faults(&model("#[dbmig(backend(sqlite(strict)))]", "admin: bool")),
        "
error[rust-type]: a strict table has no columns of type `boolean`
help: SQLite's strict types are INTEGER, REAL, TEXT, BLOB and ANY: say one with `sql_type`
",
    );
}
