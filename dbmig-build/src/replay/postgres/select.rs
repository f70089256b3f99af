//! The columns that a query makes: names and types, where they can be known.

mod function;

use dbmig::Backend;

use crate::replay::conflict::Conflict;
use crate::schema::{Column, ColumnType, Name, ObjectName};
use crate::source::{Source, Span};
use crate::sql::syntax::postgres::{CreateView, FromItem, FromSource, Query, Select, SelectItem, Statement, Value};
use crate::sql::syntax::{ObjectIdent, Syntax};
use crate::sql::{parse, split};

use super::create_table::columns_of;
use super::routine;
use super::work::Work;

/// A column of a query; no type for a literal that has none yet.
pub(super) type Typed = (Name, Option<ColumnType>);

/// The columns of a query.
pub(super) fn columns(work: &Work<'_>, query: &Query) -> Result<Vec<Typed>, Conflict> {
    match query {
        Query::Select(select) => select_columns(work, select),
        Query::Table(table) => Ok(typed(columns_of(work, table)?)),
        Query::Other(span) => Err(unknown(span)),
    }
}

fn unknown(span: &Span) -> Conflict {
    Conflict::unreadable(span, "the columns that this query makes can't be known")
}

fn typed(columns: Vec<Column>) -> Vec<Typed> {
    columns.into_iter().map(|column| (column.name, Some(column.column_type))).collect()
}

fn select_columns(work: &Work<'_>, select: &Select) -> Result<Vec<Typed>, Conflict> {
    let sources = sources(work, select)?;
    let mut columns = Vec::new();
    for item in &select.items {
        match item {
            SelectItem::All { source: None } => columns.extend(all(&sources)),
            SelectItem::All { source: Some(wanted) } => {
                let found = sources.iter().find(|source| source.is_called(wanted));
                columns.extend(found.ok_or_else(|| unknown(&wanted.span))?.columns.iter().cloned());
            }
            SelectItem::Value { value, alias, span } => {
                let column_type = value_type(work, value, &sources).ok_or_else(|| unknown(span))?;
                let like = Name::new("", Backend::Postgres);
                let name = match alias {
                    Some(alias) => alias.name.clone(),
                    None => like.renamed(value.column_name().unwrap_or("?column?")),
                };
                columns.push((name, column_type));
            }
        }
    }
    for other in &select.others {
        let more = select_columns(work, other)?;
        if more.len() != columns.len() {
            return Err(Conflict::refused(&other.span, "the queries of a UNION have the same number of columns"));
        }
        for (column, (_, second)) in columns.iter_mut().zip(more) {
            column.1 = function::common(column.1.take(), second).ok_or_else(|| unknown(&other.span))?;
        }
    }
    Ok(columns)
}

/// What a query selects from.
struct Sources {
    /// By what it is called.
    name: Option<ObjectIdent>,
    columns: Vec<Typed>,
    /// Columns that it shares with those before it.
    using: Vec<Name>,
}

impl Sources {
    fn is_called(&self, wanted: &ObjectIdent) -> bool {
        self.name
            .as_ref()
            .is_some_and(|name| name.name == wanted.name && (wanted.schema.is_none() || name.schema == wanted.schema))
    }
}

fn sources(work: &Work<'_>, select: &Select) -> Result<Vec<Sources>, Conflict> {
    select.from.iter().map(|item| source(work, item, &select.span)).collect()
}

fn source(work: &Work<'_>, item: &FromItem, place: &Span) -> Result<Sources, Conflict> {
    let (mut columns, own) = match &item.source {
        FromSource::Table(table) => (typed(columns_of(work, table)?), Some(table.clone())),
        FromSource::Query(query) => (columns(work, query)?, None),
        FromSource::Function(_) => return Err(unknown(place)),
    };
    for (column, renamed) in columns.iter_mut().zip(&item.columns) {
        column.0 = renamed.name.clone();
    }
    let alias = item.alias.as_ref();
    let alias = alias.map(|alias| ObjectIdent { schema: None, name: alias.name.clone(), span: alias.span.clone() });
    let using = item.using.iter().map(|ident| ident.name.clone()).collect();
    Ok(Sources { name: alias.or(own), columns, using })
}

