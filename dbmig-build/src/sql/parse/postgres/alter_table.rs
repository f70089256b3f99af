//! `ALTER TABLE`, and what ALTER of other relations shares with it. Source:
//! <https://www.postgresql.org/docs/current/sql-altertable.html>.

use super::column::{column, default, identity_options};
use super::column_type::column_type;
use super::constraint::{begins, constraint, deferrable};
use super::create_table::bound;
use super::settings::{parameter_names, parameters};
use super::{cascade, sequence};
use crate::schema::Deferrable;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::Ident;
use crate::sql::syntax::postgres::{Action, ActionKind, AlterTable, Identity, RelationKind, SequenceOption, Statement};

/// `[IF EXISTS] [ONLY] name action, …`; the kind has been read.
pub(super) fn alter_table(cursor: &mut Cursor<'_>, kind: RelationKind) -> Result<Option<Statement>, Fault> {
    if cursor.are(&["all", "in", "tablespace"]) {
        return Ok(None);
    }
    let if_exists = cursor.eat(&["if", "exists"]);
    let only = cursor.eat(&["only"]);
    let name = cursor.subject("the table's name")?;
    cursor.eat(&["*"]);
    let mut actions = Vec::new();
    loop {
        actions.push(one(cursor));
        if !cursor.eat(&[","]) {
            break;
        }
    }
    cursor.end()?;
    Ok(Some(Statement::AlterTable(AlterTable { kind, name, if_exists, only, actions })))
}

/// The action that ends before the next comma; one that can't be read loses no other.
fn one(cursor: &mut Cursor<'_>) -> Action {
    let start = cursor.position();
    let length = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
    let mut part = cursor.part(length);
    let read = action(&mut part).and_then(|kind| part.end().map(|()| kind));
    cursor.skip(length);
    let kind = read.unwrap_or_else(|(message, at)| ActionKind::Unreadable { message, at });
    Action { kind, span: cursor.since(start) }
}

fn action(cursor: &mut Cursor<'_>) -> Result<ActionKind, Fault> {
    match cursor.eat_one(&["add", "drop", "alter", "rename", "set", "reset", "validate", "attach", "detach", "no"]) {
        Some("add") => add(cursor),
        Some("drop") => drop(cursor),
        Some("alter") => alter(cursor),
        Some("rename") => rename(cursor),
        Some("set") => set(cursor),
        Some("reset") => Ok(ActionKind::ResetParameters(parameter_names(cursor)?)),
        Some("validate") => {
            cursor.expect("constraint")?;
            Ok(ActionKind::ValidateConstraint(cursor.label("the constraint's name")?))
        }
        Some("attach") => {
            cursor.expect("partition")?;
            let partition = cursor.object("the partition's name")?;
            let bound = if cursor.is_done() { String::new() } else { bound(cursor)? };
            Ok(ActionKind::AttachPartition { partition, bound })
        }
        Some("detach") => {
            cursor.expect("partition")?;
            let partition = cursor.object("the partition's name")?;
            cursor.eat_one(&["concurrently", "finalize"]);
            Ok(ActionKind::DetachPartition(partition))
        }
        Some(_) if cursor.eat(&["inherit"]) => Ok(ActionKind::NoInherit(cursor.object("the parent's name")?)),
        Some(_) => no_effect(cursor),
        None if cursor.eat(&["inherit"]) => Ok(ActionKind::Inherit(cursor.object("the parent's name")?)),
        None => no_effect(cursor),
    }
}

/// Owners, row security, triggers and the like.
fn no_effect(cursor: &mut Cursor<'_>) -> Result<ActionKind, Fault> {
    const WORDS: &[&str] =
        &["cluster", "depends", "disable", "enable", "force", "not", "of", "options", "owner", "replica", "row"];
    let follows_no = cursor.is_any(0, &["force", "depends"]);
    if cursor.eat_one(WORDS).is_none() && !follows_no {
        return Err(cursor.expected("an action, such as `ADD COLUMN` or `RENAME TO`"));
    }
    let length = cursor.until(|_, _| false);
    cursor.skip(length);
    Ok(ActionKind::NoEffect)
}

