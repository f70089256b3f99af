//! Types.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{renames, tables};
use crate::schema::{ObjectName, Renames, Schema, UserType, UserTypeKind};

use super::{Candidate, Likely, Rename, alike, chosen, labels, likely};

pub(super) fn find(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Likely> {
    let renamed = renames::of_types(before, after, renames);
    let moved: BTreeSet<&ObjectName> = renamed.values().collect();
    let stays =
        |name: &ObjectName| moved.contains(name) || (after.types.contains_key(name) && !renamed.contains_key(name));
    let came =
        |name: &ObjectName| !renamed.contains_key(name) && (!before.types.contains_key(name) || moved.contains(name));
    let gone: Vec<&UserType> = before.types.values().filter(|one| !stays(&one.name)).collect();
    let new: Vec<&UserType> = after.types.values().filter(|one| came(&one.name)).collect();
    let mut found = of_types(before, after, renames, (&gone, &new));
    for one in after.types.values().filter(|one| !came(&one.name)) {
        let old = before.types.get(renamed.get(&one.name).unwrap_or(&one.name));
        found.extend(old.into_iter().flat_map(|old| labels::of_type(old, one, renames)));
    }
    found
}

fn of_types<'a>(
    before: &Schema,
    after: &Schema,
    renames: &Renames,
    (gone, new): (&[&'a UserType], &[&'a UserType]),
) -> Vec<Likely> {
    if gone.is_empty() || new.is_empty() {
        return Vec::new();
    }
    let users = successors(before, after, renames);
    let with_parts = |types: &[&'a UserType]| types.iter().map(|one| (*one, parts(one))).collect::<Vec<_>>();
    let (gone, new) = (with_parts(gone), with_parts(new));
    let mut candidates = Vec::new();
    for (from, (old, parts)) in gone.iter().enumerate() {
        for (to, (one, others)) in new.iter().enumerate() {
            let user = users.get(&(old.name.clone(), one.name.clone()));
            let shared = parts.intersection(others).count();
            let widest = parts.len().max(others.len());
            let same_kind = std::mem::discriminant(&old.kind) == std::mem::discriminant(&one.kind);
            let enough = shared > 0 && shared * 2 >= widest;
            if !same_kind || !(enough || user.is_some()) {
                continue;
            }
            let what = match &one.kind {
                UserTypeKind::Enum(_) => "labels",
                UserTypeKind::Composite(_) => "attributes",
                _ => "properties",
            };
            let mut why = Vec::new();
            if shared > 0 {
                why.push(format!("{shared} of {widest} {what} are the same"));
            }
            why.extend(user.map(|column| format!("{column} had the one and has the other")));
            let similar = alike(old.name.name.as_str(), one.name.name.as_str());
            let score =
                shared * 100 / widest.max(1) + usize::from(user.is_some()) * 100 + usize::from(similar.is_some()) * 50;
            why.extend(similar);
            candidates.push(Candidate { from, to, score, why });
        }
    }
    let found = chosen(candidates).into_iter().filter_map(|one| {
        let (from, to) = (gone.get(one.from)?.0.name.clone(), new.get(one.to)?.0.name.clone());
        Some(likely(Rename::Type { from, to }, &one.why))
    });
    found.collect()
}

/// By type before and type after, a column that had the one and has the other.
fn successors(before: &Schema, after: &Schema, renames: &Renames) -> BTreeMap<(ObjectName, ObjectName), String> {
    let named = |column_type: &crate::schema::ColumnType, like: &ObjectName| ObjectName {
        schema: column_type.schema.clone(),
        name: like.name.renamed(&column_type.name),
    };
    let mut found = BTreeMap::new();
    for (name, old) in tables::pair(before, after, renames) {
        let (Some(old), Some(new)) = (before.tables.get(&old), after.tables.get(&name)) else { continue };
        for column in &new.columns {
            let Some(was) = old.column(&column.name) else { continue };
            if was.column_type != column.column_type && was.column_type.array == column.column_type.array {
                let key = (named(&was.column_type, &name), named(&column.column_type, &name));
                found.entry(key).or_insert_with(|| format!("{name}.{}", column.name));
            }
        }
    }
    found
}

/// What a type is made of.
fn parts(one: &UserType) -> BTreeSet<String> {
    match &one.kind {
        UserTypeKind::Enum(labels) => labels.iter().cloned().collect(),
        UserTypeKind::Composite(attributes) => {
            attributes.iter().map(|one| format!("{} {}", one.name, one.column_type)).collect()
        }
        UserTypeKind::Domain(domain) => {
            let checks = domain.checks.iter().map(|check| check.expression.to_string());
            checks.chain([domain.base.to_string(), domain.nullable.to_string()]).collect()
        }
        UserTypeKind::Range(_, text) | UserTypeKind::Other(text) => [text.clone()].into(),
    }
}
