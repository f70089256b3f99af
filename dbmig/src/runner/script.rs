//! A request as an SQL script, for people who run such things themselves.

use super::Request;
use super::goal::goal;
use super::task::Task;
use crate::bundle::Bundle;
use crate::driver::dialect::Dialect;
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
            write(&mut script, task, &ledger);
        }
        Ok(script)
    }
}

fn write(script: &mut String, task: &Task<'_>, ledger: &Ledger<'_>) {
    let dialect: &Dialect = ledger.dialect();
    let foreign_keys = dialect.foreign_keys.filter(|_| task.foreign_keys_off());
    script.push_str(&format!("\n-- {} ({})\n", task.name, task.direction));
    if let Some([off, ..]) = foreign_keys {
        statement(script, off);
    }
    if task.run_in_transaction {
        statement(script, dialect.begin);
    }
    if matches!(task.direction, Direction::Up | Direction::Down) {
        let statements = task.statements();
        let moves = statements.iter().any(|one| one.sql.to_ascii_lowercase().contains("search_path"));
        let search_path = dialect.search_path.filter(|_| moves && ledger.schema.is_none());
        if let Some([note, _]) = search_path {
            statement(script, note);
        }
        for one in statements {
            match one.check {
                Some(message) => check(script, one.sql, message, dialect),
                None => statement(script, one.sql),
            }
        }
        if let Some([_, restore]) = search_path {
            statement(script, restore);
        }
    }
    match task.direction {
        Direction::Up | Direction::Stamp => statement(script, &ledger.insert_sql(&task.version)),
        Direction::Down | Direction::Unstamp => {
            task.versions().for_each(|version| statement(script, &ledger.delete_sql(version)));
        }
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

/// The query, so that its rows are seen, and something that fails where there are any: clients go on behind a query.
fn check(script: &mut String, sql: &str, message: &str, dialect: &Dialect) {
    script.push_str(&format!("-- dbmig: check {message}\n"));
    statement(script, sql);
    for guard in (dialect.guard)(sql, message) {
        statement(script, &guard);
    }
}

fn statement(script: &mut String, sql: &str) {
    script.push_str(sql);
    script.push_str(";\n");
}
