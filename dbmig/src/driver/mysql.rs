//! MySQL and MariaDB: a named lock of the connection, since DDL ends transactions.

mod value;

use std::cell::Cell;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, DefaultLoadingMode, SimpleConnection, TransactionManager};
use diesel::deserialize::{FromSql, QueryableByName};
use diesel::mysql::Mysql;
use diesel::row::{Field, NamedRow};
use diesel::sql_types::Text;
use diesel::{MysqlConnection, RunQueryDsl};

use super::dialect::{Dialect, dialect};
use super::poll::poll;
use super::{Driver, Failure, FailureKind, Place, private};
use crate::backend::Backend;
use crate::checksum::Checksum;
use crate::error::Found;
use value::Named;

/// What scripts may alter, in an order in which it can be put back: what stands later depends on what stands before.
const SETTINGS: [&str; 10] = [
    "sql_mode",
    "foreign_key_checks",
    "unique_checks",
    "time_zone",
    "sql_safe_updates",
    "lock_wait_timeout",
    "character_set_client",
    "character_set_results",
    "character_set_connection",
    "collation_connection",
];

/// What dbmig knows of a connection while it uses it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Session {
    /// The default database.
    database: String,
    /// The lock's name.
    key: String,
    lock_timeout: Duration,
    /// The values of [`SETTINGS`].
    settings: Vec<Option<String>>,
    /// Whether the lock is held across transactions.
    is_held: Cell<bool>,
    /// Whether the transaction that is open has taken it.
    is_taken: Cell<bool>,
}

impl private::Sealed for MysqlConnection {}

impl Driver for MysqlConnection {
    const BACKEND: Backend = Backend::Mysql;

    type Session = Session;

    type Hold = ();

    fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        // libmariadb doesn't survive an empty one.
        if sqls().is_blank(sql) {
            return Ok(());
        }
        self.batch_execute(sql).map_err(|error| failure(&error))
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let rows: Vec<Cells> = diesel::sql_query(sql).load(self).map_err(|error| failure(&error))?;
        Ok(rows.into_iter().map(|Cells(cells)| cells).collect())
    }

    fn find(&mut self, query: &str, at_most: usize) -> Result<Found, Failure> {
        let refused = |error| failure(&error);
        let rows = diesel::sql_query(query).load_iter::<Named, DefaultLoadingMode>(self).map_err(refused)?;
        Found::of(rows.map(|row| row.map(|Named(cells)| cells).map_err(refused)), at_most)
    }

    fn in_transaction(&mut self) -> bool {
        let status = AnsiTransactionManager::transaction_manager_status_mut(self);
        !matches!(status.transaction_depth(), Ok(None))
    }

    fn has_table(&mut self, schema: Option<&str>, name: &str) -> Result<bool, Failure> {
        let schema = schema.map_or("DATABASE()".to_owned(), |schema| sqls().literal(schema));
        let name = sqls().literal(name);
        let sql = format!(
            "SELECT CAST(table_name AS CHAR) FROM information_schema.tables WHERE table_schema = {schema} AND \
             table_name = {name}"
        );
        Ok(!self.rows(&sql)?.is_empty())
    }

    fn create(&mut self, _schema: Option<&str>, tables: &[String]) -> Result<(), Failure> {
        // The caller's transaction, or the one that `begin` began: it is committed by the statement.
        let status = AnsiTransactionManager::transaction_manager_status_mut(self);
        if matches!(status.transaction_depth(), Ok(Some(depth)) if depth.get() > 1) {
            let message = "MySQL would commit the caller's transaction: call it once with a connection that is in none";
            return Err(Failure::new(FailureKind::Other, message));
        }
        for table in tables {
            self.execute(table)?;
        }
        self.execute(sqls().begin)
    }

    fn enter(&mut self, ledger: Place<'_>, lock_timeout: Duration) -> Result<Session, Failure> {
        let names =
            SETTINGS.iter().map(|name| format!("CAST(@@SESSION.{name} AS CHAR)")).collect::<Vec<_>>().join(", ");
        let rows =
            self.rows(&format!("SELECT CAST(DATABASE() AS CHAR), CAST(@@SESSION.autocommit AS CHAR), {names}"))?;
        let mut cells = rows.into_iter().flatten();
        let (own, autocommit) = (cells.next().flatten(), cells.next().flatten());
        let refused = |message: &str| Failure::new(FailureKind::Other, message);
        let database = own.ok_or_else(|| refused("the connection has no default database: name one in its URL"))?;
        if autocommit.as_deref() == Some("0") {
            return Err(refused("the connection has `autocommit` off: switch it on"));
        }
        let place = ledger.schema.unwrap_or(&database);
        let readable: String = place.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
        // At most 64 characters.
        let key = format!("dbmig:{readable}:{}", Checksum::of_tokens([place, ledger.table]));
        let (is_held, is_taken) = (Cell::new(false), Cell::new(false));
        Ok(Session { key, lock_timeout, settings: cells.collect(), database, is_held, is_taken })
    }

    fn schema(session: &Session) -> Option<&str> {
        Some(&session.database)
    }

    fn settle(&mut self, session: &Session) -> Result<(), Failure> {
        let names =
            SETTINGS.iter().map(|name| format!("CAST(@@SESSION.{name} AS CHAR)")).collect::<Vec<_>>().join(", ");
        let rows = self.rows(&format!("SELECT CAST(DATABASE() AS CHAR), {names}"))?;
        let mut now = rows.into_iter().flatten();
        if now.next().flatten().as_deref() != Some(&session.database) {
            self.execute(&format!("USE {}", sqls().identifier(&session.database)))?;
        }
        let now: Vec<Option<String>> = now.collect();
        if now == session.settings {
            return Ok(());
        }
        for (name, value) in SETTINGS.iter().zip(&session.settings) {
            let value = match value {
                None => "NULL".to_owned(),
                Some(number) if !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()) => {
                    number.clone()
                }
                Some(text) => sqls().literal(text),
            };
            self.execute(&format!("SET SESSION {name} = {value}"))?;
        }
        Ok(())
    }

    fn leave(&mut self, session: &Session) -> Result<(), Failure> {
        self.settle(session)
    }

    fn begin(&mut self, session: &Session) -> Result<(), Failure> {
        if !session.is_held.get() {
            take(self, session)?;
            session.is_taken.set(true);
        }
        AnsiTransactionManager::begin_transaction(self).map_err(|error| {
            let failure = failure(&error);
            let_go(self, session);
            failure
        })
    }

    fn commit(&mut self, session: &Session) -> Result<(), Failure> {
        AnsiTransactionManager::commit_transaction(self).map_err(|error| failure(&error))?;
        let_go(self, session);
        Ok(())
    }

    fn rollback(&mut self, session: &Session) {
        // Each fails where the connection is lost: then the server does it.
        if self.in_transaction() {
            let _ = AnsiTransactionManager::rollback_transaction(self);
        } else {
            // A script's own.
            let _ = self.batch_execute("ROLLBACK");
            let _ = self.batch_execute("UNLOCK TABLES");
        }
        let_go(self, session);
    }

    fn hold(&mut self, session: &Session) -> Result<(), Failure> {
        take(self, session)?;
        session.is_held.set(true);
        Ok(())
    }

    fn release(&mut self, session: &Session, (): ()) {
        session.is_held.set(false);
        session.is_taken.set(true);
        let_go(self, session);
    }
}

