//! What changes look like as SQL for PostgreSQL: `tests/*.sql` hold what is there before, the change as plain SQL (replay
//! makes changes of it), and what is rendered of these, revision by revision. `BLESS=1` writes what is rendered; read
//! the difference before it is committed.

use dbmig::Backend;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, Name, ObjectName};
use dbmig_build::source::Source;
use dbmig_build::sql::split;

use super::super::{Backfills, Options, Rendered, render};

fn run(replay: &mut Replay, sql: &str) -> Vec<Change> {
    let script = split(&Source::new("test.sql", sql), Backend::Postgres);
    let replayed = replay.run(&script);
    let faults: Vec<&str> =
        script.diagnostics.iter().chain(&replayed.diagnostics).map(|one| one.message.as_str()).collect();
    assert!(faults.is_empty(), "{faults:?}\n{sql}");
    replayed.changes
}

/// A case: what stands under its title, by heading.
struct Case<'a> {
    title: &'a str,
    before: &'a str,
    change: &'a str,
    /// `table.column = value`, a line each.
    backfills: &'a str,
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let cases = text.split("-- # ").skip(1).map(|text| {
        let (title, rest) = text.split_once('\n').unwrap();
        let section = |name: &str| {
            let start = rest.find(&format!("-- ## {name}\n")).map(|at| at + name.len() + 7);
            let section = start.map_or("", |start| &rest[start..]);
            section.split("-- ## ").next().unwrap_or_default().trim()
        };
        let (before, change, backfills) = (section("before"), section("change"), section("backfills"));
        Case { title, before, change, backfills }
    });
    cases.collect()
}

fn rendered(case: &Case<'_>, live: bool) -> Rendered {
    let mut replay = Replay::new(Backend::Postgres);
    run(&mut replay, case.before);
    let before = replay.schema().clone();
    let changes = run(&mut replay, case.change);
    let name = |text: &str| Name::new(text, Backend::Postgres);
    let backfill = |line: &str| {
        let (place, value) = line.trim_start_matches("-- ").split_once(" = ").unwrap();
        let (table, column) = place.split_once('.').unwrap();
        ((ObjectName::unqualified(name(table)), name(column)), value.to_owned())
    };
    let backfills: Backfills = case.backfills.lines().map(backfill).collect();
    render(&changes, &before, &Options { backend: Backend::Postgres, live, backfills: &backfills }).unwrap()
}

fn written(case: &Case<'_>, live: bool) -> String {
    let mut text = format!("-- # {}\n", case.title);
    let mut section = |name: &str, body: &str| text.push_str(&format!("-- ## {name}\n{}\n\n", body.trim_end()));
    section("before", case.before);
    section("change", case.change);
    if !case.backfills.is_empty() {
        section("backfills", case.backfills);
    }
    let rendered = rendered(case, live);
    for (number, part) in rendered.parts.iter().enumerate() {
        let title = if part.title.is_empty() { String::new() } else { format!(", {}", part.title) };
        let alone = if part.run_in_transaction { "" } else { ", without a transaction" };
        section(&format!("{} up{title}{alone}", number + 1), &part.up);
        section(&format!("{} down", number + 1), &part.down);
    }
    let notes: Vec<String> = rendered.notes.iter().map(|note| format!("-- {note}")).collect();
    if !notes.is_empty() {
        section("notes", &notes.join("\n"));
    }
    text
}

fn check(file: &str, text: &str, live: bool) {
    let actual: String = cases(text).iter().map(|case| written(case, live)).collect();
    let actual = actual.trim_end().to_owned() + "\n";
    if std::env::var_os("BLESS").is_some() {
        let path = format!("{}/src/render/postgres/tests/{file}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, &actual).unwrap();
        return;
    }
    let pairs = text.lines().zip(actual.lines()).enumerate();
    let first = pairs.filter(|(_, (old, new))| old != new).map(|(at, _)| at + 1).next();
    assert!(text == actual, "{file}, line {first:?} (BLESS=1 writes it):\n{actual}");
}

#[test]
fn in_one_script() {
    check("simple.sql", include_str!("tests/simple.sql"), false);
}

#[test]
fn beside_others_who_write() {
    check("live.sql", include_str!("tests/live.sql"), true);
}

/// Why a change can't be made.
fn refused(before: &str, change: &str) -> String {
    let mut replay = Replay::new(Backend::Postgres);
    run(&mut replay, before);
    let schema = replay.schema().clone();
    let changes = run(&mut replay, change);
    let options = Options { backend: Backend::Postgres, live: true, backfills: &Backfills::new() };
    render(&changes, &schema, &options).unwrap_err().to_string()
}

#[test]
fn columns_of_a_parent_that_goes_are_for_a_person_to_keep() {
    let before = "CREATE TABLE base (id integer); CREATE TABLE child (own integer) INHERITS (base)";
    assert_eq!(
        refused(before, "ALTER TABLE child NO INHERIT base; DROP TABLE base"),
        "the table `child` has columns of `base`, which it can't leave and come back to: write `ALTER TABLE child NO INHERIT base` in a revision of its own first"
    );
}
