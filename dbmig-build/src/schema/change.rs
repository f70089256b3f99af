//! Changes: the one language that replay, diff, render and lint speak.

use super::{Column, Constraint, Index, Name, ObjectName, Sequence, Table, TableOptions, Trigger, UserType, View};

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
        from: Box<TableOptions>,
        /// The options after.
        to: Box<TableOptions>,
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
    /// A column comes to stand elsewhere among the others (MySQL's `FIRST` and `AFTER`).
    MoveColumn {
        /// The table.
        table: ObjectName,
        /// The column.
        column: Name,
        /// The column that it stood behind; none where it was the first.
        from: Option<Name>,
        /// The column that it stands behind; none where it is the first.
        to: Option<Name>,
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
    /// A view gets another name.
    RenameView {
        /// Its name before.
        from: ObjectName,
        /// Its name after.
        to: ObjectName,
    },
    /// A table's comment changes.
    CommentTable {
        /// The table.
        table: ObjectName,
        /// The comment before.
        from: Option<String>,
        /// The comment after.
        to: Option<String>,
    },
    /// A constraint gets another name.
    RenameConstraint {
        /// The table.
        table: ObjectName,
        /// Its name before.
        from: Name,
        /// Its name after.
        to: Name,
    },
    /// An index gets another name.
    RenameIndex {
        /// The table.
        table: ObjectName,
        /// Its name before.
        from: Name,
        /// Its name after.
        to: Name,
    },
    /// A new type.
    CreateType(Box<UserType>),
    /// A type goes. No column may have it any more.
    DropType(Box<UserType>),
    /// A type gets another name. Columns follow.
    RenameType {
        /// Its name before.
        from: ObjectName,
        /// Its name after.
        to: ObjectName,
    },
    /// A type changes in anything but its name, and not as the next two say.
    AlterType {
        /// The type before.
        from: Box<UserType>,
        /// The type after, under the same name.
        to: Box<UserType>,
    },
    /// A new label of an enum.
    AddEnumValue {
        /// The type.
        name: ObjectName,
        /// The label.
        value: String,
        /// Where it comes among the labels, counted from 0.
        position: usize,
    },
    /// A label of an enum goes. No database can do it: it is the way back from adding one.
    DropEnumValue {
        /// The type.
        name: ObjectName,
        /// The label.
        value: String,
        /// Where it was among the labels, counted from 0.
        position: usize,
    },
    /// A label of an enum gets another name.
    RenameEnumValue {
        /// The type.
        name: ObjectName,
        /// The label before.
        from: String,
        /// The label after.
        to: String,
    },
    /// A text that stands for something in a column's rows becomes another one, where no type of its own holds the
    /// labels of an enum: in the rows, and in what the column's `ENUM`, checks and default say.
    RenameValue {
        /// The table.
        table: ObjectName,
        /// The column.
        column: Name,
        /// The text before.
        from: String,
        /// The text after.
        to: String,
    },
    /// A new sequence.
    CreateSequence(Box<Sequence>),
    /// A sequence goes.
    DropSequence(Box<Sequence>),
    /// A sequence gets another name.
    RenameSequence {
        /// Its name before.
        from: ObjectName,
        /// Its name after.
        to: ObjectName,
    },
    /// A sequence changes in anything but its name.
    AlterSequence {
        /// The sequence before.
        from: Box<Sequence>,
        /// The sequence after, under the same name.
        to: Box<Sequence>,
    },
    /// A new schema.
    CreateNamespace(Name),
    /// A schema goes. It holds nothing any more.
    DropNamespace(Name),
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
            Change::MoveColumn { table, column, from, to } => Change::MoveColumn { table, column, from: to, to: from },
            Change::AddConstraint { table, constraint } => Change::DropConstraint { table, constraint },
            Change::DropConstraint { table, constraint } => Change::AddConstraint { table, constraint },
            Change::CreateIndex { table, index } => Change::DropIndex { table, index },
            Change::DropIndex { table, index } => Change::CreateIndex { table, index },
            Change::CreateTrigger { table, trigger } => Change::DropTrigger { table, trigger },
            Change::DropTrigger { table, trigger } => Change::CreateTrigger { table, trigger },
            Change::CreateView(view) => Change::DropView(view),
            Change::DropView(view) => Change::CreateView(view),
            Change::RenameView { from, to } => Change::RenameView { from: to, to: from },
            Change::CommentTable { table, from, to } => Change::CommentTable { table, from: to, to: from },
            Change::RenameConstraint { table, from, to } => Change::RenameConstraint { table, from: to, to: from },
            Change::RenameIndex { table, from, to } => Change::RenameIndex { table, from: to, to: from },
            Change::CreateType(one) => Change::DropType(one),
            Change::DropType(one) => Change::CreateType(one),
            Change::RenameType { from, to } => Change::RenameType { from: to, to: from },
            Change::AlterType { from, to } => Change::AlterType { from: to, to: from },
            Change::AddEnumValue { name, value, position } => Change::DropEnumValue { name, value, position },
            Change::DropEnumValue { name, value, position } => Change::AddEnumValue { name, value, position },
            Change::RenameEnumValue { name, from, to } => Change::RenameEnumValue { name, from: to, to: from },
            Change::RenameValue { table, column, from, to } => {
                Change::RenameValue { table, column, from: to, to: from }
            }
            Change::CreateSequence(one) => Change::DropSequence(one),
            Change::DropSequence(one) => Change::CreateSequence(one),
            Change::RenameSequence { from, to } => Change::RenameSequence { from: to, to: from },
            Change::AlterSequence { from, to } => Change::AlterSequence { from: to, to: from },
            Change::CreateNamespace(name) => Change::DropNamespace(name),
            Change::DropNamespace(name) => Change::CreateNamespace(name),
        }
    }

    /// Whether it loses data.
    pub fn is_destructive(&self) -> bool {
        matches!(self, Change::DropTable(_) | Change::DropColumn { .. } | Change::DropEnumValue { .. })
    }

    /// The table that it is about; none where it is about another object.
    pub fn table(&self) -> Option<&ObjectName> {
        match self {
            Change::CreateTable(table) | Change::DropTable(table) => Some(&table.name),
            Change::RenameTable { from, .. } => Some(from),
            Change::AlterOptions { table, .. }
            | Change::AddColumn { table, .. }
            | Change::DropColumn { table, .. }
            | Change::RenameColumn { table, .. }
            | Change::AlterColumn { table, .. }
            | Change::MoveColumn { table, .. }
            | Change::AddConstraint { table, .. }
            | Change::DropConstraint { table, .. }
            | Change::CreateIndex { table, .. }
            | Change::DropIndex { table, .. }
            | Change::CommentTable { table, .. }
            | Change::RenameConstraint { table, .. }
            | Change::RenameIndex { table, .. }
            | Change::RenameValue { table, .. }
            | Change::CreateTrigger { table, .. }
            | Change::DropTrigger { table, .. } => Some(table),
            Change::CreateView(_)
            | Change::DropView(_)
            | Change::RenameView { .. }
            | Change::CreateType(_)
            | Change::DropType(_)
            | Change::RenameType { .. }
            | Change::AlterType { .. }
            | Change::AddEnumValue { .. }
            | Change::DropEnumValue { .. }
            | Change::RenameEnumValue { .. }
            | Change::CreateSequence(_)
            | Change::DropSequence(_)
            | Change::RenameSequence { .. }
            | Change::AlterSequence { .. }
            | Change::CreateNamespace(_)
            | Change::DropNamespace(_) => None,
        }
    }
}
