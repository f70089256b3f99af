//! Rust in, the schema in a few words or the diagnostics out.

mod against;
mod attributes;
mod backends;
mod enums;
mod files;
mod mistakes;
mod names;
mod readme;
mod several;
mod tables;
mod types;

use std::fmt::Write as _;

use super::{Models, read};
use crate::config::DatabaseConfig;
use crate::diagnostic::render::{Style, render};
use crate::schema::{IndexColumn, Name, ReferentialAction, Schema, SortOrder, Table};

/// What the models in `src/models.rs` come to.
fn lowered(source: &str) -> String {
    lowered_with(source, &DatabaseConfig::default())
}

fn lowered_with(source: &str, config: &DatabaseConfig) -> String {
    match read_files(&[("src/models.rs", source)], config) {
        Ok(models) => summary(&models.schema),
        Err(diagnostics) => diagnostics,
    }
}

/// The models in files, or the diagnostics as text.
fn read_files(files: &[(&str, &str)], config: &DatabaseConfig) -> Result<Models, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a path within the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    read(folder.path(), config).map_err(|diagnostics| {
        let text = render(&diagnostics, Style::Plain);
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
    })
}

/// The body of a model, its attributes before it, with an `id` in front.
fn model(attributes: &str, fields: &str) -> String {
    format!(
        "#[derive(dbmig::Model)]\n#[diesel(table_name = users)]\n{attributes}\nstruct User {{ id: i32, {fields} }}\n"
    )
}

/// The code and message of each diagnostic and its help, without the snippets.
fn faults(source: &str) -> String {
    let text = lowered(source);
    let wanted = |line: &&str| {
        line.starts_with("error[") || line.trim_start().starts_with("= help:") || line.starts_with("help:")
    };
    text.lines().filter(wanted).map(|line| format!("{}\n", line.trim_start().trim_start_matches("= "))).collect()
}

fn summary(schema: &Schema) -> String {
    schema.tables.values().map(table).collect::<Vec<_>>().join("\n")
}

fn table(table: &Table) -> String {
    let mut text = format!("{}\n", table.name);
    for column in &table.columns {
        let mut words = format!("  {} {}", column.name, column.column_type);
        if !column.nullable {
            words += " not null";
        }
        if let Some(default) = &column.default {
            let _ = write!(words, " default {default}");
        }
        if let Some(generated) = &column.generated {
            let _ = write!(words, " as ({}) {:?}", generated.expression, generated.storage);
        }
        if let Some(collation) = &column.collation {
            let _ = write!(words, " collate {collation}");
        }
        if column.autoincrement != crate::schema::Autoincrement::No {
            words += " autoincrement";
        }
        let _ = writeln!(text, "{words}");
    }
    let label = |name: Option<&Name>| name.map_or_else(|| "-".to_owned(), Name::to_string);
    if let Some(key) = &table.primary_key {
        let _ = writeln!(text, "  key {} ({})", label(key.name.as_ref()), parts(&key.columns));
    }
    for unique in &table.uniques {
        let _ = writeln!(text, "  unique {} ({})", label(unique.name.as_ref()), parts(&unique.columns));
    }
    for key in &table.foreign_keys {
        let names = |list: &[Name]| list.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let (columns, referenced) = (names(&key.columns), names(&key.referenced));
        let mut words =
            format!("  foreign key {} ({columns}) to {} ({referenced})", label(key.name.as_ref()), key.table);
        for (word, action) in [("delete", key.on_delete), ("update", key.on_update)] {
            if action != ReferentialAction::NoAction {
                let _ = write!(words, " on {word} {}", action.sql().to_lowercase());
            }
        }
        let _ = writeln!(text, "{words}");
    }
    for check in &table.checks {
        let _ = writeln!(text, "  check {} ({})", label(check.name.as_ref()), check.expression);
    }
    for index in &table.indexes {
        let unique = if index.unique { "unique " } else { "" };
        let mut words = format!("  {unique}index {} ({})", index.name, parts(&index.columns));
        if let Some(predicate) = &index.predicate {
            let _ = write!(words, " where {predicate}");
        }
        let _ = writeln!(text, "{words}");
    }
    if table.options.strict {
        text += "  strict\n";
    }
    if table.options.without_rowid {
        text += "  without rowid\n";
    }
    text
}

fn parts(columns: &[IndexColumn]) -> String {
    let part = |column: &IndexColumn| {
        let key = column.name().map_or_else(|| "expression".to_owned(), Name::to_string);
        if column.order == SortOrder::Descending { format!("{key} desc") } else { key }
    };
    columns.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// Compares texts, and shows both whole where they differ.
#[track_caller]
fn same(found: &str, expected: &str) {
    let expected = expected.strip_prefix('\n').unwrap_or(expected);
    assert!(found == expected, "found:\n{found}\nexpected:\n{expected}");
}
