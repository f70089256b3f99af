//! A real database goes from one schema to another and back, with rows in its tables; each step is held against what
//! replay says.

use std::collections::BTreeMap;

use cargo_dbmig::drift::{Expressions, Known, alike, comparable, drift};
use cargo_dbmig::introspect::{Introspect, introspect};
use cargo_dbmig::kept::{Keeps, as_kept};
use cargo_dbmig::render::{Part, Rendered};
use dbmig::Backend;
use dbmig_build::diff::diff;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, Column, Name, ObjectName, Renames, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::{Script, split};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::filling;

/// A connection to any of the databases.
pub trait Place: Introspect + Keeps + Connection + SimpleConnection {
    /// The kind of database.
    const BACKEND: Backend;
    /// A column `{}` as text.
    const TEXT: &'static str;

    /// The answers of a query with one column, `line`.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn answers(&mut self, query: &str) -> QueryResult<Vec<String>>;
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Place for SqliteConnection {
    const BACKEND: Backend = Backend::Sqlite;
    const TEXT: &'static str = "quote({})";

    fn answers(&mut self, query: &str) -> QueryResult<Vec<String>> {
        Ok(diesel::sql_query(query).load::<Line>(self)?.into_iter().map(|line| line.line).collect())
    }
}

impl Place for PgConnection {
    const BACKEND: Backend = Backend::Postgres;
    const TEXT: &'static str = "coalesce({}::text, 'NULL')";

    fn answers(&mut self, query: &str) -> QueryResult<Vec<String>> {
        Ok(diesel::sql_query(query).load::<Line>(self)?.into_iter().map(|line| line.line).collect())
    }
}

impl Place for MysqlConnection {
    const BACKEND: Backend = Backend::Mysql;
    const TEXT: &'static str = "coalesce(hex({}), 'NULL')";

    fn answers(&mut self, query: &str) -> QueryResult<Vec<String>> {
        Ok(diesel::sql_query(query).load::<Line>(self)?.into_iter().map(|line| line.line).collect())
    }
}

/// What differs between what a database has and what replay made of the same statements; nothing, as the law says.
pub fn differences<C: Place>(connection: &mut C, replayed: &Schema) -> Vec<String> {
    let live = introspect(connection, &[]).unwrap_or_else(|error| panic!("{error}: {error:#?}"));
    let mut schema = replayed.clone();
    as_kept(connection, C::BACKEND, &mut schema, &live, alike).unwrap_or_else(|error| panic!("{error}"));
    let found = drift(&schema, &live, &Known::default(), C::BACKEND, Expressions::AsKept);
    let mut lines = found.differences;
    lines.extend(found.foreign.into_iter().map(|one| format!("{one}: unknown to replay")));
    if order(&schema) != order(&live) {
        lines.push(format!("order of columns: {:?}, {:?} in the database", order(&schema), order(&live)));
    }
    let (chain, live) = comparable(&schema, &live, C::BACKEND, Expressions::AsKept);
    if lines.is_empty() && chain != live {
        lines.push(format!("{chain:#?}\n{live:#?}"));
    }
    lines
}

/// The columns of each table in their order.
fn order(schema: &Schema) -> BTreeMap<&ObjectName, Vec<&Name>> {
    let columns =
        schema.tables.values().map(|table| (&table.name, table.columns.iter().map(|one| &one.name).collect()));
    columns.collect()
}

/// Replays SQL; what replay finds wrong with it.
pub fn replay(replay: &mut Replay, sql: &str, backend: Backend) -> Vec<String> {
    let script = split(&Source::new("up.sql", sql), backend);
    let faults = script.diagnostics.iter().cloned().chain(replay.run(&script).diagnostics);
    faults.map(|one| format!("{}: {one:?}", one.message)).collect()
}

/// How far a journey came.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    /// There and back again.
    Back,
    /// A check in a script found rows that stand in the way, so nothing was done.
    Checked(String),
}

