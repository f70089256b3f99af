//! What rows must not hold for a script to come to its end, asked before anything changes: a statement that fails
//! halfway leaves behind what those before it did.
//!
//! Everything has its old name then. What a new column will hold isn't known yet, so nothing is asked of it.

use std::collections::BTreeSet;

use dbmig_build::schema::{
    Autoincrement, Column, Expression, ExpressionToken, ForeignKey, IndexColumn, IndexKey, Name, ObjectName, Schema,
    Table,
};

use super::definition::{is_literal, is_null, literal};
use super::fit::{character_set, misfit};
use super::online::is_text;
use super::work::Work;
use crate::render::plan::{Direction, Plan};
use crate::render::text::one_line;

/// The directive and query of each check for a table that stays.
pub(super) fn of_table(plan: &Plan<'_>, work: &Work<'_>) -> Vec<String> {
    let Some(rows) = Rows::of(plan, &work.after.name) else { return Vec::new() };
    let mut checks = Vec::new();
    for column in &work.after.columns {
        checks.extend(rows.values(column));
        checks.extend(rows.computed(column));
    }
    if let Some(key) = &work.after.primary_key {
        checks.extend(rows.duplicates(&key.columns, "the primary key"));
    }
    for unique in &work.after.uniques {
        checks.extend(rows.duplicates(&unique.columns, "unique"));
    }
    for check in work.after.checks.iter().filter(|check| !check.not_enforced) {
        checks.extend(rows.violations(check.name.as_ref(), &check.expression));
    }
    checks
}

/// The check for a foreign key that comes; `renamed` has everything of before under its new name.
pub(super) fn of_reference(plan: &Plan<'_>, renamed: &Schema, table: &Table, key: &ForeignKey) -> Option<String> {
    let was_there =
        |one: &ForeignKey| (&one.columns, &one.table, &one.referenced) == (&key.columns, &key.table, &key.referenced);
    if renamed.tables.get(&table.name)?.foreign_keys.iter().any(was_there) {
        return None;
    }
    Rows::of(plan, &table.name)?.orphans(plan, key)
}

/// The rows of a table that stays, before anything changes.
struct Rows<'a> {
    before: &'a Table,
    after: &'a Table,
    plan: &'a Plan<'a>,
}

/// What rows hold in a column.
enum Held<'a> {
    /// What they held before.
    Old(&'a Column),
    /// This value, in a column that comes.
    Given(String),
}

impl Held<'_> {
    fn sql(&self) -> String {
        match self {
            Held::Old(column) => format!("child.{}", column.name.sql()),
            Held::Given(value) => value.clone(),
        }
    }
}

