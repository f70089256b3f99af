//! What `migrate` must be told: values for rows that are there already.

mod sqlite;

use dbmig::Backend;
use dbmig_build::schema::{Change, Column, Expression, Name, ObjectName, Schema};
use dbmig_build::sql;

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::render::Backfills;

/// The values for columns that become NOT NULL: from `--backfill`, else asked for at a terminal. Those that nobody
/// gives are left out; rendering marks them in the file.
///
/// # Errors
///
/// A `--backfill` that isn't understood or isn't needed.
pub(super) fn backfills(
    given: &[String],
    changes: &[Change],
    before: &Schema,
    context: &Context<'_>,
) -> Result<Backfills, Error> {
    let needed = needed(changes, before);
    let mut values = Backfills::new();
    for text in given {
        let (column, value) = parse(text, &needed)?;
        let value = checked(value, &column, &columns(&column.0, changes, before), context)?;
        values.insert(column, value);
    }
    for (table, column) in needed.iter().filter(|column| !given_for(&values, column)).cloned().collect::<Vec<_>>() {
        let question = format!(
            "{table}.{column} is NOT NULL. The value for rows that are there already, as SQL (empty: decide in the file)"
        );
        let columns = columns(&table, changes, before);
        let place = (table, column);
        while let Some(answer) = context.ui.ask(&question)?.filter(|answer| !answer.trim().is_empty()) {
            match checked(answer.trim(), &place, &columns, context) {
                Ok(value) => {
                    values.insert(place, value);
                    break;
                }
                // A slip of the fingers isn't worth another run.
                Err(error) => context.ui.error(&error),
            }
        }
    }
    Ok(values)
}

fn given_for(values: &Backfills, column: &(ObjectName, Name)) -> bool {
    values.contains_key(column)
}

/// The columns that become NOT NULL in tables that are there already, and have nothing to fill them with.
fn needed(changes: &[Change], before: &Schema) -> Vec<(ObjectName, Name)> {
    let mut tables: Vec<ObjectName> = before.tables.keys().cloned().collect();
    let mut needed = Vec::new();
    for change in changes {
        match change {
            Change::RenameTable { from, to } => {
                tables.retain(|name| name != from);
                tables.push(to.clone());
            }
            Change::AddColumn { table, column } if tables.contains(table) && has_nothing_to_hold(column) => {
                needed.push((table.clone(), column.name.clone()));
            }
            Change::AlterColumn { table, from, to } if from.nullable && !to.nullable => {
                needed.push((table.clone(), to.name.clone()));
            }
            _ => {}
        }
    }
    needed
}

/// Whether a new column has no value for a row: it takes no NULL, has no default and isn't computed.
fn has_nothing_to_hold(column: &Column) -> bool {
    !column.nullable && column.default.is_none() && column.generated.is_none()
}

/// The columns that a value may use: those from before, and the names that they get.
fn columns(table: &ObjectName, changes: &[Change], before: &Schema) -> Vec<Name> {
    let old = changes.iter().find_map(|change| match change {
        Change::RenameTable { from, to } if to == table => Some(from),
        _ => None,
    });
    let there = before.tables.get(old.unwrap_or(table)).into_iter().flat_map(|table| &table.columns);
    let renamed = changes.iter().filter_map(|change| match change {
        Change::RenameColumn { table: one, to, .. } if one == table || Some(one) == old => Some(to),
        _ => None,
    });
    there.map(|column| &column.name).chain(renamed).cloned().collect()
}

fn parse<'a>(text: &'a str, needed: &[(ObjectName, Name)]) -> Result<((ObjectName, Name), &'a str), Error> {
    let form = || Error::new(Kind::Usage, format!("--backfill {text}: write it as TABLE.COLUMN=SQL"));
    let (place, value) = text.split_once('=').ok_or_else(form)?;
    let (table, column) = place.trim().rsplit_once('.').ok_or_else(form)?;
    let found = needed.iter().find(|(one, name)| one.to_string() == table && name.as_str() == column);
    let Some(found) = found else {
        let error = Error::new(Kind::Usage, format!("--backfill {text}: {table}.{column} needs no value"));
        let names: Vec<_> = needed.iter().map(|(table, column)| format!("{table}.{column}")).collect();
        return Err(if names.is_empty() { error } else { error.help(format!("these do: {}", names.join(", "))) });
    };
    Ok((found.clone(), value.trim()))
}

/// A value that can fill a column.
fn checked(
    value: &str,
    (table, column): &(ObjectName, Name),
    columns: &[Name],
    context: &Context<'_>,
) -> Result<String, Error> {
    let wrong = |why: String| {
        let error = Error::new(Kind::Usage, format!("`{value}` is no SQL expression for {table}.{column}: {why}"));
        error.help(format!("a text needs quotes: '{}'", value.trim_matches('\'')))
    };
    let read = sql::expression(value, context.config.backend).map_err(wrong)?;
    if value.eq_ignore_ascii_case("null") {
        return Err(Error::new(Kind::Usage, format!("NULL is what {table}.{column} can't hold any more")));
    }
    let objection = match context.config.backend {
        Backend::Sqlite => sqlite::objection(value, table, columns)?,
        Backend::Postgres | Backend::Mysql => bare_word(&read, columns),
    };
    objection.map_or(Ok(value.to_owned()), |why| Err(wrong(why)))
}

/// What is wrong with a value that is a sole word: it is no column, and so was meant to be a text. (More can't be said
/// without the database.)
fn bare_word(value: &Expression, columns: &[Name]) -> Option<String> {
    let [token] = value.tokens() else { return None };
    let is_value = token.key.starts_with("current_") || VALUES.contains(&&*token.key);
    token
        .name
        .as_ref()
        .filter(|name| !is_value && !columns.contains(name))
        .map(|name| format!("no such column: {name}"))
}

/// Words that are values by themselves.
const VALUES: [&str; 9] =
    ["default", "false", "localtime", "localtimestamp", "session_user", "true", "user", "utc_date", "utc_timestamp"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_without_quotes() {
        for backend in [Backend::Postgres, Backend::Mysql] {
            let columns = [Name::new("name", backend), Name::new("Mixed", backend)];
            let said = |value: &str| bare_word(&sql::expression(value, backend).unwrap(), &columns);
            for fine in ["1", "'member'", "name", "TRUE", "current_timestamp", "now()", "name || 'x'", "-1"] {
                assert_eq!(said(fine), None, "{fine}");
            }
            assert_eq!(said("member").unwrap(), "no such column: member");
            assert_eq!(said("(member)").unwrap(), "no such column: member");
        }
    }
}
