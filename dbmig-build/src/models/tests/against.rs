//! Models beside what the chain has; it is said in models here, too.

use dbmig::Backend;

use super::same;
use crate::config::DatabaseConfig;
use crate::diagnostic::render::{Style, render};
use crate::models::{Models, parse};
use crate::source::Source;

fn models(text: &str, backend: Backend) -> Models {
    let config = DatabaseConfig { backend, ..DatabaseConfig::default() };
    parse(&Source::new("src/models.rs", text), &config)
        .unwrap_or_else(|faults| panic!("{}", render(&faults, Style::Plain)))
}

/// What is said of models that come after others.
fn said(before: &str, after: &str, backend: Backend) -> String {
    let found = models(after, backend).against(&models(before, backend).schema, backend);
    let lines = found.iter().flat_map(|one| {
        let place = one.span().map_or("nowhere", |span| span.text());
        let first = format!("{}[{}] at `{place}`: {}\n", one.level, one.code, one.message);
        std::iter::once(first).chain(one.help.iter().map(|help| format!("help: {help}\n")))
    });
    lines.collect()
}

#[test]
fn fields_in_another_order_than_the_columns() {
    let before = "#[derive(dbmig::Model)] struct User { id: i32, name: String, bio: Option<String>, age: i32 }";
    let told = |derives: &str, fields: &str| {
        said(before, &format!("#[derive({derives}, dbmig::Model)] struct User {{ {fields} }}"), Backend::Sqlite)
    };
    let swapped = "id: i32, bio: String, name: String, age: i32";
    same(
        &told("Queryable", swapped),
        "warning[field-order] at `bio`: field `bio` would be read from column `name`: their order isn't the same
help: derive `Selectable`, and load with `.select(…::as_select())`
help: or order the fields as the columns are: id, name, bio, age
",
    );
    assert_eq!(told("Queryable, Selectable", swapped), "");
    assert_eq!(told("Queryable", "id: i32, name: String, bio: Option<String>, age: i32"), "");
    // The compiler finds these.
    assert_eq!(told("Queryable", "id: i32, age: i32, bio: Option<String>, name: String"), "");
    // What is new comes last, and what is renamed stays where it was.
    let new = told("Queryable", "id: i32, name: String, city: String, bio: String, age: i32");
    assert!(new.contains("at `city`: field `city` would be read from column `bio`"), "{new}");
    let renamed = "id: i32, #[dbmig(renamed_from = \"name\")] full: String, bio: String, age: i32";
    assert_eq!(told("Queryable", renamed), "");
    // A struct with columns of others is no row of the table.
    assert_eq!(told("Queryable", "id: i32, bio: String, name: String, age: i32, #[dbmig(skip)] more: i32"), "");
}

#[test]
fn references_to_tables_that_nothing_makes() {
    let before = "#[derive(dbmig::Model)] struct Team { id: i32 } #[derive(dbmig::Model)] struct User { id: i32 }";
    let told = |field: &str| {
        let after = format!("#[derive(dbmig::Model)] struct User {{ id: i32, {field} }}");
        said(before, &after, Backend::Postgres)
    };
    same(
        &told("#[dbmig(references = \"taems\"(\"id\"))] team: i32"),
        "error[model-attribute] at `team`: no table `taems`: neither a model nor a migration makes it
help: did you mean `teams`?
",
    );
    assert!(told("#[dbmig(references = \"elsewhere\"(\"id\"))] team: i32").contains("-- dbmig: replay CREATE TABLE"));
    // A table without a model.
    assert_eq!(told("#[dbmig(references = \"teams\"(\"id\"))] team: i32"), "");
}

#[test]
fn types_that_are_postgresqls_but_for_a_letter() {
    let before = "#[derive(dbmig::Model)] struct Old { id: i32, #[dbmig(sql_type = \"txet\")] a: String }
        #[derive(dbmig::Enum)] enum Mood { Good }";
    let told = |text: &str| {
        let after =
            format!("#[derive(dbmig::Model)] struct User {{ id: i32, #[dbmig(sql_type = \"{text}\")] f: String }}");
        said(before, &after, Backend::Postgres)
    };
    let slip = "error[rust-type] at `f`: no type `varchr`\nhelp: did you mean `varchar`?\n";
    assert_eq!(told("varchr(64)"), slip);
    assert_eq!(told("moood"), "error[rust-type] at `f`: no type `moood`\nhelp: did you mean `mood`?\n");
    for fine in ["varchar(64)", "citext", "mood", "geometry", "app.varchr", "hstore", "text[]"] {
        assert_eq!(told(fine), "", "{fine}");
    }
    // What the chain has already is what it is.
    assert_eq!(said(before, before, Backend::Postgres), "");
}
