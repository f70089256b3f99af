//! What every dialect says of foreign keys in the same words.

use super::cursor::{Cursor, Fault};
use crate::schema::ReferentialAction;

/// What stands behind `ON DELETE` and `ON UPDATE`.
pub(super) fn action(cursor: &mut Cursor<'_>) -> Result<ReferentialAction, Fault> {
    Ok(if cursor.eat(&["set", "null"]) {
        ReferentialAction::SetNull
    } else if cursor.eat(&["set", "default"]) {
        ReferentialAction::SetDefault
    } else if cursor.eat(&["cascade"]) {
        ReferentialAction::Cascade
    } else if cursor.eat(&["restrict"]) {
        ReferentialAction::Restrict
    } else if cursor.eat(&["no", "action"]) {
        ReferentialAction::NoAction
    } else {
        return Err(cursor.expected("`CASCADE`, `RESTRICT`, `SET NULL`, `SET DEFAULT` or `NO ACTION`"));
    })
}
