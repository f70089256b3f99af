//! Labels: `mood.sad=gloomy` for the enum `mood`, `users.mood.sad=gloomy` where a column lists them.

use dbmig::Backend;
use dbmig_build::diff::{self, Rename};
use dbmig_build::schema::{Name, ObjectName, Renames, UserType, UserTypeKind};

use super::{Sides, find_column, missing, pair};
use crate::commands::migrate::named::is_named;
use crate::error::Error;

/// What `value:` says.
///
/// # Errors
///
/// Labels that no enum has, or that only change places.
pub(super) fn of(
    text: &str,
    left: &str,
    new: &str,
    sides: &Sides<'_>,
    renames: &Renames,
) -> Result<Vec<Rename>, Error> {
    let found = find(text, left, new, sides, renames)?;
    if found.is_empty() {
        let error = missing(text, "no enum of the chain and the models has these labels".to_owned());
        let holders = left.match_indices('.').flat_map(|(at, _)| holders(&left[..at], sides, renames));
        let labels: Vec<String> = holders.flat_map(|one| [one.before.join(", "), one.after.join(", ")]).collect();
        return Err(match labels.as_slice() {
            [before, after, ..] => error.help(format!("its labels are {before}, and are to be {after}")),
            _ => error.help("--rename mood.sad=gloomy, or of a column that lists them: users.mood.sad=gloomy"),
        });
    }
    Ok(found)
}

/// Whether a text begins with the name of an enum, and of no table.
pub(super) fn names_enum(text: &str, sides: &Sides<'_>) -> bool {
    let Some((name, _)) = text.split_once('.') else { return false };
    let mut enums = sides.before.types.keys().chain(sides.desired.types.keys()).chain(sides.enums.keys());
    let mut tables = sides.before.tables.keys().chain(sides.desired.tables.keys());
    enums.any(|one| is_named(one, name)) && !tables.any(|one| is_named(one, name))
}

/// The labels that a text names, in the type or in every column that holds them; none where it names none.
///
/// # Errors
///
/// Labels that only change places.
pub(super) fn find(
    text: &str,
    left: &str,
    new: &str,
    sides: &Sides<'_>,
    renames: &Renames,
) -> Result<Vec<Rename>, Error> {
    // A label may hold any letter, the type's name rarely holds a dot.
    for (at, _) in left.match_indices('.') {
        let (name, old) = (&left[..at], &left[at + 1..]);
        let mut found = Vec::new();
        for one in holders(name, sides, renames) {
            let has = |labels: &[String], label: &str| labels.iter().any(|one| one == label);
            if !has(&one.before, old) || !has(&one.after, new) {
                continue;
            }
            if has(&one.before, new) && has(&one.after, old) {
                let error = missing(text, format!("`{old}` and `{new}` are labels before and after"));
                let help = "nothing would tell labels that changed places from those that didn't: go over a third one, in \
                            two migrations";
                return Err(error.help(help));
            }
            found.push(one.rename(old, new));
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// What has labels, before and after.
struct Holder {
    name: Held,
    before: Vec<String>,
    after: Vec<String>,
}

enum Held {
    Type(ObjectName),
    Column(ObjectName, Name),
}

impl Holder {
    fn rename(self, old: &str, new: &str) -> Rename {
        let (from, to) = (old.to_owned(), new.to_owned());
        match self.name {
            Held::Type(name) => Rename::EnumValue { name, from, to },
            Held::Column(table, column) => Rename::Value { table, column, from, to },
        }
    }
}

/// The type of a name; where enums are no types, the columns of one, or the column of that name.
fn holders(name: &str, sides: &Sides<'_>, renames: &Renames) -> Vec<Holder> {
    let old_type = |one: &UserType| renames.types.get(&one.name).unwrap_or(&one.name).clone();
    let is_it = |one: &&UserType| is_named(&one.name, name) || is_named(&old_type(one), name);
    let of_type = |after: &UserType| {
        let before = sides.before.types.get(&old_type(after))?;
        match (&before.kind, &after.kind) {
            (UserTypeKind::Enum(before), UserTypeKind::Enum(labels)) => {
                Some(Holder { name: Held::Type(after.name.clone()), before: before.clone(), after: labels.clone() })
            }
            _ => None,
        }
    };
    let types: Vec<Holder> = sides.desired.types.values().filter(is_it).filter_map(of_type).collect();
    if !types.is_empty() {
        return types;
    }
    let of_enum = sides.enums.iter().filter(|(one, _)| is_named(one, name)).flat_map(|(_, columns)| columns);
    let columns: Vec<Holder> = of_enum.filter_map(|(table, column)| of_column(table, column, sides, renames)).collect();
    if !columns.is_empty() {
        return columns;
    }
    let of_name = || {
        let (owner, text) = name.rsplit_once('.')?;
        let (_, after) = pair(owner, sides.before, sides.desired, renames)?;
        let by_old = |column: &&Name| {
            let old = renames.columns.get(&(after.name.clone(), (*column).clone()));
            old.is_some_and(|old| old.as_str() == text || old.key() == text)
        };
        let column = after.columns.iter().map(|one| &one.name).find(by_old).or_else(|| find_column(after, text))?;
        of_column(&after.name, column, sides, renames)
    };
    of_name().into_iter().collect()
}

fn of_column(table: &ObjectName, column: &Name, sides: &Sides<'_>, renames: &Renames) -> Option<Holder> {
    // There a check is a check.
    if column.backend() == Backend::Postgres {
        return None;
    }
    let old = sides.before.tables.get(renames.tables.get(table).unwrap_or(table))?;
    let old_column = renames.columns.get(&(table.clone(), column.clone())).filter(|name| old.column(name).is_some());
    let before = diff::labels(old, old_column.unwrap_or(column));
    let after = diff::labels(sides.desired.tables.get(table)?, column);
    Some(Holder { name: Held::Column(table.clone(), column.clone()), before, after })
}
