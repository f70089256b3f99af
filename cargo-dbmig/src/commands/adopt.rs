//! `cargo dbmig adopt`.

mod discover;
mod host;
mod metadata;
mod plan;
mod schema_file;
mod settings;
mod stamp;

use std::path::PathBuf;

use clap::Args;
use dbmig::Backend;
use dbmig_build::diagnostic::Diagnostic;
use serde_json::{Value, json};

use super::setup::Report;
use crate::cli::{Answer, Global};
use crate::context::package;
use crate::error::{Error, Kind};
use crate::scaffold::{File, write_all};
use crate::ui::{Ui, diagnostic_json};
use discover::Found;
use plan::Plan;

/// Give an existing Diesel migrations folder its chain
///
/// Writes a metadata.toml for every migration, in Diesel's order, each revising the one
/// before, and configures the package. Scripts are never touched, and Diesel's command
/// line keeps working. Run it again after Diesel's command line has added migrations:
/// one that is older than the head takes its place before those that are younger.
///
///     cargo dbmig adopt --dry-run           # what would be written, and what is wrong
///     cargo dbmig adopt
///     cargo dbmig adopt --yes --stamp       # no question; the database remembers, too
///     cargo dbmig adopt -d logs db/logs     # a further database with its own folder
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct AdoptArgs {
    /// The migrations folder; by default diesel.toml's, else `migrations`
    folder: Option<PathBuf>,
    /// Show what would be written, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write without asking
    #[arg(long, short)]
    yes: bool,
    /// Write into the database's journal how to undo what Diesel applied
    #[arg(long)]
    stamp: bool,
    /// The kind of database: sqlite, postgres or mysql; by default what diesel's features say
    #[arg(long, value_name = "BACKEND")]
    backend: Option<Backend>,
    /// Use the dbmig crates of this checkout instead of the published ones
    #[arg(long, value_name = "PATH")]
    source: Option<PathBuf>,
}

/// Does what `adopt` does.
///
/// # Errors
///
/// No package, no folder, no backend that could be found out; a file that can't be written; with `--stamp` what the
/// database says.
pub fn run(args: &AdoptArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let package = package::find(global)?;
    let found = discover::discover(&package, args.folder.as_deref(), args.backend, global.database.as_deref())?;
    let plan = plan::plan(&package.root, &found.config);
    let settings = settings::edit(&package, &found, &plan)?;
    let sound = plan.faults.is_empty();
    let schema_file = if sound { schema_file::compare(&package.root, &found, &plan) } else { None };
    let mut report = Report { ui, edits: Vec::new(), paste: Vec::new() };

    if !ui.json {
        show(&plan, settings.as_ref(), &found, ui);
        if let Some(line) = &schema_file {
            ui.status("Compared", line);
        }
    }
    let mut answer = json!({
        "adopted": plan.adopted.iter().map(adopted_json).collect::<Vec<_>>(),
        "moved": plan.moved.iter().map(|one| json!({"path": one.path, "revises": one.revises.as_str()})).collect::<Vec<_>>(),
        "unmanaged": plan.unmanaged,
        "schema_file": schema_file,
        "diagnostics": diagnostics(&plan).map(diagnostic_json).collect::<Vec<_>>(),
        "written": false,
    });
    if !sound {
        if ui.json {
            ui.answer_json(&answer);
        } else {
            ui.hint("nothing was written: mend what is wrong, then run this again");
        }
        return Ok(Answer::No);
    }
    let nothing_to_write = plan.adopted.is_empty() && settings.is_none();
    if args.dry_run {
        if ui.json {
            ui.answer_json(&answer);
        } else if nothing_to_write {
            ui.status("Unchanged", "every migration is in the chain");
        } else {
            ui.hint(format!("cargo dbmig adopt{}", database(&found)));
        }
        return Ok(Answer::Yes);
    }

    if nothing_to_write {
        ui.status("Unchanged", "every migration is in the chain");
    } else {
        confirm(args.yes, &plan, ui)?;
        let files = plan.adopted.iter().map(|one| File { path: package.root.join(&one.path), text: one.text.clone() });
        let moved = plan.moved.iter().map(|one| File { path: package.root.join(&one.path), text: one.text.clone() });
        let manifest = settings.iter().map(|edit| File { path: package.manifest_path(), text: edit.manifest.clone() });
        write_all(&files.chain(moved).chain(manifest).collect::<Vec<_>>())
            .map_err(|error| Error::io(&found.config.migrations, &error))?;
        answer["written"] = Value::Bool(true);
        host::set_up(&package.read_again()?, args.source.as_deref(), &found, &mut report)?;
    }
    if args.stamp {
        answer["stamped"] = json!(stamp::stamp(&package, &found, ui)?);
    }
    if ui.json {
        let rest = report.json();
        answer["edits"] = rest["edits"].clone();
        answer["paste"] = rest["paste"].clone();
        ui.answer_json(&answer);
    } else {
        report.show_paste();
        let first = match plan.unreadable.is_empty() {
            true => "",
            false => "say above each statement that can't be replayed what it does, then: ",
        };
        ui.hint(format!("{first}cargo dbmig check{}", database(&found)));
    }
    Ok(Answer::Yes)
}

