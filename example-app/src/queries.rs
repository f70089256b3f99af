//! What the application asks its database, typed by the emitted schema.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::db::schema::{group_memberships, groups, user_memberships, users};
use crate::models::{Group, User};

/// The user of a name.
pub fn user(connection: &mut SqliteConnection, username: &str) -> QueryResult<Option<User>> {
    users::table.filter(users::username.eq(username)).select(User::as_select()).first(connection).optional()
}

/// The groups that a user belongs to, by name: those that list the user, and those that list such a group, and so on.
///
/// One query a level of nesting; groups that contain each other are no trouble.
pub fn groups_of(connection: &mut SqliteConnection, user: &User) -> QueryResult<Vec<Group>> {
    let mut level: Vec<i32> = user_memberships::table
        .filter(user_memberships::user_id.eq(user.id))
        .select(user_memberships::group_id)
        .load(connection)?;
    let mut all = BTreeSet::new();
    while !level.is_empty() {
        all.extend(level.iter().copied());
        let parents: Vec<i32> = group_memberships::table
            .filter(group_memberships::child_group_id.eq_any(&level))
            .select(group_memberships::parent_group_id)
            .distinct()
            .load(connection)?;
        level = parents.into_iter().filter(|parent| !all.contains(parent)).collect();
    }
    groups::table.filter(groups::id.eq_any(all)).order(groups::name).select(Group::as_select()).load(connection)
}

/// How many users and how many groups there are.
pub fn counts(connection: &mut SqliteConnection) -> QueryResult<(i64, i64)> {
    let users = users::table.count().get_result(connection)?;
    let groups = groups::table.count().get_result(connection)?;
    Ok((users, groups))
}
