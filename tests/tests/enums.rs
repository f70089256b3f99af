//! `#[derive(dbmig::Enum)]` with Diesel, on all three databases: one enum, three schemas as dbmig emits them.

use std::path::Path;

use dbmig::{Backend, Enum as _};
use dbmig_build::config::DatabaseConfig;
use dbmig_tests::database::Database;
use dbmig_tests::server::Server;
use diesel::prelude::*;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, dbmig::Enum)]
enum Role {
    Member,
    #[dbmig(rename = "it's complicated")]
    Other = 7,
    InReview,
    HTTPError2Big,
}

/// One whose column is of a type that the host declares.
#[derive(Debug, PartialEq, dbmig::Enum)]
#[diesel(sql_type = Plain)]
enum r#Loop {
    r#While,
    For,
}

/// A type of the host's own.
#[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "plain"))]
pub struct Plain;

#[test]
fn labels() {
    assert_eq!(Role::LABELS, ["member", "it's complicated", "in_review", "http_error2_big"]);
    assert_eq!(Role::ALL.len(), 4);
    for role in Role::ALL {
        assert_eq!(Role::from_label(role.label()), Some(*role));
    }
    assert_eq!(Role::from_label("Member"), None);
    assert_eq!(Loop::LABELS, ["while", "for"]);
}

#[test]
fn the_derive_and_the_tools_find_the_same_labels() {
    let config = DatabaseConfig {
        backend: Backend::Postgres,
        models: vec!["tests/enums.rs".to_owned()],
        ..DatabaseConfig::default()
    };
    let models = dbmig_build::models::read(Path::new(env!("CARGO_MANIFEST_DIR")), &config).expect("models");
    let types: Vec<String> = models.schema.types.values().map(|one| format!("{} {:?}", one.name, one.kind)).collect();
    let expected = [format!("loop Enum({:?})", Loop::LABELS), format!("role Enum({:?})", Role::LABELS)];
    assert_eq!(types, expected);
}

/// Rows of `users`, and what is asked of them.
macro_rules! used {
    ($module:ident, $backend:ty) => {
        mod $module {
            use diesel::connection::LoadConnection;
            use diesel::prelude::*;

            use super::Role;
            pub(super) use super::schemas::$module::users;

            #[derive(Debug, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
            #[diesel(table_name = users, check_for_backend($backend))]
            pub(super) struct User {
                pub(super) id: i32,
                pub(super) role: Role,
                pub(super) before: Option<Role>,
            }

            #[derive(Insertable)]
            #[diesel(table_name = users)]
            struct NewUser<'a> {
                id: i32,
                role: &'a Role,
                before: Option<&'a Role>,
            }

            pub(super) fn check<C>(connection: &mut C)
            where
                C: LoadConnection<Backend = $backend>,
            {
                let ada = User { id: 1, role: Role::Other, before: Some(Role::Member) };
                diesel::insert_into(users::table).values(&ada).execute(connection).expect("a user");
                let bob = NewUser { id: 2, role: &Role::InReview, before: None };
                diesel::insert_into(users::table).values(bob).execute(connection).expect("a user");
                let all: Vec<User> =
                    users::table.order(users::id).select(User::as_select()).load(connection).expect("rows");
                let bob = User { id: 2, role: Role::InReview, before: None };
                assert_eq!(all, [ada, bob]);

                let ids = |roles: &[Role], connection: &mut C| -> Vec<i32> {
                    let found = users::table.filter(users::role.eq_any(roles.to_vec())).order(users::id);
                    found.select(users::id).load(connection).expect("rows")
                };
                assert_eq!(ids(&[Role::Other, Role::HTTPError2Big], connection), [1]);
                let query = users::table.filter(users::before.eq(Role::Member).or(users::role.ne(&Role::Other)));
                assert_eq!(query.count().get_result(connection), Ok(2));
                let target = users::table.filter(users::before.is_null());
                diesel::update(target)
                    .set(users::before.eq(Some(Role::HTTPError2Big)))
                    .execute(connection)
                    .expect("a row");
                let pairs: Vec<(Role, Option<Role>)> =
                    users::table.order(users::id).select((users::role, users::before)).load(connection).expect("rows");
                assert_eq!(pairs[1], (Role::InReview, Some(Role::HTTPError2Big)));
            }
        }
    };
}

