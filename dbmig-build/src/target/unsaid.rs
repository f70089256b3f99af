//! What models have no words for: it stays as the chain has it.
//!
//! A model that says a foreign key and can't say that it isn't validated yet must not make it another one. What the
//! grammar of models learns to say leaves this file. A name that nobody stated counts as unsaid, too: what the chain
//! has under another name keeps that name, whatever the naming convention would make of it today.

use std::collections::BTreeSet;

use dbmig::Backend;

use crate::schema::{
    Check, Column, Exclusion, ForeignKey, Index, IndexColumn, Name, PrimaryKey, Schema, Table, TableOptions, Unique,
};

/// Takes over from the chain's table, under the same name, what the model's can't say; `unstated` are the names that
/// nobody stated.
pub(super) fn keep(before: &Table, after: &mut Table, unstated: &BTreeSet<&Name>, chain: &Schema) {
    keep_options(&before.options, &mut after.options, before.name.name.backend());
    for column in &mut after.columns {
        if let Some(before) = before.column(&column.name) {
            keep_column(before, column);
        }
    }
    if let (Some(before), Some(after)) = (&before.primary_key, &mut after.primary_key) {
        keep_key(before, after, unstated);
    }
    // A key that takes no NULL although nothing says so (SQLite's WITHOUT ROWID and STRICT tables).
    let implied = after.options.without_rowid || after.options.strict;
    let key: Vec<Name> =
        after.primary_key.iter().flat_map(|key| &key.columns).filter_map(|one| one.name().cloned()).collect();
    for column in after.columns.iter_mut().filter(|column| implied && key.contains(&column.name)) {
        column.nullable |= before.column(&column.name).is_some_and(|before| before.nullable);
    }
    pair(&before.uniques, &mut after.uniques, unstated, is_same_unique);
    let is_same = |one: &ForeignKey, other: &ForeignKey| is_same_reference(one, other, chain);
    pair(&before.foreign_keys, &mut after.foreign_keys, unstated, is_same);
    pair(&before.checks, &mut after.checks, unstated, |one, other| {
        one.expression == other.expression
            && one.no_inherit == other.no_inherit
            && one.not_enforced == other.not_enforced
    });
    pair(&before.exclusions, &mut after.exclusions, unstated, |one, other| {
        *one == Exclusion { name: one.name.clone(), ..other.clone() }
    });
    pair(&before.indexes, &mut after.indexes, unstated, |one, other| {
        *one == Index { name: one.name.clone(), ..other.clone() }
    });
}

/// Something with a name and with facts that models can't say.
trait Part {
    fn name(&self) -> Option<&Name>;

    fn rename(&mut self, name: Name);

    /// Takes over what models can't say.
    fn keep(&mut self, before: &Self);
}

/// Finds what each of `after` was before, and takes over from it what models can't say: of what has the same name, or
/// no name, or of what is the same where nobody stated a name, and then the name with it.
fn pair<T: Part>(before: &[T], after: &mut [T], unstated: &BTreeSet<&Name>, is_same: impl Fn(&T, &T) -> bool) {
    let mut left: Vec<&T> = before.iter().collect();
    let mut found: Vec<Option<&T>> = after
        .iter()
        .map(|one| {
            claim(&mut left, |other| other.name().is_some() && other.name() == one.name() && is_same(other, one))
        })
        .collect();
    for (one, found) in after.iter().zip(&mut found) {
        let is_free = one.name().is_some_and(|name| unstated.contains(name));
        if found.is_none() {
            *found = claim(&mut left, |other| (is_free || other.name().is_none()) && is_same(other, one));
        }
    }
    for (one, found) in after.iter_mut().zip(&found) {
        let Some(found) = found else { continue };
        let is_free = one.name().is_some_and(|name| unstated.contains(name));
        one.keep(found);
        if let Some(name) = found.name().filter(|_| is_free) {
            one.rename(name.clone());
        }
    }
    // What is new gives way to the names that stayed.
    let mut taken: BTreeSet<Name> = after
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_some())
        .filter_map(|(one, _)| one.name().cloned())
        .collect();
    for (one, _) in after.iter_mut().zip(&found).filter(|(_, found)| found.is_none()) {
        let Some(name) = one.name().cloned() else { continue };
        let is_free = unstated.contains(&name);
        let numbered = (1..).map(|number| name.renamed(&format!("{name}{number}")));
        let mut candidates = std::iter::once(name.clone()).chain(numbered);
        let fresh = candidates.find(|name| !is_free || !taken.contains(name)).unwrap_or(name);
        taken.insert(fresh.clone());
        one.rename(fresh);
    }
}

