//! PostgreSQL: a change of each kind. It is written as plain SQL, which replay makes changes of; what is rendered of
//! these has to make of a database with rows what the plain SQL makes of the schema, and to bring it back.

mod cases;

use cargo_dbmig::drift::{Expressions, alike, comparable};
use cargo_dbmig::introspect::introspect;
use cargo_dbmig::kept::as_kept;
use cargo_dbmig::render::{Backfills, Options, Part, render};
use dbmig::Backend;
use dbmig_build::diff::diff;
use dbmig_build::replay::{Replay, Replayed};
use dbmig_build::schema::{Name, ObjectName, Renames, Schema};
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

/// Empties the database.
const RESET: &str = "DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    CREATE SCHEMA public;
END $$";

fn holds(server: &mut Server<PgConnection>, case: &Case, live: bool) -> Result<(), String> {
    let mut replay = Replay::new(BACKEND);
    run(&mut replay, case.before)?;
    server.run(&format!("{RESET}; {}; {}", case.before, case.rows));
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
        arrived(server, replay.schema(), &after, round).map_err(|what| text(format!("{round} up {what}")))?;
        for part in rendered.parts.iter().rev() {
            execute(server, &part.down, part).map_err(|error| text(format!("{round} down: {error}")))?;
            run(&mut replay, &part.down).map_err(&text)?;
        }
        arrived(server, replay.schema(), &before, round).map_err(|what| text(format!("{round} down {what}")))?;
    }
    Ok(())
}

/// Whether replay and, the first time, the server have what was wanted.
fn arrived(server: &mut Server<PgConnection>, replayed: &Schema, wanted: &Schema, round: &str) -> Result<(), String> {
    let left = diff(replayed, wanted, &Renames::default());
    if !left.is_empty() {
        return Err(format!("is replayed to something else, which lacks {left:#?}"));
    }
    if round == "second" { Ok(()) } else { compare(server, wanted).map_err(|what| format!("ends elsewhere: {what}")) }
}

#[test]
fn each_kind_of_change_runs_up_and_down() {
    let only = std::env::var("CASE").ok();
    let server = &mut Server::postgres();
    server.run("SET client_min_messages = error; SET synchronous_commit = off");
    let mut broken = Vec::new();
    for case in cases::cases().iter().filter(|case| only.as_ref().is_none_or(|text| case.change.contains(text))) {
        for live in [false, true] {
            if let Err(what) = holds(server, case, live) {
                broken.push(format!("=== live: {live}: {}\n{what}\n", case.change));
            }
        }
    }
    assert!(broken.is_empty(), "{} broken\n{}", broken.len(), broken.join("\n"));
}
