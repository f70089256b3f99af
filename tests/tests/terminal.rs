//! What is asked at a real terminal, and what an answer does.

use std::process::Stdio;
use std::time::Duration;

use dbmig_tests::host::Host;
use dbmig_tests::program;
use expectrl::session::OsSession;
use expectrl::{Eof, Expect, Session};

const USERS: &str = "#[derive(dbmig::Model)]\npub struct User {\n    pub id: i32,\n    FIELD\n}\n";

/// A host whose chain has a table `users`, and whose models then say something else.
fn host(models: &str) -> Host {
    let host = Host::temporary();
    host.write("src/models.rs", USERS.replace("    FIELD\n", ""));
    host.dbmig(&["migrate", "-m", "create users"]).success();
    host.write("src/models.rs", models);
    host
}

fn terminal(host: &Host, arguments: &[&str]) -> OsSession {
    let mut command = program::cargo_dbmig(host.root());
    command.args(arguments).stdin(Stdio::inherit());
    let mut session = Session::spawn(command).expect("a terminal");
    session.set_expect_timeout(Some(Duration::from_secs(20)));
    session
}

fn newest_up(host: &Host) -> String {
    let folders = std::fs::read_dir(host.path("migrations")).expect("migrations");
    let mut names: Vec<_> = folders.map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    let name = names.last().expect("a revision").to_string_lossy().into_owned();
    host.read(&format!("migrations/{name}/up.sql"))
}

#[test]
fn a_value_for_existing_rows_is_asked_for() {
    let host = host(&USERS.replace("FIELD", "pub admin: bool,"));
    let mut session = terminal(&host, &["migrate", "-m", "add admin"]);
    session.expect("users.admin is NOT NULL").expect("the question");
    session.send_line("false").expect("an answer");
    session.expect("+ column users.admin").expect("the summary");
    session.expect(Eof).expect("the end");
    let up = newest_up(&host);
    assert!(up.contains("    false\nFROM users"), "{up}");
    assert!(!up.contains("todo"), "{up}");
}

#[test]
fn no_answer_leaves_the_decision_in_the_file() {
    let host = host(&USERS.replace("FIELD", "pub admin: bool,"));
    let mut session = terminal(&host, &["migrate", "-m", "add admin"]);
    session.expect("users.admin is NOT NULL").expect("the question");
    session.send_line("").expect("an answer");
    session.expect("dbmig: todo").expect("what is to be done");
    session.expect(Eof).expect("the end");
    assert!(newest_up(&host).contains("-- dbmig: todo"));
}

#[test]
fn a_table_without_a_model_is_dropped_on_yes_alone() {
    let host = host("// No models.\n");
    let mut session = terminal(&host, &["migrate", "-m", "drop users"]);
    session.expect("`users` has no model any more. Drop it").expect("the question");
    session.send_line("n").expect("an answer");
    session.expect("nothing was written").expect("the end of it");
    session.expect(Eof).expect("the end");

    let mut session = terminal(&host, &["migrate", "-m", "drop users"]);
    session.expect("Drop it").expect("the question");
    session.send_line("y").expect("an answer");
    session.expect("- table users").expect("the summary");
    session.expect(Eof).expect("the end");
    assert!(newest_up(&host).contains("DROP TABLE users;"));
}

