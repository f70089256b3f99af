//! What `--rename` says: `users=people`, `users.name=full_name`, `type:mood=temper`, `mood.sad=gloomy`.

mod labels;

use std::collections::BTreeMap;

use dbmig_build::diff::Rename;
use dbmig_build::schema::{Name, ObjectName, Renames, Schema, Table};

use crate::commands::migrate::named::{is_named, suggest};
use crate::error::{Error, Kind};

/// What `--rename` is about.
#[derive(Clone, Copy)]
pub(in crate::commands::migrate) struct Sides<'a> {
    /// The chain's schema.
    pub(in crate::commands::migrate) before: &'a Schema,
    /// What it is to become.
    pub(in crate::commands::migrate) desired: &'a Schema,
    /// The columns that hold the labels of each enum of the models.
    pub(in crate::commands::migrate) enums: &'a BTreeMap<ObjectName, Vec<(ObjectName, Name)>>,
}

/// Adds what `--rename` says to what the models say. A column's table may be named as before or as after.
///
/// # Errors
///
/// One that isn't understood, or that names what isn't there.
pub(in crate::commands::migrate) fn stated(
    given: &[String],
    sides: &Sides<'_>,
    renames: &mut Renames,
) -> Result<(), Error> {
    let Sides { before, desired, .. } = *sides;
    let mut rest = Vec::new();
    // Tables and types first: what they hold is named with them.
    for text in given {
        let (left, right) = split(text)?;
        let whole = match left.split_once(':') {
            Some(("table", name)) => table(text, name, right, before, desired).map(Some)?,
            Some(("type", name)) => user_type(text, name, right, before, desired).map(Some)?,
            Some(_) => None,
            None if has_column(left, before, desired, renames) => None,
            None if has_table(left, before) => table(text, left, right, before, desired).map(Some)?,
            None if before.types.keys().any(|one| is_named(one, left)) => {
                user_type(text, left, right, before, desired).map(Some)?
            }
            None => None,
        };
        match whole {
            Some(rename) => rename.state(renames),
            None => rest.push(text),
        }
    }
    // Labels last: their columns may have other names.
    rest.sort_by_key(|text| text.starts_with("value:"));
    for text in rest {
        let (left, right) = split(text)?;
        let found = match left.split_once(':') {
            Some(("value", name)) => labels::of(text, name, right, sides, renames)?,
            Some(("column", name)) => vec![column(text, name, right, before, desired, renames)?],
            Some((kind, _)) => {
                let message = format!("--rename {text}: `{kind}:` is no kind of thing that can be renamed");
                return Err(Error::new(Kind::Usage, message).help("table:, column:, type: or value:"));
            }
            None if has_column(left, before, desired, renames) => {
                vec![column(text, left, right, before, desired, renames)?]
            }
            None => match labels::find(text, left, right, sides, renames)? {
                found if !found.is_empty() => found,
                _ if labels::names_enum(left, sides) => labels::of(text, left, right, sides, renames)?,
                _ if is_part(left, before) => return Err(of_part(text, left)),
                _ => vec![column(text, left, right, before, desired, renames)?],
            },
        };
        found.iter().for_each(|rename| rename.state(renames));
    }
    Ok(())
}

fn split(text: &str) -> Result<(&str, &str), Error> {
    let parts = text.split_once('=').map(|(old, new)| (old.trim(), new.trim()));
    parts.filter(|(old, new)| !old.is_empty() && !new.is_empty()).ok_or_else(|| {
        Error::new(Kind::Usage, format!("--rename {text}: write it as OLD=NEW")).help(
            "--rename users=people, --rename users.name=full_name, --rename type:mood=temper, --rename mood.sad=gloomy",
        )
    })
}

fn missing(text: &str, what: String) -> Error {
    Error::new(Kind::Usage, format!("--rename {text}: {what}"))
}

fn unknown_column(text: &str, what: String, column: &str, table: &Table) -> Error {
    suggest(missing(text, what), column, table.columns.iter().map(|one| &one.name))
}

/// Whether a text names an index or a constraint, with or without its table.
fn is_part(text: &str, before: &Schema) -> bool {
    let mut tables = before.tables.values();
    tables.any(|table| {
        let bare =
            text.rsplit_once('.').filter(|(owner, _)| is_named(&table.name, owner)).map_or(text, |(_, bare)| bare);
        let name = table.name.name.renamed(bare);
        table.index(&name).is_some() || table.constraint(&name).is_some()
    })
}

