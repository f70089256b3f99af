//! `introspect(run(chain)) = replay(chain)` on PostgreSQL and MariaDB: chains that have every kind of object, the
//! example's, and random ones. The server is the judge, of what is valid too: a statement that it refuses is left out.

mod mysql;
mod postgres;

use std::ops::Range;
use std::panic::resume_unwind;

use dbmig::Backend;
use dbmig_build::replay::Replay;
use dbmig_tests::journey::{Place, differences, replay};
use dbmig_tests::random::chain::chain;
use dbmig_tests::server::{Server, Speaks};

/// How many connections work on random pairs at once, each in a database of its own: a server waits for its client
/// half of the time.
const WORKERS: u64 = 2;

/// A law on as many seeds as are asked for, each worker's share by itself.
fn shared<T: Send>(usual: u64, law: impl Fn(Range<u64>) -> T + Sync) -> Vec<T> {
    let (start, count) = super::cases(usual);
    let law = &law;
    let bound = |worker: u64| start + count * worker / WORKERS;
    std::thread::scope(|scope| {
        let start = |worker| {
            let seeds = bound(worker)..bound(worker + 1);
            scope.spawn(move || law(seeds))
        };
        let workers: Vec<_> = (0..WORKERS).map(start).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// The law after each revision of a chain.
#[track_caller]
fn holds<C: Speaks + Place>(mut server: Server<C>, backend: Backend, revisions: &[&str]) {
    let mut chain = Replay::new(backend);
    for sql in revisions {
        server.run(sql);
        assert_eq!(replay(&mut chain, sql, backend), Vec::<String>::new(), "{sql}");
        assert_eq!(differences(&mut server.connection, chain.schema()), Vec::<String>::new(), "{sql}");
    }
}

/// The law on random chains, each on an empty database.
fn holds_on_random_chains<C: Speaks + Place>(mut server: Server<C>, backend: Backend, reset: &dyn Fn(&mut Server<C>)) {
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
                    let found = replay(&mut replayed, &sql, backend);
                    // A statement that MariaDB takes and doesn't follow is told, and does nothing here either.
                    faults.extend(found.into_iter().filter(|one| !one.starts_with("MariaDB leaves ")));
                    taken.push(sql);
                }
                Err(error) if std::env::var_os("DBMIG_LAW_REFUSED").is_some() => eprintln!("{error}: {sql}"),
                Err(_) => {}
            }
        }
        faults.extend(differences(&mut server.connection, replayed.schema()));
        if !faults.is_empty() {
            let chain = taken.join(";\n");
            broken.push(format!("DBMIG_LAW_SEED={seed} DBMIG_LAW_CASES=1\n{}\n{chain}\n", faults.join("\n")));
        }
    }
    assert!(broken.is_empty(), "{} chains:\n{}", broken.len(), broken.join("\n"));
}

/// Checks on one table: which of two texts a server keeps alike, and which it doesn't.
fn drifts<C: Speaks + Place>(server: &mut Server<C>, backend: Backend, chain: &str, live: &str) -> Vec<String> {
    server.run(live);
    let mut schema = Replay::new(backend);
    assert_eq!(replay(&mut schema, chain, backend), Vec::<String>::new());
    let found = differences(&mut server.connection, schema.schema());
    server.run("DROP TABLE t");
    found
}
