//! `cargo dbmig init`.

use std::path::PathBuf;

use clap::Args;
use toml_edit::{DocumentMut, Item, Table, value};

use super::setup::{self, Dependency, Report, Root};
use crate::cli::{Answer, Global};
use crate::context::package::{self, Package};
use crate::error::{Error, Kind};
use crate::scaffold::write_new;
use crate::ui::Ui;

/// Set a package up: folder, configuration, dependencies, build.rs, src/db.rs
///
/// Makes the edits itself and shows them; what it can't edit safely it prints, to be
/// pasted. Running it again changes nothing that is there already.
///
///     cargo new app && cd app && cargo dbmig init
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct InitArgs {
    /// Use the dbmig crates of this checkout instead of the published ones
    #[arg(long, value_name = "PATH")]
    source: Option<PathBuf>,
}

const DB_RS: &str =
    "//! The database: its schema and migrations, as the build script emits them, and the way to connect.

use diesel::prelude::*;

// `pub mod schema` with a `table!` for every table, and `pub static MIGRATIONS`.
dbmig::embed!();

/// Connects to the database that `DATABASE_URL` names, in the environment or in `.env`.
pub fn connect() -> Result<SqliteConnection, Box<dyn std::error::Error>> {
    dotenvy::dotenv().ok();
    let url = std::env::var(\"DATABASE_URL\").map_err(|_| \"DATABASE_URL is not set\")?;
    SqliteConnection::establish(&url).map_err(|error| format!(\"can't open the database `{url}`: {error}\").into())
}
";

const MAIN_RS: &str = "mod db;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    migrate: dbmig::cli::MigrateArgs,
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let args = Args::parse();
    let mut connection = db::connect()?;
    if let Some(code) = args.migrate.run(&db::MIGRATIONS, &mut connection) {
        return Ok(code);
    }
    println!(\"Hello, world!\");
    Ok(ExitCode::SUCCESS)
}
";

/// What `cargo new` writes.
const CARGO_NEW_MAIN: &str = "fn main() {\n    println!(\"Hello, world!\");\n}\n";

/// Does what `init` does.
///
/// # Errors
///
/// No package, or a file or `cargo add` that fails.
pub fn run(args: &InitArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let package = package::find(global)?;
    let mut report = Report { ui, edits: Vec::new(), paste: Vec::new() };
    // What can fail for reasons outside the package comes first, so that a failure leaves the package as it was.
    setup::add_dependencies(&package, args.source.as_deref(), &DEPENDENCIES, &mut report)?;
    let package = package.read_again()?;
    configure(&package, &mut report)?;
    setup::create(&package.root.join("migrations/.keep"), "migrations/.keep", "", &mut report)?;
    setup::build_script(&package, &mut report)?;
    modules(&package, &mut report)?;
    environment(&package, &mut report)?;
    finish(&report);
    Ok(Answer::Yes)
}

fn finish(report: &Report<'_>) {
    let ui = report.ui;
    if ui.json {
        return ui.answer_json(&report.json());
    }
    report.show_paste();
    if report.edits.is_empty() && report.paste.is_empty() {
        ui.status("Unchanged", "the package is set up already");
    }
    ui.hint("write a struct with #[derive(dbmig::Model)], then: cargo dbmig migrate -m \"create …\"");
}

fn configure(package: &Package, report: &mut Report<'_>) -> Result<(), Error> {
    let mut document: DocumentMut = package
        .manifest
        .parse()
        .map_err(|error: toml_edit::TomlError| Error::new(Kind::Config, format!("Cargo.toml: {error}")))?;
    let Some(table) = document.get_mut("package").and_then(Item::as_table_like_mut) else {
        return Err(Error::new(Kind::Config, "this Cargo.toml has no [package]").help("cargo dbmig init -p NAME"));
    };
    let metadata = table.entry("metadata").or_insert_with(|| {
        let mut metadata = Table::new();
        metadata.set_implicit(true);
        Item::Table(metadata)
    });
    let Some(metadata) = metadata.as_table_like_mut() else {
        return Err(Error::new(Kind::Config, "`package.metadata` in Cargo.toml is no table"));
    };
    if metadata.contains_key("dbmig") {
        return Ok(());
    }
    let mut settings = Table::new();
    settings.insert("backend", value("sqlite"));
    metadata.insert("dbmig", Item::Table(settings));
    write_new(&package.manifest_path(), &document.to_string()).map_err(|error| Error::io("Cargo.toml", &error))?;
    report.did("edited", "Cargo.toml", "[package.metadata.dbmig]\nbackend = \"sqlite\"\n");
    Ok(())
}

const DEPENDENCIES: [Dependency<'static>; 5] = [
    Dependency {
        name: "dbmig",
        requirement: "dbmig",
        features: "sqlite-bundled,clap",
        build: false,
        folder: Some("dbmig"),
    },
    Dependency { name: "diesel", requirement: "diesel@2.3", features: "sqlite", build: false, folder: None },
    Dependency { name: "clap", requirement: "clap@4", features: "derive", build: false, folder: None },
    Dependency { name: "dotenvy", requirement: "dotenvy@0.15", features: "", build: false, folder: None },
    Dependency {
        name: "dbmig-build",
        requirement: "dbmig-build",
        features: "",
        build: true,
        folder: Some("dbmig-build"),
    },
];

fn modules(package: &Package, report: &mut Report<'_>) -> Result<(), Error> {
    setup::create(&package.root.join("src/db.rs"), "src/db.rs", DB_RS, report)?;
    let (path, name, is_library) = setup::root_file(package);
    if !is_library && std::fs::read_to_string(&path).is_ok_and(|text| text == CARGO_NEW_MAIN) {
        write_new(&path, MAIN_RS).map_err(|error| Error::io(name, &error))?;
        report.did("edited", name, MAIN_RS);
        return Ok(());
    }
    if setup::declare_module(package, "db", report)? != Root::Program {
        return Ok(());
    }
    let arguments = "#[command(flatten)]\nmigrate: dbmig::cli::MigrateArgs,\n";
    report.paste.push(("your clap parser, for `--migrate`".to_owned(), arguments.to_owned()));
    let call = "let mut connection = db::connect()?;\n\
                if let Some(code) = args.migrate.run(&db::MIGRATIONS, &mut connection) {\n    return Ok(code);\n}\n";
    report.paste.push(("main(), which then returns `Result<ExitCode, …>`".to_owned(), call.to_owned()));
    Ok(())
}

fn environment(package: &Package, report: &mut Report<'_>) -> Result<(), Error> {
    setup::create(&package.root.join(".env"), ".env", "DATABASE_URL=app.db\n", report)?;
    let path = package.root.join(".gitignore");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(_) => return Ok(()),
    };
    if text.lines().any(|line| line.trim() == "*.db" || line.trim() == "/app.db*") {
        return Ok(());
    }
    let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write_new(&path, &format!("{text}{separator}/app.db*\n")).map_err(|error| Error::io(".gitignore", &error))?;
    report.did("edited", ".gitignore", "/app.db*\n");
    Ok(())
}
