//! A real SQLite database in memory, and what SQLite itself says of it.

use cargo_dbmig::introspect::introspect;
use dbmig::Backend;
use dbmig_build::schema::{Name, ObjectName, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// A connection to a database of its own.
pub struct Database(pub SqliteConnection);

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Default for Database {
    fn default() -> Database {
        Database::new()
    }
}

impl Database {
    /// An empty database.
    pub fn new() -> Database {
        Database(SqliteConnection::establish(":memory:").unwrap_or_else(|error| panic!("{error}")))
    }

    /// Runs SQL that has to work.
    pub fn run(&mut self, sql: &str) {
        self.0.batch_execute(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// Switches foreign keys on or off.
    pub fn foreign_keys(&mut self, on: bool) {
        self.run(if on { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" });
    }

    /// Runs a script as Diesel's own harness does: in a transaction, with foreign keys as they are.
    pub fn migrate_by_diesel(&mut self, sql: &str) -> Result<(), String> {
        self.0
            .transaction(|connection| connection.batch_execute(sql))
            .map_err(|error: diesel::result::Error| error.to_string())
    }

    /// Runs a script as the runner does: statement by statement, in a transaction, foreign keys off if it needs that.
    pub fn migrate(&mut self, sql: &str) -> Result<(), String> {
        let script = split(&Source::new("up.sql", sql), Backend::Sqlite);
        assert_eq!(script.diagnostics, []);
        assert_eq!(script.todos().count(), 0, "{sql}");
        self.foreign_keys(!script.foreign_keys_off());
        self.run("BEGIN");
        for statement in &script.statements {
            let text = statement.text();
            self.0.batch_execute(text).map_err(|error| format!("{error}: {text}"))?;
        }
        self.run("COMMIT");
        self.foreign_keys(true);
        Ok(())
    }

    /// The schema as introspection tells it.
    pub fn schema(&mut self) -> Schema {
        introspect(&mut self.0, &[]).unwrap_or_else(|error| panic!("{error}: {error:#?}"))
    }

    /// The answers of a query with one column, `line`.
    pub fn lines(&mut self, query: &str) -> Vec<String> {
        let lines = diesel::sql_query(query).load::<Line>(&mut self.0);
        lines.unwrap_or_else(|error| panic!("{error}\n{query}")).into_iter().map(|line| line.line).collect()
    }

    /// What `PRAGMA foreign_key_check` finds.
    pub fn violations(&mut self) -> Vec<String> {
        self.lines(
            "SELECT \"table\" || ' ' || coalesce(rowid, '') || ' ' || parent AS line FROM pragma_foreign_key_check",
        )
    }

    /// The values of a column, sorted.
    pub fn values(&mut self, table: &ObjectName, column: &Name) -> Vec<String> {
        let (table, column) = (table.sql(), column.sql());
        self.lines(&format!("SELECT quote({column}) AS line FROM {table} ORDER BY 1"))
    }

    /// Tables, columns, keys, references, indexes, triggers and views, as SQLite's pragmas tell them, sorted. Nothing
    /// of it comes from the text of a statement.
    pub fn structure(&mut self) -> Vec<String> {
        let tables = "SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'";
        let columns = format!(
            "SELECT 'column ' || t.name || ' ' || quote(c.name) || ' ' || lower(c.type) || ' notnull=' || c.\"notnull\" ||
             ' default=' || quote(c.dflt_value) || ' key=' || c.pk || ' hidden=' || c.hidden || ' wr=' || t.wr ||
             ' strict=' || t.strict AS line
             FROM ({tables}) t JOIN pragma_table_xinfo(t.name) c"
        );
        let indexes = format!(
            "SELECT 'index ' || t.name || ' ' || CASE i.origin WHEN 'c' THEN i.name ELSE '' END || ' ' || i.origin ||
             ' unique=' || i.\"unique\" || ' partial=' || i.partial || ' ' ||
             (SELECT group_concat(coalesce(x.name, '?') || ' ' || x.coll || ' ' || x.\"desc\")
              FROM pragma_index_xinfo(i.name) x WHERE x.key) AS line
             FROM ({tables}) t JOIN pragma_index_list(t.name) i"
        );
        let references = format!(
            "SELECT 'reference ' || t.name || ' ' || group_concat(f.\"from\" || '>' || coalesce(f.\"to\", '')) || ' ' || f.\"table\" ||
             ' ' || f.on_update || ' ' || f.on_delete || ' ' || f.match AS line
             FROM ({tables}) t JOIN pragma_foreign_key_list(t.name) f GROUP BY t.name, f.id"
        );
        let rest = "SELECT type || ' ' || name || ' ' || tbl_name AS line FROM sqlite_master WHERE type IN ('trigger', 'view')";
        let mut lines: Vec<String> =
            [columns, indexes, references, rest.to_owned()].iter().flat_map(|query| self.lines(query)).collect();
        lines.sort();
        lines
    }
}
