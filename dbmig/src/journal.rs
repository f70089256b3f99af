//! The journal: how each version was applied, and how to undo it.
//!
//! The ledger is the truth. A row here counts for an applied version only while its `finished` is the `run_on` of the
//! version's row in the ledger: where Diesel's CLI reverted a version, or ran it anew, the row is stale.

mod text;

use std::collections::{BTreeMap, HashMap};

use crate::bundle::{Revision, Statement};
use crate::checksum::Checksum;
use crate::driver::{Driver, Failure};
use crate::ledger::Ledger;
use crate::revision::Direction;
use crate::version::Version;

/// The name of the table, beside the ledger. A leading `__` keeps it out of `diesel print-schema`.
pub(crate) const TABLE: &str = "__dbmig_journal";

const COLUMNS: &str = "version, name, parents, depends_on, checksum, down, down_foreign_keys_off, irreversible, \
                       run_in_transaction, direction, statements_done, statements_total, done_checksum, finished";

/// A statement as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// The line on which it began in its file.
    pub(crate) line: u32,
    /// Its text.
    pub(crate) sql: String,
    /// What is wrong if it finds rows.
    pub(crate) check: Option<String>,
}

impl Stored {
    /// The statement, as a bundle has it.
    pub(crate) fn statement(&self) -> Statement<'_> {
        Statement { sql: &self.sql, line: self.line, check: self.check.as_deref() }
    }
}

/// A row of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The version.
    pub(crate) version: String,
    /// The folder's name.
    pub(crate) name: String,
    /// The versions that it revised.
    pub(crate) parents: Vec<String>,
    /// The versions that it depended on.
    pub(crate) depends_on: Vec<String>,
    /// The checksum of its `up.sql`.
    pub(crate) checksum: String,
    /// The statements of its `down.sql`.
    pub(crate) down: Option<Vec<Stored>>,
    /// Whether those need foreign keys off.
    pub(crate) down_foreign_keys_off: bool,
    /// Why it has no way back.
    pub(crate) irreversible: Option<String>,
    /// Whether its scripts run in a transaction.
    pub(crate) run_in_transaction: bool,
    /// Which half ran last, or stopped midway.
    pub(crate) direction: Direction,
    /// How many statements of that half are done.
    pub(crate) done: usize,
    /// Of how many.
    pub(crate) total: usize,
    /// The checksum over the texts of those that are done.
    pub(crate) done_checksum: String,
    /// The ledger's `run_on`, or nothing while it is partial.
    pub(crate) finished: Option<String>,
}

impl Entry {
    /// The row of a revision as the checkout has it, with nothing of it done yet.
    pub(crate) fn of(revision: &Revision<'_>) -> Entry {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        let stored = |&Statement { line, sql, check }: &Statement<'_>| Stored {
            line,
            sql: sql.to_owned(),
            check: check.map(str::to_owned),
        };
        let statements = |script: &crate::Script<'_>| script.statements.iter().map(stored).collect();
        Entry {
            version: revision.version.to_owned(),
            name: revision.name.to_owned(),
            parents: owned(revision.parents),
            depends_on: owned(revision.depends_on),
            checksum: revision.up.checksum.to_owned(),
            down: revision.down.as_ref().map(statements),
            down_foreign_keys_off: revision.down.is_some_and(|down| down.foreign_keys_off),
            irreversible: revision.irreversible.map(str::to_owned),
            run_in_transaction: revision.run_in_transaction,
            direction: Direction::Up,
            done: 0,
            total: revision.up.statements.len(),
            done_checksum: progress(&[]),
            finished: None,
        }
    }

    /// Whether it is about the application that the ledger knows of, its way back that stopped midway included.
    pub(crate) fn is_about(&self, run_on: &str) -> bool {
        self.finished.as_deref() == Some(run_on) || self.is_partial(true)
    }

    /// Whether it says that a half stopped midway, given whether the ledger has the version.
    pub(crate) fn is_partial(&self, applied: bool) -> bool {
        self.finished.is_none() && applied == (self.direction == Direction::Down)
    }
}

