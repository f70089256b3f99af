//! Keys, checks, references, indexes and options that come and go.

use std::collections::BTreeSet;

use dbmig_build::schema::{Autoincrement, Column, Deferrable, ObjectName, Schema};

use super::super::{Random, grow, name};
use super::Mutation;

impl Mutation {
    pub(super) fn toggle_unique(&mut self, owner: &ObjectName, random: &mut Random) {
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

    pub(super) fn toggle_check(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        if !table.checks.is_empty() && random.chance(60) {
            let at = random.below(table.checks.len());
            table.checks.remove(at);
        } else {
            grow::check(table, random);
        }
    }

    pub(super) fn toggle_reference(&mut self, owner: &ObjectName, random: &mut Random) {
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
    pub(super) fn relax_reference(&mut self, owner: &ObjectName) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let Some(key) = table.foreign_keys.last().filter(|key| !self.tables.contains_key(&key.table)) else { return };
        for column in table.columns.iter_mut().filter(|column| key.columns.contains(&column.name)) {
            column.nullable = true;
        }
    }

    pub(super) fn toggle_index(&mut self, owner: &ObjectName, random: &mut Random) {
        let old = self.all_old(owner);
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        if !table.indexes.is_empty() && random.chance(60) {
            let at = random.below(table.indexes.len());
            table.indexes.remove(at);
        } else if old {
            grow::index(&mut self.schema, owner, random);
        }
    }

    pub(super) fn toggle_generated(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        grow::generated(table, random);
    }

    /// STRICT takes only what its columns' types say, so each must have had its type before.
    pub(super) fn toggle_strict(&mut self, owner: &ObjectName, before: &Schema) {
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
    pub(super) fn toggle_rowid(&mut self, owner: &ObjectName, random: &mut Random) {
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
    pub(super) fn toggle_key(&mut self, owner: &ObjectName, random: &mut Random) {
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

    /// Gives a foreign key other actions, or checks it at another time.
    pub(super) fn alter_reference(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let count = table.foreign_keys.len().max(1);
        let Some(key) = table.foreign_keys.get_mut(random.below(count)) else { return };
        match random.below(3) {
            0 => key.on_delete = grow::action(random),
            1 => key.on_update = grow::action(random),
            _ => {
                key.deferrable = match key.deferrable {
                    Deferrable::No => Deferrable::InitiallyDeferred,
                    _ => Deferrable::No,
                }
            }
        }
    }

    /// Gives a constraint another name, or one at all.
    pub(super) fn rename_constraint(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let free = name(&format!("{owner}_renamed_{}", random.below(3)));
        if table.constraint(&free).is_some() {
            return;
        }
        let uniques = table.uniques.iter_mut().map(|one| &mut one.name);
        let checks = table.checks.iter_mut().map(|one| &mut one.name);
        let keys = table.foreign_keys.iter_mut().map(|one| &mut one.name);
        let mut names: Vec<_> = uniques.chain(checks).chain(keys).collect();
        let count = names.len().max(1);
        if let Some(one) = names.get_mut(random.below(count)) {
            **one = Some(free);
        }
    }
}