/// What `*` stands for: columns of USING once and first.
fn all(sources: &[Sources]) -> Vec<Typed> {
    let mut columns: Vec<Typed> = Vec::new();
    for source in sources {
        let is_shared = |column: &&Typed| source.using.contains(&column.0);
        let (mut first, rest): (Vec<Typed>, Vec<Typed>) = columns.into_iter().partition(|column| is_shared(&column));
        first.extend(rest);
        first.extend(source.columns.iter().filter(|column| !is_shared(column)).cloned());
        columns = first;
    }
    columns
}

/// The type of a value; `Some(None)` for a literal that has none yet, `None` where it can't be known.
fn value_type(work: &Work<'_>, value: &Value, sources: &[Sources]) -> Option<Option<ColumnType>> {
    let of = |value: &Value| value_type(work, value, sources);
    match value {
        Value::Column { source, column } => {
            let called = |one: &&Sources| source.as_ref().is_none_or(|source| one.is_called(source));
            let mut columns = sources.iter().filter(called).flat_map(|one| &one.columns);
            columns.find(|(name, _)| *name == column.name).map(|(_, column_type)| column_type.clone())
        }
        Value::Cast(_, column_type) => work.column_type(column_type).ok().map(Some),
        Value::Null | Value::String(_) => Some(None),
        Value::Boolean(_) | Value::Condition(_) => Some(Some(ColumnType::plain("boolean"))),
        Value::Number(text) => Some(Some(ColumnType::plain(number_type(text)))),
        Value::Function { name, arguments } => {
            let arguments: Vec<Option<Option<ColumnType>>> = arguments.iter().map(of).collect();
            let built_in = function::result(name.name.as_str(), &arguments);
            match (built_in, routine::result(work, name)) {
                // Which of both is called depends on the types of the arguments.
                (Some(built_in), Some(own)) => (built_in.as_ref() == Some(&own)).then_some(built_in),
                (built_in, own) => built_in.or(own.map(Some)),
            }
        }
        Value::Case(results) => {
            let results: Vec<Option<Option<ColumnType>>> = results.iter().map(of).collect();
            function::result("coalesce", &results)
        }
        Value::Negated(inner) => of(inner),
        Value::Keyword(word) => function::keyword(word).map(|name| Some(ColumnType::plain(name))),
        Value::Other(_) => None,
    }
}

fn number_type(text: &str) -> &'static str {
    match text.parse::<i64>() {
        Ok(number) if i32::try_from(number).is_ok() => "integer",
        Ok(_) => "bigint",
        Err(_) => "numeric",
    }
}

/// The columns of a view, from its query.
pub(super) fn view_columns(work: &Work<'_>, name: &ObjectName, span: &Span) -> Result<Vec<Column>, Conflict> {
    let unreadable = || Conflict::unreadable(span, format!("the columns of view `{name}` can't be known"));
    let view = work.catalog(name).schema().views.get(name).ok_or_else(unreadable)?;
    let create = reread(&view.sql).ok_or_else(unreadable)?;
    let mut columns = columns(work, &create.query).map_err(|_| unreadable())?;
    for (column, renamed) in columns.iter_mut().zip(&create.columns) {
        column.0 = renamed.name.clone();
    }
    let text = || ColumnType::plain("text");
    Ok(columns.into_iter().map(|(name, one)| Column::new(name, one.unwrap_or_else(text))).collect())
}

/// The statement of a view, read again from its text.
fn reread(sql: &str) -> Option<CreateView> {
    let script = split(&Source::new("", sql), Backend::Postgres);
    let statement = script.statements.first()?;
    match parse(statement.tokens(), &script.source, Backend::Postgres).ok()? {
        Syntax::Postgres(one) => match *one {
            Statement::CreateView(create) => Some(create),
            _ => None,
        },
        _ => None,
    }
}
