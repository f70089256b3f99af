//! A query that uses a column which the chain has dropped.

mod schema {
    include!("schema.rs");
}

use diesel::prelude::*;

fn nicknames(connection: &mut SqliteConnection) -> QueryResult<Vec<Option<String>>> {
    schema::users::table.select(schema::users::nickname).load(connection)
}

fn main() {}
