//! Bundles against real servers: what a run promises when others run at once, when it is killed, when scripts meddle.

mod commands;
mod killed;
mod mysql;
mod postgres;
mod squash;
mod walk;

use std::time::Duration;

use dbmig::checksum::Checksum;
use dbmig::version::Version;
use dbmig::{Backend, Bundle, Error, Options, Report, Request, Revision, Script, Statement};

/// A bundle from revisions; what it borrows is leaked, as in a program.
fn bundle(backend: Backend, revisions: &[Revision<'static>]) -> Bundle<'static> {
    Bundle {
        backend,
        version_table: "__diesel_schema_migrations",
        version_table_schema: None,
        revisions: leak(revisions.to_vec()),
    }
}

/// A revision; its scripts hold statements between lines of `;`, `check MESSAGE: SELECT …` for a check.
fn revision(name: &'static str, parents: &[&'static str], up: &'static str, down: &'static str) -> Revision<'static> {
    Revision {
        name,
        path: String::leak(format!("migrations/{name}")),
        version: String::leak(Version::of_folder(name).to_string()),
        message: name,
        parents: leak(parents.to_vec()),
        depends_on: &[],
        labels: &[],
        replaces: &[],
        irreversible: None,
        run_in_transaction: true,
        up: script(up),
        down: (!down.is_empty()).then(|| script(down)),
    }
}

/// The same without a transaction.
fn stepwise(name: &'static str, parents: &[&'static str], up: &'static str, down: &'static str) -> Revision<'static> {
    Revision { run_in_transaction: false, ..revision(name, parents, up, down) }
}

fn script(text: &'static str) -> Script<'static> {
    let mut line = 1;
    let mut statements = Vec::new();
    for sql in text.split(";\n") {
        let lines = u32::try_from(sql.matches('\n').count()).unwrap();
        if !sql.trim().is_empty() {
            let above = sql.len() - sql.trim_start().len();
            let above = u32::try_from(sql[..above].matches('\n').count()).unwrap();
            let sql = sql.trim();
            let check = sql.strip_prefix("check ").and_then(|rest| rest.split_once(": "));
            let (check, sql) = check.map_or((None, sql), |(message, sql)| (Some(message), sql));
            statements.push(Statement { sql, line: line + above, check });
        }
        line += lines + 1;
    }
    let tokens = statements.iter().flat_map(|statement| statement.sql.split_whitespace());
    Script {
        checksum: String::leak(Checksum::of_tokens(tokens).to_string()),
        foreign_keys_off: false,
        statements: leak(statements),
    }
}

fn leak<T>(list: Vec<T>) -> &'static [T] {
    Vec::leak(list)
}

fn steps(report: &Report) -> String {
    let step = |step: &dbmig::runner::ReportStep| format!("{} {}", step.direction, step.version);
    report.steps.iter().map(step).collect::<Vec<_>>().join(", ")
}

fn impatient() -> Options<'static> {
    Options { lock_timeout: Duration::from_millis(300), ..Options::default() }
}

const UP: Request<'static> = Request::Upgrade { targets: &["heads"] };

#[track_caller]
fn shown(outcome: Result<Report, Error>) -> String {
    let error = outcome.unwrap_err();
    assert!(error.help().is_none_or(|help| !help.is_empty()));
    error.to_string()
}
