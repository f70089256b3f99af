//! PostgreSQL: URLs as libpq takes them.

#[cfg(feature = "postgres")]
use diesel::connection::SimpleConnection;
#[cfg(feature = "postgres")]
use diesel::{Connection as _, PgConnection};

#[cfg(feature = "postgres")]
use super::password::without_password;
use crate::error::{Error, Kind};

/// An example.
pub(super) const EXAMPLE: &str = "postgres://me@localhost/app";

/// Refuses what libpq wouldn't take, or would take for something else.
pub(super) fn check(text: &str) -> Result<(), Error> {
    let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
    // `host=localhost dbname=app`
    let is_list = !text.contains("://") && text.contains('=');
    if is_url || is_list {
        return Ok(());
    }
    let message = match text.split_once("://") {
        Some((scheme, _)) => format!("a `{scheme}://` URL names no PostgreSQL database"),
        None => format!("`{text}` names no PostgreSQL database"),
    };
    Err(Error::new(Kind::Config, message)
        .help(format!("the `backend` in Cargo.toml is \"postgres\": DATABASE_URL={EXAMPLE}")))
}

/// Connects, under a name that a waiting migrator reads when it says who holds the lock.
#[cfg(feature = "postgres")]
pub(super) fn connect(text: &str) -> Result<PgConnection, Error> {
    let mut connection = PgConnection::establish(text).map_err(|error| refused(text, &error.to_string()))?;
    let name = "SELECT pg_catalog.set_config('application_name', 'cargo dbmig', false) WHERE \
                pg_catalog.current_setting('application_name') = ''";
    // Nothing depends on it.
    let _ = connection.batch_execute(name);
    Ok(connection)
}

/// What libpq says, and what to do about it.
#[cfg(feature = "postgres")]
fn refused(text: &str, said: &str) -> Error {
    let shown = without_password(text);
    let said = said.lines().next().unwrap_or_default();
    // "connection to server at "localhost" (127.0.0.1), port 5432 failed: FATAL:  …": the URL says the rest.
    let said = said.split_once("FATAL:").map_or(said, |(_, reason)| reason.trim());
    // A URL that can't be read is quoted in pieces, the password among them.
    let said = if said.starts_with("invalid") || said.contains("in URI") || said.contains("connection info string") {
        "the URL can't be read: blanks, `@`, `:`, `/` and `%` in a password are written as `%40` and the like"
    } else {
        said
    };
    let error = Error::new(Kind::Database, format!("can't connect to `{shown}`: {said}"));
    if said.starts_with("database ") && said.ends_with("does not exist") {
        let error = Error { code: "no-such-database".to_owned(), ..error };
        return error.help(creation(&shown, said));
    }
    if said.contains("authentication failed") || said.contains("no password supplied") || said.starts_with("role ") {
        return error.help("check user and password in DATABASE_URL (in the environment or .env)");
    }
    if said.contains("SSL") || said.contains("certificate") || said.contains("pg_hba.conf") {
        return error.help("say in the URL how to encrypt: `?sslmode=require`, `?sslmode=disable`");
    }
    error.help("start the server, or check host and port in DATABASE_URL (in the environment or .env)")
}

/// The command that makes a database which isn't there.
#[cfg(feature = "postgres")]
fn creation(shown: &str, said: &str) -> String {
    let name = said.trim_start_matches("database ").trim_end_matches("does not exist").trim().trim_matches('"');
    match shown.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('/')?))) {
        Some((scheme, (host, path))) => {
            let query = path.split_once('?').map_or(String::new(), |(_, query)| format!("?{query}"));
            format!("psql '{scheme}://{host}/postgres{query}' -c 'CREATE DATABASE \"{name}\"'")
        }
        None => format!("createdb '{name}'"),
    }
}
