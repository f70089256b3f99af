//! `cargo dbmig init`.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde_json::{Value, json};
use toml_edit::{DocumentMut, Item, Table, value};

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

const BUILD_RS: &str = "//! Checks the migration chain and emits the Diesel schema, see `src/db.rs`.

fn main() {
    dbmig_build::compile();
}
";

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
    add_dependencies(&package, args.source.as_deref(), &mut report)?;
    let package = package.read_again()?;
    configure(&package, &mut report)?;
    create(&package.root.join("migrations/.keep"), "migrations/.keep", "", &mut report)?;
    build_script(&package, &mut report)?;
    modules(&package, &mut report)?;
    environment(&package, &mut report)?;
    report.finish();
    Ok(Answer::Yes)
}

/// What was done and what is left to the user.
struct Report<'a> {
    ui: &'a Ui,
    edits: Vec<Value>,
    paste: Vec<(String, String)>,
}

impl Report<'_> {
    /// Says what was done to a file, and shows the lines that are new in it.
    fn did(&mut self, verb: &str, file: &str, added: &str) {
        if !self.ui.json {
            if self.edits.last().is_none_or(|last| last["file"] != file) {
                self.ui.answer(format!("{verb} {file}"));
            }
            added.lines().for_each(|line| self.ui.answer(format!("    + {line}").trim_end()));
        }
        self.edits.push(json!({"file": file, "added": added}));
    }

    fn finish(&self) {
        if self.ui.json {
            let paste = self.paste.iter().map(|(file, text)| json!({"file": file, "text": text}));
            let paste: Vec<_> = paste.collect();
            return self.ui.answer_json(&json!({"edits": self.edits, "paste": paste}));
        }
        for (file, text) in &self.paste {
            self.ui.answer(format!("add to {file}:\n"));
            for line in text.lines() {
                self.ui.answer(format!("    {line}").trim_end());
            }
            self.ui.answer("");
        }
        if self.edits.is_empty() && self.paste.is_empty() {
            self.ui.status("Unchanged", "the package is set up already");
        }
        self.ui.hint("write a struct with #[derive(dbmig::Model)], then: cargo dbmig migrate -m \"create …\"");
    }
}

