//! What somebody could make of a schema.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{
    Autoincrement, Change, Column, Constraint, Name, ObjectName, Renames, Schema, Table, apply, aside, mentions,
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

    fn create(&mut self, random: &mut Random) {
        let Some(name) = grow::free_table(&self.schema, random) else { return };
        let table = grow::table(name.clone(), random);
        self.schema.tables.insert(name.clone(), table);
        if random.chance(50) {
            grow::reference(&mut self.schema, &name, random);
        }
        if random.chance(50) {
            grow::index(&mut self.schema, &name, random);
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

    fn drop_table(&mut self, owner: &ObjectName) {
        if self.is_mentioned(owner, None) {
            return;
        }
        self.schema.tables.remove(owner);
        self.tables.remove(owner);
        self.origins.retain(|(table, _), _| table != owner);
        for table in self.schema.tables.values_mut() {
            table.foreign_keys.retain(|key| key.table != *owner);
        }
    }

    fn move_table(&mut self, from: &ObjectName, to: &ObjectName) {
        let change = Change::RenameTable { from: from.clone(), to: to.clone() };
        if apply(&change, &mut self.schema).is_ok() {
            if let Some(origin) = self.tables.remove(from) {
                self.tables.insert(to.clone(), origin);
            }
            let move_place = |((table, column), origin)| match table == *from {
                true => ((to.clone(), column), origin),
                false => ((table, column), origin),
            };
            self.origins = std::mem::take(&mut self.origins).into_iter().map(move_place).collect();
        }
    }

    fn rename_table(&mut self, owner: &ObjectName, random: &mut Random) {
        if let Some(name) = grow::free_table(&self.schema, random) {
            self.move_table(owner, &name);
        }
    }

    fn swap_tables(&mut self, owner: &ObjectName, random: &mut Random) {
        // Both must be old: a new table whose name an old one wants is a table with new columns to any diff.
        let others: Vec<ObjectName> = self.tables.keys().filter(|name| *name != owner).cloned().collect();
        let Some(other) = random.pick(&others).filter(|_| self.tables.contains_key(owner)).cloned() else { return };
        let parked = ObjectName::unqualified(aside(&owner.name));
        self.move_table(owner, &parked);
        self.move_table(&other, owner);
        self.move_table(&parked, &other);
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

    fn toggle_unique(&mut self, owner: &ObjectName, random: &mut Random) {
        let (old, referred) = (self.all_old(owner), self.is_referred_to(owner));
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        if !table.uniques.is_empty() && random.chance(60) {
            if !referred {
                let at = random.below(table.uniques.len());
                table.uniques.remove(at);
            }
        } else if old {
            grow::unique(table, random);
        }
    }

    fn toggle_check(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        if !table.checks.is_empty() && random.chance(60) {
            let at = random.below(table.checks.len());
            table.checks.remove(at);
        } else {
            grow::check(table, random);
        }
    }

    fn toggle_reference(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        if !table.foreign_keys.is_empty() && random.chance(60) {
            let at = random.below(table.foreign_keys.len());
            table.foreign_keys.remove(at);
        } else {
            grow::reference(&mut self.schema, owner, random);
            self.relax_reference(owner);
        }
    }

    /// A new table has no rows that old ones could refer to.
    fn relax_reference(&mut self, owner: &ObjectName) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let Some(key) = table.foreign_keys.last().filter(|key| !self.tables.contains_key(&key.table)) else { return };
        for column in table.columns.iter_mut().filter(|column| key.columns.contains(&column.name)) {
            column.nullable = true;
        }
    }

    fn toggle_index(&mut self, owner: &ObjectName, random: &mut Random) {
        let old = self.all_old(owner);
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        if !table.indexes.is_empty() && random.chance(60) {
            let at = random.below(table.indexes.len());
            table.indexes.remove(at);
        } else if old {
            grow::index(&mut self.schema, owner, random);
        }
    }

    fn toggle_generated(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        grow::generated(table, random);
    }

    /// STRICT takes only what its columns' types say, so each must have had its type before.
    fn toggle_strict(&mut self, owner: &ObjectName, before: &Schema) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let fits = |column: &Column| {
            let origin = self.origins.get(&(owner.clone(), column.name.clone()));
            let old = origin.and_then(|(table, name)| before.tables.get(table)?.column(name));
            old.is_some_and(|old| old.column_type == column.column_type && column.generated.is_none())
                && grow::STRICT_TYPES.contains(&column.column_type.name.as_str())
        };
        table.options.strict = !table.options.strict && table.columns.iter().all(fits);
    }

    /// Makes a table one WITHOUT ROWID or with rowids, or switches AUTOINCREMENT on its key.
    fn toggle_rowid(&mut self, owner: &ObjectName, random: &mut Random) {
        let old = self.all_old(owner);
        let Some(table) = self.schema.tables.get_mut(owner).filter(|_| old) else { return };
        if let Some(alias) = table.rowid_alias().cloned() {
            if let Some(column) = table.column_mut(&alias).filter(|_| random.chance(80)) {
                column.autoincrement = match column.autoincrement {
                    Autoincrement::No => Autoincrement::Keyword,
                    _ => Autoincrement::No,
                };
            }
        } else if table.primary_key.is_some() {
            table.options.without_rowid = !table.options.without_rowid;
            // See `grow::primary_key`.
            if table.columns.iter().any(|column| column.column_type.name == "integer") {
                table.options.without_rowid = false;
            }
        }
    }

    /// Gives a table another key, or none, while nothing refers to it.
    fn toggle_key(&mut self, owner: &ObjectName, random: &mut Random) {
        let fixed = !self.all_old(owner) || self.is_referred_to(owner);
        let Some(table) = self.schema.tables.get_mut(owner).filter(|_| !fixed) else { return };
        let strict = table.options.strict;
        if table.primary_key.is_some() {
            table.primary_key = None;
            table.options.without_rowid = false;
            table.columns.iter_mut().for_each(|column| column.autoincrement = Autoincrement::No);
        } else {
            let types: BTreeSet<String> = table.columns.iter().map(|one| one.column_type.name.clone()).collect();
            // The rowid takes integers only.
            if types.iter().all(|one| one == "integer") {
                grow::primary_key(table, random);
            }
        }
        table.options.strict = strict;
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
