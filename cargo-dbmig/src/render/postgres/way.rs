//! The way from one schema to another, and what comes from what: tables, columns, types, labels, sequences.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{
    ApplyError, Catalog, Change, Name, ObjectName, Schema, Sequence, Table, UserTypeKind, aside, rename_order,
};

use super::super::Backfills;
use super::super::plan::{Direction, Origin, Plan};
use super::types;

/// The way from one schema to another.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) direction: Direction,
    pub(super) before: Schema,
    pub(super) after: Schema,
    /// What was there before, under the names that it has after; lists are in the order of `before`. What goes isn't in
    /// it, but columns that go are, under names that nothing has.
    pub(super) renamed: Schema,
    /// By name after, each table that was there before.
    pub(super) tables: BTreeMap<ObjectName, Origin>,
    /// Name after to name before of the types that stay.
    pub(super) types: BTreeMap<ObjectName, ObjectName>,
    /// By a type's name after: label after to label before, of those that stay.
    pub(super) labels: BTreeMap<ObjectName, BTreeMap<String, String>>,
    /// Name after to name before of the sequences that stay.
    pub(super) sequences: BTreeMap<ObjectName, ObjectName>,
    /// Name after to name before of the views that stay.
    pub(super) views: BTreeMap<ObjectName, ObjectName>,
    /// Changes of views and triggers, which are made as they are.
    pub(super) opaque: Vec<Change>,
    /// What rows that exist get.
    pub(super) backfills: Backfills,
    /// Constraints that exempt the rows which are there for a while only.
    pub(super) soon: BTreeSet<(ObjectName, Name)>,
    /// The types, by their names after, in whose place a new one comes.
    pub(super) remade: BTreeSet<ObjectName>,
}

impl Way {
    pub(super) fn new(changes: &[Change], before: &Schema, backfills: &Backfills) -> Result<Way, ApplyError> {
        let plan = Plan::new(changes, before, backfills, Direction::Up)?;
        let mut way = Way {
            direction: Direction::Up,
            before: plan.before,
            after: plan.after,
            renamed: Schema::default(),
            tables: plan.origins,
            types: before.types.keys().map(|name| (name.clone(), name.clone())).collect(),
            labels: before.types.keys().map(|name| (name.clone(), own_labels(before, name))).collect(),
            sequences: before.sequences.keys().map(|name| (name.clone(), name.clone())).collect(),
            views: before.views.keys().map(|name| (name.clone(), name.clone())).collect(),
            opaque: plan.opaque,
            backfills: backfills.clone(),
            soon: BTreeSet::new(),
            remade: BTreeSet::new(),
        };
        changes.iter().for_each(|change| way.follow(change));
        way.pair_up();
        way.renamed = way.renamed_schema()?;
        way.remade = types::remade(&way);
        Ok(way)
    }

    /// A way on which nothing gets another name.
    pub(super) fn between(before: &Schema, after: &Schema) -> Result<Way, ApplyError> {
        let mut way = Way::new(&[], before, &Backfills::new())?;
        way.after = after.clone();
        way.tables.retain(|name, _| after.tables.contains_key(name));
        for (name, origin) in &mut way.tables {
            let table = after.tables.get(name);
            origin.columns.retain(|column, _| table.is_some_and(|table| table.column(column).is_some()));
        }
        way.types.retain(|name, _| after.types.contains_key(name));
        way.labels.retain(|name, _| after.types.contains_key(name));
        for (name, labels) in &mut way.labels {
            let left = own_labels(after, name);
            labels.retain(|label, _| left.contains_key(label));
        }
        way.sequences.retain(|name, _| after.sequences.contains_key(name));
        way.views.retain(|name, _| after.views.contains_key(name));
        way.renamed = way.renamed_schema()?;
        way.remade = types::remade(&way);
        Ok(way)
    }

    /// The same way from elsewhere to elsewhere, where that makes no other names.
    pub(super) fn rebased(mut self, before: Schema, after: Schema) -> Result<Way, ApplyError> {
        self.before = before;
        self.after = after;
        self.renamed = self.renamed_schema()?;
        self.remade = types::remade(&self);
        Ok(self)
    }

