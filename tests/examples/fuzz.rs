//! `cargo xtask fuzz`: searches the readers of SQL for an input that makes them panic, hang, lose something or take
//! more than linear time. What is found is made small and written to `target/fuzz`, to be turned into a test.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Parser;
use dbmig_tests::fuzz::{Effort, SEEDS, Target, Watch, check, growth, minimise, search, seeds_of, shapes};
use dbmig_tests::program::workspace;

/// Search the readers of SQL for inputs that they can't bear
#[derive(Parser)]
struct Arguments {
    /// How long to search, all targets and dialects together
    #[arg(long, default_value_t = 180)]
    seconds: u64,
    /// Where chance begins; a run says its own
    #[arg(long)]
    seed: Option<u64>,
    /// Only this dialect: sqlite, postgres or mysql
    #[arg(long)]
    backend: Option<String>,
    /// Only this target: split, parse or replay
    #[arg(long)]
    target: Option<String>,
    /// Begin with the SQL of the real projects in this folder, which `cargo xtask corpus` lists
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Only time how inputs that are large in one way grow
    #[arg(long)]
    growth: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let folder = workspace().join("target/fuzz");
    if let Err(error) = std::fs::create_dir_all(&folder) {
        eprintln!("error: {}: {error}", folder.display());
        return ExitCode::from(2);
    }
    let seed = arguments.seed.unwrap_or_else(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() ^ u64::from(time.subsec_nanos()))
    });
    println!("seed {seed}");
    let file = folder.join("running.sql");
    let watch = Watch::new(Duration::from_secs(10), folder.join("hang.sql"), Some(file));
    // Panics are caught and told.
    std::panic::set_hook(Box::new(|_| {}));
    let is = |wanted: &Option<String>, name: String| wanted.as_ref().is_none_or(|one| one.eq_ignore_ascii_case(&name));
    let mut rounds = Vec::new();
    for (backend, own) in SEEDS.into_iter().filter(|(backend, _)| is(&arguments.backend, backend.to_string())) {
        let seeds = match arguments.corpus.as_deref().map(|folder| seeds_of(folder, backend)) {
            None => own.to_owned(),
            Some(Ok(seeds)) => seeds,
            Some(Err(error)) => {
                eprintln!("error: {error}");
                return ExitCode::from(2);
            }
        };
        let targets = Target::ALL.into_iter().filter(|target| is(&arguments.target, target.to_string()));
        rounds.extend(targets.map(|target| (target, backend, seeds.clone())));
    }
    let each = Duration::from_secs(arguments.seconds) / u32::try_from(rounds.len().max(1)).unwrap_or(1);
    let mut found = 0;
    for (target, backend, seeds) in rounds {
        for (name, text) in shapes(backend, 1_000) {
            if let Err(what) = watch.during(&text, target, backend, || check(target, backend, &text)) {
                println!("{target} {backend}: {name}: {what}");
                found += 1;
            }
        }
        for (name, time, times) in growth(target, backend, 400, &watch) {
            if times > 8.0 || arguments.growth {
                println!("{target} {backend}: {name}: {times:.1} times longer at four times the size ({time:?})");
                found += usize::from(times > 10.0);
            }
        }
        if arguments.growth {
            continue;
        }
        let mut inputs = 0;
        let result = search(target, (backend, &seeds), seed, Effort::Time(each), &watch, &mut inputs);
        println!("{target} {backend}: {inputs} inputs");
        if let Err(finding) = result {
            let small = minimise(&finding, &watch);
            let path: PathBuf = folder.join(format!("{target}-{backend}.sql").to_lowercase());
            println!("  {}\n  {:?}\n  {}", small.what, small.input, path.display());
            drop(std::fs::write(&path, &small.input));
            found += 1;
        }
    }
    if found == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
