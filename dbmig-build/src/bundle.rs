//! A chain that was read from its folder, as the bundle that is emitted and that the runner takes.

use dbmig::{Bundle, Revision, Statement};

use crate::config::DatabaseConfig;
use crate::link::Chain;
use crate::migration::Outline;
use crate::sql::{self, Script};

/// What a [`Revision`] borrows and a migration has in another form.
struct Parts<'a> {
    outline: &'a Outline,
    parents: Vec<&'a str>,
    depends_on: Vec<&'a str>,
    labels: Vec<&'a str>,
    replaces: Vec<&'a str>,
    up: ScriptParts<'a>,
    down: Option<ScriptParts<'a>>,
}

/// Of a script that wasn't read, nothing.
#[derive(Default)]
struct ScriptParts<'a> {
    checksum: String,
    foreign_keys_off: bool,
    statements: Vec<Statement<'a>>,
}

/// Calls `with` with the bundle of a chain.
pub fn with_bundle<T>(chain: &Chain, config: &DatabaseConfig, with: impl FnOnce(&Bundle<'_>) -> T) -> T {
    let parts = chain
        .migrations
        .iter()
        .map(|one| parts(&one.outline, script_parts(&one.up), one.down.as_ref().map(script_parts)));
    with_parts(&parts.collect::<Vec<_>>(), config, with)
}

/// Calls `with` with the bundle of a chain whose SQL wasn't read: enough to ask a database for its position, nothing that
/// could be run.
pub fn with_outlines<T>(chain: &Chain<Outline>, config: &DatabaseConfig, with: impl FnOnce(&Bundle<'_>) -> T) -> T {
    let parts = chain.migrations.iter().map(|one| parts(one, ScriptParts::default(), None));
    with_parts(&parts.collect::<Vec<_>>(), config, with)
}

fn with_parts<T>(parts: &[Parts<'_>], config: &DatabaseConfig, with: impl FnOnce(&Bundle<'_>) -> T) -> T {
    let revisions: Vec<Revision<'_>> = parts.iter().map(revision).collect();
    with(&Bundle {
        backend: config.backend,
        version_table: &config.version_table,
        version_table_schema: config.version_table_schema.as_deref(),
        revisions: &revisions,
    })
}

fn parts<'a>(outline: &'a Outline, up: ScriptParts<'a>, down: Option<ScriptParts<'a>>) -> Parts<'a> {
    let metadata = &outline.metadata;
    Parts {
        outline,
        parents: metadata.revises.iter().map(|version| version.as_str()).collect(),
        depends_on: metadata.depends_on.iter().map(|version| version.as_str()).collect(),
        labels: metadata.labels.iter().map(String::as_str).collect(),
        replaces: metadata.replaces.iter().map(|version| version.as_str()).collect(),
        up,
        down,
    }
}

fn script_parts(script: &Script) -> ScriptParts<'_> {
    let line = |one: &sql::Statement| u32::try_from(one.span.line()).unwrap_or(u32::MAX);
    let statement = |one| Statement { sql: sql::Statement::text(one), line: line(one), check: one.check() };
    let statements = script.statements.iter().map(statement).collect();
    ScriptParts { checksum: script.checksum().to_string(), foreign_keys_off: script.foreign_keys_off(), statements }
}

fn revision<'a>(parts: &'a Parts<'a>) -> Revision<'a> {
    let Parts { outline, .. } = parts;
    Revision {
        name: &outline.name,
        path: &outline.path,
        version: outline.version.as_str(),
        message: &outline.metadata.message,
        parents: &parts.parents,
        depends_on: &parts.depends_on,
        labels: &parts.labels,
        replaces: &parts.replaces,
        irreversible: outline.metadata.irreversible.as_deref(),
        run_in_transaction: outline.metadata.run_in_transaction,
        up: script(&parts.up),
        down: parts.down.as_ref().map(script),
    }
}

fn script<'a>(parts: &'a ScriptParts<'a>) -> dbmig::Script<'a> {
    let ScriptParts { checksum, foreign_keys_off, statements } = parts;
    dbmig::Script { checksum, foreign_keys_off: *foreign_keys_off, statements }
}
