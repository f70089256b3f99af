//! `cargo dbmig check --database`: the database against the chain at the database's own revisions.

use std::collections::BTreeSet;

use dbmig::Status;
use dbmig::revision::order::IdSet;
use dbmig_build::diagnostic::{Code, Diagnostic};
use serde_json::json;

use crate::cli::Answer;
use crate::commands::live;
use crate::context::Context;
use crate::drift::{Drift, Known, drift};
use crate::error::Error;
use crate::ui::diagnostic_json;

/// Compares, and says what differs.
pub(super) fn run(context: &Context<'_>) -> Result<Answer, Error> {
    let chain = context.chain()?;
    let status = context.status(&chain)?.ok_or_else(live::missing)?;
    let applied = context.applied_of(&chain.graph, &status);
    let (mut expected, dropped) = context.tables_at(&chain, &applied)?;
    let known = match context.tables_at(&chain, &IdSet::of(&chain.graph, chain.graph.ids())) {
        Ok((_, made)) => Known { made, dropped },
        // A later revision that can't be read is no matter of this database.
        Err(_) => Known { made: BTreeSet::new(), dropped },
    };
    let (live, expressions) = live::read(context, &mut expected)?;
    let mut drift = drift(&expected, &live, &known, context.config.backend, expressions);
    drift.foreign.retain(|one| !is_unmanaged(one, &context.config.unmanaged));
    answer(context, &status, &drift)
}

fn answer(context: &Context<'_>, status: &Status, drift: &Drift) -> Result<Answer, Error> {
    let diagnostics: Vec<Diagnostic> =
        drift.differences.iter().map(|text| Diagnostic::error(Code::Drift, text.clone())).collect();
    let unknown: Vec<&str> = status.unknown.iter().map(|one| one.name.as_deref().unwrap_or(&one.version)).collect();
    let ok = diagnostics.is_empty() && unknown.is_empty();
    let ui = context.ui;
    if ui.json {
        let shown: Vec<_> = diagnostics.iter().map(diagnostic_json).collect();
        let foreign = &drift.foreign;
        let edited: Vec<&str> = live::edited(status).collect();
        ui.answer_json(
            &json!({"ok": ok, "diagnostics": shown, "unknown": unknown, "foreign": foreign, "edited": edited}),
        );
        return Ok(Answer::of(ok));
    }
    drift.differences.iter().for_each(|line| ui.answer(line));
    if !unknown.is_empty() {
        let help = "what they made can't be told from drift: `cargo dbmig current` names them";
        ui.status("Unknown", format!("revisions that this checkout doesn't have: {}; {help}", unknown.join(", ")));
    }
    live::tell_edited(ui, live::edited(status));
    if !drift.foreign.is_empty() {
        ui.status("Foreign", format!("made by no revision: {}", drift.foreign.join(", ")));
    }
    if ok {
        let revisions = match status.applied.len() {
            1 => "1 revision".to_owned(),
            several => format!("{several} revisions"),
        };
        ui.status("Checked", format!("the database is as its {revisions} made it"));
    }
    Ok(Answer::of(ok))
}

/// Whether the configuration says that somebody else's table is nobody's business: `legacy_*`.
fn is_unmanaged(object: &str, patterns: &[String]) -> bool {
    let Some(name) = object.strip_prefix("table ") else { return false };
    patterns.iter().any(|pattern| match pattern.split_once('*') {
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
        None => pattern == name,
    })
}
