//! What `migrate` says of what it found and wrote.

use std::collections::BTreeSet;
use std::fmt::Display;

use dbmig::version::Version;
use dbmig_build::models::Models;
use serde_json::{Value, json};

use super::Showing;
use super::draft::Draft;
use crate::cli::Answer;
use crate::commands::describe;
use crate::render::Rendered;
use crate::ui::Ui;

/// How many names a line lists.
const LISTED: usize = 5;

/// Says which models there are, and which tables have none.
pub(in crate::commands) fn found(ui: &Ui, draft: &Draft) {
    if let Some(models) = &draft.models {
        found_models(ui, draft, models);
    }
    if draft.waiting > 0 {
        ui.status("Waiting", format!("{} of other tables", count(draft.waiting, "change")));
    }
}

fn found_models(ui: &Ui, draft: &Draft, models: &Models) {
    match models.schema.tables.len() {
        0 => ui.status("Models", "none"),
        several => ui.status("Models", format!("{} in {}", count(several, "model"), places(models))),
    }
    let unmodelled = &draft.target.unmodelled;
    match unmodelled.as_slice() {
        [] => {}
        [name] => ui.status(
            "Kept",
            format!("table `{name}` has no model: --drop-table {name} drops it, `unmanaged` leaves it alone"),
        ),
        names => ui.status(
            "Kept",
            format!(
                "{} tables have no model: {}; --drop-table NAME drops one, `unmanaged` leaves them alone",
                names.len(),
                listed(names)
            ),
        ),
    }
    let unmanaged = &draft.target.unmanaged;
    if !unmanaged.is_empty() {
        ui.status("Unmanaged", format!("left alone, as Cargo.toml says: {}", listed(unmanaged)));
    }
}

/// The answer to whether there is anything to write.
pub(super) fn check(ui: &Ui, draft: &Draft) -> Answer {
    let changes = &draft.changes;
    if ui.json {
        ui.answer_json(&json!({"ok": changes.is_empty(), "changes": changes_json(draft)}));
    } else if changes.is_empty() {
        ui.status("Unchanged", as_is(draft));
    } else {
        ui.answer_lines(describe::told(changes).iter().map(|change| describe::line(change)));
        draft.likely.iter().for_each(|one| ui.status("Renamed?", format!("{}: {}", one.rename, one.why)));
        ui.hint("cargo dbmig migrate -m \"what it does\"");
    }
    Answer::of(changes.is_empty())
}

/// Says that there is nothing to write.
pub(in crate::commands) fn unchanged(ui: &Ui, draft: &Draft) -> Answer {
    if ui.json {
        ui.answer_json(&json!({"version": null, "path": null, "revisions": [], "changes": []}));
        return Answer::Yes;
    }
    let of_these = if draft.waiting > 0 { " of these tables" } else { "" };
    ui.status("Unchanged", format!("{}{of_these}; nothing was written", as_is(draft)));
    if draft.models.as_ref().is_some_and(|models| models.schema.tables.is_empty()) {
        ui.hint("a model is a struct with #[derive(dbmig::Model)], in the files that `models` in Cargo.toml names");
    }
    Answer::Yes
}

/// Shows what would be written.
pub(in crate::commands) fn preview(ui: &Ui, draft: &Draft, rendered: &Rendered, showing: Showing) {
    let (up, down) = (rendered.up(), rendered.down());
    if ui.json && showing.sql {
        return ui.answer_json(&json!({"sql": up}));
    }
    if ui.json {
        let changes = changes_json(draft);
        return ui.answer_json(&json!({
            "version": null, "path": null, "revisions": [], "changes": changes, "up": up, "down": down
        }));
    }
    if showing.sql {
        return ui.answer(up.trim_end());
    }
    ui.answer_lines(describe::told(&draft.changes).iter().map(|change| describe::line(change)));
    let several = rendered.parts.len() > 1;
    for part in &rendered.parts {
        let title = match (several, part.title.as_str()) {
            (false, _) | (true, "") => String::new(),
            (true, title) => format!(" ({title})"),
        };
        ui.answer(format!("\n-- up.sql{title}\n{}\n-- down.sql{title}\n{}", part.up, part.down.trim_end()));
    }
    rendered.notes.iter().for_each(|note| ui.status("Note", note));
}

/// Says what was written, what is left to do, and what comes next.
pub(in crate::commands) fn written(ui: &Ui, folder: &str, names: &[String], draft: &Draft, rendered: &Rendered) {
    let path = |name: &String| format!("{folder}/{name}");
    if ui.json {
        let revision = |name: &String| json!({"version": Version::of_folder(name).as_str(), "path": path(name)});
        let revisions: Vec<Value> = names.iter().map(revision).collect();
        let last = revisions.last().cloned().unwrap_or_default();
        return ui.answer_json(&json!({
            "version": last["version"], "path": last["path"], "revisions": revisions,
            "changes": changes_json(draft), "notes": rendered.notes,
        }));
    }
    names.iter().for_each(|name| ui.answer(path(name)));
    ui.answer_lines(describe::told(&draft.changes).iter().map(|change| format!("  {}", describe::line(change))));
    rendered.notes.iter().for_each(|note| ui.status("Note", note));
    let has_todo = |script: &str| script.contains("-- dbmig: todo");
    let mut unfinished = Vec::new();
    for (name, part) in names.iter().zip(&rendered.parts) {
        let files = [("up.sql", &part.up), ("down.sql", &part.down)];
        unfinished
            .extend(files.iter().filter(|(_, text)| has_todo(text)).map(|(file, _)| format!("{}/{file}", path(name))));
    }
    if unfinished.is_empty() && draft.models.is_none() {
        ui.status("Note", "the database has this already, other ones get it by `upgrade`; the models don't say it yet");
        ui.hint("look at what it wrote, then: cargo dbmig stamp");
    } else if unfinished.is_empty() {
        ui.hint("look at what it wrote, then: cargo dbmig upgrade (or cargo run -- --migrate)");
    } else {
        let files = unfinished.join(", ");
        ui.hint(format!("fill in what {files} marks with `-- dbmig: todo`; until then the build fails"));
        if rendered.parts.iter().any(|part| has_todo(&part.up)) {
            ui.hint("or give the value: cargo dbmig amend --backfill TABLE.COLUMN=SQL");
        }
    }
}

fn as_is(draft: &Draft) -> &'static str {
    if draft.models.is_some() {
        "the chain builds what the models say"
    } else {
        "the database is what the chain builds"
    }
}

fn changes_json(draft: &Draft) -> Vec<Value> {
    describe::told(&draft.changes).into_iter().map(describe::change_json).collect()
}

/// The files that models stand in.
fn places(models: &Models) -> String {
    let files: BTreeSet<&str> = models.tables.values().map(|span| span.source().path()).collect();
    listed(&files)
}

/// The first of some names, and how many more there are.
fn listed<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    let more = names.len().saturating_sub(LISTED);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
