//! Rows that break on a value which they are about to get: that of a column that comes, or takes NULL no more.

use dbmig_build::schema::{
    Column, ColumnType, Expression, ExpressionToken, ForeignKey, IndexColumn, IndexKey, Name, Table, UserTypeKind,
};

use super::super::super::text::{column as place, one_line};
use super::super::definition::{default_value, type_sql};
use super::super::fill::{self, kept_value, new_value};
use super::super::sequences::is_identity;
use super::super::types::is_missing;
use super::super::work::is_retyped;
use super::{Rows, check, select};

/// A value that rows get, the same one for all of them.
struct Given<'a> {
    column: &'a Column,
    /// As it was stated.
    stated: String,
    /// As SQL, of the column's type.
    value: String,
    /// The column's name before, whose NULLs become the value; every row gets it in a column that comes.
    old: Option<&'a Name>,
    /// Whether each of those rows gets the next number.
    numbered: bool,
}

/// What a row's next number and its place are called, which no column is.
const NUMBER: &str = "__dbmig_number";
const PLACE: &str = "__dbmig_place";

/// What no two rows may share.
struct Key<'a> {
    columns: Vec<&'a IndexColumn>,
    predicate: Option<&'a Expression>,
    nulls_not_distinct: bool,
}

impl Key<'_> {
    fn mentions(&self, name: &Name) -> bool {
        let in_predicate = self.predicate.is_some_and(|predicate| predicate.mentions(name));
        in_predicate || self.columns.iter().any(|column| column.mentions(name))
    }
}

/// The keys of a table, and what is like one: unique indexes, and exclusions by equality.
fn keys(table: &Table) -> Vec<Key<'_>> {
    let mut keys: Vec<Key<'_>> = table.primary_key.iter().map(|one| key(&one.columns, None, false)).collect();
    keys.extend(table.uniques.iter().map(|one| key(&one.columns, None, one.nulls_not_distinct)));
    let unique = table.indexes.iter().filter(|one| one.unique);
    keys.extend(unique.map(|one| key(&one.columns, one.predicate.as_ref(), one.nulls_not_distinct)));
    let equal = table.exclusions.iter().filter(|one| one.elements.iter().all(|(_, operator)| operator == "="));
    keys.extend(equal.map(|one| Key {
        columns: one.elements.iter().map(|(column, _)| column).collect(),
        predicate: one.predicate.as_ref(),
        nulls_not_distinct: false,
    }));
    keys
}

fn key<'a>(columns: &'a [IndexColumn], predicate: Option<&'a Expression>, nulls_not_distinct: bool) -> Key<'a> {
    Key { columns: columns.iter().collect(), predicate, nulls_not_distinct }
}

