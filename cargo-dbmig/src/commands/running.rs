//! What the commands that run revisions have in common: checks, the run itself, and what they print.

mod script;

use std::time::Duration;

use clap::{Args, ValueEnum};
use dbmig::revision::Direction;
use dbmig::runner::ReportStep;
use dbmig::{Event, Options, Report, Request, TransactionMode};
use dbmig_build::compile::open_todos;
use dbmig_build::link::Chain;
use serde_json::json;

use super::live;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::context::database::{self, Connection, with_connection};
use crate::error::{Error, Kind};
use crate::ui::Ui;
use dbmig_build::bundle::with_bundle;

/// Options of every command that runs revisions.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// Show what would be done, do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the SQL script instead of running it
    ///
    /// What the database has is read from it, if there is one; a range says it instead, and needs no database:
    /// `upgrade --sql 20261101:heads`, `downgrade --sql heads:-2`.
    #[arg(long, conflicts_with_all = ["dry_run", "transaction"])]
    pub sql: bool,
    /// Write the script so that it passes over what is done already, and can be run twice (PostgreSQL, MySQL)
    ///
    /// Without a range it is about every revision, whatever the database has.
    #[arg(long, requires = "sql")]
    pub idempotent: bool,
    /// How long to wait for another migrator, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub lock_timeout: u64,
    /// What a transaction holds: each revision, or all of the run (a new database gets all of it in one)
    #[arg(long, value_name = "WHAT")]
    pub transaction: Option<Transaction>,
}

/// What a transaction holds.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Transaction {
    /// One revision
    Each,
    /// The whole run
    All,
}

/// Carries out a request on the database and says what was done.
///
/// # Errors
///
/// A chain at fault, an open todo, a request that can't be carried out, what the database says.
pub(super) fn run(request: Request<'_>, args: &RunArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let chain = context.chain()?;
    if args.sql {
        return script::print(request, args.idempotent, &context, &chain);
    }
    refuse_ranges(request)?;
    refuse_todos(request, &chain, || plan(request, &context, &chain))?;
    if args.dry_run {
        let report = plan(request, &context, &chain)?;
        show_plan(ui, &report);
        return Ok(Answer::Yes);
    }
    let mut connection = match request {
        Request::Upgrade { .. } | Request::Stamp { .. } => context.connect()?,
        // Nothing to go down from: the answer is the same, and no database is made for it.
        _ => existing_or_empty(&context)?,
    };
    let transaction = match args.transaction {
        None => TransactionMode::Auto,
        Some(Transaction::Each) => TransactionMode::Each,
        Some(Transaction::All) => TransactionMode::All,
    };
    let mut options = Options::observed(|event| tell(ui, event));
    options.lock_timeout = Duration::from_secs(args.lock_timeout);
    options.transaction = transaction;
    let report = with_bundle(
        &chain,
        &context.config,
        |bundle| with_connection!(&mut connection, connection => bundle.run(connection, request, options)),
    )
    .map_err(Error::from)?;
    if ui.json {
        ui.answer_json(&report_json(&report));
    } else if report.steps.is_empty() {
        ui.status("Unchanged", format!("the database is at {}", heads(&report, &chain)));
        // A revision that was deleted and made again under its version isn't applied for that.
        if matches!(request, Request::Upgrade { .. }) {
            live::tell_edited(ui, live::edited(&context.status(&chain)?.unwrap_or_default()));
        }
    }
    Ok(Answer::Yes)
}

/// Selectors as a request takes them.
pub(super) fn texts(selectors: &[String]) -> Vec<&str> {
    selectors.iter().map(String::as_str).collect()
}

/// A database that isn't there is an empty one.
fn existing_or_empty(context: &Context<'_>) -> Result<Connection, Error> {
    context.connect_existing()?.map_or_else(|| database::empty().map(Connection::Sqlite), Ok)
}

/// What a request would do. A database that isn't there is an empty one.
fn plan(request: Request<'_>, context: &Context<'_>, chain: &Chain) -> Result<Report, Error> {
    let mut connection = existing_or_empty(context)?;
    with_bundle(
        chain,
        &context.config,
        |bundle| with_connection!(&mut connection, connection => bundle.plan(connection, request)),
    )
    .map_err(Error::from)
}

