//! What an adopted package needs besides: dependencies, build script, the module that holds schema and chain.

use std::path::Path;

use dbmig::Backend;
use toml_edit::DocumentMut;

use super::super::setup::{self, Dependency, Report};
use super::discover::Found;
use crate::context::package::Package;
use crate::error::Error;

const MODULE: &str = "//! The migration chain, and the schema that it builds, as the build script emits them.

// `pub mod schema` with a `table!` for every table, and `pub static MIGRATIONS`.
dbmig::embed!();
";

/// Sets the package up as far as that can't hurt it, and notes what is left to paste. The migrations are adopted by
/// now: what `cargo add` refuses is pasted, too.
///
/// # Errors
///
/// A file that can't be written.
pub(super) fn set_up(
    package: &Package,
    source: Option<&Path>,
    found: &Found,
    report: &mut Report<'_>,
) -> Result<(), Error> {
    // The first database sets the package up; a further one is embedded by name.
    if let Some(name) = &found.name {
        report
            .paste
            .push((format!("a module of its own, for the database {name}"), format!("dbmig::embed!(\"{name}\");\n")));
        return Ok(());
    }
    let document: DocumentMut = package.manifest.parse().unwrap_or_default();
    let has = |name: &str| document.get("dependencies").is_some_and(|table| table.get(name).is_some());
    let backend = match found.config.backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
        Backend::Mysql => "mysql",
    };
    let features = if has("clap") { format!("{backend},clap") } else { backend.to_owned() };
    let dependencies = [
        Dependency { name: "dbmig", requirement: "dbmig", features: &features, build: false, folder: Some("dbmig") },
        Dependency {
            name: "dbmig-build",
            requirement: "dbmig-build",
            features: "",
            build: true,
            folder: Some("dbmig-build"),
        },
    ];
    for dependency in setup::missing(package, &dependencies) {
        if let Err(error) = setup::add_dependency(package, source, dependency, report) {
            report.ui.status("Refused", error.message.lines().next().unwrap_or_default());
            report.paste.push(("Cargo.toml".to_owned(), by_hand(dependency)));
        }
    }
    setup::build_script(package, report)?;
    module(package, report)
}

fn by_hand(dependency: &Dependency<'_>) -> String {
    let section = if dependency.build { "build-dependencies" } else { "dependencies" };
    let features: Vec<String> =
        dependency.features.split(',').filter(|one| !one.is_empty()).map(|one| format!("\"{one}\"")).collect();
    let features = match features.is_empty() {
        true => String::new(),
        false => format!(", features = [{}]", features.join(", ")),
    };
    let version = env!("CARGO_PKG_VERSION");
    format!("[{section}]\n{} = {{ version = \"{version}\"{features} }}\n", dependency.name)
}

fn module(package: &Package, report: &mut Report<'_>) -> Result<(), Error> {
    if embeds(&package.root.join("src")) {
        return Ok(());
    }
    let taken = ["src/db.rs", "src/db"].iter().any(|path| package.root.join(path).exists());
    let (root, ..) = setup::root_file(package);
    if taken || !root.exists() {
        report.paste.push(("a module of your crate".to_owned(), "dbmig::embed!();\n".to_owned()));
        return Ok(());
    }
    setup::create(&package.root.join("src/db.rs"), "src/db.rs", MODULE, report)?;
    setup::declare_module(package, "db", report)?;
    Ok(())
}

/// Whether a Rust file in a folder embeds a chain already.
fn embeds(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => embeds(&path),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|extension| extension == "rs") => {
                std::fs::read_to_string(&path).is_ok_and(|text| text.contains("embed!(") && text.contains("dbmig"))
            }
            _ => false,
        }
    })
}