impl<'a> Rows<'a> {
    fn of(plan: &'a Plan<'a>, name: &ObjectName) -> Option<Rows<'a>> {
        let before = plan.before.tables.get(&plan.origins.get(name)?.table)?;
        Some(Rows { before, after: plan.after.tables.get(name)?, plan })
    }

    /// What a column was; none if it is new.
    fn old(&self, name: &Name) -> Option<&'a Column> {
        self.before.column(self.plan.origins.get(&self.after.name)?.columns.get(name)?)
    }

    /// The columns that tell rows apart, and others, each once.
    fn named_by<'b>(&'b self, others: impl IntoIterator<Item = &'b Name>) -> String {
        let key = self.before.primary_key.iter().flat_map(|key| &key.columns).filter_map(IndexColumn::name);
        let mut names: Vec<&Name> = Vec::new();
        for name in key.chain(others) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.iter().map(|name| name.sql()).collect::<Vec<_>>().join(", ")
    }

    fn place(&self, names: &[&Name]) -> String {
        match names {
            [only] => format!("{}.{only}", self.after.name),
            several => {
                let names: Vec<String> = several.iter().map(|name| name.to_string()).collect();
                format!("{} ({})", self.after.name, names.join(", "))
            }
        }
    }

    fn values(&self, to: &Column) -> Option<String> {
        let from = self.old(&to.name)?;
        if to.generated.is_some() {
            return None;
        }
        // Labels that get another text are among the new ones.
        let mut fits = to.clone();
        let texts = self.plan.values_of(&self.after.name, &to.name).iter();
        fits.column_type.arguments.extend(texts.map(|(old, _)| literal(old)));
        let misfit = misfit(&from.name.sql(), (from, self.before), (&fits, self.after))?;
        let message = format!("{} {}", self.place(&[&to.name]), misfit.what);
        let shown = self.named_by([&from.name]);
        Some(check(&message, &format!("SELECT {shown} FROM {} WHERE {}", self.before.name.sql(), misfit.condition)))
    }

    /// Rows that share what is to be unique, by the rules of comparison that are to come.
    fn duplicates(&self, columns: &[IndexColumn], what: &str) -> Option<String> {
        let (mut parts, mut given) = (Vec::new(), Vec::new());
        let mut changes = false;
        for part in columns {
            let IndexKey::Column(name) = &part.key else { return None };
            let to = self.after.column(name)?;
            if let Some(expression) = self.computed_anew(to) {
                let text = format!("({expression})");
                let text = part.length.map_or_else(|| text.clone(), |length| format!("LEFT({text}, {length})"));
                given.push(format!("{text} IS NOT NULL"));
                parts.push((part, None, text));
                continue;
            }
            let from = self.old(name)?;
            let set = |column: &Column, table: &Table| (column.collation.clone(), character_set(column, table));
            let (old, new) = (set(from, self.before), set(to, self.after));
            let mut text = from.name.sql();
            if is_text(&to.column_type) && old != new {
                if let Some(set) = new.1.as_ref().filter(|set| old.1.as_ref() != Some(*set)) {
                    text = format!("CONVERT({text} USING {set})");
                }
                let of_table = || self.after.options.collation.clone().filter(|_| to.character_set.is_none());
                let known = to.collation.as_ref().map(Name::to_string).or_else(of_table);
                text.push_str(&known.map(|name| format!(" COLLATE {name}")).unwrap_or_default());
            }
            if let Some(length) = part.length {
                text = format!("LEFT({text}, {length})");
            }
            changes |= is_text(&from.column_type) && is_text(&to.column_type) && old != new;
            given.extend(from.nullable.then(|| format!("{} IS NOT NULL", from.name.sql())));
            parts.push((part, Some(from), text));
        }
        // What is unique by some of the columns is so by all of them.
        let as_before = |other: &[IndexColumn]| {
            other.iter().all(|one| {
                let is_it = |from: &Column| one.name() == Some(&from.name);
                parts.iter().any(|(part, from, _)| from.is_some_and(is_it) && one.length == part.length)
            })
        };
        let uniques = self.before.uniques.iter().map(|one| &one.columns);
        let mut known = uniques.chain(self.before.primary_key.iter().map(|key| &key.columns));
        if !changes && known.any(|other| as_before(other)) {
            return None;
        }
        let texts: Vec<&str> = parts.iter().map(|(_, _, text)| text.as_str()).collect();
        let given = if given.is_empty() { String::new() } else { format!(" WHERE {}", given.join(" AND ")) };
        let names: Vec<&Name> = columns.iter().filter_map(IndexColumn::name).collect();
        let shared = if names.len() == 1 { "a value" } else { "values" };
        let message = format!("{} is to be {what}, but rows share {shared}", self.place(&names));
        let (texts, table) = (texts.join(", "), self.before.name.sql());
        // The server takes no name twice.
        let times = if parts.iter().any(|(part, ..)| part.name().is_some_and(|name| name.key() == "times")) {
            "count(*)"
        } else {
            "count(*) AS times"
        };
        let query = format!("SELECT {texts}, {times} FROM {table}{given} GROUP BY {texts} HAVING count(*) > 1");
        Some(check(&message, &query))
    }

    fn violations(&self, name: Option<&Name>, expression: &Expression) -> Option<String> {
        let (condition, old) = self.old_expression(&self.with_nulls(expression))?;
        if self.before.checks.iter().any(|one| one.expression == condition && !one.not_enforced) {
            return None;
        }
        let what = name.map_or_else(|| format!("({expression})"), Name::to_string);
        let message = format!("{} is to keep the check {what}, but rows don't", self.after.name);
        let shown = self.named_by(old.iter().map(|column| &column.name));
        let shown = if shown.is_empty() { "*".to_owned() } else { shown };
        let table = self.before.name.sql();
        // Where rows change, a text that is no number but stands for one is no warning but an error.
        let misread = misread(&condition, &old);
        Some(check(&message, &format!("SELECT {shown} FROM {table} WHERE NOT ({condition}){misread}")))
    }

    /// Texts from which a column that is kept or indexed can't be computed, since they aren't the numbers that they stand
    /// for.
    fn computed(&self, column: &Column) -> Option<String> {
        let generated = column.generated.as_ref()?;
        if self.old(&column.name).is_some_and(|one| one.generated == column.generated) {
            return None;
        }
        let (expression, old) = self.old_expression(&generated.expression)?;
        let misread = misread(&expression, &old);
        let condition = misread.strip_prefix(" OR ")?;
        let message = format!("{} is computed of numbers, but values are none", self.place(&[&column.name]));
        let shown = self.named_by(old.iter().map(|column| &column.name));
        Some(check(&message, &format!("SELECT {shown} FROM {} WHERE {condition}", self.before.name.sql())))
    }

    /// An expression with NULL for the columns that come and hold nothing else.
    fn with_nulls(&self, expression: &Expression) -> Expression {
        let is_empty = |name: &Name| {
            let column = self.after.column(name).filter(|_| self.old(name).is_none());
            column.is_some_and(|column| {
                let counts = column.autoincrement != Autoincrement::No || column.generated.is_some();
                let given = column.default.is_some() || self.plan.backfill(&self.after.name, name).is_some();
                column.nullable && !counts && !given
            })
        };
        let filled = |token: &ExpressionToken| match &token.name {
            Some(name) if is_empty(name) => {
                ExpressionToken { gap: token.gap, text: "NULL".into(), key: "null".into(), name: None }
            }
            _ => token.clone(),
        };
        Expression::new(expression.tokens().iter().map(filled).collect())
    }

    /// An expression in the names before, and the columns that it mentions.
    fn old_expression(&self, expression: &Expression) -> Option<(Expression, Vec<&'a Column>)> {
        let mentioned: Vec<&Name> =
            (self.after.columns.iter().map(|column| &column.name)).filter(|name| expression.mentions(name)).collect();
        let old: Vec<&Column> = mentioned.iter().map(|name| self.old(name)).collect::<Option<_>>()?;
        // Two steps, since names may change places.
        let mut renamed = expression.clone();
        let aside = |name: &Name| name.renamed(&format!("\0{name}"));
        mentioned.iter().for_each(|name| renamed.rename(name, &aside(name)));
        mentioned.iter().zip(&old).for_each(|(name, column)| renamed.rename(&aside(name), &column.name));
        Some((renamed, old))
    }

    /// What a column is computed from, in the names before, if it wasn't before.
    fn computed_anew(&self, column: &Column) -> Option<Expression> {
        let generated = column.generated.as_ref()?;
        let was_so = |old: &Column| {
            let before = old.generated.as_ref().map(|one| &one.expression);
            let now = self.old_expression(&generated.expression);
            before.zip(now.as_ref()).is_some_and(|(before, (now, _))| before == now)
        };
        if self.old(&column.name).is_some_and(was_so) {
            return None;
        }
        self.old_expression(&generated.expression).map(|(expression, _)| expression)
    }

    /// What rows hold in a column of a foreign key; none where that is NULL or can't be told beforehand.
    fn held(&self, name: &Name) -> Option<Held<'a>> {
        if let Some(old) = self.old(name) {
            return Some(Held::Old(old));
        }
        let column = self.after.column(name).filter(|_| self.plan.direction == Direction::Up)?;
        let is_own = column.generated.is_none() && column.autoincrement == Autoincrement::No;
        let given = match (self.plan.backfill(&self.after.name, name), &column.default) {
            (Some(backfill), _) => is_plain(backfill.trim()).then(|| backfill.to_owned()),
            (None, Some(default)) => (is_literal(default) && !is_null(default)).then(|| default.to_string()),
            (None, None) => None,
        };
        given.filter(|_| is_own).map(Held::Given)
    }

    fn orphans(&self, plan: &Plan<'_>, key: &ForeignKey) -> Option<String> {
        let own: Vec<Held<'_>> = key.columns.iter().map(|name| self.held(name)).collect::<Option<_>>()?;
        let shown: Vec<String> = {
            let names = self.before.primary_key.iter().flat_map(|key| &key.columns).filter_map(IndexColumn::name);
            let mut shown: Vec<String> = names.map(|name| format!("child.{}", name.sql())).collect();
            shown.extend(own.iter().zip(&key.columns).map(|(one, name)| match one {
                Held::Old(_) => one.sql(),
                Held::Given(value) => format!("{value} AS {}", name.sql()),
            }));
            // No two columns of the query may have one name.
            let mut seen = BTreeSet::new();
            shown.retain(|one| seen.insert(one.clone()));
            shown
        };
        let given: Vec<String> = own.iter().map(|one| format!("{} IS NOT NULL", one.sql())).collect();
        let child = self.before.name.sql();
        let from = format!("SELECT {} FROM {child} AS child", shown.join(", "));
        let names: Vec<&Name> = key.columns.iter().collect();
        let message = format!("{} is to refer to {}, but rows refer to none of its", self.place(&names), key.table);
        // A table that comes has no rows yet, and a column that comes holds NULL unless somebody says otherwise.
        let is_empty = |parent: &Rows<'_>| {
            let mut columns = key.referenced.iter().filter_map(|name| parent.after.column(name));
            columns.any(|column| {
                let is_filled = plan.backfill(&key.table, &column.name).is_some() || column.default.is_some();
                parent.old(&column.name).is_none() && column.nullable && column.generated.is_none() && !is_filled
            })
        };
        let Some(parent) = Rows::of(plan, &key.table).filter(|parent| !is_empty(parent)) else {
            return Some(check(&message, &format!("{from} WHERE {}", given.join(" AND "))));
        };
        let others: Vec<&Column> = key.referenced.iter().map(|name| parent.old(name)).collect::<Option<_>>()?;
        let first = others.first()?.name.sql();
        let pairs = own.iter().zip(&others).map(|(one, other)| {
            let set = |column: &Column, table: &Table| {
                (
                    column.collation.clone().map(|name| name.to_string()).or_else(|| table.options.collation.clone()),
                    character_set(column, table),
                )
            };
            let texts = (format!("parent.{}", other.name.sql()), one.sql());
            // Texts of two collations can't be compared as they are.
            let mixed = match one {
                Held::Old(one) => is_text(&one.column_type) && set(one, self.before) != set(other, parent.before),
                Held::Given(_) => is_text(&other.column_type),
            };
            let (left, right) = match mixed {
                true => (format!("CONVERT({} USING utf8mb4)", texts.0), format!("CONVERT({} USING utf8mb4)", texts.1)),
                false => texts,
            };
            format!("{left} = {right}")
        });
        let pairs: Vec<String> = pairs.collect();
        let query = format!(
            "{from} LEFT JOIN {} AS parent ON {} WHERE {} AND parent.{first} IS NULL",
            parent.before.name.sql(),
            pairs.join(" AND "),
            given.join(" AND ")
        );
        Some(check(&message, &query))
    }
}

