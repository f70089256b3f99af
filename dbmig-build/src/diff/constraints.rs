//! Primary keys, uniques, foreign keys, checks and exclusions.

use dbmig::Backend;

use crate::schema::{Change, Constraint, Name, Table};

use super::names::{Rename, matched};
use super::{Pair, Phases};

/// `renamed` is the table before, with its columns' new names; its constraints stand in the order of `pair.before`'s.
pub(super) fn diff(pair: &Pair<'_>, renamed: &Table, phases: &mut Phases) {
    let old: Vec<Constraint> = pair.before.constraints().collect();
    let comparable: Vec<Constraint> = renamed.constraints().collect();
    let new: Vec<Constraint> = pair.after.constraints().collect();
    let (mut dropped, mut added) = unmatched(&comparable, &new);
    let table = &pair.after.name;
    let same = |a: usize, b: usize| {
        let (one, other) = (comparable.get(a)?, new.get(b)?);
        let names = (one.name()?, other.name()?);
        (one.clone().with_name(None) == other.clone().with_name(None)).then_some(names)
    };
    let is_kept = |(from, to): (&Name, &Name)| {
        new.iter().any(|one| one.name() == Some(from)) || old.iter().any(|one| one.name() == Some(to))
    };
    let of_table = |names: (&Name, &Name)| is_one_of_its_name(names, &old, &new);
    for ((at, _), (from, to)) in matched(&mut dropped, &mut added, same, is_kept, of_table) {
        let has_index = old.get(at).is_some_and(Constraint::has_index);
        phases.names.push(Rename {
            table: table.clone(),
            from: from.clone(),
            to: to.clone(),
            of_index: false,
            has_index,
        });
    }
    for constraint in dropped.into_iter().filter_map(|at| old.get(at)) {
        let change = Change::DropConstraint { table: table.clone(), constraint: constraint.clone() };
        match constraint {
            Constraint::ForeignKey(_) => phases.unreference.push(change),
            _ => phases.take_down.push(change),
        }
    }
    for constraint in added.into_iter().filter_map(|at| new.get(at)) {
        let change = Change::AddConstraint { table: table.clone(), constraint: constraint.clone() };
        match constraint {
            Constraint::ForeignKey(_) => phases.references.push(change),
            _ => phases.build_up.push(change),
        }
    }
}

/// Whether names tell which constraint gets another one: on MySQL a key, a foreign key and a check may share one.
fn is_one_of_its_name((from, to): (&Name, &Name), old: &[Constraint], new: &[Constraint]) -> bool {
    let is_alone = |name: &Name| {
        let count = |list: &[Constraint]| list.iter().filter(|one| one.name() == Some(name)).count();
        count(old) + count(new) == 1
    };
    from.backend() != Backend::Mysql || (is_alone(from) && is_alone(to))
}

/// The positions of what `old` and `new` don't share.
fn unmatched(old: &[Constraint], new: &[Constraint]) -> (Vec<usize>, Vec<usize>) {
    let mut left: Vec<usize> = (0..old.len()).collect();
    let mut right: Vec<usize> = (0..new.len()).collect();
    // What is equal to the letter finds its like before a constraint without a name can take it.
    for same in [Constraint::eq, same_but_for_a_missing_name] {
        left.retain(|&a| match right.iter().position(|&b| same(&old[a], &new[b])) {
            Some(at) => {
                right.remove(at);
                false
            }
            None => true,
        });
    }
    (left, right)
}

fn same_but_for_a_missing_name(a: &Constraint, b: &Constraint) -> bool {
    (a.name().is_none() || b.name().is_none()) && a.clone().with_name(None) == b.clone().with_name(None)
}
