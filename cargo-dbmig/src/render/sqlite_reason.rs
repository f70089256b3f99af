//! What SQLite's ALTER TABLE can't do.
//!
//! From 3.35 on it renames, adds columns that need nothing of the rows which are there, and drops columns that nothing
//! uses; what it does from 3.53 on is `sqlite_native`'s to say. Sources: <https://sqlite.org/lang_altertable.html>, sections 4 (ADD COLUMN) and 5 (DROP COLUMN).

use dbmig_build::schema::{Autoincrement, Check, Column, Constraint, Expression, Name, Storage, Table};

use super::plan::{Direction, Plan};
use super::sqlite_create::{check, column_reference, is_constant, is_null};
use super::sqlite_fill::is_unique;
use super::sqlite_native::Native;
use super::text::literal;
use super::users::Users;

/// Why a table has to be rebuilt, in words; empty if ALTER can do everything.
///
/// `present` has its columns' new names. `gone` holds the columns that go, by their old names and by those in
/// `present`.
pub(super) fn reasons(
    plan: &Plan<'_>,
    users: &Users,
    present: &Table,
    after: &Table,
    gone: &[(Name, Name)],
    added: &[Name],
    native: &Native,
) -> Vec<String> {
    let mut reasons = Vec::new();
    if present.options != after.options {
        reasons.push("its options change".to_owned());
    }
    for column in after.columns.iter().filter(|column| !added.contains(&column.name)) {
        let texts = plan.values_of(&after.name, &column.name).iter();
        reasons.extend(texts.map(|(from, to)| format!("{} has {} for {}", column.name, literal(to), literal(from))));
        if let Some(before) = present.column(&column.name) {
            reasons.extend(altered(before, column, native));
        }
    }
    let (mut lost, mut new) = constraints(present, after);
    lost.retain(|constraint| {
        !is_check(constraint) || !constraint.name().is_some_and(|name| native.lost.contains(name))
    });
    new.retain(|constraint| !matches!(constraint, Constraint::Check(check) if native.new.contains(check)));
    reasons.extend(lost.iter().map(|constraint| format!("{} is dropped", constraint.describe())));
    for (name, present_name) in gone {
        reasons.extend(in_use(users, present, after, native, name, present_name));
    }
    if gone.len() == present.columns.len() {
        reasons.push("none of its columns stays".to_owned());
    }
    for column in after.columns.iter().filter(|column| added.contains(&column.name)) {
        reasons.extend(not_addable(plan, present, after, native, column));
    }
    // A check on a column whose rows get values later can't come with the column.
    let is_early = |name: &&Name, constraint: &Constraint| !is_check(constraint) || !native.filled.contains(name);
    let carried = |constraint: &Constraint| {
        column_of(constraint, after, added).filter(|name| is_early(name, constraint)).is_some()
    };
    let needs_rebuild = |constraint: &&Constraint| !carried(constraint);
    reasons.extend(new.iter().filter(needs_rebuild).map(|constraint| format!("{} is added", constraint.describe())));
    reasons
}

fn is_check(constraint: &Constraint) -> bool {
    matches!(constraint, Constraint::Check(_))
}

/// The constraints that `ADD COLUMN` of a column can carry, those aside that are added later.
pub(super) fn inline_constraints(
    present: &Table,
    after: &Table,
    added: &[Name],
    later: &[Check],
    column: &Name,
) -> Vec<String> {
    let (_, mut new) = constraints(present, after);
    new.retain(|constraint| !matches!(constraint, Constraint::Check(check) if later.contains(check)));
    let own = new.iter().filter(|constraint| column_of(constraint, after, added) == Some(column));
    let text = |constraint: &Constraint| match constraint {
        Constraint::ForeignKey(key) => Some(column_reference(key)),
        Constraint::Check(one) => Some(check(one)),
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => None,
    };
    own.filter_map(text).collect()
}

/// Leaves those checks to `ADD COLUMN` that it can carry: where rows get no values after it.
pub(super) fn leave_inline(plan: &Plan<'_>, after: &Table, added: &[Name], native: &mut Native) {
    let is_filled = |name: &Name| native.filled.contains(name) || plan.backfill(&after.name, name).is_some();
    let plain: Vec<Name> = added.iter().filter(|name| !is_filled(name)).cloned().collect();
    native.new.retain(|check| {
        let carrier = column_of(&Constraint::Check(check.clone()), after, added);
        carrier.is_none_or(|name| !plain.contains(name))
    });
}

