//! `cargo dbmig diff`: what differs between two states, and the SQL for it.

mod git;
mod side;

use clap::Args;
use serde_json::json;

use super::{describe, migrate};
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::Error;
use crate::render::Backfills;
use crate::ui::{Ui, with_errors};
use dbmig_build::diff::diff;

/// Show what differs between two states, and the SQL that makes the second of the first
///
/// A state is a revision, `models`, `database`, or a git ref (`git:main`; without `git:`
/// where no revision has the name): the migrations folder as it is there. Left out, they
/// are the chain's head and the models. Nothing is written, and nobody is asked: a rename
/// that no revision made and no model states is a drop and an add.
///
/// The exit code is 0 whether they differ or not, as that of `git diff`; with --exit-code
/// it is 1 if they do.
///
///     cargo dbmig diff
///     cargo dbmig diff create_users head
///     cargo dbmig diff database models --sql
///     cargo dbmig diff git:main heads
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct DiffArgs {
    /// The state before
    #[arg(default_value = "heads", allow_negative_numbers = true)]
    from: String,
    /// The state after
    #[arg(default_value = "models", allow_negative_numbers = true)]
    to: String,
    /// Print the SQL alone
    #[arg(long)]
    sql: bool,
    /// Exit with 1 if they differ
    #[arg(long)]
    exit_code: bool,
}

/// Does what `diff` does.
///
/// # Errors
///
/// A state that can't be read: a chain or models at fault, no database, no such git ref.
pub fn run(args: &DiffArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let pair = side::pair(&context, &args.from, &args.to)?;
    let changes = diff(&pair.before, &pair.after, &pair.renames);
    let rendered = migrate::render_changes(&context, &pair.before, &changes, &Backfills::new());
    let answer = Answer::of(changes.is_empty() || !args.exit_code);
    if ui.json {
        let sql = rendered?.up();
        let changes: Vec<_> = describe::told(&changes).into_iter().map(describe::change_json).collect();
        let shown = json!({"from": args.from, "to": args.to, "changes": changes, "sql": sql});
        ui.answer_json(&with_errors(shown, &pair.errors));
        return context.unless_incomplete(pair.errors).map(|_| answer);
    }
    if changes.is_empty() {
        if pair.errors.is_empty() {
            ui.status("Equal", format!("{} and {} are the same schema", args.from, args.to));
        }
        return context.unless_incomplete(pair.errors).map(|_| answer);
    }
    if !args.sql {
        ui.answer_lines(describe::told(&changes).iter().map(|change| describe::line(change)));
    }
    let rendered = rendered?;
    if !args.sql {
        ui.answer("");
    }
    ui.answer(rendered.up().trim_end());
    if !args.sql {
        rendered.notes.iter().for_each(|note| ui.status("Note", note));
    }
    context.unless_incomplete(pair.errors).map(|_| answer)
}
