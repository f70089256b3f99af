//! Inputs that are large in one way: deep, long, or much of the same.

use std::time::{Duration, Instant};

use dbmig::Backend;

use super::{SEEDS, Target, Watch, check};

/// Texts of about `size` pieces, each with a name.
pub fn shapes(backend: Backend, size: usize) -> Vec<(String, String)> {
    let times = |text: &str| text.repeat(size);
    let columns = |separator: &str| (0..size).map(|at| format!("c{at} int")).collect::<Vec<_>>().join(separator);
    let mut shapes = vec![
        ("open parentheses", format!("CREATE TABLE t (a int DEFAULT {}", times("("))),
        ("nested parentheses", format!("CREATE TABLE t (a int DEFAULT {}1{});", times("("), times(")"))),
        ("nested types", format!("CREATE TABLE t (a {}int{})", times("x("), times(")"))),
        ("nested queries", format!("CREATE VIEW v AS {}SELECT 1{}", times("SELECT * FROM ("), times(")"))),
        ("nested tables", format!("CREATE TABLE t AS {}SELECT 1 AS a{}", times("SELECT * FROM ("), times(") AS x"))),
        ("nested cases", format!("SELECT {}1{}", times("CASE WHEN "), times(" THEN 1 END"))),
        (
            "nested blocks",
            format!("CREATE TRIGGER t AFTER INSERT ON u FOR EACH ROW {}{}", times("BEGIN "), times("END; ")),
        ),
        ("open blocks", format!("CREATE TRIGGER t AFTER INSERT ON u FOR EACH ROW {}", times("BEGIN IF x THEN "))),
        ("nested comments", format!("{}{} SELECT 1", times("/*"), times("*/"))),
        ("open comments", times("/*! ")),
        ("open dollars", times("$a$ $b$ ")),
        ("semicolons", times(";")),
        ("commas", format!("CREATE TABLE t ({})", times(","))),
        ("dots", format!("DROP TABLE a{}", times(".a"))),
        ("operators", format!("CREATE TABLE t (a int CHECK (a {}))", times("+ - "))),
        ("brackets", format!("CREATE TABLE t (a int{})", times("[]"))),
        ("strings", format!("SELECT {}", times("'a' "))),
        ("doubled quotes", format!("SELECT '{}'", times("''"))),
        ("one long word", times("word")),
        ("one long number", times("123")),
        ("directives", times("-- dbmig: allow(x) y\n")),
        ("columns", format!("CREATE TABLE t ({});", columns(", "))),
        ("columns without commas", format!("CREATE TABLE t ({});", columns(" "))),
        // A table's columns are looked through one by one: databases take no more than some thousands.
        (
            "actions",
            format!(
                "CREATE TABLE t (c int); ALTER TABLE t {};",
                (0..size / 8).map(|at| format!("ADD COLUMN c{at} int")).collect::<Vec<_>>().join(", ")
            ),
        ),
        (
            "tables",
            (0..size)
                .map(|at| format!("CREATE TABLE t{at} (a int PRIMARY KEY, b int REFERENCES t{at} (a));"))
                .collect(),
        ),
        ("views on views", (1..size).map(|at| format!("CREATE VIEW v{at} AS SELECT * FROM v{};", at - 1)).collect()),
        (
            "renames",
            (0..size).fold("CREATE TABLE t0 (a int);".to_owned(), |text, at| {
                text + &format!("ALTER TABLE t{at} RENAME TO t{};", at + 1)
            }),
        ),
        (
            "indexes",
            (0..size / 8)
                .fold("CREATE TABLE t (a int);".to_owned(), |text, at| text + &format!("CREATE INDEX i{at} ON t (a);")),
        ),
        ("conflicts", times("CREATE TABLE t (a int); ")),
        ("unreadable", times("CREATE TABLE (a int); ")),
        ("unknown", times("\u{1}")),
    ];
    let seeds = SEEDS.iter().find(|(of, _)| *of == backend).map_or("", |(_, text)| text);
    shapes.push(("the seeds", seeds.repeat(size.div_ceil(200))));
    shapes.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

/// How long this thread has been at work, whatever else the machine does; none where the system doesn't tell.
fn worked() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// How many times longer each shape takes at four times its size; those that are too quick to tell are left out.
pub fn growth(target: Target, backend: Backend, size: usize, watch: &Watch) -> Vec<(String, Duration, f64)> {
    let time = |text: &str| {
        let once = || {
            let start = (Instant::now(), worked());
            drop(watch.during(text, target, backend, || check(target, backend, text)));
            let worked = worked().zip(start.1).map(|(end, start)| end.saturating_sub(start));
            (start.0.elapsed(), worked)
        };
        let mut runs = vec![once(), once(), once()];
        let all =
            |runs: &[(Duration, Option<Duration>)]| runs.iter().map(|(_, worked)| *worked).sum::<Option<Duration>>();
        // The system counts in steps of some milliseconds.
        while all(&runs).is_some_and(|all| all < Duration::from_millis(40)) && runs.len() < 1_000 {
            runs.push(once());
        }
        let shortest = runs.iter().map(|(elapsed, _)| *elapsed).min().unwrap_or_default();
        all(&runs).map_or(shortest, |all| all.div_f64(runs.len() as f64))
    };
    let small = shapes(backend, size);
    let large = shapes(backend, size * 4);
    let grown = small.into_iter().zip(large).map(|((name, small), (_, large))| {
        let (before, after) = (time(&small), time(&large));
        (name, after, after.as_secs_f64() / before.as_secs_f64().max(1e-6))
    });
    grown.filter(|(_, after, _)| *after > Duration::from_millis(5)).collect()
}
