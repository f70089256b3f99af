//! A request as an SQL script, for people who run such things themselves.

use super::goal::goal;
use super::task::Task;
use super::{Report, Request};
use crate::bundle::Bundle;
use crate::driver::dialect::{Dialect, Guarded};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::revision::Direction;
use crate::situation::offline;
use crate::version::Version;

impl Bundle<'_> {
    /// The script that does what a request would do on a database where some versions are applied.
    ///
    /// It writes the ledger and not the journal, as stock Diesel does, and goes down with the checkout's scripts.
    ///
    /// # Errors
    ///
    /// A request that would be refused before anything ran.
    pub fn script(&self, request: Request<'_>, applied: &[Version]) -> Result<String, Error> {
        self.write_script(request, applied, |script, task, ledger| {
            write(script, task, ledger);
            Ok(())
        })
    }

    /// The same script in a form that passes over revisions which are done when it comes to them, so that it can be run
    /// twice, and on databases of which it isn't known what they have. It is written for psql and for mysql.
    ///
    /// # Errors
    ///
    /// As [`Bundle::script`]; on SQLite, and for revisions of MySQL that make triggers or routines:
    /// [`Error::NotGuarded`].
    pub fn idempotent_script(&self, request: Request<'_>, applied: &[Version]) -> Result<String, Error> {
        self.write_script(request, applied, write_guarded)
    }

    /// What a script for a database where some versions are applied would do.
    ///
    /// # Errors
    ///
    /// As [`Bundle::script`].
    pub fn plan_offline(&self, request: Request<'_>, applied: &[Version]) -> Result<Report, Error> {
        Ok(goal(&offline(self, applied)?, request)?.report())
    }

    fn write_script(
        &self,
        request: Request<'_>,
        applied: &[Version],
        write: impl Fn(&mut String, &Task<'_>, &Ledger<'_>) -> Result<(), Error>,
    ) -> Result<String, Error> {
        let goal = goal(&offline(self, applied)?, request)?;
        goal.check_transactions(false, false)?;
        let ledger = Ledger::offline(self);
        let mut script = String::new();
        if !goal.tasks.is_empty() {
            let schema = ledger.schema.filter(|_| ledger.dialect().makes_schemas);
            if let Some(schema) = schema {
                let name = ledger.dialect().identifier(schema);
                statement(&mut script, &format!("CREATE SCHEMA IF NOT EXISTS {name}"));
            }
            statement(&mut script, &ledger.create_sql());
        }
        if let Request::Stamp { purge: true, .. } = request {
            for version in &goal.forgotten {
                statement(&mut script, &ledger.delete_sql(version.as_str()));
            }
        }
        for task in &goal.tasks {
            script.push_str(&format!("\n-- {} ({})\n", task.name, task.direction));
            write(&mut script, task, &ledger)?;
        }
        Ok(script)
    }
}

fn write(script: &mut String, task: &Task<'_>, ledger: &Ledger<'_>) {
    let dialect: &Dialect = ledger.dialect();
    let foreign_keys = dialect.foreign_keys.filter(|_| task.foreign_keys_off());
    if let Some([off, ..]) = foreign_keys {
        statement(script, off);
    }
    if task.run_in_transaction {
        statement(script, dialect.begin);
    }
    for one in body(task, ledger) {
        script.push_str(&one.comment);
        statement(script, &one.sql);
    }
    if let Some([_, check, _]) = foreign_keys {
        statement(script, check);
    }
    if task.run_in_transaction {
        statement(script, "COMMIT");
    }
    if let Some([.., on]) = foreign_keys {
        statement(script, on);
    }
}

fn write_guarded(script: &mut String, task: &Task<'_>, ledger: &Ledger<'_>) -> Result<(), Error> {
    let version = &task.version;
    let row = format!("EXISTS (SELECT 1 FROM {} WHERE version = {})", ledger.table(), ledger.literal(version));
    match task.direction {
        Direction::Stamp => statement(script, &ledger.insert_missing_sql(version)),
        // What isn't there isn't deleted.
        Direction::Unstamp => write(script, task, ledger),
        Direction::Up | Direction::Down => {
            let condition = if task.direction == Direction::Up { format!("NOT {row}") } else { row };
            let statements: Vec<String> = body(task, ledger).into_iter().map(|one| one.sql).collect();
            let (statements, run_in_transaction) = (statements.as_slice(), task.run_in_transaction);
            let guarded = Guarded { version, condition: &condition, statements, run_in_transaction };
            let text = (ledger.dialect().guarded)(&guarded)
                .map_err(|why| Error::NotGuarded { name: task.name.clone(), why: why.to_owned() })?;
            script.push_str(&text);
        }
    }
    Ok(())
}

/// A statement of a script.
struct Line {
    /// What stands above it; empty, or a line with its end.
    comment: String,
    sql: String,
}

/// What a revision runs: its statements, and the ledger's rows.
fn body(task: &Task<'_>, ledger: &Ledger<'_>) -> Vec<Line> {
    let dialect = ledger.dialect();
    let plain = |sql: &str| Line { comment: String::new(), sql: sql.to_owned() };
    let mut lines = Vec::new();
    if matches!(task.direction, Direction::Up | Direction::Down) {
        let statements = task.statements();
        let moves = statements.iter().any(|one| one.sql.to_ascii_lowercase().contains("search_path"));
        let search_path = dialect.search_path.filter(|_| moves && ledger.schema.is_none());
        lines.extend(search_path.map(|[note, _]| plain(note)));
        for one in statements {
            match one.check {
                Some(message) => lines.extend(check(one.sql, message, dialect)),
                None => lines.push(plain(one.sql)),
            }
        }
        lines.extend(search_path.map(|[_, restore]| plain(restore)));
    }
    match task.direction {
        Direction::Up | Direction::Stamp => lines.push(plain(&ledger.insert_sql(&task.version))),
        Direction::Down | Direction::Unstamp => {
            lines.extend(task.versions().map(|version| plain(&ledger.delete_sql(version))));
        }
    }
    lines
}

/// The query, so that its rows are seen, and something that fails where there are any: clients go on behind a query.
fn check(sql: &str, message: &str, dialect: &Dialect) -> impl Iterator<Item = Line> {
    let query = Line { comment: format!("-- dbmig: check {message}\n"), sql: sql.to_owned() };
    let guards = (dialect.guard)(sql, message).into_iter();
    std::iter::once(query).chain(guards.map(|sql| Line { comment: String::new(), sql }))
}

fn statement(script: &mut String, sql: &str) {
    script.push_str(sql);
    script.push_str(";\n");
}
