//! What random chains make: a schema after each statement, and pairs of schemas that are there before and after some of
//! them.

use std::collections::BTreeMap;

use dbmig::Backend;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, Name, ObjectName, Renames, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::split;

use super::chain;
use crate::random::{Pair, Random};

/// A statement that was taken, and what it made.
pub struct Step {
    /// The statement.
    pub sql: String,
    changes: Vec<Change>,
    /// The schema after it.
    pub schema: Schema,
}

/// The statements of a chain that are taken, as replay reads them. Those that replay refuses are left out.
pub fn steps(backend: Backend, seed: u64, accepts: &mut dyn FnMut(&str) -> bool) -> Vec<Step> {
    let mut replay = Replay::new(backend);
    let mut steps = Vec::new();
    for sql in chain(backend, seed) {
        let script = split(&Source::new("up.sql", &*sql), backend);
        let mut next = replay.clone();
        let replayed = next.run(&script);
        let is_read = script.diagnostics.is_empty() && replayed.diagnostics.is_empty();
        if is_read && !is_in_doubt(&sql, &replayed.changes) && accepts(&sql) {
            replay = next;
            steps.push(Step { sql, changes: replayed.changes, schema: replay.schema().clone() });
        }
    }
    steps
}

/// Whether releases of MariaDB differ in what a statement does: 10.11.14 takes `ALTER … DEFAULT` for a column whose default
/// is the current time and does nothing, 10.11.19 does it.
fn is_in_doubt(sql: &str, changes: &[Change]) -> bool {
    let was_now = |change: &Change| match change {
        Change::AlterColumn { from, .. } => from
            .default
            .as_ref()
            .is_some_and(|default| default.to_string().to_uppercase().starts_with("CURRENT_TIMESTAMP")),
        _ => false,
    };
    (sql.ends_with(" DROP DEFAULT") || sql.contains(" SET DEFAULT ")) && changes.iter().any(was_now)
}

/// What a chain makes of what its first statements made, with the number of those; the renames stated for every other
/// seed.
pub fn pair_of(steps: &[Step], seed: u64) -> (usize, Pair) {
    let mut random = Random::new(seed ^ 0x5eed);
    let cut = random.below(steps.len() + 1);
    let schema = |count: usize| count.checked_sub(1).and_then(|at| steps.get(at)).map(|step| step.schema.clone());
    let (before, after) = (schema(cut).unwrap_or_default(), schema(steps.len()).unwrap_or_default());
    let changes = steps.iter().skip(cut).flat_map(|step| &step.changes);
    let renames = if seed % 2 == 0 { renames(&before, changes) } else { Renames::default() };
    (cut, Pair { before, after, renames })
}

/// What changes rename.
fn renames<'a>(before: &Schema, changes: impl Iterator<Item = &'a Change>) -> Renames {
    let mut tables: BTreeMap<ObjectName, ObjectName> =
        before.tables.keys().map(|one| (one.clone(), one.clone())).collect();
    let mut types: BTreeMap<ObjectName, ObjectName> =
        before.types.keys().map(|one| (one.clone(), one.clone())).collect();
    let mut columns: BTreeMap<(ObjectName, Name), Name> = BTreeMap::new();
    for table in before.tables.values() {
        columns.extend(table.columns.iter().map(|one| ((table.name.clone(), one.name.clone()), one.name.clone())));
    }
    let mut labels: BTreeMap<(ObjectName, String), String> = BTreeMap::new();
    for change in changes {
        match change {
            Change::DropTable(table) => {
                tables.remove(&table.name);
                columns.retain(|(name, _), _| *name != table.name);
            }
            Change::RenameTable { from, to } => {
                let old = tables.remove(from);
                tables.extend(old.map(|old| (to.clone(), old)));
                columns = moved(columns, from, to);
            }
            Change::DropColumn { table, column } => drop(columns.remove(&(table.clone(), column.name.clone()))),
            Change::RenameColumn { table, from, to } => {
                let old = columns.remove(&(table.clone(), from.clone()));
                columns.extend(old.map(|old| ((table.clone(), to.clone()), old)));
            }
            Change::DropType(one) => drop(types.remove(&one.name)),
            Change::RenameType { from, to } => {
                let old = types.remove(from);
                types.extend(old.map(|old| (to.clone(), old)));
                labels = moved(labels, from, to);
            }
            Change::RenameEnumValue { name, from, to } => {
                let old = labels.remove(&(name.clone(), from.clone())).unwrap_or_else(|| from.clone());
                labels.insert((name.clone(), to.clone()), old);
            }
            _ => {}
        }
    }
    tables.retain(|new, old| new != old);
    types.retain(|new, old| new != old);
    columns.retain(|(_, new), old| new != old);
    Renames { tables, columns, types, enum_values: labels, ..Renames::default() }
}

fn moved<K: Ord, V>(
    map: BTreeMap<(ObjectName, K), V>,
    from: &ObjectName,
    to: &ObjectName,
) -> BTreeMap<(ObjectName, K), V> {
    let place = |((owner, key), value)| ((if owner == *from { to.clone() } else { owner }, key), value);
    map.into_iter().map(place).collect()
}