/// Goes from `before`, which the database has, by what was rendered, and back. The rows that tables hold are put in
/// first, as many as the database takes.
///
/// # Errors
///
/// What isn't as it should be.
pub fn travel<C: Place>(
    connection: &mut C,
    before: &Replay,
    changes: &[Change],
    rendered: &Rendered,
) -> Result<Arrival, String> {
    for insert in filling::inserts(before.schema(), C::BACKEND) {
        // A row that violates a check, say, is none.
        let _ = connection.batch_execute(&insert);
    }
    agree(connection, before.schema(), "before")?;
    let rows = rows(connection, before.schema())?;
    let mut replayed = before.clone();
    for part in &rendered.parts {
        if let Some(message) = run(connection, &part.up, part)? {
            return Ok(Arrival::Checked(message));
        }
        no_faults(replay(&mut replayed, &part.up, C::BACKEND))?;
    }
    agree(connection, replayed.schema(), "after up")?;
    let rows_after = self::rows(connection, replayed.schema())?;
    survive(&rows, &rows_after, before.schema(), replayed.schema(), changes)?;
    for part in rendered.parts.iter().rev() {
        if let Some(message) = run(connection, &part.down, part)? {
            return Ok(Arrival::Checked(message));
        }
        no_faults(replay(&mut replayed, &part.down, C::BACKEND))?;
    }
    agree(connection, replayed.schema(), "after down")?;
    // Columns that come back come last.
    let left = diff(replayed.schema(), before.schema(), &Renames::default());
    if left.is_empty() { Ok(Arrival::Back) } else { Err(format!("after down: {left:?}")) }
}

fn no_faults(faults: Vec<String>) -> Result<(), String> {
    if faults.is_empty() { Ok(()) } else { Err(format!("replay: {}", faults.join("; "))) }
}

fn agree<C: Place>(connection: &mut C, schema: &Schema, when: &str) -> Result<(), String> {
    let found = differences(connection, schema);
    if found.is_empty() { Ok(()) } else { Err(format!("{when}: {}", found.join("\n"))) }
}

/// Runs a script, in a transaction where it may; the message of a check that found rows.
fn run<C: Place>(connection: &mut C, sql: &str, part: &Part) -> Result<Option<String>, String> {
    let script = split(&Source::new("script.sql", sql), C::BACKEND);
    if script.todos().count() > 0 {
        return Err(format!("something is left to do: {sql}"));
    }
    let transaction = part.run_in_transaction && C::BACKEND != Backend::Mysql;
    let keys_off = script.foreign_keys_off();
    let mut say = |sql: &str| connection.batch_execute(sql).map_err(|error| format!("{error}: {sql}"));
    if keys_off {
        say("PRAGMA foreign_keys = OFF")?;
    }
    if transaction {
        say("BEGIN")?;
    }
    let outcome = statements(connection, &script);
    let mut say = |sql: &str| connection.batch_execute(sql).map_err(|error| format!("{error}: {sql}"));
    if transaction {
        say(if matches!(outcome, Ok(None)) { "COMMIT" } else { "ROLLBACK" })?;
    }
    if keys_off {
        say("PRAGMA foreign_keys = ON")?;
    }
    outcome
}

fn statements<C: Place>(connection: &mut C, script: &Script) -> Result<Option<String>, String> {
    for statement in &script.statements {
        let text = statement.text();
        let Some(message) = statement.check() else {
            connection.batch_execute(text).map_err(|error| format!("{error}: {text}"))?;
            continue;
        };
        let rows = connection.answers(&format!("SELECT 'row' AS line FROM ({text}) AS found"));
        if !rows.map_err(|error| format!("{error}: {text}"))?.is_empty() {
            return Ok(Some(message.to_owned()));
        }
    }
    Ok(None)
}

/// By table and column.
type Cells = BTreeMap<(ObjectName, Name), Vec<String>>;

