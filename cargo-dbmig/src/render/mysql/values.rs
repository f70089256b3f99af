//! Values for rows that exist, as statements: columns that come and are filled before they are what they are to be, and
//! columns that take NULL no more.

use dbmig_build::schema::{Autoincrement, Column, Index, IndexColumn, Name, Table, aside, begins_with};

use super::alter::{Action, Alteration, action, add_column};
use super::definition;
use super::fill::{self, Fill};
use super::online::{self, How};
use super::place::{insert, place_of_new};
use super::work::{self, Keys};
use crate::render::text::comment;

impl Alteration<'_> {
    /// New columns that rows need values for, and values in place of NULL.
    pub(super) fn fill(&mut self, present: &mut Table) {
        let filled = fill::added(self.plan, self.work, self.notes);
        if !filled.is_empty() {
            let mut actions = Vec::new();
            // All of them, so that each has its place.
            for name in &self.work.added {
                let Some(column) = self.work.after.column(name) else { continue };
                let is_filled = filled.iter().any(|fill| fill.column == *name);
                let column = if is_filled { fill::empty(column) } else { column.clone() };
                let place = place_of_new(present, self.work.after, name);
                actions.push(add_column(&column, &place));
                insert(present, column, self.work.after);
            }
            let comments = self.not_brought_back();
            self.with_keys(&mut actions, present);
            self.alter(&comments, actions);
        }
        let altered = fill::altered(self.plan, self.work, self.notes);
        self.retype(&altered, present);
        for fill in filled.into_iter().chain(altered) {
            let Some(statement) = fill::update(&fill, present) else { continue };
            let mut texts: Vec<String> = fill.comments.iter().map(|text| comment(text)).collect();
            texts.extend(fill.todo.iter().map(|todo| format!("-- dbmig: todo {todo}")));
            texts.push(statement);
            self.blocks.push(texts.join("\n"));
        }
    }

    /// Labels of an ENUM that get another text: it has both for a while.
    pub(super) fn relabel(&mut self, present: &mut Table) {
        let mut actions = Vec::new();
        let mut updates = Vec::new();
        let table = present.clone();
        for column in &mut present.columns {
            let pairs = self.plan.values_of(&self.work.after.name, &column.name);
            let mut to = column.clone();
            let new: Vec<String> = pairs.iter().map(|(_, label)| definition::literal(label)).collect();
            to.column_type.arguments.extend(new);
            updates.extend(fill::relabel(&column.name, pairs, &table));
            if to != *column {
                let how = online::modify(column, &to, &self.work.after.options);
                actions.push(Action { sql: self.modify(&to), how });
                *column = to;
            }
        }
        self.alter(&[], actions);
        self.blocks.extend(updates);
    }

    /// Values that come in place of NULL are of the type that the column is to have.
    fn retype(&mut self, fills: &[Fill], present: &mut Table) {
        let mut actions = Vec::new();
        for fill in fills {
            let columns = (present.column_mut(&fill.column), self.work.after.column(&fill.column));
            let (Some(column), Some(after)) = columns else { continue };
            if column.column_type != after.column_type {
                let to = Column { nullable: true, ..after.clone() };
                let how = online::modify(column, &to, &self.work.after.options);
                actions.push(Action { sql: self.modify(&to), how });
                *column = to;
                self.drop_keys_of(&fill.column, &mut actions, present);
            }
        }
        self.alter(&[], actions);
    }

    /// Keys that go and have a column which gets another type: they may be too long for it.
    fn drop_keys_of(&self, column: &Name, actions: &mut Vec<Action>, present: &mut Table) {
        let Keys { dropped, .. } = work::keys(present, self.work.after);
        let keys = present.uniques.iter().filter_map(|one| Some((one.name.clone()?, one.columns.clone())));
        let keys = keys.chain(present.indexes.iter().map(|one| (one.name.clone(), one.columns.clone())));
        let has_it = |parts: &[IndexColumn]| parts.iter().any(|part| part.mentions(column));
        let early: Vec<(Name, Vec<IndexColumn>)> =
            keys.filter(|(name, parts)| dropped.contains(name) && has_it(parts)).collect();
        present.uniques.retain(|one| !early.iter().any(|(name, _)| one.name.as_ref() == Some(name)));
        present.indexes.retain(|one| !early.iter().any(|(name, _)| one.name == *name));
        actions.extend(early.iter().map(|(name, _)| action(format!("DROP KEY {}", name.sql()), How::InPlace)));
        for (name, parts) in early {
            // What a foreign key or a counting column needs until another key comes.
            let rest: Vec<IndexColumn> = parts.into_iter().take_while(|part| !part.mentions(column)).collect();
            if self.needs(&rest, present) && !has_key(present, &rest) {
                let index = Index::new(aside(&name), rest);
                actions.push(action(format!("ADD {}", definition::index(&index)), How::InPlace));
                present.indexes.push(index);
            }
        }
    }

    /// Whether a foreign key that stays or a column that counts needs a key that begins like this.
    fn needs(&self, parts: &[IndexColumn], present: &Table) -> bool {
        let first = parts.first().and_then(IndexColumn::name);
        let counts = |name: &Name| present.column(name).is_some_and(|one| one.autoincrement != Autoincrement::No);
        first.is_some_and(|name| self.referring.contains(name) || counts(name))
    }

    /// A column that counts needs its key at once; the key it replaces goes with it.
    fn with_keys(&mut self, actions: &mut Vec<Action>, present: &mut Table) {
        let counts =
            |column: &&Column| column.autoincrement != Autoincrement::No && self.work.added.contains(&column.name);
        let Some(column) = present.columns.iter().find(counts).map(|column| column.name.clone()) else { return };
        let after = self.work.after;
        // There is one at a time.
        let counted = |one: &&mut Column| one.autoincrement != Autoincrement::No && one.name != column;
        if let Some(one) = present.columns.iter_mut().find(counted) {
            one.autoincrement = Autoincrement::No;
            actions.push(action(self.modify(one), How::Unstated));
        }
        match &after.primary_key {
            Some(key) if key.columns.first().is_some_and(|first| first.name() == Some(&column)) => {
                if present.primary_key.take().is_some() {
                    actions.push(action("DROP PRIMARY KEY", How::InPlace));
                }
                actions.push(action(format!("ADD {}", definition::primary_key(key)), How::Unstated));
                present.primary_key = Some(key.clone());
            }
            _ => {
                let serves = |key: &&dbmig_build::schema::Unique| {
                    key.columns.first().is_some_and(|one| one.name() == Some(&column))
                };
                if let Some(unique) = after.uniques.iter().find(serves) {
                    actions.push(action(format!("ADD {}", definition::unique(unique)), How::Unstated));
                    present.uniques.push(unique.clone());
                }
            }
        }
    }

    /// Columns of foreign keys that become NOT NULL: in a statement of their own, which needs no copy, for MySQL makes
    /// no copy that could change what a foreign key relies on.
    pub(super) fn restate_referring(&mut self, present: &mut Table) {
        let mut actions = Vec::new();
        for column in &mut present.columns {
            let Some(after) = self.work.after.column(&column.name).filter(|_| self.referring.contains(&column.name))
            else {
                continue;
            };
            let not_null = Column { nullable: false, ..column.clone() };
            if column.nullable && not_null == *after {
                actions.push(Action {
                    sql: self.modify(after),
                    how: online::modify(column, after, &self.work.after.options),
                });
                *column = not_null;
            }
        }
        self.alter(&[], actions);
    }
}

/// Whether one of a table's keys begins with these columns.
fn has_key(table: &Table, parts: &[IndexColumn]) -> bool {
    let keys = table.primary_key.iter().map(|key| &key.columns).chain(table.uniques.iter().map(|one| &one.columns));
    let mut keys = keys.chain(table.indexes.iter().filter(|one| one.method.is_none()).map(|one| &one.columns));
    keys.any(|columns| begins_with(columns, parts))
}
