//! What was renamed by changes that were made: so that two states of a chain are compared by what things are.

use std::collections::BTreeSet;

use dbmig_build::schema::{Change, Renames};

/// Adds the renames among some changes to those that were made before them. (What doesn't fit any more, because its
/// table went, say, is passed over by whoever compares.)
pub(super) fn add(changes: &[Change], renames: &mut Renames) {
    for change in changes {
        match change {
            Change::RenameTable { from, to } => {
                let old = renames.tables.remove(from).unwrap_or_else(|| from.clone());
                renames.tables.insert(to.clone(), old);
                let columns = std::mem::take(&mut renames.columns);
                let moved = |((table, new), old)| ((if table == *from { to.clone() } else { table }, new), old);
                renames.columns = columns.into_iter().map(moved).collect();
            }
            Change::RenameColumn { table, from, to } => {
                let old = renames.columns.remove(&(table.clone(), from.clone())).unwrap_or_else(|| from.clone());
                renames.columns.insert((table.clone(), to.clone()), old);
            }
            Change::RenameType { from, to } => {
                let old = renames.types.remove(from).unwrap_or_else(|| from.clone());
                renames.types.insert(to.clone(), old);
                let labels = std::mem::take(&mut renames.enum_values);
                let moved = |((name, new), old)| ((if name == *from { to.clone() } else { name }, new), old);
                renames.enum_values = labels.into_iter().map(moved).collect();
            }
            Change::RenameEnumValue { name, from, to } => {
                let old = renames.enum_values.remove(&(name.clone(), from.clone())).unwrap_or_else(|| from.clone());
                renames.enum_values.insert((name.clone(), to.clone()), old);
            }
            _ => {}
        }
    }
}

/// The renames of the way back.
pub(super) fn inverted(renames: &Renames) -> Renames {
    let table = |new: &_| renames.tables.get(new).unwrap_or(new).clone();
    let user_type = |new: &_| renames.types.get(new).unwrap_or(new).clone();
    Renames {
        tables: renames.tables.iter().map(|(new, old)| (old.clone(), new.clone())).collect(),
        columns: renames.columns.iter().map(|((of, new), old)| ((table(of), old.clone()), new.clone())).collect(),
        types: renames.types.iter().map(|(new, old)| (old.clone(), new.clone())).collect(),
        enum_values: renames
            .enum_values
            .iter()
            .map(|((of, new), old)| ((user_type(of), old.clone()), new.clone()))
            .collect(),
        values: renames
            .values
            .iter()
            .map(|((of, column, new), old)| {
                let name = renames.columns.get(&(of.clone(), column.clone())).unwrap_or(column).clone();
                ((table(of), name, old.clone()), new.clone())
            })
            .collect(),
        // Both sides of the way back have their names.
        unstated: BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use dbmig::Backend;
    use dbmig_build::schema::{Name, ObjectName};

    use super::*;

    #[test]
    fn renames_follow_each_other() {
        let name = |text: &str| Name::new(text, Backend::Sqlite);
        let table = |text: &str| ObjectName::unqualified(name(text));
        let column =
            |of: &str, from: &str, to: &str| Change::RenameColumn { table: table(of), from: name(from), to: name(to) };
        let changes = [
            column("a", "x", "y"),
            Change::RenameTable { from: table("a"), to: table("b") },
            column("b", "y", "z"),
            Change::RenameTable { from: table("b"), to: table("c") },
        ];
        let mut renames = Renames::default();
        add(&changes, &mut renames);
        assert_eq!(renames.tables, [(table("c"), table("a"))].into());
        assert_eq!(renames.columns, [((table("c"), name("z")), name("x"))].into());
        let back = inverted(&renames);
        assert_eq!(back.tables, [(table("a"), table("c"))].into());
        assert_eq!(back.columns, [((table("a"), name("x")), name("z"))].into());
        assert_eq!(inverted(&back), renames);
    }
}
