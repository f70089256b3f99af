//! Labels of enums: of types, and of columns that list them (MySQL's `ENUM`, SQLite's check).

use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;

use crate::diff::{renames, tables, values};
use crate::schema::{Renames, Schema, Table, UserType, UserTypeKind};

use super::{Candidate, Likely, Rename, alike, chosen, likely, places};

/// Those of a type that stays.
pub(super) fn of_type(before: &UserType, after: &UserType, renames: &Renames) -> Vec<Likely> {
    let (UserTypeKind::Enum(old), UserTypeKind::Enum(new)) = (&before.kind, &after.kind) else { return Vec::new() };
    let renamed = renames::of_labels(&after.name, old, new, renames);
    let found = pairs(old, new, &renamed).into_iter();
    found.map(|(from, to, why)| likely(Rename::EnumValue { name: after.name.clone(), from, to }, &why)).collect()
}

/// Those of the columns that stay.
pub(super) fn of_columns(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Likely> {
    let altered = tables::altered(before, after, renames);
    altered.into_iter().flat_map(|(old, new)| of_table(old, new, renames)).collect()
}

fn of_table(before: &Table, after: &Table, renames: &Renames) -> Vec<Likely> {
    // PostgreSQL's enums are types, and a check is a check.
    if after.name.name.backend() == Backend::Postgres {
        return Vec::new();
    }
    let moved: BTreeMap<_, _> =
        renames::of_columns(before, after, renames).into_iter().map(|(old, new)| (new, old)).collect();
    let mut found = Vec::new();
    for column in &after.columns {
        let old = moved.get(&column.name).unwrap_or(&column.name);
        let (had, has) = (values::labels(before, old), values::labels(after, &column.name));
        let stated = |label: &String| {
            let place = (after.name.clone(), column.name.clone(), label.clone());
            let old = renames.values.get(&place).filter(|old| had.contains(old) && !has.contains(old))?;
            (!had.contains(label)).then(|| (old.clone(), label.clone()))
        };
        let renamed = has.iter().filter_map(stated).collect();
        found.extend(pairs(&had, &has, &renamed).into_iter().map(|(from, to, why)| {
            let (table, column) = (after.name.clone(), column.name.clone());
            likely(Rename::Value { table, column, from, to }, &why)
        }));
    }
    found
}

/// A label that goes, one that comes, and what makes them one; `renamed` holds old and new text of those that are one
/// already.
fn pairs(old: &[String], new: &[String], renamed: &BTreeMap<String, String>) -> Vec<(String, String, Vec<String>)> {
    let targets: BTreeSet<&String> = renamed.values().collect();
    let stays = |label: &String| renamed.contains_key(label) || (new.contains(label) && !targets.contains(label));
    let came = |label: &String| !targets.contains(label) && (!old.contains(label) || renamed.contains_key(label));
    let old_places = places(old, |label| stays(label).then(|| renamed.get(label).unwrap_or(label).clone()));
    let new_places = places(new, |label| (!came(label)).then(|| label.clone()));
    let (gone, new): (Vec<&String>, Vec<&String>) = (old_places.keys().collect(), new_places.keys().collect());
    let mut candidates = Vec::new();
    for (from, one) in gone.iter().enumerate() {
        for (to, other) in new.iter().enumerate() {
            let similar = alike(one, other);
            let in_place = old_places.get(*one) == new_places.get(*other);
            let score = usize::from(similar.is_some()) + usize::from(in_place);
            if score > 0 {
                let place = in_place.then(|| "they stand in the same place".to_owned());
                candidates.push(Candidate { from, to, score, why: [similar, place].into_iter().flatten().collect() });
            }
        }
    }
    let found = chosen(candidates).into_iter();
    found.filter_map(|one| Some(((*gone.get(one.from)?).clone(), (*new.get(one.to)?).clone(), one.why))).collect()
}
