//! A chain that was read from its folder, as the bundle that is emitted and that the runner takes.

use dbmig::{Bundle, Revision, Script, Statement};

use crate::config::DatabaseConfig;
use crate::link::Chain;
use crate::migration::Migration;
use crate::sql;

/// What a [`Revision`] borrows and a [`Migration`] has in another form.
struct Parts<'a> {
    migration: &'a Migration,
    parents: Vec<&'a str>,
    depends_on: Vec<&'a str>,
    labels: Vec<&'a str>,
    replaces: Vec<&'a str>,
    up: ScriptParts<'a>,
    down: Option<ScriptParts<'a>>,
}

struct ScriptParts<'a> {
    checksum: String,
    foreign_keys_off: bool,
    statements: Vec<Statement<'a>>,
}

/// Calls `with` with the bundle of a chain.
pub fn with_bundle<T>(chain: &Chain, config: &DatabaseConfig, with: impl FnOnce(&Bundle<'_>) -> T) -> T {
    let parts: Vec<Parts<'_>> = chain.migrations.iter().map(parts).collect();
    let revisions: Vec<Revision<'_>> = parts.iter().map(revision).collect();
    with(&Bundle {
        backend: config.backend,
        version_table: &config.version_table,
        version_table_schema: config.version_table_schema.as_deref(),
        revisions: &revisions,
    })
}

fn parts(migration: &Migration) -> Parts<'_> {
    let metadata = &migration.metadata;
    Parts {
        migration,
        parents: metadata.revises.iter().map(|version| version.as_str()).collect(),
        depends_on: metadata.depends_on.iter().map(|version| version.as_str()).collect(),
        labels: metadata.labels.iter().map(String::as_str).collect(),
        replaces: metadata.replaces.iter().map(|version| version.as_str()).collect(),
        up: script_parts(&migration.up),
        down: migration.down.as_ref().map(script_parts),
    }
}

fn script_parts(script: &sql::Script) -> ScriptParts<'_> {
    let line = |one: &sql::Statement| u32::try_from(one.span.line()).unwrap_or(u32::MAX);
    let statement = |one| Statement { sql: sql::Statement::text(one), line: line(one), check: one.check() };
    let statements = script.statements.iter().map(statement).collect();
    ScriptParts { checksum: script.checksum().to_string(), foreign_keys_off: script.foreign_keys_off(), statements }
}

fn revision<'a>(parts: &'a Parts<'a>) -> Revision<'a> {
    let Parts { migration, .. } = parts;
    Revision {
        name: &migration.name,
        path: &migration.path,
        version: migration.version.as_str(),
        message: &migration.metadata.message,
        parents: &parts.parents,
        depends_on: &parts.depends_on,
        labels: &parts.labels,
        replaces: &parts.replaces,
        irreversible: migration.metadata.irreversible.as_deref(),
        run_in_transaction: migration.metadata.run_in_transaction,
        up: script(&parts.up),
        down: parts.down.as_ref().map(script),
    }
}

fn script<'a>(parts: &'a ScriptParts<'a>) -> Script<'a> {
    let ScriptParts { checksum, foreign_keys_off, statements } = parts;
    Script { checksum, foreign_keys_off: *foreign_keys_off, statements }
}
