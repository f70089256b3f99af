//! MySQL, or MariaDB.

mod alone;
mod checks;
mod script;
mod steps;

use dbmig_tests::server::Server;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::*;

fn chain(revisions: &[Revision<'static>]) -> Bundle<'static> {
    bundle(Backend::Mysql, revisions)
}

/// `1_users`, `2_posts`, `3_tags` on a line.
fn line() -> Bundle<'static> {
    chain(&[
        revision("1_users", &[], "CREATE TABLE users (id INT PRIMARY KEY, name TEXT)", "DROP TABLE users"),
        revision("2_posts", &["1"], "CREATE TABLE posts (id INT PRIMARY KEY)", "DROP TABLE posts"),
        revision("3_tags", &["2"], "CREATE TABLE tags (id INT PRIMARY KEY)", "DROP TABLE tags"),
    ])
}

fn exec(conn: &mut MysqlConnection, sql: &str) {
    conn.batch_execute(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    cell: Option<String>,
}

/// The cells of a query with one column, `c`, in order, joined by spaces.
fn ask(conn: &mut MysqlConnection, sql: &str) -> String {
    let sql = format!("SELECT CAST(c AS CHAR) AS cell FROM ({sql}) q ORDER BY 1");
    let cells: Vec<Cell> = diesel::sql_query(&sql).load(conn).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    cells.into_iter().map(|cell| cell.cell.unwrap_or("NULL".to_owned())).collect::<Vec<_>>().join(" ")
}

fn tables(conn: &mut MysqlConnection) -> String {
    ask(
        conn,
        "SELECT table_name AS c FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE \
         '\\_\\_%'",
    )
}

fn ledger(conn: &mut MysqlConnection) -> String {
    ask(conn, "SELECT version AS c FROM __diesel_schema_migrations")
}

/// Whether nobody has the lock, whose name others may rely on.
fn is_free(url: &str) -> bool {
    let conn = &mut MysqlConnection::establish(url).unwrap();
    let database = ask(conn, "SELECT DATABASE() AS c");
    let readable: String = database.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let hash = Checksum::of_tokens([database.as_str(), "__diesel_schema_migrations"]);
    ask(conn, &format!("SELECT IS_USED_LOCK('dbmig:{readable}:{hash}') AS c")) == "NULL"
}