fn of_part(text: &str, left: &str) -> Error {
    missing(text, format!("`{left}` is an index or a constraint, and those are renamed without an option"))
        .help("where two of one table differ in their names alone, `migrate` renames the one to the other")
}

fn has_table(name: &str, before: &Schema) -> bool {
    before.tables.keys().any(|one| is_named(one, name))
}

fn has_column(text: &str, before: &Schema, desired: &Schema, renames: &Renames) -> bool {
    let found = text.rsplit_once('.').and_then(|(name, column)| Some((pair(name, before, desired, renames)?, column)));
    found.is_some_and(|((old, _), column)| find_column(old, column).is_some())
}

fn table(text: &str, old: &str, new: &str, before: &Schema, desired: &Schema) -> Result<Rename, Error> {
    let from = before.tables.keys().find(|name| is_named(name, old));
    let from = from
        .ok_or_else(|| suggest(missing(text, format!("the chain has no table `{old}`")), old, before.tables.keys()))?;
    let to = desired.tables.keys().find(|name| is_named(name, new));
    let to = to.ok_or_else(|| {
        suggest(missing(text, format!("the models have no table `{new}`")), new, desired.tables.keys())
    })?;
    if desired.tables.contains_key(from) {
        return Err(missing(text, format!("the models have a table `{old}` still")));
    }
    if before.tables.contains_key(to) {
        return Err(missing(text, format!("the chain has a table `{new}` already")));
    }
    Ok(Rename::Table { from: from.clone(), to: to.clone() })
}

/// A table before and after, named as either.
fn pair<'a>(name: &str, before: &'a Schema, desired: &'a Schema, renames: &Renames) -> Option<(&'a Table, &'a Table)> {
    let after = |old: &ObjectName| {
        let renamed = renames.tables.iter().find(|(_, from)| *from == old).map(|(to, _)| to);
        desired.tables.get(renamed.unwrap_or(old))
    };
    let by_old = || {
        let old = before.tables.values().find(|table| is_named(&table.name, name))?;
        Some((old, after(&old.name)?))
    };
    let new = desired.tables.values().find(|table| is_named(&table.name, name));
    let by_new = new.and_then(|new| {
        let old = renames.tables.get(&new.name).unwrap_or(&new.name);
        Some((before.tables.get(old)?, new))
    });
    by_new.or_else(by_old)
}

fn find_column<'a>(table: &'a Table, text: &str) -> Option<&'a Name> {
    table.columns.iter().map(|column| &column.name).find(|name| name.as_str() == text || name.key() == text)
}

fn column(
    text: &str,
    left: &str,
    right: &str,
    before: &Schema,
    desired: &Schema,
    renames: &Renames,
) -> Result<Rename, Error> {
    let Some((name, old)) = left.rsplit_once('.') else {
        return Err(suggest(missing(text, format!("the chain has no table `{left}`")), left, before.tables.keys()));
    };
    let found = pair(name, before, desired, renames);
    let (present, after) =
        found.ok_or_else(|| missing(text, format!("no table `{name}` is in the chain and in the models")))?;
    let from = find_column(present, old)
        .ok_or_else(|| unknown_column(text, format!("the chain's `{name}` has no column `{old}`"), old, present))?;
    let new = right.rsplit_once('.').filter(|(table, _)| is_named(&after.name, table)).map_or(right, |(_, new)| new);
    let to = find_column(after, new)
        .ok_or_else(|| unknown_column(text, format!("the model of `{name}` has no column `{new}`"), new, after))?;
    if after.column(from).is_some() {
        return Err(missing(text, format!("the model of `{name}` has `{old}` still")));
    }
    if present.column(to).is_some() {
        return Err(missing(text, format!("the chain's `{name}` has `{new}` already")));
    }
    Ok(Rename::Column { table: after.name.clone(), from: from.clone(), to: to.clone() })
}

fn user_type(text: &str, old: &str, new: &str, before: &Schema, desired: &Schema) -> Result<Rename, Error> {
    let from = before.types.keys().find(|name| is_named(name, old));
    let from =
        from.ok_or_else(|| suggest(missing(text, format!("the chain has no type `{old}`")), old, before.types.keys()))?;
    let to = desired.types.keys().find(|name| is_named(name, new));
    let to = to.ok_or_else(|| missing(text, format!("the models have no type `{new}`")))?;
    if before.types.contains_key(to) {
        return Err(missing(text, format!("the chain has a type `{new}` already")));
    }
    Ok(Rename::Type { from: from.clone(), to: to.clone() })
}

#[cfg(test)]
mod tests {
    use dbmig::Backend;
    use dbmig_build::replay::Replay;
    use dbmig_build::source::Source;
    use dbmig_build::sql;

