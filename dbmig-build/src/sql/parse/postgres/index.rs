//! `CREATE INDEX`. Source: <https://www.postgresql.org/docs/current/sql-createindex.html>.

use super::constraint::{columns, nulls_not_distinct, skip_group};
use super::settings::parameters;
use crate::schema::{IndexColumn, IndexKey, NullsOrder, SortOrder};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::KeyColumn;
use crate::sql::syntax::postgres::{CreateIndex, Statement};

/// `[CONCURRENTLY] …`; INDEX has been read.
pub(super) fn create_index(cursor: &mut Cursor<'_>, unique: bool) -> Result<Statement, Fault> {
    let concurrently = cursor.eat(&["concurrently"]);
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = if cursor.is(0, "on") { None } else { Some(cursor.subject("the index's name")?) };
    if let Some(name) = name.as_ref().filter(|name| name.schema.is_some()) {
        return Err(("an index is made in the schema of its table: name it without one".to_owned(), name.span.clone()));
    }
    cursor.expect("on")?;
    let only = cursor.eat(&["only"]);
    let table = cursor.object("the table's name")?;
    let mut index = CreateIndex {
        name: name.map(|one| crate::sql::syntax::Ident { name: one.name, quoted: false, span: one.span }),
        if_not_exists,
        unique,
        concurrently,
        only,
        table,
        method: method(cursor)?,
        columns: cursor.list(element)?,
        include: Vec::new(),
        nulls_not_distinct: false,
        parameters: Vec::new(),
        predicate: None,
    };
    if cursor.eat(&["include"]) {
        index.include = columns(cursor)?;
    }
    index.nulls_not_distinct = nulls_not_distinct(cursor);
    if cursor.eat(&["with"]) {
        index.parameters = parameters(cursor)?;
    }
    if cursor.eat(&["tablespace"]) {
        cursor.name("the tablespace's name")?;
    }
    if cursor.eat(&["where"]) {
        let length = cursor.until(|_, _| false);
        index.predicate = Some(cursor.expression(length)?);
    }
    Ok(Statement::CreateIndex(index))
}

/// `[USING method]`; none for `btree`, which is the default.
pub(super) fn method(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    if !cursor.eat(&["using"]) {
        return Ok(None);
    }
    let method = cursor.name("an access method")?.name;
    Ok(Some(method.as_str().to_owned()).filter(|method| method != "btree"))
}

/// `column|function(…)|(expression) [COLLATE …] [operator_class [(…)]] [ASC|DESC] [NULLS FIRST|LAST]`
pub(super) fn element(cursor: &mut Cursor<'_>) -> Result<KeyColumn, Fault> {
    let start = cursor.position();
    let mut column = IndexColumn::new(key(cursor)?);
    if cursor.eat(&["collate"]) {
        let collation = cursor.object("the collation's name")?;
        column.collation = Some(collation.name);
    }
    if !cursor.is_any(0, &["asc", "desc", "nulls", "with"]) && cursor.is_name(0) {
        let class = cursor.position();
        cursor.object("an operator class")?;
        if cursor.is(0, "(") {
            skip_group(cursor)?;
        }
        column.operator_class = Some(cursor.since(class).text().to_owned());
    }
    if cursor.eat_one(&["asc", "desc"]) == Some("desc") {
        column.order = SortOrder::Descending;
    }
    if cursor.eat(&["nulls"]) {
        let nulls = match cursor.eat_one(&["first", "last"]) {
            Some("first") => NullsOrder::First,
            Some(_) => NullsOrder::Last,
            None => return Err(cursor.expected("`FIRST` or `LAST`")),
        };
        let implied = if column.order == SortOrder::Descending { NullsOrder::First } else { NullsOrder::Last };
        column.nulls = Some(nulls).filter(|nulls| *nulls != implied);
    }
    Ok(KeyColumn { column, span: cursor.since(start) })
}

fn key(cursor: &mut Cursor<'_>) -> Result<IndexKey, Fault> {
    if cursor.is(0, "(") {
        let expression = cursor.parenthesized()?;
        // A column in parentheses is a column.
        return Ok(match expression.tokens() {
            [only] if only.name.is_some() => {
                only.name.clone().map_or_else(|| IndexKey::Expression(expression.clone()), IndexKey::Column)
            }
            _ => IndexKey::Expression(expression),
        });
    }
    let mut length = 1;
    while cursor.is(length, ".") {
        length += 2;
    }
    if !cursor.is(length, "(") {
        return Ok(IndexKey::Column(cursor.name("a column or an expression in parentheses")?.name));
    }
    let start = cursor.position();
    cursor.skip(length + 1);
    let inner = cursor.until(|_, _| false);
    cursor.back_to(start);
    let expression = cursor.expression(length + inner + 2)?;
    Ok(IndexKey::Expression(expression))
}