fn create(path: &Path, name: &str, text: &str, report: &mut Report<'_>) -> Result<bool, Error> {
    if path.exists() {
        return Ok(false);
    }
    write_new(path, text).map_err(|error| Error::io(name, &error))?;
    report.did("created", name, text);
    Ok(true)
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

/// A dependency that the host needs: its name, what to give to `cargo add`, whether it is for the build script.
struct Dependency {
    name: &'static str,
    requirement: &'static str,
    features: &'static str,
    build: bool,
    /// Its folder in dbmig's own repository.
    folder: Option<&'static str>,
}

const DEPENDENCIES: [Dependency; 5] = [
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

fn add_dependencies(package: &Package, source: Option<&Path>, report: &mut Report<'_>) -> Result<(), Error> {
    let document: DocumentMut = package.manifest.parse().unwrap_or_default();
    for dependency in &DEPENDENCIES {
        let section = if dependency.build { "build-dependencies" } else { "dependencies" };
        if document.get(section).is_some_and(|table| table.get(dependency.name).is_some()) {
            continue;
        }
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.arg("add").arg("--quiet").arg("--manifest-path").arg(package.manifest_path());
        match (source, dependency.folder) {
            (Some(source), Some(folder)) => {
                let path = source.join(folder);
                let path = path.canonicalize().map_err(|error| {
                    Error::io(path.display(), &error).help("--source names the root of a dbmig checkout")
                })?;
                command.arg(dependency.name).arg("--path").arg(path);
            }
            _ => {
                command.arg(dependency.requirement);
            }
        }
        if !dependency.features.is_empty() {
            command.arg("--features").arg(dependency.features);
        }
        if dependency.build {
            command.arg("--build");
        }
        let output = command.output().map_err(|error| Error::io("cargo add", &error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            let error = Error::new(Kind::Io, format!("`cargo add {}` failed\n{said}", dependency.name));
            let unpublished = source.is_none() && dependency.folder.is_some();
            return Err(if unpublished {
                error.help("cargo dbmig init --source PATH-TO-A-CHECKOUT-OF-DBMIG")
            } else {
                error
            });
        }
        let features = dependency.features;
        let features = if features.is_empty() { String::new() } else { format!(" with {features}") };
        report.did("edited", "Cargo.toml", &format!("[{section}] {}{features}\n", dependency.name));
    }
    Ok(())
}

fn build_script(package: &Package, report: &mut Report<'_>) -> Result<(), Error> {
    let path = package.root.join("build.rs");
    if create(&path, "build.rs", BUILD_RS, report)? {
        return Ok(());
    }
    let text = std::fs::read_to_string(&path).map_err(|error| Error::io("build.rs", &error))?;
    if !text.contains("dbmig_build") {
        report.paste.push(("main() of build.rs".to_owned(), "dbmig_build::compile();\n".to_owned()));
    }
    Ok(())
}

fn modules(package: &Package, report: &mut Report<'_>) -> Result<(), Error> {
    let library = package.root.join("src/lib.rs");
    let main = package.root.join("src/main.rs");
    create(&package.root.join("src/db.rs"), "src/db.rs", DB_RS, report)?;
    // A library's programs need the module too.
    let is_library = !main.exists() && library.exists();
    let (path, name) = if is_library { (library, "src/lib.rs") } else { (main, "src/main.rs") };
    let declaration = if is_library { "pub mod db;\n" } else { "mod db;\n" };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            report.paste.push(("the root of your crate".to_owned(), declaration.to_owned()));
            return Ok(());
        }
        Err(error) => return Err(Error::io(name, &error)),
    };
    let file = syn::parse_file(&text).ok();
    if file.as_ref().is_some_and(|file| declares_module(file, "db")) {
        return Ok(());
    }
    if text == CARGO_NEW_MAIN {
        write_new(&path, MAIN_RS).map_err(|error| Error::io(name, &error))?;
        report.did("edited", name, MAIN_RS);
        return Ok(());
    }
    match file {
        Some(file) => {
            let at = module_place(&file, &text);
            let is_block = |item: &syn::Item| matches!(item, syn::Item::Mod(_) | syn::Item::Use(_));
            let blank = if file.items.first().is_none_or(is_block) { "" } else { "\n" };
            let edited = format!("{}{declaration}{blank}{}", &text[..at], &text[at..]);
            write_new(&path, &edited).map_err(|error| Error::io(name, &error))?;
            report.did("edited", name, declaration);
        }
        None => report.paste.push((name.to_owned(), declaration.to_owned())),
    }
    if is_library {
        return Ok(());
    }
    let arguments = "#[command(flatten)]\nmigrate: dbmig::cli::MigrateArgs,\n";
    report.paste.push(("your clap parser, for `--migrate`".to_owned(), arguments.to_owned()));
    let call = "let mut connection = db::connect()?;\n\
                if let Some(code) = args.migrate.run(&db::MIGRATIONS, &mut connection) {\n    return Ok(code);\n}\n";
    report.paste.push(("main(), which then returns `Result<ExitCode, …>`".to_owned(), call.to_owned()));
    Ok(())
}

fn declares_module(file: &syn::File, name: &str) -> bool {
    file.items.iter().any(|item| matches!(item, syn::Item::Mod(module) if module.ident == name))
}

/// Where `mod db;` can stand: before the first item, behind the file's inner attributes and documentation.
fn module_place(file: &syn::File, text: &str) -> usize {
    use syn::spanned::Spanned;
    let Some(first) = file.items.first() else { return text.len() };
    let line = first.span().start().line;
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    starts.take(line).last().unwrap_or(0)
}

fn environment(package: &Package, report: &mut Report<'_>) -> Result<(), Error> {
    create(&package.root.join(".env"), ".env", "DATABASE_URL=app.db\n", report)?;
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
