//! Names that nobody stated.

use dbmig::Backend;

use super::{lowered_with, model, read_files};
use crate::config::DatabaseConfig;

fn on(backend: Backend) -> DatabaseConfig {
    DatabaseConfig { backend, ..DatabaseConfig::default() }
}

#[test]
fn every_constraint_has_a_name_on_every_backend() {
    let source = model(
        "#[dbmig(check(expr = \"a < b\"), check(expr = \"a <> b\"), check(expr = \"a > 0\"), check(expr = \"a > 1\"))]",
        "#[dbmig(unique, index, check = \"a < 9\")] a: i32, b: i32, #[dbmig(references = users(id))] c: i32, r: Role",
    ) + "#[derive(dbmig::Enum)] enum Role { A }";
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mysql] {
        let text = lowered_with(&source, &on(backend));
        for name in ["users_check", "users_check1", "users_a_check", "users_a_check1", "users_a_check2"] {
            assert!(text.contains(&format!("check {name} (")), "{backend}: {text}");
        }
        assert!(!text.contains("check -") && !text.contains("unique -"), "{text}");
        assert_eq!(text.contains("check users_r_check"), backend == Backend::Sqlite, "{text}");
    }
}

#[test]
fn what_is_stated_goes_first() {
    let source =
        model("#[dbmig(check(expr = \"a < b\"), check(expr = \"a <> b\", name = \"users_check\"))]", "a: i32, b: i32");
    let models = read_files(&[("src/models.rs", &source)], &on(Backend::Postgres)).expect("models");
    let names: Vec<String> = models.renames.unstated.iter().map(|(_, name)| name.to_string()).collect();
    assert_eq!(names, ["users_check1", "users_pkey"]);
}

#[test]
fn long_names_differ_at_their_ends() {
    let long = "a_very_long_name_of_a_column_that_goes_on_and_on_for_";
    let source = model("", &format!("#[dbmig(unique)] {long}one: i32, #[dbmig(unique)] {long}two: i32"));
    let text = lowered_with(&source, &on(Backend::Postgres));
    let names: Vec<&str> =
        text.lines().filter_map(|line| line.trim().strip_prefix("unique ")?.split(' ').next()).collect();
    assert!(names.len() == 2 && names[0] != names[1] && names.iter().all(|name| name.len() <= 63), "{text}");
}