mod schemas {
    pub(super) mod sqlite {
        diesel::table! { users (id) { id -> Integer, role -> Text, before -> Nullable<Text>, } }
    }

    pub(super) mod postgres {
        pub(crate) mod sql_types {
            #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
            #[diesel(postgres_type(name = "role"))]
            pub struct Role;
        }
        dbmig::enum_type!(sql_types::Role, ["member", "it's complicated", "in_review", "http_error2_big"]);

        diesel::table! {
            use diesel::sql_types::*;
            use super::sql_types::Role;
            users (id) { id -> Int4, role -> Role, before -> Nullable<Role>, all -> Array<Nullable<Role>>, }
        }
    }

    pub(super) mod mysql {
        pub(crate) mod sql_types {
            #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
            #[diesel(mysql_type(name = "Enum"))]
            pub struct UsersRoleEnum;

            #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
            #[diesel(mysql_type(name = "Enum"))]
            pub struct UsersBeforeEnum;
        }
        dbmig::enum_type!(sql_types::UsersRoleEnum, ["member", "it's complicated", "in_review", "http_error2_big"]);
        dbmig::enum_type!(sql_types::UsersBeforeEnum, ["http_error2_big", "in_review", "it's complicated", "member"]);

        diesel::table! {
            use diesel::sql_types::*;
            use super::sql_types::{UsersBeforeEnum, UsersRoleEnum};
            users (id) { id -> Integer, role -> UsersRoleEnum, before -> Nullable<UsersBeforeEnum>, }
        }
    }
}

used!(sqlite, diesel::sqlite::Sqlite);
used!(postgres, diesel::pg::Pg);
used!(mysql, diesel::mysql::Mysql);

const LABELS: &str = "('member', 'it''s complicated', 'in_review', 'http_error2_big')";

#[test]
fn on_sqlite() {
    let mut database = Database::new();
    database.run(&format!(
        "CREATE TABLE users (id INTEGER PRIMARY KEY NOT NULL, role TEXT NOT NULL CHECK (role IN {LABELS}), before TEXT)"
    ));
    sqlite::check(&mut database.connection);
    database.run("UPDATE users SET before = 'nobody'");
    let read = sqlite::users::table.select(sqlite::User::as_select()).load(&mut database.connection);
    let error = format!("{:?}", read.expect_err("a text that is no label"));
    assert!(error.contains("`nobody` is none of member, it's complicated, in_review, http_error2_big"), "{error}");
}

#[test]
fn on_postgresql() {
    let mut server = Server::postgres();
    server.run(&format!(
        "CREATE TYPE role AS ENUM {LABELS};
        CREATE TABLE users (id INT PRIMARY KEY, role role NOT NULL, before role, \"all\" role[] NOT NULL DEFAULT '{{}}')"
    ));
    postgres::check(&mut server.connection);
    use schemas::postgres::users;
    let both = vec![Some(Role::Member), Some(Role::Other)];
    diesel::update(users::table).set(users::all.eq(&both)).execute(&mut server.connection).expect("rows");
    let found: Vec<Vec<Option<Role>>> = users::table.select(users::all).load(&mut server.connection).expect("rows");
    assert_eq!(found, [both.clone(), both]);

    server.run("CREATE TYPE plain AS ENUM ('while', 'for')");
    let one = diesel::select(diesel::dsl::sql::<Plain>("'for'::plain")).get_result::<Loop>(&mut server.connection);
    assert_eq!(one, Ok(Loop::For));
    let bound = IntoSql::into_sql::<Plain>(Loop::While);
    assert_eq!(diesel::select(bound).get_result::<Loop>(&mut server.connection), Ok(Loop::While));
}

#[test]
fn on_mysql() {
    let mut server = Server::mysql();
    server.run(&format!("CREATE TABLE users (id INT PRIMARY KEY, role ENUM{LABELS} NOT NULL, `before` ENUM{LABELS})"));
    mysql::check(&mut server.connection);
}
