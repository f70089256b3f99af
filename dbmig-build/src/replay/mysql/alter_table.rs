//! `ALTER TABLE`. Whatever the order of its actions, columns and keys go before others come, and the table's new name
//! is the last.

mod change;
mod drop;

use dbmig::Backend;

use super::create_table::lowered;
use super::{key, object, rename_table, table};
use crate::replay::Replay;
use crate::replay::conflict::Conflict;
use crate::schema::{
    ApplyError, Autoincrement, Change, Column, ColumnType, Constraint, Expression, Index, Name, ObjectName, Table,
};
use crate::sql::column_default;
use crate::sql::syntax::Ident;
use crate::sql::syntax::mysql::{Action, AlterTable, ColumnSyntax, IfExists, KeyKind, Position};

pub(super) fn alter_table(replay: &mut Replay, alter: &AlterTable, done: &mut Vec<Change>) -> Result<(), Conflict> {
    let owner = object(&alter.table);
    if replay.mysql.temporary.contains(&owner) {
        return Ok(());
    }
    if alter.if_exists && !replay.catalog.schema().tables.contains_key(&owner) {
        return Ok(());
    }
    table(replay, &alter.table)?;
    let mut actions: Vec<&Action> = alter.actions.iter().filter_map(|action| action.as_ref().ok()).collect();
    // Of columns that go, those that are computed from others go first.
    let columns: Vec<Column> = table(replay, &alter.table)?.columns.clone();
    let computed = |action: &Action| match action {
        Action::DropColumn(ident, _) => {
            let place = columns.iter().rposition(|one| one.name == ident.name && one.generated.is_some());
            columns.len() - place.map_or(0, |place| place + 1)
        }
        _ => 0,
    };
    actions.sort_by_key(|action| (rank(action), computed(action)));
    let mut statement = Alteration { replay, owner, done };
    let mut renamed = false;
    for action in &actions {
        // Columns that are there get their new names together, so that two can swap them.
        if rank(action) >= rank_of_columns() && !std::mem::replace(&mut renamed, true) {
            statement.rename_columns(&actions)?;
        }
        statement.action(action, alter)?;
    }
    Ok(())
}

fn rank(action: &Action) -> u8 {
    match action {
        Action::DropForeignKey(..) | Action::DropConstraint(..) => 0,
        Action::DropKey(..) | Action::DropPrimaryKey(_) => 1,
        Action::DropColumn(..) => 2,
        Action::RenameKey { .. } => 3,
        Action::RenameColumn { .. }
        | Action::AddColumn { .. }
        | Action::AddColumns(..)
        | Action::ChangeColumn { .. }
        | Action::SetDefault(..) => rank_of_columns(),
        Action::AddKey(key) if matches!(key.kind, KeyKind::ForeignKey { .. } | KeyKind::Check(_)) => 6,
        Action::AddKey(_) => 5,
        Action::ConvertTo { .. } | Action::Options(_) | Action::Nothing => 7,
        Action::RenameTo(_) => 8,
    }
}

const fn rank_of_columns() -> u8 {
    4
}

/// An `ALTER TABLE` on its way: each action sees what those before it did.
struct Alteration<'a> {
    replay: &'a mut Replay,
    owner: ObjectName,
    done: &'a mut Vec<Change>,
}

