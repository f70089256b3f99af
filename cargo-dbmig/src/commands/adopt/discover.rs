//! What an existing Diesel project says about itself: where its migrations are, for which kind of database, and which
//! schema file they are printed into.

use std::path::{Component, Path, PathBuf};

use dbmig::Backend;
use dbmig_build::config::{self, DatabaseConfig};
use dbmig_build::source::Source;
use toml_edit::{DocumentMut, Item};

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
    /// The schema file that Diesel's command line writes, where it exists.
    pub(super) schema_file: Option<PathBuf>,
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
    let diesel = Diesel::find(&root)?;
    let is_configured = written.is_some();
    let mut config = written.cloned().unwrap_or_else(|| DatabaseConfig::of_database(name));
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
            let path = diesel.migrations.clone().or_else(|| upwards(&root, "migrations"));
            config.migrations = path.map_or(config.migrations, |path| relative(&root, &path));
        }
        None => {}
    }
    if !root.join(&config.migrations).is_dir() {
        let error = Error::new(Kind::Config, format!("there is no folder `{}`", config.migrations));
        return Err(error.help("cargo dbmig adopt FOLDER").help("to begin with an empty one: cargo dbmig init"));
    }
    if !is_configured {
        config.backend = match backend {
            Some(backend) => backend,
            None => backend::find(package, "adopt")?.ok_or_else(|| backend::unknown("adopt"))?,
        };
        config.sqlite_integer_primary_key_is_bigint = config.backend == Backend::Sqlite && diesel.bigint;
        if name.is_none() && !root.join("src").is_dir() {
            config.models = Vec::new();
        }
    } else if let Some(backend) = backend.filter(|backend| *backend != config.backend) {
        let message = format!("Cargo.toml says that the backend is {}, not {backend}", config.backend);
        return Err(Error::new(Kind::Config, message).help("mend `backend` in [package.metadata.dbmig]"));
    }
    // Further databases print into files of their own, which nothing names.
    let schema_file = if name.is_none() { diesel.schema_file.filter(|path| path.is_file()) } else { None };
    Ok(Found { name: name.map(str::to_owned), config, is_configured, schema_file })
}

/// What diesel.toml says.
struct Diesel {
    /// The migrations folder.
    migrations: Option<PathBuf>,
    /// The schema file, said or Diesel's usual one.
    schema_file: Option<PathBuf>,
    /// `sqlite_integer_primary_key_is_bigint`
    bigint: bool,
}

impl Diesel {
    /// Reads the nearest diesel.toml, from the package's folder upwards.
    fn find(root: &Path) -> Result<Diesel, Error> {
        let usual = Some(root.join("src/schema.rs"));
        let Some(path) = upwards(root, "diesel.toml") else {
            return Ok(Diesel { migrations: None, schema_file: usual, bigint: false });
        };
        let text = std::fs::read_to_string(&path).map_err(|error| Error::io("diesel.toml", &error))?;
        let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            Error::new(Kind::Config, format!("diesel.toml is no valid TOML\n{}", error.to_string().trim_end()))
                .help("mend diesel.toml")
        })?;
        let folder = path.parent().unwrap_or(root);
        let print = document.get("print_schema");
        let said = |item: Option<&Item>, key: &str| {
            item.and_then(|item| item.get(key)).and_then(Item::as_str).map(|path| folder.join(path))
        };
        let bigint = print.and_then(|item| item.get("sqlite_integer_primary_key_is_bigint")).and_then(Item::as_bool);
        Ok(Diesel {
            migrations: said(document.get("migrations_directory"), "dir").filter(|path| path.is_dir()),
            schema_file: said(print, "file").or(usual),
            bigint: bigint.unwrap_or(false),
        })
    }
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
pub(super) fn relative(from: &Path, path: &Path) -> String {
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
