//! One database's chain, from its folder to a schema and all that is to be said of it.

use std::path::Path;

use super::ahead::ahead;
use crate::config::DatabaseConfig;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::emit::diesel::{self, SchemaModule, SchemaOptions};
use crate::link::{self, Chain};
use crate::migration::{self, Migration};
use crate::replay::Replay;
use crate::schema::{ObjectName, Schema};
use crate::source::Span;
use crate::sql::Script;
use crate::verify;

/// A chain that was checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What is wrong or dubious, with the levels that the configuration sets.
    pub diagnostics: Vec<Diagnostic>,
    /// The chain, unless its folder, graph or SQL is so broken that its schema isn't known.
    pub readable: Option<Readable>,
}

/// A chain whose schema is known.
#[derive(Clone, Debug)]
pub struct Readable {
    /// The chain.
    pub chain: Chain,
    /// The schema at its heads.
    pub schema: Schema,
    /// The schema as Diesel's `table!`s.
    pub schema_module: SchemaModule,
}

/// Reads and checks a database's chain; `package` is the folder of the host's Cargo.toml.
pub fn check(package: &Path, config: &DatabaseConfig) -> Checked {
    let mut found = Vec::new();
    let readable = run(package, config, &mut found).ok();
    Checked { diagnostics: found.into_iter().filter_map(|one| config.lint.apply(one)).collect(), readable }
}

/// A phase failed; its errors were reported.
struct Stop;

fn run(package: &Path, config: &DatabaseConfig, found: &mut Vec<Diagnostic>) -> Result<Readable, Stop> {
    let folder = migration::read(package, &config.migrations, config.backend);
    barrier(folder.diagnostics, found)?;

    let chain = link::chain(folder.migrations).map_err(|faults| stop(faults, found))?;

    let (replay, said) = replay(&chain, config);
    let schema = replay.schema().clone();
    barrier(said, found)?;

    // From here on the schema is known, and errors no longer keep it from being emitted.
    found.extend(link::ambiguities(&chain));
    found.extend(link::broken_seals(&chain));
    found.extend(chain.migrations.iter().flat_map(todos));
    found.extend(ahead(package, config, &schema));

    let options = SchemaOptions::of_config(config);
    let place = |table: &ObjectName| replay.place_of_table(table);
    let mut schema_module = diesel::schema_module_with_places(&schema, &options, place);
    found.append(&mut schema_module.diagnostics);
    Ok(Readable { chain, schema, schema_module })
}

fn stop(faults: Vec<Diagnostic>, found: &mut Vec<Diagnostic>) -> Stop {
    found.extend(faults);
    Stop
}

/// Lets warnings pass and stops at errors.
fn barrier(diagnostics: Vec<Diagnostic>, found: &mut Vec<Diagnostic>) -> Result<(), Stop> {
    let broken = diagnostics.iter().any(|one| one.level == Level::Error);
    found.extend(diagnostics);
    if broken { Err(Stop) } else { Ok(()) }
}

/// The replay up to the heads, and what is to be said of the scripts: errors of the ups, warnings of the downs.
fn replay(chain: &Chain, config: &DatabaseConfig) -> (Replay, Vec<Diagnostic>) {
    let mut replay = Replay::new(config.backend);
    let mut said = Vec::new();
    // Behind a statement that can't be replayed, what a down comes to isn't known.
    let mut failed = false;
    for migration in &chain.migrations {
        let replayed = replay.run(&migration.up);
        failed |= replayed.diagnostics.iter().any(|one| one.level == Level::Error);
        let warn = |one: &Diagnostic| one.level == Level::Error || migration.metadata.sealed.is_none();
        said.extend(replayed.diagnostics.into_iter().filter(warn));
        if !failed {
            said.extend(verify::verify(migration, &replayed.changes, replay.catalog(), config.backend));
        }
    }
    (replay, said)
}

fn todos(migration: &Migration) -> Vec<Diagnostic> {
    std::iter::once(&migration.up).chain(&migration.down).flat_map(open_todos).collect()
}

/// What a script still leaves a person to decide: an error for each of its todos.
pub fn open_todos(script: &Script) -> Vec<Diagnostic> {
    script.todos().map(|(span, text)| todo(span, text)).collect()
}

fn todo(span: &Span, text: &str) -> Diagnostic {
    let what = if text.is_empty() { String::new() } else { format!(": {text}") };
    let message = format!("`{}` still holds a todo{what}", span.source().path());
    Diagnostic::error(Code::OpenTodo, message)
        .at(span.clone(), "")
        .help("edit the SQL below it, then delete this comment")
}
