//! What MySQL and MariaDB refuse of checks, of columns that count, and of foreign keys.

use super::super::expression::changing;
use super::super::{Context, Draft};
use crate::diagnostic::Code;
use crate::schema::{Autoincrement, Column, Expression, ForeignKey, Name, ReferentialAction, Storage};
use crate::source::Span;

/// Reports a check that reads what counts by itself, or what changes by itself.
/// Source: <https://dev.mysql.com/doc/refman/8.0/en/create-table-check-constraints.html>.
pub(super) fn report_check(expression: &Expression, place: &Span, draft: &Draft<'_>, context: &mut Context<'_>) {
    let counts = |column: &&Column| column.autoincrement != Autoincrement::No && expression.mentions(&column.name);
    if let Some(column) = draft.table.columns.iter().find(counts) {
        let problem = format!("`{}` counts by itself: MySQL takes it into no check", column.name);
        context.fault(
            Code::ModelAttribute,
            problem,
            place,
            "`autoincrement = none` where your program gives the values",
        );
    } else if let Some(word) = changing(expression) {
        let problem = format!("`{word}` gives another value each time: MySQL takes it into no check");
        context.fault(Code::ModelAttribute, problem, place, "say it for others alone: `backend(postgres(check(…)))`");
    }
}

/// Reports a second column that counts, and one that begins no key or index.
pub(super) fn report_counting(draft: &Draft<'_>, context: &mut Context<'_>) {
    let table = &draft.table;
    let mut first: Option<&Name> = None;
    for column in table.columns.iter().filter(|column| column.autoincrement != Autoincrement::No) {
        let Some(field) = draft.fields.iter().find(|field| field.name == column.name) else { continue };
        let place = &field.field.name.place;
        let lists =
            table.primary_key.iter().map(|key| &key.columns).chain(table.uniques.iter().map(|one| &one.columns));
        let mut lists = lists.chain(table.indexes.iter().map(|one| &one.columns));
        if let Some(first) = first {
            let problem = format!("MySQL lets one column of a table count, and `{first}` does");
            context.fault(Code::ModelAttribute, problem, place, "leave `autoincrement` out");
        } else if !lists.any(|columns| columns.first().and_then(|part| part.name()) == Some(&column.name)) {
            let problem = format!("`{}` counts by itself, and MySQL wants a key that begins with it", column.name);
            context.fault(Code::ModelAttribute, problem, place, "say `index` or `unique`, too");
        }
        first = first.or(Some(&column.name));
    }
}

/// Reports an action that would change a computed column, or one that a check or a stored computed column reads.
/// Sources: <https://dev.mysql.com/doc/refman/8.0/en/create-table-check-constraints.html>,
/// <https://dev.mysql.com/doc/refman/8.0/en/create-table-foreign-keys.html>; MariaDB 10.11 does the same.
pub(super) fn report_action(key: &ForeignKey, place: &Span, draft: &Draft<'_>, context: &mut Context<'_>) {
    use ReferentialAction::{Cascade, SetDefault, SetNull};
    let said = [("on_update", key.on_update), ("on_delete", key.on_delete)]
        .into_iter()
        .find(|(word, action)| matches!(action, SetNull | SetDefault) || (*word == "on_update" && *action == Cascade));
    let Some((word, action)) = said else { return };
    let Some((column, reader)) = key.columns.iter().find_map(|column| Some((column, reader(column, draft)?))) else {
        return;
    };
    let action = action.sql().to_lowercase().replace(' ', "_");
    let problem = format!("`{word} = {action}` would change `{column}`, but {reader}");
    context.fault(Code::ModelAttribute, problem, place, "MySQL refuses that: leave one of the two out");
}

/// What hinders a column's values from being changed by the table that it refers to.
fn reader(column: &Name, draft: &Draft<'_>) -> Option<String> {
    let table = &draft.table;
    if table.column(column).is_some_and(|one| one.generated.is_some()) {
        return Some("it is computed".to_owned());
    }
    if let Some(check) = table.checks.iter().find(|check| check.expression.mentions(column)) {
        let name = check.name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
        return Some(format!("the check{name} reads it"));
    }
    let stored = table.columns.iter().find(|other| {
        let generated = other.generated.as_ref().filter(|one| one.storage == Storage::Stored);
        generated.is_some_and(|one| one.expression.mentions(column))
    });
    stored.map(|other| format!("`{}` is stored and computed from it", other.name))
}
