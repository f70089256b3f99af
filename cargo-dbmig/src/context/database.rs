//! Which database a command is about, and the connection to it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::error::{Error, Kind};

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// The URL as it is written, with every `${VAR}` replaced.
    text: String,
    /// The folder that a relative file is in, where that isn't the current one.
    base: Option<PathBuf>,
}

/// Replaces every `${VAR}` of a configured URL, from the environment, then from `.env` (the nearest one upwards from
/// the current folder, else the package's own).
///
/// A relative file that Cargo.toml or a `.env` names is the package's own wherever in the package a command runs; the
/// environment is a shell's, and counts from the shell's folder.
///
/// # Errors
///
/// A variable that is set nowhere, an unclosed `${`, a broken `.env`, a URL of no SQLite database.
pub fn locate(url: &str, package: &Path) -> Result<Url, Error> {
    let mut text = String::new();
    let mut rest = url;
    let mut file: Option<Dotenv> = None;
    let mut from_environment = false;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            return Err(
                Error::new(Kind::Config, format!("`{url}` has a `${{` without `}}`")).help("mend `url` in Cargo.toml")
            );
        };
        let name = &rest[start + 2..start + length];
        text.push_str(&rest[..start]);
        match std::env::var(name) {
            Ok(value) => {
                from_environment = true;
                text.push_str(&value);
            }
            Err(_) => {
                if file.is_none() {
                    file = Some(read_dotenv(package)?);
                }
                let value = file.as_ref().and_then(|file| file.values.get(name)).ok_or_else(|| unset(name))?;
                text.push_str(value);
            }
        }
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    check(&text)?;
    let is_packages = !from_environment && file.is_none_or(|file| file.is_packages);
    let base = is_packages.then(|| package.to_owned()).filter(|package| !is_here(package));
    Ok(Url { text, base })
}

/// What `DATABASE_URL` is in a package's `.env`.
pub fn url_of_dotenv(package: &Path) -> Option<String> {
    read_dotenv(package).ok()?.values.remove("DATABASE_URL")
}

/// Refuses what SQLite would take for a strange file name, or for a database that is gone when the command ends. What
/// stands behind a scheme may hold a password and isn't repeated.
fn check(text: &str) -> Result<(), Error> {
    if text.is_empty() {
        let error = Error::new(Kind::Config, "no database: its URL is empty");
        return Err(error.help("name a file: DATABASE_URL=app.db"));
    }
    match text.split_once("://") {
        Some((scheme, _)) if scheme != "sqlite" && !scheme.starts_with("file:") && scheme != "file" => {
            let error = Error::new(Kind::Config, format!("a `{scheme}://` URL names no SQLite database"));
            Err(error.help("the `backend` in Cargo.toml is \"sqlite\": name a file, DATABASE_URL=app.db"))
        }
        None if text.starts_with("sqlite:") => {
            let error = Error::new(Kind::Config, format!("`{text}` would be a file of that very name"));
            Err(error.help(text.replacen("sqlite:", "sqlite://", 1)))
        }
        _ => Ok(()),
    }
}

fn is_here(folder: &Path) -> bool {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    here.is_ok_and(|here| folder.canonicalize().is_ok_and(|folder| folder == here))
}

fn unset(name: &str) -> Error {
    Error::new(Kind::Config, format!("no database: {name} is set neither in the environment nor in .env"))
        .help(format!("echo '{name}=app.db' >> .env"))
}

/// What a `.env` says.
struct Dotenv {
    values: HashMap<String, String>,
    /// Whether it is read as the package's: its program, run in the package's folder, reads it too.
    is_packages: bool,
}

fn read_dotenv(package: &Path) -> Result<Dotenv, Error> {
    let here = std::env::current_dir().map_err(|error| Error::io("the current folder", &error))?;
    let is_inside = package.canonicalize().is_ok_and(|package| here.starts_with(package));
    let above = here.ancestors().map(|folder| folder.join(".env")).find(|path| path.is_file());
    let is_packages = is_inside || above.is_none();
    let Some(path) = above.or_else(|| Some(package.join(".env")).filter(|path| path.is_file())) else {
        return Ok(Dotenv { values: HashMap::new(), is_packages });
    };
    let values = dotenvy::from_path_iter(&path).and_then(Iterator::collect);
    Ok(Dotenv { values: values.map_err(|error| broken(&error))?, is_packages })
}

/// A `.env` that can't be read, without the secrets that it may hold.
fn broken(error: &dotenvy::Error) -> Error {
    match error {
        dotenvy::Error::LineParse(line, _) => {
            let name = line.split('=').next().unwrap_or_default().trim();
            let error = Error::new(Kind::Config, format!(".env can't be read: the line of `{name}` is broken"));
            error.help("a value with blanks or `#` stands between quotes, which are closed")
        }
        error => Error::new(Kind::Config, format!(".env can't be read: {error}")),
    }
}

impl Url {
    /// The file; `None` for a database in memory.
    fn file(&self) -> Option<PathBuf> {
        let (_, path, _) = self.parts();
        let in_memory = path.is_empty() || path == ":memory:" || self.text.contains("mode=memory");
        let path = Path::new(path);
        (!in_memory).then(|| self.base.as_ref().map_or_else(|| path.to_owned(), |base| base.join(path)))
    }

