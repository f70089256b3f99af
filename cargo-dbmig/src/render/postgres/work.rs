//! What is to be done to a table that stays.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{Column, Constraint, Deferrable, ForeignKey, Index, IndexKey, Name, ObjectName, Table};

use super::way::Way;

/// What is to be done to a table that stays.
pub(super) struct Work<'a> {
    /// The table before.
    pub(super) old: &'a Table,
    /// The table before, under the names that it has after.
    pub(super) present: &'a Table,
    /// The table after.
    pub(super) after: &'a Table,
    /// Columns that go, by their old names, and computed ones that are made anew.
    pub(super) dropped: Vec<&'a Column>,
    /// Columns that come, and computed ones that are made anew.
    pub(super) added: Vec<&'a Column>,
    /// Columns that change: before (under the new name) and after.
    pub(super) altered: Vec<(&'a Column, &'a Column)>,
    /// Constraints that go, by their old names.
    pub(super) lost: Vec<Constraint>,
    /// Constraints that come.
    pub(super) new: Vec<Constraint>,
    /// Constraints that get another name: old to new.
    pub(super) renamed: BTreeMap<Name, Name>,
    /// Indexes that go, by their old names.
    pub(super) lost_indexes: Vec<&'a Index>,
    /// Indexes that come.
    pub(super) new_indexes: Vec<&'a Index>,
    /// Indexes that get another name: old to new.
    pub(super) renamed_indexes: BTreeMap<Name, Name>,
    /// Constraints that rows which were there were exempt from, and aren't any more.
    pub(super) validated: Vec<Name>,
}

/// Columns, by their names after, that can't stay as they are while what mentions them stays: those whose type changes,
/// and those that are made anew.
pub(super) type Shaken = BTreeMap<ObjectName, BTreeSet<Name>>;

/// What changes of each table that stays.
pub(super) fn works(way: &Way) -> Vec<Work<'_>> {
    let shaken = shaken(way);
    let all = way.tables.iter().filter_map(|(name, origin)| {
        let old = way.before.tables.get(&origin.table)?;
        Some((old, way.renamed.tables.get(name)?, way.after.tables.get(name)?))
    });
    let refers = |table: &Table, is_concerned: &dyn Fn(&ObjectName) -> bool| {
        table.foreign_keys.iter().any(|key| is_concerned(&key.table))
    };
    // What a parent loses an heir may keep, as its own.
    let follows = |table: &Table| {
        let both = |name| Some((way.renamed.tables.get(name)?, way.after.tables.get(name)?));
        table.options.parents().filter_map(both).any(|(present, after)| !std::ptr::eq(present, after))
    };
    // What nothing touched is shared by all three schemas.
    let changes = |old: &Table, present: &Table, after: &Table| {
        let is_same = std::ptr::eq(old, after) && std::ptr::eq(present, after) && !follows(after);
        !is_same || !way.remade.is_empty() || refers(after, &|name| shaken.contains_key(name))
    };
    let make = |(old, present, after)| work(way, old, present, after, &shaken);
    let works: Vec<Work<'_>> =
        all.clone().filter(|(old, present, after)| changes(old, present, after)).map(make).collect();
    let keys: BTreeMap<ObjectName, Vec<Vec<Name>>> =
        works.iter().map(|one| (one.after.name.clone(), lost_keys(one))).filter(|(_, keys)| !keys.is_empty()).collect();
    if keys.is_empty() {
        return works;
    }
    let leans = |table: &Table| refers(table, &|name| keys.contains_key(name));
    let concerned = all.filter(|(old, present, after)| changes(old, present, after) || leans(present));
    let mut works: Vec<Work<'_>> = concerned.map(make).collect();
    works.iter_mut().for_each(|work| take_leaning(work, &keys));
    works
}

/// Whether a column's type becomes another one, lengths and precisions aside, or is made anew under its name.
pub(super) fn is_retyped(way: &Way, present: &Column, after: &Column) -> bool {
    let (from, to) = (&present.column_type, &after.column_type);
    from.name != to.name || from.schema != to.schema || from.array != to.array || super::types::is_remade(way, after)
}

