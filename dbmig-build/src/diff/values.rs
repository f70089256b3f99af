//! Labels of enums that no type of their own holds: a column's `ENUM`, or a check that lists them.

use std::collections::BTreeSet;

use crate::schema::{Change, ExpressionToken, Name, Renames, Schema, Table};

use super::ColumnRenames;

/// The labels that get another text, under the columns' old names. One that changes places with another isn't among
/// them: nothing would tell whether it was done.
pub(super) fn renamed(present: &Schema, after: &Schema, columns: &ColumnRenames, renames: &Renames) -> Vec<Change> {
    let change = |((table, column, to), from): (&(_, Name, String), &String)| {
        let moved = columns.get(table)?.iter().find(|(_, new)| *new == column).map(|(old, _)| old);
        let old = moved.unwrap_or(column);
        let (had, has) = (labels(present.tables.get(table)?, old), labels(after.tables.get(table)?, column));
        let is_due = had.contains(from) && !had.contains(to) && has.contains(to) && !has.contains(from);
        let (table, column) = (table.clone(), old.clone());
        is_due.then(|| Change::RenameValue { table, column, from: from.clone(), to: to.clone() })
    };
    renames.values.iter().filter_map(change).collect()
}

/// The texts that a column may hold, where its `ENUM` or a check says so, in their order.
pub fn labels(table: &Table, name: &Name) -> Vec<String> {
    let mut labels = Vec::new();
    if let Some(column) = table.column(name).filter(|column| column.column_type.name == "enum") {
        labels.extend(column.column_type.arguments.iter().map(|text| unquoted(text)));
    }
    for check in &table.checks {
        let tokens = check.expression.tokens();
        let [first, word, open, values @ .., close] = tokens else { continue };
        let is_list = |(at, one): (usize, &ExpressionToken)| match at % 2 {
            0 => one.text.starts_with('\''),
            _ => &*one.key == ",",
        };
        let of_column = first.name.as_ref() == Some(name) && &*word.key == "in" && &*open.key == "(";
        if of_column && &*close.key == ")" && values.iter().enumerate().all(is_list) {
            labels.extend(values.iter().step_by(2).map(|one| unquoted(&one.text)));
        }
    }
    let mut seen = BTreeSet::new();
    labels.retain(|label: &String| seen.insert(label.clone()));
    labels
}

fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    inner.unwrap_or(text).replace("''", "'")
}