/// The sorted values of each column.
fn rows<C: Place>(connection: &mut C, schema: &Schema) -> Result<Cells, String> {
    let mut cells = Cells::new();
    for table in schema.tables.values().filter(|table| table.options.virtual_module.is_none()) {
        for column in &table.columns {
            let text = C::TEXT.replace("{}", &column.name.sql());
            // Rows of heirs are the heirs', and go with them.
            let has_heirs = schema.tables.values().any(|one| one.options.inherits.contains(&table.name));
            let only = if has_heirs { "ONLY " } else { "" };
            let query = format!("SELECT {text} AS line FROM {only}{}", table.name.sql());
            let mut values = connection.answers(&query).map_err(|error| format!("{error}: {query}"))?;
            values.sort();
            cells.insert((table.name.clone(), column.name.clone()), values);
        }
    }
    Ok(cells)
}

/// Whether every column that stays has as many values as before, and the same where its type is the same. What was
/// NULL may be something else.
fn survive(before: &Cells, after: &Cells, old: &Schema, new: &Schema, changes: &[Change]) -> Result<(), String> {
    fn column<'a>(schema: &'a Schema, (table, name): &(ObjectName, Name)) -> Option<&'a Column> {
        schema.tables.get(table)?.column(name)
    }
    for (place, origin) in origins(old, changes) {
        let (Some(values), Some(then)) = (after.get(&place), before.get(&origin)) else { continue };
        let what = format!("{}.{}: {then:?} became {values:?}", place.0, place.1);
        if values.len() != then.len() {
            return Err(format!("rows were lost: {what}"));
        }
        let (Some(one), Some(other)) = (column(old, &origin), column(new, &place)) else { continue };
        let follow = |value: &String, change: &Change| match change {
            Change::RenameEnumValue { name, from, to } if other.column_type.names(name) && value == from => to.clone(),
            Change::RenameValue { column, from, to, .. } if *column == one.name && *value == shown(from, column) => {
                shown(to, column)
            }
            _ => value.clone(),
        };
        let is_plain = one.generated.is_none() && other.generated.is_none();
        let known = |values: &[String]| values.iter().filter(|value| *value != "NULL").cloned().collect::<Vec<_>>();
        let now = |value: String| changes.iter().fold(value, |value, change| follow(&value, change));
        let kept = known(then).into_iter().all(|value| values.contains(&now(value)));
        let labels = |change: &Change| matches!(change, Change::RenameValue { column, .. } if *column == one.name);
        let same_type = one.column_type == other.column_type || changes.iter().any(labels);
        if is_plain && same_type && one.character_set == other.character_set && !kept {
            return Err(format!("values were lost: {what}"));
        }
    }
    Ok(())
}

/// A text as [`Place::TEXT`] shows it.
fn shown(text: &str, column: &Name) -> String {
    match column.backend() {
        Backend::Sqlite => format!("'{}'", text.replace('\'', "''")),
        Backend::Mysql => text.bytes().map(|byte| format!("{byte:02X}")).collect(),
        Backend::Postgres => text.to_owned(),
    }
}

/// By table and column after, the table and column before.
pub type Origins = BTreeMap<(ObjectName, Name), (ObjectName, Name)>;

/// Which column came from which, as changes say.
pub fn origins(before: &Schema, changes: &[Change]) -> Origins {
    let columns =
        before.tables.values().flat_map(|table| table.columns.iter().map(|one| (table.name.clone(), one.name.clone())));
    let mut origins: Origins = columns.map(|place| (place.clone(), place)).collect();
    for change in changes {
        match change {
            Change::DropTable(table) => origins.retain(|(name, _), _| *name != table.name),
            Change::DropColumn { table, column } => {
                origins.remove(&(table.clone(), column.name.clone()));
            }
            Change::RenameTable { from, to } => {
                let renamed = |((table, column), origin)| {
                    (if table == *from { (to.clone(), column) } else { (table, column) }, origin)
                };
                origins = origins.into_iter().map(renamed).collect();
            }
            Change::RenameColumn { table, from, to } => {
                if let Some(origin) = origins.remove(&(table.clone(), from.clone())) {
                    origins.insert((table.clone(), to.clone()), origin);
                }
            }
            _ => {}
        }
    }
    origins
}
