//! What comes first: tables that refer to each other, types that are made of others, and renames that want each other's names.

use std::collections::{BTreeMap, BTreeSet};

use super::{ColumnType, Name, ObjectName, Table, UserType, UserTypeKind};

/// The tables, each after those of them that it refers to or inherits from, otherwise by name. What is in a cycle comes
/// by name when nothing else is left.
pub fn parents_first<'a>(tables: &[&'a Table]) -> Vec<&'a Table> {
    let parents = |table: &Table| -> Vec<ObjectName> {
        table.foreign_keys.iter().map(|key| &key.table).chain(table.options.parents()).cloned().collect()
    };
    needs_first(tables, |table| &table.name, parents)
}

/// The types, each after those of them that it is made of, otherwise by name.
pub fn types_in_order<'a>(types: &[&'a UserType]) -> Vec<&'a UserType> {
    let named = |one: &UserType, part: &ColumnType| ObjectName {
        schema: part.schema.clone(),
        name: one.name.name.renamed(&part.name),
    };
    let needs = |one: &UserType| match &one.kind {
        UserTypeKind::Domain(domain) => vec![named(one, &domain.base)],
        UserTypeKind::Composite(parts) => parts.iter().map(|part| named(one, &part.column_type)).collect(),
        UserTypeKind::Range(subtype, _) => vec![named(one, subtype)],
        UserTypeKind::Enum(_) | UserTypeKind::Other(_) => Vec::new(),
    };
    needs_first(types, |one| &one.name, needs)
}

fn needs_first<'a, T>(
    things: &[&'a T],
    name: impl Fn(&'a T) -> &'a ObjectName,
    needs: impl Fn(&'a T) -> Vec<ObjectName>,
) -> Vec<&'a T> {
    let by_name: BTreeMap<&ObjectName, &'a T> = things.iter().map(|one| (name(one), *one)).collect();
    let mut users: BTreeMap<ObjectName, Vec<&ObjectName>> = BTreeMap::new();
    let mut waits_for: BTreeMap<&ObjectName, usize> = by_name.keys().map(|name| (*name, 0)).collect();
    for (name, one) in &by_name {
        let needed: BTreeSet<ObjectName> = needs(one).into_iter().collect();
        for needed in needed.into_iter().filter(|needed| needed != *name && by_name.contains_key(needed)) {
            users.entry(needed).or_default().push(name);
            *waits_for.entry(name).or_default() += 1;
        }
    }
    let mut ready: BTreeSet<&ObjectName> =
        waits_for.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    let mut ordered = Vec::with_capacity(by_name.len());
    while let Some(name) = ready.pop_first().or_else(|| waits_for.keys().next().copied()) {
        waits_for.remove(name);
        ordered.extend(by_name.get(name).copied());
        for user in users.remove(name).unwrap_or_default() {
            if let Some(count) = waits_for.get_mut(user) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(user);
                }
            }
        }
    }
    ordered
}

/// Renames, given as old name to new name, in an order in which each finds its new name free. A cycle is opened by
/// moving one of its names `aside`.
pub fn rename_order<N: Ord + Clone>(moves: BTreeMap<N, N>, aside: impl Fn(&N) -> N) -> Vec<(N, N)> {
    let mut waiting = moves;
    let mut steps = Vec::new();
    while let Some((first, _)) = waiting.first_key_value() {
        // Walk to the end of the chain that this name stands in: nobody waits for that one's place.
        let start = first.clone();
        let mut chain = vec![start.clone()];
        let mut cyclic = false;
        while let Some(next) = chain.last().and_then(|last| waiting.get(last)).filter(|to| waiting.contains_key(*to)) {
            if *next == start {
                cyclic = true;
                break;
            }
            chain.push(next.clone());
        }
        if cyclic {
            let parked = aside(&start);
            steps.push((start.clone(), parked.clone()));
            for from in chain.iter().skip(1).rev() {
                steps.extend(waiting.remove(from).map(|to| (from.clone(), to)));
            }
            steps.extend(waiting.remove(&start).map(|to| (parked, to)));
        } else {
            for from in chain.iter().rev() {
                steps.extend(waiting.remove(from).map(|to| (from.clone(), to)));
            }
        }
    }
    steps
}

/// A name for the time between two renames.
pub fn aside(name: &Name) -> Name {
    name.renamed(&format!("__dbmig_aside_{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
    }

    #[test]
    fn chains_start_at_their_free_end_and_cycles_are_opened() {
        let order = |pairs: &[(&str, &str)]| {
            let steps = rename_order(moves(pairs), |name| format!("~{name}"));
            steps.iter().map(|(from, to)| format!("{from}>{to}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(order(&[("a", "b"), ("b", "c")]), "b>c a>b");
        assert_eq!(order(&[("a", "b"), ("b", "a")]), "a>~a b>a ~a>b");
        assert_eq!(order(&[("a", "b"), ("b", "c"), ("c", "a")]), "a>~a c>a b>c ~a>b");
        assert_eq!(order(&[("x", "a"), ("a", "x"), ("q", "r")]), "a>~a x>a ~a>x q>r");
    }
}
