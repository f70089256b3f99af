//! `cargo xtask bench`: how long the commands and the build script take on long chains and on many tables. It judges
//! nothing; whether a column grows with the chain and not with its square is for a person to see.

use std::time::Instant;

use dbmig::Backend;
use dbmig_build::compile::Config;
use dbmig_tests::host::Host;
use dbmig_tests::long_chain::{self, Size, version};
use dbmig_tests::wide;

const SIZES: [Size; 4] = [
    Size { revisions: 1_000, tables: 200 },
    Size { revisions: 2_000, tables: 200 },
    Size { revisions: 4_000, tables: 200 },
    Size { revisions: 2_000, tables: 2_000 },
];

const GRAPHS: [usize; 4] = [1_000, 2_000, 5_000, 10_000];

const TABLES: [usize; 4] = [250, 500, 1_000, 2_000];

fn main() {
    println!("milliseconds; the best of seven runs (of one for what changes something)");
    chains();
    graphs();
    tables();
}

/// Commands that read the SQL of a chain, or run it.
fn chains() {
    let commands: [(&[&str], u32); 3] = [(&["heads"], 7), (&["check"], 7), (&["upgrade"], 1)];
    heading(
        &["revisions", "tables"],
        commands.iter().map(|(command, _)| command.join(" ")).chain(["build".to_owned()]),
    );
    for size in SIZES {
        let host = Host::temporary();
        long_chain::write(&host, size);
        row(&[size.revisions, size.tables]);
        commands.iter().for_each(|(command, runs)| time(&host, *runs, command));
        let out = host.path("out");
        std::fs::create_dir(&out).expect("a folder");
        let config = Config::new().manifest_dir(host.root()).out_dir(&out);
        print!(" {:>14.0}", best(7, || drop(config.try_compile().expect("the chain compiles"))));
        println!();
    }
}

/// Commands that need the graph alone, and `show`, which replays what is below its revision; without a database, and beside
/// one that has all of it. The chain has a branch and a merge in each fifty revisions.
fn graphs() {
    let titles = [
        "heads",
        "branches",
        "history",
        "history --graph",
        "history -r",
        "show",
        "stamp head",
        "current -v",
        "history, stamped",
        "revision -m",
    ];
    heading(&["revisions"], titles.map(str::to_owned).into_iter());
    for revisions in GRAPHS {
        let host = Host::temporary();
        long_chain::write(&host, Size { revisions, tables: 200 });
        row(&[revisions]);
        let (middle, range) =
            (version(revisions / 2), format!("{}:{}", version(revisions / 4), version(revisions / 2)));
        let commands: [(&[&str], u32); 10] = [
            (&["heads"], 7),
            (&["branches"], 7),
            (&["history"], 7),
            (&["history", "--graph"], 7),
            (&["history", "-r", &range], 7),
            (&["show", &middle], 7),
            (&["stamp", "head"], 1),
            (&["current", "-v"], 7),
            (&["history"], 7),
            (&["revision", "-m", "more"], 1),
        ];
        commands.iter().for_each(|(command, runs)| time(&host, *runs, command));
        println!();
    }
}

/// `migrate` for the first time, and with one column more; nothing is written the second time.
fn tables() {
    heading(&["tables"], Backend::ALL.iter().flat_map(|backend| [format!("{backend} all"), format!("{backend} one")]));
    for tables in TABLES {
        row(&[tables]);
        for backend in Backend::ALL {
            let host = Host::temporary();
            wide::write(&host, backend, tables, None);
            time(&host, 1, &["migrate", "-m", "first"]);
            wide::write(&host, backend, tables, Some(tables / 2));
            time(&host, 3, &["migrate", "-m", "more", "--dry-run"]);
        }
        println!();
    }
}

fn heading(sizes: &[&str], commands: impl Iterator<Item = String>) {
    println!();
    sizes.iter().for_each(|size| print!(" {size:>9}"));
    commands.for_each(|command| print!(" {command:>14}"));
    println!();
}

fn row(sizes: &[usize]) {
    sizes.iter().for_each(|size| print!(" {size:>9}"));
}

fn time(host: &Host, runs: u32, command: &[&str]) {
    print!(" {:>14.0}", best(runs, || drop(host.dbmig(command).success())));
}

/// The shortest time of some runs, in milliseconds.
fn best(runs: u32, mut run: impl FnMut()) -> f64 {
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1000.0
    });
    times.fold(f64::INFINITY, f64::min)
}
