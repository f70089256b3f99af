//! `CREATE TABLE`. Source: <https://www.postgresql.org/docs/current/sql-createtable.html>.

use super::column::{self, column};
use super::constraint::{self, constraint};
use super::query::query;
use super::settings::{normalized, parameters};
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::postgres::{
    CreateTable, CreateTableAs, Like, LikeOption, Persistence, Statement, TableElement, TableForm,
};
use crate::sql::syntax::{Ident, ObjectIdent};

/// `[IF NOT EXISTS] name …`; TABLE has been read.
pub(super) fn create_table(
    cursor: &mut Cursor<'_>,
    persistence: Persistence,
    foreign: bool,
) -> Result<Statement, Fault> {
    let if_not_exists = cursor.eat(&["if", "not", "exists"]);
    let name = cursor.subject("the table's name")?;
    if let Some(columns) = names_of_query(cursor) {
        let query = query(cursor)?;
        cursor.end()?;
        return Ok(Statement::CreateTableAs(CreateTableAs { name, if_not_exists, persistence, columns, query }));
    }
    let mut form = TableForm::Plain;
    let parent = if cursor.eat(&["partition", "of"]) { Some(cursor.object("the partitioned table")?) } else { None };
    if parent.is_none() && cursor.eat(&["of"]) {
        form = TableForm::OfType(cursor.object("the type's name")?);
    }
    let typed = parent.is_some() || matches!(form, TableForm::OfType(_));
    let elements = elements(cursor, typed)?;
    if let Some(parent) = parent {
        form = TableForm::PartitionOf { parent, bound: bound(cursor)? };
    }
    let mut options = Options { foreign, ..Options::default() };
    self::options(cursor, &mut options)?;
    cursor.end()?;
    Ok(Statement::CreateTable(CreateTable {
        name,
        if_not_exists,
        persistence,
        form,
        elements,
        inherits: options.inherits,
        partition_by: options.partition_by,
        parameters: options.parameters,
        on_commit_drop: options.on_commit_drop,
        foreign,
    }))
}

/// The names in parentheses and what stands between them and the query of a `CREATE TABLE … AS`, if it is one.
fn names_of_query(cursor: &mut Cursor<'_>) -> Option<Vec<Ident>> {
    let start = cursor.position();
    let names = if cursor.is(0, "(") {
        // `(a int …` is a definition, `(a, b)` and `(a) AS` are names alone.
        cursor.list(|cursor| cursor.name("a column's name")).ok()
    } else {
        Some(Vec::new())
    };
    let found = names.filter(|_| {
        let mut ignored = Options::default();
        options(cursor, &mut ignored).is_ok() && cursor.eat(&["as"])
    });
    if found.is_none() {
        cursor.back_to(start);
    }
    found
}

fn elements(cursor: &mut Cursor<'_>, typed: bool) -> Result<Vec<TableElement>, Fault> {
    if !cursor.is(0, "(") {
        return if typed { Ok(Vec::new()) } else { Err(cursor.expected("`(` or `AS`")) };
    }
    if cursor.eat(&["(", ")"]) {
        return Ok(Vec::new());
    }
    cursor.list(|cursor| {
        if constraint::begins(cursor) {
            return Ok(TableElement::Constraint(Box::new(constraint(cursor)?)));
        }
        if cursor.is(0, "like") {
            return Ok(TableElement::Like(like(cursor)?));
        }
        let column = if typed { column::options(cursor)? } else { column(cursor)? };
        Ok(TableElement::Column(Box::new(column)))
    })
}

fn like(cursor: &mut Cursor<'_>) -> Result<Like, Fault> {
    let start = cursor.position();
    cursor.expect("like")?;
    let source = cursor.object("the table's name")?;
    let mut including = Vec::new();
    while let Some(verb) = cursor.eat_one(&["including", "excluding"]) {
        const OPTIONS: &[(&str, &[LikeOption])] = &[
            ("all", &LikeOption::ALL),
            ("comments", &[LikeOption::Comments]),
            ("compression", &[]),
            ("constraints", &[LikeOption::Constraints]),
            ("defaults", &[LikeOption::Defaults]),
            ("generated", &[LikeOption::Generated]),
            ("identity", &[LikeOption::Identity]),
            ("indexes", &[LikeOption::Indexes]),
            ("statistics", &[]),
            ("storage", &[]),
        ];
        let Some((_, options)) = OPTIONS.iter().find(|(word, _)| cursor.is(0, word)) else {
            return Err(cursor.expected("what is copied, such as `ALL` or `INDEXES`"));
        };
        cursor.step();
        including.retain(|one| !options.contains(one));
        if verb == "including" {
            including.extend_from_slice(options);
        }
    }
    including.sort();
    Ok(Like { source, including, span: cursor.since(start) })
}

/// `FOR VALUES …`, `DEFAULT`; words in lower case.
pub(super) fn bound(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let start = cursor.position();
    if cursor.eat(&["default"]) {
        return Ok(normalized(cursor, start));
    }
    if !cursor.eat(&["for", "values"]) {
        return Err(cursor.expected("`FOR VALUES` or `DEFAULT`"));
    }
    if cursor.eat_one(&["in", "with"]).is_some() {
        constraint::skip_group(cursor)?;
    } else if cursor.eat(&["from"]) {
        constraint::skip_group(cursor)?;
        cursor.expect("to")?;
        constraint::skip_group(cursor)?;
    } else {
        return Err(cursor.expected("`IN`, `FROM` or `WITH`"));
    }
    Ok(normalized(cursor, start))
}

/// What stands behind the parentheses.
#[derive(Default)]
struct Options {
    foreign: bool,
    inherits: Vec<ObjectIdent>,
    partition_by: Option<String>,
    parameters: Vec<(String, String)>,
    on_commit_drop: bool,
}

fn options(cursor: &mut Cursor<'_>, table: &mut Options) -> Result<(), Fault> {
    loop {
        if cursor.eat(&["inherits"]) {
            table.inherits = cursor.list(|cursor| cursor.object("a table's name"))?;
        } else if cursor.eat(&["partition", "by"]) {
            let start = cursor.position();
            cursor.label("a way to partition")?;
            constraint::skip_group(cursor)?;
            table.partition_by = Some(normalized(cursor, start));
        } else if cursor.eat(&["using"]) {
            cursor.name("an access method")?;
        } else if cursor.is(0, "with") && cursor.is(1, "(") {
            cursor.step();
            table.parameters = parameters(cursor)?;
        } else if cursor.eat(&["without", "oids"]) || cursor.eat(&["with", "oids"]) {
            // Nothing that a later PostgreSQL knows.
        } else if cursor.eat(&["on", "commit"]) {
            table.on_commit_drop = cursor.eat(&["drop"]);
            if !table.on_commit_drop && !cursor.eat(&["preserve", "rows"]) && !cursor.eat(&["delete", "rows"]) {
                return Err(cursor.expected("`DROP`, `PRESERVE ROWS` or `DELETE ROWS`"));
            }
        } else if cursor.eat(&["tablespace"]) || (table.foreign && cursor.eat(&["server"])) {
            cursor.name("a name")?;
        } else if table.foreign && cursor.eat(&["options"]) {
            constraint::skip_group(cursor)?;
        } else {
            return Ok(());
        }
    }
}