fn sqls() -> &'static Dialect {
    dialect(Backend::Mysql)
}

fn take(conn: &mut MysqlConnection, session: &Session) -> Result<(), Failure> {
    let key = sqls().literal(&session.key);
    let ask = |conn: &mut MysqlConnection| {
        let rows = conn.rows(&format!("SELECT CAST(GET_LOCK({key}, 0) AS CHAR)"))?;
        Ok(rows.into_iter().flatten().flatten().next().as_deref() == Some("1"))
    };
    poll(conn, session.lock_timeout, ask, |conn| holder(conn, &key))
}

/// Gives back what the transaction has taken.
fn let_go(conn: &mut MysqlConnection, session: &Session) {
    if session.is_taken.replace(false) {
        let key = sqls().literal(&session.key);
        // It ends with the connection too.
        let _ = conn.batch_execute(&format!("DO RELEASE_LOCK({key})"));
    }
}

/// Who holds the lock, and since when it is at it.
fn holder(conn: &mut MysqlConnection, key: &str) -> Option<String> {
    let first = |rows: Vec<Vec<Option<String>>>| rows.into_iter().flatten().flatten().next();
    let id = first(conn.rows(&format!("SELECT CAST(IS_USED_LOCK({key}) AS CHAR)")).ok()?)?;
    // Other users' connections are seen with the PROCESS privilege alone.
    let more = conn.rows(&format!(
        "SELECT CAST(CONCAT(' (user ', USER, ', from ', HOST, ') since ', DATE_FORMAT(NOW() - INTERVAL TIME SECOND, \
         '%Y-%m-%d %H:%i:%s')) AS CHAR) FROM information_schema.PROCESSLIST WHERE ID = {id}"
    ));
    Some(format!("connection {id}{}", more.ok().and_then(first).unwrap_or_default()))
}

fn failure(error: &diesel::result::Error) -> Failure {
    let message = error.to_string();
    // "… right syntax to use near 'x' at line 3": within the statement.
    let line = message.rsplit_once(" at line ").and_then(|(_, line)| line.trim().parse().ok());
    Failure { line: line.filter(|_| message.contains("SQL syntax")), ..Failure::new(FailureKind::Other, message) }
}

/// A row as text, whatever its columns are called.
struct Cells(Vec<Option<String>>);

impl QueryableByName<Mysql> for Cells {
    fn build<'a>(row: &impl NamedRow<'a, Mysql>) -> diesel::deserialize::Result<Self> {
        let cell = |at: usize| -> diesel::deserialize::Result<Option<String>> {
            let field = diesel::row::Row::get(row, at).ok_or("a column is missing")?;
            field.value().map(<String as FromSql<Text, Mysql>>::from_sql).transpose()
        };
        (0..row.field_count()).map(cell).collect::<diesel::deserialize::Result<_>>().map(Cells)
    }
}
