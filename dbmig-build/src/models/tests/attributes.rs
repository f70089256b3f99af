//! What the attributes say, and their faults.

use dbmig::Backend;

use super::{faults, lowered, lowered_with, model, same};
use crate::config::DatabaseConfig;

#[test]
fn indexes_uniques_and_checks() {
    let attributes = r#"#[dbmig(
        index(a, desc(b), name = "by_a", where = "a > 0"),
        index(expr = "lower(c)", unique),
        index("b", using = btree, include(a)),
        unique(a, "c", name = "once"),
        check(expr = "a < 10"),
        check(expr = "a < d"),
    )]"#;
    let fields = r#"a: i32, b: i32, #[dbmig(collate = "NOCASE", index(unique, desc, name = "by_c"))] c: String,
        #[dbmig(generated = "a + b", check = "d > 0", comment = "x")] d: i32,
        #[dbmig(generated(expr = "a * b", stored))] e: i32"#;
    same(
        &lowered(&model(attributes, fields)),
        "
users
  id integer not null
  a integer not null
  b integer not null
  c text not null collate NOCASE
  d integer not null as (a + b) Virtual
  e integer not null as (a * b) Stored
  key - (id)
  unique once (a, c)
  check users_a_check (a < 10)
  check users_check (a < d)
  check users_d_check (d > 0)
  index by_a (a, b desc) where a > 0
  unique index users_expr_idx (expression)
  index users_b_idx (b)
  unique index by_c (c desc)
",
    );
}

#[test]
fn foreign_keys() {
    let source = r#"
        #[derive(dbmig::Model)]
        #[diesel(table_name = groups, belongs_to(User, foreign_key = owner), belongs_to(Elsewhere))]
        #[dbmig(foreign_key(part, piece, references = pieces(a, b), on_update = restrict, name = "parts"))]
        struct Group {
            id: i32,
            #[dbmig(on_delete = set_null)] owner: Option<i32>,
            #[dbmig(references = User)] by_struct: i32,
            #[dbmig(references = users(email))] by_email: String,
            #[dbmig(references = "users"("id"))] by_sql: i32,
            #[dbmig(references = "legacy"("key"))] unmanaged: i32,
            #[dbmig(references = groups, on_delete = cascade)] parent: i32,
            part: i32,
            piece: i64,
            elsewhere_id: i32,
        }
        #[derive(dbmig::Model)] struct User { id: i32, #[dbmig(unique)] email: String }
        #[derive(dbmig::Model)] #[diesel(primary_key(b, a))] struct Piece { a: i32, b: i64 }
    "#;
    let text = lowered(source);
    let keys: Vec<&str> = text.lines().filter(|line| line.starts_with("  foreign key")).collect();
    let expected = [
        "  foreign key parts (part, piece) to pieces (a, b) on update restrict",
        "  foreign key groups_owner_fkey (owner) to users (id) on delete set null",
        "  foreign key groups_by_struct_fkey (by_struct) to users (id)",
        "  foreign key groups_by_email_fkey (by_email) to users (email)",
        "  foreign key groups_by_sql_fkey (by_sql) to users (id)",
        "  foreign key groups_unmanaged_fkey (unmanaged) to legacy (key)",
        "  foreign key groups_parent_fkey (parent) to groups (id) on delete cascade",
    ];
    assert_eq!(keys, expected, "{text}");
}

#[test]
fn wrong_foreign_keys() {
    let more = "#[derive(dbmig::Model)] struct Piece { id: i32, code: i32, big: i64 }
        #[derive(dbmig::Model)] #[diesel(primary_key(a, b))] struct Pair { a: i32, b: i32 }";
    let text: String = [
        "#[dbmig(references = peices(id))] f: i32",
        "#[dbmig(references = pieces(ident))] f: i32",
        "#[dbmig(references = pieces(code))] f: i32",
        "#[dbmig(references = pairs)] f: i32",
        "#[dbmig(references = pieces, on_delete = cascad)] f: i32",
        "#[dbmig(on_delete = cascade)] f: i32",
        "#[dbmig(references)] f: i32",
    ]
    .iter()
    .map(|field| faults(&(model("", field) + more)))
    .collect();
    same(
        &text,
        "
error[model-attribute]: no model has the table `peices`
help: did you mean `pieces`?
help: a table without a model stands in quotes: references = \"peices\"(…)
error[model-attribute]: `Piece` has no field `ident`
help: it has `id`, `code`, `big`
error[model-attribute]: `pieces` (code) is referred to, but isn't unique
help: #[dbmig(unique)]
error[model-attribute]: 1 column can't refer to 2
help: the key is (a, b): foreign_key(…, references = pairs(a, b))
error[model-attribute]: `cascad` is no action
help: did you mean `cascade`?
error[model-attribute]: `on_delete` without `references`
help: references = parents(id), on_delete = …
error[model-attribute]: `references` takes a table and its column
help: references = users(id)
",
    );
}