impl Alteration<'_> {
    fn table(&self) -> Result<&Table, Conflict> {
        let table = self.replay.catalog.schema().tables.get(&self.owner);
        table.ok_or_else(|| ApplyError::NoTable(self.owner.clone()).into())
    }

    fn make(&mut self, change: Change) -> Result<(), Conflict> {
        self.replay.make(change, self.done)
    }

    fn existing(&self, ident: &Ident) -> Result<&Column, Conflict> {
        let missing = || Conflict::at(&ident.span, ApplyError::NoColumn(self.owner.clone(), ident.name.clone()));
        self.table()?.column(&ident.name).ok_or_else(missing)
    }

    fn action(&mut self, action: &Action, alter: &AlterTable) -> Result<(), Conflict> {
        match action {
            Action::AddColumn { column, position, if_not_exists } => {
                if *if_not_exists && self.table()?.column(&column.name.name).is_some() {
                    return Ok(());
                }
                self.add_column(column)?;
                self.place_column(&column.name.name, position)?;
                self.inline(column)
            }
            Action::AddColumns(columns, keys) => {
                lowered(self.table()?, columns)?;
                columns.iter().try_for_each(|column| self.add_column(column))?;
                columns.iter().try_for_each(|column| self.inline(column))?;
                keys.iter().try_for_each(|one| key::add(self.replay, &self.owner, one, self.done))
            }
            Action::AddKey(one) => key::add(self.replay, &self.owner, one, self.done),
            Action::ChangeColumn { column, position, if_exists, .. } => {
                if *if_exists && self.table()?.column(&column.name.name).is_none() {
                    return Ok(());
                }
                self.change_column(column)?;
                self.place_column(&column.name.name, position)?;
                self.inline(column)
            }
            Action::SetDefault(ident, default) => {
                let from = self.existing(ident)?.clone();
                // The server takes it and keeps nothing of it.
                if from.generated.is_some() || from.autoincrement != Autoincrement::No {
                    return Ok(());
                }
                let kept = |text: String| column_default(&text, &from.column_type, Backend::Mysql);
                let default = match default {
                    Some(default) => kept(default.to_string()).unwrap_or_else(|_| Some(default.clone())),
                    None => None,
                };
                let mut to = Column { default, ..from.clone() };
                // Who sets another default than the current time has the column follow updates no more (MariaDB). As
                // 10.11.19 does it; 10.11.14 leaves the default where it is.
                if from.default.as_ref().is_some_and(is_now) {
                    to.on_update = None;
                }
                self.alter_column(from, to)
            }
            // They were renamed before.
            Action::RenameColumn { .. } | Action::Nothing => Ok(()),
            Action::RenameKey { from, to } => self.rename_key(from, to),
            Action::DropColumn(ident, if_exists) => self.drop_column(ident, *if_exists),
            Action::DropKey(ident, if_exists) => self.drop_key(ident, *if_exists),
            Action::DropPrimaryKey(span) => self.drop_primary_key(span),
            Action::DropForeignKey(ident, if_exists) => self.drop_foreign_key(ident, *if_exists),
            Action::DropConstraint(ident, if_exists) => self.drop_constraint(ident, *if_exists),
            Action::Options(options) => self.alter_options(options),
            Action::ConvertTo { character_set, collation } => {
                self.convert(character_set.as_deref(), collation.as_deref())
            }
            Action::RenameTo(to) => rename_table(self.replay, &alter.table, to, self.done),
        }
    }

    /// `RENAME COLUMN`, and the names that `CHANGE` gives.
    fn rename_columns(&mut self, actions: &[&Action]) -> Result<(), Conflict> {
        let mut renames: Vec<(Ident, Ident)> = Vec::new();
        for action in actions {
            match action {
                Action::RenameColumn { from, to } => renames.push((from.clone(), to.clone())),
                Action::ChangeColumn { from, column, if_exists, .. }
                    if from.name.as_str() != column.name.name.as_str()
                        && (!*if_exists || self.table()?.column(&from.name).is_some()) =>
                {
                    renames.push((from.clone(), column.name.clone()));
                }
                _ => {}
            }
        }
        for (from, _) in &renames {
            self.existing(from)?;
        }
        // A name that another column gives up in the same statement is free: such columns step aside first.
        let given_up = |name: &Name| renames.iter().any(|(from, to)| from.name == *name && to.name != *name);
        let aside: Vec<(usize, Name)> = (renames.iter().enumerate())
            .filter(|(_, (from, to))| from.name != to.name && given_up(&to.name))
            .map(|(at, (from, _))| (at, from.name.renamed(&format!("__dbmig_aside_{at}"))))
            .collect();
        let table = self.owner.clone();
        for (at, name) in &aside {
            let (from, to) = (renames[*at].0.name.clone(), name.clone());
            self.make(Change::RenameColumn { table: table.clone(), from, to })?;
        }
        // They come back when all names have been given up.
        let stays = |(at, _): &(usize, &(Ident, Ident))| !aside.iter().any(|(one, _)| one == at);
        let (first, then): (Vec<_>, Vec<_>) = renames.iter().enumerate().partition(stays);
        for (at, (from, to)) in first.into_iter().chain(then) {
            let stepped = aside.iter().find(|(one, _)| *one == at).map(|(_, name)| name.clone());
            let from = stepped.unwrap_or_else(|| from.name.clone());
            if from != to.name && self.table()?.column(&to.name).is_some() {
                return Err(Conflict::at(&to.span, ApplyError::ColumnExists(table, to.name.clone())));
            }
            self.make(Change::RenameColumn { table: table.clone(), from, to: to.name.clone() })?;
        }
        Ok(())
    }

    fn add_column(&mut self, syntax: &ColumnSyntax) -> Result<(), Conflict> {
        let column = syntax.column.clone().unlike(&self.table()?.options);
        if self.table()?.column(&column.name).is_some() {
            let error = ApplyError::ColumnExists(self.owner.clone(), column.name);
            return Err(Conflict::at(&syntax.name.span, error));
        }
        self.make(Change::AddColumn { table: self.owner.clone(), column: Box::new(column) })
    }

    fn inline(&mut self, syntax: &ColumnSyntax) -> Result<(), Conflict> {
        key::add_inline(self.replay, &self.owner, syntax, self.done)
    }

    fn alter_column(&mut self, from: Column, to: Column) -> Result<(), Conflict> {
        if from == to {
            return Ok(());
        }
        let (from, to) = (Box::new(from), Box::new(to));
        self.make(Change::AlterColumn { table: self.owner.clone(), from, to })
    }

    fn place_column(&mut self, name: &Name, position: &Position) -> Result<(), Conflict> {
        let to = match position {
            Position::Unstated => return Ok(()),
            Position::First => None,
            Position::After(column) => Some(self.existing(column)?.name.clone()),
        };
        let columns = &self.table()?.columns;
        let before = columns.iter().position(|column| column.name == *name).and_then(|at| at.checked_sub(1));
        let from = before.and_then(|at| columns.get(at)).map(|column| column.name.clone());
        if from == to || to.as_ref() == Some(name) {
            return Ok(());
        }
        self.make(Change::MoveColumn { table: self.owner.clone(), column: name.clone(), from, to })
    }

    fn rename_key(&mut self, from: &Ident, to: &Ident) -> Result<(), Conflict> {
        let table = self.table()?;
        if from.name != to.name && key::has_key(table, &to.name) {
            return Err(Conflict::at(&to.span, ApplyError::IndexExists(to.name.clone())));
        }
        let (owner, old, new) = (self.owner.clone(), from.name.clone(), to.name.clone());
        if table.index(&old).is_some() {
            if let Some(names) = self.replay.mysql.generated.get_mut(&owner) {
                names.remove(&old);
            }
            return self.make(Change::RenameIndex { table: owner, from: old, to: new });
        }
        match table.uniques.iter().find(|unique| unique.name.as_ref() == Some(&old)).cloned() {
            Some(unique) => {
                let renamed = Constraint::Unique(unique.clone()).with_name(Some(new));
                self.make(Change::DropConstraint { table: owner.clone(), constraint: Constraint::Unique(unique) })?;
                self.make(Change::AddConstraint { table: owner, constraint: renamed })
            }
            None => Err(Conflict::at(&from.span, ApplyError::NoIndex(owner, old))),
        }
    }
}

fn is_now(default: &Expression) -> bool {
    default.tokens().first().is_some_and(|token| &*token.key == "current_timestamp")
}

fn is_text(column_type: &ColumnType) -> bool {
    ["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"]
        .contains(&column_type.name.as_str())
}

/// An index without a column, if anything is left of it.
fn without(index: &Index, name: &Name) -> Option<Index> {
    let mut rest = index.clone();
    rest.columns.retain(|column| column.name() != Some(name));
    (!rest.columns.is_empty()).then_some(rest)
}

/// Whether nothing is to be said where something is missing.
fn may_be_missing(if_exists: IfExists) -> bool {
    if_exists == IfExists::Yes
}