fn claim<'a, T>(left: &mut Vec<&'a T>, is_it: impl Fn(&T) -> bool) -> Option<&'a T> {
    let at = left.iter().position(|one| is_it(one))?;
    Some(left.remove(at))
}

impl Part for Unique {
    fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    fn rename(&mut self, name: Name) {
        self.name = Some(name);
    }

    fn keep(&mut self, before: &Unique) {
        self.on_conflict = before.on_conflict;
    }
}

impl Part for ForeignKey {
    fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    fn rename(&mut self, name: Name) {
        self.name = Some(name);
    }

    fn keep(&mut self, before: &ForeignKey) {
        self.referenced.clone_from(&before.referenced);
        self.not_valid = before.not_valid;
        // SQLite reads it and does nothing with it.
        if self.match_type.is_none() && before.table.name.backend() == Backend::Sqlite {
            self.match_type.clone_from(&before.match_type);
        }
    }
}

impl Part for Check {
    fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    fn rename(&mut self, name: Name) {
        self.name = Some(name);
    }

    fn keep(&mut self, before: &Check) {
        self.on_conflict = before.on_conflict;
        self.not_valid = before.not_valid;
    }
}

impl Part for Exclusion {
    fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    fn rename(&mut self, name: Name) {
        self.name = Some(name);
    }

    fn keep(&mut self, _before: &Exclusion) {}
}

impl Part for Index {
    fn name(&self) -> Option<&Name> {
        Some(&self.name)
    }

    fn rename(&mut self, name: Name) {
        self.name = name;
    }

    fn keep(&mut self, _before: &Index) {}
}

/// What nobody wants to say of every table (MySQL's engine and character set) stays where it isn't said.
fn keep_options(before: &TableOptions, after: &mut TableOptions, backend: Backend) {
    let said = std::mem::take(after);
    // MySQL's ROW_FORMAT and its like have no words.
    let parameters = if backend == Backend::Mysql { before.parameters.clone() } else { said.parameters };
    *after = TableOptions {
        without_rowid: said.without_rowid,
        strict: said.strict,
        unlogged: said.unlogged,
        parameters,
        engine: said.engine.or_else(|| before.engine.clone()),
        character_set: said.character_set.or_else(|| before.character_set.clone()),
        collation: said.collation.or_else(|| before.collation.clone()),
        ..before.clone()
    };
}

fn keep_column(before: &Column, after: &mut Column) {
    if !after.nullable {
        after.not_null_conflict = before.not_null_conflict;
    }
    if after.character_set.is_none() {
        after.character_set.clone_from(&before.character_set);
    }
    after.inherited = before.inherited;
}

/// A table has one key: it keeps its name even if it becomes another one.
fn keep_key(before: &PrimaryKey, after: &mut PrimaryKey, unstated: &BTreeSet<&Name>) {
    let names = |key: &PrimaryKey| key.columns.iter().map(|one| one.name().cloned()).collect::<Vec<_>>();
    let is_free = after.name.as_ref().is_none_or(|name| unstated.contains(name));
    if is_free && (before.name.is_some() || names(before) == names(after)) {
        after.name.clone_from(&before.name);
    }
    if names(before) == names(after) {
        let is_plain =
            after.columns.iter().all(|one| one.name().is_some_and(|name| *one == IndexColumn::column(name.clone())));
        if is_plain {
            after.columns.clone_from(&before.columns);
        }
        after.on_conflict = before.on_conflict;
        after.inline_desc = before.inline_desc;
    }
}

fn is_same_unique(one: &Unique, other: &Unique) -> bool {
    *one == Unique { name: one.name.clone(), on_conflict: one.on_conflict, ..other.clone() }
}

/// Whether two references lead from the same columns to the same ones; none named are those of the parent's key.
fn is_same_reference(before: &ForeignKey, after: &ForeignKey, chain: &Schema) -> bool {
    let key: Vec<Name> = chain
        .tables
        .get(&before.table)
        .and_then(|parent| parent.primary_key.as_ref())
        .into_iter()
        .flat_map(|key| key.columns.iter().filter_map(|column| column.name().cloned()))
        .collect();
    let referenced = |one: &ForeignKey| if one.referenced.is_empty() { key.clone() } else { one.referenced.clone() };
    before.columns == after.columns && before.table == after.table && referenced(before) == referenced(after)
}
