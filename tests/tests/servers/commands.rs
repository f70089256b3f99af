//! `cargo dbmig` with a server's URL.

use dbmig_tests::host::{self, Host};
use dbmig_tests::program;
use dbmig_tests::server::{Server, server_url};
use diesel::{MysqlConnection, PgConnection};

/// A package whose database is of another kind than SQLite.
fn host(backend: &str, url: &str) -> Host {
    let host = Host::temporary();
    let manifest = host::manifest("app", "").replace("\"sqlite\"", &format!("\"{backend}\""));
    host.write("Cargo.toml", manifest);
    host.write(".env", format!("DATABASE_URL={url}\n"));
    host
}

/// What `current` says where it can't connect, without the password of the URL.
#[track_caller]
fn refused(backend: &str, url: &str) -> String {
    let output = host(backend, url).dbmig(&["current"]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{}", output.stderr);
    let login = url.split_once("://").map_or("", |(_, rest)| rest.split('@').next().unwrap_or_default());
    if let Some((_, password)) = login.split_once(':') {
        assert!(!output.stderr.contains(password), "{}", output.stderr);
    }
    output.stderr
}

fn with_port(url: &str, port: u16) -> String {
    let (before, _) = url.rsplit_once(':').unwrap();
    format!("{before}:{port}/nowhere")
}

fn with_user(url: &str, login: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    format!("{scheme}://{login}@{}", rest.rsplit_once('@').unwrap().1)
}

#[test]
fn a_postgresql_database_that_cant_be_had() {
    let server = Server::postgres();
    let current = host("postgres", server.url()).dbmig(&["current"]).success();
    assert_eq!(current.stdout, "");
    let missing = refused("postgres", &server.url().replace(server.name(), "no_such_database"));
    assert!(missing.contains("/no_such_database`: database \"no_such_database\" does not exist"), "{missing}");
    assert!(missing.contains("-c 'CREATE DATABASE \"no_such_database\"'"), "{missing}");
    let nobody = refused("postgres", &with_port(&server_url::<PgConnection>(), 1));
    assert!(nobody.contains("Connection refused") && nobody.contains("start the server"), "{nobody}");
    let stranger = refused("postgres", &with_user(server.url(), "stranger:sEcret"));
    assert!(stranger.contains("check user and password"), "{stranger}");
    let broken = refused("postgres", "postgres://me:sEcret@host:port:x/%zz");
    assert!(broken.contains("the URL can't be read"), "{broken}");
    assert!(refused("postgres", "app.db").contains("`app.db` names no PostgreSQL database"));
}

#[test]
fn a_mysql_database_from_the_first_revision_to_none() {
    let server = Server::mysql();
    let host = host("mysql", server.url());
    host.revision(
        "2026-11-21-101500_users",
        &[],
        "CREATE TABLE users (id INT PRIMARY KEY);\nINSERT INTO users VALUES (1);\n",
        "DROP TABLE users;\n",
    );
    let name = "2026-11-21-101500_users";
    assert_eq!(host.dbmig(&["upgrade", "--dry-run"]).success().stdout, format!("up      {name}\n"));
    let all = host.dbmig(&["upgrade", "--transaction", "all"]);
    assert!(all.code == Some(2) && all.stderr.contains("MySQL commits each statement"), "{}", all.stderr);
    assert_eq!(host.dbmig(&["upgrade"]).success().stdout, format!("applied {name}\n"));
    assert!(host.dbmig(&["current"]).success().stdout.contains("users"));
    host.dbmig(&["redo"]).success();
    assert_eq!(host.dbmig(&["downgrade", "base"]).success().stdout, format!("reverted {name}\n"));
    host.dbmig(&["stamp"]).success();
    assert_eq!(host.dbmig(&["upgrade"]).success().stdout, "");
}

#[test]
fn a_mysql_database_that_cant_be_had() {
    let server = Server::mysql();
    let missing = refused("mysql", &server.url().replace(server.name(), "no_such_database"));
    assert!(missing.contains("Unknown database 'no_such_database'"), "{missing}");
    assert!(missing.contains("-e 'CREATE DATABASE `no_such_database`'"), "{missing}");
    let nobody = refused("mysql", &with_port(&server_url::<MysqlConnection>(), 1));
    assert!(nobody.contains("start the server"), "{nobody}");
    let stranger = refused("mysql", &with_user(server.url(), "stranger:sEcret"));
    assert!(stranger.contains("check user and password"), "{stranger}");
    assert!(refused("mysql", "mariadb://me:sEcret@host/x").contains("DATABASE_URL=mysql://me@host/x"));
}

#[test]
fn a_postgresql_database_of_diesels_command_line_is_adopted() {
    let server = Server::postgres();
    let host = host("postgres", server.url());
    let diesels = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                   diesel = { version = \"2.3\", features = [\"postgres\"] }\n\n[workspace]\n";
    host.write("Cargo.toml", diesels);
    // As `diesel setup` writes it: functions that leave the structure alone.
    let functions = "CREATE OR REPLACE FUNCTION touch() RETURNS trigger AS $$\nBEGIN\n    NEW.changed := now();\n    \
                     RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;\n";
    host.write("migrations/00000000000000_initial_setup/up.sql", functions);
    host.write("migrations/00000000000000_initial_setup/down.sql", "DROP FUNCTION touch();\n");
    let users = "CREATE TABLE users (id SERIAL PRIMARY KEY, name TEXT NOT NULL, changed TIMESTAMPTZ);\n\
                 CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE PROCEDURE touch();\n";
    host.write("migrations/2023-01-01-101500_users/up.sql", users);
    host.write("migrations/2023-01-01-101500_users/down.sql", "DROP TABLE users;\n");
    let Some(mut diesel) = program::diesel_cli(host.root()) else { return };
    program::run(diesel.args(["migration", "run", "--database-url", server.url()])).success();
    let source = program::workspace().display().to_string();
    let adopted = host.dbmig(&["adopt", "--yes", "--stamp", "--source", &source]).success().stdout;
    assert!(
        adopted.contains("remembered 00000000000000_initial_setup\nremembered 2023-01-01-101500_users\n"),
        "{adopted}"
    );
    host.dbmig(&["check", "--database"]).success();
    let models = host.dbmig(&["models", "--database"]).success().stdout;
    assert!(models.contains("#[dbmig(autoincrement = serial)]\n    pub id: i32,"), "{models}");
    std::fs::remove_dir_all(host.path("migrations/2023-01-01-101500_users")).unwrap();
    host.dbmig(&["downgrade"]).success();
    let current = host.dbmig(&["current"]).success().stdout;
    assert!(current.starts_with("00000000000000  initial setup"), "{current}");
}