/// The checksum over the texts of some statements, to tell whether they are still those that ran.
pub(crate) fn progress(done: &[Statement<'_>]) -> String {
    Checksum::of_tokens(done.iter().map(|statement| statement.sql)).to_string()
}

/// Its qualified name.
pub(crate) fn table(ledger: &Ledger<'_>) -> String {
    ledger.dialect().qualified(ledger.schema, TABLE)
}

/// Every row of a ledger's journal; none where the table doesn't exist.
pub(crate) fn read<D: Driver>(conn: &mut D, ledger: &Ledger<'_>) -> Result<BTreeMap<Version, Entry>, Failure> {
    entries(conn, ledger, "")
}

/// The rows of these versions, and those that say that something stopped midway or runs now.
pub(crate) fn read_open<D: Driver>(
    conn: &mut D,
    ledger: &Ledger<'_>,
    versions: &[&str],
) -> Result<BTreeMap<Version, Entry>, Failure> {
    let condition = match ledger.among(versions) {
        Some(_) if versions.is_empty() => " AND finished IS NULL".to_owned(),
        Some(among) => format!(" AND (finished IS NULL OR {among})"),
        None => String::new(),
    };
    entries(conn, ledger, &condition)
}

fn entries<D: Driver>(conn: &mut D, ledger: &Ledger<'_>, condition: &str) -> Result<BTreeMap<Version, Entry>, Failure> {
    let rows = select(conn, ledger, COLUMNS, condition)?;
    Ok(rows.into_iter().filter_map(entry).map(|entry| (Version::from(entry.version.as_str()), entry)).collect())
}

/// The checksums of the `up.sql` of some versions as they ran, each with the ledger's `run_on` that it is about.
pub(crate) struct Checksums(HashMap<String, (String, String)>);

impl Checksums {
    /// The checksum of what was applied at a time.
    pub(crate) fn of(&self, version: &str, run_on: &str) -> Option<&str> {
        self.0.get(version).filter(|(_, finished)| finished == run_on).map(|(checksum, _)| checksum.as_str())
    }
}

/// Reads the checksums of these versions.
pub(crate) fn checksums<D: Driver>(conn: &mut D, ledger: &Ledger<'_>, versions: &[&str]) -> Result<Checksums, Failure> {
    let condition = ledger.among(versions).map(|among| format!(" AND {among}")).unwrap_or_default();
    let rows = select(conn, ledger, "version, checksum, finished", &condition)?;
    let pair = |row: Vec<Option<String>>| {
        let [version, checksum, finished] = <[_; 3]>::try_from(row).ok()?;
        Some((version?, (checksum?, finished?)))
    };
    Ok(Checksums(rows.into_iter().filter_map(pair).collect()))
}

/// Columns of a ledger's rows as text; none where the table doesn't exist.
fn select<D: Driver>(
    conn: &mut D,
    ledger: &Ledger<'_>,
    columns: &str,
    condition: &str,
) -> Result<Vec<Vec<Option<String>>>, Failure> {
    if !conn.has_table(ledger.schema, TABLE)? {
        return Ok(Vec::new());
    }
    let (columns, table, name) = (ledger.texts(columns), table(ledger), ledger.literal(ledger.name));
    conn.rows(&format!("SELECT {columns} FROM {table} WHERE ledger = {name}{condition}"))
}

/// The row of one version.
pub(crate) fn find<D: Driver>(conn: &mut D, ledger: &Ledger<'_>, version: &str) -> Result<Option<Entry>, Failure> {
    let sql = format!(
        "SELECT {} FROM {} WHERE ledger = {} AND version = {}",
        ledger.texts(COLUMNS),
        table(ledger),
        ledger.literal(ledger.name),
        ledger.literal(version)
    );
    Ok(conn.rows(&sql)?.into_iter().next().and_then(entry))
}

/// The versions whose rows say that they stopped midway, or that they run now.
pub(crate) fn unfinished<D: Driver>(conn: &mut D, ledger: &Ledger<'_>) -> Result<Vec<String>, Failure> {
    let (version, table, name) = (ledger.text("version"), table(ledger), ledger.literal(ledger.name));
    let rows = conn.rows(&format!("SELECT {version} FROM {table} WHERE ledger = {name} AND finished IS NULL"))?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

/// The statement that makes the table where it is missing.
pub(crate) fn create_sql(ledger: &Ledger<'_>) -> String {
    let (long, time, table) = (ledger.dialect().long_text, ledger.dialect().optional_time, table(ledger));
    let options = ledger.dialect().table_options;
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (
    ledger VARCHAR(100) NOT NULL,
    version VARCHAR(50) NOT NULL,
    name VARCHAR(255) NOT NULL,
    parents {long} NOT NULL,
    depends_on {long} NOT NULL,
    checksum CHAR(32) NOT NULL,
    down {long},
    down_foreign_keys_off SMALLINT NOT NULL,
    irreversible {long},
    run_in_transaction SMALLINT NOT NULL,
    direction VARCHAR(4) NOT NULL,
    statements_done INTEGER NOT NULL,
    statements_total INTEGER NOT NULL,
    done_checksum CHAR(32) NOT NULL,
    started TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    finished {time},
    PRIMARY KEY (ledger, version)
){options}"
    )
}

/// Writes a row anew. It was started when its partial row was written, where there was one.
pub(crate) fn write<D: Driver>(conn: &mut D, ledger: &Ledger<'_>, entry: &Entry, done: Done) -> Result<(), Failure> {
    let partial = conn.rows(&format!(
        "SELECT {} FROM {} WHERE ledger = {} AND version = {} AND finished IS NULL",
        ledger.text("started"),
        table(ledger),
        ledger.literal(ledger.name),
        ledger.literal(&entry.version)
    ))?;
    let started = partial.into_iter().flatten().flatten().next();
    delete(conn, ledger, &entry.version)?;
    let optional = |text: &Option<String>| text.as_deref().map_or("NULL".to_owned(), |text| ledger.literal(text));
    let finished = match done {
        Done::No => "NULL".to_owned(),
        Done::Yes => {
            format!("(SELECT run_on FROM {} WHERE version = {})", ledger.table(), ledger.literal(&entry.version))
        }
        Done::AsBefore => optional(&entry.finished),
    };
    let values = [
        ledger.literal(ledger.name),
        started.as_deref().map_or("CURRENT_TIMESTAMP".to_owned(), |text| ledger.literal(text)),
        ledger.literal(&entry.version),
        ledger.literal(&entry.name),
        ledger.literal(&text::write_strings(&entry.parents)),
        ledger.literal(&text::write_strings(&entry.depends_on)),
        ledger.literal(&entry.checksum),
        entry.down.as_ref().map_or("NULL".to_owned(), |down| ledger.literal(&text::write_statements(down))),
        u8::from(entry.down_foreign_keys_off).to_string(),
        optional(&entry.irreversible),
        u8::from(entry.run_in_transaction).to_string(),
        ledger.literal(entry.direction.name()),
        entry.done.to_string(),
        entry.total.to_string(),
        ledger.literal(&entry.done_checksum),
        finished,
    ];
    conn.execute(&format!("INSERT INTO {} (ledger, started, {COLUMNS}) VALUES ({})", table(ledger), values.join(", ")))
}

/// Whether a row that is written is about a half that is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// It is partial.
    No,
    /// It is done, at the time that the ledger's row states, which is written.
    Yes,
    /// It says what it said when it was read.
    AsBefore,
}