impl Rows<'_> {
    /// The checks of what rows get. Of a value that each row has its own of, nothing is known.
    pub(super) fn given_values(&self) -> Vec<String> {
        let way = self.way;
        let mut checks = Vec::new();
        for column in self.work.added.iter().filter(|one| one.generated.is_none() && !is_identity(one)) {
            let default = column.default.as_ref().filter(|one| !fill::is_null(one)).map(default_value);
            let fill = match (default, column.nullable) {
                (Some(default), _) => Some(default).filter(|text| is_known(column, text)),
                (None, false) => Some(new_value(way, self.work.after, column)).and_then(|fill| known(column, fill)),
                (None, true) => None,
            };
            checks.extend(fill.and_then(|value| self.given(column, &value, None)).map(|one| self.of(&one)));
        }
        for (from, to) in self.work.altered.iter().filter(|(from, to)| from.nullable && !to.nullable) {
            if is_identity(to) && !is_identity(from) {
                checks.extend(self.numbered(to).map(|one| self.of_rows(&one)));
            }
            let Some(old) = self.origin.columns.get(&to.name).filter(|_| !is_identity(to) && !is_identity(from)) else {
                continue;
            };
            if to.generated.is_some() {
                let message = format!("{} becomes NOT NULL, but it is NULL for rows", place(&self.work.old.name, old));
                let limit = is_missing(&way.after, &to.column_type, &old.sql());
                checks.push(vec![self.find(&message, std::slice::from_ref(old), &limit)]);
                continue;
            }
            let fill = known(to, kept_value(way, self.work.after, to));
            checks.extend(fill.and_then(|value| self.given(to, &value, Some(old))).map(|one| self.of(&one)));
        }
        checks.into_iter().flatten().collect()
    }

    fn given<'a>(&self, column: &'a Column, value: &str, old: Option<&'a Name>) -> Option<Given<'a>> {
        let stated = value.to_owned();
        let value = format!("CAST({value} AS {})", self.type_before(column)?);
        Some(Given { column, stated, value, old, numbered: false })
    }

    /// A column's type as it is called before. A type of the user's own may not be there yet, or not be the same.
    fn type_before(&self, column: &Column) -> Option<String> {
        let own = |kind: &ColumnType| self.way.after.types.values().find(|one| kind.names(&one.name));
        let Some(after) = own(&column.column_type) else { return Some(type_sql(&column.column_type, &column.name)) };
        let before = self.way.before.types.get(self.way.types.get(&after.name)?)?;
        let array = if column.column_type.array { "[]" } else { "" };
        match (&before.kind, &after.kind) {
            (UserTypeKind::Enum(old), UserTypeKind::Enum(new)) => {
                (old == new).then(|| format!("{}{array}", before.name.sql()))
            }
            // What the domain demands is its own check's to say.
            (UserTypeKind::Domain(_), UserTypeKind::Domain(domain)) => {
                own(&domain.base).is_none().then(|| format!("{}{array}", type_sql(&domain.base, &column.name)))
            }
            _ => None,
        }
    }

    fn of(&self, given: &Given<'_>) -> Vec<String> {
        let after = self.work.after;
        let name = &given.column.name;
        let is_key = |key: &Key| {
            key.predicate.is_none() && matches!(key.columns.as_slice(), [only] if only.name() == Some(name))
        };
        let keys = keys(after);
        let alone = keys.iter().any(is_key);
        let mut unique: Vec<String> = if alone { vec![self.shared(given)] } else { Vec::new() };
        // What is unique by the column alone is so by more, but not by what is computed from it.
        let concerned = keys.iter().filter(|key| !alone || self.computed(given).any(|one| key.mentions(&one.name)));
        unique.extend(concerned.filter_map(|key| self.shared_key(given, key)));
        unique.into_iter().chain(self.of_rows(given)).collect()
    }

    /// The numbers that rows get where a column begins to count; nothing else has those.
    fn numbered<'a>(&'a self, column: &'a Column) -> Option<Given<'a>> {
        let old = self.origin.columns.get(&column.name)?;
        let value = format!("CAST({NUMBER} AS {})", self.type_before(column)?);
        Some(Given { column, stated: "numbers".to_owned(), value, old: Some(old), numbered: true })
    }

    /// Checks of each row by itself.
    fn of_rows(&self, given: &Given<'_>) -> Vec<String> {
        let after = self.work.after;
        let name = &given.column.name;
        let names: Vec<&Name> = self.computed(given).map(|one| &one.name).chain([name]).collect();
        let is_concerned = |expression: &Expression| names.iter().any(|name| expression.mentions(name));
        let checks = after.checks.iter().filter(|check| is_concerned(&check.expression));
        let checks = checks.filter_map(|check| {
            let expression = self.with_value(&check.expression, given)?;
            let constraint = check.name.as_ref().map_or_else(|| "a check".to_owned(), |name| name.to_string());
            Some(self.rows_without(given, &format!("{constraint} doesn't hold for it"), &format!("NOT ({expression})")))
        });
        let parents = after.foreign_keys.iter().filter_map(|key| self.parentless(given, key));
        checks.chain(parents).collect()
    }

    /// Rows which would refer to nothing by the value.
    fn parentless(&self, given: &Given<'_>, key: &ForeignKey) -> Option<String> {
        let name = &given.column.name;
        let at = key.columns.iter().position(|one| one == name)?;
        let child = self.work.old.name.sql();
        let own = |one: &Name| match one == name {
            true => Some(given.value.clone()),
            false => self.old(one).map(|old| format!("{child}.{}", old.sql())),
        };
        let own: Vec<String> = key.columns.iter().map(own).collect::<Option<_>>()?;
        let others = own.iter().enumerate().filter(|(other, _)| *other != at);
        let mut limits = Vec::new();
        // MATCH FULL takes no row that has one of the values and lacks another.
        let lacking =
            if is_full(key) { others.clone().map(|(_, text)| format!("{text} IS NULL")).collect() } else { Vec::new() };
        if !is_full(key) {
            limits.extend(others.map(|(_, text)| format!("{text} IS NOT NULL")));
        }
        // A table that comes has no rows yet.
        if let Some(parent) = self.way.tables.get(&key.table) {
            let (before, after) = (self.way.renamed.tables.get(&key.table)?, self.way.after.tables.get(&key.table)?);
            let own_key = || after.primary_key.iter().flat_map(|key| &key.columns).filter_map(IndexColumn::name);
            let referred: Vec<&Name> =
                if key.referenced.is_empty() { own_key().collect() } else { key.referenced.iter().collect() };
            let pair = |(to, own): (&&Name, &String)| {
                let stays = !is_retyped(self.way, before.column(to)?, after.column(to)?);
                stays.then(|| Some(format!("parent.{} = {own}", parent.columns.get(*to)?.sql())))?
            };
            let pairs: Vec<String> = referred.iter().zip(&own).map(pair).collect::<Option<_>>()?;
            let parent = parent.table.sql();
            let missing = format!("NOT EXISTS (SELECT 1 FROM {parent} AS parent WHERE {})", pairs.join(" AND "));
            limits.push(match lacking.is_empty() {
                true => missing,
                false => format!("({} OR {missing})", lacking.join(" OR ")),
            });
        }
        let limit = if limits.is_empty() { "true".to_owned() } else { limits.join(" AND ") };
        Some(self.rows_without(given, &format!("{} has no such row", key.table), &limit))
    }

    /// Rows which would share the value.
    fn shared(&self, given: &Given<'_>) -> String {
        let table = &self.work.old.name;
        let what = place(table, &given.column.name);
        let message = match given.old {
            Some(_) => format!("{what} is unique and becomes NOT NULL, but several rows would get {}", given.stated),
            None => format!("{what} comes and is unique, but several rows would get {}", given.stated),
        };
        let (from, value) = (table.sql(), &given.value);
        let limit = given.old.map(Name::sql).map_or_else(
            || "HAVING count(*) > 1".to_owned(),
            |old| format!("WHERE {old} IS NULL OR {old} = {value} HAVING count(*) > 1 AND count(*) > count({old})"),
        );
        format!("-- dbmig: check {}\nSELECT count(*) AS rows FROM {from} {limit};", one_line(&message))
    }

    /// Rows which would share a key that the value is part of.
    fn shared_key(&self, given: &Given<'_>, key: &Key<'_>) -> Option<String> {
        let name = &given.column.name;
        if !key.mentions(name) && !self.computed(given).any(|one| key.mentions(&one.name)) {
            return None;
        }
        let value = match given.old {
            Some(old) => format!("coalesce({}, {})", old.sql(), given.value),
            None => given.value.clone(),
        };
        let filled = Given { value, stated: given.stated.clone(), ..*given };
        let part = |column: &&IndexColumn| match &column.key {
            IndexKey::Column(one) => self.value(one, &filled),
            IndexKey::Expression(expression) => Some(format!("({})", self.with_value(expression, &filled)?)),
        };
        let parts: Vec<String> = key.columns.iter().map(part).collect::<Option<_>>()?;
        let mut limits = Vec::new();
        if let Some(predicate) = key.predicate {
            limits.push(format!("({})", self.with_value(predicate, &filled)?));
        }
        if !key.nulls_not_distinct {
            limits.extend(parts.iter().map(|part| format!("{part} IS NOT NULL")));
        }
        let limits = if limits.is_empty() { String::new() } else { format!(" WHERE {}", limits.join(" AND ")) };
        let table = &self.work.old.name;
        let message = format!("rows of {table} get {} in {name}, but then several would share a key", given.stated);
        // One of them at least gets the value.
        let new = given.old.map(|old| format!(" AND count(*) > count({})", old.sql())).unwrap_or_default();
        Some(format!(
            "-- dbmig: check {}\nSELECT count(*) AS rows FROM {}{limits} GROUP BY {} HAVING count(*) > 1{new} LIMIT 5;",
            one_line(&message),
            table.sql(),
            parts.join(", ")
        ))
    }

    fn rows_without(&self, given: &Given<'_>, but: &str, limit: &str) -> String {
        let table = &self.work.old.name;
        let message = format!("rows of {table} get {} in {}, but {but}", given.stated, given.column.name);
        let limit = given.old.map_or_else(
            || limit.to_owned(),
            |old| format!("{} AND {limit}", is_missing(&self.way.after, &given.column.column_type, &old.sql())),
        );
        let columns = given.old.cloned();
        let select = select(self.work.old, columns.as_slice());
        let Some(old) = given.old.filter(|_| given.numbered) else { return check(&message, &select, table, &limit) };
        let (table, old) = (table.sql(), old.sql());
        let number = format!("row_number() OVER () + (SELECT coalesce(max({old}), 0) FROM {table}) AS {NUMBER}");
        let numbers = format!("(SELECT ctid AS {PLACE}, {number} FROM {table} WHERE {old} IS NULL)");
        let limit = format!("{PLACE} = ctid AND {limit}");
        format!(
            "-- dbmig: check {}\nSELECT {select} FROM {table}, {numbers} AS numbered WHERE {limit} LIMIT 5;",
            one_line(&message)
        )
    }

    /// The columns that are computed from the one which gets the value.
    fn computed<'a>(&'a self, given: &'a Given<'_>) -> impl Iterator<Item = &'a Column> {
        let uses =
            |one: &&Column| one.generated.as_ref().is_some_and(|own| own.expression.mentions(&given.column.name));
        self.work.after.columns.iter().filter(uses)
    }

    /// What rows that have got the value have in a column, in the names before.
    fn value(&self, name: &Name, given: &Given<'_>) -> Option<String> {
        let Some(column) = self.computed(given).find(|one| one.name == *name) else { return self.plain(name, given) };
        let expression = &column.generated.as_ref()?.expression;
        let text = self.substituted(expression, |name| self.plain(name, given))?;
        Some(format!("CAST({text} AS {})", self.type_before(column)?))
    }

    /// The same of a column that isn't computed.
    fn plain(&self, name: &Name, given: &Given<'_>) -> Option<String> {
        if *name == given.column.name { Some(given.value.clone()) } else { Some(self.old(name)?.sql()) }
    }

    /// An expression of rows that have got the value, in the names before.
    fn with_value(&self, expression: &Expression, given: &Given<'_>) -> Option<String> {
        self.substituted(expression, |name| self.value(name, given))
    }

    fn substituted(&self, expression: &Expression, value: impl Fn(&Name) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for token in expression.tokens() {
            text.push_str(if token.gap { " " } else { "" });
            let column = token.name.as_ref().filter(|name| self.work.after.column(name).is_some());
            match column {
                // Of a column that the table's name stands before.
                _ if &*token.text == "." => return None,
                Some(name) => text.push_str(&value(name)?),
                None => text.push_str(&token.text),
            }
        }
        Some(text)
    }
}

