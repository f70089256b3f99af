//! SQLite: files, and URLs of files.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, SqliteConnection};

use super::Url;
use crate::error::{Error, Kind};

/// An example.
pub(super) const EXAMPLE: &str = "app.db";

/// Refuses what SQLite would take for a strange file name, or for a database that is gone when the command ends. What
/// stands behind a scheme may hold a password and isn't repeated.
pub(super) fn check(text: &str) -> Result<(), Error> {
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

/// The file; `None` for a database in memory.
pub(super) fn file(url: &Url) -> Option<PathBuf> {
    let (_, path, _) = parts(url);
    let in_memory = path.is_empty() || path == ":memory:" || url.text.contains("mode=memory");
    let path = Path::new(path);
    (!in_memory).then(|| url.base.as_ref().map_or_else(|| path.to_owned(), |base| base.join(path)))
}

/// As SQLite takes it, from the current folder.
fn seen_from_here(url: &Url) -> String {
    let (prefix, _, query) = parts(url);
    let file = url.base.as_ref().and_then(|_| file(url));
    file.map_or_else(|| url.text.clone(), |file| format!("{prefix}{}{query}", file.display()))
}

/// The scheme, the path, and what stands behind it.
fn parts(url: &Url) -> (&str, &str, &str) {
    let text = url.text.as_str();
    let length =
        ["sqlite://", "file://", "file:"].iter().find(|one| text.starts_with(**one)).map_or(0, |one| one.len());
    let (prefix, path) = text.split_at(length);
    let end = if prefix.starts_with("file:") { path.find('?').unwrap_or(path.len()) } else { path.len() };
    let (path, query) = path.split_at(end);
    (prefix, path, query)
}

/// Connects to a database, which is made if it isn't there.
pub(super) fn connect(url: &Url) -> Result<SqliteConnection, Error> {
    let mut connection = SqliteConnection::establish(&seen_from_here(url)).map_err(|error| {
        let file = file(url);
        let folder = file.as_ref().and_then(|file| file.parent());
        let missing = folder.filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let (is_folder, shown) = (file.as_ref().is_some_and(|file| file.is_dir()), url.text.trim_end_matches('/'));
        let error = Error::new(Kind::Database, format!("can't open the database `{}`: {error}", url.text));
        match missing {
            Some(folder) => error.help(format!("mkdir -p {}", folder.display())),
            None if is_folder => {
                error.help(format!("that is a folder: name a file in it, DATABASE_URL={shown}/{EXAMPLE}"))
            }
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

#[cfg(test)]
mod tests {
    use dbmig::Backend;

    use super::*;

    #[test]
    fn files_of_urls() {
        let url = |text: &str, base: Option<&str>| Url {
            backend: Backend::Sqlite,
            text: text.to_owned(),
            base: base.map(PathBuf::from),
        };
        for (text, path, elsewhere) in [
            ("app.db", Some("app.db"), "pkg/app.db"),
            ("sqlite://app.db", Some("app.db"), "sqlite://pkg/app.db"),
            ("file:app.db?mode=rw", Some("app.db"), "file:pkg/app.db?mode=rw"),
            ("/srv/app.db", Some("/srv/app.db"), "/srv/app.db"),
            (":memory:", None, ":memory:"),
            ("file:x?mode=memory", None, "file:x?mode=memory"),
        ] {
            assert_eq!(file(&url(text, None)), path.map(PathBuf::from), "{text}");
            assert_eq!(seen_from_here(&url(text, None)), text);
            assert_eq!(seen_from_here(&url(text, Some("pkg"))), elsewhere);
        }
    }
}
