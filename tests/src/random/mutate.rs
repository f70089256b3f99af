//! What somebody could make of a schema.

mod columns;
mod constraints;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{Constraint, Name, ObjectName, Renames, Schema, Table, mentions};

use super::{Pair, Random};

/// The second schema, under construction.
struct Mutation {
    schema: Schema,
    /// By table and column now, the table and column before.
    origins: BTreeMap<(ObjectName, Name), (ObjectName, Name)>,
    /// Tables that were there before, by their names now.
    tables: BTreeMap<ObjectName, ObjectName>,
}

/// `None` if something new got the name of something that went: to any diff, that is the old thing altered.
pub(super) fn mutate(before: &Schema, random: &mut Random) -> Option<Pair> {
    let pairs = before.tables.values().flat_map(|table| {
        table.columns.iter().map(|column| (table.name.clone(), column.name.clone())).map(|place| (place.clone(), place))
    });
    let mut mutation = Mutation {
        schema: before.clone(),
        origins: pairs.collect(),
        tables: before.tables.keys().map(|name| (name.clone(), name.clone())).collect(),
    };
    for _ in 0..random.below(7) {
        mutation.step(before, random);
    }
    if mutation.reuses_names(before) {
        return None;
    }
    let Mutation { schema, origins, tables } = mutation;
    let renamed = tables.iter().filter(|(to, from)| to != from).map(|(to, from)| (to.clone(), from.clone()));
    let columns = origins.iter().filter(|((_, to), (_, from))| to != from);
    let columns = columns.map(|(place, (_, from))| (place.clone(), from.clone())).collect();
    Some(Pair {
        before: before.clone(),
        after: schema,
        renames: Renames { tables: renamed.collect(), columns, ..Renames::default() },
    })
}

impl Mutation {
    fn reuses_names(&self, before: &Schema) -> bool {
        let kept: BTreeSet<&ObjectName> = self.tables.values().collect();
        let columns: BTreeSet<&(ObjectName, Name)> = self.origins.values().collect();
        self.schema.tables.values().any(|table| {
            if before.tables.contains_key(&table.name) && !kept.contains(&table.name) {
                return true;
            }
            let Some(old) = self.tables.get(&table.name) else { return false };
            let went = |name: &Name| {
                let was_there = before.tables.get(old).is_some_and(|old| old.column(name).is_some());
                was_there && !columns.contains(&(old.clone(), name.clone()))
            };
            table.columns.iter().any(|column| went(&column.name))
        })
    }

    fn step(&mut self, before: &Schema, random: &mut Random) {
        let names: Vec<ObjectName> = self.schema.tables.keys().cloned().collect();
        let Some(owner) = random.pick(&names).cloned() else { return self.create(random) };
        match random.below(28) {
            0 => self.create(random),
            1 => self.drop_table(&owner),
            2 => self.rename_table(&owner, random),
            3 => self.swap_tables(&owner, random),
            4 | 5 => self.add_column(&owner, random),
            6 | 7 => self.drop_column(&owner, random),
            8 | 9 => self.rename_column(&owner, random),
            10 => self.swap_columns(&owner, random),
            11 => self.retype(&owner, random),
            12 => self.toggle_null(&owner, random),
            13 => self.toggle_default(&owner, random),
            14 => self.toggle_unique(&owner, random),
            15 => self.toggle_check(&owner, random),
            16 => self.toggle_reference(&owner, random),
            17 => self.toggle_index(&owner, random),
            18 => self.toggle_generated(&owner, random),
            19 => self.toggle_strict(&owner, before),
            20 => self.toggle_rowid(&owner, random),
            21 => self.toggle_key(&owner, random),
            22 => self.toggle_collation(&owner, random),
            23 => self.alter_reference(&owner, random),
            24 | 25 => self.rename_constraint(&owner, random),
            26 => self.alter_generated(&owner, random),
            _ => self.compute(&owner, random),
        }
    }

    fn is_mentioned(&self, table: &ObjectName, column: Option<&Name>) -> bool {
        let triggers =
            self.schema.tables.values().flat_map(|one| one.triggers.iter().map(move |trigger| (one, trigger)));
        // A trigger goes with its table.
        let mut triggers =
            triggers.filter(|(owner, _)| column.is_some() || owner.name != *table).map(|(_, one)| &one.sql);
        let by = |sql: &String| mentions(sql, &table.name) && column.is_none_or(|column| mentions(sql, column));
        triggers.any(by) || self.schema.views.values().any(|view| by(&view.sql))
    }

    fn is_referred_to(&self, table: &ObjectName) -> bool {
        self.schema.tables.values().any(|one| one.foreign_keys.iter().any(|key| key.table == *table))
    }

    /// Only columns with their own old values can be asked to be distinct.
    fn all_old(&self, owner: &ObjectName) -> bool {
        let Some(table) = self.schema.tables.get(owner) else { return false };
        let is_old = |name: &Name| match self.origins.get(&(owner.clone(), name.clone())) {
            Some(_) => true,
            None => !self.tables.contains_key(owner),
        };
        table.columns.iter().all(|column| is_old(&column.name))
    }
}

fn is_in_primary_key(table: &Table, name: &Name) -> bool {
    table.primary_key.iter().any(|key| key.columns.iter().any(|one| one.mentions(name)))
}

/// Whether a column is in the primary key, a unique constraint or a unique index.
pub(super) fn is_in_key(table: &Table, name: &Name) -> bool {
    let constraints = table.constraints().any(|constraint| match constraint {
        Constraint::PrimaryKey(key) => key.columns.iter().any(|one| one.mentions(name)),
        Constraint::Unique(unique) => unique.columns.iter().any(|one| one.mentions(name)),
        _ => false,
    });
    let unique =
        |index: &&dbmig_build::schema::Index| index.unique && index.columns.iter().any(|one| one.mentions(name));
    constraints || table.indexes.iter().any(|index| unique(&index))
}
