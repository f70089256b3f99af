//! One script: its statements in an order in which each finds what it needs.
//!
//! What goes is taken down under the old names, then everything gets its new name, then what comes is built up. Types
//! and sequences come before columns that use them, and go after.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{Constraint, Index, Name, ObjectName, Table, parents_first, rename_order};

use super::super::RenderError;
use super::super::plan::Direction;
use super::super::text::{column, comment, one_line};
use super::definition::{Lock, beside, create_index, drop_index};
use super::fill::Fill;
use super::table::{add_constraint, drop_constraint};
use super::way::{Way, column_moves, label_moves, moves, park};
use super::work::{Work, is_inherited, works};
use super::{build, counting, objects, partition, partition_name, view};

/// Renders one script; adds to `notes` what the author should know of it.
pub(super) fn script(way: &Way, notes: &mut Vec<String>, lock: Lock) -> Result<String, RenderError> {
    let works = works(way);
    let mut script = Script { blocks: Vec::new(), way, notes, todo: None, lock };
    objects::create_namespaces(&mut script);
    let views = view::in_the_way(way, &works);
    view::take_down(&mut script, &works, &views);
    script.drop_references(&works);
    let tables_first = script.leans_on_lost_keys(&works);
    if !tables_first {
        script.drop_constraints(&works);
    }
    objects::free_sequences(&mut script);
    counting::stop(&mut script, &works);
    build::leave_parents(&mut script, &works)?;
    script.drop_tables();
    if tables_first {
        script.drop_constraints(&works);
    }
    script.drop_columns(&works);
    script.rename(&works);
    objects::prepare_types(&mut script)?;
    objects::create_sequences(&mut script);
    build::alter_tables(&mut script, &works);
    partition::alter(&mut script, &works);
    partition_name::name_what_comes(&mut script, &works);
    build::create_tables(&mut script);
    counting::start(&mut script, &works);
    build::add_references(&mut script, &works);
    build::alter_options(&mut script, &works)?;
    objects::finish_types(&mut script);
    objects::finish_sequences(&mut script);
    view::build_up(&mut script, &works, &views);
    objects::drop_namespaces(&mut script);
    let blocks = script.blocks;
    Ok(if blocks.is_empty() { String::new() } else { blocks.join("\n\n") + "\n" })
}

/// What is to be said of a column whose rows wait for a person's word.
pub(super) fn todo_note(place: &str) -> String {
    format!("`{place}` needs a value for existing rows: up.sql has a todo, and the build fails until it is gone")
}

/// A script that is being written.
pub(super) struct Script<'a> {
    /// Statements that belong together, with the comment over them.
    pub(super) blocks: Vec<String>,
    pub(super) way: &'a Way,
    pub(super) notes: &'a mut Vec<String>,
    /// A directive for the statement that comes next.
    pub(super) todo: Option<String>,
    /// How indexes are made and dropped.
    pub(super) lock: Lock,
}

