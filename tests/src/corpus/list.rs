//! The list of projects: `DIR/corpus.json`.

use std::path::{Path, PathBuf};

use dbmig::Backend;
use serde_json::Value;

/// A project's chain and what it has checked in.
#[derive(Debug)]
pub struct Project {
    /// Its name in the table.
    pub name: String,
    /// The database that it is for.
    pub backend: Backend,
    /// The checkout.
    pub folder: PathBuf,
    /// The migration folders, in the checkout, each with what is put before the names of its revisions.
    pub migrations: Vec<(String, PathBuf)>,
    /// The checked-in schema files, in the checkout.
    pub schema_files: Vec<PathBuf>,
    /// What says how its schema is printed.
    pub diesel_toml: Option<PathBuf>,
    /// SQL that has run before the chain: tables of another crate, extensions.
    pub before: Option<String>,
}

/// Reads the list; an entry whose checkout isn't there is an error.
pub fn read(folder: &Path) -> Result<Vec<Project>, String> {
    let path = folder.join("corpus.json");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let list: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let list = list.as_array().ok_or("corpus.json must hold a list of projects")?;
    list.iter()
        .enumerate()
        .map(|(at, one)| project(one, folder).map_err(|error| format!("entry {at}: {error}")))
        .collect()
}

fn project(value: &Value, folder: &Path) -> Result<Project, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let backend = match text("backend") {
        Some("sqlite") => Backend::Sqlite,
        Some("pg" | "postgres" | "postgresql") => Backend::Postgres,
        Some("mysql" | "mariadb") => Backend::Mysql,
        other => return Err(format!("`backend` is {other:?}: it must be sqlite, postgres or mysql")),
    };
    let name = text("project").ok_or("`project` is missing")?.to_owned();
    // A repository `https://host/owner/name` is checked out as `owner__name`.
    let of_repository = text("repo").map(|url| {
        let mut parts = url.trim_end_matches('/').rsplit('/');
        let (repository, owner) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        format!("{owner}__{repository}")
    });
    let candidates = [text("checkout"), text("dir"), of_repository.as_deref(), Some(&*name)];
    let checkout = candidates.into_iter().flatten().map(|one| folder.join(one)).find(|path| path.is_dir());
    let checkout = checkout.ok_or_else(|| format!("no checkout of `{name}` beside corpus.json"))?;
    let strings = |key: &str| -> Vec<&str> {
        match value.get(key) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    };
    let migrations: Vec<(String, PathBuf)> = strings("migrations_dir")
        .into_iter()
        .map(|one| {
            let (prefix, path) = one.split_once(':').unwrap_or(("", one));
            (prefix.to_owned(), checkout.join(path))
        })
        .collect();
    if let Some((_, missing)) = migrations.iter().find(|(_, path)| !path.is_dir()) {
        return Err(format!("{} is no folder", missing.display()));
    }
    Ok(Project {
        schema_files: strings("schema_files").into_iter().map(|one| checkout.join(one)).collect(),
        diesel_toml: text("diesel_toml").map(|one| checkout.join(one)),
        before: text("before").map(str::to_owned),
        name,
        backend,
        folder: checkout,
        migrations,
    })
}
