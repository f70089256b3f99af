//! The bundle: a validated chain of migrations as plain data.
//!
//! The build script writes one as a `static`, `cargo dbmig` makes one from the folder it has read.

use crate::backend::Backend;

/// A validated chain, parents before children.
///
/// `Bundle<'static>` is what `dbmig::embed!()` includes; `cargo dbmig` borrows from the folder it read.
#[derive(Clone, Copy, Debug)]
pub struct Bundle<'a> {
    /// The kind of database that the chain is written for.
    pub backend: Backend,
    /// The name of the ledger, `__diesel_schema_migrations` unless configured otherwise.
    pub version_table: &'a str,
    /// The schema that holds the ledger (PostgreSQL); the connection's own if absent.
    pub version_table_schema: Option<&'a str>,
    /// The revisions, each after its parents and dependencies.
    pub revisions: &'a [Revision<'a>],
}

/// One revision of a [`Bundle`].
#[derive(Clone, Copy, Debug)]
pub struct Revision<'a> {
    /// The folder's name: `2026-11-21-101500_create_users`.
    pub name: &'a str,
    /// The folder's path from the package's, with `/`: `migrations/2026-11-21-101500_create_users`.
    pub path: &'a str,
    /// The version that the name states: `20261121101500`.
    pub version: &'a str,
    /// What the author said that it does.
    pub message: &'a str,
    /// The versions that it revises; none for a root.
    pub parents: &'a [&'a str],
    /// Versions that must be applied before without being parents.
    pub depends_on: &'a [&'a str],
    /// Branch labels.
    pub labels: &'a [&'a str],
    /// Versions that this revision stands for since a squash.
    pub replaces: &'a [&'a str],
    /// Why there is no way back, where there is none on purpose.
    pub irreversible: Option<&'a str>,
    /// Whether its SQL runs in a transaction, together with its ledger row.
    pub run_in_transaction: bool,
    /// `up.sql`.
    pub up: Script<'a>,
    /// `down.sql`, where there is one.
    pub down: Option<Script<'a>>,
}

/// A SQL script, split into its statements.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    /// The checksum over the script's tokens, 32 hexadecimal digits.
    pub checksum: &'a str,
    /// Whether it rebuilds a table and therefore needs `PRAGMA foreign_keys = OFF` before its transaction begins
    /// (SQLite); always `false` on other backends.
    pub foreign_keys_off: bool,
    /// The statements in order, without the semicolons between them.
    pub statements: &'a [Statement<'a>],
}

/// One SQL statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Its text, from its first token to its last.
    pub sql: &'a str,
    /// The line on which it begins in its file, counted from 1.
    pub line: u32,
    /// What is wrong if it finds rows: it is a query that guards what follows (`-- dbmig: check`), and a run stops there.
    pub check: Option<&'a str>,
}
