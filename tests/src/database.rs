//! A real SQLite database in memory, and what SQLite itself says of it.

use cargo_dbmig::introspect::introspect;
use dbmig::Backend;
use dbmig_build::schema::{Name, ObjectName, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::{Script, split};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// A connection to a database of its own.
pub struct Database {
    /// The connection.
    pub connection: SqliteConnection,
    /// Up and down of the revisions that were applied.
    chain: Vec<[Script; 2]>,
}

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
        let connection = SqliteConnection::establish(":memory:").unwrap_or_else(|error| panic!("{error}"));
        Database { connection, chain: Vec::new() }
    }

    /// Runs SQL that has to work.
    pub fn run(&mut self, sql: &str) {
        self.connection.batch_execute(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// Switches foreign keys on or off.
    pub fn foreign_keys(&mut self, on: bool) {
        self.run(if on { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" });
    }

    /// Runs a script as Diesel's own harness does: in a transaction, with foreign keys as they are.
    pub fn migrate_by_diesel(&mut self, sql: &str) -> Result<(), String> {
        self.connection
            .transaction(|connection| connection.batch_execute(sql))
            .map_err(|error: diesel::result::Error| error.to_string())
    }

    /// Applies a revision of these scripts on top of those that were applied before, by dbmig's runner.
    pub fn upgrade(&mut self, up: &str, down: &str) -> Result<(), String> {
        self.chain.push([read(up), read(down)]);
        let outcome = with_bundle(&self.chain, |bundle| bundle.upgrade(&mut self.connection, "heads"));
        if outcome.is_err() {
            self.chain.pop();
        }
        outcome
    }

    /// Reverts the last revision.
    pub fn downgrade(&mut self) -> Result<(), String> {
        with_bundle(&self.chain, |bundle| bundle.downgrade(&mut self.connection, "-1"))?;
        self.chain.pop();
        Ok(())
    }

    /// The schema as introspection tells it.
    pub fn schema(&mut self) -> Schema {
        introspect(&mut self.connection, &[]).unwrap_or_else(|error| panic!("{error}: {error:#?}"))
    }

    /// The answers of a query with one column, `line`.
    pub fn lines(&mut self, query: &str) -> Vec<String> {
        let lines = diesel::sql_query(query).load::<Line>(&mut self.connection);
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
        let tables = "SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_\\_d%' ESCAPE '\\'";
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

/// A script, which must hold nothing that is left to do.
fn read(sql: &str) -> Script {
    let script = split(&Source::new("script.sql", sql), Backend::Sqlite);
    assert_eq!(script.diagnostics, []);
    assert_eq!(script.todos().count(), 0, "{sql}");
    script
}

fn statement(statement: &dbmig_build::sql::Statement) -> dbmig::Statement<'_> {
    dbmig::Statement { sql: statement.text(), line: statement.line() as u32, check: statement.check() }
}

fn with_bundle(
    chain: &[[Script; 2]],
    run: impl FnOnce(&dbmig::Bundle<'_>) -> Result<dbmig::Report, dbmig::Error>,
) -> Result<(), String> {
    let versions: Vec<String> = (1..=chain.len()).map(|number| format!("{number:04}")).collect();
    let checksums = chain.iter().map(|scripts| scripts.each_ref().map(|script| script.checksum().to_string()));
    let checksums: Vec<[String; 2]> = checksums.collect();
    let statements =
        chain.iter().map(|scripts| scripts.each_ref().map(|script| script.statements.iter().map(statement).collect()));
    let statements: Vec<[Vec<dbmig::Statement<'_>>; 2]> = statements.collect();
    let parents: Vec<Vec<&str>> =
        (0..chain.len()).map(|at| at.checked_sub(1).map(|at| &*versions[at]).into_iter().collect()).collect();
    let revisions = (0..chain.len()).map(|at| {
        let script = |half: usize| dbmig::Script {
            checksum: &checksums[at][half],
            foreign_keys_off: chain[at][half].foreign_keys_off(),
            statements: &statements[at][half],
        };
        dbmig::Revision {
            name: &versions[at],
            path: &versions[at],
            version: &versions[at],
            message: "",
            parents: &parents[at],
            depends_on: &[],
            labels: &[],
            replaces: &[],
            irreversible: None,
            run_in_transaction: true,
            up: script(0),
            down: Some(script(1)),
        }
    });
    let revisions: Vec<dbmig::Revision<'_>> = revisions.collect();
    let bundle = dbmig::Bundle {
        backend: Backend::Sqlite,
        version_table: "__diesel_schema_migrations",
        version_table_schema: None,
        revisions: &revisions,
    };
    run(&bundle).map(drop).map_err(|error| error.to_string())
}