    use super::*;

    fn schema(text: &str) -> Schema {
        let mut replay = Replay::new(Backend::Postgres);
        let replayed = replay.run(&sql::split(&Source::new("up.sql", text), Backend::Postgres));
        assert!(replayed.diagnostics.is_empty(), "{:?}", replayed.diagnostics);
        replay.schema().clone()
    }

    fn read(given: &[&str]) -> Result<String, String> {
        let before = schema(
            "CREATE SCHEMA app; CREATE TYPE mood AS ENUM ('sad', 'a.b');
             CREATE TABLE users (id int, name text, mood mood, email text); CREATE INDEX users_email ON users (email); CREATE TABLE app.logs (id int);",
        );
        let after = schema(
            "CREATE SCHEMA app; CREATE TYPE temper AS ENUM ('gloomy', 'c');
             CREATE TABLE people (id int, full_name text, mood temper, email text); CREATE TABLE app.events (id int);",
        );
        let given: Vec<String> = given.iter().map(|&text| text.to_owned()).collect();
        let mut renames = Renames::default();
        let sides = Sides { before: &before, desired: &after, enums: &BTreeMap::new() };
        stated(&given, &sides, &mut renames).map_err(|error| error.message)?;
        let tables = renames.tables.iter().map(|(to, from)| format!("{from}>{to}"));
        let columns = renames.columns.iter().map(|((table, to), from)| format!("{table}.{from}>{to}"));
        let types = renames.types.iter().map(|(to, from)| format!("{from}>{to}"));
        let labels = renames.enum_values.iter().map(|((name, to), from)| format!("{name}.{from}>{to}"));
        Ok(tables.chain(columns).chain(types).chain(labels).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn forms() {
        assert_eq!(read(&["users=people"]).unwrap(), "users>people");
        assert_eq!(read(&["table:users=people"]).unwrap(), "users>people");
        assert_eq!(read(&["app.logs=app.events"]).unwrap(), "app.logs>app.events");
        let both = "users>people people.name>full_name";
        assert_eq!(read(&["users.name=full_name", "users=people"]).unwrap(), both);
        assert_eq!(read(&["users=people", "people.name=people.full_name"]).unwrap(), both);
        assert_eq!(read(&["users=people", "column:people.name=full_name"]).unwrap(), both);
        assert_eq!(read(&["type:mood=temper"]).unwrap(), "mood>temper");
        let labels = "mood>temper temper.sad>gloomy";
        assert_eq!(read(&["value:mood.sad=gloomy", "type:mood=temper"]).unwrap(), labels);
        assert_eq!(read(&["mood=temper", "mood.sad=gloomy"]).unwrap(), labels);
        assert_eq!(read(&["type:mood=temper", "value:temper.a.b=c"]).unwrap(), "mood>temper temper.a.b>c");
    }

    #[test]
    fn slips() {
        for (given, expected) in [
            ("users", "--rename users: write it as OLD=NEW"),
            ("=people", "--rename =people: write it as OLD=NEW"),
            ("user=people", "--rename user=people: the chain has no table `user`"),
            ("users=persons", "--rename users=persons: the models have no table `persons`"),
            (
                "users.name=full_name",
                "--rename users.name=full_name: no table `users` is in the chain and in the models",
            ),
            ("view:a=b", "--rename view:a=b: `view:` is no kind of thing that can be renamed"),
            ("value:mood.sad=x", "--rename value:mood.sad=x: no enum of the chain and the models has these labels"),
            (
                "users_email=users_mail",
                "--rename users_email=users_mail: `users_email` is an index or a constraint, and those are renamed without \
                 an option",
            ),
            ("mood.sat=gloomy", "--rename mood.sat=gloomy: no enum of the chain and the models has these labels"),
            ("type:mode=temper", "--rename type:mode=temper: the chain has no type `mode`"),
        ] {
            assert_eq!(read(&[given]).unwrap_err(), expected);
        }
        let column = |given: &str| read(&["users=people", given]).unwrap_err();
        assert_eq!(
            column("people.nam=full_name"),
            "--rename people.nam=full_name: the chain's `people` has no column `nam`"
        );
        assert_eq!(
            column("people.name=title"),
            "--rename people.name=title: the model of `people` has no column `title`"
        );
        assert_eq!(
            column("people.email=full_name"),
            "--rename people.email=full_name: the model of `people` has `email` still"
        );
        assert_eq!(column("people.name=email"), "--rename people.name=email: the chain's `people` has `email` already");
    }
}
