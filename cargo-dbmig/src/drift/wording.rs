//! A database's schema in the words of another one: what is the same in both is written as there, the rest as the
//! database has it. So that what is compared or rendered next are the differences that mean something.

use dbmig::Backend;
use dbmig_build::schema::{Check, Column, Exclusion, ForeignKey, Index, Name, Schema, Table, Unique};

use super::normal::{self, Expressions, comparable_in_order};

/// Writes `live` in the words of `other`. `kept` is `other` with its expressions as the database keeps them.
pub fn in_words_of(other: &Schema, kept: &Schema, live: &Schema, backend: Backend, expressions: Expressions) -> Schema {
    let (kept, alike) = comparable_in_order(kept, live, backend, expressions);
    let mut schema = live.clone();
    for (name, table) in &mut schema.tables {
        let found = (other.tables.get(name), kept.tables.get(name), alike.tables.get(name));
        if let (Some(words), Some(kept), Some(alike)) = found {
            reword(table, words, kept, alike, expressions);
        }
    }
    // No model or diff says what is in a view.
    schema.views.clone_from(&other.views);
    for (name, one) in &mut schema.types {
        if let Some(words) = other.types.get(name).filter(|_| kept.types.get(name) == alike.types.get(name)) {
            one.clone_from(words);
        }
    }
    for (name, one) in &mut schema.sequences {
        if let Some(words) = other.sequences.get(name).filter(|_| kept.sequences.get(name) == alike.sequences.get(name))
        {
            one.clone_from(words);
        }
    }
    schema
}

/// `words` and `kept` are one table, and so are `table` and `alike`: the second ones in the form to compare.
fn reword(table: &mut Table, words: &Table, kept: &Table, alike: &Table, expressions: Expressions) {
    let columns = alike.columns.iter().enumerate().map(|(at, column)| {
        let other = kept.columns.iter().position(|other| other.name == column.name);
        let same = other.filter(|&other| kept.columns[other] == *column);
        match same.and_then(|other| words.columns.get(other)) {
            Some(words) => words.clone(),
            // What the server chose by itself is left out there, which is right for what is written next.
            None if expressions == Expressions::AsKept => column.clone(),
            None => table.columns.get(at).unwrap_or(column).clone(),
        }
    });
    table.columns = columns.collect::<Vec<Column>>();
    let key = |table: &Table| table.primary_key.clone();
    let unnamed = |table: &Table| key(table).map(|key| dbmig_build::schema::PrimaryKey { name: None, ..key });
    let nameless = kept.primary_key.as_ref().is_some_and(|key| key.name.is_none())
        || alike.primary_key.as_ref().is_some_and(|key| key.name.is_none());
    if key(kept) == key(alike) || nameless && unnamed(kept) == unnamed(alike) {
        table.primary_key.clone_from(&words.primary_key);
    }
    let name = |one: &Unique| one.name.clone();
    reword_all(&mut table.uniques, &words.uniques, (&kept.uniques, &alike.uniques), name, |one| Unique {
        name: None,
        ..one
    });
    let name = |one: &ForeignKey| one.name.clone();
    let lists = (kept.foreign_keys.as_slice(), alike.foreign_keys.as_slice());
    reword_all(&mut table.foreign_keys, &words.foreign_keys, lists, name, |one| ForeignKey { name: None, ..one });
    let name = |one: &Check| one.name.clone();
    reword_all(&mut table.checks, &words.checks, (&kept.checks, &alike.checks), name, |one| Check {
        name: None,
        ..one
    });
    let name = |one: &Exclusion| one.name.clone();
    let lists = (kept.exclusions.as_slice(), alike.exclusions.as_slice());
    reword_all(&mut table.exclusions, &words.exclusions, lists, name, |one| Exclusion { name: None, ..one });
    let name = |one: &Index| Some(one.name.clone());
    reword_all(&mut table.indexes, &words.indexes, (&kept.indexes, &alike.indexes), name, |one| one);
    if normal::options(&kept.options, &alike.options).is_empty() {
        table.options.clone_from(&words.options);
    }
    table.triggers.clone_from(&words.triggers);
}

/// Writes those of a list that are the same in both as the other list has them. Where a name isn't stated, any is as
/// good.
fn reword_all<T: Clone + PartialEq>(
    list: &mut [T],
    words: &[T],
    (kept, alike): (&[T], &[T]),
    name: impl Fn(&T) -> Option<Name>,
    unnamed: impl Fn(T) -> T,
) {
    let mut left: Vec<usize> = (0..kept.len().min(words.len())).collect();
    for exactly in [true, false] {
        for (one, alike) in list.iter_mut().zip(alike) {
            let is_same = |&at: &usize| {
                let kept = &kept[at];
                let any_name = name(kept).is_none() || name(alike).is_none();
                if exactly { kept == alike } else { any_name && unnamed(kept.clone()) == unnamed(alike.clone()) }
            };
            if let Some(place) = left.iter().position(is_same) {
                one.clone_from(&words[left.remove(place)]);
            }
        }
    }
}
