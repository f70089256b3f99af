//! What somebody could make of a schema.

mod constraints;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{
    Autoincrement, Change, Constraint, Name, ObjectName, Renames, Schema, Table, apply, aside, mentions,
};

use super::{Pair, Random, grow};

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
        match random.below(22) {
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
            _ => self.toggle_key(&owner, random),
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

    fn add_column(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        if let Some(name) = grow::free_column(table, random) {
            let column = grow::column(table, name, random);
            table.columns.push(column);
        }
    }

    fn column_of(&self, owner: &ObjectName, random: &mut Random) -> Option<Name> {
        let names: Vec<Name> = self.schema.tables.get(owner)?.columns.iter().map(|one| one.name.clone()).collect();
        random.pick(&names).cloned()
    }

    /// Whether a column takes part in a foreign key, on either side.
    fn is_in_reference(&self, owner: &ObjectName, column: &Name) -> bool {
        let own = self.schema.tables.get(owner);
        own.is_some_and(|table| table.foreign_keys.iter().any(|key| key.columns.contains(column)))
            || self.is_referred_to(owner) && own.is_some_and(|table| is_in_key(table, column))
    }

    fn drop_column(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(column) = self.column_of(owner, random) else { return };
        let used = self.is_mentioned(owner, Some(&column));
        let is_parent = self.is_referred_to(owner);
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let is_generated_from = |name: &Name| {
            table.columns.iter().any(|one| one.generated.as_ref().is_some_and(|one| one.expression.mentions(name)))
        };
        let plain = table.columns.iter().filter(|one| one.generated.is_none() && one.name != column).count();
        if used || plain == 0 || is_generated_from(&column) || (is_parent && is_in_key(table, &column)) {
            return;
        }
        if is_in_primary_key(table, &column) {
            table.primary_key = None;
            table.options.without_rowid = false;
            table.columns.iter_mut().for_each(|one| one.autoincrement = Autoincrement::No);
        }
        table.uniques.retain(|one| !one.columns.iter().any(|one| one.mentions(&column)));
        table.foreign_keys.retain(|one| !one.columns.contains(&column));
        table.checks.retain(|one| !one.expression.mentions(&column));
        let in_predicate = |index: &dbmig_build::schema::Index| {
            index.predicate.as_ref().is_some_and(|predicate| predicate.mentions(&column))
        };
        table.indexes.retain(|one| !one.columns.iter().any(|one| one.mentions(&column)) && !in_predicate(one));
        table.columns.retain(|one| one.name != column);
        self.origins.remove(&(owner.clone(), column));
    }

    fn move_column(&mut self, owner: &ObjectName, from: &Name, to: &Name) {
        let change = Change::RenameColumn { table: owner.clone(), from: from.clone(), to: to.clone() };
        if apply(&change, &mut self.schema).is_ok() {
            if let Some(origin) = self.origins.remove(&(owner.clone(), from.clone())) {
                self.origins.insert((owner.clone(), to.clone()), origin);
            }
        }
    }

    fn rename_column(&mut self, owner: &ObjectName, random: &mut Random) {
        let from = self.column_of(owner, random);
        let to = self.schema.tables.get(owner).and_then(|table| grow::free_column(table, random));
        if let (Some(from), Some(to)) = (from, to) {
            self.move_column(owner, &from, &to);
        }
    }

    fn swap_columns(&mut self, owner: &ObjectName, random: &mut Random) {
        let (Some(one), Some(other)) = (self.column_of(owner, random), self.column_of(owner, random)) else { return };
        let is_old = |name: &Name| self.origins.contains_key(&(owner.clone(), name.clone()));
        if one == other || !is_old(&one) || !is_old(&other) {
            return;
        }
        let parked = aside(&one);
        self.move_column(owner, &one, &parked);
        self.move_column(owner, &other, &one);
        self.move_column(owner, &parked, &other);
    }

    fn retype(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(name) = self.column_of(owner, random) else { return };
        let fixed = self.is_in_reference(owner, &name);
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        // What a STRICT table holds can't become another type, and what a key holds stays distinct.
        if fixed || table.options.strict || is_in_primary_key(table, &name) {
            return;
        }
        let column_type = grow::column_type(table, random);
        let is_strange = |name: &str| matches!(name, "timestamp" | "blob");
        if let Some(column) = table.column_mut(&name).filter(|one| one.generated.is_none()) {
            if !is_strange(&column.column_type.name) {
                column.column_type = column_type;
                column.default = None;
            }
        }
    }

    fn toggle_null(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(name) = self.column_of(owner, random) else { return };
        let fixed = self.is_in_reference(owner, &name);
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let key = is_in_key(table, &name);
        if let Some(column) = table.column_mut(&name).filter(|one| one.generated.is_none() && !fixed && !key) {
            column.nullable = !column.nullable;
            column.not_null_conflict = None;
        }
    }

    fn toggle_default(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(name) = self.column_of(owner, random) else { return };
        let fixed = self.is_in_reference(owner, &name);
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        if let Some(column) = table.column_mut(&name).filter(|one| one.generated.is_none() && !fixed) {
            column.default = match column.default {
                Some(_) => None,
                None => Some(grow::default(column, random)),
            };
        }
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
