//! Models beside the SQL that says the same: `models` and `replay` must come to one schema.
//!
//! `compiled` builds them, `from_sql` holds structs against statements, `written` the structs that `cargo dbmig models` writes.

mod compiled;
mod from_sql;
mod written;

use dbmig::Backend;
use dbmig_build::config::DatabaseConfig;
use dbmig_build::diagnostic::render::{Style, render};
use dbmig_build::models::{self, Models};
use dbmig_build::replay::Replay;
use dbmig_build::schema::Schema;
use dbmig_build::source::Source;
use dbmig_build::sql::split;

fn config(backend: Backend) -> DatabaseConfig {
    DatabaseConfig { backend, ..DatabaseConfig::default() }
}

#[track_caller]
fn lowered(rust: &str, config: &DatabaseConfig) -> Models {
    let models = models::parse(&Source::new("models.rs", rust), config);
    models.unwrap_or_else(|faults| panic!("{}\n{rust}", render(&faults, Style::Plain)))
}

#[track_caller]
fn replayed(sql: &str, backend: Backend) -> Schema {
    let mut replay = Replay::new(backend);
    let result = replay.run(&split(&Source::new("up.sql", sql), backend));
    assert!(result.diagnostics.is_empty(), "{}", render(&result.diagnostics, Style::Plain));
    replay.schema().clone()
}
