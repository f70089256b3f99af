//! The models: who may use which account on which system, and who belongs to which group.
//!
//! `cargo dbmig migrate` compares these structs with what the chain in `migrations/` builds.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{account_assignments, accounts, group_memberships, groups, systems, user_memberships, users};

/// People who can sign in.
#[derive(Debug, Identifiable, Queryable, Selectable, dbmig::Model)]
#[diesel(table_name = users)]
pub struct User {
    pub id: i32,
    #[dbmig(unique, length = 64)]
    pub username: String,
    #[dbmig(unique, length = 80)]
    pub email: String,
    pub bio: Option<String>,
    #[dbmig(default = now)]
    pub created: NaiveDateTime,
    pub updated: Option<NaiveDateTime>,
    pub admin: bool,
}

/// Groups of people, and of other groups.
#[derive(Debug, Identifiable, Queryable, Selectable, dbmig::Model)]
#[diesel(table_name = groups)]
pub struct Group {
    pub id: i32,
    #[dbmig(unique, length = 64)]
    pub name: String,
    #[dbmig(references = users(id), index)]
    pub owner_id: i32,
    #[dbmig(length = 200)]
    pub description: Option<String>,
    #[dbmig(default = now)]
    pub created: NaiveDateTime,
    pub updated: Option<NaiveDateTime>,
    #[dbmig(default = false)]
    pub is_security: bool,
}

/// Machines and services that have accounts of their own.
#[derive(Debug, Identifiable, Queryable, Selectable, dbmig::Model)]
#[diesel(table_name = systems)]
pub struct System {
    pub id: i32,
    #[dbmig(length = 64)]
    pub name: String,
    #[dbmig(length = 32)]
    pub platform: String,
    #[dbmig(length = 255)]
    pub host: Option<String>,
    #[dbmig(default = now)]
    pub created: NaiveDateTime,
    pub updated: Option<NaiveDateTime>,
}

/// A person's account on a system.
#[derive(Debug, Identifiable, Queryable, Selectable, dbmig::Model)]
#[diesel(table_name = accounts)]
#[dbmig(unique(username, user_id, system_id))]
pub struct Account {
    pub id: i32,
    #[dbmig(length = 64)]
    pub username: String,
    #[dbmig(references = users(id), on_delete = cascade)]
    pub user_id: i32,
    #[dbmig(references = systems(id), on_delete = cascade)]
    pub system_id: i32,
    #[dbmig(default = now)]
    pub created: NaiveDateTime,
    pub updated: Option<NaiveDateTime>,
}

/// Who may use whose account.
#[derive(Debug, Identifiable, Queryable, Selectable, dbmig::Model)]
#[diesel(table_name = account_assignments, primary_key(user_id, account_id))]
pub struct AccountAssignment {
    #[dbmig(references = users(id), on_delete = cascade)]
    pub user_id: i32,
    #[dbmig(references = accounts(id), on_delete = cascade)]
    pub account_id: i32,
    #[dbmig(default = now)]
    pub created: NaiveDateTime,
    pub updated: Option<NaiveDateTime>,
}

/// Who belongs to which group.
#[derive(Debug, Identifiable, Queryable, Selectable, dbmig::Model)]
#[diesel(table_name = user_memberships, primary_key(user_id, group_id))]
pub struct UserMembership {
    #[dbmig(references = users(id), on_delete = cascade)]
    pub user_id: i32,
    #[dbmig(references = groups(id), on_delete = cascade)]
    pub group_id: i32,
    #[dbmig(default = now)]
    pub created: NaiveDateTime,
    pub updated: Option<NaiveDateTime>,
}

/// Which group belongs to which other one.
#[derive(Debug, Identifiable, Queryable, Selectable, dbmig::Model)]
#[diesel(table_name = group_memberships, primary_key(child_group_id, parent_group_id))]
pub struct GroupMembership {
    #[dbmig(references = groups(id), on_delete = cascade)]
    pub child_group_id: i32,
    #[dbmig(references = groups(id), on_delete = cascade)]
    pub parent_group_id: i32,
    #[dbmig(default = now)]
    pub created: NaiveDateTime,
    pub updated: Option<NaiveDateTime>,
}
