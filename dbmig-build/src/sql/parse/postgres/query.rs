//! Queries, as far as their columns can be known. Source: <https://www.postgresql.org/docs/current/sql-select.html>.

use super::value::{call, item};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::postgres::{
    Call, CreateTableAs, FromItem, FromSource, Persistence, Query, Select, SelectItem, Statement, Value,
};

/// How deep queries in queries are looked into.
const DEPTH: usize = 16;

/// What ends the items of a query.
const CLAUSES: &[&str] = &[
    "into",
    "from",
    "where",
    "group",
    "having",
    "window",
    "order",
    "limit",
    "offset",
    "fetch",
    "for",
    "union",
    "intersect",
    "except",
];

/// What joins queries.
const SETS: &[&str] = &["union", "intersect", "except"];

/// The query from here to the end of the statement or to what stands behind a view's or table's query.
pub(super) fn query(cursor: &mut Cursor<'_>) -> Result<Query, Fault> {
    let mut length = cursor.until(|_, _| false);
    for tail in [
        &["with", "data"][..],
        &["with", "no", "data"],
        &["with", "check", "option"],
        &["with", "local", "check", "option"],
        &["with", "cascaded", "check", "option"],
    ] {
        let Some(before) = length.checked_sub(tail.len()) else { continue };
        if tail.iter().enumerate().all(|(at, word)| cursor.is(before + at, word)) {
            length = before;
        }
    }
    if !cursor.is_any(0, &["select", "with", "values", "table", "execute", "("]) || length == 0 {
        return Err(cursor.expected("a query"));
    }
    let query = part(cursor, length, 0);
    cursor.skip(cursor.until(|_, _| false));
    Ok(query)
}

/// A query of so many tokens.
fn part(cursor: &mut Cursor<'_>, length: usize, depth: usize) -> Query {
    let start = cursor.position();
    let mut inner = cursor.part(length);
    let mut parentheses = 0;
    while inner.eat(&["("]) {
        parentheses += 1;
    }
    let read = if inner.eat(&["table"]) {
        inner.object("a table").ok().map(Query::Table)
    } else if depth < DEPTH {
        select(&mut inner, depth).map(|select| Query::Select(Box::new(select)))
    } else {
        None
    };
    let closed = read.is_some() && (0..parentheses).all(|_| inner.eat(&[")"])) && inner.is_done();
    cursor.skip(length);
    read.filter(|_| closed).unwrap_or_else(|| Query::Other(cursor.since(start)))
}

/// `SELECT …`; none for what can't be followed.
fn select(cursor: &mut Cursor<'_>, depth: usize) -> Option<Select> {
    let mut first = one(cursor, depth)?;
    // Others are siblings, so that a long chain of them is no deep tree.
    while cursor.eat_one(SETS).is_some() {
        cursor.eat_one(&["all", "distinct"]);
        let mut parentheses = 0;
        while cursor.eat(&["("]) {
            parentheses += 1;
        }
        first.others.push(one(cursor, depth)?);
        for _ in 0..parentheses {
            cursor.eat(&[")"]).then_some(())?;
        }
        skip_clauses(cursor);
    }
    Some(first)
}

/// One SELECT, up to a UNION or the end.
fn one(cursor: &mut Cursor<'_>, depth: usize) -> Option<Select> {
    cursor.is(0, "select").then(|| behind_verb(cursor, depth)).flatten()
}

/// What follows `SELECT`, at which the cursor stands.
fn behind_verb(cursor: &mut Cursor<'_>, depth: usize) -> Option<Select> {
    let start = cursor.position();
    cursor.step();
    cursor.eat(&["all"]);
    if cursor.eat(&["distinct"]) && cursor.eat(&["on"]) {
        super::constraint::skip_group(cursor).ok()?;
    }
    let mut items: Vec<SelectItem> = Vec::new();
    loop {
        let length = cursor.until(|cursor, ahead| cursor.is(ahead, ",") || cursor.is_any(ahead, CLAUSES));
        items.push(item(&mut cursor.part(length)).ok()?);
        cursor.skip(length);
        if !cursor.eat(&[","]) {
            break;
        }
    }
    if cursor.eat(&["into"]) {
        target(cursor).ok()?;
    }
    let mut from = Vec::new();
    if cursor.eat(&["from"]) {
        joined(cursor, &mut from, depth)?;
        while cursor.eat(&[","]) {
            joined(cursor, &mut from, depth)?;
        }
    }
    skip_clauses(cursor);
    Some(Select { items, from, others: Vec::new(), span: cursor.since(start) })
}

/// Steps over what filters and sorts.
fn skip_clauses(cursor: &mut Cursor<'_>) {
    let length = cursor.until(|cursor, ahead| cursor.is_any(ahead, SETS));
    cursor.skip(length);
}

/// The table of an INTO, and how long it lasts.
fn target(cursor: &mut Cursor<'_>) -> Result<(crate::sql::syntax::ObjectIdent, Persistence), Fault> {
    cursor.eat_one(&["local", "global"]);
    let persistence = match cursor.eat_one(&["temp", "temporary", "unlogged"]) {
        Some("unlogged") => Persistence::Unlogged,
        Some(_) => Persistence::Temporary,
        None => Persistence::Permanent,
    };
    cursor.eat(&["table"]);
    Ok((cursor.object("a table's name")?, persistence))
}

