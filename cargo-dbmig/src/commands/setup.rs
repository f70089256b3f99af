//! Setting a package up: what `init` and `adopt` do to a host besides its migrations.

pub(super) mod backend;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use toml_edit::{DocumentMut, Item};

use crate::context::package::Package;
use crate::error::{Error, Kind};
use crate::scaffold::write_new;
use crate::ui::Ui;

const BUILD_DEPENDENCIES: &str = "build-dependencies";

const BUILD_RS: &str = "//! Checks the migration chain and emits the Diesel schema, see `src/db.rs`.

fn main() {
    dbmig_build::compile();
}
";

/// What was done and what is left to the user.
pub(super) struct Report<'a> {
    pub(super) ui: &'a Ui,
    pub(super) edits: Vec<Value>,
    pub(super) paste: Vec<(String, String)>,
}

impl Report<'_> {
    /// Says what was done to a file, and shows the lines that are new in it.
    pub(super) fn did(&mut self, verb: &str, file: &str, added: &str) {
        if !self.ui.json {
            if self.edits.last().is_none_or(|last| last["file"] != file) {
                self.ui.answer(format!("{verb} {file}"));
            }
            added.lines().for_each(|line| self.ui.answer(format!("    + {line}").trim_end()));
        }
        self.edits.push(json!({"file": file, "added": added}));
    }

    /// The edits and what is left to paste.
    pub(super) fn json(&self) -> Value {
        let paste = self.paste.iter().map(|(file, text)| json!({"file": file, "text": text}));
        json!({"edits": self.edits, "paste": paste.collect::<Vec<_>>()})
    }

    /// Shows what is left to paste.
    pub(super) fn show_paste(&self) {
        for (file, text) in &self.paste {
            self.ui.answer(format!("add to {file}:\n"));
            for line in text.lines() {
                self.ui.answer(format!("    {line}").trim_end());
            }
            self.ui.answer("");
        }
    }
}

/// Creates a file where there is none.
///
/// # Errors
///
/// What the file system says.
pub(super) fn create(path: &Path, name: &str, text: &str, report: &mut Report<'_>) -> Result<bool, Error> {
    if path.exists() {
        return Ok(false);
    }
    write_new(path, text).map_err(|error| Error::io(name, &error))?;
    report.did("created", name, text);
    Ok(true)
}

/// A dependency that the host needs: its name, what to give to `cargo add`, whether it is for the build script.
pub(super) struct Dependency<'a> {
    pub(super) name: &'a str,
    pub(super) requirement: &'a str,
    pub(super) features: &'a str,
    pub(super) build: bool,
    /// Its folder in dbmig's own repository.
    pub(super) folder: Option<&'a str>,
}

/// Adds those dependencies that are missing.
///
/// # Errors
///
/// What `cargo add` says of the first that it refuses.
pub(super) fn add_dependencies(
    package: &Package,
    source: Option<&Path>,
    dependencies: &[Dependency<'_>],
    report: &mut Report<'_>,
) -> Result<(), Error> {
    for dependency in missing(package, dependencies) {
        add_dependency(package, source, dependency, report)?;
    }
    for (name, section, features) in incomplete(package, dependencies) {
        // What is there already keeps its version or its path.
        let requirement = Dependency {
            name,
            requirement: name,
            features: &features.join(","),
            build: section == BUILD_DEPENDENCIES,
            folder: None,
        };
        add_dependency(package, None, &requirement, report)?;
    }
    Ok(())
}

/// Those dependencies that a package has without the features that are needed, and which. One of the workspace's
/// (`workspace = true`) has features that stand elsewhere.
fn incomplete<'d>(package: &Package, dependencies: &'d [Dependency<'_>]) -> Vec<(&'d str, &'static str, Vec<&'d str>)> {
    let document: DocumentMut = package.manifest.parse().unwrap_or_default();
    let lacking = |dependency: &'d Dependency<'_>| {
        let item = document.get(dependency.section())?.get(dependency.name)?;
        if item.get("workspace").is_some() {
            return None;
        }
        let has: Vec<&str> = item
            .get("features")
            .and_then(Item::as_array)
            .into_iter()
            .flatten()
            .filter_map(|one| one.as_str())
            .collect();
        // SQLite may as well be the system's.
        let is_there = |feature: &&str| has.contains(feature) || has.contains(&feature.trim_end_matches("-bundled"));
        let features: Vec<&str> =
            dependency.features.split(',').filter(|one| !one.is_empty() && !is_there(one)).collect();
        (!features.is_empty()).then(|| (dependency.name, dependency.section(), features))
    };
    dependencies.iter().filter_map(lacking).collect()
}

/// Those dependencies that a package doesn't have.
pub(super) fn missing<'d, 'a>(package: &Package, dependencies: &'d [Dependency<'a>]) -> Vec<&'d Dependency<'a>> {
    let document: DocumentMut = package.manifest.parse().unwrap_or_default();
    let is_missing = |dependency: &&Dependency<'_>| {
        let section = document.get(dependency.section());
        section.is_none_or(|table| table.get(dependency.name).is_none())
    };
    dependencies.iter().filter(is_missing).collect()
}