#[test]
fn faults_have_their_places() {
    let source = "
#[derive(dbmig::Model)]
#[dbmig(uniqe(name), index(nmae), primary_key)]
struct User {
    id: i32,
    #[dbmig(lenght = 64, unique = \"x\")]
    name: String,
    #[dbmig(unique, default = 1, unique)]
    size: i32,
}
";
    same(
        &lowered(source),
        "
error[model-attribute]: a struct has no key `uniqe`
 --> src/models.rs:3:9
  |
3 | #[dbmig(uniqe(name), index(nmae), primary_key)]
  |         ^^^^^
  |
  = help: did you mean `unique`?

error[model-attribute]: `primary_key` takes a list in parentheses
 --> src/models.rs:3:35
  |
3 | #[dbmig(uniqe(name), index(nmae), primary_key)]
  |                                   ^^^^^^^^^^^
  |
  = help: primary_key(…)

error[model-attribute]: a field has no key `lenght`
 --> src/models.rs:6:13
  |
6 |     #[dbmig(lenght = 64, unique = \"x\")]
  |             ^^^^^^
  |
  = help: did you mean `length`?

error[model-attribute]: `unique` takes a list in parentheses
 --> src/models.rs:6:26
  |
6 |     #[dbmig(lenght = 64, unique = \"x\")]
  |                          ^^^^^^^^^^^^
  |
  = help: unique(…)

error[model-attribute]: `unique` is said twice
 --> src/models.rs:8:34
  |
8 |     #[dbmig(unique, default = 1, unique)]
  |             ------ first here    ^^^^^^ again
  |
  = help: take one away

error[model-attribute]: `User` has no field `nmae`
 --> src/models.rs:3:28
  |
3 | #[dbmig(uniqe(name), index(nmae), primary_key)]
  |                            ^^^^
  |
  = help: did you mean `name`?
",
    );
}

#[test]
fn broken_attributes() {
    for (field, problem) in [
        ("#[dbmig(length = )] f: String", "can't read this `dbmig` attribute: unexpected end of input"),
        ("#[dbmig(length 64)] f: String", "can't read this `dbmig` attribute: expected `,`"),
        ("#[dbmig] f: String", "can't read this `dbmig` attribute: expected attribute arguments in parentheses"),
        ("#[diesel(column_name)] f: String", "can't read this `diesel` attribute: "),
    ] {
        let text = faults(&model("", field));
        assert!(text.starts_with(&format!("error[model-attribute]: {problem}")), "{field}: {text}");
    }
}

#[test]
fn names_that_clash() {
    let source = model("#[dbmig(unique(f))]", "#[dbmig(unique)] f: i32");
    same(
        &faults(&source),
        "
error[model-attribute]: this is said twice
help: take one away, or give both a name
",
    );
    let source = model("", "#[dbmig(index(name = \"i\"))] f: i32")
        + "#[derive(dbmig::Model)] struct Other { id: i32, #[dbmig(index(name = \"I\"))] f: i32 }";
    assert!(faults(&source).starts_with("error[model-attribute]: two of these are called `"));
}

#[test]
fn expressions_name_columns_that_exist_on_each_backend() {
    let source = model(
        "#[dbmig(index(expr = \"lower(nmae)\"), check(expr = \"prize > 0\"))]",
        "name: String, price: i32, #[dbmig(generated = \"pricee * 2\")] twice: i32",
    );
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mysql] {
        let config = DatabaseConfig { backend, ..DatabaseConfig::default() };
        let text = lowered_with(&source, &config);
        for (wrong, right) in [("nmae", "name"), ("prize", "price"), ("pricee", "price")] {
            let problem = format!("error[model-attribute]: table `users` has no column `{wrong}`");
            assert!(text.contains(&problem), "{backend}: {text}");
            assert!(text.contains(&format!("help: did you mean `{right}`?")), "{backend}: {text}");
        }
    }
}

#[test]
fn expressions_name_columns_and_not_their_fields() {
    let source = model(
        "#[dbmig(check(expr = \"type_ > 0\"), index(expr = \"lower(title)\"))]",
        "type_: i32, #[diesel(column_name = Title)] title: String, #[diesel(column_name = label)] name: String",
    );
    let fault = |name: &str, column: &str| {
        format!(
            "error[model-attribute]: table `users` has no column `{name}`\n\
             help: the field `{name}` is the column `{column}`, and an expression is SQL\n"
        )
    };
    // SQLite compares names without case.
    same(&faults(&source), &fault("type_", "type"));
    let renamed = source.replace("lower(title)", "lower(name)");
    same(&faults(&renamed), &(fault("type_", "type") + &fault("name", "label")));
}

#[test]
fn an_expression_says_that_it_is_one() {
    same(
        &faults(&model("#[dbmig(index(\"lower(name)\"))]", "name: String")),
        "error[model-attribute]: `User` has no column `lower(name)`\n\
         help: an index over an expression: index(expr = \"lower(name)\")\n",
    );
}

#[test]
fn expressions_name_columns_that_exist() {
    same(
        &faults(&model("#[dbmig(check(expr = \"length(nmae) > 2\"))]", "name: String")),
        "error[model-attribute]: table `users` has no column `nmae`\nhelp: did you mean `name`?\n",
    );
    let fine = "#[dbmig(check(expr = \"kind IN ('a', 'b') AND CASE WHEN rowid > 0 THEN 1 ELSE 0 END\"))]";
    assert!(lowered(&model(fine, "kind: String")).contains("  check users_kind_check (kind IN ('a', 'b')"));
}
