//! A schema with the maps that answer, without a look at every table: which table has this index, and who refers to
//! this table.

use std::collections::{BTreeMap, BTreeSet};

use super::{Index, Name, ObjectName, Schema, Table};

/// A schema to which many changes are applied.
///
/// Applying a change costs what the change touches, whatever the number of tables. The schema itself stays a plain
/// value that can be compared; it is read here and changed by [`Catalog::apply`] only, so that the maps stay true.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub(super) schema: Schema,
    /// The table of each index, by the index's schema and name.
    indexes: BTreeMap<(Option<Name>, Name), ObjectName>,
    /// The tables with foreign keys to a table, which need not exist.
    referrers: BTreeMap<ObjectName, BTreeSet<ObjectName>>,
    /// The tables with triggers.
    triggered: BTreeSet<ObjectName>,
}

impl From<Schema> for Catalog {
    fn from(schema: Schema) -> Catalog {
        let mut catalog = Catalog { schema, ..Catalog::default() };
        let names: Vec<ObjectName> = catalog.schema.tables.keys().cloned().collect();
        names.iter().for_each(|name| catalog.link(name));
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
        let table = self.schema.tables.get(self.indexes.get(&(schema.cloned(), name.clone()))?)?;
        Some((table, table.index(name)?))
    }

    /// The tables with foreign keys to a table, itself maybe among them.
    pub fn referrers(&self, table: &ObjectName) -> impl Iterator<Item = &Table> {
        self.referrers.get(table).into_iter().flatten().filter_map(|name| self.schema.tables.get(name))
    }

    /// The tables with triggers.
    pub fn triggered(&self) -> impl Iterator<Item = &Table> {
        self.triggered.iter().filter_map(|name| self.schema.tables.get(name))
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
        for key in &table.foreign_keys {
            self.referrers.entry(key.table.clone()).or_default().insert(name.clone());
        }
        if !table.triggers.is_empty() {
            self.triggered.insert(name.clone());
        }
    }

    /// Takes a table out of the maps, before it changes.
    pub(super) fn unlink(&mut self, name: &ObjectName) {
        let Some(table) = self.schema.tables.get(name) else { return };
        self.triggered.remove(name);
        for index in &table.indexes {
            self.indexes.remove(&(name.schema.clone(), index.name.clone()));
        }
        for key in &table.foreign_keys {
            if let Some(names) = self.referrers.get_mut(&key.table) {
                names.remove(name);
                if names.is_empty() {
                    self.referrers.remove(&key.table);
                }
            }
        }
    }

    /// The names of the tables with foreign keys to a table.
    pub(super) fn referring(&self, table: &ObjectName) -> Vec<ObjectName> {
        self.referrers.get(table).into_iter().flatten().cloned().collect()
    }
}
