//! The legs of a way: what one transaction can do is one leg, what needs others is more.
//!
//! Everything is one leg where nothing speaks against it. A label of an enum that is used in the same run gets a leg
//! before it, since PostgreSQL lets nobody use it in the transaction that adds it. Where tables bear traffic, no leg
//! holds a lock that keeps others out while rows are read: `live` says how.

use dbmig_build::schema::{Name, ObjectName, Schema, UserTypeKind};

use super::super::text::literal;
use super::super::{Part, RenderError};
use super::check;
use super::definition::Lock;
use super::live;
use super::script::{script, todo_note};
use super::way::Way;
use super::work::works;

/// A part of the way with what belongs to it alone.
pub(super) struct Leg {
    /// What it does, where it isn't the main one.
    pub(super) title: String,
    pub(super) way: Way,
    pub(super) lock: Lock,
    /// The way there, where that isn't simply made of the difference.
    pub(super) up: Option<String>,
    /// Statements that come before all others on the way there.
    pub(super) first: Vec<String>,
    /// The columns whose rows wait for a person's word.
    pub(super) todos: Vec<String>,
}

impl Leg {
    pub(super) fn new(title: impl Into<String>, way: Way, lock: Lock) -> Leg {
        Leg { title: title.into(), way, lock, up: None, first: Vec::new(), todos: Vec::new() }
    }

    /// The way there and back.
    pub(super) fn part(&self, notes: &mut Vec<String>) -> Result<Part, RenderError> {
        notes.extend(self.todos.iter().map(|place| todo_note(place)));
        let rest = match &self.up {
            Some(text) => text.clone(),
            None => script(&self.way, notes, self.lock)?,
        };
        let inverse = self.way.inverse()?;
        let up = joined(&self.first, &rest);
        let down = joined(&check::back(&inverse), &script(&inverse, notes, self.lock)?);
        Ok(Part { title: self.title.clone(), up, down, run_in_transaction: self.lock == Lock::Blocking })
    }
}

fn joined(first: &[String], rest: &str) -> String {
    let blocks = first.iter().map(String::as_str).chain([rest.trim_end()]).filter(|text| !text.is_empty());
    let blocks = blocks.collect::<Vec<_>>().join("\n\n");
    if blocks.is_empty() { NOTHING.to_owned() } else { blocks + "\n" }
}

/// PostgreSQL takes no script without a statement.
const NOTHING: &str = "SELECT 1;\n";

/// The parts of a way, in their order.
pub(super) fn parts(way: Way, is_live: bool, notes: &mut Vec<String>) -> Result<Vec<Part>, RenderError> {
    let checks = check::checks(&way, &works(&way));
    let mut legs = Vec::new();
    let rest = match values_leg(&way)? {
        Some((leg, rest)) => {
            legs.push(leg);
            rest
        }
        None => way,
    };
    match is_live {
        true => legs.extend(live::legs(rest)?),
        false => legs.push(Leg::new("", rest, Lock::Blocking)),
    }
    place_checks(&mut legs, checks)?;
    let mut parts: Vec<Part> = Vec::new();
    for leg in &legs {
        parts.push(leg.part(notes)?);
    }
    if let [only] = parts.as_mut_slice() {
        only.title.clear();
    }
    Ok(parts)
}

/// Checks come first in the first leg that isn't about labels alone. An index that is built concurrently stands alone,
/// so they come before it.
fn place_checks(legs: &mut Vec<Leg>, checks: Vec<String>) -> Result<(), RenderError> {
    if checks.is_empty() {
        return Ok(());
    }
    let at = legs.iter().position(|leg| leg.title != VALUES).unwrap_or(0);
    let main = legs.iter().position(|leg| leg.title.is_empty() && leg.lock == Lock::Blocking);
    match main.or_else(|| Some(at).filter(|at| legs.get(*at).is_some_and(|leg| leg.lock == Lock::Blocking))) {
        Some(at) => {
            if let Some(leg) = legs.get_mut(at) {
                leg.first.splice(0..0, checks);
            }
        }
        None => {
            let before = legs.get(at).map(|leg| leg.way.before.clone()).unwrap_or_default();
            let way = Way::between(&before, &before)?;
            legs.insert(at, Leg { first: checks, ..Leg::new("checks", way, Lock::Blocking) });
        }
    }
    Ok(())
}

const VALUES: &str = "enum values";

/// The leg that adds labels which the rest uses, and the rest.
fn values_leg(way: &Way) -> Result<Option<(Leg, Way)>, RenderError> {
    let mut between = way.before.clone();
    let mut rest = way.clone();
    let mut found = false;
    let mut text = None;
    for (name, origin) in way.types.iter().filter(|(name, _)| !way.remade.contains(*name)) {
        let Some(new) = new_labels(way, name) else { continue };
        let text = match &text {
            Some(text) => text,
            None => text.insert(uses(way)?),
        };
        let Some(labels) = way.labels.get(name).filter(|_| new.iter().any(|label| text.contains(&literal(label))))
        else {
            continue;
        };
        let (Some(one), Some(after)) = (between.types.get_mut(origin), way.after.types.get(name)) else { continue };
        let UserTypeKind::Enum(wanted) = &after.kind else { continue };
        let old = |label: &String| labels.get(label).unwrap_or(label).clone();
        one.kind = UserTypeKind::Enum(wanted.iter().map(old).collect());
        if let Some(labels) = rest.labels.get_mut(name) {
            new.into_iter().for_each(|label| drop(labels.insert(label.clone(), label)));
        }
        found = true;
    }
    if !found {
        return Ok(None);
    }
    let leg = Leg::new(VALUES, Way::between(&way.before, &between)?, Lock::Blocking);
    let after = rest.after.clone();
    Ok(Some((leg, rest.rebased(between, after)?)))
}

/// The labels that come, unless one of them is another one's old text.
fn new_labels(way: &Way, name: &ObjectName) -> Option<Vec<String>> {
    let Some(UserTypeKind::Enum(labels)) = way.after.types.get(name).map(|one| &one.kind) else { return None };
    let kept = way.labels.get(name)?;
    let new: Vec<String> = labels.iter().filter(|label| !kept.contains_key(*label)).cloned().collect();
    let clashes = new.iter().any(|label| kept.values().any(|old| old == label));
    (!new.is_empty() && !clashes).then_some(new)
}

/// All statements but those that add labels.
fn uses(way: &Way) -> Result<String, RenderError> {
    let text = script(way, &mut Vec::new(), Lock::Blocking)?;
    let lines = text.lines().filter(|line| !(line.starts_with("ALTER TYPE ") && line.contains(" ADD VALUE ")));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// Whether a schema has a relation or constraint of a name in a table's schema.
pub(super) fn is_taken(schema: &Schema, table: &ObjectName, name: &Name) -> bool {
    let own = schema.tables.get(table);
    own.is_some_and(|table| table.constraint(name).is_some())
}