/// Notes that so many statements are done.
pub(crate) fn note<D: Driver>(
    conn: &mut D,
    ledger: &Ledger<'_>,
    version: &str,
    done: &[Statement<'_>],
) -> Result<(), Failure> {
    conn.execute(&format!(
        "UPDATE {} SET statements_done = {}, done_checksum = {} WHERE ledger = {} AND version = {}",
        table(ledger),
        done.len(),
        ledger.literal(&progress(done)),
        ledger.literal(ledger.name),
        ledger.literal(version)
    ))
}

/// Deletes a row.
pub(crate) fn delete<D: Driver>(conn: &mut D, ledger: &Ledger<'_>, version: &str) -> Result<(), Failure> {
    let (table, name, version) = (table(ledger), ledger.literal(ledger.name), ledger.literal(version));
    conn.execute(&format!("DELETE FROM {table} WHERE ledger = {name} AND version = {version}"))
}

/// A row as it was read; `None` where something else than dbmig has written it.
fn entry(row: Vec<Option<String>>) -> Option<Entry> {
    let mut cells = row.into_iter();
    let mut cell = || cells.next().flatten();
    let (version, name) = (cell()?, cell()?);
    let (parents, depends_on) = (text::read_strings(&cell()?)?, text::read_strings(&cell()?)?);
    let checksum = cell()?;
    let down = match cell() {
        Some(down) => Some(text::read_statements(&down)?),
        None => None,
    };
    let down_foreign_keys_off = cell()? != "0";
    let irreversible = cell();
    let run_in_transaction = cell()? != "0";
    let direction = if cell()? == "down" { Direction::Down } else { Direction::Up };
    let (done, total) = (cell()?.parse().ok()?, cell()?.parse().ok()?);
    let done_checksum = cell()?;
    let finished = cell();
    Some(Entry {
        version,
        name,
        parents,
        depends_on,
        checksum,
        down,
        down_foreign_keys_off,
        irreversible,
        run_in_transaction,
        direction,
        done,
        total,
        done_checksum,
        finished,
    })
}
