//! What `init` writes into a package, for each kind of database.

use dbmig::Backend;

use super::super::setup::Dependency;

/// What a new package needs.
pub(super) fn dependencies(backend: Backend) -> [Dependency<'static>; 5] {
    let (dbmig, diesel) = match backend {
        Backend::Sqlite => ("sqlite-bundled,clap", "sqlite"),
        Backend::Postgres => ("postgres,clap", "postgres"),
        Backend::Mysql => ("mysql,clap", "mysql"),
    };
    let ours = |name, features, build| Dependency { name, requirement: name, features, build, folder: Some(name) };
    let other = |name, requirement, features| Dependency { name, requirement, features, build: false, folder: None };
    [
        ours("dbmig", dbmig, false),
        other("diesel", "diesel@2.3", diesel),
        other("clap", "clap@4", "derive"),
        other("dotenvy", "dotenvy@0.15", ""),
        ours("dbmig-build", "", true),
    ]
}

/// `src/db.rs`
pub(super) fn db_rs(backend: Backend) -> String {
    let connection = match backend {
        Backend::Sqlite => "SqliteConnection",
        Backend::Postgres => "PgConnection",
        Backend::Mysql => "MysqlConnection",
    };
    // A server's URL holds a password.
    let failed = match backend {
        Backend::Sqlite => "can't open the database `{url}`: {error}",
        _ => "can't connect to the database: {error}",
    };
    format!(
        "//! The database: its schema and migrations, as the build script emits them, and the way to connect.

use diesel::prelude::*;

// `pub mod schema` with a `table!` for every table, and `pub static MIGRATIONS`.
dbmig::embed!();

/// Connects to the database that `DATABASE_URL` names, in the environment or in `.env`.
pub fn connect() -> Result<{connection}, Box<dyn std::error::Error>> {{
    dotenvy::dotenv().ok();
    let unset = \"DATABASE_URL is set neither in the environment nor in .env, here or in a folder above\";
    let url = std::env::var(\"DATABASE_URL\").map_err(|_| unset)?;
    {connection}::establish(&url).map_err(|error| format!(\"{failed}\").into())
}}
"
    )
}

/// `src/main.rs`, where it was as `cargo new` writes it.
pub(super) const MAIN_RS: &str = "mod db;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    migrate: dbmig::cli::MigrateArgs,
}

fn main() -> ExitCode {
    run(&Args::parse()).unwrap_or_else(|error| {
        eprintln!(\"error: {error}\");
        ExitCode::from(2)
    })
}

fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let mut connection = db::connect()?;
    if let Some(code) = args.migrate.run(&db::MIGRATIONS, &mut connection) {
        return Ok(code);
    }
    println!(\"Hello, world!\");
    Ok(ExitCode::SUCCESS)
}
";

/// What `cargo new` writes.
pub(super) const CARGO_NEW_MAIN: &str = "fn main() {\n    println!(\"Hello, world!\");\n}\n";

/// `.env`. A server's names an account that has to be put right, and the package's database.
pub(super) fn dotenv(backend: Backend, package: &str) -> String {
    let database: String = package.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect();
    let url = match backend {
        Backend::Sqlite => return "DATABASE_URL=app.db\n".to_owned(),
        Backend::Postgres => format!("postgres://postgres:postgres@localhost:5432/{database}"),
        Backend::Mysql => format!("mysql://root:root@127.0.0.1:3306/{database}"),
    };
    format!("# SERVER://USER:PASSWORD@HOST:PORT/DATABASE\nDATABASE_URL={url}\n")
}

/// The line that `.gitignore` gets, and lines that do as well: a database, or a password.
pub(super) fn ignored(backend: Backend) -> (&'static str, &'static [&'static str]) {
    match backend {
        Backend::Sqlite => ("/app.db*", &["*.db"]),
        Backend::Postgres | Backend::Mysql => ("/.env", &[".env", "*.env", ".env*", "/.env*"]),
    }
}
