//! A user's way on a server: from `init` to a program that migrates, and Diesel's own tools on the same database.

use std::path::Path;
use std::process::Command;

use dbmig_tests::host::Host;
use dbmig_tests::program::{self, Output};
use dbmig_tests::server::{Server, Speaks};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

const USERS: &str = "2026-11-21-101500_create_users";
const POSTS: &str = "2026-11-21-101600_create_posts";

/// A package as `cargo new` makes it, then `init`. The name is the test's own.
fn package(name: &str, backend: &str, url: &str) -> Host {
    let host = Host::buildable(name);
    for path in ["build.rs", "src/db.rs", ".env"] {
        std::fs::remove_file(host.path(path)).unwrap();
    }
    host.write(
        "Cargo.toml",
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n"),
    );
    host.write("src/main.rs", "fn main() {\n    println!(\"Hello, world!\");\n}\n");
    let source = program::workspace().display().to_string();
    host.dbmig(&["init", "--quiet", "--backend", backend, "--source", &source]).success();
    assert!(host.read(".env").contains(&format!("\nDATABASE_URL={backend}://")), "{}", host.read(".env"));
    host.write(".env", format!("DATABASE_URL={url}\n"));
    // Both servers' hosts get the features of both, so that diesel is compiled once for them.
    let features = format!("features = [\"{backend}\"");
    let manifest = host.read("Cargo.toml");
    assert_eq!(manifest.matches(&features).count(), 2, "{manifest}");
    host.write(
        "Cargo.toml",
        manifest.replace(&features, "features = [\"postgres\", \"mysql\"") + "\n[profile.dev]\ndebug = false\n",
    );
    host
}

/// Fills in a revision that `cargo dbmig revision` wrote.
fn fill(host: &Host, name: &str, up: &str, down: &str) {
    let (rev_id, slug) = name.split_once('_').unwrap();
    let message = slug.replace('_', " ");
    let written = host.dbmig(&["revision", "-m", &message, "--rev-id", rev_id]).success().stdout;
    assert_eq!(written, format!("migrations/{name}/up.sql\nmigrations/{name}/down.sql\n"));
    host.write(&format!("migrations/{name}/up.sql"), up);
    host.write(&format!("migrations/{name}/down.sql"), down);
}

/// Runs the program of a host.
fn run(program: &Path, host: &Host, argument: &str) -> Output {
    let mut command = Command::new(program);
    program::plain(&mut command, host.root());
    program::run(command.arg(argument))
}

/// The way that is the same on all servers: two revisions whose tables are `users` and `posts`.
fn walk<C: Speaks + MigrationHarness<C::Backend>>(host: &Host, server: &mut Server<C>)
where
    C::Backend: 'static,
    FileBasedMigrations: diesel::migration::MigrationSource<C::Backend>,
{
    host.dbmig(&["check"]).success();
    assert_eq!(host.dbmig(&["upgrade", "--dry-run"]).success().stdout, format!("up      {USERS}\nup      {POSTS}\n"));
    let script = host.dbmig(&["upgrade", "--sql"]).success().stdout;
    assert!(
        script.contains("CREATE TABLE users") && script.contains("(version) VALUES ('20261121101600')"),
        "{script}"
    );

    let program = host.build();
    let pending = run(&program, host, "--migrate-status");
    assert_eq!((pending.code, pending.stdout), (Some(1), format!("pending {USERS}\npending {POSTS}\n")));
    assert_eq!(run(&program, host, "--migrate").success().stdout, format!("applied {USERS}\napplied {POSTS}\n"));
    run(&program, host, "--migrate-status").success();
    assert_eq!(host.dbmig(&["current"]).success().stdout, "20261121101600  create posts (head, current)\n");
    assert!(host.dbmig(&["history"]).success().stdout.contains("create users"));
    assert!(host.dbmig(&["show", "users"]).success().stdout.contains("migrations/2026-11-21-101500_create_users"));
    host.dbmig(&["check", "--database"]).success();
    assert_eq!(host.dbmig(&["redo"]).success().stdout, format!("reverted {POSTS}\napplied {POSTS}\n"));
    assert_eq!(host.dbmig(&["downgrade"]).success().stdout, format!("reverted {POSTS}\n"));
    assert_eq!(host.dbmig(&["stamp"]).success().stdout, format!("stamped {POSTS}\n"));
    assert_eq!(host.dbmig(&["stamp", "users"]).success().stdout, format!("unstamped {POSTS}\n"));

    // Diesel's library, then its command line, on the same ledger.
    let diesels = || FileBasedMigrations::from_path(host.path("migrations")).unwrap();
    assert_eq!(server.connection.run_pending_migrations(diesels()).unwrap().len(), 1);
    assert!(!server.connection.has_pending_migration(diesels()).unwrap());
    host.dbmig(&["check", "--database"]).success();
    let diesel = |arguments: &[&str]| {
        let mut command = program::diesel_cli(host.root())?;
        Some(program::run(command.arg("migration").args(arguments).args(["--database-url", server.url()])).success())
    };
    if let Some(listed) = diesel(&["list"]) {
        assert_eq!(listed.stdout.matches("[X]").count(), 2, "{}", listed.stdout);
        diesel(&["revert"]);
        assert_eq!(host.dbmig(&["current"]).success().stdout, "20261121101500  create users (current)\n");
        diesel(&["run"]);
    }
    assert_eq!(host.dbmig(&["upgrade"]).success().stdout, "");

    // What doesn't fit is found without the database, where it stands.
    fill(host, "2026-11-21-101700_again", "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n", "DROP TABLE posts;\n");
    let built = host.cargo(&["build", "--quiet"]);
    assert!(
        built.code != Some(0) && built.stderr.contains("migrations/2026-11-21-101700_again/up.sql:1:14"),
        "{}",
        built.stderr
    );
    std::fs::remove_dir_all(host.path("migrations/2026-11-21-101700_again")).unwrap();
}

