//! Which database a command is about, and the connection to it.

mod mysql;
mod password;
mod postgres;
mod sqlite;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use dbmig::Backend;
#[cfg(feature = "mysql")]
use diesel::MysqlConnection;
#[cfg(feature = "postgres")]
use diesel::PgConnection;
use diesel::SqliteConnection;

use crate::error::{Error, Kind};

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// The kind of database that it names.
    backend: Backend,
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
/// A variable that is set nowhere, an unclosed `${`, a broken `.env`, a URL of another kind of database.
pub fn locate(url: &str, package: &Path, backend: Backend) -> Result<Url, Error> {
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
                let value = file.as_ref().and_then(|file| file.values.get(name)).ok_or_else(|| unset(name, backend))?;
                text.push_str(value);
            }
        }
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    check(&text, backend)?;
    let is_packages = backend == Backend::Sqlite && !from_environment && file.is_none_or(|file| file.is_packages);
    let base = is_packages.then(|| package.to_owned()).filter(|package| !is_here(package));
    Ok(Url { backend, text, base })
}

/// What `DATABASE_URL` is in a package's `.env`.
pub fn url_of_dotenv(package: &Path) -> Option<String> {
    read_dotenv(package).ok()?.values.remove("DATABASE_URL")
}

fn is_here(folder: &Path) -> bool {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    here.is_ok_and(|here| folder.canonicalize().is_ok_and(|folder| folder == here))
}

/// What a URL of a kind of database looks like.
pub fn example(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => sqlite::EXAMPLE,
        Backend::Postgres => postgres::EXAMPLE,
        Backend::Mysql => mysql::EXAMPLE,
    }
}

fn check(text: &str, backend: Backend) -> Result<(), Error> {
    if text.is_empty() {
        let error = Error::new(Kind::Config, "no database: its URL is empty");
        return Err(error.help(format!("name one: DATABASE_URL={}", example(backend))));
    }
    match backend {
        Backend::Sqlite => sqlite::check(text),
        Backend::Postgres => postgres::check(text),
        Backend::Mysql => mysql::check(text),
    }
}

fn unset(name: &str, backend: Backend) -> Error {
    Error::new(Kind::Config, format!("no database: {name} is set neither in the environment nor in .env"))
        .help(format!("echo '{name}={}' >> .env", example(backend)))
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

/// A connection to a database of one of the kinds that this program is built for.
#[expect(missing_debug_implementations, reason = "connections have none")]
pub enum Connection {
    /// To SQLite.
    Sqlite(SqliteConnection),
    /// To PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
    /// To MySQL or MariaDB.
    #[cfg(feature = "mysql")]
    Mysql(MysqlConnection),
}

/// Hands the connection of whatever kind to an expression that is generic over it.
macro_rules! with_connection {
    ($connection:expr, $name:ident => $work:expr) => {
        match $connection {
            $crate::context::database::Connection::Sqlite($name) => $work,
            #[cfg(feature = "postgres")]
            $crate::context::database::Connection::Postgres($name) => $work,
            #[cfg(feature = "mysql")]
            $crate::context::database::Connection::Mysql($name) => $work,
        }
    };
}
pub(crate) use with_connection;

/// Connects to a database; a SQLite database is made if it isn't there.
///
/// # Errors
///
/// What the database says, with the URL; a kind of database that this program isn't built for.
pub fn connect(url: &Url) -> Result<Connection, Error> {
    match url.backend {
        Backend::Sqlite => sqlite::connect(url).map(Connection::Sqlite),
        #[cfg(feature = "postgres")]
        Backend::Postgres => postgres::connect(&url.text).map(Connection::Postgres),
        #[cfg(feature = "mysql")]
        Backend::Mysql => mysql::connect(&url.text).map(Connection::Mysql),
        #[cfg(not(all(feature = "postgres", feature = "mysql")))]
        other => {
            let name = if other == Backend::Mysql { "MySQL" } else { "PostgreSQL" };
            let error = Error::new(Kind::Config, format!("this cargo-dbmig was built without {name}"));
            Err(error.help(format!("cargo install cargo-dbmig --features {other}")))
        }
    }
}

/// Connects to a database that must not be made by looking at it: `None` if there is no such file. A server's database
/// that isn't there is an error.
///
/// # Errors
///
/// As [`connect`].
pub fn connect_existing(url: &Url) -> Result<Option<Connection>, Error> {
    match url.backend {
        Backend::Sqlite if sqlite::file(url).is_some_and(|file| !file.exists()) => Ok(None),
        _ => connect(url).map(Some),
    }
}

/// An empty SQLite database, which is gone with the connection.
///
/// # Errors
///
/// What SQLite says.
pub fn empty() -> Result<SqliteConnection, Error> {
    sqlite::connect(&Url { backend: Backend::Sqlite, text: ":memory:".to_owned(), base: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str, base: Option<&Path>) -> Url {
        Url { backend: Backend::Sqlite, text: text.to_owned(), base: base.map(Path::to_owned) }
    }

    #[test]
    fn variables_come_from_the_environment_first() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "DBMIG_TEST_NAME=from-file\n").unwrap();
        let located = locate("a-${DBMIG_TEST_NAME}-b", folder.path(), Backend::Sqlite).unwrap();
        assert_eq!(located, url("a-from-file-b", Some(folder.path())));
        assert_eq!(locate("${CARGO_PKG_NAME}", folder.path(), Backend::Sqlite).unwrap(), url("cargo-dbmig", None));
    }

    #[test]
    fn urls_that_name_no_database() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "PASSWORD=\"secret\n").unwrap();
        let message = |text: &str, backend| locate(text, folder.path(), backend).unwrap_err().message;
        for (text, expected) in [
            ("${DBMIG_TEST_UNSET}", ".env can't be read: the line of `PASSWORD` is broken"),
            ("${OPEN", "`${OPEN` has a `${` without `}`"),
            ("", "no database: its URL is empty"),
            ("postgres://me:secret@host/x", "a `postgres://` URL names no SQLite database"),
            ("sqlite:app.db", "`sqlite:app.db` would be a file of that very name"),
        ] {
            assert_eq!(message(text, Backend::Sqlite), expected);
        }
        for (text, expected) in [
            ("mysql://me:secret@host/x", "a `mysql://` URL names no PostgreSQL database"),
            ("app.db", "`app.db` names no PostgreSQL database"),
        ] {
            assert_eq!(message(text, Backend::Postgres), expected);
        }
        for (text, expected) in [
            ("postgres://me:secret@host/x", "a `postgres://` URL names no MySQL database"),
            ("mariadb://me:secret@host/x", "Diesel takes `mysql://` URLs alone, for MariaDB too"),
            ("mysql://me:secret@host", "`mysql://me@host` names a server and no database"),
        ] {
            assert_eq!(message(text, Backend::Mysql), expected);
        }
        std::fs::remove_file(folder.path().join(".env")).unwrap();
        let unset = locate("${DBMIG_TEST_UNSET}", folder.path(), Backend::Postgres).unwrap_err();
        assert!(unset.message.contains("DBMIG_TEST_UNSET is set neither"), "{unset}");
        assert_eq!(unset.help, ["echo 'DBMIG_TEST_UNSET=postgres://me@localhost/app' >> .env"]);
        for text in ["host=/run/postgresql dbname=app", "postgresql:///app"] {
            locate(text, folder.path(), Backend::Postgres).unwrap();
        }
    }
}
