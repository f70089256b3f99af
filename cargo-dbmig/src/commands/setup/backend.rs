//! Which kind of database a package is for, where Cargo.toml has no `[package.metadata.dbmig]` yet.

use std::collections::BTreeSet;

use dbmig::Backend;
use toml_edit::{DocumentMut, Item};

use crate::context::database;
use crate::context::package::Package;
use crate::error::{Error, Kind};

/// The kind of database that diesel's features in Cargo.toml, or that of a workspace above, name; else the one that
/// `DATABASE_URL` in `.env` is for.
///
/// # Errors
///
/// Several that could be meant.
pub(in crate::commands) fn find(package: &Package, command: &str) -> Result<Option<Backend>, Error> {
    let root = package.root.canonicalize().map_err(|error| Error::io(package.root.display(), &error))?;
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
        return Ok(found.into_iter().next());
    }
    let by_url = database::url_of_dotenv(&root)
        .and_then(|url| of_url(&url))
        .filter(|one| found.is_empty() || found.contains(one));
    if by_url.is_some() || found.is_empty() {
        return Ok(by_url);
    }
    let names: Vec<&str> = found.iter().map(|backend| backend.name()).collect();
    let what = format!("diesel's features in Cargo.toml name several backends: {}", names.join(", "));
    let example = names.last().unwrap_or(&"postgres");
    Err(Error::new(Kind::Config, what).help(format!("cargo dbmig {command} --backend {example}")))
}

/// Nothing says which.
pub(in crate::commands) fn unknown(command: &str) -> Error {
    Error::new(Kind::Config, "diesel's features in Cargo.toml name no backend")
        .help(format!("cargo dbmig {command} --backend postgres"))
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
}
