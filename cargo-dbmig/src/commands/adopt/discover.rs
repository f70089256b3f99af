//! What an existing Diesel project says about itself: where its migrations are, for which kind of database, and which
//! schema file they are printed into.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use dbmig::Backend;
use dbmig_build::config::{self, DatabaseConfig};
use dbmig_build::source::Source;
use toml_edit::{DocumentMut, Item};

use crate::context::database;
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
            None => find_backend(package, &root)?,
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

/// Features of diesel and of the crates round it that mean a backend.
const FEATURES: [(&str, Backend); 7] = [
    ("sqlite", Backend::Sqlite),
    ("returning_clauses_for_sqlite_3_35", Backend::Sqlite),
    ("postgres", Backend::Postgres),
    ("postgres_backend", Backend::Postgres),
    ("mysql", Backend::Mysql),
    ("mysql_backend", Backend::Mysql),
    ("libsqlite3-sys", Backend::Sqlite),
];

const CRATES: [&str; 3] = ["diesel", "diesel-async", "diesel_migrations"];

fn find_backend(package: &Package, root: &Path) -> Result<Backend, Error> {
    let document: DocumentMut = package.manifest.parse().unwrap_or_default();
    let mut found = of_features(&document);
    if found.is_empty() {
        // `diesel = { workspace = true }`, or a workspace whose other member has the connection.
        let above =
            root.ancestors().skip(1).filter_map(|folder| std::fs::read_to_string(folder.join("Cargo.toml")).ok());
        let workspaces = above.filter_map(|text| text.parse::<DocumentMut>().ok());
        found = workspaces.map(|one| of_features(&one)).find(|found| !found.is_empty()).unwrap_or_default();
    }
    if found.len() == 1 {
        return Ok(found.into_iter().next().unwrap_or(Backend::Sqlite));
    }
    let by_url = database::url_of_dotenv(root)
        .and_then(|url| of_url(&url))
        .filter(|one| found.is_empty() || found.contains(one));
    by_url.ok_or_else(|| {
        let what = match found.is_empty() {
            true => "diesel's features in Cargo.toml name no backend".to_owned(),
            false => {
                let names: Vec<&str> = found.iter().map(|backend| backend.name()).collect();
                format!("diesel's features in Cargo.toml name several backends: {}", names.join(", "))
            }
        };
        Error::new(Kind::Config, what).help("cargo dbmig adopt --backend postgres")
    })
}

/// The kind of database that a URL is about, where that can be told.
fn of_url(url: &str) -> Option<Backend> {
    match url.split_once(':') {
        Some(("postgres" | "postgresql", _)) => Some(Backend::Postgres),
        Some(("mysql" | "mariadb", _)) => Some(Backend::Mysql),
        Some(("sqlite" | "file", _)) | None => Some(Backend::Sqlite).filter(|_| !url.is_empty()),
        Some(_) => None,
    }
}

/// The backends that a manifest's dependencies name, target-specific ones and those of a workspace included.
fn of_features(document: &DocumentMut) -> BTreeSet<Backend> {
    let mut found = BTreeSet::new();
    let root = document.as_table() as &dyn toml_edit::TableLike;
    let workspace = document.get("workspace").and_then(Item::as_table_like);
    let targets = document.get("target").and_then(Item::as_table_like);
    let targets = targets.into_iter().flat_map(|targets| targets.iter().filter_map(|(_, item)| item.as_table_like()));
    for table in std::iter::once(root).chain(workspace).chain(targets) {
        let sections = ["dependencies", "dev-dependencies"].into_iter().filter_map(|section| table.get(section));
        for dependency in sections.flat_map(|section| CRATES.into_iter().filter_map(|name| section.get(name))) {
            let features = dependency.get("features").and_then(Item::as_array);
            for feature in features.into_iter().flatten().filter_map(|one| one.as_str()) {
                found.extend(FEATURES.iter().find(|(name, _)| *name == feature).map(|(_, backend)| *backend));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_name_the_backend() {
        for (manifest, expected) in [
            ("[dependencies]\ndiesel = \"2\"\n", vec![]),
            (
                "[dependencies]\ndiesel = { version = \"2\", features = [\"sqlite\", \"chrono\"] }\n",
                vec![Backend::Sqlite],
            ),
            ("[dependencies.diesel]\nversion = \"2\"\nfeatures = [\"postgres_backend\"]\n", vec![Backend::Postgres]),
            ("[workspace.dependencies]\ndiesel = { version = \"2\", features = [\"mysql\"] }\n", vec![Backend::Mysql]),
            (
                "[target.'cfg(unix)'.dependencies]\ndiesel = { features = [\"postgres\", \"sqlite\"] }\n",
                vec![Backend::Sqlite, Backend::Postgres],
            ),
            ("[dependencies]\ndiesel-async = { features = [\"postgres\", \"bb8\"] }\n", vec![Backend::Postgres]),
        ] {
            let found: Vec<Backend> = of_features(&manifest.parse().unwrap()).into_iter().collect();
            assert_eq!(found, expected, "{manifest}");
        }
    }

    #[test]
    fn paths_are_seen_from_the_package() {
        for (path, expected) in [("/a/b/migrations", "migrations"), ("/a/m", "../m"), ("/a/b/db/m", "db/m")] {
            assert_eq!(relative(Path::new("/a/b"), Path::new(path)), expected);
        }
    }
}
