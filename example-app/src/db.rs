//! The database: its schema and migrations, as the build script emits them, and the way to connect.

use diesel::prelude::*;

// `pub mod schema` with a `table!` for every table, and `pub static MIGRATIONS`.
dbmig::embed!();

/// Connects to the database that `DATABASE_URL` names, `example.db` in the current folder unless it is set.
pub fn connect() -> ConnectionResult<SqliteConnection> {
    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| "example.db".to_owned());
    let mut connection = SqliteConnection::establish(&url)?;
    diesel::sql_query("PRAGMA foreign_keys = ON")
        .execute(&mut connection)
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}
