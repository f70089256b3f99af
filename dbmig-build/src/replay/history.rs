//! Where each object was made, renamed or dropped, for the labels of diagnostics.

use std::collections::BTreeMap;

use crate::schema::{ApplyError, Change, Name, ObjectName};
use crate::source::Span;
use crate::sql::syntax::ObjectKind;

use super::conflict::Reason;

/// The last thing that happened to each object, dropped ones too.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// Tables and views, with the columns to which something happened on their own.
    tables: BTreeMap<ObjectName, TableHistory>,
    indexes: BTreeMap<Name, Event>,
    triggers: BTreeMap<Name, Event>,
    types: BTreeMap<ObjectName, Event>,
    sequences: BTreeMap<ObjectName, Event>,
    /// PostgreSQL's schemas.
    namespaces: BTreeMap<Name, Event>,
}

#[derive(Clone, Debug)]
struct TableHistory {
    last: Event,
    columns: BTreeMap<Name, Event>,
}

#[derive(Clone, Debug)]
struct Event {
    span: Span,
    /// "`users` is dropped here"
    text: String,
}

impl History {
    /// Records a change that a statement made.
    pub(super) fn record(&mut self, change: &Change, span: &Span) {
        let event = |name: &dyn std::fmt::Display, what: &str| Event {
            span: span.clone(),
            text: format!("`{name}` is {what} here"),
        };
        match change {
            Change::CreateTable(table) => {
                self.table(&table.name, event(&table.name, "created"));
                for index in &table.indexes {
                    self.indexes.insert(index.name.clone(), event(&index.name, "created"));
                }
            }
            Change::DropTable(table) => {
                self.table(&table.name, event(&table.name, "dropped"));
                let gone = format!("dropped with `{}`", table.name);
                for index in &table.indexes {
                    self.indexes.insert(index.name.clone(), event(&index.name, &gone));
                }
                for trigger in &table.triggers {
                    self.triggers.insert(trigger.name.clone(), event(&trigger.name, &gone));
                }
            }
            Change::RenameTable { from, to } => {
                let columns = self.tables.remove(from).map(|table| table.columns).unwrap_or_default();
                self.table(from, event(from, &format!("renamed to `{to}`")));
                let last = Event { span: span.clone(), text: format!("`{from}` is renamed to `{to}` here") };
                self.tables.insert(to.clone(), TableHistory { last, columns });
            }
            Change::AddColumn { table, column } => self.column(table, &column.name, event(&column.name, "added")),
            Change::DropColumn { table, column } => self.column(table, &column.name, event(&column.name, "dropped")),
            Change::RenameColumn { table, from, to } => {
                self.column(table, from, event(from, &format!("renamed to `{to}`")));
                let text = format!("`{from}` is renamed to `{to}` here");
                self.column(table, to, Event { span: span.clone(), text });
            }
            Change::CreateIndex { index, .. } => {
                self.indexes.insert(index.name.clone(), event(&index.name, "created"));
            }
            Change::DropIndex { index, .. } => {
                self.indexes.insert(index.name.clone(), event(&index.name, "dropped"));
            }
            Change::CreateTrigger { trigger, .. } => {
                self.triggers.insert(trigger.name.clone(), event(&trigger.name, "created"));
            }
            Change::DropTrigger { trigger, .. } => {
                self.triggers.insert(trigger.name.clone(), event(&trigger.name, "dropped"));
            }
            Change::CreateView(view) => self.table(&view.name, event(&view.name, "created")),
            Change::DropView(view) => self.table(&view.name, event(&view.name, "dropped")),
            Change::RenameView { from, to } => {
                let text = format!("`{from}` is renamed to `{to}` here");
                self.table(from, Event { span: span.clone(), text: text.clone() });
                self.table(to, Event { span: span.clone(), text });
            }
            Change::RenameIndex { from, to, .. } => {
                let event = event(from, &format!("renamed to `{to}`"));
                self.indexes.insert(from.clone(), event.clone());
                self.indexes.insert(to.clone(), event);
            }
            other => self.record_object(other, &event),
        }
    }

