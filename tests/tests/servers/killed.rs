//! Processes that are killed midway, and those that come after them.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use dbmig::Event;
use dbmig::driver::Driver;
use dbmig::revision::Direction;
use dbmig_tests::server::{Server, Speaks};
use diesel::prelude::*;

use super::*;

const REVISIONS: usize = 10;
const ROWS: usize = 5;
/// What a process says when it begins a revision.
const STEP: &str = "a step begins";

/// Each makes a table and fills it. Where DDL ends transactions, a process can be killed between a statement and the
/// note that it is done, so that the next one does it again.
fn long_chain(backend: Backend) -> Bundle<'static> {
    let revisions: Vec<Revision<'static>> = (1..=REVISIONS)
        .map(|at| {
            let parents: &[&'static str] = if at == 1 { &[] } else { &[leaked(format!("{:02}", at - 1))] };
            let rows = format!(";\nINSERT INTO t{at} VALUES (1)").repeat(ROWS);
            let up = format!("CREATE TABLE IF NOT EXISTS t{at} (id INT){rows}");
            let down = format!("DROP TABLE IF EXISTS t{at}");
            revision(leaked(format!("{at:02}_step")), parents, leaked(up), leaked(down))
        })
        .collect();
    bundle(backend, &revisions)
}

fn leaked(text: String) -> &'static str {
    String::leak(text)
}

/// The processes that are killed run this test too, with a database of whoever starts them.
#[test]
fn a_long_chain() {
    let Ok(url) = std::env::var("KILLED_URL") else {
        let mut server = Server::postgres();
        let report = long_chain(Backend::Postgres).upgrade(&mut server.connection, "heads").unwrap();
        return assert_eq!(report.steps.len(), REVISIONS);
    };
    let (backend, target) = (std::env::var("KILLED_BACKEND").unwrap(), std::env::var("KILLED_TARGET").unwrap());
    let each = || {
        let said = Options::observed(|event| {
            if let Event::Started { .. } = event {
                println!("{STEP}");
            }
        });
        Options { transaction: dbmig::TransactionMode::Each, ..said }
    };
    let chain = long_chain(backend.parse().unwrap());
    let targets = [target.as_str()];
    let request = || match target.as_str() {
        "base" => Request::Downgrade { targets: &["base"] },
        _ => Request::Upgrade { targets: &targets },
    };
    match chain.backend {
        Backend::Mysql => chain.run(&mut MysqlConnection::establish(&url).unwrap(), request(), each()).unwrap(),
        _ => chain.run(&mut PgConnection::establish(&url).unwrap(), request(), each()).unwrap(),
    };
}

/// Runs up and down again and again and kills most of it; looks at the database after each.
fn kill_often<C: Speaks + Driver>(server: &mut Server<C>, looks_sound: impl Fn(&mut Server<C>)) {
    let chain = long_chain(C::BACKEND);
    let url = server.url().to_owned();
    let start = |target: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "killed::a_long_chain", "--nocapture"]);
        command.env("KILLED_URL", &url).env("KILLED_BACKEND", C::BACKEND.name()).env("KILLED_TARGET", target);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut killed = 0;
    for round in 0..24 {
        let down = round % 3 == 2;
        // What stopped on its way down is finished first: an upgrade refuses.
        let target = if down || is_half_reverted(&chain, server) { "base" } else { "heads" };
        let mut child = start(target);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // A little after it has begun one of its steps.
        if lines.filter(|line| line.ends_with(STEP)).nth(round % 4).is_some() {
            std::thread::sleep(Duration::from_micros(u64::try_from(round).unwrap() * 370 % 4000));
            child.kill().ok();
        }
        killed += usize::from(child.wait().unwrap().code().is_none());
        looks_sound(server);
    }
    assert!(killed >= 6, "of 24 processes {killed} were killed");
    if is_half_reverted(&chain, server) {
        chain.downgrade(&mut server.connection, "base").unwrap();
    }
    chain.upgrade(&mut server.connection, "heads").unwrap();
    for at in 1..=REVISIONS {
        let rows = server.lines(&format!("SELECT CAST(count(*) AS CHAR(9)) AS line FROM t{at}"));
        assert_eq!(rows.iter().map(|row| row.trim()).collect::<Vec<_>>(), [ROWS.to_string()], "t{at}");
    }
    chain.downgrade(&mut server.connection, "base").unwrap();
}

fn is_half_reverted<C: Speaks + Driver>(chain: &Bundle<'_>, server: &mut Server<C>) -> bool {
    let partial = chain.status(&mut server.connection).unwrap().partial;
    partial.iter().any(|one| one.direction == Direction::Down)
}

#[test]
fn on_postgresql_nothing_is_left_half_done() {
    kill_often(&mut Server::postgres(), |server| {
        // What the server still does for a process that is gone ends with its transaction.
        let others = "SELECT count(*)::text AS line FROM pg_stat_activity WHERE datname = current_database() AND pid <> \
                      pg_backend_pid()";
        while server.lines(others) != ["0"] {
            std::thread::sleep(Duration::from_millis(5));
        }
        let tables = server.lines(
            "SELECT substr(relname, 2) AS line FROM pg_class WHERE relkind = 'r' AND relname ~ '^t[0-9]+$' ORDER BY \
             relname",
        );
        let is_there = "SELECT relname::text AS line FROM pg_class WHERE relname = '__diesel_schema_migrations'";
        if server.lines(is_there).is_empty() {
            return assert_eq!(tables, Vec::<String>::new());
        }
        let versions = server.lines("SELECT version::int::text AS line FROM __diesel_schema_migrations ORDER BY 1");
        assert_eq!(versions, tables);
    });
}

#[test]
fn on_mysql_the_next_goes_on() {
    kill_often(&mut Server::mysql(), |server| {
        let status = long_chain(Backend::Mysql).status(&mut server.connection).unwrap();
        assert!(status.partial.len() <= 1, "{status:?}");
    });
}
