//! MySQL and MariaDB: `mysql://` URLs as Diesel takes them.

#[cfg(feature = "mysql")]
use diesel::{Connection as _, MysqlConnection};

use super::password::without_password;
use crate::error::{Error, Kind};

/// An example.
pub(super) const EXAMPLE: &str = "mysql://me@127.0.0.1/app";

/// Refuses what Diesel wouldn't take, and a URL without a database.
pub(super) fn check(text: &str) -> Result<(), Error> {
    let refused = |message: String| {
        Error::new(Kind::Config, message)
            .help(format!("the `backend` in Cargo.toml is \"mysql\": DATABASE_URL={EXAMPLE}"))
    };
    let rest = match text.split_once("://") {
        Some(("mysql", rest)) => rest,
        Some(("mariadb", rest)) => {
            let shown = without_password(&format!("mysql://{rest}"));
            let error = Error::new(Kind::Config, "Diesel takes `mysql://` URLs alone, for MariaDB too");
            return Err(error.help(format!("DATABASE_URL={shown}")));
        }
        Some((scheme, _)) => return Err(refused(format!("a `{scheme}://` URL names no MySQL database"))),
        None => return Err(refused(format!("`{text}` names no MySQL database"))),
    };
    let place = rest.split('?').next().unwrap_or(rest);
    match place.split_once('/') {
        Some((_, name)) if !name.is_empty() => Ok(()),
        _ => Err(refused(format!("`{}` names a server and no database", without_password(text)))),
    }
}

/// Connects.
#[cfg(feature = "mysql")]
pub(super) fn connect(text: &str) -> Result<MysqlConnection, Error> {
    MysqlConnection::establish(text).map_err(|error| refused(text, &error))
}

/// What the client library says, and what to do about it.
#[cfg(feature = "mysql")]
fn refused(text: &str, error: &diesel::ConnectionError) -> Error {
    let shown = without_password(text);
    let said = match error {
        // It quotes the URL.
        diesel::ConnectionError::InvalidConnectionUrl(_) => {
            "the URL can't be read: blanks, `@`, `:`, `/` and `%` in a password are written as `%40` and the like"
                .to_owned()
        }
        error => error.to_string().lines().next().unwrap_or_default().to_owned(),
    };
    let error = Error::new(Kind::Database, format!("can't connect to `{shown}`: {said}"));
    if let Some(name) = said.strip_prefix("Unknown database ") {
        let name = name.trim_matches('\'');
        let error = Error { code: "no-such-database".to_owned(), ..error };
        return error.help(format!("mysql{} -e 'CREATE DATABASE `{name}`'", login(&shown)));
    }
    if said.starts_with("Access denied") {
        return error
            .help("check user and password in DATABASE_URL (in the environment or .env), and the user's rights");
    }
    error.help("start the server, or check host, port and `unix_socket` in DATABASE_URL (in the environment or .env)")
}

/// The options of the client program that name a URL's server.
#[cfg(feature = "mysql")]
fn login(shown: &str) -> String {
    let rest = shown.split_once("://").map_or(shown, |(_, rest)| rest);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let server = place.split('/').next().unwrap_or(place);
    let (user, host) = server.rsplit_once('@').unwrap_or(("", server));
    let (host, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let socket = query.split('&').find_map(|pair| pair.strip_prefix("unix_socket=")).unwrap_or_default();
    let options = [("-u", user), ("-h", host), ("-P", port), ("-S", socket)];
    options.iter().filter(|(_, value)| !value.is_empty()).map(|(option, value)| format!(" {option} {value}")).collect()
}
