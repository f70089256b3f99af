//! SQLite: `BEGIN IMMEDIATE` is the lock, pragmas are the settings.

use std::path::Path;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, DefaultLoadingMode, SimpleConnection, TransactionManager};
use diesel::deserialize::{FromSql, QueryableByName};
use diesel::row::{Field, NamedRow};
use diesel::sql_types::Text;
use diesel::sqlite::{Sqlite, SqliteType};
use diesel::{Connection, RunQueryDsl, SqliteConnection};

use super::dialect::{Dialect, dialect};
use super::{Driver, Failure, FailureKind, Place, Violation, private};
use crate::backend::Backend;
use crate::error::{Error, Found};

/// Opens a database file, or creates it where its folder exists.
///
/// Takes what `SqliteConnection::establish` takes: a path, `:memory:`, a `file:` URI or a `sqlite://` URL.
///
/// # Errors
///
/// A missing folder, a path that can't be opened, a file that is not a database.
pub fn open(url: &str) -> Result<SqliteConnection, Error> {
    let refused = |message: &str| Error::Open { url: url.to_owned(), message: message.to_owned() };
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("file:")).unwrap_or(url);
    let path = Path::new(path.split('?').next().unwrap_or(path));
    if url != ":memory:" {
        if path.is_dir() {
            return Err(refused("it is a folder"));
        }
        if path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            return Err(refused("its folder does not exist"));
        }
    }
    let mut conn = SqliteConnection::establish(url).map_err(|error| refused(&error.to_string()))?;
    // SQLite looks at a file only when it is read.
    match conn.rows("PRAGMA schema_version") {
        Err(failure) if failure.kind == FailureKind::NotADatabase => Err(Error::NotADatabase),
        Err(failure) if failure.kind != FailureKind::Locked => Err(refused(&failure.message)),
        _ => Ok(conn),
    }
}

/// The settings of a connection before dbmig used it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Session {
    nested: bool,
    busy_timeout: i64,
    lock_timeout: i64,
    foreign_keys: bool,
    legacy_alter_table: bool,
}

/// A lock beside the database: an empty database file, `app.db-dbmig-lock`, that is locked as a whole.
///
/// SQLite's own lock ends with each transaction, and `locking_mode = EXCLUSIVE` can't be had where another connection
/// has a database in WAL mode open. A lock on a file ends with its process, however that ends. The file stays: whoever
/// waits for a file that is removed gets a lock that keeps nobody out.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "a connection has none")]
pub struct Hold {
    // Kept open: its transaction is the lock.
    _conn: SqliteConnection,
}

impl Hold {
    fn take(file: &str, lock_timeout: i64) -> Result<Hold, Failure> {
        let refused = |error: diesel::ConnectionError| {
            Failure::new(FailureKind::Other, format!("{error} (the lock file beside the database)"))
        };
        let mut conn = SqliteConnection::establish(file).map_err(refused)?;
        set(&mut conn, "busy_timeout", lock_timeout)?;
        conn.execute("BEGIN EXCLUSIVE")?;
        Ok(Hold { _conn: conn })
    }
}

impl private::Sealed for SqliteConnection {}

impl Driver for SqliteConnection {
    const BACKEND: Backend = Backend::Sqlite;

    type Session = Session;

    type Hold = Option<Hold>;

    fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        if sqls().is_blank(sql) {
            return Ok(());
        }
        self.batch_execute(sql).map_err(failure)
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let rows: Vec<Cells> = diesel::sql_query(sql).load(self).map_err(failure)?;
        Ok(rows.into_iter().map(|Cells(cells)| cells).collect())
    }

    fn find(&mut self, query: &str, at_most: usize) -> Result<Found, Failure> {
        let rows = diesel::sql_query(query).load_iter::<Named, DefaultLoadingMode>(self).map_err(failure)?;
        Found::of(rows.map(|row| row.map(|Named(cells)| cells).map_err(failure)), at_most)
    }

    fn in_transaction(&mut self) -> bool {
        let status = AnsiTransactionManager::transaction_manager_status_mut(self);
        !matches!(status.transaction_depth(), Ok(None))
    }

    fn has_table(&mut self, schema: Option<&str>, name: &str) -> Result<bool, Failure> {
        let schema = sqls().identifier(schema.unwrap_or("main"));
        let name = sqls().literal(name);
        let sql =
            format!("SELECT name FROM {schema}.sqlite_master WHERE type = 'table' AND lower(name) = lower({name})");
        Ok(!self.rows(&sql)?.is_empty())
    }

    fn create(&mut self, _schema: Option<&str>, tables: &[String]) -> Result<(), Failure> {
        // A schema is a file that somebody has to attach.
        tables.iter().try_for_each(|table| self.execute(table))
    }

    fn enter(&mut self, _ledger: Place<'_>, lock_timeout: Duration) -> Result<Session, Failure> {
        let session = Session {
            nested: self.in_transaction(),
            busy_timeout: setting(self, "busy_timeout")?,
            lock_timeout: i64::try_from(lock_timeout.as_millis()).unwrap_or(i64::MAX).min(i64::from(i32::MAX)),
            foreign_keys: setting(self, "foreign_keys")? != 0,
            legacy_alter_table: setting(self, "legacy_alter_table")? != 0,
        };
        set(self, "busy_timeout", session.lock_timeout)?;
        Ok(session)
    }

    fn schema(_session: &Session) -> Option<&str> {
        None
    }

    fn settle(&mut self, session: &Session) -> Result<(), Failure> {
        if setting(self, "legacy_alter_table")? != i64::from(session.legacy_alter_table) {
            set(self, "legacy_alter_table", session.legacy_alter_table.into())?;
        }
        // Within a transaction nothing can have altered it, nor could it be put back.
        if setting(self, "foreign_keys")? != i64::from(session.foreign_keys) {
            set(self, "foreign_keys", session.foreign_keys.into())?;
        }
        if setting(self, "busy_timeout")? != session.lock_timeout {
            set(self, "busy_timeout", session.lock_timeout)?;
        }
        Ok(())
    }

    fn leave(&mut self, session: &Session) -> Result<(), Failure> {
        let settled = self.settle(session);
        set(self, "busy_timeout", session.busy_timeout)?;
        settled
    }

    fn begin(&mut self, session: &Session) -> Result<(), Failure> {
        self.execute(if session.nested { "SAVEPOINT dbmig" } else { sqls().begin })
    }

    fn commit(&mut self, session: &Session) -> Result<(), Failure> {
        self.execute(if session.nested { "RELEASE dbmig" } else { "COMMIT" })
    }

    fn rollback(&mut self, session: &Session) {
        // Fails where SQLite has rolled back already (a full disk, RAISE(ROLLBACK)): then there is nothing left to do.
        let _ = self.execute(if session.nested { "ROLLBACK TO dbmig; RELEASE dbmig" } else { "ROLLBACK" });
    }

    fn hold(&mut self, session: &Session) -> Result<Option<Hold>, Failure> {
        let files = self.rows("SELECT file FROM pragma_database_list WHERE name = 'main'")?;
        match files.into_iter().flatten().flatten().next() {
            Some(file) if !file.is_empty() => Hold::take(&format!("{file}-dbmig-lock"), session.lock_timeout).map(Some),
            // Nobody else can see a database in memory.
            _ => Ok(None),
        }
    }

    fn release(&mut self, _session: &Session, hold: Option<Hold>) {
        drop(hold);
    }

    fn is_guard(sql: &str) -> bool {
        sql.contains("__dbmig_foreign_keys_off")
    }

    fn enforces_foreign_keys(&mut self) -> Result<bool, Failure> {
        Ok(setting(self, "foreign_keys")? != 0)
    }

    fn disable_foreign_keys(&mut self) -> Result<(), Failure> {
        set(self, "foreign_keys", 0)
    }

    fn violations(&mut self) -> Result<Vec<Violation>, Failure> {
        let rows = self.rows("PRAGMA main.foreign_key_check")?;
        let violation = |row: Vec<Option<String>>| {
            let mut cells = row.into_iter();
            let (table, row, parent) = (cells.next().flatten(), cells.next().flatten(), cells.next().flatten());
            Violation { table: table.unwrap_or_default(), parent: parent.unwrap_or_default(), row }
        };
        Ok(rows.into_iter().map(violation).collect())
    }
}

fn sqls() -> &'static Dialect {
    dialect(Backend::Sqlite)
}

fn setting(conn: &mut SqliteConnection, pragma: &str) -> Result<i64, Failure> {
    let rows = conn.rows(&format!("PRAGMA {pragma}"))?;
    let value = rows.into_iter().flatten().flatten().next();
    Ok(value.and_then(|value| value.parse().ok()).unwrap_or(0))
}

fn set(conn: &mut SqliteConnection, pragma: &str, value: i64) -> Result<(), Failure> {
    conn.execute(&format!("PRAGMA {pragma} = {value}"))
}

fn failure(error: diesel::result::Error) -> Failure {
    let message = error.to_string();
    let kind = match message.as_str() {
        "database is locked" | "database table is locked" | "database schema is locked: main" => FailureKind::Locked,
        "file is not a database" => FailureKind::NotADatabase,
        "attempt to write a readonly database" => FailureKind::ReadOnly,
        _ => FailureKind::Other,
    };
    Failure::new(kind, message)
}

/// A row as text, whatever its columns.
struct Cells(Vec<Option<String>>);

impl QueryableByName<Sqlite> for Cells {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> diesel::deserialize::Result<Self> {
        let cell = |at: usize| -> diesel::deserialize::Result<Option<String>> {
            let field = diesel::row::Row::get(row, at).ok_or("a column is missing")?;
            field.value().map(<String as FromSql<Text, Sqlite>>::from_sql).transpose()
        };
        (0..row.field_count()).map(cell).collect::<diesel::deserialize::Result<_>>().map(Cells)
    }
}

/// A row as text, with the names of its columns.
struct Named(Vec<(String, Option<String>)>);

impl QueryableByName<Sqlite> for Named {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> diesel::deserialize::Result<Self> {
        let cell = |at: usize| -> diesel::deserialize::Result<(String, Option<String>)> {
            let field = diesel::row::Row::get(row, at).ok_or("a column is missing")?;
            let name = field.field_name().unwrap_or_default().to_owned();
            let text = field.value().map(|mut value| match value.value_type() {
                Some(SqliteType::Binary) => {
                    let digits: String = value.read_blob().iter().map(|byte| format!("{byte:02x}")).collect();
                    format!("x'{digits}'")
                }
                _ => value.read_text().to_owned(),
            });
            Ok((name, text))
        };
        (0..row.field_count()).map(cell).collect::<diesel::deserialize::Result<_>>().map(Named)
    }
}
