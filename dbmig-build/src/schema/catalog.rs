//! A schema with the maps that answer, without a look at every table: which table has this index, and who refers to
//! this table.

mod hints;
mod maps;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt;

use super::{Column, Constraint, Index, Name, ObjectName, Schema, Sequence, Table, sequence_literal};
use maps::Maps;

/// A schema to which many changes are applied.
///
/// Applying a change costs what the change touches, whatever the number of tables. The schema itself stays a plain
/// value that can be compared; it is read here and changed by [`Catalog::apply`] only, so that the maps stay true.
#[derive(Clone, Default)]
pub struct Catalog {
    pub(super) schema: Schema,
    /// Made when something is first asked of them: few changes do.
    maps: OnceCell<Maps>,
}

impl fmt::Debug for Catalog {
    /// With the maps, whether something has been asked of them or not: that is no difference.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("schema", &self.schema).field("maps", self.maps()).finish()
    }
}

impl From<Schema> for Catalog {
    fn from(schema: Schema) -> Catalog {
        Catalog { schema, maps: OnceCell::new() }
    }
}

impl Catalog {
    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The schema alone.
    pub fn into_schema(self) -> Schema {
        self.schema
    }

    /// The table that has an index of this name in this schema, and the index.
    pub fn find_index(&self, schema: Option<&Name>, name: &Name) -> Option<(&Table, &Index)> {
        let table = self.schema.tables.get(self.index_owner(schema, name)?)?;
        Some((table, table.index(name)?))
    }

    /// The table or materialized view that has an index of this name in this schema.
    pub fn index_owner(&self, schema: Option<&Name>, name: &Name) -> Option<&ObjectName> {
        self.maps().indexes.get(&(schema.cloned(), name.clone()))
    }

    /// The tables of this schema that have a constraint of this name.
    pub fn constrained(&self, schema: Option<&Name>, name: &Name) -> impl Iterator<Item = &Table> {
        let names = self.maps().constraints.get(&(schema.cloned(), name.clone()));
        names.into_iter().flatten().filter_map(|name| self.schema.tables.get(name))
    }

    /// The table of this schema that has a constraint of this name with an index of that name (PostgreSQL).
    pub fn find_key(&self, schema: Option<&Name>, name: &Name) -> Option<(&Table, Constraint)> {
        self.constrained(schema, name).find_map(|table| {
            let constraint = table.constraint(name).filter(Constraint::has_index)?;
            Some((table, constraint))
        })
    }

    /// The tables with foreign keys to a table, itself maybe among them.
    pub fn referrers(&self, table: &ObjectName) -> impl Iterator<Item = &Table> {
        self.maps().referrers.get(table).into_iter().flatten().filter_map(|name| self.schema.tables.get(name))
    }

    /// The tables that inherit from a table or are partitions of it, by name.
    pub fn children(&self, table: &ObjectName) -> impl Iterator<Item = &Table> {
        self.maps().children.get(table).into_iter().flatten().filter_map(|name| self.schema.tables.get(name))
    }

    /// The sequences that go with a table, by name.
    pub fn owned_sequences(&self, table: &ObjectName) -> impl Iterator<Item = &Sequence> {
        self.maps().owned.get(table).into_iter().flatten().filter_map(|name| self.schema.sequences.get(name))
    }

    /// The tables with triggers.
    pub fn triggered(&self) -> impl Iterator<Item = &Table> {
        self.maps().triggered.iter().filter_map(|name| self.schema.tables.get(name))
    }

    /// The columns that have a type, or arrays of it, each with its table.
    pub fn columns_of_type(&self, name: &ObjectName) -> Vec<(&Table, &Column)> {
        let tables = self.maps().hints.with_type(name).into_iter().filter_map(|table| self.schema.tables.get(&table));
        let columns = tables.flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        columns.filter(|(_, column)| column.column_type.names(name)).collect()
    }

    /// The columns whose default is the next value of a sequence, each with its table.
    pub fn columns_of_sequence(&self, name: &ObjectName) -> Vec<(&Table, &Column)> {
        let literal = name.sql();
        let tables =
            self.maps().hints.with_sequence(&literal).into_iter().filter_map(|table| self.schema.tables.get(&table));
        let columns = tables.flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        let takes = |column: &Column| column.default.as_ref().and_then(sequence_literal) == Some(literal.as_str());
        columns.filter(|(_, column)| takes(column)).collect()
    }

    /// Puts the columns of a table into an order; those that it doesn't name come last.
    pub fn reorder_columns(&mut self, table: &ObjectName, order: &[Name]) {
        if let Some(table) = self.schema.tables.get_mut(table) {
            let place = |column: &Column| order.iter().position(|name| *name == column.name).unwrap_or(order.len());
            table.columns.sort_by_key(place);
        }
    }