/// The added column that can carry a new constraint.
fn column_of<'a>(constraint: &Constraint, after: &Table, added: &'a [Name]) -> Option<&'a Name> {
    match constraint {
        Constraint::ForeignKey(key) => {
            let [only] = key.columns.as_slice() else { return None };
            let column = after.column(only)?;
            // With foreign keys on, a reference must start as NULL.
            let starts_null = column.default.as_ref().is_none_or(is_null) && column.generated.is_none();
            added.iter().find(|name| *name == only && starts_null)
        }
        Constraint::Check(check) => {
            let mut mentioned = added.iter().filter(|name| check.expression.mentions(name));
            mentioned.next().filter(|_| mentioned.next().is_none())
        }
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => None,
    }
}

/// The constraints that only one side has: those of `present`, those of `after`.
fn constraints(present: &Table, after: &Table) -> (Vec<Constraint>, Vec<Constraint>) {
    let mut lost = Vec::new();
    let mut new: Vec<Constraint> = after.constraints().collect();
    for constraint in present.constraints() {
        match new.iter().position(|one| *one == constraint) {
            Some(at) => drop(new.remove(at)),
            None => lost.push(constraint),
        }
    }
    (lost, new)
}

fn altered(before: &Column, after: &Column, native: &Native) -> Vec<String> {
    let name = &after.name;
    let mut reasons = Vec::new();
    if before.column_type != after.column_type {
        let to = match after.column_type.is_untyped() {
            true => "loses its type".to_owned(),
            false => format!("becomes {}", after.column_type.to_string().to_uppercase()),
        };
        reasons.push(format!("{name} {to}"));
    }
    let in_place = native.not_null.contains(name) || native.nullable.contains(name);
    if before.nullable != after.nullable && !in_place {
        reasons.push(format!("{name} {}", if after.nullable { "may be NULL" } else { "becomes NOT NULL" }));
    }
    if before.default != after.default {
        let what = |default: &Expression| format!("{name} gets the default {default}");
        reasons.push(after.default.as_ref().map_or_else(|| format!("{name} loses its default"), what));
    }
    let others = (before.generated != after.generated, "is computed in another way");
    let others = [others, (before.collation != after.collation, "changes its collation")];
    let autoincrement = (before.autoincrement != after.autoincrement, "changes its AUTOINCREMENT");
    let conflict = (before.not_null_conflict != after.not_null_conflict && !in_place, "changes its ON CONFLICT");
    let others = others.into_iter().chain([autoincrement, conflict]);
    reasons.extend(others.filter(|(differs, _)| *differs).map(|(_, what)| format!("{name} {what}")));
    reasons
}

/// Why a column can't simply be dropped. Indexes and checks that go are dropped before it.
fn in_use(
    users: &Users,
    present: &Table,
    after: &Table,
    native: &Native,
    name: &Name,
    present_name: &Name,
) -> Option<String> {
    let mut left = present.clone();
    left.checks.retain(|check| !check.name.as_ref().is_some_and(|name| native.lost.contains(name)));
    left.indexes.retain(|index| after.index(&index.name) == Some(index));
    if let Some(user) = left.user_of_column(present_name) {
        return Some(format!("{name} is dropped, which {user} uses"));
    }
    let user = users.of_column(present, name).next()?;
    Some(format!("{name} is dropped, which {user} mentions"))
}

fn not_addable(plan: &Plan<'_>, present: &Table, after: &Table, native: &Native, column: &Column) -> Option<String> {
    let name = &column.name;
    if native.filled.contains(name) {
        return None;
    }
    if let Some(generated) = &column.generated {
        return (generated.storage == Storage::Stored).then(|| format!("{name} is added as a stored computed column"));
    }
    let default = column.default.as_ref().filter(|default| !is_null(default));
    if default.is_some_and(|default| !is_constant(default)) {
        return Some(format!("{name} is added with a default that isn't a constant"));
    }
    if plan.direction == Direction::Down && default.is_some() && is_unique(after, name) {
        return Some(format!("{name} is unique, so rows can't share its default"));
    }
    if !column.nullable && default.is_none() {
        return Some(format!("{name} is added NOT NULL"));
    }
    if column.autoincrement != Autoincrement::No {
        return Some(format!("{name} is added with AUTOINCREMENT"));
    }
    // An UPDATE would fire them; the copying of a rebuild doesn't.
    let fires = !present.triggers.is_empty() && plan.backfill(&after.name, name).is_some();
    if fires && plan.direction == Direction::Up {
        return Some(format!("{name} gets values, and the table has triggers"));
    }
    None
}