fn shaken(way: &Way) -> Shaken {
    let mut shaken = Shaken::new();
    for name in way.tables.keys() {
        let (Some(present), Some(after)) = (way.renamed.tables.get(name), way.after.tables.get(name)) else { continue };
        if std::ptr::eq(present, after) && way.remade.is_empty() {
            continue;
        }
        let both = || after.columns.iter().filter_map(|column| Some((present.column(&column.name)?, column)));
        let mut names: BTreeSet<Name> =
            both().filter(|(from, to)| is_retyped(way, from, to)).map(|(_, to)| to.name.clone()).collect();
        // Lengths count for what is computed from a column: PostgreSQL alters no type under it.
        let altered = |name: &Name| {
            both().any(|(from, to)| {
                to.name == *name && (from.column_type != to.column_type || from.collation != to.collation)
            })
        };
        let gone = |column: &Column| {
            column.generated.as_ref().is_some_and(|one| {
                let tokens = one.expression.tokens().iter().filter_map(|token| token.name.as_ref());
                tokens.into_iter().any(|name| names.contains(name) || altered(name))
            })
        };
        let remade: Vec<Name> = both()
            .filter(|(from, to)| remakes(from, to) || gone(to) && to.generated.is_some())
            .map(|(_, to)| to.name.clone())
            .collect();
        names.extend(remade);
        if !names.is_empty() {
            shaken.insert(name.clone(), names);
        }
    }
    shaken
}

/// Whether a column has to be dropped and added to be computed so.
fn remakes(from: &Column, to: &Column) -> bool {
    to.generated.is_some() && from.generated != to.generated
}

fn work<'a>(way: &'a Way, old: &'a Table, present: &'a Table, after: &'a Table, shaken: &Shaken) -> Work<'a> {
    let none = BTreeSet::new();
    let own = shaken.get(&after.name).unwrap_or(&none);
    let mut work = Work {
        old,
        present,
        after,
        dropped: Vec::new(),
        added: Vec::new(),
        altered: Vec::new(),
        lost: Vec::new(),
        new: Vec::new(),
        renamed: BTreeMap::new(),
        lost_indexes: Vec::new(),
        new_indexes: Vec::new(),
        renamed_indexes: BTreeMap::new(),
        validated: Vec::new(),
    };
    columns(way, &mut work, own);
    let remade: BTreeSet<&Name> =
        work.added.iter().map(|column| &column.name).filter(|name| present.column(name).is_some()).collect();
    constraints(way, &mut work, own, &remade, shaken);
    indexes(way, &mut work, own, &remade);
    work
}

fn columns<'a>(way: &'a Way, work: &mut Work<'a>, shaken: &BTreeSet<Name>) {
    let (present, after) = (work.present, work.after);
    for (old, column) in work.old.columns.iter().zip(&present.columns) {
        let kept = after.column(&column.name);
        let goes = kept.is_none_or(|to| to.generated.is_some() && (remakes(column, to) || shaken.contains(&to.name)));
        if goes && !old.inherited {
            work.dropped.push(old);
        }
    }
    for column in after.columns.iter().filter(|column| !column.inherited) {
        match present.column(&column.name) {
            None => work.added.push(column),
            Some(from) if column.generated.is_some() && (remakes(from, column) || shaken.contains(&column.name)) => {
                work.added.push(column);
            }
            Some(from) if from != column || super::types::is_remade(way, column) => work.altered.push((from, column)),
            Some(_) => {}
        }
    }
}

