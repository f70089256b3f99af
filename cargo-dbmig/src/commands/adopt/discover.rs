//! What an existing Diesel project says about itself: where its migrations are, for which kind of database, and which
//! schema file they are printed into.

use std::path::{Component, Path, PathBuf};

use dbmig::Backend;
use dbmig_build::config::{self, DatabaseConfig, DieselToml};
use dbmig_build::source::Source;

use super::super::setup::backend;
use crate::context::package::Package;
use crate::error::{Error, Kind};

/// What was found out.
#[derive(Debug)]
pub(super) struct Found {
    /// The database's name; the default one has none.
    pub(super) name: Option<String>,
    /// Its configuration, as it is or as it is to be.
    pub(super) config: DatabaseConfig,
    /// Whether Cargo.toml has it.
    pub(super) is_configured: bool,
    /// The schema file that Diesel's command line writes, where it exists; relative to the package.
    pub(super) schema_file: Option<String>,
}

/// Finds out what there is to adopt. What the command line says goes before Cargo.toml, which goes before diesel.toml.
///
/// # Errors
///
/// A broken configuration, no folder, several backends that could be meant, or none.
pub(super) fn discover(
    package: &Package,
    folder: Option<&Path>,
    backend: Option<Backend>,
    name: Option<&str>,
) -> Result<Found, Error> {
    let source = Source::new("Cargo.toml", package.manifest.as_str());
    let configuration =
        config::parse(&source).map_err(|diagnostics| Error::of_diagnostics(Kind::Config, diagnostics))?;
    let written = match name {
        None => Some(&configuration.default).filter(|_| configuration.is_written),
        Some(name) => configuration.databases.get(name),
    };
    let root = package.root.canonicalize().map_err(|error| Error::io(package.root.display(), &error))?;
    let is_configured = written.is_some();
    let mut config = written.cloned().unwrap_or_else(|| DatabaseConfig::of_database(name));
    // Without a folder there is nothing to adopt, whatever the backend.
    let chosen: Result<Backend, Error> = match backend {
        _ if is_configured => Ok(config.backend),
        Some(backend) => Ok(backend),
        None => backend::find(package, "adopt").and_then(|found| found.ok_or_else(|| backend::unknown("adopt"))),
    };
    config.backend = chosen.as_ref().copied().unwrap_or(config.backend);
    let diesel = DieselToml::read(&root, config.backend);
    let diesel = diesel.map_err(|faults| Error::of_diagnostics(Kind::Config, faults))?.filter(|_| name.is_none());
    match folder {
        Some(folder) => {
            let path = folder.canonicalize().map_err(|error| {
                Error::io(folder.display(), &error).help("name the folder that holds the migrations")
            })?;
            let path = relative(&root, &path);
            if is_configured && path != config.migrations {
                let message = format!("Cargo.toml says that the migrations are in `{}`", config.migrations);
                return Err(Error::new(Kind::Config, message)
                    .help(format!("for a further database: cargo dbmig adopt -d NAME {}", folder.display()))
                    .help(format!("or mend Cargo.toml: migrations = \"{path}\"")));
            }
            config.migrations = path;
        }
        None if !is_configured && name.is_none() => {
            let said = diesel.as_ref().and_then(|diesel| diesel.migrations_directory.as_ref());
            let said = said.map(|path| root.join(path)).filter(|path| path.is_dir());
            let path = said.or_else(|| upwards(&root, "migrations"));
            config.migrations = path.map_or(config.migrations, |path| relative(&root, &path));
        }
        None => {}
    }
    if !root.join(&config.migrations).is_dir() {
        let error = Error::new(Kind::Config, format!("there is no folder `{}`", config.migrations));
        return Err(error.help("cargo dbmig adopt FOLDER").help("to begin with an empty one: cargo dbmig init"));
    }
    chosen?;
    if !is_configured {
        if name.is_none() && !root.join("src").is_dir() {
            config.models = Vec::new();
        }
    } else if let Some(backend) = backend.filter(|backend| *backend != config.backend) {
        let message = format!("Cargo.toml says that the backend is {}, not {backend}", config.backend);
        return Err(Error::new(Kind::Config, message).help("mend `backend` in [package.metadata.dbmig]"));
    }
    let of_further = match name {
        Some(_) => DieselToml::of_further(&root, &config.migrations),
        None => None,
    };
    let further = of_further.map(|path| DieselToml::read_file(&root, &path, config.backend)).transpose();
    let further = further.map_err(|faults| Error::of_diagnostics(Kind::Config, faults))?;
    if let Some(diesel) = further.or(diesel) {
        config.sqlite_integer_primary_key_is_bigint |=
            diesel.print_schema.iter().any(|section| section.sqlite_integer_primary_key_is_bigint);
        config.print_schema = diesel.print_schema;
    }
    // A further database prints into a file of its own, which only its diesel.toml names.
    let named = config.print_schema.iter().find_map(|section| section.file.clone());
    let schema_file = named.or_else(|| name.is_none().then(|| "src/schema.rs".to_owned()));
    let schema_file = schema_file.filter(|path| root.join(path).is_file());
    Ok(Found { name: name.map(str::to_owned), config, is_configured, schema_file })
}

/// A file or folder of this name in a folder or the nearest one above; not outside of the repository.
fn upwards(folder: &Path, name: &str) -> Option<PathBuf> {
    for folder in folder.ancestors() {
        let path = folder.join(name);
        if path.exists() {
            return Some(path);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// A path as it is written from a folder, with `/`.
fn relative(from: &Path, path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let shared = from.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared).filter(|part| matches!(part, Component::Normal(_)));
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_package() {
        for (path, expected) in [("/a/b/migrations", "migrations"), ("/a/m", "../m"), ("/a/b/db/m", "db/m")] {
            assert_eq!(relative(Path::new("/a/b"), Path::new(path)), expected);
        }
    }
}
