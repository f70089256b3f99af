//! Tables of configurations and what is said of them.

use super::*;
use crate::diagnostic::render::{Style, render};

fn read(text: &str) -> Result<Configuration, String> {
    parse(&Source::new("Cargo.toml", text)).map_err(|errors| render(&errors, Style::Plain))
}

#[test]
fn every_key_has_a_default() {
    for text in ["", "[package]\nname = \"x\"", "[package.metadata.dbmig]"] {
        let configuration = read(text).unwrap();
        assert_eq!(configuration.default, DatabaseConfig::default(), "{text}");
        assert_eq!(configuration.is_written, text.contains("dbmig"));
    }
}

#[test]
fn every_key_is_read() {
    let configuration = read(
        r#"
[package.metadata.dbmig]
backend = "sqlite"
migrations = "./db/migrations/"
models = ["src/models", "src/more.rs"]
url = "sqlite://${X}"
version_table = "ledger"
naming = { index = "ix_{table}_{columns}" }
lint = { out-of-date = "deny", missing-down = "allow" }
style = "simple"
sqlite_version = "3.53.1"
unmanaged = ["legacy_*"]
sqlite_integer_primary_key_is_bigint = true

[package.metadata.dbmig.databases.site-analytics]
url = "analytics.db"

[package.metadata.dbmig.databases.audit]
"#,
    )
    .unwrap();
    let default = &configuration.default;
    assert_eq!(default.migrations, "db/migrations");
    assert_eq!(default.models, ["src/models", "src/more.rs"]);
    assert_eq!(default.url, "sqlite://${X}");
    assert_eq!(default.version_table, "ledger");
    assert_eq!(default.naming.index, "ix_{table}_{columns}");
    assert_eq!(default.naming.unique, "{table}_{columns}_key");
    assert_eq!(default.style, super::Style::Simple);
    assert!(default.sqlite_version.alters_constraints());
    assert!(!configuration.databases["audit"].sqlite_version.alters_constraints());
    assert_eq!(default.lint.0[&Code::OutOfDate], LintLevel::Deny);
    assert_eq!(default.lint.0[&Code::MissingDown], LintLevel::Allow);
    assert_eq!(default.unmanaged, ["legacy_*"]);
    assert!(default.sqlite_integer_primary_key_is_bigint);
    let names: Vec<_> = configuration.all().map(|(name, config)| (name, config.migrations.as_str())).collect();
    let expected = [
        (None, "db/migrations"),
        (Some("audit"), "migrations-audit"),
        (Some("site-analytics"), "migrations-site-analytics"),
    ];
    assert_eq!(names, expected);
    assert_eq!(configuration.databases["audit"].url, "${AUDIT_DATABASE_URL}");
    assert!(configuration.databases["audit"].models.is_empty());
    assert!(configuration.database(Some("audits")).unwrap_err().help[0].contains("`audit`"));
}

#[test]
fn faults_are_named_at_their_place() {
    for (line, expected) in [
        ("migration = \"x\"", "unknown key `migration` in `[package.metadata.dbmig]`|did you mean `migrations`?"),
        ("banana = 1", "known keys: backend, migrations"),
        ("migrations = 1", "`migrations` must be a string|this is an integer"),
        ("models = \"src\"", "`models` must be a list of strings|this is a string"),
        ("models = [\"src\", 2]", "Cargo.toml:2:18|`models` must be a list of strings"),
        ("backend = \"oracle\"", "unknown backend `oracle`"),
        ("version_table_schema = \"app\"", "`version_table_schema` is for PostgreSQL alone"),
        ("version_table = \"\"", "`version_table` must be a name"),
        ("migrations = \"\"", "a path must not be empty"),
        ("naming = { uniqe = \"x\" }", "did you mean `unique`?"),
        ("naming = { unique = \"{tabel}_x\" }", "`{tabel}` is no placeholder"),
        ("style = \"simpel\"", "unknown style `simpel`|did you mean `simple`?"),
        ("sqlite_version = \"3.x\"", "`3.x` is no version of SQLite|sqlite_version = \"3.35\""),
        ("sqlite_version = \"3.31.1\"", "dbmig needs SQLite 3.35 or newer"),
        ("backend = \"mysql\"\nsqlite_version = \"3.53\"", "`sqlite_version` is for SQLite alone"),
        ("lint = { out-of-data = \"deny\" }", "did you mean `out-of-date`?"),
        ("lint = { out-of-date = \"denny\" }", "`denny` is no lint level|did you mean `deny`?"),
        ("unmanaged = true", "`unmanaged` must be a list of strings|this is a boolean"),
        ("databases.Main = {}", "`Main` can't name a database"),
        ("databases.a.databases.b = {}", "unknown key `databases` in `[package.metadata.dbmig.databases.a]`"),
        ("databases.a.migrations = \"migrations\"", "two databases have the migrations folder `migrations`"),
        ("databases = 1", "`databases` must be a table"),
        ("url = ", "`Cargo.toml` is not valid TOML|Cargo.toml:2:7"),
    ] {
        let text = read(&format!("[package.metadata.dbmig]\n{line}\n")).unwrap_err();
        for part in expected.split('|') {
            assert!(text.contains(part), "{line}\n{text}\nlacks {part}");
        }
    }
}

#[test]
fn every_fault_is_reported_in_the_texts_order() {
    let errors = parse(&Source::new("Cargo.toml", "[package.metadata.dbmig]\nzoo = 1\nmodels = 2\nant = 3\n"));
    let lines: Vec<_> = errors.unwrap_err().iter().map(|one| one.span().unwrap().line()).collect();
    assert_eq!(lines, [2, 3, 4]);
}

#[test]
fn paths_outside_the_package_are_warned_of() {
    for (path, outside) in [("../db", true), ("/srv/db", true), ("a/../../b", true), ("a/../b", false), (".", false)] {
        let configuration = read(&format!("[package.metadata.dbmig]\nmigrations = \"{path}\"")).unwrap();
        let codes: Vec<_> = configuration.warnings.iter().map(|one| one.code.name()).collect();
        assert_eq!(codes, if outside { vec!["path-outside"] } else { Vec::new() }, "{path}");
    }
}

#[test]
fn levels_move_warnings_and_leave_errors() {
    use crate::diagnostic::Level;

    let warning = Diagnostic::warning(Code::MissingDown, "m");
    let level = |word: &str, diagnostic: &Diagnostic| {
        let text = format!("[package.metadata.dbmig]\nlint = {{ missing-down = \"{word}\" }}");
        read(&text).unwrap().default.lint.apply(diagnostic.clone()).map(|one| one.level)
    };
    assert_eq!(level("allow", &warning), None);
    assert_eq!(level("warn", &warning), Some(Level::Warning));
    assert_eq!(level("deny", &warning), Some(Level::Error));
    let other = Diagnostic::warning(Code::OutOfDate, "m");
    assert_eq!(level("deny", &other), Some(Level::Warning));
    let error = Diagnostic { level: Level::Error, ..warning };
    assert_eq!(level("allow", &error), Some(Level::Error));
}
