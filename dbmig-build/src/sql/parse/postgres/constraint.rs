//! Constraints of tables, and the clauses that they share with columns'.

use super::index;
use super::settings::normalized;
use crate::schema::{Deferrable, Exclusion, Past, ReferentialAction};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::parse::reference;
use crate::sql::syntax::Ident;
use crate::sql::syntax::postgres::{Constraint, ConstraintKind, Key, Reference};

/// Whether a constraint of a table begins here.
pub(super) fn begins(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(0, &["constraint", "unique", "check"])
        || cursor.are(&["primary", "key"])
        || cursor.are(&["foreign", "key"])
        || cursor.are(&["not", "null"])
        || (cursor.is(0, "exclude") && cursor.is_any(1, &["using", "("]))
}

/// `[CONSTRAINT name] …`
pub(super) fn constraint(cursor: &mut Cursor<'_>) -> Result<Constraint, Fault> {
    let start = cursor.position();
    let name = if cursor.eat(&["constraint"]) { Some(cursor.label("the constraint's name")?) } else { None };
    let kind = if cursor.eat(&["primary", "key"]) {
        ConstraintKind::PrimaryKey(key(cursor, false)?)
    } else if cursor.eat(&["unique"]) {
        let nulls_not_distinct = nulls_not_distinct(cursor);
        ConstraintKind::Unique(key(cursor, nulls_not_distinct)?)
    } else if cursor.eat(&["check"]) {
        ConstraintKind::Check(cursor.parenthesized()?)
    } else if cursor.eat(&["foreign", "key"]) {
        let columns = columns(cursor)?;
        ConstraintKind::ForeignKey { columns, reference: reference(cursor)? }
    } else if cursor.eat(&["exclude"]) {
        ConstraintKind::Exclusion(Box::new(exclusion(cursor)?))
    } else if cursor.eat(&["not", "null"]) {
        ConstraintKind::NotNull(cursor.name("a column's name")?)
    } else {
        return Err(cursor.expected("`PRIMARY KEY`, `UNIQUE`, `CHECK`, `FOREIGN KEY` or `EXCLUDE`"));
    };
    let (deferrable, span) = (Deferrable::No, cursor.since(start));
    let mut constraint = Constraint { name, kind, deferrable, not_valid: false, no_inherit: false, span };
    while attribute(cursor, &mut constraint)? {}
    constraint.span = cursor.since(start);
    Ok(constraint)
}

/// `DEFERRABLE`, `INITIALLY …`, `NOT VALID`, `NO INHERIT`: whether there was one.
pub(super) fn attribute(cursor: &mut Cursor<'_>, constraint: &mut Constraint) -> Result<bool, Fault> {
    if let Some(deferrable) = deferrable(cursor, constraint.deferrable)? {
        constraint.deferrable = deferrable;
    } else if cursor.eat(&["not", "valid"]) {
        constraint.not_valid = true;
    } else if cursor.eat(&["no", "inherit"]) {
        constraint.no_inherit = true;
    } else if !cursor.eat(&["enforced"]) {
        return Ok(false);
    }
    Ok(true)
}

/// `[NOT] DEFERRABLE`, `INITIALLY DEFERRED|IMMEDIATE`, in any order.
pub(super) fn deferrable(cursor: &mut Cursor<'_>, before: Deferrable) -> Result<Option<Deferrable>, Fault> {
    Ok(Some(if cursor.eat(&["not", "deferrable"]) {
        Deferrable::No
    } else if cursor.eat(&["deferrable"]) {
        if before == Deferrable::InitiallyDeferred { before } else { Deferrable::InitiallyImmediate }
    } else if cursor.eat(&["initially"]) {
        match cursor.eat_one(&["deferred", "immediate"]) {
            Some("deferred") => Deferrable::InitiallyDeferred,
            Some(_) => before,
            None => return Err(cursor.expected("`DEFERRED` or `IMMEDIATE`")),
        }
    } else {
        return Ok(None);
    }))
}

pub(super) fn columns(cursor: &mut Cursor<'_>) -> Result<Vec<Ident>, Fault> {
    cursor.list(|cursor| cursor.name("a column's name"))
}

