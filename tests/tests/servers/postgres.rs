//! PostgreSQL.

mod alone;
mod checks;
mod meddling;
mod script;
mod steps;

use dbmig_tests::server::Server;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::*;

fn chain(revisions: &[Revision<'static>]) -> Bundle<'static> {
    bundle(Backend::Postgres, revisions)
}

/// `1_users`, `2_posts`, `3_tags` on a line.
fn line() -> Bundle<'static> {
    chain(&[
        revision("1_users", &[], "CREATE TABLE users (id INT PRIMARY KEY, name TEXT)", "DROP TABLE users"),
        revision("2_posts", &["1"], "CREATE TABLE posts (id INT PRIMARY KEY)", "DROP TABLE posts"),
        revision("3_tags", &["2"], "CREATE TABLE tags (id INT PRIMARY KEY)", "DROP TABLE tags"),
    ])
}

fn exec(conn: &mut PgConnection, sql: &str) {
    conn.batch_execute(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    cell: Option<String>,
}

/// The cells of a query with one column, `c`, joined by spaces.
fn ask(conn: &mut PgConnection, sql: &str) -> String {
    let sql = format!("SELECT c::text AS cell FROM ({sql}) q");
    let cells: Vec<Cell> = diesel::sql_query(&sql).load(conn).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    cells.into_iter().map(|cell| cell.cell.unwrap_or("NULL".to_owned())).collect::<Vec<_>>().join(" ")
}

/// Every table of the database but the ledger and the journal, and theirs too where they are somewhere else.
fn tables(conn: &mut PgConnection) -> String {
    ask(
        conn,
        "SELECT CASE nspname WHEN 'public' THEN relname ELSE nspname || '.' || relname END AS c FROM pg_class JOIN \
         pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND nspname !~ '^pg_|^information_schema' AND NOT \
         (nspname = 'public' AND relname ~ '^__') ORDER BY 1",
    )
}

fn ledger(conn: &mut PgConnection) -> String {
    ask(conn, "SELECT version AS c FROM public.__diesel_schema_migrations ORDER BY 1")
}

fn setting(conn: &mut PgConnection, name: &str) -> String {
    ask(conn, &format!("SELECT current_setting('{name}') AS c"))
}

fn advisory_locks(conn: &mut PgConnection) -> String {
    ask(
        conn,
        "SELECT count(*) AS c FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database \
         WHERE datname = current_database())",
    )
}