/// Whether a text of SQL is a number, or a string without quotes and escapes in it.
fn is_plain(text: &str) -> bool {
    let string = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    text.parse::<f64>().is_ok() || string.is_some_and(|inner| !inner.contains(['\'', '\\']))
}

/// What is true of rows whose texts stand where an expression has numbers, and aren't such; each with OR before it.
fn misread(expression: &Expression, columns: &[&Column]) -> String {
    const OPERATORS: [&str; 15] = ["=", "<>", "!=", "<", ">", "<=", ">=", "<=>", "+", "-", "*", "/", "%", "div", "mod"];
    let tokens = expression.tokens();
    let is_number = |at: Option<usize>| {
        let token = at.and_then(|at| tokens.get(at));
        token.is_some_and(|token| token.text.starts_with(|first: char| first.is_ascii_digit()))
    };
    let operator = |at: Option<usize>| tokens.get(at?).map(|token| &*token.key).filter(|key| OPERATORS.contains(key));
    let compares =
        |at: Option<usize>| operator(at).is_some_and(|key| !["+", "-", "*", "/", "%", "div", "mod"].contains(&key));
    let stands_for_number = |at: usize| {
        let (before, after) = (at.checked_sub(1), Some(at + 1));
        let counts =
            |one: Option<usize>, other: Option<usize>| operator(one).is_some() && (!compares(one) || is_number(other));
        counts(after, Some(at + 2)) || counts(before, at.checked_sub(2))
    };
    let mut conditions = String::new();
    for column in columns.iter().filter(|column| is_text(&column.column_type)) {
        let mut places = tokens.iter().enumerate().filter(|(_, token)| token.name.as_ref() == Some(&column.name));
        if places.any(|(at, _)| stands_for_number(at)) {
            let name = column.name.sql();
            conditions += &format!(" OR {name} NOT REGEXP '^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)? *$'");
        }
    }
    conditions
}

/// The directive, and the query with as many rows as a person wants to read.
fn check(message: &str, query: &str) -> String {
    format!("-- dbmig: check {}\n{query} LIMIT 5;", one_line(message))
}