/// The option that names the database, where it has a name.
fn database(found: &Found) -> String {
    found.name.as_ref().map_or_else(String::new, |name| format!(" -d {name}"))
}

fn diagnostics(plan: &Plan) -> impl Iterator<Item = &Diagnostic> {
    plan.faults.iter().chain(&plan.unreadable).chain(&plan.notes)
}

/// What would be written, then what is wrong.
fn show(plan: &Plan, settings: Option<&settings::Edit>, found: &Found, ui: &Ui) {
    if plan.faults.is_empty() && !plan.adopted.is_empty() {
        ui.status("Found", summary(plan, found));
        for one in &plan.adopted {
            let parent =
                one.revises.as_ref().map_or_else(|| "the first".to_owned(), |parent| format!("revises {parent}"));
            let mode = if one.run_in_transaction { "" } else { ", without a transaction" };
            ui.answer(format!("{}  ({parent}{mode})", one.path));
        }
    }
    if plan.faults.is_empty() {
        for one in &plan.moved {
            ui.answer(format!("{}  (now revises {})", one.path, one.revises));
        }
    }
    if let (Some(edit), true) = (settings, plan.faults.is_empty()) {
        ui.answer("Cargo.toml");
        edit.added.lines().for_each(|line| ui.answer(format!("    + {line}").trim_end()));
    }
    ui.warnings(&plan.notes);
    ui.diagnostics(&plan.unreadable);
    ui.diagnostics(&plan.faults);
}

fn summary(plan: &Plan, found: &Found) -> String {
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let standing = match plan.standing {
        0 => String::new(),
        some if plan.moved.is_empty() => format!(" behind {some} that are in the chain"),
        some => format!(" among {some} that are in the chain"),
    };
    let tables = count(plan.tables, "table");
    let (new, folder) = (count(plan.adopted.len(), "migration"), &found.config.migrations);
    let unreadable = match plan.unreadable.len() {
        0 => String::new(),
        some => format!("; {} can't be replayed", count(some, "statement")),
    };
    format!("{new} in {folder} ({}){standing}, which build {tables}{unreadable}", found.config.backend)
}

fn confirm(yes: bool, plan: &Plan, ui: &Ui) -> Result<(), Error> {
    if yes {
        return Ok(());
    }
    let question = match plan.adopted.len() {
        0 => "Write Cargo.toml?".to_owned(),
        1 => "Adopt it?".to_owned(),
        several => format!("Adopt these {several}?"),
    };
    match ui.confirm(&question)? {
        Some(true) => Ok(()),
        Some(false) => Err(Error::new(Kind::Usage, "nothing was written")),
        None => {
            Err(Error::new(Kind::Usage, "nobody can be asked here, so nothing was written")
                .help("cargo dbmig adopt --yes"))
        }
    }
}

fn adopted_json(one: &plan::Adopted) -> Value {
    json!({
        "version": one.version.as_str(),
        "path": one.path,
        "message": one.message,
        "revises": one.revises.as_ref().map(|parent| parent.as_str()),
        "run_in_transaction": one.run_in_transaction,
    })
}
