//! Values for rows that share what is to be unique: those behind the first get the one that was stated.
//!
//! They come before everything else, and so before the check that looks for rows which still share a value.

use std::collections::BTreeSet;

use dbmig_build::schema::{Change, Constraint, IndexColumn, Name, ObjectName, Schema, Table, mentions};

use super::text::{column as place, comment};
use super::{Backfills, Part, RenderError, Rendered};

/// The columns of tables that are there which become unique alone: by their names after.
pub fn made_unique(changes: &[Change]) -> Vec<(ObjectName, Name)> {
    let mut found = Vec::new();
    for change in changes {
        let (table, columns) = match change {
            Change::AddConstraint { table, constraint: Constraint::Unique(one) } => (table, &one.columns),
            Change::AddConstraint { table, constraint: Constraint::PrimaryKey(one) } => (table, &one.columns),
            Change::CreateIndex { table, index } if index.unique && index.predicate.is_none() => {
                (table, &index.columns)
            }
            _ => continue,
        };
        if let [only] = columns.as_slice() {
            let column = only.name().map(|name| (table.clone(), name.clone()));
            found.extend(column.filter(|column| !found.contains(column)));
        }
    }
    found
}

/// Puts the statements that give rows their own values in front of what was rendered.
///
/// A value that a column needs anyway, because it is altered or comes into the key, is for that: it is given to rows that
/// share one too where that can be done, and elsewhere the check finds them.
///
/// # Errors
///
/// A table whose rows can't be told apart, or a value that names columns which get other names by the same changes.
pub(super) fn fill(
    rendered: &mut Rendered,
    changes: &[Change],
    before: &Schema,
    backfills: &Backfills,
) -> Result<(), RenderError> {
    let mut statements = Vec::new();
    for (name, column) in made_unique(changes) {
        let Some(value) = backfills.get(&(name.clone(), column.clone())) else { continue };
        let added = changes.iter().any(
            |change| matches!(change, Change::AddColumn { table, column: new } if *table == name && new.name == column),
        );
        if added {
            continue;
        }
        let shown = place(&name, &column);
        let (old_name, old_column) = origin(changes, &name, &column);
        let table = before.tables.get(&old_name).filter(|table| table.column(&old_column).is_some());
        let is_about = |change: &Change| match change {
            Change::AlterColumn { table, to, .. } => *table == name && to.name == column,
            Change::AddConstraint { table, constraint: Constraint::PrimaryKey(_) } => *table == name,
            _ => false,
        };
        let retyped = |change: &Change| matches!(change, Change::AlterColumn { from, to, .. } if from.column_type != to.column_type);
        let mut needs = changes.iter().filter(|change| is_about(change)).peekable();
        if needs.peek().is_some() && (needs.any(retyped) || table.is_none_or(|table| key(table).is_empty())) {
            rendered.notes.push(format!(
                "Rows that share a value of {shown} keep it, since the column or the key changes too: the check finds them."
            ));
            continue;
        }
        let names_renamed = changes.iter().any(
            |change| matches!(change, Change::RenameColumn { table, to, .. } if *table == name && mentions(value, to)),
        );
        let table = table.filter(|_| !names_renamed).ok_or_else(|| {
            let what = if names_renamed {
                format!("a column that the value of `{shown}` names")
            } else {
                format!("`{shown}`")
            };
            let message = format!(
                "{what} has another name in the chain: rename it in a revision of its own, then make `{shown}` unique"
            );
            RenderError::Impossible(message)
        })?;
        statements.push(update(table, &old_column, value)?);
        rendered.notes.push(format!("The values of {shown} that rows share are not brought back by down.sql."));
    }
    if statements.is_empty() {
        return Ok(());
    }
    if !rendered.parts.first().is_some_and(|part| part.run_in_transaction) {
        let (title, up, down) = ("values".to_owned(), String::new(), "SELECT 1;\n".to_owned());
        rendered.parts.insert(0, Part { title, up, down, run_in_transaction: true });
    }
    if let Some(first) = rendered.parts.first_mut() {
        let rest = std::mem::take(&mut first.up);
        first.up = statements.join("\n\n") + if rest.is_empty() { "\n" } else { "\n\n" } + &rest;
    }
    Ok(())
}

/// What a table and its column were called before.
fn origin(changes: &[Change], table: &ObjectName, column: &Name) -> (ObjectName, Name) {
    let (mut table, mut column) = (table.clone(), column.clone());
    for change in changes.iter().rev() {
        match change {
            Change::RenameTable { from, to } if *to == table => table.clone_from(from),
            Change::RenameColumn { table: of, from, to } if *of == table && *to == column => column.clone_from(from),
            _ => {}
        }
    }
    (table, column)
}

/// The rows behind the first that has a value, by the order of the key. No database updates a table that a subquery of
/// the same statement reads, unless that is a table of its own.
fn update(table: &Table, column: &Name, value: &str) -> Result<String, RenderError> {
    let key: Vec<String> = key(table).into_iter().map(Name::sql).collect();
    if key.is_empty() {
        let problem = format!("table `{}` has no primary key that tells its rows apart", table.name);
        return Err(RenderError::Impossible(format!("{problem}: give them their values by hand")));
    }
    let of = |alias: &str| -> Vec<String> { key.iter().map(|name| format!("{alias}.{name}")).collect() };
    let tuple = |names: &[String]| match names {
        [only] => only.clone(),
        several => format!("({})", several.join(", ")),
    };
    let (name, column_sql) = (table.name.sql(), column.sql());
    let why = format!("Rows whose {column} an earlier row has get another one.");
    Ok(format!(
        "{}\nUPDATE {name} SET {column_sql} = {value}\nWHERE {} IN (SELECT {} FROM (\n    SELECT {} FROM {name} AS later\n    \
         JOIN {name} AS earlier ON earlier.{column_sql} = later.{column_sql} AND {} < {}\n) AS shared);",
        comment(&why),
        tuple(&key),
        key.join(", "),
        of("later").join(", "),
        tuple(&of("earlier")),
        tuple(&of("later")),
    ))
}

/// The columns that tell a table's rows apart; none where it has no primary key.
fn key(table: &Table) -> BTreeSet<&Name> {
    table.primary_key.iter().flat_map(|key| &key.columns).filter_map(IndexColumn::name).collect()
}
