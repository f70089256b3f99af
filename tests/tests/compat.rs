//! A migrations folder of dbmig's is a migrations folder of Diesel's: its library, its macro and its command line take
//! it as it is, and a database that one of them migrated is current for the others.

use std::path::{Path, PathBuf};

use dbmig_tests::host::Host;
use dbmig_tests::program::{self, Output};
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, FileBasedMigrations, MigrationHarness, embed_migrations};

/// As `cargo dbmig migrate` wrote it, one revision for each of [`MODELS`]; the last is a table rebuild.
const FOLDER: &str = "cases/compat/migrations";

const EMBEDDED: EmbeddedMigrations = embed_migrations!("cases/compat/migrations");

const NAMES: [&str; 3] =
    ["2026-11-21-100001_create_users", "2026-11-21-100002_create_posts", "2026-11-21-100003_names_are_unique"];

const MODELS: [&str; 3] = [
    "#[derive(dbmig::Model)] #[diesel(table_name = users)] pub struct User { pub id: i32, pub name: String }",
    "#[derive(dbmig::Model)] #[diesel(table_name = users)] pub struct User { pub id: i32, pub name: String }
     #[derive(dbmig::Model)] #[diesel(table_name = posts)] pub struct Post {
         pub id: i32, #[dbmig(references = users(id), on_delete = cascade)] pub user_id: i32, pub title: String }",
    "#[derive(dbmig::Model)] #[diesel(table_name = users)] pub struct User {
         pub id: i32, #[dbmig(unique)] pub name: String }
     #[derive(dbmig::Model)] #[diesel(table_name = posts)] pub struct Post {
         pub id: i32, #[dbmig(references = users(id), on_delete = cascade)] pub user_id: i32, pub title: String }",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)
}

/// A host that has the folder and the models that it builds.
fn host() -> Host {
    let host = Host::temporary();
    host.write("src/models.rs", MODELS[2]);
    for name in NAMES {
        for file in ["metadata.toml", "up.sql", "down.sql"] {
            host.write(
                &format!("migrations/{name}/{file}"),
                std::fs::read(folder().join(name).join(file)).expect("the folder and the database can be read"),
            );
        }
    }
    host
}

fn connect(host: &Host) -> SqliteConnection {
    SqliteConnection::establish(&host.path("app.db").display().to_string())
        .expect("the folder and the database can be read")
}

/// A connection of Diesel's for scripts that rebuild tables: SQLite as libsqlite3-sys compiles it has foreign keys on.
fn connect_without_foreign_keys(host: &Host) -> SqliteConnection {
    let mut connection = connect(host);
    connection.batch_execute("PRAGMA foreign_keys = OFF").expect("the folder and the database can be read");
    connection
}

fn diesels(host: &Host) -> FileBasedMigrations {
    FileBasedMigrations::from_path(host.path("migrations")).expect("the folder and the database can be read")
}

fn names(source: &impl MigrationSource<Sqlite>) -> Vec<String> {
    let mut migrations: Vec<Box<dyn Migration<Sqlite>>> =
        source.migrations().expect("the folder and the database can be read");
    migrations.sort_by_key(|migration| migration.name().version().as_owned());
    migrations.iter().map(|migration| migration.name().to_string()).collect()
}

/// The versions that a ledger holds, by dbmig's account.
fn applied(host: &Host) -> Vec<String> {
    let shown = host.dbmig(&["history", "--json"]).success();
    let answer: serde_json::Value =
        serde_json::from_str(&shown.stdout).expect("the folder and the database can be read");
    let mut versions: Vec<String> = answer["revisions"]
        .as_array()
        .expect("the folder and the database can be read")
        .iter()
        .filter(|one| one["applied"] == true)
        .map(|one| one["version"].as_str().expect("the folder and the database can be read").to_owned())
        .collect();
    versions.sort();
    versions
}

/// Diesel's command line on the host's database; `None` if it was said that the tests go without.
fn diesel(host: &Host, arguments: &[&str]) -> Option<Output> {
    let mut command = program::diesel_cli(host.root())?;
    Some(program::run(command.arg("migration").args(arguments).args(["--database-url", "app.db"])))
}

#[test]
fn the_folder_is_what_migrate_writes() {
    let host = Host::temporary();
    for (models, name) in MODELS.iter().zip(NAMES) {
        let (_, slug) = name.split_once('_').unwrap();
        host.write("src/models.rs", models);
        let rev_id = name.trim_end_matches(slug).trim_end_matches('_');
        host.dbmig(&["migrate", "-m", &slug.replace('_', " "), "--rev-id", rev_id]).success();
        for file in ["metadata.toml", "up.sql", "down.sql"] {
            let written = host.read(&format!("migrations/{name}/{file}"));
            let path = folder().join(name).join(file);
            if std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
                std::fs::write(&path, &written).unwrap();
            }
            assert_eq!(written, std::fs::read_to_string(&path).unwrap(), "{name}/{file}, or BLESS=1");
        }
    }
}