    /// The names of the tables with triggers, and the schema to change what the maps don't hold.
    pub(super) fn triggered_mut(&mut self) -> (&BTreeSet<ObjectName>, &mut Schema) {
        let maps = self.maps.get_or_init(|| Maps::of(&self.schema));
        (&maps.triggered, &mut self.schema)
    }

    /// Whether an index of this name is there; names of indexes are unique in a schema. (MySQL's are the table's,
    /// which costs nothing here.)
    pub(super) fn has_index(&self, schema: Option<&Name>, name: &Name) -> bool {
        self.maps().indexes.contains_key(&(schema.cloned(), name.clone()))
    }

    /// Enters a table into the maps.
    pub(super) fn link(&mut self, name: &ObjectName) {
        if let (Some(maps), Some(table)) = (self.maps.get_mut(), self.schema.tables.get(name)) {
            maps.link(table);
        }
    }

    /// Takes a table out of the maps, before it changes.
    pub(super) fn unlink(&mut self, name: &ObjectName) {
        if let (Some(maps), Some(table)) = (self.maps.get_mut(), self.schema.tables.get(name)) {
            maps.unlink(table);
        }
    }

    /// Enters a column that a table has now.
    pub(super) fn link_column(&mut self, table: &ObjectName, column: &Column) {
        if let Some(maps) = self.maps.get_mut() {
            maps.hints.note(table, column);
        }
    }

    /// Enters an index that a table or a view has now.
    pub(super) fn link_index(&mut self, owner: &ObjectName, index: &Name) {
        if let Some(maps) = self.maps.get_mut() {
            maps.link_index(owner, index);
        }
    }

    /// Takes out an index that a table or a view had.
    pub(super) fn unlink_index(&mut self, owner: &ObjectName, index: &Name) {
        if let Some(maps) = self.maps.get_mut() {
            maps.unlink_index(owner, index);
        }
    }

    /// Enters a constraint that a table has now.
    pub(super) fn link_constraint(&mut self, owner: &ObjectName, constraint: &Constraint) {
        if let Some(maps) = self.maps.get_mut() {
            maps.link_constraint(owner, constraint);
        }
    }

    /// Takes out a constraint that a table had.
    pub(super) fn unlink_constraint(&mut self, owner: &ObjectName, constraint: &Constraint) {
        if let (Some(maps), Some(table)) = (self.maps.get_mut(), self.schema.tables.get(owner)) {
            maps.unlink_constraint(table, constraint);
        }
    }

    /// Enters whether a table has triggers now.
    pub(super) fn link_triggers(&mut self, owner: &ObjectName) {
        let Some(maps) = self.maps.get_mut() else { return };
        if self.schema.tables.get(owner).is_some_and(|table| !table.triggers.is_empty()) {
            maps.triggered.insert(owner.clone());
        } else {
            maps.triggered.remove(owner);
        }
    }

    /// Enters a view's indexes into the maps.
    pub(super) fn link_view(&mut self, name: &ObjectName) {
        if let (Some(maps), Some(view)) = (self.maps.get_mut(), self.schema.views.get(name)) {
            maps.link_view(view);
        }
    }

    /// Takes a view's indexes out of the maps, before it changes.
    pub(super) fn unlink_view(&mut self, name: &ObjectName) {
        if let (Some(maps), Some(view)) = (self.maps.get_mut(), self.schema.views.get(name)) {
            maps.unlink_view(view);
        }
    }

    /// Enters a sequence into the map of owners.
    pub(super) fn link_sequence(&mut self, name: &ObjectName) {
        if let (Some(maps), Some(sequence)) = (self.maps.get_mut(), self.schema.sequences.get(name)) {
            maps.link_sequence(sequence);
        }
    }

    /// Takes a sequence out of the map of owners, before it changes.
    pub(super) fn unlink_sequence(&mut self, name: &ObjectName) {
        if let (Some(maps), Some(sequence)) = (self.maps.get_mut(), self.schema.sequences.get(name)) {
            maps.unlink_sequence(sequence);
        }
    }

    /// The names of the tables with foreign keys to a table.
    pub(super) fn referring(&self, table: &ObjectName) -> Vec<ObjectName> {
        self.maps().referrers.get(table).into_iter().flatten().cloned().collect()
    }

    /// The names of the tables that inherit from a table.
    pub(super) fn inheriting(&self, table: &ObjectName) -> Vec<ObjectName> {
        self.maps().children.get(table).into_iter().flatten().cloned().collect()
    }

    fn maps(&self) -> &Maps {
        self.maps.get_or_init(|| Maps::of(&self.schema))
    }
}
