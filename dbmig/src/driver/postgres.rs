//! PostgreSQL: an advisory lock within each transaction.
//!
//! Nothing here needs the session but a revision that runs without a transaction, so that the rest works behind a
//! pooler that gives each transaction another one: what a script sets is put back before its transaction is committed,
//! and every query is a transaction.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::deserialize::{FromSql, QueryableByName};
use diesel::pg::Pg;
use diesel::row::{Field, NamedRow};
use diesel::sql_types::Text;
use diesel::{PgConnection, RunQueryDsl};

use super::dialect::{Dialect, dialect};
use super::poll::poll;
use super::{Driver, Failure, FailureKind, Place, private};
use crate::backend::Backend;
use crate::checksum::Checksum;
use crate::error::Found;

/// What dbmig knows of a connection while it uses it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Session {
    schema: String,
    key: i64,
    lock_timeout: Duration,
    /// What scripts may alter, as it was before: noted where the lock is taken.
    settings: RefCell<Option<Settings>>,
    /// Whether the lock is held across transactions.
    is_held: Cell<bool>,
}

/// The settings that this session made, `role` and the like among them: what isn't here is as the server has it.
type Settings = BTreeMap<String, String>;

impl private::Sealed for PgConnection {}

impl Driver for PgConnection {
    const BACKEND: Backend = Backend::Postgres;

    type Session = Session;

    type Hold = ();

    fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        if sqls().is_blank(sql) {
            return Ok(());
        }
        self.batch_execute(sql).map_err(|error| failure(&error, sql))
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        // Diesel prepares a statement and then runs it: two messages, which a pooler must not give to two servers.
        let alone = !self.in_transaction();
        if alone {
            begin(self)?;
        }
        let rows = diesel::sql_query(sql).load(self).map_err(|error| failure(&error, sql));
        if alone {
            if rows.is_ok() {
                AnsiTransactionManager::commit_transaction(self).map_err(|error| failure(&error, ""))?;
            } else {
                let _ = AnsiTransactionManager::rollback_transaction(self);
            }
        }
        Ok(rows?.into_iter().map(|Cells(cells)| cells).collect())
    }

    fn find(&mut self, query: &str, at_most: usize) -> Result<Found, Failure> {
        // Diesel reads PostgreSQL's binary values, so that the server has to write them as text, whatever they are.
        // What stands before the query is on its first line: the line of an error is that within the query.
        let sql = format!(
            "SELECT found.place::text, cell.name, cell.value FROM (SELECT pg_catalog.row_number() OVER () AS place, \
             pg_catalog.row_to_json(asked) AS cells FROM ({query}\n) asked LIMIT {}) found \
             LEFT JOIN LATERAL pg_catalog.json_each_text(found.cells) WITH ORDINALITY cell (name, value, place) ON true \
             ORDER BY found.place, cell.place",
            at_most.saturating_add(1)
        );
        // By the places of the rows, which are numbers from 1.
        let mut rows: BTreeMap<usize, Vec<(String, Option<String>)>> = BTreeMap::new();
        for row in self.rows(&sql)? {
            let mut cells = row.into_iter();
            let (place, name, value) = (cells.next().flatten(), cells.next().flatten(), cells.next().flatten());
            let row = rows.entry(place.and_then(|place| place.parse().ok()).unwrap_or_default()).or_default();
            row.extend(name.map(|name| (name, value)));
        }
        Found::of(rows.into_values().map(Ok), at_most)
    }

    fn in_transaction(&mut self) -> bool {
        let status = AnsiTransactionManager::transaction_manager_status_mut(self);
        !matches!(status.transaction_depth(), Ok(None))
    }

    fn has_table(&mut self, schema: Option<&str>, name: &str) -> Result<bool, Failure> {
        let sql = format!(
            "SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname = {} AND c.relname = {}",
            schema.map_or("pg_catalog.current_schema()".to_owned(), |schema| sqls().literal(schema)),
            sqls().literal(name)
        );
        Ok(!self.rows(&sql)?.is_empty())
    }

    fn create(&mut self, schema: Option<&str>, tables: &[String]) -> Result<(), Failure> {
        if let Some(schema) = schema {
            let name = sqls().literal(schema);
            let found =
                self.rows(&format!("SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname = {name}"))?;
            // Even IF NOT EXISTS asks for the right to make one.
            if found.is_empty() {
                self.execute(&format!("CREATE SCHEMA IF NOT EXISTS {}", sqls().identifier(schema)))?;
            }
        }
        tables.iter().try_for_each(|table| self.execute(table))
    }

    fn enter(&mut self, ledger: Place<'_>, lock_timeout: Duration) -> Result<Session, Failure> {
        if !self.in_transaction() {
            // Within a transaction it is another time. One that Diesel doesn't know of would be committed with ours.
            let alone = self.batch_execute("SELECT 1 / (pg_catalog.now() = pg_catalog.statement_timestamp())::int");
            alone.map_err(|error| match failure(&error, "") {
                failure if failure.message.starts_with("division by zero") => Failure::new(
                    FailureKind::Other,
                    "the connection is in a transaction that Diesel doesn't know of: begin it with \
                     `Connection::transaction`, not with BEGIN",
                ),
                failure => failure,
            })?;
        }
        let found = self.rows("SELECT pg_catalog.current_schema()::text, pg_catalog.current_database()::text")?;
        let mut cells = found.into_iter().flatten();
        let (own, database) = (cells.next().flatten(), cells.next().flatten().unwrap_or_default());
        let schema = ledger.schema.map(str::to_owned).or(own).ok_or_else(|| {
            let message = "no schema that exists is in the connection's search_path, so that there is no place for the \
                           version table";
            Failure::new(FailureKind::Other, message)
        })?;
        let digits = Checksum::of_tokens(["dbmig", database.as_str(), schema.as_str(), ledger.table]).to_string();
        let key = digits.get(..16).and_then(|half| u64::from_str_radix(half, 16).ok()).unwrap_or_default();
        Ok(Session {
            schema,
            key: i64::from_be_bytes(key.to_be_bytes()),
            lock_timeout,
            settings: RefCell::new(None),
            is_held: Cell::new(false),
        })
    }

    fn schema(session: &Session) -> Option<&str> {
        Some(&session.schema)
    }

    fn settle(&mut self, session: &Session) -> Result<(), Failure> {
        match &*session.settings.borrow() {
            Some(before) => restore(self, before),
            None => Ok(()),
        }
    }

    fn leave(&mut self, _session: &Session) -> Result<(), Failure> {
        Ok(())
    }

    fn begin(&mut self, session: &Session) -> Result<(), Failure> {
        if session.is_held.get() {
            return begin(self);
        }
        let ask = |conn: &mut PgConnection| {
            begin(conn)?;
            let given = answer(conn, &format!("pg_catalog.pg_try_advisory_xact_lock({})", session.key));
            // Whoever waits within a transaction may keep others waiting.
            if !matches!(given, Ok(true)) {
                let _ = AnsiTransactionManager::rollback_transaction(conn);
            }
            given
        };
        poll(self, session.lock_timeout, ask, |conn| holder(conn, session.key))?;
        note(self, session).inspect_err(|_| self.rollback(session))
    }

    fn commit(&mut self, session: &Session) -> Result<(), Failure> {
        if !session.is_held.get() {
            self.settle(session)?;
        }
        AnsiTransactionManager::commit_transaction(self).map_err(|error| failure(&error, ""))?;
        forget(session);
        Ok(())
    }

    fn rollback(&mut self, session: &Session) {
        if self.in_transaction() {
            // Fails where the connection is lost: then there is nothing left to roll back.
            let _ = AnsiTransactionManager::rollback_transaction(self);
        } else {
            // A script's own.
            let _ = self.batch_execute("ROLLBACK");
        }
        forget(session);
    }

    fn hold(&mut self, session: &Session) -> Result<(), Failure> {
        let ask = |conn: &mut PgConnection| answer(conn, &format!("pg_catalog.pg_try_advisory_lock({})", session.key));
        poll(self, session.lock_timeout, ask, |conn| holder(conn, session.key))?;
        session.is_held.set(true);
        note(self, session).inspect_err(|_| self.release(session, ()))
    }

    fn release(&mut self, session: &Session, (): ()) {
        let unlock = format!("SELECT pg_catalog.pg_advisory_unlock({})", session.key);
        if self.batch_execute(&unlock).is_err() {
            // In a transaction that a script left open after an error nothing can be unlocked. Where the connection is
            // lost the lock is gone too.
            let _ = self.batch_execute("ROLLBACK");
            let _ = self.batch_execute(&unlock);
        }
        // A script may have asked for less than we can put back.
        let _ = self.settle(session);
        session.is_held.set(false);
        forget(session);
    }
}

fn sqls() -> &'static Dialect {
    dialect(Backend::Postgres)
}

/// Begins a transaction that sees what others commit, whatever the connection's default is; a savepoint within the
/// caller's.
fn begin(conn: &mut PgConnection) -> Result<(), Failure> {
    let begun = if conn.in_transaction() {
        AnsiTransactionManager::begin_transaction(conn)
    } else {
        AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN ISOLATION LEVEL READ COMMITTED")
    };
    begun.map_err(|error| failure(&error, ""))
}

