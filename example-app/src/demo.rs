//! A few people, groups and accounts to look at.

use diesel::prelude::*;

use crate::db::schema::{account_assignments, accounts, group_memberships, groups, systems, user_memberships, users};

/// Fills an empty database; leaves one that has users alone. Says whether it filled it.
pub fn fill(connection: &mut SqliteConnection) -> QueryResult<bool> {
    connection.transaction(|connection| {
        if users::table.count().get_result::<i64>(connection)? > 0 {
            return Ok(false);
        }
        let person = |id: i32, name: &str, admin: bool| {
            let email = format!("{name}@example.org");
            (users::id.eq(id), users::username.eq(name.to_owned()), users::email.eq(email), users::admin.eq(admin))
        };
        diesel::insert_into(users::table)
            .values(vec![person(1, "ada", true), person(2, "grace", false), person(3, "linus", false)])
            .execute(connection)?;
        let group = |id: i32, name: &'static str, description: Option<&'static str>, is_security: bool| {
            (
                groups::id.eq(id),
                groups::name.eq(name),
                groups::owner_id.eq(1),
                groups::description.eq(description),
                groups::is_security.eq(is_security),
            )
        };
        diesel::insert_into(groups::table)
            .values(vec![
                group(1, "compilers", None, false),
                group(2, "engineering", Some("everyone who builds things"), false),
                group(3, "staff", Some("everyone"), true),
            ])
            .execute(connection)?;
        let nested = |child: i32, parent: i32| {
            (group_memberships::child_group_id.eq(child), group_memberships::parent_group_id.eq(parent))
        };
        diesel::insert_into(group_memberships::table).values(vec![nested(1, 2), nested(2, 3)]).execute(connection)?;
        let member = |user: i32, group: i32| (user_memberships::user_id.eq(user), user_memberships::group_id.eq(group));
        diesel::insert_into(user_memberships::table)
            .values(vec![member(1, 3), member(2, 1), member(3, 2)])
            .execute(connection)?;
        diesel::insert_into(systems::table)
            .values((systems::id.eq(1), systems::name.eq("build server"), systems::platform.eq("linux")))
            .execute(connection)?;
        diesel::insert_into(accounts::table)
            .values((
                accounts::id.eq(1),
                accounts::username.eq("builder"),
                accounts::user_id.eq(2),
                accounts::system_id.eq(1),
            ))
            .execute(connection)?;
        diesel::insert_into(account_assignments::table)
            .values((account_assignments::user_id.eq(3), account_assignments::account_id.eq(1)))
            .execute(connection)?;
        Ok(true)
    })
}