/// What runs goes from what the database has.
fn refuse_ranges(request: Request<'_>) -> Result<(), Error> {
    let (command, targets) = match request {
        Request::Upgrade { targets } => ("upgrade", targets),
        Request::Downgrade { targets } => ("downgrade", targets),
        Request::Stamp { targets, .. } => ("stamp", targets),
        _ => return Ok(()),
    };
    let Some((range, to)) = targets.iter().find_map(|text| Some((text, text.split_once(':')?.1))) else {
        return Ok(());
    };
    let message = format!("`{range}` is a range: what is run goes from what the database has");
    let to = format!("cargo dbmig {command} {to}");
    Err(Error::new(Kind::Usage, message).help(to.trim_end()).help(format!("cargo dbmig {command} --sql {range}")))
}

/// An open todo is a decision that nobody has made: it stops the build, and it stops the runs that it is about.
fn refuse_todos(
    request: Request<'_>,
    chain: &Chain,
    plan: impl FnOnce() -> Result<Report, Error>,
) -> Result<(), Error> {
    let mut scripts = chain.migrations.iter().flat_map(|one| std::iter::once(&one.up).chain(&one.down));
    let none = scripts.all(|script| script.todos().next().is_none());
    if none || matches!(request, Request::Stamp { .. }) {
        return Ok(());
    }
    let script = |step: &ReportStep| {
        let migration = chain.migration(chain.graph.find(&step.version)?);
        if step.direction == Direction::Up { Some(&migration.up) } else { migration.down.as_ref() }
    };
    let todos: Vec<_> = plan()?.steps.iter().filter_map(script).flat_map(open_todos).collect();
    if todos.is_empty() { Ok(()) } else { Err(Error::of_diagnostics(Kind::Chain, todos)) }
}

/// One line on stdout for each step that is done, chatter for the rest.
pub(super) fn tell(ui: &Ui, event: &Event<'_>) {
    match event {
        Event::Finished { name, direction } if !ui.json => ui.answer(format!("{} {name}", done(*direction))),
        Event::Skipped { name } => ui.status("Skipped", format!("{name}: another process was faster")),
        Event::Resumed { name, done, total } => {
            ui.status("Resumed", format!("{name}: {done} of {total} statements were done already"));
        }
        Event::FromJournal { name, edited } => {
            let why =
                if *edited { "its up.sql was edited since it was applied" } else { "this checkout doesn't have it" };
            ui.status("Journal", format!("{name} is reverted with the SQL that the database remembers: {why}"));
        }
        Event::OutOfOrder { name, above } => {
            ui.status("Out of order", format!("{name} is applied below {above}, which is applied already"));
        }
        _ => {}
    }
}

fn done(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "applied",
        Direction::Down => "reverted",
        Direction::Stamp => "stamped",
        Direction::Unstamp => "unstamped",
    }
}

fn show_plan(ui: &Ui, report: &Report) {
    if ui.json {
        return ui.answer_json(&report_json(report));
    }
    for step in &report.steps {
        ui.answer(format!("{:<7} {}", step.direction.name(), step.name));
    }
    if report.steps.is_empty() {
        ui.status("Unchanged", "there is nothing to do");
    }
}

fn report_json(report: &Report) -> serde_json::Value {
    let steps = report
        .steps
        .iter()
        .map(|step| json!({"version": step.version, "name": step.name, "direction": step.direction.name()}));
    json!({"steps": steps.collect::<Vec<_>>(), "final_heads": report.final_heads})
}

fn heads(report: &Report, chain: &Chain) -> String {
    let name = |version: &String| {
        let id = chain.graph.find(version);
        id.map_or_else(|| version.clone(), |id| chain.graph.node(id).name.clone())
    };
    let names: Vec<_> = report.final_heads.iter().map(name).collect();
    if names.is_empty() { "base".to_owned() } else { names.join(", ") }
}
