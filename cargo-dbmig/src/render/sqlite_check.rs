//! Checks at the head of a script: what its changes ask of rows that are there already, asked before anything changes.
//!
//! They see the schema as it is before the script, so that all names are those of before. What only the script itself
//! makes (a value that a rename would have to be followed into) isn't asked for: the database says it then.

mod types;

use dbmig_build::schema::{
    Change, Check, Column, Expression, ForeignKey, IndexColumn, IndexKey, Name, ObjectName, Schema, Table, apply,
};

use super::plan::{Direction, Origin, Plan};
use super::sqlite_create::{default_value, is_constant, is_null};
use super::text::{column, literal, one_line};
pub(super) use types::cast;
use types::{not_converted, not_strictly};

/// The checks of a script, each with its directive.
pub(super) fn checks(plan: &Plan<'_>) -> Vec<String> {
    let mut checks = Vec::new();
    let known = relabelled(plan);
    for (name, origin) in &plan.origins {
        let tables = (plan.before.tables.get(&origin.table), plan.after.tables.get(name));
        let (Some(before), Some(after)) = tables else { continue };
        if before != after && before.options.virtual_module.is_none() {
            let known = known.tables.get(&origin.table).unwrap_or(before);
            Sight { plan, before, known, after, origin }.checks(&mut checks);
        }
    }
    checks
}

/// The tables whose rows hold other texts after, with what they say of these.
fn relabelled(plan: &Plan<'_>) -> Schema {
    let mut known = Schema::default();
    for ((name, column), pairs) in &plan.values {
        let Some(origin) = plan.origins.get(name) else { continue };
        let Some(before) = plan.before.tables.get(&origin.table) else { continue };
        let (table, column) = (origin.table.clone(), origin.columns.get(column).unwrap_or(column).clone());
        if !known.tables.contains_key(&table) {
            known.tables.insert(table.clone(), before.clone());
        }
        for (from, to) in pairs {
            let (table, column, from, to) = (table.clone(), column.clone(), from.clone(), to.clone());
            let applied = apply(&Change::RenameValue { table, column, from, to }, &mut known);
            debug_assert_eq!(applied, Ok(()));
        }
    }
    known
}

/// A table on both sides.
struct Sight<'a> {
    plan: &'a Plan<'a>,
    before: &'a Table,
    /// The table before, where its rows hold the texts that they get.
    known: &'a Table,
    after: &'a Table,
    origin: &'a Origin,
}

/// What a column's rows will hold, in terms of the table as it is.
enum Value {
    /// NULL, in each row.
    Null,
    /// The same, in each row.
    Constant(String),
    /// What a column holds.
    Column(String),
    /// Something else.
    Expression(String),
}

