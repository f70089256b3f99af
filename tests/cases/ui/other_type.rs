//! A row struct whose field has another type than its column.

mod schema {
    include!("schema.rs");
}

use diesel::prelude::*;

#[derive(Queryable, Selectable, dbmig::Model)]
#[diesel(table_name = schema::users, check_for_backend(diesel::sqlite::Sqlite))]
struct User {
    id: i32,
    name: String,
    age: String,
}

fn main() {}
