//! Which database a command is about, and the connection to it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use diesel::{Connection, SqliteConnection};

use crate::error::{Error, Kind};

/// Replaces every `${VAR}` of a configured URL, from the environment, then from `.env` (the nearest one upwards from
/// the current folder, else the package's own).
///
/// # Errors
///
/// A variable that is set nowhere, an unclosed `${`, a broken `.env`.
pub fn expand(url: &str, package: &Path) -> Result<String, Error> {
    let mut expanded = String::new();
    let mut rest = url;
    let mut file = None;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            return Err(
                Error::new(Kind::Config, format!("`{url}` has a `${{` without `}}`")).help("mend `url` in Cargo.toml")
            );
        };
        let name = &rest[start + 2..start + length];
        expanded.push_str(&rest[..start]);
        match std::env::var(name) {
            Ok(value) => expanded.push_str(&value),
            Err(_) => {
                if file.is_none() {
                    file = Some(read_dotenv(package)?);
                }
                let value = file.as_ref().and_then(|file| file.get(name)).ok_or_else(|| unset(name))?;
                expanded.push_str(value);
            }
        }
        rest = &rest[start + length + 1..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn unset(name: &str) -> Error {
    Error::new(Kind::Config, format!("no database: {name} is set neither in the environment nor in .env"))
        .help(format!("echo '{name}=app.db' >> .env"))
}

fn read_dotenv(package: &Path) -> Result<HashMap<String, String>, Error> {
    let here = std::env::current_dir().map_err(|error| Error::io("the current folder", &error))?;
    let above = here.ancestors().map(|folder| folder.join(".env"));
    let Some(path) = above.chain([package.join(".env")]).find(|path| path.is_file()) else {
        return Ok(HashMap::new());
    };
    let broken = |error: dotenvy::Error| Error::new(Kind::Config, format!(".env can't be read: {error}"));
    dotenvy::from_path_iter(&path).map_err(broken)?.collect::<Result<_, _>>().map_err(broken)
}

/// The file of a SQLite URL; `None` for a database in memory.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("file:")).unwrap_or(url);
    let path = if url.starts_with("file:") { path.split('?').next().unwrap_or(path) } else { path };
    (!path.is_empty() && path != ":memory:" && !url.contains("mode=memory")).then(|| PathBuf::from(path))
}

/// Connects to a database, which is made if it isn't there.
///
/// # Errors
///
/// What SQLite says, with the URL.
pub fn connect(url: &str) -> Result<SqliteConnection, Error> {
    SqliteConnection::establish(url).map_err(|error| {
        let folder = sqlite_file(url).and_then(|file| file.parent().map(Path::to_owned));
        let missing = folder.filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let error = Error::new(Kind::Database, format!("can't open the database `{url}`: {error}"));
        match missing {
            Some(folder) => error.help(format!("mkdir -p {}", folder.display())),
            None => error.help("check `url` in Cargo.toml and DATABASE_URL in the environment or .env"),
        }
    })
}

/// Connects to a database that must not be made by looking at it: `None` if there is none.
///
/// # Errors
///
/// What SQLite says, with the URL.
pub fn connect_existing(url: &str) -> Result<Option<SqliteConnection>, Error> {
    match sqlite_file(url) {
        Some(file) if !file.exists() => Ok(None),
        _ => connect(url).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_urls() {
        for (url, file) in [
            ("app.db", Some("app.db")),
            ("sqlite://app.db", Some("app.db")),
            ("file:app.db?mode=rw", Some("app.db")),
            (":memory:", None),
            ("file:x?mode=memory", None),
        ] {
            assert_eq!(sqlite_file(url), file.map(PathBuf::from), "{url}");
        }
    }

    #[test]
    fn variables_come_from_the_environment_first() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "DBMIG_TEST_NAME=from-file\n").unwrap();
        assert_eq!(expand("a-${DBMIG_TEST_NAME}-b", folder.path()).unwrap(), "a-from-file-b");
        assert_eq!(expand("${CARGO_PKG_NAME}", folder.path()).unwrap(), "cargo-dbmig");
        assert!(expand("${DBMIG_TEST_UNSET}", folder.path()).unwrap_err().message.contains("DBMIG_TEST_UNSET"));
        assert!(expand("${OPEN", folder.path()).unwrap_err().message.contains("without"));
    }
}
