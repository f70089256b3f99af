//! Every change has words of its own.

use dbmig::Backend;
use dbmig_build::diff::diff;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, Name, ObjectName, Renames, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql;

use super::{change_json, line, told};

fn schema(text: &str) -> Schema {
    schema_of(Backend::Postgres, text)
}

fn schema_of(backend: Backend, text: &str) -> Schema {
    let mut replay = Replay::new(backend);
    let replayed = replay.run(&sql::split(&Source::new("up.sql", text), backend));
    assert!(replayed.diagnostics.is_empty(), "{:?}", replayed.diagnostics);
    replay.schema().clone()
}

/// The lines from one schema to another.
fn lines(from: &str, to: &str) -> Vec<String> {
    let changes = diff(&schema(from), &schema(to), &Renames::default());
    for change in &changes {
        assert_ne!(change_json(change)["kind"], "other", "{change:?}");
    }
    told(&changes).into_iter().map(line).collect()
}

#[test]
fn objects_of_every_kind() {
    let everything = "CREATE SCHEMA app; CREATE TYPE mood AS ENUM ('sad'); CREATE SEQUENCE numbers;
        CREATE TABLE users (id int CONSTRAINT users_pkey PRIMARY KEY, name text NOT NULL DEFAULT 'x');
        CREATE INDEX users_name_idx ON users (name);";
    assert_eq!(
        lines("", everything),
        ["+ schema app", "+ type mood", "+ sequence numbers", "+ table users (2 columns)"]
    );
    assert_eq!(
        lines(everything, "CREATE TABLE users (id int CONSTRAINT users_pkey PRIMARY KEY);"),
        [
            "- index users_name_idx on users",
            "- column users.name  (destructive: its data is lost)",
            "- sequence numbers",
            "- type mood",
            "- schema app",
        ]
    );
    // Its sequence comes and goes with a column.
    let identity = "id int GENERATED ALWAYS AS IDENTITY";
    assert_eq!(lines("", &format!("CREATE TABLE a ({identity}, b serial);")), ["+ table a (2 columns)"]);
    let with_key = format!("CREATE TABLE a (b int, {identity});");
    assert_eq!(lines("CREATE TABLE a (b int);", &with_key), ["+ column a.id integer not null"]);
    assert_eq!(lines("CREATE TABLE a (id int);", ""), ["- table a  (destructive: its data is lost)"]);
}

#[test]
fn constraints_without_names() {
    let named = schema_of(Backend::Sqlite, "CREATE TABLE a (id int, b int);");
    let text = "CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a (id), UNIQUE (b, id), CHECK (b > (id)));";
    let changes = diff(&named, &schema_of(Backend::Sqlite, text), &Renames::default());
    assert_eq!(
        told(&changes).into_iter().map(line).collect::<Vec<_>>(),
        ["+ primary key (id) on a", "+ unique (b, id) on a", "+ check (b > (id)) on a", "+ foreign key (b) on a"]
    );
}

#[test]
fn what_becomes_different() {
    let before = "CREATE TYPE mood AS ENUM ('sad'); CREATE SEQUENCE numbers;
        CREATE TABLE a (id int, name varchar(5), CONSTRAINT ids UNIQUE (id), CONSTRAINT positive CHECK (id > 0));
        CREATE INDEX names ON a (name);";
    let after = "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE SEQUENCE numbers INCREMENT 2;
        CREATE UNLOGGED TABLE a (id bigint DEFAULT 1, name varchar(5) COLLATE \"C\" NOT NULL,
            CONSTRAINT a_id_key UNIQUE (id), CONSTRAINT a_fkey FOREIGN KEY (id) REFERENCES a (id));
        CREATE INDEX a_name_idx ON a (name); COMMENT ON TABLE a IS 'x'; COMMENT ON COLUMN a.id IS 'y';";
    let mut lines = lines(before, after);
    lines.sort();
    assert_eq!(
        lines,
        [
            "+ enum value mood.glad",
            "+ foreign key a_fkey on a",
            "- check positive on a",
            "~ column a.id: integer becomes bigint, default 1, comment",
            "~ column a.name: NOT NULL, collation C",
            "~ constraint ids is now a_id_key on a",
            "~ index names is now a_name_idx on a",
            "~ sequence numbers: increment 2",
            "~ table a: comment",
            "~ table a: unlogged",
        ]
    );
}

#[test]
fn other_names_and_places() {
    let name = |text: &str| Name::new(text, Backend::Postgres);
    let object = |text: &str| ObjectName::unqualified(name(text));
    let (from, to) = (object("a"), object("b"));
    let (old, new) = ("sad".to_owned(), "gloomy".to_owned());
    for (change, expected) in [
        (Change::RenameTable { from: from.clone(), to: to.clone() }, "~ table a is now b"),
        (Change::RenameView { from: from.clone(), to: to.clone() }, "~ view a is now b"),
        (Change::RenameType { from: from.clone(), to: to.clone() }, "~ type a is now b"),
        (Change::RenameSequence { from: from.clone(), to }, "~ sequence a is now b"),
        (
            Change::RenameEnumValue { name: from.clone(), from: old.clone(), to: new },
            "~ enum value a.sad is now a.gloomy",
        ),
        (
            Change::RenameValue { table: from.clone(), column: name("x"), from: "y".to_owned(), to: "z".to_owned() },
            "~ value a.x.y is now a.x.z",
        ),
        (
            Change::DropEnumValue { name: from.clone(), value: old, position: 0 },
            "- enum value a.sad  (destructive: its data is lost)",
        ),
        (Change::RenameColumn { table: from.clone(), from: name("x"), to: name("y") }, "~ column a.x is now a.y"),
        (
            Change::MoveColumn { table: from.clone(), column: name("x"), from: None, to: Some(name("y")) },
            "~ column a.x: comes behind y",
        ),
        (
            Change::MoveColumn { table: from, column: name("x"), from: Some(name("y")), to: None },
            "~ column a.x: comes first",
        ),
    ] {
        assert_eq!(line(&change), expected);
        assert_ne!(change_json(&change)["kind"], "other", "{change:?}");
    }
}
