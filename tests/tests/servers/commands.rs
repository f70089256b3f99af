//! `cargo dbmig` with a server's URL.

use dbmig_tests::host::{self, Host};
use dbmig_tests::program;
use dbmig_tests::server::{Server, Speaks, server_url};
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

/// `check --database` on a server: what was changed by hand, statement by statement, is told line by line.
fn drifts<C: Speaks>(mut server: Server<C>, backend: &str, up: &str, meddling: &str, expected: &[&str]) {
    let host = host(backend, server.url());
    host.revision("2026-11-21-101500_all", &[], up, "DROP TABLE posts;\nDROP TABLE users;\nDROP TABLE old;\n");
    host.revision(
        "2026-11-21-101600_less",
        &["20261121101500"],
        "DROP TABLE old;\n",
        "CREATE TABLE old (id INT PRIMARY KEY);\n",
    );
    host.dbmig(&["upgrade"]).success();
    let agreed = host.dbmig(&["check", "--database"]).success();
    assert_eq!(agreed.stdout, "");
    assert!(agreed.stderr.contains("the database is as its 2 revisions made it"), "{}", agreed.stderr);
    server.run(meddling);
    let drifted = host.dbmig(&["check", "--database"]);
    assert_eq!(drifted.code, Some(1), "{}", drifted.stderr);
    assert_eq!(drifted.stdout.lines().collect::<Vec<_>>(), expected);
    assert!(drifted.stderr.contains("Foreign made by no revision: table theirs\n"), "{}", drifted.stderr);
}

#[test]
fn a_postgresql_database_that_drifts() {
    let up = "CREATE TABLE old (id INT PRIMARY KEY);
        CREATE TABLE users (id SERIAL PRIMARY KEY, email VARCHAR(80) NOT NULL, age INT DEFAULT 18 CHECK (age IN (18, 19, 20)));
        CREATE INDEX users_by_email ON users (lower(email)) WHERE email LIKE '%@%';
        CREATE TABLE posts (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author INT NOT NULL REFERENCES users ON DELETE CASCADE,
            created TIMESTAMPTZ NOT NULL DEFAULT now());";
    let meddling = "ALTER TABLE users ALTER email TYPE varchar(120); DROP INDEX users_by_email; ALTER TABLE posts DROP CONSTRAINT posts_author_fkey;
        ALTER TABLE users DROP CONSTRAINT users_age_check, ADD CHECK (age IN (18, 19)); CREATE TABLE theirs (a int); CREATE TABLE old (id int);";
    let expected = [
        "table posts: foreign key `posts_author_fkey`, foreign key (author) references users (id) on delete cascade: not in the database",
        "table users: column email: varchar(80) in the chain, varchar(120) in the database",
        "table users: check `users_age_check`: check (age = ANY (ARRAY[18, 19, 20])) in the chain, check (age = ANY (ARRAY[18, 19])) in the database",
        "table users: index users_by_email on ((lower(email))) where email LIKE '%@%': not in the database",
        "table old: dropped by the chain, still in the database",
    ];
    drifts(Server::postgres(), "postgres", up, meddling, &expected);
}

#[test]
fn a_mysql_database_that_drifts() {
    let up = "CREATE TABLE old (id INT PRIMARY KEY);
        CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(80) NOT NULL, age INT DEFAULT 18, CONSTRAINT adult CHECK (age != 17 AND age IN (18, 19)));
        CREATE INDEX users_by_email ON users (email(10));
        CREATE TABLE posts (id BIGINT PRIMARY KEY, author INT NOT NULL, CONSTRAINT by_author FOREIGN KEY (author) REFERENCES users (id));";
    let meddling = "ALTER TABLE users MODIFY email varchar(120) NOT NULL, DROP INDEX users_by_email; ALTER TABLE posts DROP FOREIGN KEY by_author;
        ALTER TABLE users DROP CONSTRAINT adult, ADD CONSTRAINT adult CHECK (age != 17 AND age IN (18, 20)); CREATE TABLE theirs (a int); CREATE TABLE old (id int);";
    let expected = [
        "table posts: foreign key `by_author`, foreign key (author) references users (id): not in the database",
        "table users: column email: varchar(80) in the chain, varchar(120) in the database",
        "table users: check `adult`: check (age <> 17 and age in (18,19)) in the chain, check (`age` <> 17 and `age` in (18,20)) in the database",
        "table users: index users_by_email on (email(10)): not in the database",
        "table old: dropped by the chain, still in the database",
    ];
    drifts(Server::mysql(), "mysql", up, meddling, &expected);
}

#[test]
fn a_user_without_temporary_tables_is_told_so() {
    let mut server = Server::postgres();
    let role = format!("{}_reader", server.name());
    let name = server.name().to_owned();
    server.run(&format!(
        "DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN PASSWORD 'x'; REVOKE TEMP ON DATABASE {name} FROM PUBLIC;
        GRANT ALL ON SCHEMA public TO {role}"
    ));
    let host = host("postgres", &with_user(server.url(), &format!("{role}:x")));
    host.revision("2026-11-21-101500_t", &[], "CREATE TABLE t (a TEXT DEFAULT 'x');\n", "DROP TABLE t;\n");
    host.dbmig(&["upgrade"]).success();
    let checked = host.dbmig(&["check", "--database"]).success();
    server.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    assert!(checked.stderr.contains("parentheses and casts in expressions are overlooked"), "{}", checked.stderr);
}
