//! Trying one change on one database.

use std::collections::BTreeSet;

use cargo_dbmig::render::{Backfills, Options, Rendered, render};
use dbmig::Backend;
use dbmig_build::config::DatabaseConfig;
use dbmig_build::diff::diff;
use dbmig_build::models::parse;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, Name, ObjectName, Renames, Schema};
use dbmig_build::source::Source;
use dbmig_build::target::target;
use dbmig_tests::journey::{Arrival, Place, replay, travel};

use crate::case::Case;

/// The kinds of changes that were found, or what isn't as it should be.
pub(crate) type Outcome = Result<Vec<String>, String>;

/// What a side of a case says.
struct Said {
    backend: Backend,
    schema: Schema,
    renames: Renames,
}

/// Makes what is before, goes to what is after, and back; in the style for databases that bear traffic, or the simple one.
pub(crate) fn run<C: Place>(case: &Case, live: bool, connection: &mut C) -> Outcome {
    let before = said(case, &case.before(), C::BACKEND)?;
    let after = said(case, &case.after(), C::BACKEND)?;
    let mut chain = Replay::new(C::BACKEND);
    let (_, first) = way(case, live, &chain, &before)?;
    for part in &first.parts {
        connection.batch_execute(&part.up).map_err(|error| format!("{error}: {}", part.up))?;
        faultless(replay(&mut chain, &part.up, C::BACKEND), &part.up)?;
    }
    let (left, _) = way(case, live, &chain, &before)?;
    if !left.is_empty() {
        return Err(format!("found although nothing changed: {left:?}"));
    }
    let (changes, rendered) = way(case, live, &chain, &after)?;
    if changes.is_empty() != case.unchanged {
        return Err(format!("found: {changes:?}"));
    }
    let show = |error: String| format!("{error}\n-- up\n{}\n-- down\n{}", rendered.up(), rendered.down());
    match travel(connection, &chain, &changes, &rendered).map_err(show)? {
        Arrival::Back => {}
        Arrival::Checked(message) => return Err(show(format!("stopped by a check: {message}"))),
    }
    let mut replayed = chain.clone();
    for part in &rendered.parts {
        faultless(replay(&mut replayed, &part.up, C::BACKEND), &part.up)?;
    }
    let (left, _) = way(case, live, &replayed, &after)?;
    if !left.is_empty() {
        return Err(show(format!("found again: {left:?}")));
    }
    Ok(kinds(&changes))
}

fn faultless(faults: Vec<String>, sql: &str) -> Result<(), String> {
    if faults.is_empty() { Ok(()) } else { Err(format!("{}\n{sql}", faults.join("\n"))) }
}

fn said(case: &Case, text: &str, backend: Backend) -> Result<Said, String> {
    if case.is_sql {
        let mut made = Replay::new(backend);
        faultless(replay(&mut made, text, backend), text)?;
        let schema = made.schema().clone();
        let renames = renames(case, &schema, backend);
        return Ok(Said { backend, schema, renames });
    }
    let config = DatabaseConfig { backend, ..DatabaseConfig::default() };
    let models = parse(&Source::new("models.rs", text), &config);
    let models = models.map_err(|faults| format!("{faults:#?}\n{text}"))?;
    Ok(Said { backend, schema: models.schema, renames: models.renames })
}

fn object(text: &str, backend: Backend) -> ObjectName {
    let name = |text: &str| Name::new(text, backend);
    match text.split_once('.') {
        Some((schema, text)) => ObjectName { schema: Some(name(schema)), name: name(text) },
        None => ObjectName::unqualified(name(text)),
    }
}

fn renames(case: &Case, schema: &Schema, backend: Backend) -> Renames {
    let mut renames = Renames::default();
    for (new, old) in &case.renames {
        let (to, from) = (object(new, backend), object(old, backend));
        if schema.tables.contains_key(&to) {
            renames.tables.insert(to, from);
        } else if schema.types.contains_key(&to) {
            renames.types.insert(to, from);
        } else if let Some((owner, label)) = new.split_once('.') {
            renames.enum_values.insert((object(owner, backend), label.to_owned()), old.clone());
        }
    }
    renames
}

/// The way from a chain to what is said. Tables that nothing says any more go.
fn way(case: &Case, live: bool, chain: &Replay, said: &Said) -> Result<(Vec<Change>, Rendered), String> {
    let backend = said.backend;
    let wanted = if case.is_sql {
        said.schema.clone()
    } else {
        let kept = target(chain.schema(), &said.schema, &said.renames, &[], &BTreeSet::new());
        let dropped: BTreeSet<ObjectName> = kept.unmodelled.into_iter().collect();
        target(chain.schema(), &said.schema, &said.renames, &[], &dropped).schema
    };
    let changes = diff(chain.schema(), &wanted, &said.renames);
    let mut backfills = Backfills::new();
    for (column, value) in &case.backfills {
        let (table, column) = column.split_once('.').ok_or("a backfill is about table.column")?;
        backfills.insert((object(table, backend), Name::new(column, backend)), value.clone());
    }
    let options = Options { backend, live, backfills: &backfills };
    let rendered = render(&changes, chain.schema(), &options).map_err(|error| format!("{error}: {changes:?}"))?;
    Ok((changes, rendered))
}

/// The names of changes, each once, in the order in which they come.
fn kinds(changes: &[Change]) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for change in changes {
        let text = format!("{change:?}");
        let kind = text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_owned();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}