/// A source with all that is joined to it.
fn joined(cursor: &mut Cursor<'_>, from: &mut Vec<FromItem>, depth: usize) -> Option<()> {
    from.push(source(cursor, depth)?);
    loop {
        let start = cursor.position();
        let crosses = cursor.eat(&["cross"]);
        if !crosses && cursor.eat_one(&["left", "right", "full"]).is_some() {
            cursor.eat(&["outer"]);
        } else if !crosses {
            cursor.eat(&["inner"]);
        }
        if !cursor.eat(&["join"]) {
            // NATURAL hides which columns are shared.
            return (cursor.position() == start && !cursor.is(0, "natural")).then_some(());
        }
        let mut item = source(cursor, depth)?;
        if cursor.eat(&["on"]) {
            let length = cursor.until(|cursor, ahead| {
                const ENDS: &[&str] = &[",", "cross", "left", "right", "full", "inner", "join", "natural"];
                // `left(…)` is a function.
                (cursor.is_any(ahead, ENDS) && !cursor.is(ahead + 1, "(")) || cursor.is_any(ahead, CLAUSES)
            });
            cursor.skip(length);
        } else if cursor.eat(&["using"]) {
            item.using = cursor.list(|cursor| cursor.name("a column's name")).ok()?;
        }
        from.push(item);
    }
}

fn source(cursor: &mut Cursor<'_>, depth: usize) -> Option<FromItem> {
    cursor.eat_one(&["only", "lateral"]);
    let start = cursor.position();
    let source = if cursor.is(0, "(") {
        cursor.step();
        let length = cursor.until(|_, _| false);
        let query = part(cursor, length, depth + 1);
        cursor.expect(")").ok()?;
        FromSource::Query(query)
    } else if let Some(call) = call(cursor, 0) {
        cursor.eat(&["with", "ordinality"]);
        FromSource::Function(call)
    } else {
        cursor.back_to(start);
        let table = cursor.object("a table").ok()?;
        cursor.eat(&["*"]);
        FromSource::Table(table)
    };
    let mut item = FromItem { source, alias: None, columns: Vec::new(), using: Vec::new() };
    if cursor.eat(&["as"]) || cursor.is_name(0) {
        item.alias = Some(cursor.label("an alias").ok()?);
        if cursor.is(0, "(") {
            match cursor.list(|cursor| cursor.name("a column's name")) {
                Ok(columns) => item.columns = columns,
                // Columns with types, of a function.
                Err(_) => return None,
            }
        }
    }
    Some(item)
}

/// `SELECT`, `VALUES` or `WITH` as a statement: it may make a table or call functions.
pub(super) fn statement(cursor: &mut Cursor<'_>) -> Result<Option<Statement>, Fault> {
    const WRITES: &[&str] = &["insert", "update", "delete", "merge"];
    let start = cursor.position();
    let all = cursor.until(|_, _| false);
    let into = cursor.until(|cursor, ahead| cursor.is(ahead, "into"));
    let writes = cursor.until(|cursor, ahead| cursor.is_any(ahead, WRITES)) < all;
    if into < all && !writes {
        cursor.skip(into + 1);
        let (name, persistence) = target(cursor)?;
        cursor.about = Some(name.name.clone());
        cursor.back_to(start);
        let query = part(cursor, all, 0);
        let (if_not_exists, columns) = (false, Vec::new());
        return Ok(Some(Statement::CreateTableAs(CreateTableAs { name, if_not_exists, persistence, columns, query })));
    }
    if writes || !cursor.is_any(0, &["select", "("]) {
        return Ok(None);
    }
    let Query::Select(select) = part(cursor, all, 0) else { return Ok(None) };
    let calls = calls(*select);
    if let [Call { name, arguments, span }] = calls.as_slice() {
        if name.name.as_str() == "set_config" {
            return Ok(super::settings::set_config(arguments, span));
        }
    }
    Ok(Some(Statement::Calls(calls)).filter(|calls| *calls != Statement::Calls(Vec::new())))
}

/// The functions that PL/pgSQL's `PERFORM …` calls, of which so many tokens are left; PERFORM has been read.
pub(in crate::sql::parse) fn performed(cursor: &mut Cursor<'_>, length: usize) -> Vec<Call> {
    let mut part = cursor.part(length);
    part.back_to(cursor.position() - 1);
    cursor.skip(length);
    behind_verb(&mut part, 0).map(calls).unwrap_or_default()
}

/// The functions that a query calls, as its columns and as its sources.
fn calls(select: Select) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut selects = vec![select];
    while let Some(select) = selects.pop() {
        for item in select.items {
            if let SelectItem::Value { mut value, span, .. } = item {
                while let Value::Cast(inner, _) = value {
                    value = *inner;
                }
                if let Value::Function { name, arguments } = value {
                    calls.push(Call { name, arguments, span });
                }
            }
        }
        for item in select.from {
            match item.source {
                FromSource::Function(call) => calls.push(call),
                FromSource::Query(Query::Select(inner)) => selects.push(*inner),
                _ => {}
            }
        }
        selects.extend(select.others.into_iter().rev());
    }
    calls
}