#[test]
fn the_library_and_the_macro_read_the_folder() {
    assert_eq!(names(&diesels(&host())), NAMES);
    assert_eq!(names(&EMBEDDED), NAMES);
}

#[test]
fn what_diesel_migrated_is_current_for_dbmig() {
    let host = host();
    let mut connection = connect_without_foreign_keys(&host);
    connection.run_pending_migrations(diesels(&host)).unwrap();
    assert_eq!(applied(&host), ["20261121100001", "20261121100002", "20261121100003"]);
    let dry = host.dbmig(&["upgrade", "--dry-run", "--json"]).success();
    let answer: serde_json::Value = serde_json::from_str(&dry.stdout).unwrap();
    assert_eq!(answer["steps"], serde_json::json!([]));
    // dbmig has no journal of these, and still knows the way back from the folder.
    host.dbmig(&["downgrade", "base"]).success();
    assert_eq!(connection.applied_migrations().unwrap(), []);
    connection.run_pending_migrations(EMBEDDED).unwrap();
    assert_eq!(applied(&host).len(), 3);
}

#[test]
fn what_dbmig_migrated_is_current_for_diesel() {
    let host = host();
    host.dbmig(&["upgrade"]).success();
    let mut connection = connect_without_foreign_keys(&host);
    assert!(!connection.has_pending_migration(diesels(&host)).unwrap());
    assert!(!connection.has_pending_migration(EMBEDDED).unwrap());
    connection.revert_all_migrations(diesels(&host)).unwrap();
    assert_eq!(applied(&host), Vec::<String>::new());
    // The journal still tells of the first run; the ledger counts.
    host.dbmig(&["upgrade", "+2"]).success();
    assert_eq!(connection.pending_migrations(EMBEDDED).unwrap().len(), 1);
}

#[test]
fn a_rebuild_under_stock_diesel_with_foreign_keys_on_fails_and_changes_nothing() {
    let host = host();
    host.dbmig(&["upgrade", "+2"]).success();
    let mut connection = connect(&host);
    connection
        .batch_execute(
            "PRAGMA foreign_keys = ON;
             INSERT INTO users VALUES (1, 'ada'), (2, 'bob');
             INSERT INTO posts VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');",
        )
        .unwrap();
    let dump = |connection: &mut SqliteConnection| {
        let posts = diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT count(*) FROM posts");
        let structure = diesel::dsl::sql::<diesel::sql_types::Text>(
            "SELECT group_concat(sql, ';') FROM sqlite_schema WHERE name NOT LIKE '%dbmig%'",
        );
        let posts: i64 = posts.get_result(connection).unwrap();
        (posts, structure.get_result::<String>(connection).unwrap(), connection.applied_migrations().unwrap().len())
    };
    let before = dump(&mut connection);
    let error = connection.run_pending_migrations(diesels(&host)).unwrap_err().to_string();
    assert!(error.contains("run this migration with dbmig"), "{error}");
    assert_eq!(dump(&mut connection), before);
    assert_eq!(before.0, 3);
    drop(connection);
    host.dbmig(&["upgrade"]).success();
    let mut connection = connect(&host);
    connection.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    assert_eq!((dump(&mut connection).0, dump(&mut connection).2), (3, 3));
    // Its way back is a rebuild too.
    let error = connection.revert_last_migration(diesels(&host)).unwrap_err().to_string();
    assert!(error.contains("run this migration with dbmig"), "{error}");
    assert_eq!((dump(&mut connection).0, dump(&mut connection).2), (3, 3));
}