fn constraints(way: &Way, work: &mut Work<'_>, own: &BTreeSet<Name>, remade: &BTreeSet<&Name>, shaken: &Shaken) {
    let is_shaken = |constraint: &Constraint| match constraint {
        Constraint::Check(check) => own.iter().any(|name| check.expression.mentions(name)),
        Constraint::ForeignKey(key) => {
            let referred = shaken.get(&key.table);
            let leans = |names: &BTreeSet<Name>| {
                key.referenced.is_empty() || key.referenced.iter().any(|name| names.contains(name))
            };
            key.columns.iter().any(|name| own.contains(name)) || referred.is_some_and(leans)
        }
        Constraint::Exclusion(one) => {
            let mentions = |name| one.elements.iter().any(|(column, _)| column.mentions(name));
            let limits = |name| one.predicate.as_ref().is_some_and(|predicate| predicate.mentions(name));
            own.iter().any(|name| mentions(name) || limits(name) || one.include.contains(name))
        }
        Constraint::PrimaryKey(key) => {
            remade.iter().any(|name| key.columns.iter().any(|one| one.mentions(name)) || key.include.contains(name))
        }
        Constraint::Unique(key) => {
            remade.iter().any(|name| key.columns.iter().any(|one| one.mentions(name)) || key.include.contains(name))
        }
    };
    let inherited = |table: &Table, schema, constraint: &Constraint| is_inherited(schema, table, constraint);
    let mut new: Vec<Constraint> =
        work.after.constraints().filter(|one| !inherited(work.after, &way.after, one)).collect();
    let mut gone: Vec<(Constraint, Constraint)> = Vec::new();
    for (old, present) in work.old.constraints().zip(work.present.constraints()) {
        if inherited(work.present, &way.renamed, &present) {
            continue;
        }
        match new.iter().position(|one| *one == present) {
            Some(at) if !is_shaken(&present) => drop(new.remove(at)),
            _ => gone.push((old, present)),
        }
    }
    for (old, present) in gone {
        let stays = !is_shaken(&present);
        let valid = without_exemption(&present);
        if let Some(at) = new.iter().position(|one| stays && valid.is_some() && Some(one) == valid.as_ref()) {
            work.validated.extend(new.remove(at).name().cloned());
            continue;
        }
        let nameless = present.clone().with_name(None);
        let same = |one: &Constraint| stays && one.name() != present.name() && one.clone().with_name(None) == nameless;
        match (new.iter().position(same), old.name()) {
            (Some(at), Some(from)) if new.get(at).is_some_and(|one| one.name().is_some()) => {
                let to = new.remove(at);
                work.renamed.extend(to.name().map(|to| (from.clone(), to.clone())));
            }
            _ => work.lost.push(old),
        }
    }
    work.new = new;
}

/// The constraint as it is once its rows have been looked at, if it exempts some.
fn without_exemption(constraint: &Constraint) -> Option<Constraint> {
    match constraint {
        Constraint::Check(check) if check.not_valid => {
            Some(Constraint::Check(dbmig_build::schema::Check { not_valid: false, ..check.clone() }))
        }
        Constraint::ForeignKey(key) if key.not_valid => {
            Some(Constraint::ForeignKey(ForeignKey { not_valid: false, ..key.clone() }))
        }
        _ => None,
    }
}

fn indexes<'a>(way: &'a Way, work: &mut Work<'a>, own: &BTreeSet<Name>, remade: &BTreeSet<&Name>) {
    let is_shaken = |index: &Index| {
        let in_expression = |name: &Name| {
            let column = |column: &dbmig_build::schema::IndexColumn| match &column.key {
                IndexKey::Expression(expression) => expression.mentions(name),
                IndexKey::Column(column_name) => column.operator_class.is_some() && column_name == name,
            };
            index.columns.iter().any(column) || index.predicate.as_ref().is_some_and(|one| one.mentions(name))
        };
        own.iter().any(in_expression) || remade.iter().any(|name| index.mentions(name))
    };
    let is_inherited = |schema, table: &Table, index: &Index| is_inherited_index(schema, table, index);
    let mut new: Vec<&Index> =
        work.after.indexes.iter().filter(|one| !is_inherited(&way.after, work.after, one)).collect();
    let mut gone = Vec::new();
    for (old, present) in work.old.indexes.iter().zip(&work.present.indexes) {
        if is_inherited(&way.renamed, work.present, present) {
            continue;
        }
        match new.iter().position(|one| *one == present) {
            Some(at) if !is_shaken(present) => drop(new.remove(at)),
            _ => gone.push((old, present)),
        }
    }
    for (old, present) in gone {
        let same =
            |one: &&Index| !is_shaken(present) && Index { name: present.name.clone(), ..(*one).clone() } == *present;
        match new.iter().position(same) {
            Some(at) => {
                let to = new.remove(at);
                work.renamed_indexes.insert(old.name.clone(), to.name.clone());
            }
            None => work.lost_indexes.push(old),
        }
    }
    work.new_indexes = new;
}

