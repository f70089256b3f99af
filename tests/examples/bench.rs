//! `cargo xtask bench`: how long the commands and the build script take on long chains. It judges nothing; whether a
//! column grows with the chain and not with its square is for a person to see.

use std::time::Instant;

use dbmig_build::compile::Config;
use dbmig_tests::host::Host;
use dbmig_tests::long_chain::{Size, write};

const SIZES: [Size; 4] = [
    Size { revisions: 1_000, tables: 200 },
    Size { revisions: 2_000, tables: 200 },
    Size { revisions: 4_000, tables: 200 },
    Size { revisions: 2_000, tables: 2_000 },
];

const COMMANDS: [&[&str]; 4] = [&["heads"], &["history"], &["check"], &["upgrade"]];

fn main() {
    println!("milliseconds; the best of seven runs (of one for `upgrade`)\n");
    print!("{:>9} {:>7}", "revisions", "tables");
    for command in COMMANDS {
        print!(" {:>9}", command[0]);
    }
    println!(" {:>12}", "build script");
    for size in SIZES {
        let host = Host::temporary();
        write(&host, size);
        print!("{:>9} {:>7}", size.revisions, size.tables);
        for command in COMMANDS {
            let runs = if command[0] == "upgrade" { 1 } else { 7 };
            print!(" {:>9.0}", best(runs, || drop(host.dbmig(command).success())));
        }
        let out = host.path("out");
        std::fs::create_dir(&out).expect("a folder");
        let config = Config::new().manifest_dir(host.root()).out_dir(&out);
        println!(" {:>12.0}", best(7, || drop(config.try_compile().expect("the chain compiles"))));
    }
}

/// The shortest time of some runs, in milliseconds.
fn best(runs: usize, mut run: impl FnMut()) -> f64 {
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1000.0
    });
    times.fold(f64::INFINITY, f64::min)
}
