//! Databases on the throwaway servers that `cargo xtask test` starts: each test makes its own, and it goes with the test.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// A new database, empty, and a connection to it. Dropped with this value.
pub struct Server<C: Speaks> {
    /// The connection.
    pub connection: C,
    name: String,
    url: String,
}

/// A connection to one of the servers.
pub trait Speaks: Connection + SimpleConnection {
    /// The variable that holds the server's URL.
    const VARIABLE: &'static str;
    /// What stands behind `DROP DATABASE name`.
    const DROP: &'static str;

    /// The answers of a query with one column, `line`.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn lines(&mut self, query: &str) -> QueryResult<Vec<String>>;
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Speaks for PgConnection {
    const VARIABLE: &'static str = "DBMIG_TEST_POSTGRES_URL";
    // A program that a test killed may still be connected.
    const DROP: &'static str = " WITH (FORCE)";

    fn lines(&mut self, query: &str) -> QueryResult<Vec<String>> {
        Ok(diesel::sql_query(query).load::<Line>(self)?.into_iter().map(|line| line.line).collect())
    }
}

impl Speaks for MysqlConnection {
    const VARIABLE: &'static str = "DBMIG_TEST_MYSQL_URL";
    const DROP: &'static str = "";

    fn lines(&mut self, query: &str) -> QueryResult<Vec<String>> {
        Ok(diesel::sql_query(query).load::<Line>(self)?.into_iter().map(|line| line.line).collect())
    }
}

impl Server<PgConnection> {
    /// A new PostgreSQL database.
    ///
    /// # Panics
    ///
    /// If no server is there.
    pub fn postgres() -> Server<PgConnection> {
        Server::new()
    }
}

impl Server<MysqlConnection> {
    /// A new MariaDB database.
    ///
    /// # Panics
    ///
    /// If no server is there.
    pub fn mysql() -> Server<MysqlConnection> {
        Server::new()
    }
}

impl<C: Speaks> Server<C> {
    fn new() -> Server<C> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("dbmig_test_{}_{number}", std::process::id());
        let server = server_url::<C>();
        let mut admin = connect::<C>(&server);
        run(&mut admin, &format!("DROP DATABASE IF EXISTS {name}{}", C::DROP));
        run(&mut admin, &format!("CREATE DATABASE {name}"));
        let url = with_database(&server, &name);
        Server { connection: connect(&url), name, url }
    }

    /// The database's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A further connection to it.
    pub fn connect(&self) -> C {
        connect(&self.url)
    }

    /// Runs SQL that has to work.
    #[track_caller]
    pub fn run(&mut self, sql: &str) {
        run(&mut self.connection, sql);
    }

    /// The answers of a query with one column, `line`.
    #[track_caller]
    pub fn lines(&mut self, query: &str) -> Vec<String> {
        self.connection.lines(query).unwrap_or_else(|error| panic!("{error}\n{query}"))
    }
}

impl<C: Speaks> Drop for Server<C> {
    fn drop(&mut self) {
        // A failure here would hide the test's own; the server goes soon anyway.
        let Ok(mut admin) = C::establish(&server_url::<C>()) else { return };
        let _goes_with_the_server = admin.batch_execute(&format!("DROP DATABASE {}{}", self.name, C::DROP));
    }
}

/// The URL of the server itself, with the right to make databases.
///
/// # Panics
///
/// If there is none.
#[track_caller]
pub fn server_url<C: Speaks>() -> String {
    let variable = C::VARIABLE;
    let hint = "the servers are started by `cargo xtask test` (or `cargo xtask servers -- COMMAND`)";
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} isn't set: {hint}"))
}

#[track_caller]
fn connect<C: Speaks>(url: &str) -> C {
    C::establish(url).unwrap_or_else(|error| panic!("{}: {error}", C::VARIABLE))
}

#[track_caller]
fn run<C: Speaks>(connection: &mut C, sql: &str) {
    connection.batch_execute(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

/// A server's URL with a database's name for its path.
fn with_database(server: &str, name: &str) -> String {
    let start = server.find("://").map_or(0, |at| at + 3);
    let end = server[start..].find(['/', '?']).map_or(server.len(), |at| start + at);
    let query = server[end..].find('?').map_or("", |at| &server[end + at..]);
    format!("{}/{name}{query}", &server[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_named_in_urls() {
        for (server, url) in [
            ("postgres://me:pw@127.0.0.1:5/postgres", "postgres://me:pw@127.0.0.1:5/x"),
            ("postgres://me@localhost/postgres?sslmode=disable", "postgres://me@localhost/x?sslmode=disable"),
            ("mysql://root:pw@127.0.0.1:3306", "mysql://root:pw@127.0.0.1:3306/x"),
        ] {
            assert_eq!(with_database(server, "x"), url);
        }
    }

    #[test]
    fn each_test_has_its_databases() {
        let names = {
            let (mut one, mut other) = (Server::postgres(), Server::postgres());
            one.run("CREATE TABLE a (b text); INSERT INTO a VALUES ('c')");
            assert_eq!(one.lines("SELECT b AS line FROM a"), ["c"]);
            assert!(other.connection.lines("SELECT b AS line FROM a").is_err());
            [one.name().to_owned(), other.name().to_owned()]
        };
        let mut next = Server::postgres();
        let left = next.lines("SELECT datname::text AS line FROM pg_database");
        assert!(names.iter().all(|name| !left.contains(name)), "{left:?}");

        let mut mysql = Server::mysql();
        mysql.run("CREATE TABLE a (b text); INSERT INTO a VALUES ('c')");
        assert_eq!(mysql.lines("SELECT b AS line FROM a"), ["c"]);
        let database = mysql.connect().lines("SELECT DATABASE() AS line").unwrap();
        assert_eq!(database, [mysql.name()]);
    }
}
