//! SQLite keeps the statements that made its objects, rewritten by each ALTER: reading them is replaying them.
//!
//! The pragmas know neither checks nor collations nor the expressions of indexes, so they would not do; the tests ask
//! them whether they agree.

use dbmig::Backend;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Name, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{BOOKS, IntrospectError};

#[derive(QueryableByName)]
struct Object {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Tables come before what is made on them. The indexes of constraints have no statement.
const OBJECTS: &str = "SELECT type AS kind, name, tbl_name AS table_name, sql FROM sqlite_master \
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
     ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'view' THEN 1 WHEN 'index' THEN 2 ELSE 3 END, rowid";

pub(super) fn introspect(connection: &mut SqliteConnection, exclude: &[&str]) -> Result<Schema, IntrospectError> {
    let objects: Vec<Object> = diesel::sql_query(OBJECTS).load(connection).map_err(IntrospectError::Query)?;
    let virtual_tables: Vec<String> =
        objects.iter().filter(|one| is_virtual(one)).map(|one| one.name.clone()).collect();
    let mut replay = Replay::new(Backend::Sqlite);
    let mut diagnostics = Vec::new();
    for object in objects.iter().filter(|object| !is_left_out(object, exclude, &virtual_tables)) {
        let source = Source::new(format!("{} {}", object.kind, object.name), &*object.sql);
        let script = split(&source, Backend::Sqlite);
        diagnostics.extend(script.diagnostics.iter().cloned());
        diagnostics.extend(replay.run(&script).diagnostics);
    }
    if diagnostics.is_empty() { Ok(replay.schema().clone()) } else { Err(IntrospectError::Unreadable(diagnostics)) }
}

fn is_virtual(object: &Object) -> bool {
    let mut words = object.sql.split_whitespace();
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("create"))
        && words.next().is_some_and(|word| word.eq_ignore_ascii_case("virtual"))
}

fn is_left_out(object: &Object, exclude: &[&str], virtual_tables: &[String]) -> bool {
    let name = |text: &str| Name::new(text, Backend::Sqlite);
    let owner = name(&object.table_name);
    let is_book = BOOKS.iter().chain(exclude).any(|book| name(book) == owner);
    is_book || (object.kind == "table" && is_shadow(&object.name, virtual_tables))
}

/// The tables in which the virtual tables that come with SQLite keep their data. (`pragma_table_list` tells them only
/// where the module is loaded, and only from 3.37 on.) Sources: <https://sqlite.org/fts5.html#fts5_data_structures>,
/// <https://sqlite.org/fts3.html#shadow_tables>, <https://sqlite.org/rtree.html>.
fn is_shadow(table: &str, virtual_tables: &[String]) -> bool {
    const ENDS: [&str; 13] = [
        "data", "idx", "content", "docsize", "config", "segments", "segdir", "stat", "node", "parent", "rowid",
        "instance", "row",
    ];
    let end_of =
        |owner: &String| table.get(owner.len()..).filter(|_| table.starts_with(owner.as_str()))?.strip_prefix('_');
    virtual_tables.iter().filter_map(end_of).any(|end| ENDS.contains(&end))
}