fn add(cursor: &mut Cursor<'_>) -> Result<ActionKind, Fault> {
    if begins(cursor) {
        return Ok(ActionKind::AddConstraint(Box::new(constraint(cursor)?)));
    }
    cursor.eat(&["column"]);
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    Ok(ActionKind::AddColumn { column: Box::new(column(cursor)?), if_not_exists })
}

fn drop(cursor: &mut Cursor<'_>) -> Result<ActionKind, Fault> {
    if cursor.eat(&["constraint"]) {
        let if_exists = cursor.eat(&["if", "exists"]);
        let name = cursor.label("the constraint's name")?;
        return Ok(ActionKind::DropConstraint { name, if_exists, cascade: cascade(cursor) });
    }
    cursor.eat(&["column"]);
    let if_exists = cursor.eat(&["if", "exists"]);
    let column = cursor.name("the column's name")?;
    Ok(ActionKind::DropColumn { column, if_exists, cascade: cascade(cursor) })
}

fn alter(cursor: &mut Cursor<'_>) -> Result<ActionKind, Fault> {
    if cursor.eat(&["constraint"]) {
        let name = cursor.label("the constraint's name")?;
        let mut when = None;
        loop {
            match deferrable(cursor, when.unwrap_or(Deferrable::No))? {
                Some(found) => when = Some(found),
                None if cursor.eat(&["enforced"]) || cursor.eat(&["not", "enforced"]) => {}
                None => break,
            }
        }
        return Ok(ActionKind::AlterConstraint { name, deferrable: when });
    }
    cursor.eat(&["column"]);
    if cursor.kind(0) == Some(crate::sql::lex::TokenKind::Number) {
        // A column of an index, of which statistics alone can be set.
        return no_effect_of_column(cursor);
    }
    let column = cursor.name("the column's name")?;
    match cursor.eat_one(&["type", "set", "drop", "add", "reset", "restart", "options"]) {
        Some("type") => set_type(cursor, column),
        Some("set") => set_on_column(cursor, column),
        Some("drop") => drop_of_column(cursor, column),
        Some("add") => add_identity(cursor, column),
        Some("restart") => {
            cursor.back_to(cursor.position() - 1);
            let options = sequence::options(cursor)?;
            Ok(ActionKind::AlterIdentity { column, always: None, options })
        }
        Some(_) => no_effect_of_column(cursor),
        None => Err(cursor.expected("`TYPE`, `SET`, `DROP` or `ADD GENERATED`")),
    }
}

fn no_effect_of_column(cursor: &mut Cursor<'_>) -> Result<ActionKind, Fault> {
    let length = cursor.until(|_, _| false);
    cursor.skip(length);
    Ok(ActionKind::NoEffect)
}

fn set_type(cursor: &mut Cursor<'_>, column: Ident) -> Result<ActionKind, Fault> {
    let column_type = column_type(cursor)?;
    let collation = if cursor.eat(&["collate"]) { super::column::collation(cursor)? } else { None };
    let using = if cursor.eat(&["using"]) {
        let start = cursor.position();
        let length = cursor.until(|_, _| false);
        cursor.expression(length)?;
        Some(cursor.since(start))
    } else {
        None
    };
    Ok(ActionKind::SetType { column, column_type, collation, using })
}

fn set_on_column(cursor: &mut Cursor<'_>, column: Ident) -> Result<ActionKind, Fault> {
    Ok(if cursor.eat(&["data", "type"]) {
        return set_type(cursor, column);
    } else if cursor.eat(&["default"]) {
        ActionKind::SetDefault(column, default(cursor)?)
    } else if cursor.eat(&["not", "null"]) {
        ActionKind::SetNotNull(column)
    } else if cursor.eat(&["expression", "as"]) {
        ActionKind::SetExpression(column, cursor.parenthesized()?)
    } else if cursor.is_any(0, &["statistics", "storage", "compression", "("]) {
        return no_effect_of_column(cursor);
    } else {
        cursor.back_to(cursor.position() - 1);
        return alter_identity(cursor, column);
    })
}