#[test]
fn diesels_command_line_runs_reverts_and_lists_the_folder() {
    let host = host();
    let Some(run) = diesel(&host, &["run"]) else { return };
    // Its SQLite has foreign keys on and it can't switch them off, so that it stops before the rebuild.
    let ran: Vec<&str> = run.stdout.lines().filter_map(|line| line.strip_prefix("Running migration ")).collect();
    assert_eq!((run.code, ran), (Some(1), NAMES.to_vec()));
    assert!(run.stderr.contains("run this migration with dbmig"), "{}", run.stderr);
    assert_eq!(applied(&host), ["20261121100001", "20261121100002"]);
    diesel(&host, &["redo", "--all"]).unwrap().success();
    assert_eq!(applied(&host), ["20261121100001", "20261121100002"]);
    host.dbmig(&["upgrade"]).success();
    assert_eq!(diesel(&host, &["pending"]).unwrap().success().stdout.trim(), "false");
    let listed = diesel(&host, &["list"]).unwrap().success();
    assert_eq!(listed.stdout.matches("[X]").count(), 3, "{}", listed.stdout);
    host.dbmig(&["downgrade"]).success();
    diesel(&host, &["revert", "--all"]).unwrap().success();
    assert_eq!(applied(&host), Vec::<String>::new());
}

/// A project of Diesel's with two migrations; `dependencies` stand in its Cargo.toml.
fn project(host: &Host, name: &str, dependencies: &str) {
    let package = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    host.write("Cargo.toml", format!("{package}\n{dependencies}\n[workspace]\n"));
    let users = "CREATE TABLE users (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL UNIQUE);\n";
    host.write("migrations/2023-01-01-101500_users/up.sql", users);
    host.write("migrations/2023-01-01-101500_users/down.sql", "DROP TABLE users;\n");
    let posts = "CREATE TABLE posts (\n    id INTEGER PRIMARY KEY NOT NULL,\n    \
                 user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,\n    type TEXT\n);\n";
    host.write("migrations/2023-02-01-101500_posts/up.sql", posts);
    host.write("migrations/2023-02-01-101500_posts/down.sql", "DROP TABLE posts;\n");
}

fn adopt(host: &Host, more: &[&str]) -> Output {
    let source = program::workspace().display().to_string();
    host.dbmig(&[&["adopt", "--yes", "--source", &source], more].concat()).success()
}

#[test]
fn a_database_of_diesels_command_line_is_adopted_with_its_way_back() {
    let host = Host::temporary();
    project(&host, "app", "[dependencies]\ndiesel = { version = \"2.3\", features = [\"sqlite\"] }\n");
    let Some(run) = diesel(&host, &["run"]) else { return };
    run.success();
    let stamped = adopt(&host, &["--stamp"]).stdout;
    assert!(stamped.contains("remembered 2023-01-01-101500_users\nremembered 2023-02-01-101500_posts\n"), "{stamped}");
    // The folder of a revision is gone, and its way back is not.
    std::fs::remove_dir_all(host.path("migrations/2023-02-01-101500_posts")).unwrap();
    host.dbmig(&["downgrade"]).success();
    assert_eq!(applied(&host), ["20230101101500"]);
    assert_eq!(diesel(&host, &["pending"]).unwrap().success().stdout.trim(), "false");
}

const ADOPTED: &str = r#"
mod models;

use diesel::prelude::*;

fn main() {
    let mut connection = SqliteConnection::establish(":memory:").expect("a database");
    db::MIGRATIONS.upgrade(&mut connection, "heads").expect("a chain that runs");
    use db::schema::{posts, users};
    diesel::insert_into(users::table).values((users::id.eq(1), users::name.eq("ada"))).execute(&mut connection).expect("a row");
    diesel::insert_into(posts::table).values((posts::id.eq(7), posts::user_id.eq(1))).execute(&mut connection).expect("a row");
    let found = users::table.inner_join(posts::table).select((models::User::as_select(), models::Post::as_select()));
    let (user, post) = found.first(&mut connection).expect("the rows");
    println!("{} {} {:?}", user.name, post.id, post.r#type);
}
"#;

#[test]
fn an_adopted_project_and_its_models_compile() {
    let host = Host::buildable("adopted");
    for made in ["build.rs", "src/db.rs"] {
        std::fs::remove_file(host.path(made)).unwrap();
    }
    let dependencies = "[dependencies]\ndiesel = { version = \"2.3\", default-features = false, features = [\"sqlite\", \
                        \"32-column-tables\"] }\nlibsqlite3-sys = { version = \"*\", features = [\"bundled\"] }\n\n\
                        [profile.dev]\ndebug = false\n";
    host.write("src/main.rs", "fn main() {}\n");
    project(&host, "adopted", dependencies);
    adopt(&host, &[]);
    host.dbmig(&["models", "-o", "src/models.rs"]).success();
    let declared = host.read("src/main.rs");
    assert!(declared.contains("mod db;"), "{declared}");
    host.write("src/main.rs", declared.replace("fn main() {}\n", ADOPTED));
    let program = host.build();
    let output = program::run(&mut std::process::Command::new(program));
    assert_eq!(output.success().stdout, "ada 7 None\n");
}
