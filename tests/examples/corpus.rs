//! `cargo xtask corpus DIR`: real projects' chains, read with no database and emitted, against the schema files that
//! the projects have checked in and against what Diesel's command line prints of a real database.
//!
//! `DIR/corpus.json` lists the projects, and their checkouts stand beside it:
//!
//! ```json
//! [{ "project": "name", "backend": "sqlite | postgres | mysql", "checkout": "folder",
//!    "migrations_dir": ["migrations", "9:more_migrations"], "schema_files": ["src/schema.rs"],
//!    "diesel_toml": "diesel.toml", "before": "CREATE TABLE of_another_crate (…);" }]
//! ```
//!
//! Without `checkout` the folder is `dir`, the `owner__name` of `repo`, or the project's name. `9:` is put before the
//! names of a folder's migrations, for projects that merge folders so. `diesel_toml` says how the schema is printed;
//! `before` is what must have run before the chain.

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use dbmig_tests::corpus::{Broken, Outcome, Project, Row, Verdict, broken, compared, edited, read};

/// Compare what dbmig replays and emits with what real projects have checked in
#[derive(Parser)]
struct Arguments {
    /// The folder with corpus.json and the checkouts
    folder: PathBuf,
    /// Run the chains on servers (DBMIG_TEST_POSTGRES_URL, DBMIG_TEST_MYSQL_URL; SQLite needs none), too
    #[arg(long)]
    server: bool,
    /// Only projects whose name holds this
    #[arg(long)]
    project: Option<String>,
    /// Only this backend: sqlite, postgres or mysql
    #[arg(long)]
    backend: Option<String>,
    /// Edit each project's models so many times, and make the edits on a database that ran its chain, there and back
    #[arg(long, value_name = "TIMES")]
    edits: Option<u64>,
    /// The first seed of the edits
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Break each project's statements, one after the other, and see that each is said once and nothing else
    #[arg(long = "break")]
    breaks: bool,
    /// Show what differs, and the diagnostics
    #[arg(short, long)]
    verbose: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let projects = match read(&arguments.folder) {
        Ok(projects) => projects,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let wanted = |project: &Project| {
        let named = arguments.project.as_ref().is_none_or(|name| project.name.contains(name.as_str()));
        named
            && arguments
                .backend
                .as_ref()
                .is_none_or(|backend| project.backend.to_string().eq_ignore_ascii_case(backend))
    };
    if let Some(times) = arguments.edits {
        let projects: Vec<Project> = projects.into_iter().filter(wanted).collect();
        return edit(&projects, arguments.seed..arguments.seed + times);
    }
    if arguments.breaks {
        return breaks(projects.iter().filter(|project| wanted(project)), arguments.verbose);
    }
    println!(
        "{:<48} {:<10} {:>9} {:>10} {:>11} {:>9} {:>13} {:>13} {:>12} {:>6}",
        "project",
        "backend",
        "revisions",
        "statements",
        "diagnostics",
        "models",
        "schema file",
        "server",
        "introspected",
        "ms"
    );
    let rows: Vec<Row> = projects.into_iter().filter(wanted).map(|project| row(project, &arguments)).collect();
    summary(&rows)
}

/// Edits the models of projects.
fn edit(projects: &[Project], seeds: Range<u64>) -> ExitCode {
    let mut all = [0; 4];
    let mut without = 0;
    println!("{:<48} {:<10} {:>6} {:>8} {:>8} {:>7}", "project", "backend", "back", "checked", "refused", "failed");
    for project in projects {
        let trials = match edited(project, seeds.clone()) {
            Ok(trials) => trials,
            Err(error) => {
                println!("{:<48} {}: {error}", project.name, project.backend);
                without += 1;
                continue;
            }
        };
        let place = |outcome: &Outcome| match outcome {
            Outcome::Back => 0,
            Outcome::Checked(_) => 1,
            Outcome::Refused(_) => 2,
            Outcome::Failed(_) => 3,
        };
        let mut counts = [0; 4];
        trials.iter().for_each(|trial| counts[place(&trial.outcome)] += 1);
        let [back, checked, refused, failed] = counts;
        let backend = project.backend.to_string();
        println!("{:<48} {backend:<10} {back:>6} {checked:>8} {refused:>8} {failed:>7}", project.name);
        for trial in &trials {
            let (word, text) = match &trial.outcome {
                Outcome::Back => continue,
                Outcome::Checked(text) => ("checked", text),
                Outcome::Refused(text) => ("refused", text),
                Outcome::Failed(text) => ("failed", text),
            };
            println!("  {word}, seed {}: {}\n    {}", trial.seed, trial.edits.join("; "), text.replace('\n', "\n    "));
        }
        all.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    let [back, checked, refused, failed] = all;
    println!(
        "\n{} edits: {back} there and back, {checked} stopped by rows, {refused} refused, {failed} failed; \
         {without} projects not tried",
        back + checked + refused + failed
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Breaks the statements of projects.
fn breaks<'a>(projects: impl Iterator<Item = &'a Project>, verbose: bool) -> ExitCode {
    let (mut wrong, mut without) = (0, 0);
    println!("{:<48} {:<10} {:>10} {:>7} {:>7} {:>7}", "project", "backend", "statements", "once", "silent", "wrong");
    for project in projects {
        let backend = project.backend.to_string();
        match broken(project) {
            Ok(broken) => {
                let Broken { statements, once, silent, wrong: texts } = broken;
                let name = &project.name;
                println!("{name:<48} {backend:<10} {statements:>10} {once:>7} {silent:>7} {:>7}", texts.len());
                texts.iter().filter(|_| verbose).for_each(|text| println!("{text}"));
                wrong += texts.len();
            }
            Err(error) => {
                println!("{:<48} {backend:<10} {error}", project.name);
                without += 1;
            }
        }
    }
    println!("\n{wrong} statements of which more than one thing is said; {without} projects not tried");
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(project: Project, arguments: &Arguments) -> Row {
    let row = compared(project, arguments.server);
    let backend = row.project.backend.to_string();
    match &row.read {
        Ok(read) => println!(
            "{:<48} {:<10} {:>9} {:>10} {:>11} {:>9} {:>13} {:>13} {:>12} {:>6}",
            row.project.name,
            backend,
            read.revisions,
            read.statements,
            read.diagnostics.len(),
            format!("{}/{}", read.models.models, read.models.tables),
            row.file.short(),
            row.server.short(),
            row.introspected(),
            read.milliseconds
        ),
        Err(_) => println!("{:<48} {backend:<10} can't be read", row.project.name),
    }
    if arguments.verbose {
        match &row.read {
            Ok(read) => {
                read.models.unsaid.iter().for_each(|unsaid| println!("  models don't say {unsaid}"));
                read.models.wrong.iter().for_each(|wrong| println!("  models differ: {wrong}"));
                read.lost.iter().for_each(|lost| println!("  lost: {lost}"));
                println!("{}", read.shown());
            }
            Err(error) => println!("{error}"),
        }
        row.live.iter().flatten().for_each(|line| println!("  introspected: {line}"));
        for (what, verdict) in [("schema file", &row.file), ("server", &row.server)] {
            match verdict {
                Verdict::Differs(_, text) => println!("  {what} (- expected, + emitted):\n{text}"),
                Verdict::Failed(error) => println!("  {what}: {error}"),
                Verdict::None | Verdict::Same | Verdict::Older => {}
            }
        }
    }
    row
}

/// Says how many projects are as they should be. With a server it is the judge; without one the answer is only told.
fn summary(rows: &[Row]) -> ExitCode {
    let count = |is: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count();
    let equal = |verdict: &Verdict| matches!(verdict, Verdict::Same | Verdict::Older);
    println!(
        "\n{} projects: {} without a diagnostic; schema files: {} same, {} same as older releases print it; \
         servers: {} same, {} differ, {} do not run; introspected: {} same, {} differ",
        rows.len(),
        count(&|row| row.read.as_ref().is_ok_and(|read| read.diagnostics.is_empty())),
        count(&|row| row.file == Verdict::Same),
        count(&|row| row.file == Verdict::Older),
        count(&|row| equal(&row.server)),
        count(&|row| matches!(row.server, Verdict::Differs(..))),
        count(&|row| matches!(row.server, Verdict::Failed(_))),
        count(&|row| row.live.as_ref().is_some_and(Vec::is_empty)),
        count(&|row| row.live.as_ref().is_some_and(|lines| !lines.is_empty())),
    );
    let wrong = |row: &Row| {
        let unread = row.read.as_ref().map_or(true, |read| !read.lost.is_empty() || !read.models.wrong.is_empty());
        unread || matches!(row.server, Verdict::Differs(..))
    };
    if rows.iter().any(wrong) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
