//! What can't be kept when a run becomes one revision: each with its place.

use dbmig::Backend;
use dbmig_build::compile::open_todos;
use dbmig_build::diagnostic::{Code, Diagnostic};
use dbmig_build::link::Chain;
use dbmig_build::migration::Migration;
use dbmig_build::replay::Replay;
use dbmig_build::schema::Change;
use dbmig_build::source::Span;
use dbmig_build::sql::{Script, Statement, TokenKind};

use super::run::Run;
use crate::error::Error;

/// Looks for what would do something else in one revision than in several.
///
/// # Errors
///
/// All of it.
pub(super) fn prove(chain: &Chain, run: &Run, backend: Backend) -> Result<(), Error> {
    let members: Vec<&Migration> = run.ids.iter().map(|&id| chain.migration(id)).collect();
    let mut faults: Vec<Diagnostic> = Vec::new();
    for one in &members {
        faults.extend(std::iter::once(&one.up).chain(&one.down).flat_map(open_todos));
    }
    faults.extend(transactions(&members, backend));
    faults.extend(settings(&members));
    faults.extend(cascades(&members));
    if backend == Backend::Postgres {
        faults.extend(enum_values(chain, &members));
    }
    super::refuse(faults)
}

fn fault(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::NotSquashable, message)
}

/// A revision runs in a transaction or doesn't.
fn transactions(members: &[&Migration], backend: Backend) -> Option<Diagnostic> {
    let alone: Vec<&&Migration> = members.iter().filter(|one| !one.metadata.run_in_transaction).collect();
    let (first, statements) = (alone.first()?, members.iter().map(|one| one.up.statements.len()).sum::<usize>());
    let place = |diagnostic: Diagnostic, one: &&&Migration| {
        let span = one.up.statements.first().map_or_else(|| one.up.source.start(), |statement| statement.span.clone());
        diagnostic.at(span, "this runs without a transaction")
    };
    let message = if alone.len() < members.len() {
        format!("some of the {} revisions run in a transaction and some don't", members.len())
    } else if backend == Backend::Postgres && statements > 1 {
        "PostgreSQL runs a script as one transaction when Diesel sends it, and these revisions run without one"
            .to_owned()
    } else {
        return None;
    };
    let diagnostic = alone.iter().fold(fault(message), place);
    Some(diagnostic.help(format!("squash what stands before `{}` and what stands behind it", first.name)))
}

/// A setting holds to the end of its revision, and would hold for the statements of those that follow.
fn settings(members: &[&Migration]) -> Vec<Diagnostic> {
    let message = |statement: &Statement| {
        let text: String = statement.text().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
        let diagnostic = fault(format!("`{text}` would hold for the statements behind it, too"));
        diagnostic
            .at(statement.span.clone(), "a setting lasts to the end of its revision")
            .help("squash what ends with this revision, or what begins behind it")
    };
    let (_, before) = members.split_last().unwrap_or((&members[0], &[]));
    let downs = members.iter().skip(1).filter_map(|one| one.down.as_ref());
    let scripts = before.iter().map(|one| &one.up).chain(downs);
    scripts.flat_map(|script| &script.statements).filter(|one| is_setting(one)).map(message).collect()
}

fn is_setting(statement: &Statement) -> bool {
    let words = words(statement);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // They do nothing within a transaction; dbmig switches foreign keys off around it.
        ["pragma", "foreign_keys" | "foreign_key_check" | "defer_foreign_keys", ..] => false,
        ["pragma" | "reset" | "use", ..] => true,
        // A variable of MySQL's, and what begins a transaction.
        ["set", name, ..] => !name.starts_with('@') && *name != "transaction" && *name != "constraints",
        ["select", ..] => words.contains(&"set_config"),
        _ => false,
    }
}

/// A table rebuild needs foreign keys off for the whole of its revision, and then rows that are deleted take no others
/// with them.
fn cascades(members: &[&Migration]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let halves: [fn(&Migration) -> Option<&Script>; 2] = [|one| Some(&one.up), |one| one.down.as_ref()];
    for half in halves {
        let scripts: Vec<&Script> = members.iter().filter_map(|one| half(one)).collect();
        let Some(rebuild) = scripts.iter().find(|script| script.foreign_keys_off()) else { continue };
        let on = scripts.iter().filter(|script| !script.foreign_keys_off());
        for statement in on.flat_map(|script| &script.statements) {
            let words = words(statement);
            if !matches!(words.first().map(String::as_str), Some("delete" | "update" | "replace")) {
                continue;
            }
            let diagnostic =
                fault("rows would change with foreign keys off, so that rows that refer to them don't follow");
            let diagnostic = diagnostic.at(statement.span.clone(), "this runs with foreign keys on");
            let place: Span = rebuild.statements.first().map_or_else(|| rebuild.source.start(), |one| one.span.clone());
            faults.push(
                diagnostic
                    .at(place, "this revision rebuilds a table, which needs them off")
                    .help("squash the revisions before the two and those behind them"),
            );
        }
    }
    faults
}

/// A value that is added to an enum can't be used in the transaction that adds it.
fn enum_values(chain: &Chain, members: &[&Migration]) -> Vec<Diagnostic> {
    let mut replay = Replay::new(Backend::Postgres);
    let mut faults = Vec::new();
    let (mut made, mut added): (Vec<_>, Vec<(String, Span)>) = (Vec::new(), Vec::new());
    for migration in &chain.migrations {
        let replayed = replay.run(&migration.up);
        if !members.iter().any(|one| one.version == migration.version) {
            continue;
        }
        for (value, place) in &added {
            let uses = |statement: &&Statement| {
                let text = migration.up.source.text();
                statement
                    .tokens()
                    .iter()
                    .any(|token| token.kind == TokenKind::String && token.text(text).contains(value))
            };
            if let Some(statement) = migration.up.statements.iter().find(uses) {
                let diagnostic = fault(format!("PostgreSQL refuses to use `{value}` in the transaction that adds it"));
                let diagnostic = diagnostic.at(statement.span.clone(), "it may be used here");
                let diagnostic = diagnostic.at(place.clone(), "it is added here");
                faults
                    .push(diagnostic.help("squash what ends with the revision that adds it, or what begins behind it"));
            }
        }
        for (change, place) in replayed.changes.into_iter().zip(replayed.places) {
            match change {
                Change::CreateType(one) => made.push(one.name),
                Change::AddEnumValue { name, value, .. } if !made.contains(&name) => added.push((value, place)),
                _ => {}
            }
        }
    }
    faults
}

/// The words of a statement in lower case, names in quotes left out.
fn words(statement: &Statement) -> Vec<String> {
    let text = statement.span.source().text();
    let words = statement.tokens().iter().filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Parameter));
    words.map(|token| token.text(text).to_ascii_lowercase()).collect()
}