    /// Whether there is anything to do on it.
    pub(super) fn changes_something(&self) -> bool {
        self.before != self.renamed || self.renamed != self.after || !self.opaque.is_empty() || self.moves_columns()
    }

    /// Whether columns change names, if only among themselves.
    fn moves_columns(&self) -> bool {
        self.tables.values().any(|origin| origin.columns.iter().any(|(to, from)| to != from))
    }

    /// The way back.
    pub(super) fn inverse(&self) -> Result<Way, ApplyError> {
        let invert = |(after, origin): (&ObjectName, &Origin)| {
            let columns = origin.columns.iter().map(|(after, before)| (before.clone(), after.clone())).collect();
            (origin.table.clone(), Origin { table: after.clone(), columns })
        };
        let swap = |map: &BTreeMap<ObjectName, ObjectName>| -> BTreeMap<ObjectName, ObjectName> {
            map.iter().map(|(after, before)| (before.clone(), after.clone())).collect()
        };
        let labels = self.types.iter().map(|(after, before)| {
            let labels = self.labels.get(after).into_iter().flatten();
            (before.clone(), labels.map(|(after, before)| (before.clone(), after.clone())).collect())
        });
        let mut way = Way {
            direction: match self.direction {
                Direction::Up => Direction::Down,
                Direction::Down => Direction::Up,
            },
            before: self.after.clone(),
            after: self.before.clone(),
            renamed: Schema::default(),
            tables: self.tables.iter().map(invert).collect(),
            types: swap(&self.types),
            labels: labels.collect(),
            sequences: swap(&self.sequences),
            views: swap(&self.views),
            opaque: self.opaque.iter().rev().map(Change::inverse).collect(),
            backfills: Backfills::new(),
            soon: BTreeSet::new(),
            remade: BTreeSet::new(),
        };
        way.renamed = way.renamed_schema()?;
        way.remade = types::remade(&way);
        Ok(way)
    }

    /// The tables that go.
    pub(super) fn dropped(&self) -> Vec<&Table> {
        let kept: BTreeSet<&ObjectName> = self.tables.values().map(|one| &one.table).collect();
        self.before.tables.values().filter(|table| !kept.contains(&table.name)).collect()
    }

    /// The tables that come.
    pub(super) fn created(&self) -> Vec<&Table> {
        self.after.tables.values().filter(|table| !self.tables.contains_key(&table.name)).collect()
    }

    /// The name that a table has after, unless it goes.
    pub(super) fn name_after(&self, before: &ObjectName) -> Option<&ObjectName> {
        // Few tables get another name.
        let own = self.tables.get_key_value(before).filter(|(_, origin)| origin.table == *before);
        own.or_else(|| self.tables.iter().find(|(_, origin)| origin.table == *before)).map(|(name, _)| name)
    }

    /// What was stated for a column's rows.
    pub(super) fn backfill(&self, table: &ObjectName, column: &Name) -> Option<&str> {
        self.backfills.get(&(table.clone(), column.clone())).map(String::as_str)
    }

    /// Notes what a change does to names of types, labels, sequences and views.
    fn follow(&mut self, change: &Change) {
        match change {
            Change::CreateType(one) | Change::DropType(one) => {
                self.types.remove(&one.name);
            }
            Change::RenameType { from, to } => {
                if let Some(origin) = self.types.remove(from) {
                    self.types.insert(to.clone(), origin);
                }
                if let Some(labels) = self.labels.remove(from) {
                    self.labels.insert(to.clone(), labels);
                }
            }
            Change::RenameEnumValue { name, from, to } => {
                let labels = self.labels.get_mut(name);
                if let Some((labels, origin)) = labels.and_then(|all| all.remove(from).map(|origin| (all, origin))) {
                    labels.insert(to.clone(), origin);
                }
            }
            Change::DropEnumValue { name, value, .. } => {
                self.labels.get_mut(name).and_then(|labels| labels.remove(value));
            }
            Change::CreateSequence(one) | Change::DropSequence(one) => {
                self.sequences.remove(&one.name);
            }
            Change::RenameSequence { from, to } => {
                if let Some(origin) = self.sequences.remove(from) {
                    self.sequences.insert(to.clone(), origin);
                }
            }
            Change::CreateView(one) | Change::DropView(one) => {
                self.views.remove(&one.name);
            }
            Change::RenameView { from, to } => {
                if let Some(origin) = self.views.remove(from) {
                    self.views.insert(to.clone(), origin);
                }
            }
            _ => {}
        }
    }

