//! `cargo dbmig init`.

mod files;

use std::path::{Path, PathBuf};

use clap::Args;
use dbmig::Backend;
use dbmig_build::config;
use dbmig_build::source::Source;
use toml_edit::{DocumentMut, Item, Table, value};

use super::setup::{self, Report, Root, backend};
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
///     cargo dbmig init --backend postgres
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct InitArgs {
    /// The kind of database: sqlite, postgres or mysql; by default what diesel's features say, else sqlite
    #[arg(long, value_name = "BACKEND")]
    backend: Option<Backend>,
    /// Use the dbmig crates of this checkout instead of the published ones
    #[arg(long, value_name = "PATH")]
    source: Option<PathBuf>,
}

/// Does what `init` does.
///
/// # Errors
///
/// No package, several backends that could be meant, or a file or `cargo add` that fails.
pub fn run(args: &InitArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let package = package::find(global)?;
    let backend = choose(args.backend, &package)?;
    let mut report = Report { ui, edits: Vec::new(), paste: Vec::new() };
    // What can fail for reasons outside the package comes first, so that a failure leaves the package as it was.
    setup::add_dependencies(&package, args.source.as_deref(), &files::dependencies(backend), &mut report)?;
    let package = package.read_again()?;
    configure(&package, backend, &mut report)?;
    setup::create(&package.root.join("migrations/.keep"), "migrations/.keep", "", &mut report)?;
    setup::build_script(&package, &mut report)?;
    modules(&package, backend, &mut report)?;
    environment(&package, backend, &mut report)?;
    finish(backend, &report);
    Ok(Answer::Yes)
}

/// The kind of database: the one that is configured, that was asked for, or that diesel's features name.
fn choose(asked: Option<Backend>, package: &Package) -> Result<Backend, Error> {
    let source = Source::new("Cargo.toml", package.manifest.as_str());
    let configuration =
        config::parse(&source).map_err(|diagnostics| Error::of_diagnostics(Kind::Config, diagnostics))?;
    let configured = Some(configuration.default.backend).filter(|_| configuration.is_written);
    match (configured, asked) {
        (Some(configured), Some(asked)) if configured != asked => {
            let message = format!("Cargo.toml says that the backend is {configured}, not {asked}");
            Err(Error::new(Kind::Config, message)
                .help("mend `backend` in [package.metadata.dbmig], then: cargo dbmig init"))
        }
        (Some(backend), _) | (None, Some(backend)) => Ok(backend),
        (None, None) => Ok(backend::find(package, "init")?.unwrap_or(Backend::Sqlite)),
    }
}

fn finish(backend: Backend, report: &Report<'_>) {
    let ui = report.ui;
    if ui.json {
        return ui.answer_json(&report.json());
    }
    report.show_paste();
    if report.edits.is_empty() && report.paste.is_empty() {
        ui.status("Unchanged", "the package is set up already");
    }
    let model = "write a struct with #[derive(dbmig::Model)], then: cargo dbmig migrate -m \"create …\"";
    match backend {
        Backend::Sqlite => ui.hint(model),
        Backend::Postgres | Backend::Mysql => ui.hint(format!("name your database in .env, {model}")),
    }
}

fn configure(package: &Package, backend: Backend, report: &mut Report<'_>) -> Result<(), Error> {
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
    settings.insert("backend", value(backend.name()));
    metadata.insert("dbmig", Item::Table(settings));
    write_new(&package.manifest_path(), &document.to_string()).map_err(|error| Error::io("Cargo.toml", &error))?;
    report.did("edited", "Cargo.toml", &format!("[package.metadata.dbmig]\nbackend = \"{backend}\"\n"));
    Ok(())
}

fn modules(package: &Package, backend: Backend, report: &mut Report<'_>) -> Result<(), Error> {
    setup::create(&package.root.join("src/db.rs"), "src/db.rs", &files::db_rs(backend), report)?;
    let (path, name, is_library) = setup::root_file(package);
    if !is_library && std::fs::read_to_string(&path).is_ok_and(|text| text == files::CARGO_NEW_MAIN) {
        write_new(&path, files::MAIN_RS).map_err(|error| Error::io(name, &error))?;
        report.did("edited", name, files::MAIN_RS);
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

fn environment(package: &Package, backend: Backend, report: &mut Report<'_>) -> Result<(), Error> {
    let document: DocumentMut = package.manifest.parse().unwrap_or_default();
    let name = document.get("package").and_then(|package| package.get("name")).and_then(Item::as_str);
    let text = files::dotenv(backend, name.unwrap_or("app"));
    setup::create(&package.root.join(".env"), ".env", &text, report)?;
    let path = package.root.join(".gitignore");
    let Some(texts) = ignore_files(&package.root) else { return Ok(()) };
    let (line, others) = files::ignored(backend);
    if is_ignored(&texts, line, others) {
        return Ok(());
    }
    let text = texts.into_iter().next().unwrap_or_default();
    let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write_new(&path, &format!("{text}{separator}{line}\n")).map_err(|error| Error::io(".gitignore", &error))?;
    report.did(if text.is_empty() { "created" } else { "edited" }, ".gitignore", &format!("{line}\n"));
    Ok(())
}

/// The texts of the `.gitignore` of a folder, empty if there is none, and of those above it in its repository; none where
/// there is neither a repository nor such a file.
fn ignore_files(folder: &Path) -> Option<Vec<String>> {
    let read = |folder: &Path| std::fs::read_to_string(folder.join(".gitignore"));
    let folder = folder.canonicalize().ok()?;
    match folder.ancestors().position(|one| one.join(".git").exists()) {
        Some(depth) => Some(folder.ancestors().take(depth + 1).map(|one| read(one).unwrap_or_default()).collect()),
        None => Some(vec![read(&folder).ok()?]),
    }
}

/// Whether a line, or one that does as well, stands in the first text, or in one above it without being bound to its
/// folder.
fn is_ignored(texts: &[String], line: &str, others: &[&str]) -> bool {
    let does = |one: &str| one == line || others.contains(&one);
    let mut lines = texts.iter().enumerate().flat_map(|(depth, text)| text.lines().map(move |one| (depth, one.trim())));
    lines.any(|(depth, one)| does(one) && (depth == 0 || !one.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_above_a_package_counts_where_it_is_bound_to_no_folder() {
        let repository = tempfile::tempdir().unwrap();
        let package = repository.path().join("crates/app");
        std::fs::create_dir_all(&package).unwrap();
        // Without a repository and a file of its own there is nothing to be kept out of.
        std::fs::write(repository.path().join(".gitignore"), "/target\n/.env\n").unwrap();
        assert_eq!(ignore_files(&package), None);
        std::fs::create_dir(repository.path().join(".git")).unwrap();
        let (line, others) = files::ignored(Backend::Postgres);
        let ignored = || is_ignored(&ignore_files(&package).unwrap(), line, others);
        assert!(!ignored());
        std::fs::write(repository.path().join(".gitignore"), "/target\n.env\n").unwrap();
        assert!(ignored());
        std::fs::write(repository.path().join(".gitignore"), "/target\n").unwrap();
        std::fs::write(package.join(".gitignore"), "/.env\n").unwrap();
        assert!(ignored());
    }
}
