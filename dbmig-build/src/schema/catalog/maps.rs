//! The maps of a catalog.

use std::collections::{BTreeMap, BTreeSet};

use super::hints::Hints;
use crate::schema::{Constraint, Name, ObjectName, Schema, Sequence, Table, View};

/// Who has what, and who refers to whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Maps {
    /// The table or view of each index, by the index's schema and name.
    pub(super) indexes: BTreeMap<(Option<Name>, Name), ObjectName>,
    /// The tables with a constraint of a name, by the schema and that name.
    pub(super) constraints: BTreeMap<(Option<Name>, Name), BTreeSet<ObjectName>>,
    /// The tables with foreign keys to a table, which need not exist.
    pub(super) referrers: BTreeMap<ObjectName, BTreeSet<ObjectName>>,
    /// The tables that inherit from a table or are partitions of it.
    pub(super) children: BTreeMap<ObjectName, BTreeSet<ObjectName>>,
    /// The sequences that go with a table.
    pub(super) owned: BTreeMap<ObjectName, BTreeSet<ObjectName>>,
    /// The tables with triggers.
    pub(super) triggered: BTreeSet<ObjectName>,
    pub(super) hints: Hints,
}

impl Maps {
    pub(super) fn of(schema: &Schema) -> Maps {
        let mut maps = Maps::default();
        schema.tables.values().for_each(|table| maps.link(table));
        schema.views.values().for_each(|view| maps.link_view(view));
        schema.sequences.values().for_each(|sequence| maps.link_sequence(sequence));
        maps
    }

    pub(super) fn link(&mut self, table: &Table) {
        let name = &table.name;
        table.indexes.iter().for_each(|index| self.link_index(name, &index.name));
        table.constraint_names().for_each(|constraint| self.link_name(name, constraint));
        for key in &table.foreign_keys {
            self.referrers.entry(key.table.clone()).or_default().insert(name.clone());
        }
        for parent in table.options.parents() {
            self.children.entry(parent.clone()).or_default().insert(name.clone());
        }
        if !table.triggers.is_empty() {
            self.triggered.insert(name.clone());
        }
        table.columns.iter().for_each(|column| self.hints.note(name, column));
    }

    pub(super) fn unlink(&mut self, table: &Table) {
        let name = &table.name;
        self.triggered.remove(name);
        table.indexes.iter().for_each(|index| self.unlink_index(name, &index.name));
        for constraint in table.constraint_names() {
            leave(&mut self.constraints, &(name.schema.clone(), constraint.clone()), name);
        }
        for key in &table.foreign_keys {
            leave(&mut self.referrers, &key.table, name);
        }
        for parent in table.options.parents() {
            leave(&mut self.children, parent, name);
        }
    }

    pub(super) fn link_index(&mut self, owner: &ObjectName, index: &Name) {
        self.indexes.insert((owner.schema.clone(), index.clone()), owner.clone());
    }

    pub(super) fn unlink_index(&mut self, owner: &ObjectName, index: &Name) {
        self.indexes.remove(&(owner.schema.clone(), index.clone()));
    }

    /// Enters a constraint that a table has now.
    pub(super) fn link_constraint(&mut self, owner: &ObjectName, constraint: &Constraint) {
        if let Some(name) = constraint.name() {
            self.link_name(owner, name);
        }
        if let Constraint::ForeignKey(key) = constraint {
            self.referrers.entry(key.table.clone()).or_default().insert(owner.clone());
        }
    }

    /// Takes out a constraint that a table had; others of it may have its name, or refer to the same table.
    pub(super) fn unlink_constraint(&mut self, owner: &Table, constraint: &Constraint) {
        let name = constraint.name().filter(|name| !owner.constraint_names().any(|other| other == *name));
        if let Some(name) = name {
            leave(&mut self.constraints, &(owner.name.schema.clone(), name.clone()), &owner.name);
        }
        match constraint {
            Constraint::ForeignKey(key) if !owner.foreign_keys.iter().any(|other| other.table == key.table) => {
                leave(&mut self.referrers, &key.table, &owner.name);
            }
            _ => {}
        }
    }

    pub(super) fn link_view(&mut self, view: &View) {
        view.indexes.iter().for_each(|index| self.link_index(&view.name, &index.name));
    }

    pub(super) fn unlink_view(&mut self, view: &View) {
        view.indexes.iter().for_each(|index| self.unlink_index(&view.name, &index.name));
    }

    pub(super) fn link_sequence(&mut self, sequence: &Sequence) {
        if let Some((table, _)) = &sequence.owner {
            self.owned.entry(table.clone()).or_default().insert(sequence.name.clone());
        }
    }

    pub(super) fn unlink_sequence(&mut self, sequence: &Sequence) {
        if let Some((table, _)) = &sequence.owner {
            leave(&mut self.owned, table, &sequence.name);
        }
    }

    fn link_name(&mut self, owner: &ObjectName, constraint: &Name) {
        let key = (owner.schema.clone(), constraint.clone());
        self.constraints.entry(key).or_default().insert(owner.clone());
    }
}

/// Takes a name out of a map of sets.
fn leave<K: Ord>(map: &mut BTreeMap<K, BTreeSet<ObjectName>>, key: &K, name: &ObjectName) {
    if let Some(names) = map.get_mut(key) {
        names.remove(name);
        if names.is_empty() {
            map.remove(key);
        }
    }
}
