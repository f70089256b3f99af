//! What `--rename` says: `users=people`, `users.name=full_name`, `type:mood=temper`, `value:mood.sad=gloomy`.

use dbmig_build::diff::Rename;
use dbmig_build::schema::{Name, ObjectName, Renames, Schema, Table, UserType, UserTypeKind};

use crate::commands::migrate::named::{is_named, suggest};
use crate::error::{Error, Kind};

/// Adds what `--rename` says to what the models say. A column's table may be named as before or as after.
///
/// # Errors
///
/// One that isn't understood, or that names what isn't there.
pub(in crate::commands::migrate) fn stated(
    given: &[String],
    before: &Schema,
    desired: &Schema,
    renames: &mut Renames,
) -> Result<(), Error> {
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
            None => None,
        };
        match whole {
            Some(rename) => rename.state(renames),
            None => rest.push(text),
        }
    }
    for text in rest {
        let (left, right) = split(text)?;
        let rename = match left.split_once(':') {
            Some(("value", name)) => label(text, name, right, before, desired, renames)?,
            Some(("column", name)) => column(text, name, right, before, desired, renames)?,
            Some((kind, _)) => {
                let message = format!("--rename {text}: `{kind}:` is no kind of thing that can be renamed");
                return Err(Error::new(Kind::Usage, message).help("table:, column:, type: or value:"));
            }
            None => column(text, left, right, before, desired, renames)?,
        };
        rename.state(renames);
    }
    Ok(())
}

fn split(text: &str) -> Result<(&str, &str), Error> {
    let parts = text.split_once('=').map(|(old, new)| (old.trim(), new.trim()));
    parts.filter(|(old, new)| !old.is_empty() && !new.is_empty()).ok_or_else(|| {
        Error::new(Kind::Usage, format!("--rename {text}: write it as OLD=NEW")).help(
            "--rename users=people, --rename users.name=full_name, --rename type:mood=temper, --rename \
             value:mood.sad=gloomy",
        )
    })
}

fn missing(text: &str, what: String) -> Error {
    Error::new(Kind::Usage, format!("--rename {text}: {what}"))
}

fn unknown_column(text: &str, what: String, column: &str, table: &Table) -> Error {
    suggest(missing(text, what), column, table.columns.iter().map(|one| &one.name))
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

fn label(
    text: &str,
    left: &str,
    new: &str,
    before: &Schema,
    desired: &Schema,
    renames: &Renames,
) -> Result<Rename, Error> {
    // A label may hold any letter, the type's name rarely holds a dot.
    let places = left.match_indices('.').map(|(at, _)| (&left[..at], &left[at + 1..]));
    for (name, old) in places {
        let is_it = |one: &&UserType| {
            is_named(&one.name, name) || renames.types.get(&one.name).is_some_and(|before| is_named(before, name))
        };
        let Some(after) = desired.types.values().find(is_it) else { continue };
        let Some(present) = before.types.get(renames.types.get(&after.name).unwrap_or(&after.name)) else { continue };
        let (UserTypeKind::Enum(olds), UserTypeKind::Enum(news)) = (&present.kind, &after.kind) else { continue };
        if olds.iter().any(|one| one == old) && news.iter().any(|one| one == new) {
            return Ok(Rename::EnumValue { name: after.name.clone(), from: old.to_owned(), to: new.to_owned() });
        }
    }
    let error = missing(text, "no enum of the chain and the models has these labels".to_owned());
    Err(error.help("--rename value:mood.sad=gloomy"))
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
             CREATE TABLE users (id int, name text, mood mood, email text); CREATE TABLE app.logs (id int);",
        );
        let after = schema(
            "CREATE SCHEMA app; CREATE TYPE temper AS ENUM ('gloomy', 'c');
             CREATE TABLE people (id int, full_name text, mood temper, email text); CREATE TABLE app.events (id int);",
        );
        let given: Vec<String> = given.iter().map(|&text| text.to_owned()).collect();
        let mut renames = Renames::default();
        stated(&given, &before, &after, &mut renames).map_err(|error| error.message)?;
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
