//! A statement at work: each of its changes is applied at once, so that the next one sees it, and all of them are
//! taken back where the statement fails.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;

use crate::replay::Replay;
use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Catalog, Change, Column, Name, ObjectName, Table};

use super::session::Session;

/// A statement at work.
pub(super) struct Work<'a> {
    replay: &'a mut Replay,
    done: Vec<Done>,
    /// What of the statement can't be read, though the rest of it can.
    pub(super) reports: Vec<Conflict>,
    /// How many functions that call each other are at work.
    pub(super) depth: usize,
    /// How many turns of loops have been followed.
    pub(super) turns: usize,
    /// Whether bodies that were looked into alter structure, by their places.
    pub(super) altering: RefCell<BTreeMap<(String, usize), bool>>,
}

struct Done {
    change: Change,
    /// The numbers of columns that its table had lost before, where the change touches them.
    lost: Option<BTreeSet<usize>>,
    /// The columns of the table in their order, where the change loses it.
    order: Option<(ObjectName, Vec<Name>)>,
}

/// A place in the work to which it can be taken back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

/// How many turns of loops a statement may make, those of loops in loops together.
const MOST_TURNS: usize = 20_000;

/// The schema of temporary objects.
pub(super) const TEMPORARY: &str = "pg_temp";

impl<'a> Work<'a> {
    pub(super) fn new(replay: &'a mut Replay) -> Work<'a> {
        Work { replay, done: Vec::new(), reports: Vec::new(), depth: 0, turns: 0, altering: RefCell::default() }
    }

    pub(super) fn backend(&self) -> Backend {
        self.replay.backend
    }

    pub(super) fn session(&self) -> &Session {
        &self.replay.postgres
    }

    pub(super) fn session_mut(&mut self) -> &mut Session {
        &mut self.replay.postgres
    }

    pub(super) fn history(&self) -> &crate::replay::history::History {
        &self.replay.history
    }

    /// Whether a conflict follows from a fault that was reported before.
    pub(super) fn follows_from_fault(&self, conflict: &Conflict) -> bool {
        self.replay.unknown.explains(conflict)
    }

    /// The catalog in which objects of a schema are.
    pub(super) fn catalog_of(&self, schema: Option<&Name>) -> &Catalog {
        if is_temporary(schema) { &self.replay.temporary } else { &self.replay.catalog }
    }

    /// The catalog in which an object is.
    pub(super) fn catalog(&self, name: &ObjectName) -> &Catalog {
        self.catalog_of(name.schema.as_ref())
    }

    /// The catalog without temporary objects.
    pub(super) fn permanent(&self) -> &Catalog {
        &self.replay.catalog
    }

    /// The table of this name.
    pub(super) fn table(&self, name: &ObjectName) -> Result<&Table, ApplyError> {
        self.catalog(name).schema().tables.get(name).ok_or_else(|| ApplyError::NoTable(name.clone()))
    }

    /// Makes a change at once.
    pub(super) fn change(&mut self, change: Change) -> Result<(), ApplyError> {
        let order = match &change {
            Change::DropColumn { table, .. } => {
                let columns = self.table(table)?.columns.iter().map(|column| column.name.clone());
                Some((table.clone(), columns.collect()))
            }
            _ => None,
        };
        let number = match &change {
            Change::DropColumn { table, column } => {
                self.table(table).ok().and_then(|one| self.attribute(one, &column.name))
            }
            _ => None,
        };
        self.catalog_mut(&change).apply(&change)?;
        let all = &mut self.session_mut().lost_columns;
        let lost = match &change {
            Change::DropColumn { table, .. } => {
                let lost = all.entry(table.clone()).or_default();
                let before = lost.clone();
                lost.extend(number);
                Some(before)
            }
            Change::DropTable(table) => all.remove(&table.name),
            Change::RenameTable { from, to } => {
                if let Some(lost) = all.remove(from) {
                    all.insert(to.clone(), lost);
                }
                None
            }
            _ => None,
        };
        self.done.push(Done { change, order, lost });
        Ok(())
    }

    /// The number of a column, which it keeps whatever happens to those before it.
    pub(super) fn attribute(&self, table: &Table, column: &Name) -> Option<usize> {
        if self.session().begun {
            return None;
        }
        let at = table.columns.iter().position(|one| one.name == *column)?;
        let lost = self.session().lost_columns.get(&table.name);
        let free = |number: &usize| lost.is_none_or(|lost| !lost.contains(number));
        (1..).filter(free).nth(at)
    }

    /// Makes a change of a column, if it is one.
    pub(super) fn alter_column(
        &mut self,
        table: &ObjectName,
        column: &Name,
        alter: impl FnOnce(&mut Column),
    ) -> Result<(), ApplyError> {
        let missing = || ApplyError::NoColumn(table.clone(), column.clone());
        let from = self.table(table)?.column(column).ok_or_else(missing)?.clone();
        let mut to = from.clone();
        alter(&mut to);
        if from == to {
            return Ok(());
        }
        self.change(Change::AlterColumn { table: table.clone(), from: Box::new(from), to: Box::new(to) })
    }

    /// Says of a table that is being made that its expressions are another one's, with all that they have seen.
    pub(super) fn take_past(&mut self, table: &ObjectName, source: &ObjectName) {
        let past = self.table(source).map(|source| source.retyped.0.clone()).unwrap_or_default();
        let of_it = is_temporary(table.schema.as_ref());
        let catalog = if of_it { &mut self.replay.temporary } else { &mut self.replay.catalog };
        catalog.take_past(table, &past);
    }

    /// Says of a column that its default was given to it as it is now.
    pub(super) fn note_default(&mut self, table: &ObjectName, column: &Name) {
        let of_it = is_temporary(table.schema.as_ref());
        let catalog = if of_it { &mut self.replay.temporary } else { &mut self.replay.catalog };
        catalog.note_default(table, column);
    }

    /// Makes a change of what stands behind a table's parenthesis.
    pub(super) fn alter_options(
        &mut self,
        table: &ObjectName,
        alter: impl FnOnce(&mut crate::schema::TableOptions),
    ) -> Result<(), ApplyError> {
        let from = self.table(table)?.options.clone();
        let mut to = from.clone();
        alter(&mut to);
        if from == to {
            return Ok(());
        }
        self.change(Change::AlterOptions { table: table.clone(), from: Box::new(from), to: Box::new(to) })
    }

    /// Whether so many more turns of loops may be followed.
    pub(super) fn may_turn(&self, turns: usize) -> bool {
        self.turns.saturating_add(turns) <= MOST_TURNS
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.done.len())
    }

