//! Why a statement can't be replayed, and what follows from that.

use std::collections::BTreeSet;
use std::fmt;

use crate::schema::{ApplyError, Change, Name};
use crate::source::Span;
use crate::sql::syntax::{AlterAction, ObjectKind, Syntax, mysql};

/// Why a statement can't be replayed.
#[derive(Clone, Debug)]
pub(super) struct Conflict {
    /// Where, if not the whole statement.
    pub(super) span: Option<Span>,
    pub(super) reason: Reason,
}

#[derive(Clone, Debug)]
pub(super) enum Reason {
    /// It doesn't fit the schema.
    Apply(ApplyError),
    /// There is no such object in any table.
    Missing(ObjectKind, Name),
    /// The statement holds something twice, first here.
    Second(Span, String),
    /// The database would refuse it.
    Refused(String),
    /// It can't be known what it does.
    Unreadable(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Apply(error) => error.fmt(f),
            Reason::Missing(kind, name) => write!(f, "there is no {} `{name}`", kind.noun()),
            Reason::Second(_, text) | Reason::Refused(text) | Reason::Unreadable(text) => f.write_str(text),
        }
    }
}

impl Reason {
    /// Whether what the statement is about isn't there.
    pub(super) fn is_missing(&self) -> bool {
        use ApplyError::{
            NoColumn, NoConstraint, NoEnumValue, NoIndex, NoNamespace, NoSequence, NoTable, NoTrigger, NoType, NoView,
        };
        match self {
            Reason::Missing(..) => true,
            Reason::Apply(error) => {
                let in_table = matches!(error, NoColumn(..) | NoConstraint(..) | NoIndex(..) | NoTrigger(..));
                let alone = matches!(error, NoTable(_) | NoView(_) | NoType(_) | NoSequence(_) | NoNamespace(_));
                in_table || alone || matches!(error, NoEnumValue(..))
            }
            Reason::Second(..) | Reason::Refused(_) | Reason::Unreadable(_) => false,
        }
    }
}

impl From<ApplyError> for Conflict {
    fn from(error: ApplyError) -> Conflict {
        Conflict { span: None, reason: Reason::Apply(error) }
    }
}

impl Conflict {
    pub(super) fn at(span: &Span, error: ApplyError) -> Conflict {
        Conflict { span: Some(span.clone()), reason: Reason::Apply(error) }
    }

    pub(super) fn missing(span: &Span, kind: ObjectKind, name: &Name) -> Conflict {
        Conflict { span: Some(span.clone()), reason: Reason::Missing(kind, name.clone()) }
    }

    pub(super) fn refused(span: &Span, message: impl Into<String>) -> Conflict {
        Conflict { span: Some(span.clone()), reason: Reason::Refused(message.into()) }
    }

    pub(super) fn unreadable(span: &Span, message: impl Into<String>) -> Conflict {
        Conflict { span: Some(span.clone()), reason: Reason::Unreadable(message.into()) }
    }

    pub(super) fn second(span: &Span, first: &Span, message: impl Into<String>) -> Conflict {
        Conflict { span: Some(span.clone()), reason: Reason::Second(first.clone(), message.into()) }
    }
}

/// The objects and the columns that a statement of MySQL's makes.
fn mysql_names(statement: &mysql::Statement) -> (Vec<Name>, Vec<(Name, Name)>) {
    use mysql::{Action, Statement};
    match statement {
        Statement::CreateTable(create) => (vec![create.name.name.clone()], Vec::new()),
        Statement::CreateView(create) => (vec![create.name.name.clone()], Vec::new()),
        Statement::CreateTrigger(create) => (vec![create.name.name.clone()], Vec::new()),
        Statement::RenameTables(renames) => (renames.iter().map(|(_, to)| to.name.clone()).collect(), Vec::new()),
        Statement::AlterTable(alter) => {
            let (mut objects, mut columns) = (Vec::new(), Vec::new());
            let column = |name: &Name| (alter.table.name.clone(), name.clone());
            for action in alter.actions.iter().flatten() {
                match action {
                    Action::RenameTo(to) => objects.push(to.name.clone()),
                    Action::RenameColumn { to, .. } => columns.push(column(&to.name)),
                    Action::AddColumn { column: added, .. } | Action::ChangeColumn { column: added, .. } => {
                        columns.push(column(&added.name.name));
                    }
                    Action::AddColumns(added, _) => columns.extend(added.iter().map(|one| column(&one.name.name))),
                    Action::AddKey(key) => objects.extend(key.name.iter().map(|name| name.name.clone())),
                    _ => {}
                }
            }
            (objects, columns)
        }
        _ => (Vec::new(), Vec::new()),
    }
}

/// Objects about which a diagnostic was given already, so that what follows from it gives no second one.
#[derive(Clone, Debug, Default)]
pub(super) struct Unknown {
    objects: BTreeSet<Name>,
    columns: BTreeSet<(Name, Name)>,
    /// What statements that can't be read are about: nothing else about these is certain.
    subjects: BTreeSet<Name>,
    /// Whether a statement that can't be read may have been about anything.
    all: bool,
}

impl Unknown {
    /// A statement about an object can't be read. It may have made, changed or dropped any of the names in it.
    pub(super) fn unreadable(&mut self, about: Option<Name>, names: impl IntoIterator<Item = Name>) {
        self.objects.extend(names);
        match about {
            Some(name) => {
                self.objects.insert(name.clone());
                self.subjects.insert(name);
            }
            None => self.all = true,
        }
    }

    /// What a statement names that didn't do what it was to do, because of another one.
    pub(super) fn undone(&mut self, names: impl IntoIterator<Item = Name>) {
        self.objects.extend(names);
    }

