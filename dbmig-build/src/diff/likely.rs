//! Drops and adds that look like renames. Nothing is renamed for it: whoever asks shows them to a person.
//!
//! The rules, which are meant to find what a careful reader of the two schemas would ask about:
//!
//! - **Columns** of one table, one that goes and one that comes, of the same type: if their names are alike, or if they
//!   stand in the same place and agree in NULL, default, keys and references.
//! - **Tables**: if at least half of the columns (of the wider table) are the same and the names are alike, or three
//!   quarters and at least one that isn't part of the key; the same name in another schema counts as alike.
//! - **Types** of one kind: if half of their labels, attributes or whatever makes them are the same, or if columns that
//!   stay had the one and have the other.
//! - **Labels** of one enum, or of one column that lists them: if they are alike, or if they stand in the same place among those that stay.
//!
//! Names are alike if one begins with the other, if they share a word of three letters (`created`, `created_at`), or if
//! at most a third of the letters differ.

mod columns;
mod labels;
mod tables;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::nearest::nearest;
use crate::schema::{Name, ObjectName, Renames, Schema};

/// A drop and an add that are probably a rename.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likely {
    /// The rename that it would be.
    pub rename: Rename,
    /// What speaks for it, in words: "both are text, and the names share `name`".
    pub why: String,
}

/// A rename, to be stated or not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rename {
    /// Of a table.
    Table {
        /// Its name before.
        from: ObjectName,
        /// Its name after.
        to: ObjectName,
    },
    /// Of a column.
    Column {
        /// The table's name after.
        table: ObjectName,
        /// Its name before.
        from: Name,
        /// Its name after.
        to: Name,
    },
    /// Of a type.
    Type {
        /// Its name before.
        from: ObjectName,
        /// Its name after.
        to: ObjectName,
    },
    /// Of a label of an enum.
    EnumValue {
        /// The type's name after.
        name: ObjectName,
        /// The label before.
        from: String,
        /// The label after.
        to: String,
    },
    /// Of a label of an enum that is no type of its own, in a column.
    Value {
        /// The table's name after.
        table: ObjectName,
        /// The column's name after.
        column: Name,
        /// The label before.
        from: String,
        /// The label after.
        to: String,
    },
}

impl Rename {
    /// Adds it to what is stated.
    pub fn state(&self, renames: &mut Renames) {
        match self.clone() {
            Rename::Table { from, to } => drop(renames.tables.insert(to, from)),
            Rename::Column { table, from, to } => drop(renames.columns.insert((table, to), from)),
            Rename::Type { from, to } => drop(renames.types.insert(to, from)),
            Rename::EnumValue { name, from, to } => drop(renames.enum_values.insert((name, to), from)),
            Rename::Value { table, column, from, to } => drop(renames.values.insert((table, column, to), from)),
        }
    }

    /// What kind of thing it is about: `table`, `column`, `type`, `label`.
    pub fn noun(&self) -> &'static str {
        match self {
            Rename::Table { .. } => "table",
            Rename::Column { .. } => "column",
            Rename::Type { .. } => "type",
            Rename::EnumValue { .. } | Rename::Value { .. } => "label",
        }
    }

    /// The name before: `users`, `users.name`, `mood`, `mood.sad`, `users.mood.sad`. (The owner has its name after.)
    pub fn from(&self) -> String {
        match self {
            Rename::Table { from, .. } | Rename::Type { from, .. } => from.to_string(),
            Rename::Column { table, from, .. } => format!("{table}.{from}"),
            Rename::EnumValue { name, from, .. } => format!("{name}.{from}"),
            Rename::Value { table, column, from, .. } => format!("{table}.{column}.{from}"),
        }
    }

    /// The name after, without its owner: `people`, `full_name`, `temper`, `gloomy`.
    pub fn to(&self) -> String {
        match self {
            Rename::Table { to, .. } | Rename::Type { to, .. } => to.to_string(),
            Rename::Column { to, .. } => to.to_string(),
            Rename::EnumValue { to, .. } | Rename::Value { to, .. } => to.clone(),
        }
    }
}

impl fmt::Display for Rename {
    /// `column users.name -> full_name`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.noun(), self.from(), self.to())
    }
}

/// What looks like a rename between two schemas and isn't stated: tables, then columns of tables that stay, types, labels.
///
/// Everything that is in `before` and not in `after` is taken to go: a table that merely has no model belongs in
/// `after` only if it is to stay (see [`crate::target::likely_renames`]). Once a rename of a table or type has been
/// answered and stated, ask again: its columns or labels are compared only then.
pub fn likely_renames(before: &Schema, after: &Schema, renames: &Renames) -> Vec<Likely> {
    let mut found = tables::find(before, after, renames);
    found.extend(columns::find(before, after, renames));
    found.extend(types::find(before, after, renames));
    found.extend(labels::of_columns(before, after, renames));
    found
}

/// A pair of one that goes and one that comes, by their places in two lists.
struct Candidate {
    from: usize,
    to: usize,
    /// How much speaks for it; the most is taken first.
    score: usize,
    why: Vec<String>,
}

/// The best candidates, each thing in one of them at most, in the order of what goes.
fn chosen(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by_key(|one| (std::cmp::Reverse(one.score), one.from, one.to));
    let (mut from, mut to) = (BTreeSet::new(), BTreeSet::new());
    candidates.retain(|one| {
        let is_free = !from.contains(&one.from) && !to.contains(&one.to);
        if is_free {
            from.insert(one.from);
            to.insert(one.to);
        }
        is_free
    });
    candidates.sort_by_key(|one| one.from);
    candidates
}

fn likely(rename: Rename, why: &[String]) -> Likely {
    let why = match why.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{}, and {last}", rest.join(", ")),
        None => String::new(),
    };
    Likely { rename, why }
}

/// What makes two names alike, in words.
fn alike(one: &str, other: &str) -> Option<String> {
    let (a, b) = (one.to_lowercase(), other.to_lowercase());
    let (short, long) = if a.chars().count() <= b.chars().count() { (&a, &b) } else { (&b, &a) };
    let (words, others) = (words(one), words(other));
    if let Some(word) = words.iter().find(|word| word.chars().count() >= 3 && others.contains(*word)) {
        return Some(format!("the names share `{word}`"));
    }
    if short.chars().count() >= 3 && long.starts_with(short.as_str()) {
        return Some("one name begins with the other".to_owned());
    }
    nearest(one, [other]).map(|_| "the names are spelt alike".to_owned())
}

/// The words of a name, lower case, without the `s` of a plural.
fn words(name: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        let one = std::mem::take(word).to_lowercase();
        let singular = one.strip_suffix('s').filter(|rest| rest.len() >= 3).map(str::to_owned);
        words.insert(singular.unwrap_or(one));
    };
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower) {
            end(&mut word);
        }
        if letter.is_alphanumeric() {
            word.push(letter);
        }
        was_lower = letter.is_lowercase();
    }
    end(&mut word);
    words.remove("");
    words
}

/// The place of each of the things that don't stay: behind which one that stays, and as which of those that follow it.
fn places<T: Ord + Clone>(all: &[T], kept_as: impl Fn(&T) -> Option<T>) -> BTreeMap<T, (Option<T>, usize)> {
    let mut places = BTreeMap::new();
    let mut behind = None;
    let mut count = 0;
    for one in all {
        match kept_as(one) {
            Some(kept) => {
                behind = Some(kept);
                count = 0;
            }
            None => {
                places.insert(one.clone(), (behind.clone(), count));
                count += 1;
            }
        }
    }
    places
}

#[cfg(test)]
mod tests;
