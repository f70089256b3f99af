//! What would be written, and what is said, as data.

use std::fs;

use super::*;

const MANIFEST: &str = "[package]\nname = \"x\"\n\n[package.metadata.dbmig]\nmodels = []\n";

/// Compiles a package with these lines in its configuration and one migration.
fn compiled(lines: &str, up: &str) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
    let package = tempfile::tempdir().unwrap();
    fs::write(package.path().join("Cargo.toml"), format!("{MANIFEST}{lines}")).unwrap();
    let migration = package.path().join("migrations/1_a");
    fs::create_dir_all(&migration).unwrap();
    fs::create_dir(package.path().join("migrations-more")).unwrap();
    fs::write(migration.join("metadata.toml"), "run_in_transaction = true\n[dbmig]\nrevises = []\n").unwrap();
    fs::write(migration.join("up.sql"), up).unwrap();
    Config::new().manifest_dir(package.path()).try_compile()
}

fn codes(compiled: &Compiled) -> Vec<(Level, &'static str)> {
    compiled.diagnostics.iter().map(|one| (one.level, one.code.name())).collect()
}

#[test]
fn each_database_has_its_file() {
    let compiled =
        compiled("[package.metadata.dbmig.databases.more]\n", "CREATE TABLE a (id INTEGER PRIMARY KEY);").unwrap();
    let names: Vec<String> = compiled.iter().map(Compiled::file_name).collect();
    assert_eq!(names, ["dbmig.rs", "dbmig_more.rs"]);
    assert_eq!(codes(&compiled[0]), [(Level::Warning, "missing-down")]);
    assert!(codes(&compiled[1]).is_empty());
    let text = |at: usize| compiled[at].text.clone().unwrap();
    assert!(text(0).contains("a (id)") && !text(0).contains("compile_error!"));
    assert!(text(1).contains("revisions: &[]"), "{}", text(1));
    for text in [text(0), text(1)] {
        syn::parse_file(&text).unwrap();
    }
}

#[test]
fn a_warning_that_is_denied_keeps_the_schema() {
    let compiled =
        compiled("lint = { missing-down = \"deny\" }\n", "CREATE TABLE a (id INTEGER PRIMARY KEY);").unwrap();
    assert_eq!(codes(&compiled[0]), [(Level::Error, "missing-down")]);
    let text = compiled[0].text.clone().unwrap();
    assert!(text.contains("compile_error!") && text.contains("a (id)"), "{text}");
}

#[test]
fn sql_that_is_not_understood_leaves_no_schema() {
    let compiled = compiled("", "CREATE TABLE a (id INTEGER PRIMARY KEY").unwrap();
    assert!(compiled[0].text.is_none());
    assert!(compiled[0].diagnostics.iter().any(|one| one.level == Level::Error));
}

#[test]
fn a_configuration_that_is_not_understood_stops_everything() {
    let errors = compiled("zoo = 1\n", "SELECT 1;").unwrap_err();
    assert_eq!(errors[0].message, "unknown key `zoo` in `[package.metadata.dbmig]`");
}

#[test]
fn what_is_said_of_the_configuration_obeys_it() {
    let lines = |level: &str| {
        format!(
            "unmanaged = []\nlint = {{ path-outside = \"{level}\", missing-down = \"allow\" }}\n[package.metadata.dbmig.databases.more]\nmodels = [\"../more\"]\n"
        )
    };
    for (level, expected) in [("allow", vec![]), ("deny", vec![(Level::Error, "path-outside")])] {
        let compiled = compiled(&lines(level), "SELECT 1;").unwrap();
        assert_eq!(codes(&compiled[0]), expected);
        assert_eq!(compiled[0].text.clone().unwrap().contains("compile_error!"), level == "deny");
    }
}