    /// Whether a statement with these names is about something unknown.
    pub(super) fn is_about(&self, names: impl FnOnce() -> Vec<Name>) -> bool {
        !self.subjects.is_empty() && names().iter().any(|name| self.subjects.contains(name))
    }

    /// Whether a conflict is about something unknown.
    pub(super) fn explains(&self, conflict: &Conflict) -> bool {
        let (object, column) = match &conflict.reason {
            Reason::Apply(error) => match error {
                ApplyError::NoColumn(table, column)
                | ApplyError::ColumnExists(table, column)
                | ApplyError::ColumnInUse(table, column, _) => (&table.name, Some(column)),
                ApplyError::Exists(table)
                | ApplyError::NoTable(table)
                | ApplyError::NoView(table)
                | ApplyError::ConstraintExists(table, _)
                | ApplyError::NoConstraint(table, _) => (&table.name, None),
                ApplyError::IndexExists(name)
                | ApplyError::NoIndex(_, name)
                | ApplyError::TriggerExists(_, name)
                | ApplyError::NoTrigger(_, name)
                | ApplyError::NoNamespace(name)
                | ApplyError::NamespaceExists(name) => (name, None),
                ApplyError::NoType(one)
                | ApplyError::TypeExists(one)
                | ApplyError::TypeInUse(one, _)
                | ApplyError::NoEnumValue(one, _)
                | ApplyError::EnumValueExists(one, _)
                | ApplyError::NoSequence(one) => (&one.name, None),
            },
            Reason::Missing(_, name) => (name, None),
            Reason::Second(..) | Reason::Refused(_) | Reason::Unreadable(_) => return false,
        };
        let of_column = |column: &Name| self.columns.contains(&(object.clone(), column.clone()));
        let other = match &conflict.reason {
            Reason::Apply(ApplyError::NoIndex(table, _)) => Some(table.name.as_str()),
            Reason::Apply(ApplyError::NoTrigger(table, _) | ApplyError::TriggerExists(table, _)) => {
                Some(table.name.as_str())
            }
            Reason::Apply(ApplyError::NoConstraint(_, name) | ApplyError::ConstraintExists(_, name)) => {
                Some(name.as_str())
            }
            _ => None,
        };
        let of_other = |text: &str| self.objects.contains(&object.renamed(text));
        self.all || self.objects.contains(object) || column.is_some_and(of_column) || other.is_some_and(of_other)
    }

    /// After a conflict, what was missing has been said to be, and what the statement would have made isn't there.
    pub(super) fn learn(&mut self, conflict: &Conflict, syntax: &Syntax) {
        match &conflict.reason {
            Reason::Apply(
                ApplyError::NoTable(one)
                | ApplyError::NoView(one)
                | ApplyError::NoType(one)
                | ApplyError::NoSequence(one),
            ) => {
                self.objects.insert(one.name.clone());
            }
            Reason::Apply(ApplyError::NoNamespace(name)) => drop(self.objects.insert(name.clone())),
            Reason::Apply(ApplyError::NoColumn(table, column)) => {
                self.columns.insert((table.name.clone(), column.clone()));
            }
            Reason::Missing(_, name) => drop(self.objects.insert(name.clone())),
            _ => {}
        }
        let object = match syntax {
            Syntax::CreateTable(create) => &create.name,
            Syntax::CreateVirtualTable(create) => &create.name,
            Syntax::CreateIndex(create) => &create.name,
            Syntax::CreateView(create) => &create.name,
            Syntax::CreateTrigger(create) => &create.name,
            Syntax::AlterTable(alter) => {
                for action in &alter.actions {
                    let column = match action {
                        AlterAction::RenameTo(to) => {
                            self.objects.insert(to.name.clone());
                            continue;
                        }
                        AlterAction::RenameColumn { to, .. } => &to.name,
                        AlterAction::AddColumn(column) => &column.name.name,
                        _ => continue,
                    };
                    self.columns.insert((alter.table.name.clone(), column.clone()));
                }
                return;
            }
            Syntax::Mysql(statement) => {
                let made = mysql_names(statement);
                self.objects.extend(made.0);
                self.columns.extend(made.1);
                return;
            }
            Syntax::Postgres(statement) => {
                super::postgres::would_make(statement, |object, column| match column {
                    None => drop(self.objects.insert(object.clone())),
                    Some(column) => drop(self.columns.insert((object.clone(), column.clone()))),
                });
                return;
            }
            Syntax::Drop(_) | Syntax::Setting { .. } | Syntax::Opaque => return,
        };
        self.objects.insert(object.name.clone());
    }

    fn is_known_again(&mut self, table: &Name) {
        self.objects.remove(table);
        self.subjects.remove(table);
    }

    /// What a change made is known again.
    pub(super) fn made(&mut self, change: &Change) {
        match change {
            Change::CreateTable(table) => self.is_known_again(&table.name.name),
            Change::RenameTable { to, .. } => self.is_known_again(&to.name),
            Change::CreateView(view) => drop(self.objects.remove(&view.name.name)),
            Change::CreateIndex { index, .. } => drop(self.objects.remove(&index.name)),
            Change::CreateTrigger { trigger, .. } => drop(self.objects.remove(&trigger.name)),
            Change::CreateType(one) => drop(self.objects.remove(&one.name.name)),
            Change::RenameType { to, .. } | Change::RenameSequence { to, .. } | Change::RenameView { to, .. } => {
                self.objects.remove(&to.name);
            }
            Change::CreateSequence(one) => drop(self.objects.remove(&one.name.name)),
            Change::CreateNamespace(name) => drop(self.objects.remove(name)),
            _ => {}
        }
    }
}
