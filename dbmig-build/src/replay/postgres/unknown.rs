//! What a statement that failed would have made.

use crate::schema::Name;
use crate::sql::syntax::postgres::{ActionKind, Statement, TypeAction};

/// Names each object, or column of one, that a statement would have made.
pub(in crate::replay) fn would_make(statement: &Statement, mut make: impl FnMut(&Name, Option<&Name>)) {
    match statement {
        Statement::CreateTable(create) => make(&create.name.name, None),
        Statement::CreateTableAs(create) => make(&create.name.name, None),
        Statement::CreateView(create) => make(&create.name.name, None),
        Statement::CreateIndex(create) => create.name.iter().for_each(|name| make(&name.name, None)),
        Statement::CreateType(create) => make(&create.name.name, None),
        Statement::CreateDomain(create) => make(&create.name.name, None),
        Statement::CreateSequence(create) => make(&create.name.name, None),
        Statement::CreateSchema(create) => make(&create.name.name, None),
        Statement::CreateTrigger(create) => make(&create.name.name, None),
        Statement::RenameSchema { to, .. } => make(&to.name, None),
        Statement::AlterType(alter) => {
            for action in &alter.actions {
                if let TypeAction::RenameTo(to) = action {
                    make(&to.name, None);
                }
            }
        }
        Statement::AlterTable(alter) => {
            let table = &alter.name.name;
            for action in &alter.actions {
                match &action.kind {
                    ActionKind::RenameTo(to) => make(&to.name, None),
                    ActionKind::RenameColumn { to, .. } => make(table, Some(&to.name)),
                    ActionKind::AddColumn { column, .. } => make(table, Some(&column.name.name)),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}
