//! What partitions' keys and indexes are called: PostgreSQL names what comes from a parent after the partition, by the
//! names that are free just then, and those that are to be others have to be said.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{
    Constraint, Index, IndexColumn, Name, ObjectName, Schema, Table, UserTypeKind, automatic, rename_order,
};

use super::definition::beside;
use super::script::Script;
use super::way::{Way, park};
use super::work::{Work, is_inherited, is_inherited_index};

/// A key or an index, whatever it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Like {
    Key(Constraint),
    Index(Index),
}

impl Like {
    fn key(one: &Constraint) -> Option<Like> {
        let is_named = matches!(one, Constraint::PrimaryKey(_) | Constraint::Unique(_));
        is_named.then(|| Like::Key(one.clone().with_name(None)))
    }

    /// Indexes have names always; here they have the one that is given.
    fn index(one: &Index, name: &Name) -> Like {
        Like::Index(Index { name: name.clone(), ..one.clone() })
    }

    /// Whether two differ in their names alone.
    fn is_like(&self, other: &Like) -> bool {
        match (self, other) {
            (Like::Index(one), Like::Index(other)) => Index { name: one.name.clone(), ..other.clone() } == *one,
            _ => self == other,
        }
    }

    fn uses(&self, column: &Name) -> bool {
        let is_in = |columns: &[IndexColumn], include: &[Name]| {
            columns.iter().any(|one| one.mentions(column)) || include.contains(column)
        };
        match self {
            Like::Key(Constraint::PrimaryKey(key)) => is_in(&key.columns, &key.include),
            Like::Key(Constraint::Unique(key)) => is_in(&key.columns, &key.include),
            Like::Key(_) => false,
            Like::Index(index) => index.mentions(column),
        }
    }
}

/// What a table has, with its names, keys first.
fn parts(table: &Table, same: &Name) -> Vec<(Name, Like)> {
    let keys = table.constraints().filter_map(|one| Some((one.name()?.clone(), Like::key(&one)?)));
    let indexes = table.indexes.iter().map(|one| (one.name.clone(), Like::index(one, same)));
    keys.chain(indexes).collect()
}

/// A name that PostgreSQL gives, and the one that is wanted.
struct Given {
    table: ObjectName,
    is_key: bool,
    given: ObjectName,
    wanted: ObjectName,
}

struct Names<'a> {
    schema: &'a Schema,
    /// By table, the partitions of it that there are.
    partitions: BTreeMap<&'a ObjectName, Vec<&'a Table>>,
    /// What relations and constraints are called.
    taken: BTreeSet<ObjectName>,
    given: Vec<Given>,
}

/// The names of what a new partition has of its parent.
pub(super) fn of_new(schema: &Schema, table: &Table) -> Vec<String> {
    let Some(parent) = table.options.partition_of.as_ref().and_then(|one| schema.tables.get(&one.parent)) else {
        return Vec::new();
    };
    let comes = |one: &Table, part: &(Name, Like)| one.name == table.name && comes_from_parent(schema, one, part);
    let tables = schema.tables.values();
    let mut names = Names::new(schema, tables, comes);
    names.partitions = BTreeMap::from([(&parent.name, vec![table])]);
    for (_, like) in parts(parent, &parent.name.name) {
        names.give(parent, &like);
    }
    names.renames()
}

