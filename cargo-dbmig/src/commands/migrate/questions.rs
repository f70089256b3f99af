//! What `migrate` must be told: values for rows that are there already.

mod sqlite;

use std::collections::BTreeSet;

use dbmig::Backend;
use dbmig_build::schema::{Autoincrement, Change, Column, Expression, Name, ObjectName, Schema};
use dbmig_build::sql;

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::render::{self, Backfills};

/// A column of a table, by their names after.
pub(in crate::commands) type Place = (ObjectName, Name);

/// The values for columns that become NOT NULL or unique: from `--backfill`, else asked for at a terminal. Of those that
/// nobody gives, rendering marks the first in the file, and has a check for the second.
///
/// # Errors
///
/// A `--backfill` that isn't understood or isn't needed.
pub(super) fn backfills(
    given: &[String],
    kept: &Backfills,
    changes: &[Change],
    before: &Schema,
    context: &Context<'_>,
) -> Result<Backfills, Error> {
    let unique = unique(changes, before);
    let (needed, others) = fillable(changes, before);
    let fillable: Vec<(ObjectName, Name)> = needed.iter().cloned().chain(others).collect();
    let mut values = Backfills::new();
    for text in given {
        let (column, value) = parse(text, &fillable, context)?;
        let value = checked(value, &column, &Columns::of(&column.0, changes, before), context)?;
        values.insert(column, value);
    }
    for (column, value) in kept.iter().filter(|(column, _)| fillable.contains(column)) {
        let (table, name) = column;
        values.entry(column.clone()).or_insert_with(|| {
            context.ui.status("As before", format!("{table}.{name} gets {value}"));
            value.clone()
        });
    }
    let asked = |(table, column): &(ObjectName, Name)| {
        format!(
            "{table}.{column} is NOT NULL. The value for rows that are there already, as SQL (empty: decide in the file)"
        )
    };
    let mut questions: Vec<_> = needed.iter().map(|one| (one.clone(), asked(one))).collect();
    let asked = |(table, column): &(ObjectName, Name)| {
        format!(
            "{table}.{column} is to be unique. The value for rows that share one with an earlier row, as SQL (empty: the run stops and names them)"
        )
    };
    questions.extend(unique.iter().filter(|one| !needed.contains(one)).map(|one| (one.clone(), asked(one))));
    for ((table, column), question) in questions {
        if values.contains_key(&(table.clone(), column.clone())) {
            continue;
        }
        let columns = Columns::of(&table, changes, before);
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

/// The columns whose rows may get a value: those that have to, and others.
pub(in crate::commands) fn fillable(changes: &[Change], before: &Schema) -> (Vec<Place>, Vec<Place>) {
    let needed = needed(changes, before);
    let mut others: Vec<Place> = Vec::new();
    for place in unique(changes, before).into_iter().chain(added(changes, before)) {
        if !needed.contains(&place) && !others.contains(&place) {
            others.push(place);
        }
    }
    (needed, others)
}

/// The tables that are there already, by their names after.
fn tables<'a>(changes: &'a [Change], before: &'a Schema) -> BTreeSet<&'a ObjectName> {
    let mut tables: BTreeSet<&ObjectName> = before.tables.keys().collect();
    for change in changes {
        if let Change::RenameTable { from, to } = change {
            tables.remove(from);
            tables.insert(to);
        }
    }
    tables
}

/// The columns that come to tables that are there already: their rows may get something else than NULL or the default.
fn added(changes: &[Change], before: &Schema) -> Vec<(ObjectName, Name)> {
    let tables = tables(changes, before);
    let is_filled = |column: &Column| column.generated.is_none() && column.autoincrement == Autoincrement::No;
    let added = changes.iter().filter_map(|change| match change {
        Change::AddColumn { table, column } if tables.contains(table) && is_filled(column) => {
            Some((table.clone(), column.name.clone()))
        }
        _ => None,
    });
    added.collect()
}

/// The columns of tables that are there already which become unique, and whose rows may share a value: not those that
/// come without one.
fn unique(changes: &[Change], before: &Schema) -> Vec<(ObjectName, Name)> {
    let tables = tables(changes, before);
    let shares = |table: &ObjectName, name: &Name| {
        let new = changes.iter().find_map(|change| match change {
            Change::AddColumn { table: one, column } if one == table && column.name == *name => Some(column),
            _ => None,
        });
        new.is_none_or(|new| new.generated.is_none() && new.default.is_some())
    };
    let is_partition =
        |name: &ObjectName| before.tables.get(name).is_some_and(|table| table.options.partition_of.is_some());
    let made = render::made_unique(changes).into_iter();
    made.filter(|(table, column)| tables.contains(table) && !is_partition(table) && shares(table, column)).collect()
}

/// The columns that become NOT NULL in tables that are there already, and have nothing to fill them with.
fn needed(changes: &[Change], before: &Schema) -> Vec<(ObjectName, Name)> {
    let tables = tables(changes, before);
    let mut needed = Vec::new();
    for change in changes {
        match change {
            // What is inherited is filled through the parent.
            Change::AddColumn { column, .. } | Change::AlterColumn { to: column, .. } if column.inherited => {}
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

/// The columns that a value may use: those from before, by the names that they get first.
struct Columns {
    known: Vec<Name>,
    /// What they were called, and are by then.
    renamed: Vec<(Name, Name)>,
}

impl Columns {
    fn of(table: &ObjectName, changes: &[Change], before: &Schema) -> Columns {
        let old = changes.iter().find_map(|change| match change {
            Change::RenameTable { from, to } if to == table => Some(from),
            _ => None,
        });
        let there = before.tables.get(old.unwrap_or(table)).into_iter().flat_map(|table| &table.columns);
        let renamed = changes.iter().filter_map(|change| match change {
            Change::RenameColumn { table: one, from, to } if one == table || Some(one) == old => {
                Some((from.clone(), to.clone()))
            }
            _ => None,
        });
        let mut renamed: Vec<(Name, Name)> = renamed.collect();
        let known = there.map(|column| &column.name).chain(renamed.iter().map(|(_, to)| to)).cloned().collect();
        // Where two change places, each is there.
        let taken: Vec<Name> = renamed.iter().map(|(_, to)| to.clone()).collect();
        renamed.retain(|(from, _)| !taken.contains(from));
        Columns { known, renamed }
    }

    /// The value by the columns' new names, where it uses an old one. What is read from other tables isn't looked at.
    fn by_new_names(&self, value: &Expression) -> Option<Expression> {
        if value.tokens().iter().any(|token| &*token.key == "select") {
            return None;
        }
        let mut new = value.clone();
        self.renamed.iter().for_each(|(from, to)| new.rename(from, to));
        (new != *value).then_some(new)
    }
}

fn parse<'a>(
    text: &'a str,
    needed: &[(ObjectName, Name)],
    context: &Context<'_>,
) -> Result<((ObjectName, Name), &'a str), Error> {
    let form = || Error::new(Kind::Usage, format!("--backfill {text}: write it as TABLE.COLUMN=SQL"));
    let (place, value) = text.split_once('=').ok_or_else(form)?;
    let (table, column) = place.trim().rsplit_once('.').ok_or_else(form)?;
    let found = needed.iter().find(|(one, name)| one.to_string() == table && name.as_str() == column);
    let Some(found) = found else {
        let error = Error::new(Kind::Usage, format!("--backfill {text}: {table}.{column} needs no value"));
        let names: Vec<_> = needed.iter().map(|(table, column)| format!("{table}.{column}")).collect();
        return Err(match names.as_slice() {
            [] if is_open(table, column, context) => {
                error.help(format!("a revision that is written already does: cargo dbmig amend --backfill \"{text}\""))
            }
            [] => error,
            names => error.help(format!("these do: {}", names.join(", "))),
        });
    };
    Ok((found.clone(), value.trim()))
}

/// Whether a revision has been written with an open question about a column.
fn is_open(table: &str, column: &str, context: &Context<'_>) -> bool {
    let Ok(chain) = context.chain() else { return false };
    let asks = |text: &str| text.split_whitespace().next() == Some(&format!("{table}.{column}"));
    chain.migrations.iter().any(|one| one.up.todos().any(|(_, text)| asks(text)))
}

/// A value that can fill a column.
fn checked(
    value: &str,
    (table, column): &(ObjectName, Name),
    columns: &Columns,
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
    if let Some(new) = columns.by_new_names(&read) {
        let problem = format!("`{value}` for {table}.{column} uses a column that has its new name by then");
        return Err(Error::new(Kind::Usage, problem).help(format!("--backfill {table}.{column}=\"{new}\"")));
    }
    let objection = match context.config.backend {
        Backend::Sqlite => sqlite::objection(value, table, &columns.known)?,
        Backend::Postgres | Backend::Mysql => bare_word(&read, &columns.known),
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