/// A folder of Diesel's, not adopted yet.
fn diesels() -> Host {
    let host = Host::temporary();
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                    diesel = { version = \"2.3\", features = [\"sqlite\"] }\n\n[workspace]\n";
    host.write("Cargo.toml", manifest);
    for name in ["2023-01-01-101500_a", "2023-01-02-101500_b"] {
        host.write(&format!("migrations/{name}/up.sql"), format!("CREATE TABLE t{} (id INTEGER);\n", &name[9..10]));
        host.write(&format!("migrations/{name}/down.sql"), format!("DROP TABLE t{};\n", &name[9..10]));
    }
    host
}

#[test]
fn adopt_asks_before_it_writes() {
    let host = diesels();
    let source = program::workspace().display().to_string();
    let arguments = ["adopt", "--source", &source];
    let mut session = terminal(&host, &arguments);
    session.expect("2023-01-02-101500_b/metadata.toml").expect("what would be written");
    session.expect("Adopt these 2?").expect("the question");
    session.send_line("n").expect("an answer");
    session.expect("nothing was written").expect("the end");
    session.expect(Eof).expect("the end");
    assert!(!host.path("migrations/2023-01-01-101500_a/metadata.toml").exists());
    assert!(!host.read("Cargo.toml").contains("dbmig"));
    let mut session = terminal(&host, &arguments);
    session.expect("Adopt these 2?").expect("the question");
    session.send_line("y").expect("an answer");
    session.expect("cargo dbmig check").expect("what comes next");
    session.expect(Eof).expect("the end");
    let second = host.read("migrations/2023-01-02-101500_b/metadata.toml");
    assert!(second.contains("revises = [\"20230101101500\"]"), "{second}");
}

#[test]
fn what_looks_like_a_rename_is_asked() {
    let with = |field: &str| USERS.replace("FIELD", &format!("pub {field}: String,"));
    let renamed = |answer: &str| {
        let host = Host::temporary();
        host.write("src/models.rs", with("name"));
        host.dbmig(&["migrate", "-m", "create users"]).success();
        host.write("src/models.rs", with("full_name"));
        let mut session = terminal(&host, &["migrate", "-m", "full names"]);
        session.expect("Is column users.name now full_name?").expect("the question");
        session.expect("both are text").expect("the reason");
        session.send_line(answer).expect("an answer");
        if answer == "n" {
            session.expect("users.full_name is NOT NULL").expect("the next question");
            session.send_line("'?'").expect("an answer");
        }
        session.expect("cargo dbmig upgrade").expect("what comes next");
        session.expect(Eof).expect("the end");
        newest_up(&host)
    };
    assert!(renamed("y").contains("RENAME COLUMN name TO full_name"), "a rename");
    assert!(!renamed("n").contains("RENAME COLUMN"), "a drop and an add");
}

#[test]
fn an_edited_revision_is_amended_on_yes_alone() {
    let host = host(&USERS.replace("FIELD", "pub bio: Option<String>,"));
    host.dbmig(&["migrate", "-m", "add bio"]).success();
    let folders = std::fs::read_dir(host.path("migrations")).expect("migrations");
    let mut names: Vec<_> = folders.map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    let path = format!("migrations/{}/up.sql", names.last().expect("a revision").to_string_lossy());
    host.write(&path, host.read(&path) + "-- mine\n");
    let amend = |answer: &str, then: &str| {
        let mut session = terminal(&host, &["amend"]);
        session.expect("was edited by hand").expect("the question");
        session.send_line(answer).expect("an answer");
        session.expect(then).expect("the end of it");
        session.expect(Eof).expect("the end");
        host.read(&path)
    };
    assert!(amend("n", "nothing was written").contains("-- mine"));
    assert!(!amend("y", "+ column users.bio").contains("-- mine"));
}

/// A host with PostgreSQL's backend, whose chain has some models and whose models then say something else. Nobody asks a
/// server.
fn postgres(before: &str, after: &str) -> Host {
    let host = Host::temporary();
    host.write("Cargo.toml", host.read("Cargo.toml").replace("\"sqlite\"", "\"postgres\""));
    host.write("src/models.rs", before);
    host.dbmig(&["migrate", "-m", "start"]).success();
    host.write("src/models.rs", after);
    host
}

#[test]
fn renames_of_tables_types_and_labels_are_asked() {
    let before = "#[derive(dbmig::Model)]\n#[diesel(table_name = users)]\npub struct User {\n    pub id: i32,\n    \
                  pub name: String,\n    pub mood: Mood,\n}\n#[derive(dbmig::Enum)]\npub enum Mood {\n    Good,\n    Sad,\n    \
                  Odd,\n}\n";
    for (from, to, question, renamed, otherwise) in [
        (
            "table_name = users",
            "table_name = people",
            "Is table users now people?",
            "RENAME TO people",
            "CREATE TABLE people",
        ),
        ("Mood", "Temper", "Is type mood now temper?", "ALTER TYPE mood RENAME TO temper", "CREATE TYPE temper"),
        (
            "    Sad",
            "    Saddened",
            "Is label mood.sad now saddened?",
            "RENAME VALUE 'sad' TO 'saddened'",
            "'good', 'saddened', 'odd'",
        ),
    ] {
        for (answer, sql) in [("y", renamed), ("n", otherwise)] {
            let host = postgres(before, &before.replace(from, to));
            let mut session = terminal(&host, &["migrate", "-m", "other names"]);
            session.expect(question).expect("the question");
            session.expect("It looks like it").expect("the reason");
            session.send_line(answer).expect("an answer");
            if answer == "n" && from.starts_with("table") {
                session.expect("`users` has no model any more. Drop it").expect("the next question");
                session.send_line("y").expect("an answer");
            }
            session.expect("cargo dbmig upgrade").expect("what comes next");
            session.expect(Eof).expect("the end");
            assert!(newest_up(&host).contains(sql), "{question} {answer}: {}", newest_up(&host));
        }
    }
}

#[test]
fn a_value_for_rows_that_share_one_is_asked_for() {
    let unique = |attribute: &str| USERS.replace("FIELD", &format!("{attribute} pub email: String,"));
    let asked = |answer: &str| {
        let host = Host::temporary();
        host.write("src/models.rs", unique(""));
        host.dbmig(&["migrate", "-m", "create users"]).success();
        host.write("src/models.rs", unique("#[dbmig(unique)]"));
        let mut session = terminal(&host, &["migrate", "-m", "one email each"]);
        session.expect("users.email is to be unique").expect("the question");
        session.send_line(answer).expect("an answer");
        session.expect("cargo dbmig upgrade").expect("what comes next");
        session.expect(Eof).expect("the end");
        newest_up(&host)
    };
    assert!(!asked("").contains("UPDATE"), "the check says which rows share a value");
    assert!(asked("email || id").contains("UPDATE users SET email = email || id"), "those rows get another one");
}
