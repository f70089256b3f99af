//! A statement at work: each of its changes is applied at once, so that the next one sees it, and all of them are
//! taken back where the statement fails.

use std::cell::RefCell;
use std::collections::BTreeMap;

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
    /// Whether bodies that were looked into alter structure, by their places.
    pub(super) altering: RefCell<BTreeMap<(String, usize), bool>>,
}

struct Done {
    change: Change,
    /// The columns of the table in their order, where the change loses it.
    order: Option<(ObjectName, Vec<Name>)>,
}

/// A place in the work to which it can be taken back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

/// The schema of temporary objects.
pub(super) const TEMPORARY: &str = "pg_temp";

impl<'a> Work<'a> {
    pub(super) fn new(replay: &'a mut Replay) -> Work<'a> {
        Work { replay, done: Vec::new(), reports: Vec::new(), depth: 0, altering: RefCell::default() }
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
        self.catalog_mut(&change).apply(&change)?;
        self.done.push(Done { change, order });
        Ok(())
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

    pub(super) fn mark(&self) -> Mark {
        Mark(self.done.len())
    }

    /// Takes back what was done since.
    pub(super) fn undo(&mut self, mark: Mark) {
        while self.done.len() > mark.0 {
            let Some(done) = self.done.pop() else { return };
            let inverse = done.change.inverse();
            let catalog = self.catalog_mut(&inverse);
            let undone = catalog.apply(&inverse);
            debug_assert_eq!(undone, Ok(()), "a change that was applied can be undone");
            if let Some((table, order)) = done.order {
                catalog.reorder_columns(&table, &order);
            }
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
                self.done.push(Done { change, order: None });
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
