//! Enums.

use dbmig::Backend;

use super::{faults, lowered_with, read_files, same};
use crate::config::DatabaseConfig;
use crate::schema::UserTypeKind;

const ROLES: &str = "
    #[derive(dbmig::Model)]
    struct User {
        id: i32,
        #[dbmig(default = Member)] role: Role,
        #[dbmig(default = null)] old_role: Option<crate::roles::Role>,
        state: State,
    }
    /// What a user may do.
    #[derive(Debug, dbmig::Enum)]
    #[dbmig(name = \"user_role\", renamed_from = \"role\")]
    enum Role { Member, #[dbmig(rename = \"it's\", renamed_from = \"boss\")] Admin }
    mod state { use dbmig::Enum; #[derive(Enum)] pub enum State { InReview, HTTPError, Level2 } }
";

fn on(backend: Backend) -> DatabaseConfig {
    DatabaseConfig { backend, comments: true, ..DatabaseConfig::default() }
}

#[test]
fn each_backend_has_its_own_way() {
    same(
        &lowered_with(ROLES, &on(Backend::Postgres)),
        "
users
  id integer not null autoincrement
  role user_role not null default 'member'
  old_role user_role default NULL
  state state not null
  key users_pkey (id)
",
    );
    same(
        &lowered_with(ROLES, &on(Backend::Mysql)),
        "
users
  id int not null autoincrement
  role enum('member', 'it''s') not null default 'member'
  old_role enum('member', 'it''s')
  state enum('in_review', 'http_error', 'level2') not null
  key users_pkey (id)
",
    );
    same(
        &lowered_with(ROLES, &on(Backend::Sqlite)),
        "
users
  id integer not null
  role text not null default 'member'
  old_role text default NULL
  state text not null
  key - (id)
  check users_role_check (role IN ('member', 'it''s'))
  check users_old_role_check (old_role IN ('member', 'it''s'))
  check users_state_check (state IN ('in_review', 'http_error', 'level2'))
",
    );
}

#[test]
fn types_and_their_renames() {
    let models = read_files(&[("src/models.rs", ROLES)], &on(Backend::Postgres)).expect("models");
    let types: Vec<String> = models.schema.types.values().map(|one| format!("{} {:?}", one.name, one.kind)).collect();
    assert_eq!(
        types,
        [r#"state Enum(["in_review", "http_error", "level2"])"#, r#"user_role Enum(["member", "it's"])"#]
    );
    let (name, one) = models.schema.types.iter().nth(1).expect("two types");
    assert!(matches!(&one.kind, UserTypeKind::Enum(labels) if labels.len() == 2));
    assert_eq!(one.comment.as_deref(), Some("What a user may do."));
    assert_eq!(models.renames.types[name].to_string(), "role");
    assert_eq!(models.renames.enum_values[&(name.clone(), "it's".to_owned())], "boss");
    assert!(models.types.contains_key(name));
    for backend in [Backend::Sqlite, Backend::Mysql] {
        let models = read_files(&[("src/models.rs", ROLES)], &on(backend)).expect("models");
        let values = models.renames.values.iter();
        let values: Vec<String> = values.map(|((of, name, to), from)| format!("{of}.{name} {from} > {to}")).collect();
        assert!(values.contains(&"users.role boss > it's".to_owned()), "{values:?}");
    }
}

#[test]
fn arrays_are_postgresqls() {
    let source = "#[derive(dbmig::Model)] struct A { id: i32, roles: Vec<Option<R>> }
        #[derive(dbmig::Enum)] #[dbmig(schema = \"app\")] enum R { X }";
    let text = lowered_with(source, &on(Backend::Postgres));
    assert!(text.contains("  roles app.r[] not null\n"), "{text}");
    let text = lowered_with(source, &on(Backend::Mysql));
    assert!(text.contains("mysql has no arrays, and `Vec<Option<R>>` is one"), "{text}");
}

#[test]
fn faults_of_enums() {
    for (source, expected) in [
        (
            "enum R { A(i32) }",
            "error[model]: `A` has fields, and a column holds its label alone\nhelp: take the fields away, or make them columns\n",
        ),
        ("enum R {}", "error[model]: `R` has no variants, and a column needs a value\nhelp: add a variant\n"),
        (
            "enum R { A, #[dbmig(rename = \"a\")] B }",
            "error[model]: two variants have the label `a`\nhelp: #[dbmig(rename = \"…\")]\n",
        ),
        (
            "enum R { #[dbmig(renamed = \"b\")] A }",
            "error[model-attribute]: a variant has no key `renamed`\nhelp: did you mean `rename`?\n",
        ),
        (
            "enum R { #[dbmig(rename = b)] A }",
            "error[model-attribute]: `rename` takes a string\nhelp: rename = \"…\"\n",
        ),
        (
            "enum R { #[dbmig(renamed_from = \"a\")] A }",
            "error[model-attribute]: `a` can't be renamed from itself\nhelp: say the label that the variant had before\n",
        ),
        (
            "enum R { #[dbmig(renamed_from = \"b\")] A, #[dbmig(renamed_from = \"a\")] B }",
            "error[model-attribute]: `a` and `b` change places, and nothing would tell whether they did\nhelp: go over a third label, in two migrations\n",
        ),
        (
            "#[dbmig(nmae = \"b\")] enum R { A }",
            "error[model-attribute]: an enum has no key `nmae`\nhelp: did you mean `name`?\n",
        ),
        (
            "struct R { a: i32 }",
            "error[model]: `R` is a struct: a `dbmig::Enum` is an enum without fields\nhelp: the model of a table derives `dbmig::Model`\n",
        ),
    ] {
        same(&faults(&format!("#[derive(dbmig::Enum)] {source}")), expected);
    }
    let with_default = |default: &str| {
        faults(&format!(
            "#[derive(dbmig::Model)] struct A {{ id: i32, #[dbmig(default = {default})] r: R }}
            #[derive(dbmig::Enum)] enum R {{ Member }}"
        ))
    };
    same(&with_default("Membr"), "error[model-attribute]: `Membr` is no variant of `R`\nhelp: default = Member\n");
    assert!(with_default("1").ends_with("help: a variant: default = Member\n"));
}
