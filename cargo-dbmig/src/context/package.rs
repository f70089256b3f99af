//! Which package a command is about.

use std::path::{Path, PathBuf};

use toml_edit::DocumentMut;

use crate::cli::Global;
use crate::error::{Error, Kind};

/// The package that a command works on.
#[derive(Clone, Debug)]
pub struct Package {
    /// The folder that holds its Cargo.toml.
    pub root: PathBuf,
    /// The text of its Cargo.toml.
    pub manifest: String,
}

impl Package {
    /// The package with its Cargo.toml as it is now.
    ///
    /// # Errors
    ///
    /// A Cargo.toml that can't be read.
    pub fn read_again(&self) -> Result<Package, Error> {
        Ok(Package { root: self.root.clone(), manifest: read_manifest(&self.manifest_path())? })
    }

    /// The path of its Cargo.toml.
    pub fn manifest_path(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }
}

/// Finds the package: by `--manifest-path` and `-p`, else the nearest Cargo.toml upwards, else the one member of its
/// workspace that is configured.
///
/// Cargo is asked only where the nearest Cargo.toml doesn't settle it: starting it takes longer than most commands.
///
/// # Errors
///
/// No Cargo.toml, a broken one, or several packages that could be meant.
pub fn find(global: &Global) -> Result<Package, Error> {
    let manifest_path = match &global.manifest_path {
        Some(path) => path.clone(),
        None => nearest_manifest()?,
    };
    let manifest = read_manifest(&manifest_path)?;
    let document = parse(&manifest, &manifest_path)?;
    let is_package = document.contains_key("package");
    let settled = is_package && (is_configured(&document) || !document.contains_key("workspace"));
    if global.package.is_none() && settled {
        return Ok(Package { root: parent(&manifest_path), manifest });
    }
    from_workspace(&manifest_path, global.package.as_deref(), is_package)
}

/// Whether a manifest has the table `[package.metadata.dbmig]`.
fn is_configured(document: &DocumentMut) -> bool {
    let metadata = document.get("package").and_then(|package| package.get("metadata"));
    metadata.is_some_and(|metadata| metadata.get("dbmig").is_some())
}

fn nearest_manifest() -> Result<PathBuf, Error> {
    let here = std::env::current_dir().map_err(|error| Error::io("the current folder", &error))?;
    let found = here.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file());
    found.ok_or_else(|| {
        Error::new(Kind::Config, "there is no Cargo.toml here or in a folder above")
            .help("cargo new app && cd app && cargo dbmig init")
    })
}

fn read_manifest(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| {
        Error::new(Kind::Config, format!("{} can't be read: {error}", shown(path)))
            .help("name the package's Cargo.toml with --manifest-path")
    })
}

fn parse(manifest: &str, path: &Path) -> Result<DocumentMut, Error> {
    manifest.parse::<DocumentMut>().map_err(|error| {
        let message = format!("Cargo.toml is no valid TOML\n{}", error.to_string().trim_end());
        Error::new(Kind::Config, message).help(format!("mend {}", shown(path)))
    })
}

/// A path as a person at this folder would write it, where it lies here or above.
fn shown(path: &Path) -> String {
    let Ok(here) = std::env::current_dir() else { return path.display().to_string() };
    for (up, folder) in here.ancestors().enumerate() {
        if let Ok(rest) = path.strip_prefix(folder) {
            // In another tree altogether the path as it was given is the shorter way.
            let is_near = up == 0 || rest.components().count() == 1;
            if is_near {
                return format!("{}{}", "../".repeat(up), rest.display());
            }
            break;
        }
    }
    path.display().to_string()
}

fn parent(manifest_path: &Path) -> PathBuf {
    manifest_path.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

fn from_workspace(manifest_path: &Path, wanted: Option<&str>, is_package: bool) -> Result<Package, Error> {
    let metadata = cargo_metadata::MetadataCommand::new().manifest_path(manifest_path).no_deps().exec();
    let metadata = metadata.map_err(|error| Error::new(Kind::Config, format!("cargo metadata failed: {error}")))?;
    let members = metadata.workspace_packages();
    let load = |package: &cargo_metadata::Package| {
        let path = package.manifest_path.as_std_path();
        Ok(Package { root: parent(path), manifest: read_manifest(path)? })
    };
    let list = |packages: &[&&cargo_metadata::Package]| {
        packages.iter().map(|package| package.name.to_string()).collect::<Vec<_>>().join(", ")
    };
    if let Some(wanted) = wanted {
        let found = members.iter().find(|package| package.name == wanted);
        return load(found.ok_or_else(|| {
            Error::new(Kind::Config, format!("the workspace has no package `{wanted}`"))
                .help(format!("one of: {}", list(&members.iter().collect::<Vec<_>>())))
        })?);
    }
    let configured: Vec<_> = members.iter().filter(|package| package.metadata.get("dbmig").is_some()).collect();
    match configured.as_slice() {
        [one] => load(one),
        // The workspace's root package, not yet configured: every key has a default.
        [] if is_package => Ok(Package { root: parent(manifest_path), manifest: read_manifest(manifest_path)? }),
        [] => {
            let error =
                Error::new(Kind::Config, "no package of this workspace uses dbmig").help("cargo dbmig init -p NAME");
            Err(likely(&members)
                .into_iter()
                .fold(error, |error, name| error.help(format!("cargo dbmig adopt -p {name}"))))
        }
        several => Err(Error::new(Kind::Config, format!("several packages use dbmig: {}", list(several)))
            .help("name one of them with -p NAME")),
    }
}

/// The packages that may hold migrations of Diesel's: those that run some first. A few, since a large workspace has
/// dozens with Diesel.
fn likely<'a>(members: &[&'a cargo_metadata::Package]) -> Vec<&'a str> {
    const MOST: usize = 5;
    let needs = |package: &cargo_metadata::Package, name: &str| package.dependencies.iter().any(|one| one.name == name);
    let (mut first, rest): (Vec<&'a cargo_metadata::Package>, Vec<_>) =
        members.iter().copied().filter(|one| needs(one, "diesel")).partition(|one| needs(one, "diesel_migrations"));
    first.extend(rest);
    first.iter().take(MOST).map(|package| package.name.as_str()).collect()
}
