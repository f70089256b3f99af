//! The way from one schema to another: what comes from what.

use std::collections::BTreeMap;

use dbmig_build::config::SqliteVersion;
use dbmig_build::schema::{ApplyError, Change, Name, ObjectName, Schema, Table, apply_all};

use super::Backfills;

/// Which script is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// What the changes say. What isn't known is asked for.
    Up,
    /// The way back. It must run as it is: what is lost gets a stand-in.
    Down,
}

/// The way from one schema to another.
pub(super) struct Plan<'a> {
    pub(super) direction: Direction,
    pub(super) before: Schema,
    pub(super) after: Schema,
    /// By name after, each table that was there before.
    pub(super) origins: BTreeMap<ObjectName, Origin>,
    /// By table and column after: texts in its rows that become others.
    pub(super) values: Values,
    /// Changes of views and triggers, which are made as they are.
    pub(super) opaque: Vec<Change>,
    pub(super) backfills: &'a Backfills,
    /// The oldest SQLite that is to run it.
    pub(super) sqlite_version: SqliteVersion,
}

/// By table and column, pairs of what rows hold before and after.
pub(super) type Values = BTreeMap<(ObjectName, Name), Vec<(String, String)>>;

/// What a table was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) table: ObjectName,
    /// Name after to name before of the columns that were there.
    pub(super) columns: BTreeMap<Name, Name>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        changes: &[Change],
        before: &Schema,
        backfills: &'a Backfills,
        direction: Direction,
    ) -> Result<Plan<'a>, ApplyError> {
        let mut after = before.clone();
        apply_all(changes, &mut after)?;
        let is_opaque = |change: &&Change| {
            matches!(
                change,
                Change::CreateView(_)
                    | Change::DropView(_)
                    | Change::RenameView { .. }
                    | Change::CreateTrigger { .. }
                    | Change::DropTrigger { .. }
            )
        };
        let opaque = changes.iter().filter(is_opaque).cloned().collect();
        Ok(Plan {
            direction,
            before: before.clone(),
            after,
            origins: origins(changes, before),
            values: values(changes),
            opaque,
            backfills,
            sqlite_version: SqliteVersion::default(),
        })
    }

    /// The way back.
    pub(super) fn inverse(&self) -> Plan<'a> {
        let invert = |(after, origin): (&ObjectName, &Origin)| {
            let columns = origin.columns.iter().map(|(after, before)| (before.clone(), after.clone())).collect();
            (origin.table.clone(), Origin { table: after.clone(), columns })
        };
        let inverted = |((table, column), pairs): (&(ObjectName, Name), &Vec<(String, String)>)| {
            let origin = self.origins.get(table)?;
            let place = (origin.table.clone(), origin.columns.get(column)?.clone());
            Some((place, pairs.iter().rev().map(|(from, to)| (to.clone(), from.clone())).collect()))
        };
        Plan {
            values: self.values.iter().filter_map(inverted).collect(),
            direction: match self.direction {
                Direction::Up => Direction::Down,
                Direction::Down => Direction::Up,
            },
            before: self.after.clone(),
            after: self.before.clone(),
            origins: self.origins.iter().map(invert).collect(),
            opaque: self.opaque.iter().rev().map(Change::inverse).collect(),
            backfills: self.backfills,
            sqlite_version: self.sqlite_version,
        }
    }

    /// The texts in a column's rows that become others.
    pub(super) fn values_of(&self, table: &ObjectName, column: &Name) -> &[(String, String)] {
        self.values.get(&(table.clone(), column.clone())).map(Vec::as_slice).unwrap_or_default()
    }

    /// The tables that go.
    pub(super) fn dropped(&self) -> Vec<&Table> {
        let kept: std::collections::BTreeSet<&ObjectName> = self.origins.values().map(|one| &one.table).collect();
        self.before.tables.values().filter(|table| !kept.contains(&table.name)).collect()
    }

    /// The tables that come.
    pub(super) fn created(&self) -> Vec<&Table> {
        self.after.tables.values().filter(|table| !self.origins.contains_key(&table.name)).collect()
    }

    /// What was stated for a column's rows; only the way there has such values.
    pub(super) fn backfill(&self, table: &ObjectName, column: &Name) -> Option<&str> {
        match self.direction {
            Direction::Up => self.backfills.get(&(table.clone(), column.clone())).map(String::as_str),
            Direction::Down => None,
        }
    }
}

fn values(changes: &[Change]) -> Values {
    let mut values = Values::new();
    for change in changes {
        match change {
            Change::RenameValue { table, column, from, to } => {
                values.entry((table.clone(), column.clone())).or_default().push((from.clone(), to.clone()));
            }
            Change::RenameTable { from, to } => {
                let moved =
                    |((table, column), pairs)| ((if table == *from { to.clone() } else { table }, column), pairs);
                values = values.into_iter().map(moved).collect();
            }
            Change::RenameColumn { table, from, to } => {
                if let Some(pairs) = values.remove(&(table.clone(), from.clone())) {
                    values.insert((table.clone(), to.clone()), pairs);
                }
            }
            Change::DropTable(table) => values.retain(|(name, _), _| *name != table.name),
            Change::DropColumn { table, column } => drop(values.remove(&(table.clone(), column.name.clone()))),
            _ => {}
        }
    }
    values
}

fn origins(changes: &[Change], before: &Schema) -> BTreeMap<ObjectName, Origin> {
    let origin = |table: &Table| {
        let columns = table.columns.iter().map(|column| (column.name.clone(), column.name.clone())).collect();
        (table.name.clone(), Origin { table: table.name.clone(), columns })
    };
    let mut origins: BTreeMap<ObjectName, Origin> = before.tables.values().map(origin).collect();
    let remove = |origins: &mut BTreeMap<ObjectName, Origin>, table: &ObjectName, column: &Name| {
        origins.get_mut(table).and_then(|origin| origin.columns.remove(column))
    };
    for change in changes {
        match change {
            Change::CreateTable(table) | Change::DropTable(table) => {
                origins.remove(&table.name);
            }
            Change::RenameTable { from, to } => {
                if let Some(origin) = origins.remove(from) {
                    origins.insert(to.clone(), origin);
                }
            }
            Change::AddColumn { table, column } | Change::DropColumn { table, column } => {
                remove(&mut origins, table, &column.name);
            }
            Change::RenameColumn { table, from, to } => {
                if let Some(old) = remove(&mut origins, table, from) {
                    origins.get_mut(table).and_then(|origin| origin.columns.insert(to.clone(), old));
                }
            }
            _ => {}
        }
    }
    origins
}
