//! Columns: their types and all that stands behind them.

use super::column_type::column_type;
use super::constraint;
use super::sequence;
use crate::schema::{Deferrable, Expression, Generated, Storage};
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::postgres::{Column, Constraint, ConstraintKind, Identity};
use crate::sql::syntax::{Ident, ObjectIdent};

/// `name type …`
pub(super) fn column(cursor: &mut Cursor<'_>) -> Result<Column, Fault> {
    let start = cursor.position();
    let name = cursor.name("a column's name")?;
    let mut column = empty(name);
    column.column_type = Some(column_type(cursor)?);
    rest(cursor, column, start)
}

/// `name [WITH OPTIONS] …`, where the type is known already.
pub(super) fn options(cursor: &mut Cursor<'_>) -> Result<Column, Fault> {
    let start = cursor.position();
    let name = cursor.name("a column's name")?;
    cursor.eat(&["with", "options"]);
    rest(cursor, empty(name), start)
}

/// What stands behind COLLATE; `"default"` is what a type has anyway.
pub(super) fn collation(cursor: &mut Cursor<'_>) -> Result<Option<ObjectIdent>, Fault> {
    let found = cursor.object("the collation's name")?;
    Ok(Some(found).filter(|one| one.name.as_str() != "default"))
}

fn empty(name: Ident) -> Column {
    let span = name.span.clone();
    Column {
        name,
        column_type: None,
        collation: None,
        not_null: None,
        default: None,
        generated: None,
        identity: None,
        constraints: Vec::new(),
        span,
    }
}

fn rest(cursor: &mut Cursor<'_>, mut column: Column, start: usize) -> Result<Column, Fault> {
    let mut name = None;
    loop {
        let begin = cursor.position();
        if cursor.eat(&["constraint"]) {
            name = Some(cursor.label("the constraint's name")?);
            continue;
        }
        if let Some(kind) = constraint_kind(cursor, &column)? {
            column.constraints.push(Constraint {
                name: name.take(),
                kind,
                deferrable: Deferrable::No,
                not_valid: false,
                no_inherit: false,
                span: cursor.since(begin),
            });
        } else if cursor.eat(&["not", "null"]) {
            column.not_null = Some(name.take());
        } else if cursor.eat(&["null"]) {
            name = None;
        } else if cursor.eat(&["default"]) {
            column.default = Some(default(cursor)?);
            name = None;
        } else if cursor.eat(&["generated"]) {
            generated(cursor, &mut column)?;
            name = None;
        } else if cursor.eat(&["collate"]) {
            column.collation = collation(cursor)?;
        } else if cursor.eat(&["storage"]) || cursor.eat(&["compression"]) {
            cursor.label("a kind of storage")?;
        } else if cursor.is(0, "options") && cursor.is(1, "(") {
            cursor.step();
            constraint::skip_group(cursor)?;
        } else if !attribute(cursor, &mut column.constraints)? {
            break;
        }
    }
    column.span = cursor.since(start);
    Ok(column)
}

/// A key, check or reference of a column.
fn constraint_kind(cursor: &mut Cursor<'_>, column: &Column) -> Result<Option<ConstraintKind>, Fault> {
    let this = || vec![column.name.clone()];
    Ok(Some(if cursor.eat(&["primary", "key"]) {
        ConstraintKind::PrimaryKey(constraint::index_parameters(cursor, this(), false)?)
    } else if cursor.eat(&["unique"]) {
        let nulls_not_distinct = constraint::nulls_not_distinct(cursor);
        ConstraintKind::Unique(constraint::index_parameters(cursor, this(), nulls_not_distinct)?)
    } else if cursor.eat(&["check"]) {
        ConstraintKind::Check(cursor.parenthesized()?)
    } else if cursor.is(0, "references") {
        ConstraintKind::ForeignKey { columns: this(), reference: constraint::reference(cursor)? }
    } else {
        return Ok(None);
    }))
}

/// `DEFERRABLE …`, `NO INHERIT` and the like, which are about the constraint before them.
fn attribute(cursor: &mut Cursor<'_>, constraints: &mut [Constraint]) -> Result<bool, Fault> {
    match constraints.last_mut() {
        Some(constraint) => constraint::attribute(cursor, constraint),
        // A NOT NULL that isn't inherited.
        None => Ok(cursor.eat(&["no", "inherit"])),
    }
}

/// `ALWAYS AS (…) STORED`, `ALWAYS|BY DEFAULT AS IDENTITY …`; GENERATED has been read.
fn generated(cursor: &mut Cursor<'_>, column: &mut Column) -> Result<(), Fault> {
    let always = cursor.eat(&["always"]);
    if !always && !cursor.eat(&["by", "default"]) {
        return Err(cursor.expected("`ALWAYS` or `BY DEFAULT`"));
    }
    cursor.expect("as")?;
    if cursor.eat(&["identity"]) {
        column.identity = Some(Identity { always, options: identity_options(cursor)? });
        return Ok(());
    }
    let expression = cursor.parenthesized()?;
    let storage = match cursor.eat_one(&["stored", "virtual"]) {
        Some("stored") => Storage::Stored,
        _ => Storage::Virtual,
    };
    column.generated = Some(Generated { expression, storage });
    Ok(())
}

/// `[( sequence_options )]`
pub(super) fn identity_options(
    cursor: &mut Cursor<'_>,
) -> Result<Vec<crate::sql::syntax::postgres::SequenceOption>, Fault> {
    if !cursor.eat(&["("]) {
        return Ok(Vec::new());
    }
    let options = sequence::options(cursor)?;
    cursor.expect(")")?;
    Ok(options)
}

/// The expression of a DEFAULT, which ends where a constraint begins.
pub(super) fn default(cursor: &mut Cursor<'_>) -> Result<Expression, Fault> {
    const ENDS: &[&str] = &[
        "check",
        "collate",
        "constraint",
        "default",
        "deferrable",
        "generated",
        "initially",
        "not",
        "null",
        "primary",
        "references",
        "unique",
        ",",
        ")",
        "]",
    ];
    let mut depth = 0_usize;
    let mut length = 0;
    while cursor.kind(length).is_some() {
        // NULL is a value where it comes first.
        let is_value = length == 0 && cursor.is_any(0, &["null", "not"]);
        if depth == 0 && !is_value && cursor.is_any(length, ENDS) {
            break;
        }
        let is_word = cursor.kind(length) == Some(TokenKind::Word);
        depth += usize::from(cursor.is_any(length, &["(", "["]) || (is_word && cursor.is(length, "case")));
        if cursor.is_any(length, &[")", "]"]) || (is_word && cursor.is(length, "end")) {
            depth = depth.saturating_sub(1);
        }
        length += 1;
    }
    cursor.expression(length)
}