    /// What goes and comes under one name is the same thing where PostgreSQL can make one of the other.
    fn pair_up(&mut self) {
        self.types.retain(|name, _| self.after.types.contains_key(name));
        pair_by_name(&mut self.types, self.before.types.keys(), |name| self.after.types.contains_key(name));
        for (name, origin) in &self.types {
            let after = own_labels(&self.after, name);
            let before = own_labels(&self.before, origin);
            let labels = self.labels.entry(name.clone()).or_default();
            labels.retain(|label, origin| after.contains_key(label) && before.contains_key(origin));
            let taken: BTreeSet<String> = labels.values().cloned().collect();
            for label in after.keys().filter(|label| before.contains_key(*label) && !taken.contains(*label)) {
                labels.entry(label.clone()).or_insert_with(|| label.clone());
            }
        }
        let (types, sequences) = (&self.types, &self.after.sequences);
        self.labels.retain(|name, _| types.contains_key(name));
        self.sequences.retain(|name, _| sequences.contains_key(name));
        pair_by_name(&mut self.sequences, self.before.sequences.keys(), |name| sequences.contains_key(name));
        self.pair_owned();
        self.views.retain(|name, _| self.after.views.contains_key(name));
    }

    /// A column keeps its sequence, whatever that is called; but not where it stops or begins to be an identity column,
    /// since PostgreSQL drops and makes those sequences itself.
    fn pair_owned(&mut self) {
        let mut left: BTreeMap<(ObjectName, Name), ObjectName> = BTreeMap::new();
        let taken: BTreeSet<&ObjectName> = self.sequences.values().collect();
        for one in self.before.sequences.values().filter(|one| !taken.contains(&one.name)) {
            left.extend(one.owner.clone().map(|owner| (owner, one.name.clone())));
        }
        for one in self.after.sequences.values() {
            let Some((table, column)) = one.owner.as_ref().filter(|_| !self.sequences.contains_key(&one.name)) else {
                continue;
            };
            let origin = self
                .tables
                .get(table)
                .and_then(|origin| Some((origin.table.clone(), origin.columns.get(column)?.clone())));
            if let Some(name) = origin.and_then(|owner| left.remove(&owner)) {
                self.sequences.insert(one.name.clone(), name);
            }
        }
        let (before, after) = (&self.before, &self.after);
        self.sequences.retain(|name, origin| {
            let is_identity = |schema: &Schema, name| schema.sequences.get(name).map(|one| is_identity(schema, one));
            is_identity(before, origin) == is_identity(after, name)
        });
    }

    /// `before` under the names of `after`.
    fn renamed_schema(&self) -> Result<Schema, ApplyError> {
        let mut catalog = Catalog::from(self.before.clone());
        for table in self.dropped().into_iter().cloned().collect::<Vec<_>>() {
            catalog.apply(&Change::RenameTable { to: gone(&table.name), from: table.name })?;
        }
        let moves = self.tables.iter().filter(|(to, origin)| **to != origin.table);
        for (from, to) in rename_order(moves.map(|(to, one)| (one.table.clone(), to.clone())).collect(), park) {
            catalog.apply(&Change::RenameTable { from, to })?;
        }
        for (table, origin) in &self.tables {
            let columns = self.before.tables.get(&origin.table).map(|one| one.columns.as_slice()).unwrap_or_default();
            // As many as there were: none goes.
            let goes = origin.columns.len() != columns.len();
            let kept: BTreeSet<&Name> = origin.columns.values().filter(|_| goes).collect();
            for column in columns.iter().filter(|column| goes && !kept.contains(&column.name)) {
                let (from, to) = (column.name.clone(), column.name.renamed(&format!("\0gone {}", column.name)));
                catalog.apply(&Change::RenameColumn { table: table.clone(), from, to })?;
            }
            for (from, to) in column_moves(origin) {
                catalog.apply(&Change::RenameColumn { table: table.clone(), from, to })?;
            }
        }
        self.rename_others(&mut catalog)?;
        Ok(catalog.into_schema())
    }