    /// Records what happened to a type, a sequence or a schema.
    fn record_object(&mut self, change: &Change, event: &dyn Fn(&dyn std::fmt::Display, &str) -> Event) {
        match change {
            Change::CreateType(one) => drop(self.types.insert(one.name.clone(), event(&one.name, "created"))),
            Change::DropType(one) => drop(self.types.insert(one.name.clone(), event(&one.name, "dropped"))),
            Change::RenameType { from, to } => {
                let event = event(from, &format!("renamed to `{to}`"));
                self.types.insert(from.clone(), event.clone());
                self.types.insert(to.clone(), event);
            }
            Change::AlterType { to, .. } => drop(self.types.insert(to.name.clone(), event(&to.name, "altered"))),
            Change::AddEnumValue { name, value, .. } => {
                drop(self.types.insert(name.clone(), event(&format!("{name}.{value}"), "added")));
            }
            Change::RenameEnumValue { name, from, to } => {
                let what = format!("renamed to '{to}'");
                self.types.insert(name.clone(), event(&format!("{name}.{from}"), &what));
            }
            Change::CreateSequence(one) => drop(self.sequences.insert(one.name.clone(), event(&one.name, "created"))),
            Change::DropSequence(one) => drop(self.sequences.insert(one.name.clone(), event(&one.name, "dropped"))),
            Change::RenameSequence { from, to } => {
                let event = event(from, &format!("renamed to `{to}`"));
                self.sequences.insert(from.clone(), event.clone());
                self.sequences.insert(to.clone(), event);
            }
            Change::CreateNamespace(name) => drop(self.namespaces.insert(name.clone(), event(name, "created"))),
            Change::DropNamespace(name) => drop(self.namespaces.insert(name.clone(), event(name, "dropped"))),
            _ => {}
        }
    }

    /// Whether a type of this name was there once.
    pub(super) fn had_type(&self, name: &ObjectName) -> bool {
        self.types.contains_key(name)
    }

    fn table(&mut self, name: &ObjectName, last: Event) {
        self.tables.insert(name.clone(), TableHistory { last, columns: BTreeMap::new() });
    }

    fn column(&mut self, table: &ObjectName, name: &Name, event: Event) {
        if let Some(history) = self.tables.get_mut(table) {
            history.columns.insert(name.clone(), event);
        }
    }

    /// What last happened to a table.
    pub(super) fn of_table(&self, name: &ObjectName) -> Option<(Span, String)> {
        self.tables.get(name).map(|table| (table.last.span.clone(), table.last.text.clone()))
    }

    /// What happened before to what a conflict is about.
    pub(super) fn about(&self, reason: &Reason) -> Option<(Span, String)> {
        let of_table = |name: &ObjectName| self.tables.get(name).map(|table| &table.last);
        let of_column = |table: &ObjectName, name: &Name| {
            self.tables.get(table).map(|table| table.columns.get(name).unwrap_or(&table.last))
        };
        let event = match reason {
            Reason::Apply(error) => match error {
                ApplyError::Exists(name) => of_table(name).or_else(|| self.sequences.get(name)),
                ApplyError::NoTable(name)
                | ApplyError::NoView(name)
                | ApplyError::ConstraintExists(name, _)
                | ApplyError::NoConstraint(name, _) => of_table(name),
                ApplyError::ColumnExists(table, name)
                | ApplyError::NoColumn(table, name)
                | ApplyError::ColumnInUse(table, name, _) => of_column(table, name),
                ApplyError::IndexExists(name) | ApplyError::NoIndex(_, name) => self.indexes.get(name),
                ApplyError::TriggerExists(_, name) | ApplyError::NoTrigger(_, name) => self.triggers.get(name),
                ApplyError::NoType(name)
                | ApplyError::TypeExists(name)
                | ApplyError::TypeInUse(name, _)
                | ApplyError::NoEnumValue(name, _)
                | ApplyError::EnumValueExists(name, _) => self.types.get(name),
                ApplyError::NoSequence(name) => self.sequences.get(name),
                ApplyError::NoNamespace(name) | ApplyError::NamespaceExists(name) => self.namespaces.get(name),
            },
            Reason::Missing(ObjectKind::Index, name) => self.indexes.get(name),
            Reason::Missing(ObjectKind::Trigger, name) => self.triggers.get(name),
            Reason::Missing(_, name) => of_table(&ObjectName::unqualified(name.clone())),
            Reason::Second(..) | Reason::Refused(_) | Reason::Unreadable(_) => None,
        };
        event.map(|event| (event.span.clone(), event.text.clone()))
    }
}
