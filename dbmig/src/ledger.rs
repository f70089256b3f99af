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

    /// Columns, with `, ` between them, as text.
    pub(crate) fn texts(&self, columns: &str) -> String {
        columns.split(", ").map(|column| self.text(column)).collect::<Vec<_>>().join(", ")
    }

    /// The condition that a row is of one of these versions; none where that are so many that all rows had better be read.
    pub(crate) fn among(&self, versions: &[&str]) -> Option<String> {
        const NAMED_AT_MOST: usize = 500;
        match versions.len() {
            0 => Some("1 = 0".to_owned()),
            1..=NAMED_AT_MOST => Some(format!("version IN ({})", self.list(versions))),
            _ => None,
        }
    }

    fn list(&self, versions: &[&str]) -> String {
        versions.iter().map(|version| self.literal(version)).collect::<Vec<_>>().join(", ")
    }

    /// The applied versions, in their order and not the database's; none where the table doesn't exist.
    pub(crate) fn versions<D: Driver>(&self, conn: &mut D) -> Result<Vec<Version>, Failure> {
        if !conn.has_table(self.schema, self.name)? {
            return Ok(Vec::new());
        }
        let rows = conn.rows(&format!("SELECT {} FROM {}", self.text("version"), self.table()))?;
        let mut versions: Vec<Version> = rows.into_iter().flatten().flatten().map(Version::from).collect();
        versions.sort_unstable();
        Ok(versions)
    }

    /// The applied versions and when they were applied; none where the table doesn't exist.
    pub(crate) fn read<D: Driver>(&self, conn: &mut D) -> Result<BTreeMap<Version, String>, Failure> {
        self.select(conn, "")
    }

    /// When these versions were applied, those of them that are.
    pub(crate) fn run_on<D: Driver>(
        &self,
        conn: &mut D,
        versions: &[&str],
    ) -> Result<BTreeMap<Version, String>, Failure> {
        let among = self.among(versions);
        self.select(conn, &among.map(|among| format!(" WHERE {among}")).unwrap_or_default())
    }

    fn select<D: Driver>(&self, conn: &mut D, condition: &str) -> Result<BTreeMap<Version, String>, Failure> {
        if !conn.has_table(self.schema, self.name)? {
            return Ok(BTreeMap::new());
        }
        let (columns, table) = (self.texts("version, run_on"), self.table());
        let rows = conn.rows(&format!("SELECT {columns} FROM {table}{condition}"))?;
        let row = |row: Vec<Option<String>>| {
            let mut cells = row.into_iter();
            let version = cells.next().flatten()?;
            Some((Version::from(version), cells.next().flatten().unwrap_or_default()))
        };
        Ok(rows.into_iter().filter_map(row).collect())
    }

    /// Those of some versions that are applied.
    pub(crate) fn present<D: Driver>(&self, conn: &mut D, versions: &[&str]) -> Result<Vec<String>, Failure> {
        let (version, table, list) = (self.text("version"), self.table(), self.list(versions));
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