fn is_full(key: &ForeignKey) -> bool {
    key.match_type.as_deref() == Some("FULL")
}

fn known(column: &Column, fill: fill::Fill) -> Option<String> {
    (fill.todo.is_none() && !fill.numbered && is_known(column, &fill.value)).then_some(fill.value)
}

/// Functions and words that give one value for all rows of a statement and do nothing else, and names of types.
const STEADY: [&str; 42] = [
    "now",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtimestamp",
    "localtime",
    "current_user",
    "session_user",
    "timezone",
    "at",
    "time",
    "zone",
    "date",
    "timestamp",
    "timestamptz",
    "interval",
    "date_trunc",
    "lower",
    "upper",
    "concat",
    "coalesce",
    "trim",
    "left",
    "right",
    "md5",
    "abs",
    "round",
    "array",
    "int4range",
    "int8range",
    "tsrange",
    "tstzrange",
    "daterange",
    "null",
    "true",
    "false",
    "not",
    "text",
    "varchar",
    "integer",
    "bigint",
    "numeric",
];

/// Whether a value is the same for all rows: a constant, or a default that is made of such without an own function's
/// help.
fn is_known(column: &Column, text: &str) -> bool {
    let steady = |token: &ExpressionToken| {
        let is_word = token.key.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '"'));
        !is_word || STEADY.contains(&&*token.key)
    };
    let default = column.default.as_ref().filter(|default| default_value(default) == text);
    fill::is_constant(text) || default.is_some_and(|default| default.tokens().iter().all(steady))
}
