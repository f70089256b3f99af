//! The ledger: the table of applied versions, Diesel's own unless configured otherwise.

use std::collections::BTreeMap;

use crate::bundle::Bundle;
use crate::driver::dialect::{Dialect, dialect};
use crate::driver::{Driver, Failure};
use crate::version::Version;

/// Where the ledger is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ledger<'a> {
    /// The schema: the configured one, or the one that the connection has found.
    pub(crate) schema: Option<&'a str>,
    /// The table's name.
    pub(crate) name: &'a str,
    backend: crate::Backend,
}

impl<'a> Ledger<'a> {
    /// A chain's ledger on a connection.
    pub(crate) fn of<D: Driver>(bundle: &Bundle<'a>, session: &'a D::Session) -> Ledger<'a> {
        Ledger { schema: bundle.version_table_schema.or(D::schema(session)), ..Ledger::offline(bundle) }
    }

    /// A chain's ledger, as a script names it.
    pub(crate) fn offline(bundle: &Bundle<'a>) -> Ledger<'a> {
        Ledger { schema: bundle.version_table_schema, name: bundle.version_table, backend: bundle.backend }
    }

    pub(crate) fn dialect(&self) -> &'static Dialect {
        dialect(self.backend)
    }

    /// Its qualified name: a script that sets `search_path` must not lose it.
    pub(crate) fn table(&self) -> String {
        self.dialect().qualified(self.schema, self.name)
    }

    /// A text as an SQL literal.
    pub(crate) fn literal(&self, text: &str) -> String {
        self.dialect().literal(text)
    }

    /// A column as text.
    pub(crate) fn text(&self, column: &str) -> String {
        self.dialect().as_text(column)
    }

    /// The applied versions and when they were applied; none where the table doesn't exist.
    pub(crate) fn read<D: Driver>(&self, conn: &mut D) -> Result<BTreeMap<Version, String>, Failure> {
        if !conn.has_table(self.schema, self.name)? {
            return Ok(BTreeMap::new());
        }
        let rows =
            conn.rows(&format!("SELECT {}, {} FROM {}", self.text("version"), self.text("run_on"), self.table()))?;
        let row = |row: Vec<Option<String>>| {
            let mut cells = row.into_iter();
            let version = cells.next().flatten()?;
            Some((Version::from(version), cells.next().flatten().unwrap_or_default()))
        };
        Ok(rows.into_iter().filter_map(row).collect())
    }

    /// Those of some versions that are applied.
    pub(crate) fn present<D: Driver>(&self, conn: &mut D, versions: &[&str]) -> Result<Vec<String>, Failure> {
        let list = versions.iter().map(|version| self.literal(version)).collect::<Vec<_>>().join(", ");
        let (version, table) = (self.text("version"), self.table());
        let rows = conn.rows(&format!("SELECT {version} FROM {table} WHERE version IN ({list})"))?;
        Ok(rows.into_iter().flatten().flatten().collect())
    }

    /// The statement that makes the table where it is missing: Diesel's DDL.
    pub(crate) fn create_sql(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n       version VARCHAR(50) PRIMARY KEY NOT NULL,\n       run_on TIMESTAMP \
             NOT NULL DEFAULT CURRENT_TIMESTAMP\n)",
            self.table()
        )
    }

    /// The statement that says that a version is applied.
    pub(crate) fn insert_sql(&self, version: &str) -> String {
        format!("INSERT INTO {} (version) VALUES ({})", self.table(), self.literal(version))
    }

    /// The same, where the row may be there.
    pub(crate) fn insert_missing_sql(&self, version: &str) -> String {
        let (table, literal) = (self.table(), self.literal(version));
        format!(
            "INSERT INTO {table} (version) SELECT {literal} WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE version = \
             {literal})"
        )
    }

    /// The statement that says that a version is not applied.
    pub(crate) fn delete_sql(&self, version: &str) -> String {
        format!("DELETE FROM {} WHERE version = {}", self.table(), self.literal(version))
    }
}
