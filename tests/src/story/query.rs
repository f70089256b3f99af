//! The databases of a story, asked without their own programs: nobody needs `sqlite3`, `psql` or `mysql` on their
//! machine.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use crate::host::Host;
use crate::names::Names;
use crate::server::{Server, Speaks};

/// The databases on servers that a story names, by `<postgres>` or `<mysql>` in place of a URL.
pub(super) struct Servers {
    postgres: Option<Server<PgConnection>>,
    mysql: Option<Server<MysqlConnection>>,
}

impl Servers {
    /// New databases for those that a story names.
    pub(super) fn of(story: &str, names: &mut Names) -> Servers {
        let servers = Servers {
            postgres: story.contains("<postgres>").then(Server::postgres),
            mysql: story.contains("<mysql>").then(Server::mysql),
        };
        if let Some(server) = &servers.postgres {
            names.path(server.url(), "<postgres>");
            names.path(server.name(), "<postgres-database>");
        }
        if let Some(server) = &servers.mysql {
            names.path(server.url(), "<mysql>");
            names.path(server.name(), "<mysql-database>");
        }
        servers
    }

    /// What a database says to `sqlite3 FILE "SQL"`, `psql "SQL"` or `mysql "SQL"`; `None` of any other line.
    pub(super) fn answer(&self, line: &str, host: &Host) -> Option<Result<String, String>> {
        let (program, rest) = line.split_once(' ')?;
        let sql = rest.trim_matches('"');
        match program {
            "sqlite3" => Some(match rest.split_once(' ') {
                Some((file, sql)) => sqlite(&host.path(file), sql.trim_matches('"')),
                None => Err("sqlite3 FILE \"SQL\"".to_owned()),
            }),
            "psql" => Some(ask(self.postgres.as_ref(), sql, |sql| {
                format!("SELECT coalesce(line::text, 'NULL') AS line FROM ({sql}) AS q(line)")
            })),
            "mysql" => Some(ask(self.mysql.as_ref(), sql, |sql| {
                format!("WITH q(line) AS ({sql}) SELECT coalesce(CAST(line AS CHAR), 'NULL') AS line FROM q")
            })),
            _ => None,
        }
    }
}

fn is_query(sql: &str) -> bool {
    sql.trim_start().to_ascii_lowercase().starts_with("select")
}

fn ask<C: Speaks>(server: Option<&Server<C>>, sql: &str, as_lines: impl Fn(&str) -> String) -> Result<String, String> {
    let mut connection = server.ok_or("no file of the story names the database")?.connect();
    if !is_query(sql) {
        return connection.batch_execute(sql).map(|()| String::new()).map_err(|error| format!("{sql}: {error}"));
    }
    let lines = connection.lines(&as_lines(sql)).map_err(|error| format!("{sql}: {error}"))?;
    Ok(lines.into_iter().map(|line| line + "\n").collect())
}

/// The rows of a query over one column of text, a line each.
fn sqlite(file: &Path, sql: &str) -> Result<String, String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        line: Option<String>,
    }
    let mut connection = SqliteConnection::establish(&file.display().to_string()).map_err(|error| error.to_string())?;
    if !is_query(sql) {
        return connection.batch_execute(sql).map(|()| String::new()).map_err(|error| format!("{sql}: {error}"));
    }
    let query = format!("SELECT CAST(line AS TEXT) AS line FROM (WITH q(line) AS ({sql}) SELECT line FROM q)");
    let rows: Vec<Row> = diesel::sql_query(query).load(&mut connection).map_err(|error| format!("{sql}: {error}"))?;
    Ok(rows.into_iter().map(|row| row.line.unwrap_or_else(|| "NULL".to_owned()) + "\n").collect())
}