/// Applies a revision whose second statement fails on the rows that are there.
fn fails(host: &Host, said: &str) -> String {
    fill(
        host,
        "2026-11-21-101800_names_are_unique",
        "ALTER TABLE users ADD COLUMN age INTEGER;\n\n-- Everybody is called Ada.\nCREATE UNIQUE INDEX users_name ON users (name);\n",
        "DROP INDEX users_name;\nALTER TABLE users DROP COLUMN age;\n",
    );
    let failed = host.dbmig(&["upgrade"]);
    let file = "migrations/2026-11-21-101800_names_are_unique/up.sql:4";
    for expected in [file, "CREATE UNIQUE INDEX users_name ON users (name)", said, "help: "] {
        assert!(failed.code == Some(2) && failed.stderr.contains(expected), "{expected}\n{}", failed.stderr);
    }
    failed.stderr
}

#[test]
fn a_way_on_postgresql() {
    let mut server = Server::postgres();
    let host = package("walk-postgres", "postgres", server.url());
    fill(
        &host,
        USERS,
        "CREATE TYPE mood AS ENUM ('sad', 'happy');\n\
         CREATE TABLE users (id SERIAL PRIMARY KEY, name TEXT NOT NULL, mood mood NOT NULL DEFAULT 'happy', born timestamptz);\n\
         INSERT INTO users (name) VALUES ('Ada'), ('Ada');\n",
        "DROP TABLE users;\nDROP TYPE mood;\n",
    );
    let posts = "CREATE TABLE posts (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users);\n";
    fill(&host, POSTS, posts, "DROP TABLE posts;\n");
    let schema = host.dbmig(&["schema"]).success().stdout;
    assert!(schema.contains("born -> Nullable<Timestamptz>,") && schema.contains("mood -> Mood,"), "{schema}");
    walk(&host, &mut server);
    let error = fails(&host, "could not create unique index \"users_name\"");
    assert!(error.contains("nothing of this revision was kept"), "{error}");
    server.run("UPDATE users SET name = 'Bob' WHERE id = 2");
    host.dbmig(&["upgrade"]).success();
    host.dbmig(&["downgrade", "base"]).success();
    assert_eq!(server.lines("SELECT count(*)::text AS line FROM pg_class WHERE relname IN ('users', 'posts')"), ["0"]);
}

#[test]
fn a_way_on_mariadb() {
    let mut server = Server::mysql();
    let host = package("walk-mysql", "mysql", server.url());
    fill(
        &host,
        USERS,
        "CREATE TABLE users (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(64) NOT NULL, born DATETIME);\n\
         INSERT INTO users (name) VALUES ('Ada'), ('Ada');\n",
        "DROP TABLE users;\n",
    );
    let posts = "CREATE TABLE posts (id BIGINT AUTO_INCREMENT PRIMARY KEY, user_id INT UNSIGNED NOT NULL, FOREIGN KEY (user_id) REFERENCES users (id));\n";
    fill(&host, POSTS, posts, "DROP TABLE posts;\n");
    let schema = host.dbmig(&["schema"]).success().stdout;
    assert!(schema.contains("id -> Unsigned<Integer>,") && schema.contains("born -> Nullable<Datetime>,"), "{schema}");
    walk(&host, &mut server);
    let error = fails(&host, "Duplicate entry 'Ada'");
    assert!(error.contains("1 of 2 statements are done"), "{error}");
    server.run("UPDATE users SET name = 'Bob' WHERE id = 2");
    // It goes on behind the column, which is there.
    host.write(
        "migrations/2026-11-21-101800_names_are_unique/down.sql",
        "DROP INDEX users_name ON users;\nALTER TABLE users DROP COLUMN age;\n",
    );
    let resumed = host.dbmig(&["upgrade"]).success();
    assert!(resumed.stderr.contains("1 of 2 statements were done already"), "{}", resumed.stderr);
    host.dbmig(&["downgrade", "base"]).success();
    let left = "SELECT table_name AS line FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE '\\_%'";
    assert!(server.lines(left).is_empty());
}
