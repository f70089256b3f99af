//! Columns that come, go, and become others.

use dbmig_build::schema::{Autoincrement, Change, Generated, Name, ObjectName, Storage, Table, apply, aside};

use super::super::{Random, grow};
use super::{Mutation, is_in_key, is_in_primary_key};

impl Mutation {
    pub(super) fn add_column(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        if let Some(name) = grow::free_column(table, random) {
            let column = grow::column(table, name, random);
            table.columns.push(column);
        }
    }

    pub(super) fn column_of(&self, owner: &ObjectName, random: &mut Random) -> Option<Name> {
        let names: Vec<Name> = self.schema.tables.get(owner)?.columns.iter().map(|one| one.name.clone()).collect();
        random.pick(&names).cloned()
    }

    /// Whether a column takes part in a foreign key, on either side.
    pub(super) fn is_in_reference(&self, owner: &ObjectName, column: &Name) -> bool {
        let own = self.schema.tables.get(owner);
        own.is_some_and(|table| table.foreign_keys.iter().any(|key| key.columns.contains(column)))
            || self.is_referred_to(owner) && own.is_some_and(|table| is_in_key(table, column))
    }

    pub(super) fn drop_column(&mut self, owner: &ObjectName, random: &mut Random) {
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

    pub(super) fn move_column(&mut self, owner: &ObjectName, from: &Name, to: &Name) {
        let change = Change::RenameColumn { table: owner.clone(), from: from.clone(), to: to.clone() };
        if apply(&change, &mut self.schema).is_ok() {
            if let Some(origin) = self.origins.remove(&(owner.clone(), from.clone())) {
                self.origins.insert((owner.clone(), to.clone()), origin);
            }
        }
    }

    pub(super) fn rename_column(&mut self, owner: &ObjectName, random: &mut Random) {
        let from = self.column_of(owner, random);
        let to = self.schema.tables.get(owner).and_then(|table| grow::free_column(table, random));
        if let (Some(from), Some(to)) = (from, to) {
            self.move_column(owner, &from, &to);
        }
    }

    pub(super) fn swap_columns(&mut self, owner: &ObjectName, random: &mut Random) {
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

    pub(super) fn retype(&mut self, owner: &ObjectName, random: &mut Random) {
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

    pub(super) fn toggle_null(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(name) = self.column_of(owner, random) else { return };
        let fixed = self.is_in_reference(owner, &name);
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let key = is_in_key(table, &name);
        if let Some(column) = table.column_mut(&name).filter(|one| one.generated.is_none() && !fixed && !key) {
            column.nullable = !column.nullable;
            column.not_null_conflict = None;
        }
    }

    pub(super) fn toggle_default(&mut self, owner: &ObjectName, random: &mut Random) {
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

    /// Whether a generated column is computed from another one.
    fn is_computed_from(&self, owner: &ObjectName, name: &Name) -> bool {
        let computed = |table: &Table| {
            table.columns.iter().any(|one| one.generated.as_ref().is_some_and(|one| one.expression.mentions(name)))
        };
        self.schema.tables.get(owner).is_some_and(computed)
    }

    /// Texts that differ do so in each collation, as [`super::super::rows`] has them.
    pub(super) fn toggle_collation(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(name) = self.column_of(owner, random) else { return };
        let Some(column) = self.schema.tables.get_mut(owner).and_then(|table| table.column_mut(&name)) else { return };
        let other = match (&column.collation, random.below(2)) {
            (None, 0) => Some("NOCASE"),
            (None, _) => Some("RTRIM"),
            (Some(one), 0) if one.as_str() == "NOCASE" => Some("RTRIM"),
            _ => None,
        };
        column.collation = other.map(super::super::name);
    }

    /// Gives a generated column another expression or storage, or what it computed for its own.
    pub(super) fn alter_generated(&mut self, owner: &ObjectName, random: &mut Random) {
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let plain = grow::keyable(table);
        let computed: Vec<usize> =
            (0..table.columns.len()).filter(|at| table.columns[*at].generated.is_some()).collect();
        let Some(at) = random.pick(&computed).copied() else { return };
        let column = &mut table.columns[at];
        let Some(generated) = &mut column.generated else { return };
        match random.below(3) {
            0 => column.generated = None,
            1 => {
                generated.storage = match generated.storage {
                    Storage::Virtual => Storage::Stored,
                    Storage::Stored => Storage::Virtual,
                }
            }
            _ => {
                if let Some(from) = random.pick(&plain) {
                    generated.expression = super::super::expression(&format!("coalesce({}, 'none')", from.sql()));
                }
            }
        }
    }

    /// Makes a column one that is computed from another.
    pub(super) fn compute(&mut self, owner: &ObjectName, random: &mut Random) {
        let (Some(name), Some(from)) = (self.column_of(owner, random), self.column_of(owner, random)) else { return };
        let fixed = self.is_in_reference(owner, &name) || self.is_computed_from(owner, &name);
        let Some(table) = self.schema.tables.get_mut(owner) else { return };
        let from_plain = table.column(&from).is_some_and(|one| one.generated.is_none());
        if fixed || name == from || !from_plain || table.options.strict || is_in_key(table, &name) {
            return;
        }
        if let Some(column) = table.column_mut(&name).filter(|one| one.generated.is_none()) {
            column.default = None;
            column.nullable = true;
            column.not_null_conflict = None;
            let storage = if random.chance(50) { Storage::Virtual } else { Storage::Stored };
            let expression = super::super::expression(&format!("upper({})", from.sql()));
            column.generated = Some(Generated { expression, storage });
        }
    }
}