pub(super) fn nulls_not_distinct(cursor: &mut Cursor<'_>) -> bool {
    let found = cursor.eat(&["nulls", "not", "distinct"]);
    if !found {
        cursor.eat(&["nulls", "distinct"]);
    }
    found
}

/// `(columns) …` or `USING INDEX name`
fn key(cursor: &mut Cursor<'_>, nulls_not_distinct: bool) -> Result<Key, Fault> {
    if cursor.eat(&["using", "index"]) {
        let using_index = Some(cursor.name("the index's name")?);
        return Ok(Key { columns: Vec::new(), include: Vec::new(), nulls_not_distinct, using_index });
    }
    let columns = columns(cursor)?;
    index_parameters(cursor, columns, nulls_not_distinct)
}

/// `[INCLUDE (…)] [WITH (…)] [USING INDEX TABLESPACE …]` of a key.
pub(super) fn index_parameters(
    cursor: &mut Cursor<'_>,
    columns: Vec<Ident>,
    nulls_not_distinct: bool,
) -> Result<Key, Fault> {
    let mut key = Key { columns, include: Vec::new(), nulls_not_distinct, using_index: None };
    if cursor.eat(&["include"]) {
        key.include = self::columns(cursor)?;
    }
    storage(cursor)?;
    Ok(key)
}

/// `[WITH (…)] [USING INDEX TABLESPACE …]`, which alter no structure.
fn storage(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    if cursor.is(0, "with") && cursor.is(1, "(") {
        cursor.step();
        skip_group(cursor)?;
    }
    if cursor.eat(&["using", "index", "tablespace"]) {
        cursor.name("the tablespace's name")?;
    }
    Ok(())
}

/// Steps over `( … )`.
pub(super) fn skip_group(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    cursor.expect("(")?;
    let length = cursor.until(|_, _| false);
    cursor.skip(length);
    cursor.expect(")")
}

/// `REFERENCES table [(columns)]` and its actions in any order.
pub(super) fn reference(cursor: &mut Cursor<'_>) -> Result<Reference, Fault> {
    cursor.expect("references")?;
    let table = cursor.object("the table's name")?;
    let columns = if cursor.is(0, "(") { columns(cursor)? } else { Vec::new() };
    let mut reference = Reference {
        table,
        columns,
        on_delete: ReferentialAction::NoAction,
        on_delete_columns: Vec::new(),
        on_update: ReferentialAction::NoAction,
        match_type: None,
    };
    loop {
        if cursor.eat(&["on", "delete"]) {
            reference.on_delete = reference::action(cursor)?;
            if cursor.is(0, "(") {
                reference.on_delete_columns = self::columns(cursor)?;
            }
        } else if cursor.eat(&["on", "update"]) {
            reference.on_update = reference::action(cursor)?;
        } else if cursor.eat(&["match"]) {
            match cursor.eat_one(&["full", "partial", "simple"]) {
                Some("simple") => {}
                Some(kind) => reference.match_type = Some(kind.to_ascii_uppercase()),
                None => return Err(cursor.expected("`FULL` or `SIMPLE`")),
            }
        } else {
            return Ok(reference);
        }
    }
}

/// `[USING method] (element WITH operator, …) [INCLUDE (…)] [WHERE (…)]`
fn exclusion(cursor: &mut Cursor<'_>) -> Result<Exclusion, Fault> {
    let method = index::method(cursor)?;
    let elements = cursor.list(|cursor| {
        let column = index::element(cursor)?.column;
        cursor.expect("with")?;
        let start = cursor.position();
        if cursor.eat(&["operator"]) {
            skip_group(cursor)?;
            return Ok((column, cursor.since(start).text().to_owned()));
        }
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, ","));
        if length != 1 {
            return Err(cursor.expected("an operator"));
        }
        cursor.step();
        Ok((column, normalized(cursor, start)))
    })?;
    let include = if cursor.eat(&["include"]) { columns(cursor)? } else { Vec::new() };
    storage(cursor)?;
    let predicate = if cursor.eat(&["where"]) { Some(cursor.parenthesized()?) } else { None };
    let include = include.into_iter().map(|column| column.name).collect();
    let (deferrable, first_columns) = (Deferrable::No, Past(None));
    Ok(Exclusion { name: None, method, elements, predicate, deferrable, include, first_columns })
}
