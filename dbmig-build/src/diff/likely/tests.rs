//! What looks like a rename, and what doesn't.

use dbmig::Backend;

use super::*;
use crate::replay::Replay;
use crate::source::Source;
use crate::sql::split;

fn schema(sql: &str, backend: Backend) -> Schema {
    let mut replay = Replay::new(backend);
    assert_eq!(replay.run(&split(&Source::new("schema.sql", sql), backend)).diagnostics, []);
    replay.schema().clone()
}

#[track_caller]
fn check(backend: Backend, before: &str, after: &str, expected: &[&str]) {
    let (before, after) = (schema(before, backend), schema(after, backend));
    let found = likely_renames(&before, &after, &Renames::default());
    let lines: Vec<String> = found.iter().map(|one| format!("{}: {}", one.rename, one.why)).collect();
    assert_eq!(lines, expected);
}

#[track_caller]
fn check_columns(before: &str, after: &str, expected: &[&str]) {
    let table = |columns: &str| format!("CREATE TABLE users (id integer PRIMARY KEY, {columns});");
    check(Backend::Postgres, &table(before), &table(after), expected);
}

#[test]
fn columns_of_one_type_with_names_alike_or_in_one_place() {
    check_columns(
        "name varchar(80) NOT NULL, bio text",
        "bio text, full_name varchar(80) NOT NULL",
        &["column users.name -> full_name: both are varchar(80) and NOT NULL, and the names share `name`"],
    );
    check_columns(
        "bio text, created timestamp",
        "about text, created timestamp",
        &["column users.bio -> about: both are text, and they stand in the same place"],
    );
    check_columns(
        "descr text, x integer",
        "x integer, description text",
        &["column users.descr -> description: both are text, and one name begins with the other"],
    );
    check_columns(
        "adress text, x integer",
        "x integer, address text",
        &["column users.adress -> address: both are text, and the names are spelt alike"],
    );
    check_columns(
        "a text, b text, x integer",
        "c text, d text, x integer",
        &[
            "column users.a -> c: both are text, and they stand in the same place",
            "column users.b -> d: both are text, and they stand in the same place",
        ],
    );
}

#[test]
fn columns_that_are_plainly_others() {
    // Another type; another place; another part in keys; computed.
    check_columns("name text", "name_length integer", &[]);
    check_columns("bio text, created timestamp", "created timestamp, phone text", &[]);
    check_columns("bio text", "phone text UNIQUE", &[]);
    check_columns("bio text", "phone text NOT NULL", &[]);
    check_columns("name text", "full_name text GENERATED ALWAYS AS ('x') STORED", &[]);
    check_columns("name text", "name text, nickname text", &[]);
    check_columns("name text, nickname text", "name text", &[]);
}

#[test]
fn each_column_is_in_one_rename() {
    check_columns(
        "x integer, first_name text, last_name text",
        "given_name text, family_name text, x integer",
        &[
            "column users.first_name -> given_name: both are text, and the names share `name`",
            "column users.last_name -> family_name: both are text, and the names share `name`",
        ],
    );
}

#[test]
fn tables() {
    let users = "CREATE TABLE users (id integer PRIMARY KEY, name text, email text, bio text);";
    check(
        Backend::Sqlite,
        users,
        "CREATE TABLE people (id integer PRIMARY KEY, name text, email text, about text);",
        &["table users -> people: 3 of 4 columns are the same"],
    );
    check(
        Backend::Sqlite,
        users,
        "CREATE TABLE user (id integer PRIMARY KEY, name text);",
        &["table users -> user: 2 of 4 columns are the same, and the names share `user`"],
    );
    check(
        Backend::Postgres,
        users,
        "CREATE SCHEMA app; CREATE TABLE app.users (id integer PRIMARY KEY, name text, email text, bio text);",
        &["table users -> app.users: they have the same columns, and only the schema differs"],
    );
    // Alike in nothing but a key.
    check(Backend::Sqlite, users, "CREATE TABLE posts (id integer PRIMARY KEY, title text, body text);", &[]);
    check(
        Backend::Sqlite,
        "CREATE TABLE a (id integer PRIMARY KEY);",
        "CREATE TABLE zz (id integer PRIMARY KEY);",
        &[],
    );
}

#[test]
fn types_and_labels() {
    let table = "CREATE TABLE t (id integer PRIMARY KEY, m";
    check(
        Backend::Postgres,
        &format!("CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); {table} mood);"),
        &format!("CREATE TYPE temper AS ENUM ('sad', 'ok', 'glad'); {table} temper);"),
        &["type mood -> temper: 2 of 3 labels are the same, and t.m had the one and has the other"],
    );
    check(
        Backend::Postgres,
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');",
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad', 'other');",
        &["label mood.happy -> glad: they stand in the same place"],
    );
    check(
        Backend::Postgres,
        "CREATE TYPE mood AS ENUM ('sad', 'ok');",
        "CREATE TYPE colour AS ENUM ('red', 'green'); CREATE DOMAIN d AS text;",
        &[],
    );
    check(
        Backend::Postgres,
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');",
        "CREATE TYPE mood AS ENUM ('glad', 'sad', 'ok');",
        &[],
    );
}

#[test]
fn labels_that_columns_list() {
    let users = |mood: &str| format!("CREATE TABLE users (id integer PRIMARY KEY, mood {mood});");
    check(
        Backend::Mysql,
        &users("ENUM('sad', 'ok', 'happy')"),
        &users("ENUM('sad', 'fine', 'happy', 'other')"),
        &["label users.mood.ok -> fine: they stand in the same place"],
    );
    let listed = |labels: &str| users(&format!("text CHECK (mood IN ({labels}))"));
    check(
        Backend::Sqlite,
        &listed("'sad', 'ok'"),
        &listed("'sad', 'okay'"),
        &["label users.mood.ok -> okay: they stand in the same place"],
    );
    check(Backend::Sqlite, &listed("1, 2"), &listed("1, 3"), &[]);
    check(Backend::Sqlite, &listed("'a', 'b') OR (mood > 'x'"), &listed("'a', 'c') OR (mood > 'x'"), &[]);
    check(Backend::Postgres, &listed("'sad', 'ok'"), &listed("'sad', 'okay'"), &[]);
    check(Backend::Sqlite, &listed("'sad', 'ok'"), &listed("'sad', 'ok', 'okay'"), &[]);
}

#[test]
fn what_is_stated_is_asked_no_more_and_lets_see_further() {
    let backend = Backend::Postgres;
    let before = schema("CREATE TABLE users (id integer PRIMARY KEY, name text, email text, bio text);", backend);
    let after = schema("CREATE TABLE people (id integer PRIMARY KEY, full_name text, email text, bio text);", backend);
    let mut renames = Renames::default();
    let mut asked = Vec::new();
    while let Some(one) = likely_renames(&before, &after, &renames).first() {
        asked.push(format!("{} {} {}", one.rename.noun(), one.rename.from(), one.rename.to()));
        one.rename.state(&mut renames);
    }
    assert_eq!(asked, ["table users people", "column people.name full_name"]);
    assert_eq!(renames.tables.len() + renames.columns.len(), 2);
}