fn answer(conn: &mut PgConnection, question: &str) -> Result<bool, Failure> {
    let rows = conn.rows(&format!("SELECT ({question})::text"))?;
    Ok(rows.into_iter().flatten().flatten().next().as_deref() == Some("true"))
}

/// Who holds the lock, and since when it is at it.
fn holder(conn: &mut PgConnection, key: i64) -> Option<String> {
    let rows = conn.rows(&format!(
        "SELECT 'process ' || l.pid || coalesce(' (' || nullif(concat_ws(', ', nullif(a.application_name, ''), \
         'user ' || a.usename, 'from ' || host(a.client_addr)), '') || ')', '') || coalesce(' since ' || \
         to_char(coalesce(a.xact_start, a.query_start), 'YYYY-MM-DD HH24:MI:SS TZ'), '') \
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
         AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) \
         AND l.classid = ({key} >> 32 & 4294967295)::oid AND l.objid = ({key} & 4294967295)::oid"
    ));
    rows.ok()?.into_iter().flatten().flatten().next()
}

/// Notes the settings as they are before a script runs.
fn note(conn: &mut PgConnection, session: &Session) -> Result<(), Failure> {
    let settings = read_settings(conn)?;
    session.settings.replace(Some(settings));
    Ok(())
}

fn forget(session: &Session) {
    if !session.is_held.get() {
        session.settings.replace(None);
    }
}

fn read_settings(conn: &mut PgConnection) -> Result<Settings, Failure> {
    let rows = conn.rows(
        "SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session' AND context IN ('user', 'superuser') \
         AND name NOT LIKE 'transaction\\_%' UNION ALL SELECT name, pg_catalog.current_setting(name) FROM \
         (VALUES ('session_authorization'), ('role')) hidden (name)",
    )?;
    let row = |row: Vec<Option<String>>| {
        let mut cells = row.into_iter();
        Some((cells.next().flatten()?, cells.next().flatten().unwrap_or_default()))
    };
    Ok(rows.into_iter().filter_map(row).collect())
}

/// Puts back what a script has set for the session.
fn restore(conn: &mut PgConnection, before: &Settings) -> Result<(), Failure> {
    let now = read_settings(conn)?;
    if now == *before {
        return Ok(());
    }
    // Who may set the others depends on this one; `role` follows it.
    let who = ["session_authorization", "role"];
    for name in who.into_iter().chain(before.keys().map(String::as_str).filter(|name| !who.contains(name))) {
        let value = before.get(name).map_or("", String::as_str);
        if now.get(name).map(String::as_str) != Some(value) {
            let (name, value) = (sqls().literal(name), sqls().literal(value));
            conn.execute(&format!("SELECT pg_catalog.set_config({name}, {value}, false)"))?;
        }
    }
    for name in now.keys().filter(|name| !before.contains_key(*name)) {
        conn.execute(&format!("RESET {}", sqls().identifier(name)))?;
    }
    Ok(())
}

fn failure(error: &diesel::result::Error, sql: &str) -> Failure {
    let diesel::result::Error::DatabaseError(_, info) = error else {
        return Failure::new(FailureKind::Other, error.to_string());
    };
    let mut message = info.message().trim_end().to_owned();
    if message.starts_with("server closed the connection") {
        // The client library's guess at the reason stands below.
        message.truncate(message.find('\n').unwrap_or(message.len()));
    }
    for (title, more) in [("detail", info.details()), ("hint", info.hint())] {
        if let Some(more) = more {
            message.push_str(&format!("\n{title}: {more}"));
        }
    }
    // PostgreSQL counts characters from 1.
    let position = info.statement_position().and_then(|position| usize::try_from(position).ok());
    let line = position.map(|position| {
        let before = sql.chars().take(position.saturating_sub(1)).filter(|letter| *letter == '\n').count();
        u32::try_from(before).unwrap_or_default().saturating_add(1)
    });
    Failure { line, ..Failure::new(FailureKind::Other, message) }
}

/// A row as text, whatever its columns are called.
struct Cells(Vec<Option<String>>);

impl QueryableByName<Pg> for Cells {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> diesel::deserialize::Result<Self> {
        let cell = |at: usize| -> diesel::deserialize::Result<Option<String>> {
            let field = diesel::row::Row::get(row, at).ok_or("a column is missing")?;
            field.value().map(<String as FromSql<Text, Pg>>::from_sql).transpose()
        };
        (0..row.field_count()).map(cell).collect::<diesel::deserialize::Result<_>>().map(Cells)
    }
}