    fn rename_others(&self, catalog: &mut Catalog) -> Result<(), ApplyError> {
        for (from, to) in moves_with_gone(&self.types, self.before.types.keys()) {
            catalog.apply(&Change::RenameType { from, to })?;
        }
        for (name, labels) in &self.labels {
            for (from, to) in label_moves(labels) {
                catalog.apply(&Change::RenameEnumValue { name: name.clone(), from, to })?;
            }
        }
        for (from, to) in moves_with_gone(&self.sequences, self.before.sequences.keys()) {
            catalog.apply(&Change::RenameSequence { from, to })?;
        }
        for (from, to) in moves_with_gone(&self.views, self.before.views.keys()) {
            catalog.apply(&Change::RenameView { from, to })?;
        }
        Ok(())
    }
}

/// The renames of columns, in an order in which each finds its new name free.
pub(super) fn column_moves(origin: &Origin) -> Vec<(Name, Name)> {
    let moves = origin.columns.iter().filter(|(to, from)| to != from);
    rename_order(moves.map(|(to, from)| (from.clone(), to.clone())).collect(), aside)
}

/// The renames of labels, in an order in which each finds its new text free.
pub(super) fn label_moves(labels: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let moves = labels.iter().filter(|(to, from)| to != from);
    rename_order(moves.map(|(to, from)| (from.clone(), to.clone())).collect(), |label| format!("__dbmig_aside_{label}"))
}

/// The renames of objects, in an order in which each finds its new name free.
pub(super) fn moves(map: &BTreeMap<ObjectName, ObjectName>) -> Vec<(ObjectName, ObjectName)> {
    let moves = map.iter().filter(|(to, from)| to != from);
    rename_order(moves.map(|(to, from)| (from.clone(), to.clone())).collect(), park)
}

/// The labels of an enum, each as its own origin.
fn own_labels(schema: &Schema, name: &ObjectName) -> BTreeMap<String, String> {
    match schema.types.get(name).map(|one| &one.kind) {
        Some(UserTypeKind::Enum(labels)) => labels.iter().map(|label| (label.clone(), label.clone())).collect(),
        _ => BTreeMap::new(),
    }
}

/// Whether a sequence makes the values of an identity column.
pub(super) fn is_identity(schema: &Schema, one: &Sequence) -> bool {
    use dbmig_build::schema::Autoincrement::{IdentityAlways, IdentityByDefault};
    let Some((table, name)) = &one.owner else { return false };
    let column = schema.tables.get(table).and_then(|table| table.column(name));
    let is_its_own = || super::sequences::owned(schema, table, name).is_some_and(|own| own.name == one.name);
    column.is_some_and(|column| matches!(column.autoincrement, IdentityAlways | IdentityByDefault)) && is_its_own()
}

/// A name for the time between two renames.
pub(super) fn park(name: &ObjectName) -> ObjectName {
    ObjectName { name: aside(&name.name), ..name.clone() }
}

/// A name that nothing has.
fn gone(name: &ObjectName) -> ObjectName {
    ObjectName { name: name.name.renamed(&format!("\0gone {}", name.name)), ..name.clone() }
}

fn moves_with_gone<'a>(
    map: &BTreeMap<ObjectName, ObjectName>,
    all: impl Iterator<Item = &'a ObjectName>,
) -> Vec<(ObjectName, ObjectName)> {
    let kept: BTreeSet<&ObjectName> = map.values().collect();
    let mut steps: Vec<_> = all.filter(|name| !kept.contains(name)).map(|name| (name.clone(), gone(name))).collect();
    steps.extend(moves(map));
    steps
}

fn pair_by_name<'a>(
    map: &mut BTreeMap<ObjectName, ObjectName>,
    before: impl Iterator<Item = &'a ObjectName>,
    is_after: impl Fn(&ObjectName) -> bool,
) {
    let taken: BTreeSet<ObjectName> = map.values().cloned().collect();
    for name in before.filter(|name| !taken.contains(*name) && is_after(name)) {
        map.entry(name.clone()).or_insert_with(|| name.clone());
    }
}