impl Dependency<'_> {
    /// The table of Cargo.toml that it belongs to.
    fn section(&self) -> &'static str {
        if self.build { BUILD_DEPENDENCIES } else { "dependencies" }
    }
}

/// Adds a dependency.
///
/// # Errors
///
/// What `cargo add` says.
pub(super) fn add_dependency(
    package: &Package,
    source: Option<&Path>,
    dependency: &Dependency<'_>,
    report: &mut Report<'_>,
) -> Result<(), Error> {
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
    let section = dependency.section();
    report.did("edited", "Cargo.toml", &format!("[{section}] {}{features}\n", dependency.name));
    Ok(())
}

/// Writes build.rs, or says what to add to the one that is there.
///
/// # Errors
///
/// What the file system says.
pub(super) fn build_script(package: &Package, report: &mut Report<'_>) -> Result<(), Error> {
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

/// How a package's root declares a module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// It does already.
    Declared,
    /// It is a library's, which now does.
    Library,
    /// It is a program's, which now does.
    Program,
    /// It is nowhere to be found; the user was told.
    Unknown,
}

/// The root of a crate, and whether it is a library's. A library's programs need its modules too.
pub(super) fn root_file(package: &Package) -> (PathBuf, &'static str, bool) {
    let library = package.root.join("src/lib.rs");
    let main = package.root.join("src/main.rs");
    let is_library = !main.exists() && library.exists();
    if is_library { (library, "src/lib.rs", true) } else { (main, "src/main.rs", false) }
}

/// Declares a module in the root of the crate.
///
/// # Errors
///
/// What the file system says.
pub(super) fn declare_module(package: &Package, module: &str, report: &mut Report<'_>) -> Result<Root, Error> {
    let (path, name, is_library) = root_file(package);
    let declaration = format!("{}mod {module};\n", if is_library { "pub " } else { "" });
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            report.paste.push(("the root of your crate".to_owned(), declaration));
            return Ok(Root::Unknown);
        }
        Err(error) => return Err(Error::io(name, &error)),
    };
    let file = syn::parse_file(&text).ok();
    if file.as_ref().is_some_and(|file| declares_module(file, module)) {
        return Ok(Root::Declared);
    }
    match file {
        Some(file) => {
            let at = module_place(&file, &text);
            let is_block = |item: &syn::Item| matches!(item, syn::Item::Mod(_) | syn::Item::Use(_));
            let blank = if file.items.first().is_none_or(is_block) { "" } else { "\n" };
            let edited = format!("{}{declaration}{blank}{}", &text[..at], &text[at..]);
            write_new(&path, &edited).map_err(|error| Error::io(name, &error))?;
            report.did("edited", name, &declaration);
        }
        None => report.paste.push((name.to_owned(), declaration)),
    }
    Ok(if is_library { Root::Library } else { Root::Program })
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
