//! Columns and their attributes, which stand in any order.

use super::{character_set, collation, column_type, default, key, string};
use crate::schema::{Autoincrement, Column, Generated, Storage};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::mysql::ColumnSyntax;

/// `name type attributes`, up to what is none.
pub(super) fn column(cursor: &mut Cursor<'_>) -> Result<ColumnSyntax, Fault> {
    let name = cursor.name("a column's name")?;
    let is_serial = cursor.is(0, "serial");
    let characters = if cursor.are(&["text", "("]) { cursor.text(2).parse().ok() } else { None };
    let column_type = column_type(cursor)?;
    let column = Column::new(name.name.clone(), column_type);
    let mut syntax =
        ColumnSyntax { name, column, unique: false, primary_key: false, checks: Vec::new(), reference: None };
    if is_serial {
        serial(&mut syntax);
    }
    while attribute(cursor, &mut syntax)? {}
    let column = &mut syntax.column;
    if let Some(set) = &column.character_set {
        column.column_type = column_type::with_character_set(&column.column_type, set, characters);
    }
    if column.character_set.as_deref() == Some("binary") {
        column.character_set = None;
    }
    if let Some(written) = &column.default {
        column.default = default::canonical(written, &column.column_type, cursor)?;
    }
    Ok(syntax)
}

/// `BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE`
fn serial(syntax: &mut ColumnSyntax) {
    syntax.column.nullable = false;
    syntax.column.autoincrement = Autoincrement::Keyword;
    syntax.unique = true;
}

/// Reads one attribute, if one begins here.
fn attribute(cursor: &mut Cursor<'_>, syntax: &mut ColumnSyntax) -> Result<bool, Fault> {
    let column = &mut syntax.column;
    if cursor.eat(&["not", "null"]) {
        column.nullable = false;
    } else if cursor.eat(&["null"]) {
        column.nullable = true;
    } else if cursor.eat(&["serial", "default", "value"]) {
        serial(syntax);
    } else if cursor.eat(&["default"]) {
        column.default = Some(default::written(cursor)?);
    } else if cursor.eat(&["on", "update"]) {
        column.on_update = Some(default::now(cursor)?);
    } else if cursor.eat(&["auto_increment"]) {
        column.autoincrement = Autoincrement::Keyword;
        column.nullable = false;
    } else if cursor.eat(&["unique"]) {
        cursor.eat(&["key"]);
        syntax.unique = true;
    } else if cursor.eat(&["primary", "key"]) || cursor.eat(&["key"]) {
        syntax.primary_key = true;
    } else if cursor.eat(&["comment"]) {
        column.comment = Some(string(cursor)?).filter(|comment| !comment.is_empty());
    } else if let Some(set) = character_set(cursor)? {
        column.character_set = Some(set);
    } else if let Some(name) = collation(cursor)? {
        column.collation = Some(super::name(&name, cursor));
    } else if cursor.eat(&["generated", "always", "as"]) || cursor.eat(&["as"]) {
        column.generated = Some(generated(cursor)?);
    } else if cursor.is(0, "constraint") || cursor.is(0, "check") {
        return check(cursor, syntax);
    } else if cursor.is(0, "references") {
        syntax.reference = Some(key::reference(cursor)?);
    } else {
        return other(cursor);
    }
    Ok(true)
}

/// `(expression) [VIRTUAL|STORED|PERSISTENT]`
fn generated(cursor: &mut Cursor<'_>) -> Result<Generated, Fault> {
    // MariaDB's columns of system versions: `AS ROW START`.
    if cursor.eat(&["row", "start"]) || cursor.eat(&["row", "end"]) {
        let expression = super::made("ROW START", cursor)?;
        return Ok(Generated { expression, storage: Storage::Stored });
    }
    let expression = cursor.parenthesized()?;
    let storage = match cursor.eat_one(&["virtual", "stored", "persistent"]) {
        Some("stored" | "persistent") => Storage::Stored,
        _ => Storage::Virtual,
    };
    Ok(Generated { expression, storage })
}

fn check(cursor: &mut Cursor<'_>, syntax: &mut ColumnSyntax) -> Result<bool, Fault> {
    let mut name = None;
    if cursor.eat(&["constraint"]) && !cursor.is(0, "check") {
        name = Some(cursor.name("the constraint's name")?.name);
    }
    if cursor.is(0, "references") {
        syntax.reference = Some(key::reference(cursor)?);
        return Ok(true);
    }
    let mut check = key::check(cursor)?;
    check.name = name;
    syntax.checks.push(check);
    Ok(true)
}

/// What is no part of the model: how a column is kept and whether `*` means it.
fn other(cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
    if cursor.eat_one(&["visible", "invisible", "signed", "compressed"]).is_some() {
        if cursor.eat(&["="]) {
            cursor.step();
        }
        return Ok(true);
    }
    if cursor.eat(&["without", "system", "versioning"]) || cursor.eat(&["with", "system", "versioning"]) {
        return Ok(true);
    }
    let with_value =
        ["column_format", "storage", "srid", "engine_attribute", "secondary_engine_attribute", "encrypted"];
    let found = cursor.eat_one(&with_value).is_some() || cursor.eat(&["ref_system_id"]);
    if found {
        cursor.eat(&["="]);
        cursor.step();
    }
    Ok(found)
}
