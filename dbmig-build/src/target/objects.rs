//! Types, sequences and schemas (PostgreSQL): those that models say, and the others as the chain has them.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{
    Autoincrement, Change, Column, Name, ObjectName, Renames, Schema, Sequence, Table, UserTypeKind, apply,
};

/// Gives types their new names; columns follow.
pub(super) fn rename_types(schema: &mut Schema, desired: &Schema, renames: &Renames) {
    for (new, old) in &renames.types {
        if desired.types.contains_key(new) && !desired.types.contains_key(old) {
            // One that is made already finds no type of the old name.
            let _ = apply(&Change::RenameType { from: old.clone(), to: new.clone() }, schema);
        }
    }
}

/// The types that columns have.
pub(super) fn used_types(schema: &Schema) -> BTreeSet<(Option<Name>, String)> {
    let columns = schema.tables.values().filter(|_| !schema.types.is_empty()).flat_map(|table| &table.columns);
    columns.map(|column| (column.column_type.schema.clone(), column.column_type.name.clone())).collect()
}

/// Puts in the types that models say. An enum that columns had and that neither a column nor a model has any more goes.
pub(super) fn keep_types(schema: &mut Schema, desired: &Schema, used_before: &BTreeSet<(Option<Name>, String)>) {
    let used = used_types(schema);
    let key = |name: &ObjectName| (name.schema.clone(), name.name.as_str().to_owned());
    schema.types.retain(|name, one| {
        let is_enum = matches!(one.kind, UserTypeKind::Enum(_));
        let in_types = || desired.types.contains_key(name);
        !is_enum || in_types() || used.contains(&key(name)) || !used_before.contains(&key(name))
    });
    for (name, one) in &desired.types {
        schema.types.insert(name.clone(), one.clone());
    }
    schema.namespaces.extend(desired.namespaces.iter().cloned());
}

/// The sequences of columns, by table.
pub(super) struct Owned(BTreeMap<ObjectName, Vec<Sequence>>);

impl Owned {
    /// Takes the sequences of columns out of a schema.
    pub(super) fn take(schema: &mut Schema) -> Owned {
        let mut owned: BTreeMap<ObjectName, Vec<Sequence>> = BTreeMap::new();
        schema.sequences.retain(|_, one| match &one.owner {
            Some((table, _)) => {
                owned.entry(table.clone()).or_default().push(one.clone());
                false
            }
            None => true,
        });
        Owned(owned)
    }

    /// Those of tables that no model says, as they are, where the tables stay.
    pub(super) fn put_back(self, schema: &mut Schema) {
        let staying = self.0.into_iter().filter(|(table, _)| schema.tables.contains_key(table));
        let staying: Vec<Sequence> = staying.flat_map(|(_, sequences)| sequences).collect();
        schema.sequences.extend(staying.into_iter().map(|one| (one.name.clone(), one)));
    }

    /// The sequences of a table that a model says; `before` is the table as it was.
    pub(super) fn of_table(
        &mut self,
        before: &Table,
        after: &mut Table,
        desired: &BTreeMap<(ObjectName, Name), Sequence>,
    ) -> Vec<Sequence> {
        let mut sequences = Vec::new();
        let present = self.0.remove(&before.name).unwrap_or_default();
        for column in &mut after.columns {
            let own = |one: &&Sequence| one.owner.as_ref().is_some_and(|(_, owner)| *owner == column.name);
            let mut there: Vec<&Sequence> = present.iter().filter(own).collect();
            if let Some(wanted) = desired.get(&(after.name.clone(), column.name.clone())) {
                let used = |one: &&Sequence| before.column(&column.name).is_some_and(|before| takes(before, one));
                let old = there.iter().position(used).map(|at| there.remove(at));
                sequences.push(merged(old, wanted, column, &after.name));
            } else {
                // One that the column took its values from goes with that.
                let went = |one: &Sequence| {
                    before.column(&column.name).is_some_and(|before| takes(before, one)) && !takes(column, one)
                };
                there.retain(|one| !went(one));
            }
            sequences.extend(there.into_iter().map(|one| Sequence { name: beside(one, &after.name), ..one.clone() }));
        }
        sequences
    }
}

/// The desired sequences by their columns.
pub(super) fn by_column(desired: &Schema) -> BTreeMap<(ObjectName, Name), Sequence> {
    let owned = desired.sequences.values().filter_map(|one| Some((one.owner.clone()?, one.clone())));
    owned.collect()
}

/// The sequences of a table that is new.
pub(super) fn of_new_table(table: &Table, desired: &BTreeMap<(ObjectName, Name), Sequence>) -> Vec<Sequence> {
    let of_column = |column: &Column| desired.get(&(table.name.clone(), column.name.clone())).cloned();
    table.columns.iter().filter_map(of_column).collect()
}

/// Whether a column takes its values from a sequence of its own.
fn takes(column: &Column, sequence: &Sequence) -> bool {
    let is_identity = matches!(column.autoincrement, Autoincrement::IdentityAlways | Autoincrement::IdentityByDefault);
    is_identity || column.default.is_some() && column.default == Some(sequence.next_value())
}

/// The name of a table's sequence in the schema of the table: it goes there with it.
fn beside(sequence: &Sequence, table: &ObjectName) -> ObjectName {
    ObjectName { schema: table.schema.clone(), ..sequence.name.clone() }
}

/// The sequence that a model says, under the name that it has. That of a serial column has the type that it was made
/// with; PostgreSQL changes an identity's with the column.
fn merged(old: Option<&Sequence>, wanted: &Sequence, column: &mut Column, table: &ObjectName) -> Sequence {
    let Some(old) = old else { return wanted.clone() };
    let mut sequence = wanted.clone();
    let is_serial = column.default.is_some();
    if wanted.name == Sequence::of_column(table, column).name {
        sequence.name = beside(old, table);
        if is_serial {
            column.default = Some(sequence.next_value());
        }
    }
    if is_serial {
        sequence.data_type = old.data_type.clone();
    }
    sequence
}
