//! Tables that come, go and get other names.

use dbmig_build::schema::{Change, ObjectName, apply, aside};

use super::super::{Random, grow};
use super::Mutation;

impl Mutation {
    pub(super) fn create(&mut self, random: &mut Random) {
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

    pub(super) fn drop_table(&mut self, owner: &ObjectName) {
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

    pub(super) fn move_table(&mut self, from: &ObjectName, to: &ObjectName) {
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

    pub(super) fn rename_table(&mut self, owner: &ObjectName, random: &mut Random) {
        if let Some(name) = grow::free_table(&self.schema, random) {
            self.move_table(owner, &name);
        }
    }

    pub(super) fn swap_tables(&mut self, owner: &ObjectName, random: &mut Random) {
        // Both must be old: a new table whose name an old one wants is a table with new columns to any diff.
        let others: Vec<ObjectName> = self.tables.keys().filter(|name| *name != owner).cloned().collect();
        let Some(other) = random.pick(&others).filter(|_| self.tables.contains_key(owner)).cloned() else { return };
        let parked = ObjectName::unqualified(aside(&owner.name));
        self.move_table(owner, &parked);
        self.move_table(&other, owner);
        self.move_table(&parked, &other);
    }
}
