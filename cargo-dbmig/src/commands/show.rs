//! `cargo dbmig show`.

use std::collections::BTreeMap;

use clap::Args;
use dbmig::revision::Id;
use dbmig::revision::order::{Edges, ancestors};
use dbmig_build::diagnostic::{Diagnostic, Level};
use dbmig_build::diff::diff;
use dbmig_build::link::Chain;
use dbmig_build::migration::Outline;
use dbmig_build::schema::{Change, Name, ObjectName, Renames, Schema, Table, Trigger};
use dbmig_build::sql::Script;
use serde_json::json;

use super::listing::Listing;
use super::{describe, selection};
use crate::cli::{Answer, Global};
use crate::context::{Context, faults_in};
use crate::error::Error;
use crate::ui::{Ui, with_errors};

/// Show a revision: its place in the chain, the changes that it makes, its SQL
///
///     cargo dbmig show
///     cargo dbmig show create_users
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct ShowArgs {
    /// The revision
    #[arg(default_value = "head", allow_negative_numbers = true)]
    revision: String,
}

/// Does what `show` does.
///
/// # Errors
///
/// A chain at fault, a selector that names no revision or several. What is known of it is shown before it is told what
/// can't be replayed.
pub fn run(args: &ShowArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let chain = context.outlines()?;
    let applied = context.applied_if_known(&chain.graph);
    let id = selection::resolve_one(&chain.graph, &args.revision, applied.as_ref())?;
    let (migration, faults) = context.migration(chain.migration(id))?;
    let Made { changes, errors, uncertain } = made(&context, &chain, id, &migration.up, &faults)?;
    let (up, down) = (migration.up.source.text(), migration.down.as_ref().map(|down| down.source.text()));
    let listing = Listing::new(&chain.graph, applied.as_ref());
    if ui.json {
        let mut value = json!(listing.revision_json(id));
        value["changes"] = changes.iter().map(describe::change_json).collect();
        value["path"] = json!(migration.path);
        value["up"] = json!(up);
        value["down"] = json!(down);
        ui.answer_json(&with_errors(value, &errors));
        return context.unless_incomplete(errors);
    }
    ui.answer(listing.paragraph(id, &context.config.migrations));
    if !changes.is_empty() {
        ui.answer("");
    }
    ui.answer_lines(changes.iter().map(|change| format!("  {}", describe::line(change))));
    ui.answer(format!("\n-- up.sql\n{}", up.trim_end()));
    if let Some(down) = down {
        ui.answer(format!("\n-- down.sql\n{}", down.trim_end()));
    }
    if uncertain && errors.is_empty() {
        ui.status("Uncertain", "a statement below this revision can't be replayed: `cargo dbmig check` shows it");
    }
    context.unless_incomplete(errors)
}

/// What a revision does, as far as it is known.
struct Made {
    changes: Vec<Change>,
    /// What can't be replayed of it.
    errors: Vec<Diagnostic>,
    /// Whether something below it can't be replayed.
    uncertain: bool,
}

/// What a revision changes in all: a table rebuild shows as what it is for, not as the tables that come and go.
fn made(
    context: &Context<'_>,
    chain: &Chain<Outline>,
    id: Id,
    up: &Script,
    faults: &[Diagnostic],
) -> Result<Made, Error> {
    // What stands on other branches may not fit to it before they are merged.
    let below = ancestors(&chain.graph, [id], Edges::All);
    let below = below.iter(&chain.graph).filter(|&below| below != id);
    let (mut replay, unknown) = context.replay_known_at(chain, below)?;
    let before = replay.schema().clone();
    let replayed = replay.run(up);
    let mut errors: Vec<Diagnostic> = faults_in(up, faults).cloned().collect();
    errors.extend(replayed.diagnostics.into_iter().filter(|one| one.level == Level::Error));
    let mut changes = diff(&before, replay.schema(), &renames(&replayed.changes));
    changes.extend(undeclared(&before, replay.schema()));
    Ok(Made { changes, errors, uncertain: !unknown.is_empty() })
}

/// Views and triggers that come and go: no model declares them, so diff leaves them alone.
fn undeclared(before: &Schema, after: &Schema) -> Vec<Change> {
    let triggers = |schema: &Schema| -> BTreeMap<Name, (ObjectName, Trigger)> {
        let of_table = |table: &Table| {
            let name = table.name.clone();
            table.triggers.clone().into_iter().map(move |one| (one.name.clone(), (name.clone(), one)))
        };
        schema.tables.values().flat_map(of_table).collect()
    };
    let (old, new) = (triggers(before), triggers(after));
    let gone = old.iter().filter(|(name, (table, _))| !new.contains_key(name) && after.tables.contains_key(table));
    let come = new.iter().filter(|(name, _)| !old.contains_key(name));
    let gone = gone.map(|(_, (table, one))| Change::DropTrigger { table: table.clone(), trigger: one.clone() });
    let come = come.map(|(_, (table, one))| Change::CreateTrigger { table: table.clone(), trigger: one.clone() });
    let dropped = before.views.values().filter(|view| !after.views.contains_key(&view.name));
    let created = after.views.values().filter(|view| !before.views.contains_key(&view.name));
    let views = dropped.cloned().map(Change::DropView).chain(created.cloned().map(Change::CreateView));
    gone.chain(come).chain(views).collect()
}

/// The renames among a script's changes, in the words of diff.
fn renames(changes: &[Change]) -> Renames {
    let mut renames = Renames::default();
    for change in changes {
        match change {
            Change::RenameTable { from, to } => {
                let columns = std::mem::take(&mut renames.columns);
                let moved = |((table, name), old)| ((if table == *from { to.clone() } else { table }, name), old);
                renames.columns = columns.into_iter().map(moved).collect();
                let first = renames.tables.remove(from).unwrap_or_else(|| from.clone());
                renames.tables.insert(to.clone(), first);
            }
            Change::RenameColumn { table, from, to } => {
                let first = renames.columns.remove(&(table.clone(), from.clone())).unwrap_or_else(|| from.clone());
                renames.columns.insert((table.clone(), to.clone()), first);
            }
            _ => {}
        }
    }
    renames
}