    /// As SQLite takes it, from the current folder.
    fn seen_from_here(&self) -> String {
        let (prefix, _, query) = self.parts();
        let file = self.base.as_ref().and_then(|_| self.file());
        file.map_or_else(|| self.text.clone(), |file| format!("{prefix}{}{query}", file.display()))
    }

    /// The scheme, the path, and what stands behind it.
    fn parts(&self) -> (&str, &str, &str) {
        let text = self.text.as_str();
        let length =
            ["sqlite://", "file://", "file:"].iter().find(|one| text.starts_with(**one)).map_or(0, |one| one.len());
        let (prefix, path) = text.split_at(length);
        let end = if prefix.starts_with("file:") { path.find('?').unwrap_or(path.len()) } else { path.len() };
        let (path, query) = path.split_at(end);
        (prefix, path, query)
    }
}

/// Connects to a database, which is made if it isn't there.
///
/// # Errors
///
/// What SQLite says, with the URL.
pub fn connect(url: &Url) -> Result<SqliteConnection, Error> {
    let mut connection = SqliteConnection::establish(&url.seen_from_here()).map_err(|error| {
        let folder = url.file().and_then(|file| file.parent().map(Path::to_owned));
        let missing = folder.filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let error = Error::new(Kind::Database, format!("can't open the database `{}`: {error}", url.text));
        match missing {
            Some(folder) => error.help(format!("mkdir -p {}", folder.display())),
            None => error.help("check `url` in Cargo.toml and DATABASE_URL in the environment or .env"),
        }
    })?;
    // The first statement reads the file's header. Any other trouble is told where it hinders something.
    match connection.batch_execute("PRAGMA schema_version") {
        Err(error) if error.to_string().contains("not a database") => {
            let error = Error::new(Kind::Database, format!("`{}` is not a database", url.text));
            let error = Error { code: "not-a-database".to_owned(), ..error };
            Err(error.help("see that `url` in Cargo.toml or DATABASE_URL names a SQLite database and no other file"))
        }
        _ => Ok(connection),
    }
}

/// Connects to a database that must not be made by looking at it: `None` if there is none.
///
/// # Errors
///
/// What SQLite says, with the URL.
pub fn connect_existing(url: &Url) -> Result<Option<SqliteConnection>, Error> {
    match url.file() {
        Some(file) if !file.exists() => Ok(None),
        _ => connect(url).map(Some),
    }
}

/// An empty database, which is gone with the connection.
///
/// # Errors
///
/// What SQLite says.
pub fn empty() -> Result<SqliteConnection, Error> {
    connect(&Url { text: ":memory:".to_owned(), base: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str, base: Option<&str>) -> Url {
        Url { text: text.to_owned(), base: base.map(PathBuf::from) }
    }

    #[test]
    fn files_of_urls() {
        for (text, file, elsewhere) in [
            ("app.db", Some("app.db"), "pkg/app.db"),
            ("sqlite://app.db", Some("app.db"), "sqlite://pkg/app.db"),
            ("file:app.db?mode=rw", Some("app.db"), "file:pkg/app.db?mode=rw"),
            ("/srv/app.db", Some("/srv/app.db"), "/srv/app.db"),
            (":memory:", None, ":memory:"),
            ("file:x?mode=memory", None, "file:x?mode=memory"),
        ] {
            assert_eq!(url(text, None).file(), file.map(PathBuf::from), "{text}");
            assert_eq!(url(text, None).seen_from_here(), text);
            assert_eq!(url(text, Some("pkg")).seen_from_here(), elsewhere);
        }
    }

    #[test]
    fn variables_come_from_the_environment_first() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "DBMIG_TEST_NAME=from-file\n").unwrap();
        let located = locate("a-${DBMIG_TEST_NAME}-b", folder.path()).unwrap();
        assert_eq!(located, Url { text: "a-from-file-b".to_owned(), base: Some(folder.path().to_owned()) });
        assert_eq!(locate("${CARGO_PKG_NAME}", folder.path()).unwrap(), url("cargo-dbmig", None));
    }

    #[test]
    fn urls_that_name_no_database() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "PASSWORD=\"secret\n").unwrap();
        for (text, expected) in [
            ("${DBMIG_TEST_UNSET}", ".env can't be read: the line of `PASSWORD` is broken"),
            ("${OPEN", "`${OPEN` has a `${` without `}`"),
            ("", "no database: its URL is empty"),
            ("postgres://me:secret@host/x", "a `postgres://` URL names no SQLite database"),
            ("sqlite:app.db", "`sqlite:app.db` would be a file of that very name"),
        ] {
            assert_eq!(locate(text, folder.path()).unwrap_err().message, expected);
        }
        std::fs::remove_file(folder.path().join(".env")).unwrap();
        let unset = locate("${DBMIG_TEST_UNSET}", folder.path()).unwrap_err();
        assert!(unset.message.contains("DBMIG_TEST_UNSET is set neither"), "{unset}");
    }
}
