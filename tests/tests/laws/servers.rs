//! `introspect(run(chain)) = replay(chain)` on PostgreSQL and MariaDB: chains that have every kind of object, the
//! example's, and random ones. The server is the judge, of what is valid too: a statement that it refuses is left out.

mod mysql;
mod postgres;

use std::collections::BTreeMap;

use cargo_dbmig::drift::{Expressions, Known, alike, comparable, drift};
use cargo_dbmig::introspect::{Introspect, introspect};
use cargo_dbmig::kept::{Keeps, as_kept};
use dbmig::Backend;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Name, ObjectName, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use dbmig_tests::random::chain::chain;
use dbmig_tests::server::{Server, Speaks};

/// What differs between what a server has and what replay made of the same statements; nothing, as the law says.
fn differences<C: Speaks + Introspect + Keeps>(
    server: &mut Server<C>,
    replayed: &Schema,
    backend: Backend,
) -> Vec<String> {
    let live = introspect(&mut server.connection, &[]).unwrap();
    let mut schema = replayed.clone();
    as_kept(&mut server.connection, backend, &mut schema, &live, alike).unwrap();
    let found = drift(&schema, &live, &Known::default(), backend, Expressions::AsKept);
    let mut lines = found.differences;
    lines.extend(found.foreign.into_iter().map(|one| format!("{one}: unknown to replay")));
    if order(&schema) != order(&live) {
        lines.push(format!("order of columns: {:?}, {:?} in the database", order(&schema), order(&live)));
    }
    let (chain, live) = comparable(&schema, &live, backend, Expressions::AsKept);
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

fn replay(replay: &mut Replay, sql: &str, backend: Backend) -> Vec<String> {
    let script = split(&Source::new("up.sql", sql), backend);
    let faults = script.diagnostics.iter().cloned().chain(replay.run(&script).diagnostics);
    faults.map(|one| format!("{}: {one:?}", one.message)).collect()
}

/// The law after each revision of a chain.
#[track_caller]
fn holds<C: Speaks + Introspect + Keeps>(mut server: Server<C>, backend: Backend, revisions: &[&str]) {
    let mut chain = Replay::new(backend);
    for sql in revisions {
        server.run(sql);
        assert_eq!(replay(&mut chain, sql, backend), Vec::<String>::new(), "{sql}");
        assert_eq!(differences(&mut server, chain.schema(), backend), Vec::<String>::new(), "{sql}");
    }
}

/// The law on random chains, each on an empty database.
fn holds_on_random_chains<C: Speaks + Introspect + Keeps>(
    mut server: Server<C>,
    backend: Backend,
    reset: &dyn Fn(&mut Server<C>),
) {
    let (start, count) = super::cases(100);
    let mut broken = Vec::new();
    for seed in start..start + count {
        reset(&mut server);
        let mut replayed = Replay::new(backend);
        let mut taken = Vec::new();
        let mut faults = Vec::new();
        for sql in chain(backend, seed) {
            match server.connection.batch_execute(&sql) {
                Ok(()) => {
                    faults.extend(replay(&mut replayed, &sql, backend));
                    taken.push(sql);
                }
                Err(error) if std::env::var_os("DBMIG_LAW_REFUSED").is_some() => eprintln!("{error}: {sql}"),
                Err(_) => {}
            }
        }
        faults.extend(differences(&mut server, replayed.schema(), backend));
        if !faults.is_empty() {
            let chain = taken.join(";\n");
            broken.push(format!("DBMIG_LAW_SEED={seed} DBMIG_LAW_CASES=1\n{}\n{chain}\n", faults.join("\n")));
        }
    }
    assert!(broken.is_empty(), "{} chains:\n{}", broken.len(), broken.join("\n"));
}

/// Checks on one table: which of two texts a server keeps alike, and which it doesn't.
fn drifts<C: Speaks + Introspect + Keeps>(
    server: &mut Server<C>,
    backend: Backend,
    chain: &str,
    live: &str,
) -> Vec<String> {
    server.run(live);
    let mut schema = Replay::new(backend);
    assert_eq!(replay(&mut schema, chain, backend), Vec::<String>::new());
    let found = differences(server, schema.schema(), backend);
    server.run("DROP TABLE t");
    found
}