impl Script<'_> {
    pub(super) fn push(&mut self, comments: &[String], statement: impl AsRef<str>) {
        let lines = comments.iter().map(|text| comment(text)).chain([statement.as_ref().to_owned()]);
        self.blocks.push(lines.collect::<Vec<_>>().join("\n"));
    }

    /// Marks what a person has to decide in the statement that comes next.
    pub(super) fn todo(&mut self, question: &str) {
        self.todo = Some(format!("-- dbmig: todo {}\n", one_line(question)));
    }

    pub(super) fn note_todo(&mut self, table: &ObjectName, name: &Name, value: &Fill) {
        if value.todo.is_some() {
            self.notes.push(todo_note(&column(table, name)));
        }
    }

    /// Makes an index, of a table or a materialized view.
    pub(super) fn create_index(&mut self, table: &ObjectName, index: &Index) {
        let why = format!(
            "CONCURRENTLY: writes to {table} go on while it is built. It has to stand alone, outside a transaction."
        );
        let comments: Vec<String> = (self.lock == Lock::Concurrent).then_some(why).into_iter().collect();
        self.push(&comments, create_index(table, index, self.lock));
    }

    /// Drops an index.
    pub(super) fn drop_index(&mut self, table: &ObjectName, index: &Index) {
        let why = format!(
            "CONCURRENTLY: nobody who uses {table} has to wait for it. It has to stand alone, outside a transaction."
        );
        let comments: Vec<String> = (self.lock == Lock::Concurrent).then_some(why).into_iter().collect();
        self.push(&comments, drop_index(table, index, self.lock));
    }

    /// Adds a constraint to a table that is there.
    pub(super) fn add_constraint(&mut self, table: &ObjectName, one: &Constraint) {
        let is_soon_valid = one.name().is_some_and(|name| self.way.soon.contains(&(table.clone(), name.clone())));
        let why = "NOT VALID: the rows that are there are looked at by a later revision, which locks nobody out.";
        let comments: Vec<String> = is_soon_valid.then(|| why.to_owned()).into_iter().collect();
        self.push(&comments, add_constraint(table, one));
    }

    /// Foreign keys first, since they lean on keys.
    fn drop_references(&mut self, works: &[Work<'_>]) {
        for work in works {
            for one in work.lost.iter().filter(|one| matches!(one, Constraint::ForeignKey(_))) {
                drop_constraint(&work.old.name, one).into_iter().for_each(|text| self.push(&[], text));
            }
        }
    }

    /// Whether a table that goes refers to a key that goes.
    fn leans_on_lost_keys(&self, works: &[Work<'_>]) -> bool {
        let is_key = |one: &Constraint| matches!(one, Constraint::PrimaryKey(_) | Constraint::Unique(_));
        let loses = |work: &&Work<'_>| work.lost.iter().any(is_key) || work.lost_indexes.iter().any(|one| one.unique);
        let losers: BTreeSet<&ObjectName> = works.iter().filter(loses).map(|work| &work.old.name).collect();
        let refers = |table: &&Table| table.foreign_keys.iter().any(|key| losers.contains(&key.table));
        !losers.is_empty() && self.way.dropped().iter().any(refers)
    }

    fn drop_constraints(&mut self, works: &[Work<'_>]) {
        for work in works {
            for one in work.lost.iter().filter(|one| !matches!(one, Constraint::ForeignKey(_))) {
                drop_constraint(&work.old.name, one).into_iter().for_each(|text| self.push(&[], text));
            }
            for index in &work.lost_indexes {
                self.drop_index(&work.old.name, index);
            }
        }
    }

    fn drop_tables(&mut self) {
        let dropped = self.way.dropped();
        let mut left: BTreeSet<&ObjectName> = dropped.iter().map(|table| &table.name).collect();
        // Partitions and heirs before the tables that they come from, and what counts by a table's sequence before it.
        let mut ordered = build::origins_first(&self.way.before, parents_first(&dropped));
        ordered.reverse();
        let mut referrers: BTreeMap<&ObjectName, Vec<&Table>> = BTreeMap::new();
        for one in &dropped {
            let parents: BTreeSet<&ObjectName> = one.foreign_keys.iter().map(|key| &key.table).collect();
            parents.into_iter().for_each(|parent| referrers.entry(parent).or_default().push(one));
        }
        let mut freed: BTreeSet<(&ObjectName, Option<Name>)> = BTreeSet::new();
        let counted = counting::Counted::new(&self.way.before, &dropped);
        for table in ordered {
            left.remove(&table.name);
            counted.free(self, table, |other| left.contains(other));
            // A key that refers to a partitioned table refers to its partitions too.
            let whole = table.options.partition_of.as_ref().map(|one| &one.parent).filter(|one| left.contains(one));
            for target in [Some(&table.name), whole].into_iter().flatten() {
                let leaning = referrers.get(target).into_iter().flatten().filter(|one| left.contains(&one.name));
                for key in leaning.flat_map(|one| one.foreign_keys.iter().map(move |key| (one, key))) {
                    let (one, key) = (key.0, Constraint::ForeignKey(key.1.clone()));
                    let refers = matches!(&key, Constraint::ForeignKey(key) if key.table == *target);
                    if refers
                        && !is_inherited(&self.way.before, one, &key)
                        && freed.insert((&one.name, key.name().cloned()))
                    {
                        drop_constraint(&one.name, &key).into_iter().for_each(|text| self.push(&[], text));
                    }
                }
            }
            let loss = format!("Destructive: drops the table {} with all its rows.", table.name);
            if self.way.direction == Direction::Up {
                self.notes
                    .push(format!("`{}` is dropped with all its rows; down.sql brings it back empty", table.name));
                self.notes.extend(view::left_behind(self.way, table, None));
            }
            self.push(&[loss], format!("DROP TABLE {};", table.name.sql()));
        }
    }

    fn drop_columns(&mut self, works: &[Work<'_>]) {
        for work in works {
            let mut dropped = work.dropped.clone();
            dropped.sort_by_key(|column| usize::from(column.generated.is_none()));
            for one in dropped {
                let place = column(&work.old.name, &one.name);
                let mut comments = Vec::new();
                if one.generated.is_none() {
                    comments.push(format!("Destructive: drops the column {place} with its values."));
                    if self.way.direction == Direction::Up {
                        self.notes
                            .push(format!("`{place}` is dropped with its values; down.sql can't bring them back"));
                        self.notes.extend(view::left_behind(self.way, work.old, Some(&one.name)));
                    }
                }
                let (table, name) = (work.old.name.sql(), one.name.sql());
                self.push(&comments, format!("ALTER TABLE {table} DROP COLUMN {name};"));
            }
        }
    }

    /// Gives everything its new name.
    fn rename(&mut self, works: &[Work<'_>]) {
        let way = self.way;
        objects::rename_types(self);
        let tables = way.tables.iter().filter(|(to, origin)| **to != origin.table);
        let tables = tables.map(|(to, origin)| (origin.table.clone(), to.clone())).collect();
        for (from, to) in rename_order(tables, park) {
            self.move_to("TABLE", &from, &to);
        }
        for (table, origin) in &way.tables {
            for (from, to) in column_moves(origin) {
                if self.is_inherited(table, &to) {
                    continue;
                }
                self.push(&[], format!("ALTER TABLE {} RENAME COLUMN {} TO {};", table.sql(), from.sql(), to.sql()));
            }
        }
        objects::rename_sequences(self);
        for (from, to) in moves(&way.views) {
            let is_materialized =
                way.after.views.get(&to).or(way.before.views.get(&from)).is_some_and(|one| one.materialized);
            self.move_to(if is_materialized { "MATERIALIZED VIEW" } else { "VIEW" }, &from, &to);
        }
        for work in works {
            let table = &work.after.name;
            for (from, to) in rename_order(work.renamed.clone(), dbmig_build::schema::aside) {
                let table = table.sql();
                self.push(&[], format!("ALTER TABLE {table} RENAME CONSTRAINT {} TO {};", from.sql(), to.sql()));
            }
            for (from, to) in rename_order(work.renamed_indexes.clone(), dbmig_build::schema::aside) {
                self.push(&[], format!("ALTER INDEX {} RENAME TO {};", beside(table, &from).sql(), to.sql()));
            }
        }
        for (name, labels) in &way.labels {
            for (from, to) in label_moves(labels) {
                let (from, to) = (super::super::text::literal(&from), super::super::text::literal(&to));
                self.push(&[], format!("ALTER TYPE {} RENAME VALUE {from} TO {to};", name.sql()));
            }
        }
    }

    fn is_inherited(&self, table: &ObjectName, column: &Name) -> bool {
        let column = self.way.after.tables.get(table).and_then(|table| table.column(column));
        column.is_some_and(|column| column.inherited)
    }

    /// Another schema, then another name.
    pub(super) fn move_to(&mut self, kind: &str, from: &ObjectName, to: &ObjectName) {
        let mut at = from.clone();
        if at.schema != to.schema {
            let schema = to.schema.as_ref().map_or_else(|| "public".to_owned(), Name::sql);
            self.push(&[], format!("ALTER {kind} {} SET SCHEMA {schema};", at.sql()));
            at.schema.clone_from(&to.schema);
        }
        if at.name != to.name {
            self.push(&[], format!("ALTER {kind} {} RENAME TO {};", at.sql(), to.name.sql()));
        }
    }
}