/// The names of what partitions get of their parents' new keys and indexes, and of those that are made anew with the
/// types of columns.
pub(super) fn name_what_comes(script: &mut Script<'_>, works: &[Work<'_>]) {
    let way = script.way;
    let schema = &way.after;
    let mut comings: Vec<(&Work<'_>, Vec<Like>)> = Vec::new();
    let roots = || works.iter().filter(|work| work.after.options.partition_by.is_some());
    for work in roots() {
        let is_remade = |like: &Like| {
            let mut columns = work.altered.iter().filter(|(from, to)| is_retyped(way, from, to));
            columns.any(|(_, column)| like.uses(&column.name))
        };
        let there = parts(work.present, &work.after.name.name).into_iter().map(|(_, like)| like);
        let after: Vec<Like> = parts(work.after, &work.after.name.name).into_iter().map(|(_, like)| like).collect();
        comings.push((work, there.filter(|like| after.contains(like) && is_remade(like)).collect()));
    }
    for work in roots() {
        let keys = work.new.iter().filter_map(Like::key);
        let indexes = work.new_indexes.iter().map(|one| Like::index(one, &work.after.name.name));
        comings.push((work, keys.chain(indexes).collect()));
    }
    if comings.iter().all(|(_, likes)| likes.is_empty()) {
        return;
    }
    let all: BTreeMap<&ObjectName, &Work<'_>> = works.iter().map(|one| (&one.after.name, one)).collect();
    let comes = |table: &Table, (name, like): &(Name, Like)| {
        let comes_down = || {
            let mut above = comings.iter().filter(|(work, _)| ancestors(schema, table).any(|one| one == work.after));
            above.any(|(_, likes)| likes.iter().any(|one| one.is_like(like)))
        };
        let is_new = all.get(&table.name).is_some_and(|work| {
            let is_it = |one: &Constraint| one.name() == Some(name);
            work.new.iter().any(is_it) || work.new_indexes.iter().any(|one| one.name == *name)
        });
        is_new || comes_from_parent(schema, table, &(name.clone(), like.clone())) && comes_down()
    };
    let stay = schema.tables.values().filter(|table| way.tables.contains_key(&table.name));
    let mut names = Names::new(schema, stay, comes);
    for (work, likes) in &comings {
        for like in likes {
            let parts = parts(work.after, &work.after.name.name);
            let own = parts.iter().filter(|(_, one)| one == like).map(|(name, _)| beside(&work.after.name, name));
            names.taken.extend(own);
            names.give(work.after, like);
        }
    }
    names.renames().into_iter().for_each(|statement| script.push(&[], statement));
}

/// Whether PostgreSQL alters a column's type.
fn is_retyped(way: &Way, from: &dbmig_build::schema::Column, to: &dbmig_build::schema::Column) -> bool {
    from.column_type != to.column_type || from.collation != to.collation || super::work::is_retyped(way, from, to)
}

/// The table of which a partition is a part, and those of which that is one.
fn ancestors<'a>(schema: &'a Schema, table: &'a Table) -> impl Iterator<Item = &'a Table> {
    let parent = |table: &&'a Table| schema.tables.get(&table.options.partition_of.as_ref()?.parent);
    std::iter::successors(parent(&table), parent)
}

fn comes_from_parent(schema: &Schema, table: &Table, (name, like): &(Name, Like)) -> bool {
    match like {
        Like::Key(one) => is_inherited(schema, table, &one.clone().with_name(Some(name.clone()))),
        Like::Index(one) => is_inherited_index(schema, table, &Index { name: name.clone(), ..one.clone() }),
    }
}

impl<'a> Names<'a> {
    /// The names of all that there is beside what comes.
    fn new(
        schema: &'a Schema,
        tables: impl Iterator<Item = &'a Table>,
        comes: impl Fn(&Table, &(Name, Like)) -> bool,
    ) -> Names<'a> {
        let composite = schema.types.values().filter(|one| matches!(one.kind, UserTypeKind::Composite(_)));
        let mut taken: BTreeSet<ObjectName> = composite.map(|one| one.name.clone()).collect();
        taken.extend(schema.sequences.keys().chain(schema.views.keys()).cloned());
        let mut partitions: BTreeMap<&ObjectName, Vec<&Table>> = BTreeMap::new();
        for table in tables {
            taken.insert(table.name.clone());
            let there = parts(table, &table.name.name).into_iter().filter(|part| !comes(table, part));
            taken.extend(there.map(|(name, _)| beside(&table.name, &name)));
            if let Some(partition) = &table.options.partition_of {
                partitions.entry(&partition.parent).or_default().push(table);
            }
        }
        Names { schema, partitions, taken, given: Vec::new() }
    }

    /// Gives names to what partitions have of one of a table's parts.
    fn give(&mut self, table: &Table, like: &Like) {
        for partition in self.partitions.get(&table.name).cloned().unwrap_or_default() {
            let is_left = |name: &ObjectName| self.given.iter().all(|one| one.wanted != *name);
            let found = parts(partition, &partition.name.name).into_iter().find(|part| {
                part.1.is_like(like)
                    && is_left(&beside(&partition.name, &part.0))
                    && comes_from_parent(self.schema, partition, part)
            });
            let Some((wanted, like)) = found else { continue };
            let given = self.free(partition, &like);
            self.taken.insert(given.clone());
            let (table, is_key) = (partition.name.clone(), matches!(like, Like::Key(_)));
            let wanted = beside(&table, &wanted);
            self.given.push(Given { table, is_key, given, wanted });
            self.give(partition, &like);
        }
    }

    /// The name that PostgreSQL gives.
    fn free(&self, table: &Table, like: &Like) -> ObjectName {
        let (columns, label) = match like {
            Like::Key(Constraint::Unique(key)) => (automatic::index_columns(&key.columns, &key.include), "key"),
            Like::Key(_) => (Vec::new(), "pkey"),
            Like::Index(one) => (automatic::index_columns(&one.columns, &one.include), "idx"),
        };
        let second = automatic::addition(columns.iter().map(String::as_str));
        let second = (!columns.is_empty()).then_some(second.as_str());
        let mut label = label.to_owned();
        let stem = label.clone();
        let mut number = 0_usize;
        loop {
            let text = automatic::joined(table.name.name.as_str(), second, &label);
            let name = beside(&table.name, &table.name.name.renamed(&text));
            if !self.taken.contains(&name) {
                return name;
            }
            number += 1;
            label = format!("{stem}{number}");
        }
    }

    /// What makes of the names that are given those that are wanted.
    fn renames(self) -> Vec<String> {
        let others = self.given.iter().filter(|one| one.given != one.wanted);
        let moves = others.map(|one| (one.given.clone(), one.wanted.clone())).collect();
        let statement = |(from, to): (ObjectName, ObjectName)| {
            let one = self.given.iter().find(|one| one.given == from || one.wanted == to)?;
            let to = to.name.sql();
            Some(match one.is_key {
                true => format!("ALTER TABLE {} RENAME CONSTRAINT {} TO {to};", one.table.sql(), from.name.sql()),
                false => format!("ALTER INDEX {} RENAME TO {to};", from.sql()),
            })
        };
        rename_order(moves, park).into_iter().filter_map(statement).collect()
    }
}
