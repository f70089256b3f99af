//! Sequences. Source: <https://www.postgresql.org/docs/current/sql-createsequence.html>.

use super::column_type::column_type;
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::{CreateSequence, SequenceOption, Statement};

/// `[IF NOT EXISTS] name …`; SEQUENCE has been read.
pub(super) fn create_sequence(cursor: &mut Cursor<'_>, temporary: bool) -> Result<Statement, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.subject("the sequence's name")?;
    let options = options(cursor)?;
    cursor.end()?;
    Ok(Statement::CreateSequence(CreateSequence { name, if_not_exists, temporary, options }))
}

/// All options that follow.
pub(super) fn options(cursor: &mut Cursor<'_>) -> Result<Vec<SequenceOption>, Fault> {
    let mut options = Vec::new();
    while let Some(option) = option(cursor)? {
        options.extend(option);
    }
    Ok(options)
}

/// An option, if there is one; `Some(None)` for one without effect.
pub(super) fn option(cursor: &mut Cursor<'_>) -> Result<Option<Option<SequenceOption>>, Fault> {
    Ok(Some(Some(if cursor.eat(&["as"]) {
        SequenceOption::Type(column_type(cursor)?.column_type)
    } else if cursor.eat(&["increment"]) {
        cursor.eat(&["by"]);
        SequenceOption::Increment(number(cursor)?)
    } else if cursor.eat(&["minvalue"]) {
        SequenceOption::Minimum(Some(number(cursor)?))
    } else if cursor.eat(&["no", "minvalue"]) {
        SequenceOption::Minimum(None)
    } else if cursor.eat(&["maxvalue"]) {
        SequenceOption::Maximum(Some(number(cursor)?))
    } else if cursor.eat(&["no", "maxvalue"]) {
        SequenceOption::Maximum(None)
    } else if cursor.eat(&["start"]) {
        cursor.eat(&["with"]);
        SequenceOption::Start(number(cursor)?)
    } else if cursor.eat(&["restart"]) {
        let stated = cursor.eat(&["with"]) || is_number(cursor);
        SequenceOption::Restart(if stated { Some(number(cursor)?) } else { None })
    } else if cursor.eat(&["cache"]) {
        SequenceOption::Cache(number(cursor)?)
    } else if cursor.eat(&["cycle"]) {
        SequenceOption::Cycle(true)
    } else if cursor.eat(&["no", "cycle"]) {
        SequenceOption::Cycle(false)
    } else if cursor.eat(&["owned", "by", "none"]) {
        SequenceOption::OwnedBy(None)
    } else if cursor.eat(&["owned", "by"]) {
        SequenceOption::OwnedBy(Some(owner(cursor)?))
    } else if cursor.eat(&["sequence", "name"]) {
        SequenceOption::Name(cursor.object("the sequence's name")?)
    } else if cursor.eat(&["logged"]) || cursor.eat(&["unlogged"]) {
        return Ok(Some(None));
    } else {
        return Ok(None);
    })))
}

/// `[schema.]table.column`
pub(super) fn owner(cursor: &mut Cursor<'_>) -> Result<(ObjectIdent, crate::sql::syntax::Ident), Fault> {
    let first = cursor.name("a column with its table: `table.column`")?;
    cursor.expect(".")?;
    let second = cursor.label("a column's name")?;
    if !cursor.eat(&["."]) {
        return Ok((ObjectIdent { schema: None, name: first.name, span: first.span }, second));
    }
    let column = cursor.label("a column's name")?;
    let table = ObjectIdent { schema: Some(first.name), name: second.name, span: first.span.to(&second.span) };
    Ok((table, column))
}

fn is_number(cursor: &Cursor<'_>) -> bool {
    let signed = usize::from(cursor.is_any(0, &["+", "-"]));
    cursor.kind(signed) == Some(TokenKind::Number)
}

fn number(cursor: &mut Cursor<'_>) -> Result<i64, Fault> {
    let start = cursor.position();
    let sign = cursor.eat_one(&["+", "-"]);
    let digits = cursor.text(0).replace('_', "");
    let digits = if sign == Some("-") { format!("-{digits}") } else { digits };
    match digits.parse() {
        Ok(number) if cursor.kind(0) == Some(TokenKind::Number) => {
            cursor.step();
            Ok(number)
        }
        _ => {
            cursor.back_to(start);
            Err(cursor.expected("a whole number"))
        }
    }
}
