//! PostgreSQL: a change of each kind. It is written as plain SQL, which replay makes changes of; what is rendered of
//! these has to make of a database with rows what the plain SQL makes of the schema, and to bring it back.

mod cases;

use cargo_dbmig::drift::{Expressions, alike, comparable};
use cargo_dbmig::introspect::introspect;
use cargo_dbmig::kept::as_kept;
use cargo_dbmig::render::{Backfills, Options, Part, render};
use dbmig::Backend;
use dbmig_build::replay::{Replay, Replayed};
use dbmig_build::schema::{Name, ObjectName, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use dbmig_tests::server::Server;
use diesel::PgConnection;
use diesel::connection::SimpleConnection;

const BACKEND: Backend = Backend::Postgres;

fn run(replay: &mut Replay, sql: &str) -> Result<Replayed, String> {
    let script = split(&Source::new("up.sql", sql), BACKEND);
    let replayed = replay.run(&script);
    let mut faults = script.diagnostics.iter().chain(&replayed.diagnostics);
    let fault = faults.next().map(|one| format!("{}\n{sql}", one.message));
    fault.map_or(Ok(replayed), Err)
}

/// How a database differs from a schema, if it does.
fn compare(server: &mut Server<PgConnection>, wanted: &Schema) -> Result<(), String> {
    let live = introspect(&mut server.connection, &[]).map_err(|error| error.to_string())?;
    let mut schema = wanted.clone();
    as_kept(&mut server.connection, BACKEND, &mut schema, &live, alike).map_err(|error| error.to_string())?;
    let (wanted, live) = comparable(&schema, &live, BACKEND, Expressions::AsKept);
    let (wanted, live) = (format!("{:#?}", wanted.normalized()), format!("{:#?}", live.normalized()));
    if wanted == live { Ok(()) } else { Err(differing_lines(&wanted, &live)) }
}

/// What only one of two texts has: `-` what was wanted, `+` what is there.
fn differing_lines(wanted: &str, live: &str) -> String {
    let text = dbmig_tests::text_diff::diff(wanted, live);
    text.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>().join("\n")
}

/// Runs a script as the runner does: in a transaction unless it says otherwise.
fn execute(server: &mut Server<PgConnection>, sql: &str, part: &Part) -> Result<(), String> {
    let text = if part.run_in_transaction { format!("BEGIN;\n{sql}\nCOMMIT;") } else { sql.to_owned() };
    let done = server.connection.batch_execute(&text);
    done.map_err(|error| {
        let _ = server.connection.batch_execute("ROLLBACK");
        format!("{error}\n{sql}")
    })
}

fn backfills(texts: &[(&str, &str, &str)]) -> Backfills {
    let name = |text: &str| Name::new(text, BACKEND);
    let entry = |(table, column, value): &(&str, &str, &str)| {
        ((ObjectName::unqualified(name(table)), name(column)), (*value).to_owned())
    };
    texts.iter().map(entry).collect()
}

struct Case {
    before: &'static str,
    rows: &'static str,
    change: &'static str,
    backfills: &'static [(&'static str, &'static str, &'static str)],
}

fn holds(case: &Case, live: bool) -> Result<(), String> {
    let server = &mut Server::postgres();
    let mut replay = Replay::new(BACKEND);
    run(&mut replay, case.before)?;
    server.run(&format!("SET client_min_messages = error; {}; {}", case.before, case.rows));
    let before = replay.schema().clone();
    let mut plain = replay.clone();
    let changes = run(&mut plain, case.change)?.changes;
    let after = plain.schema().clone();
    let backfills = backfills(case.backfills);
    let options = Options { backend: BACKEND, live, backfills: &backfills };
    let rendered = render(&changes, &before, &options).map_err(|error| error.to_string())?;
    let text = |what: String| format!("{what}\n--- up\n{}\n--- down\n{}", rendered.up(), rendered.down());
    for round in ["first", "second"] {
        for part in &rendered.parts {
            execute(server, &part.up, part).map_err(|error| text(format!("{round} up: {error}")))?;
            run(&mut replay, &part.up).map_err(&text)?;
        }
        compare(server, &after).map_err(|what| text(format!("{round} up ends elsewhere: {what}")))?;
        compare(server, replay.schema()).map_err(|what| text(format!("replay of up ends elsewhere: {what}")))?;
        for part in rendered.parts.iter().rev() {
            execute(server, &part.down, part).map_err(|error| text(format!("{round} down: {error}")))?;
            run(&mut replay, &part.down).map_err(&text)?;
        }
        compare(server, &before).map_err(|what| text(format!("{round} down ends elsewhere: {what}")))?;
        compare(server, replay.schema()).map_err(|what| text(format!("replay of down ends elsewhere: {what}")))?;
    }
    Ok(())
}

#[test]
fn each_kind_of_change_runs_up_and_down() {
    let only = std::env::var("CASE").ok();
    let mut broken = Vec::new();
    for case in cases::cases().iter().filter(|case| only.as_ref().is_none_or(|text| case.change.contains(text))) {
        for live in [false, true] {
            if let Err(what) = holds(case, live) {
                broken.push(format!("=== live: {live}: {}\n{what}\n", case.change));
            }
        }
    }
    assert!(broken.is_empty(), "{} broken\n{}", broken.len(), broken.join("\n"));
}