    /// Takes back what was done since.
    pub(super) fn undo(&mut self, mark: Mark) {
        while self.done.len() > mark.0 {
            let Some(done) = self.done.pop() else { return };
            self.keep_lost_columns(&done.change, done.lost);
            let inverse = done.change.inverse();
            let catalog = self.catalog_mut(&inverse);
            let undone = catalog.apply(&inverse);
            debug_assert_eq!(undone, Ok(()), "a change that was applied can be undone");
            if let Some((table, order)) = done.order {
                catalog.reorder_columns(&table, &order);
            }
        }
    }

    /// Before a change is undone: what its table had lost before it.
    fn keep_lost_columns(&mut self, change: &Change, lost: Option<BTreeSet<usize>>) {
        let all = &mut self.replay.postgres.lost_columns;
        match (change, lost) {
            (Change::DropColumn { table, .. }, Some(lost)) => drop(all.insert(table.clone(), lost)),
            (Change::DropTable(table), Some(lost)) => drop(all.insert(table.name.clone(), lost)),
            (Change::RenameTable { from, to }, _) => {
                if let Some(lost) = all.remove(to) {
                    all.insert(from.clone(), lost);
                }
            }
            _ => {}
        }
    }

    /// Makes one change of those since a mark that made a table and altered it on.
    pub(super) fn fold_table(&mut self, mark: Mark, name: &ObjectName) {
        let Ok(table) = self.table(name).cloned() else { return };
        let later = self.done.split_off(mark.0);
        let mut folded = Some(Change::CreateTable(Box::new(table)));
        for done in later {
            if done.change.table() != Some(name) {
                self.done.push(done);
            } else if let Some(change) = folded.take() {
                self.done.push(Done { change, order: None, lost: None });
            }
        }
    }

    /// The changes, those of temporary objects aside.
    pub(super) fn finish(self) -> Vec<Change> {
        self.done.into_iter().map(|done| done.change).filter(|change| !is_temporary(schema(change))).collect()
    }

    fn catalog_mut(&mut self, change: &Change) -> &mut Catalog {
        if is_temporary(schema(change)) { &mut self.replay.temporary } else { &mut self.replay.catalog }
    }
}

fn is_temporary(schema: Option<&Name>) -> bool {
    schema.is_some_and(|schema| schema.as_str() == TEMPORARY)
}

/// The schema of temporary objects.
pub(super) fn temporary() -> Name {
    Name::new(TEMPORARY, Backend::Postgres)
}

/// The schema of the object that a change is about.
fn schema(change: &Change) -> Option<&Name> {
    let name = match change {
        Change::CreateView(view) | Change::DropView(view) => &view.name,
        Change::RenameView { from, .. } | Change::RenameType { from, .. } | Change::RenameSequence { from, .. } => from,
        Change::CreateType(one) | Change::DropType(one) => &one.name,
        Change::AlterType { to, .. } => &to.name,
        Change::AddEnumValue { name, .. }
        | Change::DropEnumValue { name, .. }
        | Change::RenameEnumValue { name, .. } => name,
        Change::CreateSequence(one) | Change::DropSequence(one) => &one.name,
        Change::AlterSequence { to, .. } => &to.name,
        other => other.table()?,
    };
    name.schema.as_ref()
}
