//! A schema with the maps that answer, without a look at every table: which table has this index, and who refers to
//! this table.

mod hints;

use std::collections::{BTreeMap, BTreeSet};

use super::{Column, Constraint, Expression, Index, Name, ObjectName, Schema, Sequence, Table};
use hints::Hints;

/// A schema to which many changes are applied.
///
/// Applying a change costs what the change touches, whatever the number of tables. The schema itself stays a plain
/// value that can be compared; it is read here and changed by [`Catalog::apply`] only, so that the maps stay true.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub(super) schema: Schema,
    /// The table of each index, by the index's schema and name.
    indexes: BTreeMap<(Option<Name>, Name), ObjectName>,
    /// The tables with a constraint of a name, by the schema and that name.
    constraints: BTreeMap<(Option<Name>, Name), BTreeSet<ObjectName>>,
    /// The tables with foreign keys to a table, which need not exist.
    referrers: BTreeMap<ObjectName, BTreeSet<ObjectName>>,
    /// The tables that inherit from a table or are partitions of it.
    children: BTreeMap<ObjectName, BTreeSet<ObjectName>>,
    /// The sequences that go with a table.
    owned: BTreeMap<ObjectName, BTreeSet<ObjectName>>,
    /// The tables with triggers.
    triggered: BTreeSet<ObjectName>,
    hints: Hints,
}

impl From<Schema> for Catalog {
    fn from(schema: Schema) -> Catalog {
        let mut catalog = Catalog { schema, ..Catalog::default() };
        let names: Vec<ObjectName> = catalog.schema.tables.keys().cloned().collect();
        names.iter().for_each(|name| catalog.link(name));
        let names: Vec<ObjectName> = catalog.schema.views.keys().cloned().collect();
        names.iter().for_each(|name| catalog.link_view(name));
        let names: Vec<ObjectName> = catalog.schema.sequences.keys().cloned().collect();
        names.iter().for_each(|name| catalog.link_sequence(name));
        catalog
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
        self.indexes.get(&(schema.cloned(), name.clone()))
    }

    /// The tables of this schema that have a constraint of this name.
    pub fn constrained(&self, schema: Option<&Name>, name: &Name) -> impl Iterator<Item = &Table> {
        let names = self.constraints.get(&(schema.cloned(), name.clone()));
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
        self.referrers.get(table).into_iter().flatten().filter_map(|name| self.schema.tables.get(name))
    }

    /// The tables that inherit from a table or are partitions of it, by name.
    pub fn children(&self, table: &ObjectName) -> impl Iterator<Item = &Table> {
        self.children.get(table).into_iter().flatten().filter_map(|name| self.schema.tables.get(name))
    }

    /// The sequences that go with a table, by name.
    pub fn owned_sequences(&self, table: &ObjectName) -> impl Iterator<Item = &Sequence> {
        self.owned.get(table).into_iter().flatten().filter_map(|name| self.schema.sequences.get(name))
    }

    /// The tables with triggers.
    pub fn triggered(&self) -> impl Iterator<Item = &Table> {
        self.triggered.iter().filter_map(|name| self.schema.tables.get(name))
    }

    /// The columns that have a type, or arrays of it, each with its table.
    pub fn columns_of_type(&self, name: &ObjectName) -> Vec<(&Table, &Column)> {
        let tables = self.hints.with_type(name).into_iter().filter_map(|table| self.schema.tables.get(&table));
        let columns = tables.flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        columns.filter(|(_, column)| column.column_type.names(name)).collect()
    }

    /// The columns whose default is the next value of a sequence, each with its table.
    pub fn columns_of_sequence(&self, name: &ObjectName) -> Vec<(&Table, &Column)> {
        let literal = name.sql();
        let tables = self.hints.with_sequence(&literal).into_iter().filter_map(|table| self.schema.tables.get(&table));
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
        (&self.triggered, &mut self.schema)
    }

    /// Whether an index of this name is there; names of indexes are unique in a schema. (MySQL's are the table's,
    /// which costs nothing here.)
    pub(super) fn has_index(&self, schema: Option<&Name>, name: &Name) -> bool {
        self.indexes.contains_key(&(schema.cloned(), name.clone()))
    }

    /// Enters a table into the maps.
    pub(super) fn link(&mut self, name: &ObjectName) {
        let Some(table) = self.schema.tables.get(name) else { return };
        for index in &table.indexes {
            self.indexes.insert((name.schema.clone(), index.name.clone()), name.clone());
        }
        for constraint in table.constraint_names() {
            let key = (name.schema.clone(), constraint.clone());
            self.constraints.entry(key).or_default().insert(name.clone());
        }
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

    /// Takes a table out of the maps, before it changes.
    pub(super) fn unlink(&mut self, name: &ObjectName) {
        let Some(table) = self.schema.tables.get(name) else { return };
        self.triggered.remove(name);
        for index in &table.indexes {
            self.indexes.remove(&(name.schema.clone(), index.name.clone()));
        }
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

    /// Enters a column that a table has now.
    pub(super) fn link_column(&mut self, table: &ObjectName, column: &Column) {
        self.hints.note(table, column);
    }

    /// Enters a view's indexes into the maps.
    pub(super) fn link_view(&mut self, name: &ObjectName) {
        for index in self.schema.views.get(name).into_iter().flat_map(|view| &view.indexes) {
            self.indexes.insert((name.schema.clone(), index.name.clone()), name.clone());
        }
    }

    /// Takes a view's indexes out of the maps, before it changes.
    pub(super) fn unlink_view(&mut self, name: &ObjectName) {
        for index in self.schema.views.get(name).into_iter().flat_map(|view| &view.indexes) {
            self.indexes.remove(&(name.schema.clone(), index.name.clone()));
        }
    }

    /// Enters a sequence into the map of owners.
    pub(super) fn link_sequence(&mut self, name: &ObjectName) {
        if let Some((table, _)) = self.schema.sequences.get(name).and_then(|one| one.owner.as_ref()) {
            self.owned.entry(table.clone()).or_default().insert(name.clone());
        }
    }

    /// Takes a sequence out of the map of owners, before it changes.
    pub(super) fn unlink_sequence(&mut self, name: &ObjectName) {
        if let Some((table, _)) = self.schema.sequences.get(name).and_then(|one| one.owner.clone()) {
            leave(&mut self.owned, &table, name);
        }
    }

    /// The names of the tables with foreign keys to a table.
    pub(super) fn referring(&self, table: &ObjectName) -> Vec<ObjectName> {
        self.referrers.get(table).into_iter().flatten().cloned().collect()
    }

    /// The names of the tables that inherit from a table.
    pub(super) fn inheriting(&self, table: &ObjectName) -> Vec<ObjectName> {
        self.children.get(table).into_iter().flatten().cloned().collect()
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

/// The name of the sequence, as it stands in `nextval('…'::regclass)`, if an expression is that.
pub(super) fn sequence_literal(expression: &Expression) -> Option<&str> {
    let mut tokens = expression.tokens().iter().map(|token| &*token.key);
    let call = (tokens.next(), tokens.next(), tokens.next());
    match call {
        (Some("nextval"), Some("("), Some(literal)) => literal.strip_prefix('\'')?.strip_suffix('\''),
        _ => None,
    }
}