/// `SET GENERATED …`, `SET sequence_option`, `RESTART`, in any number.
fn alter_identity(cursor: &mut Cursor<'_>, column: Ident) -> Result<ActionKind, Fault> {
    let mut always = None;
    let mut options: Vec<SequenceOption> = Vec::new();
    while !cursor.is_done() {
        if cursor.eat(&["set", "generated"]) {
            always = Some(cursor.eat(&["always"]));
            if always == Some(false) && !cursor.eat(&["by", "default"]) {
                return Err(cursor.expected("`ALWAYS` or `BY DEFAULT`"));
            }
            continue;
        }
        cursor.eat(&["set"]);
        match sequence::option(cursor)? {
            Some(option) => options.extend(option),
            None => return Err(cursor.expected("`DEFAULT`, `NOT NULL`, `DATA TYPE` or an option of a sequence")),
        }
    }
    Ok(ActionKind::AlterIdentity { column, always, options })
}

fn drop_of_column(cursor: &mut Cursor<'_>, column: Ident) -> Result<ActionKind, Fault> {
    Ok(if cursor.eat(&["default"]) {
        ActionKind::DropDefault(column)
    } else if cursor.eat(&["not", "null"]) {
        ActionKind::DropNotNull(column)
    } else if cursor.eat(&["expression"]) {
        ActionKind::DropExpression { column, if_exists: cursor.eat(&["if", "exists"]) }
    } else if cursor.eat(&["identity"]) {
        ActionKind::DropIdentity { column, if_exists: cursor.eat(&["if", "exists"]) }
    } else {
        return Err(cursor.expected("`DEFAULT`, `NOT NULL`, `EXPRESSION` or `IDENTITY`"));
    })
}

fn add_identity(cursor: &mut Cursor<'_>, column: Ident) -> Result<ActionKind, Fault> {
    cursor.expect("generated")?;
    let always = cursor.eat(&["always"]);
    if !always && !cursor.eat(&["by", "default"]) {
        return Err(cursor.expected("`ALWAYS` or `BY DEFAULT`"));
    }
    cursor.expect("as")?;
    cursor.expect("identity")?;
    Ok(ActionKind::AddIdentity(column, Identity { always, options: identity_options(cursor)? }))
}

fn rename(cursor: &mut Cursor<'_>) -> Result<ActionKind, Fault> {
    if cursor.eat(&["to"]) {
        return Ok(ActionKind::RenameTo(cursor.name("the new name")?));
    }
    if cursor.eat(&["constraint"]) {
        let from = cursor.label("the constraint's name")?;
        cursor.expect("to")?;
        return Ok(ActionKind::RenameConstraint { from, to: cursor.label("the new name")? });
    }
    // `column` is no name without quotes.
    cursor.eat(&["column"]);
    let from = cursor.name("the column's name")?;
    cursor.expect("to")?;
    Ok(ActionKind::RenameColumn { from, to: cursor.name("the new name")? })
}

fn set(cursor: &mut Cursor<'_>) -> Result<ActionKind, Fault> {
    Ok(if cursor.eat(&["schema"]) {
        ActionKind::SetSchema(cursor.name("the schema's name")?)
    } else if cursor.eat(&["logged"]) {
        ActionKind::SetLogged
    } else if cursor.eat(&["unlogged"]) {
        ActionKind::SetUnlogged
    } else if cursor.is(0, "(") {
        ActionKind::SetParameters(parameters(cursor)?)
    } else if cursor.eat_one(&["tablespace", "access", "without", "with"]).is_some() {
        return no_effect_of_column(cursor);
    } else {
        return Err(cursor.expected("`SCHEMA`, `LOGGED`, `UNLOGGED`, `TABLESPACE` or `(`"));
    })
}