/// Whether a table has a constraint because its parent has it. Of several that are alike, a partition has as many from
/// its parent as that has, the first ones.
pub(super) fn is_inherited(schema: &dbmig_build::schema::Schema, table: &Table, constraint: &Constraint) -> bool {
    let is_partition = table.options.partition_of.is_some();
    let mut parents = table.options.parents().filter_map(|parent| schema.tables.get(parent));
    match constraint {
        Constraint::Check(check) => {
            parents.any(|parent| parent.checks.iter().any(|one| one.name == check.name && !one.no_inherit))
        }
        other if is_partition => {
            let nameless = other.clone().with_name(None);
            let is_alike = |one: &Constraint| one.clone().with_name(None) == nameless;
            let before = table.constraints().position(|one| one == *constraint);
            let before = table.constraints().take(before.unwrap_or(0)).filter(is_alike).count();
            parents.any(|parent| parent.constraints().filter(is_alike).count() > before)
        }
        _ => false,
    }
}

pub(super) fn is_inherited_index(schema: &dbmig_build::schema::Schema, table: &Table, index: &Index) -> bool {
    let parent = table.options.partition_of.as_ref().and_then(|one| schema.tables.get(&one.parent));
    let is_alike = |one: &&Index| Index { name: index.name.clone(), ..(*one).clone() } == *index;
    let before = table.indexes.iter().position(|one| one.name == index.name).unwrap_or(0);
    let before = table.indexes.iter().take(before).filter(is_alike).count();
    parent.is_some_and(|parent| parent.indexes.iter().filter(is_alike).count() > before)
}

/// The columns, by their names after, of each key that goes, if only to come again.
fn lost_keys(work: &Work<'_>) -> Vec<Vec<Name>> {
    let mut keys = Vec::new();
    // A foreign key leans on the first of several.
    let mut known: BTreeSet<BTreeSet<Name>> = BTreeSet::new();
    let mut look = |columns: &[dbmig_build::schema::IndexColumn], is_lost: bool| {
        let names: Vec<Name> = columns.iter().filter_map(|one| one.name().cloned()).collect();
        if known.insert(names.iter().cloned().collect()) && is_lost {
            keys.push(names);
        }
    };
    for (old, present) in work.old.constraints().zip(work.present.constraints()) {
        let columns = match &present {
            Constraint::PrimaryKey(key) if key.deferrable == Deferrable::No => &key.columns,
            Constraint::Unique(key) if key.deferrable == Deferrable::No => &key.columns,
            _ => continue,
        };
        look(columns, work.lost.contains(&old));
    }
    for (old, present) in work.old.indexes.iter().zip(&work.present.indexes) {
        if present.unique && present.predicate.is_none() {
            look(&present.columns, work.lost_indexes.iter().any(|one| one.name == old.name));
        }
    }
    keys
}

/// Foreign keys that lean on a key that goes are made anew.
fn take_leaning(work: &mut Work<'_>, keys: &BTreeMap<ObjectName, Vec<Vec<Name>>>) {
    let leans = |key: &ForeignKey| {
        let same = |columns: &Vec<Name>| {
            let (one, other): (BTreeSet<_>, BTreeSet<_>) = (columns.iter().collect(), key.referenced.iter().collect());
            one == other || key.referenced.is_empty()
        };
        keys.get(&key.table).is_some_and(|keys| keys.iter().any(same))
    };
    for (old, present) in work.old.foreign_keys.iter().zip(&work.present.foreign_keys) {
        let lost = Constraint::ForeignKey(old.clone());
        if !leans(present) || work.lost.contains(&lost) {
            continue;
        }
        let kept =
            work.after.foreign_keys.iter().find(|one| {
                ForeignKey { name: None, ..(*one).clone() } == ForeignKey { name: None, ..present.clone() }
            });
        if let Some(kept) = kept {
            work.lost.push(lost);
            work.new.push(Constraint::ForeignKey(kept.clone()));
            work.renamed.retain(|from, _| Some(from) != old.name.as_ref());
            work.validated.retain(|name| Some(name) != present.name.as_ref());
        }
    }
}
