//! Changes: the one language that replay, diff, render and lint speak.

use super::{Column, Constraint, Index, Name, ObjectName, Table, TableOptions, Trigger, View};

/// One atomic alteration of a schema. It holds enough to be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A new table with all that belongs to it.
    CreateTable(Box<Table>),
    /// A table goes, with all that belonged to it.
    DropTable(Box<Table>),
    /// A table gets another name. Foreign keys that refer to it follow.
    RenameTable {
        /// Its name before.
        from: ObjectName,
        /// Its name after.
        to: ObjectName,
    },
    /// What stands behind a table's closing parenthesis changes.
    AlterOptions {
        /// The table.
        table: ObjectName,
        /// The options before.
        from: TableOptions,
        /// The options after.
        to: TableOptions,
    },
    /// A new column, the last of its table.
    AddColumn {
        /// The table.
        table: ObjectName,
        /// The column.
        column: Box<Column>,
    },
    /// A column goes. Nothing may refer to it any more.
    DropColumn {
        /// The table.
        table: ObjectName,
        /// The column as it was.
        column: Box<Column>,
    },
    /// A column gets another name. Keys, indexes and foreign keys follow.
    RenameColumn {
        /// The table.
        table: ObjectName,
        /// Its name before.
        from: Name,
        /// Its name after.
        to: Name,
    },
    /// A column changes in anything but its name.
    AlterColumn {
        /// The table.
        table: ObjectName,
        /// The column before.
        from: Box<Column>,
        /// The column after, under the same name.
        to: Box<Column>,
    },
    /// A new constraint.
    AddConstraint {
        /// The table.
        table: ObjectName,
        /// The constraint.
        constraint: Constraint,
    },
    /// A constraint goes.
    DropConstraint {
        /// The table.
        table: ObjectName,
        /// The constraint as it was.
        constraint: Constraint,
    },
    /// A new index.
    CreateIndex {
        /// The table.
        table: ObjectName,
        /// The index.
        index: Box<Index>,
    },
    /// An index goes.
    DropIndex {
        /// The table.
        table: ObjectName,
        /// The index as it was.
        index: Box<Index>,
    },
    /// A new trigger.
    CreateTrigger {
        /// The table.
        table: ObjectName,
        /// The trigger.
        trigger: Trigger,
    },
    /// A trigger goes.
    DropTrigger {
        /// The table.
        table: ObjectName,
        /// The trigger as it was.
        trigger: Trigger,
    },
    /// A new view.
    CreateView(View),
    /// A view goes.
    DropView(View),
}

impl Change {
    /// The change that undoes this one. (The data that a drop lost stays lost.)
    #[must_use]
    pub fn inverse(&self) -> Change {
        match self.clone() {
            Change::CreateTable(table) => Change::DropTable(table),
            Change::DropTable(table) => Change::CreateTable(table),
            Change::RenameTable { from, to } => Change::RenameTable { from: to, to: from },
            Change::AlterOptions { table, from, to } => Change::AlterOptions { table, from: to, to: from },
            Change::AddColumn { table, column } => Change::DropColumn { table, column },
            Change::DropColumn { table, column } => Change::AddColumn { table, column },
            Change::RenameColumn { table, from, to } => Change::RenameColumn { table, from: to, to: from },
            Change::AlterColumn { table, from, to } => Change::AlterColumn { table, from: to, to: from },
            Change::AddConstraint { table, constraint } => Change::DropConstraint { table, constraint },
            Change::DropConstraint { table, constraint } => Change::AddConstraint { table, constraint },
            Change::CreateIndex { table, index } => Change::DropIndex { table, index },
            Change::DropIndex { table, index } => Change::CreateIndex { table, index },
            Change::CreateTrigger { table, trigger } => Change::DropTrigger { table, trigger },
            Change::DropTrigger { table, trigger } => Change::CreateTrigger { table, trigger },
            Change::CreateView(view) => Change::DropView(view),
            Change::DropView(view) => Change::CreateView(view),
        }
    }

    /// Whether it loses data.
    pub fn is_destructive(&self) -> bool {
        matches!(self, Change::DropTable(_) | Change::DropColumn { .. })
    }

    /// The table that it is about; none for views.
    pub fn table(&self) -> Option<&ObjectName> {
        match self {
            Change::CreateTable(table) | Change::DropTable(table) => Some(&table.name),
            Change::RenameTable { from, .. } => Some(from),
            Change::AlterOptions { table, .. }
            | Change::AddColumn { table, .. }
            | Change::DropColumn { table, .. }
            | Change::RenameColumn { table, .. }
            | Change::AlterColumn { table, .. }
            | Change::AddConstraint { table, .. }
            | Change::DropConstraint { table, .. }
            | Change::CreateIndex { table, .. }
            | Change::DropIndex { table, .. }
            | Change::CreateTrigger { table, .. }
            | Change::DropTrigger { table, .. } => Some(table),
            Change::CreateView(_) | Change::DropView(_) => None,
        }
    }
}