impl Sight<'_> {
    fn checks(&self, checks: &mut Vec<String>) {
        for column in &self.after.columns {
            checks.extend(self.converts(column));
            checks.extend(self.is_computed(column));
        }
        let keys = self.after.uniques.iter().map(|one| &one.columns);
        for columns in self.after.primary_key.iter().map(|key| &key.columns).chain(keys) {
            checks.extend(self.is_unique(columns, None));
        }
        for index in self.after.indexes.iter().filter(|index| index.unique) {
            if self.before.index(&index.name) != Some(index) {
                checks.extend(self.is_unique(&index.columns, index.predicate.as_ref()));
            }
        }
        checks.extend(self.after.checks.iter().filter_map(|check| self.satisfies(check)));
        checks.extend(self.after.foreign_keys.iter().filter_map(|key| self.refers(key)));
    }

    /// A column as it was.
    fn old(&self, name: &Name) -> Option<&Column> {
        self.origin.columns.get(name).and_then(|old| self.before.column(old))
    }

    /// Whether the names of the table and of its columns which an expression mentions are the same on both sides.
    fn stays(&self, expression: &Expression) -> bool {
        let mentioned = self.after.columns.iter().filter(|column| expression.mentions(&column.name));
        let same = |name: &Name| self.origin.columns.get(name).is_some_and(|old| old.as_str() == name.as_str());
        self.origin.table == self.after.name && mentioned.map(|column| &column.name).all(same)
    }

    fn value(&self, name: &Name) -> Option<Value> {
        let after = self.after.column(name)?;
        if let Some(generated) = &after.generated {
            return self.computed(&generated.expression).map(|text| Value::Expression(format!("({text})")));
        }
        let backfill = self.plan.backfill(&self.after.name, name);
        // It is written in the new names.
        let renames = |(name, origin): (&ObjectName, &Origin)| {
            origin.table != *name || origin.columns.iter().any(|(to, from)| to != from)
        };
        let reads_others = |text: &str| text.to_ascii_lowercase().contains("select");
        let reads_new_names = |text| {
            renames((&self.after.name, self.origin)) || reads_others(text) && self.plan.origins.iter().any(renames)
        };
        if backfill.is_some_and(reads_new_names) {
            return None;
        }
        let default = after.default.as_ref().filter(|default| !is_null(default));
        let Some(old) = self.old(name).filter(|old| old.generated.is_none()) else {
            return match (backfill, default) {
                _ if self.plan.direction == Direction::Down || self.after.rowid_alias() == Some(name) => None,
                (Some(backfill), _) => Some(Value::Expression(format!("({backfill})"))),
                (None, Some(default)) => is_constant(default).then(|| Value::Constant(default_value(default))),
                (None, None) => after.nullable.then_some(Value::Null),
            };
        };
        let sql = old.name.sql();
        let fills = old.nullable && !after.nullable;
        let default = default.filter(|default| is_constant(default)).map(default_value);
        match (fills, backfill, default) {
            (true, Some(backfill), _) => Some(Value::Expression(format!("coalesce({sql}, {backfill})"))),
            (true, None, Some(default)) => Some(Value::Expression(format!("coalesce({sql}, {default})"))),
            // A stand-in, which nobody knows yet.
            (true, None, None) if self.plan.direction == Direction::Down => None,
            _ => Some(Value::Column(sql)),
        }
    }

    /// What is computed for a row: the expression where all that it reads stays as it is.
    fn computed<'e>(&self, expression: &'e Expression) -> Option<&'e Expression> {
        let mentioned = self.after.columns.iter().filter(|column| expression.mentions(&column.name));
        let stays = |column: &Column| {
            let old = self.old(&column.name).filter(|old| old.column_type == column.column_type);
            let is_plain = old.is_some_and(|old| old.generated.is_none() && column.generated.is_none());
            is_plain && self.plan.values_of(&self.after.name, &column.name).is_empty()
        };
        let mut kept =
            mentioned.map(|column| stays(column) && matches!(self.value(&column.name), Some(Value::Column(_))));
        (self.stays(expression) && kept.all(|stays| stays)).then_some(expression)
    }

    /// Rows for which a column that can't be NULL is computed as NULL.
    fn is_computed(&self, new: &Column) -> Option<String> {
        let generated = new.generated.as_ref().filter(|_| !new.nullable)?;
        let known = self.old(&new.name).is_some_and(|old| !old.nullable && old.generated.as_ref() == Some(generated));
        let expression = self.computed(&generated.expression).filter(|_| !known)?;
        let place = column(&self.after.name, &new.name);
        let message = format!("{place} is NOT NULL, but rows make NULL of {expression}");
        Some(check(&message, &self.rows(&[], &format!("({expression}) IS NULL"))))
    }

    /// Duplicates that a new key doesn't take.
    fn is_unique(&self, columns: &[IndexColumn], predicate: Option<&Expression>) -> Option<String> {
        if predicate.is_some_and(|predicate| !self.stays(predicate)) || self.was_unique(columns) {
            return None;
        }
        let mut shown = Vec::new();
        let mut conditions: Vec<String> = predicate.map(|predicate| format!("({predicate})")).into_iter().collect();
        for key in columns {
            let (mut text, nullable) = match &key.key {
                IndexKey::Expression(expression) if !self.stays(expression) => return None,
                IndexKey::Expression(expression) => (expression.to_string(), true),
                IndexKey::Column(name) => match self.value(name)? {
                    // Rows with NULL share nothing.
                    Value::Null => return None,
                    Value::Constant(_) => continue,
                    Value::Column(text) => (text, self.old(name).is_some_and(|old| old.nullable)),
                    Value::Expression(text) => (text, true),
                },
            };
            let own = key.name().and_then(|name| self.after.column(name)).and_then(|one| one.collation.as_ref());
            if let Some(collation) = key.collation.as_ref().or(own) {
                text = format!("{text} COLLATE {}", collation.sql());
            }
            if nullable {
                conditions.push(format!("{text} IS NOT NULL"));
            }
            shown.push(text);
        }
        let condition = match conditions.is_empty() {
            true => String::new(),
            false => format!(" WHERE {}", conditions.join(" AND ")),
        };
        let (table, values) = (self.before.name.sql(), shown.join(", "));
        let query = match shown.is_empty() {
            true => format!("SELECT rows FROM (SELECT count(*) AS rows FROM {table}{condition}) WHERE rows > 1"),
            false => format!(
                "SELECT {values}, count(*) AS rows FROM {table}{condition} GROUP BY {values} HAVING count(*) > 1 LIMIT 6"
            ),
        };
        let names: Vec<String> = columns.iter().map(name_of_key).collect();
        let message = match names.as_slice() {
            [only] => format!("{}.{only} is to be unique, but rows share a value", self.after.name),
            _ => format!("{} ({}) is to be unique, but rows share values", self.after.name, names.join(", ")),
        };
        Some(check(&message, &query))
    }

    /// Whether the values of some of these columns differ already.
    fn was_unique(&self, columns: &[IndexColumn]) -> bool {
        let plain = |columns: &[IndexColumn]| -> Option<Vec<(Name, Option<Name>)>> {
            columns.iter().map(|one| Some((one.name()?.clone(), one.collation.clone()))).collect()
        };
        let unchanged = |name: &Name| {
            let old = self.old(name)?;
            let new = self.after.column(name)?;
            let same = old.collation == new.collation && old.column_type == new.column_type;
            (same && matches!(self.value(name), Some(Value::Column(_)))).then(|| old.name.clone())
        };
        let Some(wanted) = plain(columns) else { return false };
        let wanted: Vec<(Name, Option<Name>)> =
            wanted.into_iter().filter_map(|(name, collation)| Some((unchanged(&name)?, collation))).collect();
        let keys = self.before.primary_key.iter().map(|key| &key.columns);
        let keys = keys.chain(self.before.uniques.iter().map(|one| &one.columns));
        let full = self.before.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
        let mut keys = keys.chain(full.map(|index| &index.columns)).filter_map(|columns| plain(columns));
        keys.any(|key| key.iter().all(|part| wanted.contains(part)))
    }

    /// Rows that a new check doesn't take.
    fn satisfies(&self, new: &Check) -> Option<String> {
        let known = self.known.checks.iter().any(|old| takes_more(&new.expression, &old.expression));
        if known || !self.stays(&new.expression) {
            return None;
        }
        let mentioned = self.after.columns.iter().filter(|column| new.expression.mentions(&column.name));
        let mentioned: Vec<String> = mentioned.map(|column| column.name.sql()).collect();
        let name = new.name.as_ref().map_or(String::new(), |name| format!("{name}, "));
        let message = format!("rows of {} don't satisfy the new check {name}{}", self.after.name, new.expression);
        let mut unfit = format!("NOT ({})", new.expression);
        // Texts that become others are looked at by nobody.
        for column in self.after.columns.iter().filter(|column| new.expression.mentions(&column.name)) {
            let texts = self.plan.values_of(&self.after.name, &column.name).iter().map(|(from, _)| literal(from));
            let texts: Vec<String> = texts.collect();
            if !texts.is_empty() {
                unfit.push_str(&format!(" AND {} NOT IN ({})", column.name.sql(), texts.join(", ")));
            }
        }
        Some(check(&message, &self.rows(&mentioned, &unfit)))
    }

    /// Rows that refer to nothing.
    fn refers(&self, key: &ForeignKey) -> Option<String> {
        if self.before.foreign_keys.iter().any(|old| self.is_same(old, key)) {
            return None;
        }
        let mut values = Vec::new();
        for name in &key.columns {
            values.push(match self.value(name)? {
                Value::Null => return None,
                Value::Constant(text) | Value::Column(text) | Value::Expression(text) => {
                    (text, self.old(name).map_or(name, |old| &old.name).sql())
                }
            });
        }
        let (table, target) = (self.before.name.sql(), self.plan.after.tables.get(&key.table)?);
        let own: Vec<Name> =
            target.primary_key.iter().flat_map(|key| &key.columns).filter_map(|one| one.name().cloned()).collect();
        let referenced = if key.referenced.is_empty() { own } else { key.referenced.clone() };
        let names: Vec<&str> = values.iter().map(|(_, name)| name.as_str()).collect();
        let plain = values.iter().all(|(text, name)| text == name);
        let child = match plain {
            true => format!("{table} AS child"),
            false => {
                let shown: Vec<String> = values.iter().map(|(text, name)| format!("{text} AS {name}")).collect();
                format!("(SELECT {} FROM {table}) AS child", shown.join(", "))
            }
        };
        let mut conditions: Vec<String> = names.iter().map(|name| format!("child.{name} IS NOT NULL")).collect();
        // A table that this script makes has no rows.
        if let Some(parent) = self.plan.origins.get(&key.table) {
            let columns: Option<Vec<&Name>> = referenced.iter().map(|name| parent.columns.get(name)).collect();
            let pairs = columns?.into_iter().zip(&names);
            let pairs: Vec<String> = pairs.map(|(to, from)| format!("parent.{} = child.{from}", to.sql())).collect();
            conditions.push(format!(
                "NOT EXISTS (SELECT 1 FROM {} AS parent WHERE {})",
                parent.table.sql(),
                pairs.join(" AND ")
            ));
        }
        let shown: Vec<String> = names.iter().map(|name| format!("child.{name}")).collect();
        let query =
            format!("SELECT DISTINCT {} FROM {child} WHERE {} LIMIT 6", shown.join(", "), conditions.join(" AND "));
        let from = key.columns.iter().map(Name::to_string).collect::<Vec<_>>().join(", ");
        let message = match key.columns.as_slice() {
            [only] => {
                format!("{} is to refer to {}, but rows refer to none", column(&self.after.name, only), key.table)
            }
            _ => format!("{} ({from}) is to refer to {}, but rows refer to none", self.after.name, key.table),
        };
        Some(check(&message, &query))
    }

    /// Whether a key is an old one, whatever it is called and does.
    fn is_same(&self, old: &ForeignKey, new: &ForeignKey) -> bool {
        let follow = |names: &[Name], origin: Option<&Origin>| -> Vec<Name> {
            names.iter().filter_map(|name| origin?.columns.get(name).cloned()).collect()
        };
        let parent = self.plan.origins.get(&new.table);
        let columns = follow(&new.columns, Some(self.origin));
        let changes = new.columns.iter().any(|name| !matches!(self.value(name), Some(Value::Column(_))));
        parent.is_some_and(|parent| parent.table == old.table)
            && !changes
            && columns == old.columns
            && follow(&new.referenced, parent) == old.referenced
    }

    /// Values that aren't of the type that a column gets.
    fn converts(&self, new: &Column) -> Option<String> {
        let old = self.old(&new.name).filter(|old| old.generated.is_none() && new.generated.is_none())?;
        let becomes_strict = self.after.options.strict && !self.before.options.strict;
        if old.column_type == new.column_type && !becomes_strict {
            return None;
        }
        let value = old.name.sql();
        let unfit = match self.after.options.strict {
            true => not_strictly(&value, &new.column_type),
            // Going back, what was written meanwhile stays as it is.
            false if self.plan.direction == Direction::Down => None,
            false => not_converted(&value, &old.column_type, &new.column_type),
        }?;
        let to = new.column_type.to_string().to_uppercase();
        let message = format!("{} becomes {to}, but rows hold other values", column(&self.after.name, &new.name));
        Some(check(&message, &self.rows(&[value], &unfit)))
    }

    /// The rows that satisfy a condition: their key, and some columns.
    fn rows(&self, columns: &[String], condition: &str) -> String {
        let key = self.before.primary_key.iter().flat_map(|key| &key.columns).filter_map(IndexColumn::name);
        let mut shown: Vec<String> = key.map(Name::sql).collect();
        let others: Vec<String> = columns.iter().filter(|name| !shown.contains(name)).cloned().collect();
        shown.extend(others);
        if shown.is_empty() {
            shown.push("*".to_owned());
        }
        format!("SELECT {} FROM {} WHERE {condition} LIMIT 6", shown.join(", "), self.before.name.sql())
    }
}

fn check(message: &str, query: &str) -> String {
    format!("-- dbmig: check {}\n{query};", one_line(message))
}

fn name_of_key(key: &IndexColumn) -> String {
    match &key.key {
        IndexKey::Column(name) => name.to_string(),
        IndexKey::Expression(expression) => expression.to_string(),
    }
}

/// Whether every row that satisfies the old expression satisfies the new one: it is the same, or both are lists of
/// values for a column, and none has gone.
fn takes_more(new: &Expression, old: &Expression) -> bool {
    let list = |expression: &Expression| -> Option<(String, Vec<String>)> {
        let keys: Vec<&str> = expression.tokens().iter().map(|token| &*token.key).collect();
        let [column, "in", "(", values @ .., ")"] = keys.as_slice() else { return None };
        let is_list = values.iter().enumerate().all(|(at, key)| (at % 2 == 1) == (*key == ","));
        is_list.then(|| ((*column).to_owned(), values.iter().step_by(2).map(|key| (*key).to_owned()).collect()))
    };
    match (list(new), list(old)) {
        (Some((column, values)), Some((old_column, old_values))) => {
            column == old_column && old_values.iter().all(|value| values.contains(value))
        }
        _ => new == old,
    }
}
