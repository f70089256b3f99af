//! A row struct that has no room for the NULLs of its column.

mod schema {
    include!("schema.rs");
}

use diesel::prelude::*;

#[derive(Queryable, Selectable, dbmig::Model)]
#[diesel(table_name = schema::users, check_for_backend(diesel::sqlite::Sqlite))]
struct User {
    id: i32,
    bio: String,
}

fn main() {}
