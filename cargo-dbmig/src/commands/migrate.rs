//! `cargo dbmig migrate`: the models against the chain, written as a revision.

mod proof;
mod questions;

use std::collections::BTreeSet;

use clap::Args;
use dbmig::Backend;
use dbmig::version::Version;
use dbmig_build::config::Style;
use dbmig_build::diff::diff;
use dbmig_build::models::{self, Models};
use dbmig_build::schema::{Change, Schema};
use dbmig_build::target::{Target, target};
use serde_json::json;

use super::describe;
use super::revision::{Draft, Place, write};
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::render::{Options, RenderError, Rendered, render};
use crate::ui::Ui;

/// Compare the models with the chain and write the difference as a revision
///
/// Works offline: the chain's schema is worked out by replaying its SQL. Writes up.sql
/// and down.sql, and proves by replay that one brings the chain to the models and the
/// other brings it back, before it writes anything.
///
///     cargo dbmig migrate -m "create users"
///     cargo dbmig migrate -m "add admin" --backfill users.admin=false
///     cargo dbmig migrate -m "drop the old log" --drop-table audit_log
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct MigrateArgs {
    /// What the revision does
    #[arg(short, long)]
    message: String,
    /// The value for rows that are there already, where a column becomes NOT NULL: a SQL expression
    #[arg(long, value_name = "TABLE.COLUMN=SQL")]
    backfill: Vec<String>,
    /// Drop this table, which has no model any more
    #[arg(long, value_name = "TABLE")]
    drop_table: Vec<String>,
    /// Show the changes and the SQL, write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

/// Does what `migrate` does.
///
/// # Errors
///
/// A chain or models at fault, several heads, an option that names nothing, a folder that can't be written.
pub fn run(args: &MigrateArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    refuse_servers(context.config.backend, &args.message)?;
    let (chain, replay) = context.replayed()?;
    let metadata = args.place.metadata(&args.message, &chain.graph)?;
    let models = models::read(&context.package.root, &context.config)
        .map_err(|diagnostics| Error::of_diagnostics(Kind::Models, diagnostics))?;
    let before = replay.schema();
    let target = wanted(args, &context, before, &models)?;
    let changes = diff(before, &target.schema, &models.renames);
    report_unmodelled(ui, &target);
    if changes.is_empty() {
        return Ok(nothing_to_do(ui, &models));
    }
    let backfills = questions::backfills(&args.backfill, &changes, before, &context)?;
    let options =
        Options { backend: context.config.backend, live: context.config.style == Style::Live, backfills: &backfills };
    let rendered = render(&changes, before, &options).map_err(not_rendered)?;
    proof::prove(&rendered, &replay, &target.schema, context.config.backend)?;
    if args.dry_run {
        show_dry(ui, &changes, &rendered);
        return Ok(Answer::Yes);
    }
    let (up, down) = (rendered.up(), rendered.down());
    let draft = Draft { message: &args.message, up: &up, down: &down };
    let name = write(&context, &chain.graph, &metadata, &args.place, &draft)?;
    show(ui, &context.config.migrations, &name, &changes, &rendered);
    Ok(Answer::Yes)
}

/// Writing SQL from models is SQLite's alone so far.
fn refuse_servers(backend: Backend, message: &str) -> Result<(), Error> {
    let name = match backend {
        Backend::Sqlite => return Ok(()),
        Backend::Postgres => "PostgreSQL",
        Backend::Mysql => "MySQL",
    };
    let message = message.replace('\'', "'\\''");
    Err(Error::new(Kind::Usage, format!("`migrate` can't write SQL for {name} yet, only for SQLite"))
        .help(format!("write it by hand: cargo dbmig revision -m '{message}'")))
}

fn not_rendered(error: RenderError) -> Error {
    match error {
        RenderError::Impossible(what) => Error::new(Kind::Models, what),
        error => Error::new(Kind::Bug, error.to_string()),
    }
}

/// What the chain is to become, tables that are to be dropped asked for.
fn wanted(args: &MigrateArgs, context: &Context<'_>, before: &Schema, models: &Models) -> Result<Target, Error> {
    let unmanaged = &context.config.unmanaged;
    let kept = target(before, &models.schema, &models.renames, unmanaged, &BTreeSet::new());
    let mut dropped = BTreeSet::new();
    for text in &args.drop_table {
        let found = kept.schema.tables.keys().find(|name| name.to_string() == *text || name.name.key() == *text);
        let Some(name) = found else {
            return Err(Error::new(Kind::Usage, format!("--drop-table {text}: the chain has no such table")));
        };
        if models.schema.tables.contains_key(name) {
            return Err(Error::new(Kind::Usage, format!("--drop-table {text}: the table has a model"))
                .help("remove the model, then run this again"));
        }
        dropped.insert(name.clone());
    }
    for name in kept.unmodelled.iter().filter(|name| !dropped.contains(*name)).cloned().collect::<Vec<_>>() {
        let question = format!("The table `{name}` has no model any more. Drop it, with all of its rows?");
        if context.ui.confirm(&question)? == Some(true) {
            dropped.insert(name);
        }
    }
    Ok(target(before, &models.schema, &models.renames, unmanaged, &dropped))
}

fn report_unmodelled(ui: &Ui, target: &Target) {
    for name in &target.unmodelled {
        ui.status(
            "Kept",
            format!("table `{name}` has no model: --drop-table {name} drops it, `unmanaged` leaves it alone"),
        );
    }
}

fn nothing_to_do(ui: &Ui, models: &Models) -> Answer {
    if ui.json {
        ui.answer_json(&json!({"version": null, "path": null, "changes": []}));
    } else {
        ui.status(
            "Unchanged",
            format!("the chain builds what the models say ({}); nothing was written", count(models)),
        );
        if models.schema.tables.is_empty() {
            ui.hint("a model is a struct with #[derive(dbmig::Model)], in the files that `models` in Cargo.toml names");
        }
    }
    Answer::Yes
}

fn count(models: &Models) -> String {
    match models.schema.tables.len() {
        1 => "1 model".to_owned(),
        several => format!("{several} models"),
    }
}

fn show_dry(ui: &Ui, changes: &[Change], rendered: &Rendered) {
    if ui.json {
        let changes: Vec<_> = changes.iter().map(describe::change_json).collect();
        let (up, down) = (rendered.up(), rendered.down());
        return ui.answer_json(&json!({"version": null, "path": null, "changes": changes, "up": up, "down": down}));
    }
    changes.iter().for_each(|change| ui.answer(describe::line(change)));
    ui.answer(format!("\n-- up.sql\n{}\n-- down.sql\n{}", rendered.up(), rendered.down().trim_end()));
}

fn show(ui: &Ui, folder: &str, name: &str, changes: &[Change], rendered: &Rendered) {
    let path = format!("{folder}/{name}");
    if ui.json {
        let version = Version::of_folder(name);
        let changes: Vec<_> = changes.iter().map(describe::change_json).collect();
        return ui.answer_json(&json!({"version": version.as_str(), "path": path, "changes": changes}));
    }
    ui.answer(&path);
    changes.iter().for_each(|change| ui.answer(format!("  {}", describe::line(change))));
    for note in &rendered.notes {
        ui.status("Note", note);
    }
    if rendered.up().contains("-- dbmig: todo") {
        ui.hint(format!("fill in what {path}/up.sql marks with `-- dbmig: todo`; until then the build fails"));
    } else {
        ui.hint("look at what it wrote, then: cargo dbmig upgrade (or cargo run -- --migrate)");
    }
}
