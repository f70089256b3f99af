//! Queries that find the rows which a change would break on: they run before it, and name them.

mod given;

use std::collections::BTreeMap;

use dbmig_build::schema::{
    Column, ColumnType, Constraint, Exclusion, Expression, ForeignKey, Index, IndexColumn, IndexKey, Name, ObjectName,
    Table, UserTypeKind,
};

use super::super::plan::Origin;
use super::super::text::{column as place, literal, one_line};
use super::definition::type_sql;
use super::fits::misfits;
use super::types::{is_missing, is_there};
use super::way::Way;
use super::work::{Work, is_retyped, works};

/// The checks of all that rows can break, in the names that hold before anything changes.
pub(super) fn checks(way: &Way, works: &[Work<'_>]) -> Vec<String> {
    let mut checks = Vec::new();
    for work in works {
        let Some(origin) = way.tables.get(&work.after.name) else { continue };
        let rows = Rows { way, work, origin };
        checks.extend(rows.types());
        checks.extend(rows.given_values());
        for one in &work.new {
            checks.extend(rows.constraint(one));
        }
        for name in &work.validated {
            checks.extend(work.after.constraint(name).and_then(|one| rows.violations(&one)));
        }
        let was_there = |index: &&&Index| work.present.indexes.contains(index);
        for index in work.new_indexes.iter().filter(|index| index.unique && !was_there(index)) {
            let predicate = index.predicate.as_ref();
            checks.extend(rows.duplicates(&index.columns, index.nulls_not_distinct, predicate));
        }
    }
    checks.extend(labels(way));
    checks.extend(domains(way));
    checks
}

/// The checks that the way back needs: no row may refer to a table whose rows don't come back, have a label that goes,
/// or a value that the type before doesn't take.
pub(super) fn back(way: &Way) -> Vec<String> {
    let mut checks = labels(way);
    for work in &works(way) {
        let Some(origin) = way.tables.get(&work.after.name) else { continue };
        let rows = Rows { way, work, origin };
        checks.extend(rows.types());
        for one in &work.new {
            match one {
                Constraint::ForeignKey(key) if !way.tables.contains_key(&key.table) => checks.extend(rows.orphans(key)),
                _ => {}
            }
        }
    }
    checks
}

/// The checks of labels that go, which the way back needs too.
fn labels(way: &Way) -> Vec<String> {
    let mut checks = Vec::new();
    for name in &way.remade {
        let Some(origin) = way.types.get(name) else { continue };
        let kinds = (way.before.types.get(origin).map(|one| &one.kind), way.after.types.get(name).map(|one| &one.kind));
        let (Some(UserTypeKind::Enum(before)), Some(UserTypeKind::Enum(_))) = kinds else { continue };
        let kept = way.labels.get(name);
        let gone = before.iter().filter(|label| !kept.is_some_and(|kept| kept.values().any(|one| one == *label)));
        let gone: Vec<String> = gone.map(|label| literal(label)).collect();
        if gone.is_empty() {
            continue;
        }
        for (table, column) in columns_of_type(way, origin) {
            let (sql, list) = (column.name.sql(), gone.join(", "));
            let is_gone = match column.column_type.array {
                true => format!("{sql}::text[] && ARRAY[{list}]"),
                false => format!("{sql}::text IN ({list})"),
            };
            let message = format!("{} loses {list}, but rows of {} have it", origin, place(&table.name, &column.name));
            checks.push(check(&message, &select(table, std::slice::from_ref(&column.name)), &table.name, &is_gone));
        }
    }
    checks
}

/// The columns of a type by its name before, in tables that stay.
fn columns_of_type<'a>(way: &'a Way, name: &ObjectName) -> Vec<(&'a Table, &'a Column)> {
    let stays = |table: &&Table| way.name_after(&table.name).is_some();
    let tables = way.before.tables.values().filter(stays);
    let columns = tables.flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    columns.filter(|(_, column)| column.column_type.names(name) && !column.inherited).collect()
}

/// The checks of what a domain demands from now on.
fn domains(way: &Way) -> Vec<String> {
    let mut checks = Vec::new();
    for (name, origin) in way.types.iter().filter(|(name, _)| !way.remade.contains(*name)) {
        let kinds = (way.renamed.types.get(name).map(|one| &one.kind), way.after.types.get(name).map(|one| &one.kind));
        let (Some(UserTypeKind::Domain(before)), Some(UserTypeKind::Domain(after))) = kinds else { continue };
        for (table, column) in columns_of_type(way, origin) {
            if column.column_type.array {
                continue;
            }
            let sql = column.name.sql();
            let mut demand = |what: String| {
                let message = format!(
                    "{origin} is to demand more, but values of {} don't meet it",
                    place(&table.name, &column.name)
                );
                checks.push(check(&message, &select(table, std::slice::from_ref(&column.name)), &table.name, &what));
            };
            if before.nullable && !after.nullable {
                demand(is_missing(&way.after, &column.column_type, &sql));
            }
            let is_known = |one: &dbmig_build::schema::Check| {
                before.checks.iter().any(|other| other.expression == one.expression && !other.not_valid)
            };
            for one in after.checks.iter().filter(|one| !one.not_valid && !is_known(one)) {
                demand(format!("NOT ({})", with_value(&one.expression, &sql)));
            }
        }
    }
    checks
}

/// A domain's check, said of a column.
fn with_value(expression: &Expression, column: &str) -> String {
    let mut text = String::new();
    for token in expression.tokens() {
        text.push_str(if token.gap { " " } else { "" });
        text.push_str(if &*token.key == "value" { column } else { &token.text });
    }
    text
}

/// The rows of a table before anything changes.
struct Rows<'a> {
    way: &'a Way,
    work: &'a Work<'a>,
    origin: &'a Origin,
}

impl Rows<'_> {
    /// The name that a column had, unless it comes or gets other values first.
    fn old(&self, name: &Name) -> Option<Name> {
        let after = self.work.after.column(name)?;
        let present = self.work.present.column(name)?;
        let same = !is_retyped(self.way, present, after) || keeps_values(&present.column_type, &after.column_type);
        let is_same = same && !self.work.added.iter().any(|one| one.name == *name);
        self.origin.columns.get(name).filter(|_| is_same).cloned()
    }

    /// An expression in the names before.
    fn old_expression(&self, expression: &Expression) -> Option<Expression> {
        let used: Vec<&Name> =
            self.work.after.columns.iter().map(|one| &one.name).filter(|one| expression.mentions(one)).collect();
        let moves: Option<Vec<(Name, Name)>> =
            used.iter().map(|name| Some(((*name).clone(), self.old(name)?))).collect();
        let mut renamed = expression.clone();
        let moves: BTreeMap<Name, Name> = moves?.into_iter().filter(|(from, to)| from != to).collect();
        for (from, to) in dbmig_build::schema::rename_order(moves, dbmig_build::schema::aside) {
            renamed.rename(&from, &to);
        }
        Some(renamed)
    }

    fn types(&self) -> Vec<String> {
        let mut checks = Vec::new();
        for (from, to) in &self.work.altered {
            let Some(old) = self.origin.columns.get(&to.name) else { continue };
            if let Some(misfits) = misfits(self.way, old, from, to) {
                let place = place(&self.work.old.name, old);
                let message = format!("{place} becomes {}, but values don't fit", type_sql(&to.column_type, &to.name));
                checks.push(self.find(&message, std::slice::from_ref(old), &misfits));
            }
        }
        checks
    }

    fn constraint(&self, one: &Constraint) -> Option<String> {
        let was_there = self.work.lost.iter().zip(std::iter::repeat(())).any(|(lost, ())| {
            self.under_new_names(lost).is_some_and(|lost| lost.with_name(None) == one.clone().with_name(None))
        });
        match one {
            _ if was_there => None,
            Constraint::PrimaryKey(key) => self.duplicates(&key.columns, false, None),
            Constraint::Unique(key) => self.duplicates(&key.columns, key.nulls_not_distinct, None),
            Constraint::ForeignKey(key) if key.not_valid => None,
            Constraint::Check(check) if check.not_valid => None,
            other => self.violations(other),
        }
    }

    /// A constraint that goes, in the names after.
    fn under_new_names(&self, lost: &Constraint) -> Option<Constraint> {
        let at = self.work.old.constraints().position(|one| one == *lost)?;
        self.work.present.constraints().nth(at)
    }

    /// Rows that share what is to be unique. NULLs don't, unless they are said to.
    fn duplicates(&self, columns: &[IndexColumn], nulls: bool, predicate: Option<&Expression>) -> Option<String> {
        let names: Option<Vec<&Name>> = columns.iter().map(IndexColumn::name).collect();
        if names.as_ref().is_some_and(|names| predicate.is_none() && !nulls && self.is_unique(names)) {
            return None;
        }
        let keys: Option<Vec<String>> = columns.iter().map(|column| self.key(column)).collect();
        let keys = keys?;
        let mut limits = Vec::new();
        if let Some(predicate) = predicate {
            limits.push(format!("({})", self.old_expression(predicate)?));
        }
        if !nulls {
            let type_of = |column: &IndexColumn| Some(&self.work.after.column(column.name()?)?.column_type);
            limits.extend(columns.iter().zip(&keys).map(|(column, key)| match type_of(column) {
                Some(of) => is_there(&self.way.after, of, key),
                None => format!("{key} IS NOT NULL"),
            }));
        }
        let limits = if limits.is_empty() { String::new() } else { format!(" WHERE {}", limits.join(" AND ")) };
        let (table, list) = (&self.work.old.name, keys.join(", "));
        let what = if let [only] = keys.as_slice() { format!("{table}.{only}") } else { format!("{table} ({list})") };
        Some(format!(
            "-- dbmig: check {} is to be unique, but rows share a value\nSELECT {list}, count(*) AS rows FROM {}{limits} GROUP BY {list} HAVING count(*) > 1 LIMIT 5;",
            one_line(&what),
            table.sql()
        ))
    }

    /// Whether some of the columns are unique already.
    fn is_unique(&self, names: &[&Name]) -> bool {
        let present = self.work.present;
        let keys =
            present.primary_key.iter().map(|key| &key.columns).chain(present.uniques.iter().map(|one| &one.columns));
        let keys = keys
            .chain(present.indexes.iter().filter(|one| one.unique && one.predicate.is_none()).map(|one| &one.columns));
        let mut keys = keys.map(|key| key.iter().map(IndexColumn::name).collect::<Option<Vec<_>>>());
        keys.any(|key| key.is_some_and(|key| key.iter().all(|name| names.contains(name))))
    }

    fn violations(&self, one: &Constraint) -> Option<String> {
        match one {
            Constraint::Check(check) => {
                let expression = self.old_expression(&check.expression)?;
                let old = &self.work.old;
                let mentioned: Vec<Name> = (old.columns.iter().map(|one| &one.name))
                    .filter(|name| expression.mentions(name))
                    .cloned()
                    .collect();
                let name = check.name.as_ref().map_or_else(|| "a check".to_owned(), |name| name.to_string());
                let message = format!("{} is to satisfy {name}, but rows don't", old.name);
                Some(self.find(&message, &mentioned, &format!("NOT ({expression})")))
            }
            Constraint::ForeignKey(key) => self.orphans(key),
            Constraint::Exclusion(exclusion) => self.conflicts(exclusion),
            _ => None,
        }
    }

    /// Pairs of rows that exclude each other. Without an equality among the operators, nothing but an index finds them
    /// fast, so that nothing is asked.
    fn conflicts(&self, exclusion: &Exclusion) -> Option<String> {
        let elements = &exclusion.elements;
        let predicate = exclusion.predicate.as_ref();
        if elements.iter().all(|(_, operator)| operator == "=") {
            let columns: Vec<IndexColumn> = elements.iter().map(|(column, _)| column.clone()).collect();
            return self.duplicates(&columns, false, predicate);
        }
        elements.iter().find(|(_, operator)| operator == "=")?;
        let mut keys = vec!["ctid".to_owned()];
        for (at, (column, _)) in elements.iter().enumerate() {
            keys.push(format!("{} AS key{}", self.key(column)?, at + 1));
        }
        let limit = match predicate {
            Some(predicate) => format!(" WHERE {}", self.old_expression(predicate)?),
            None => String::new(),
        };
        let rows = format!("(SELECT {} FROM {}{limit})", keys.join(", "), self.work.old.name.sql());
        let pairs = elements.iter().enumerate();
        let pairs = pairs.map(|(at, (_, operator))| format!("one.key{0} {operator} other.key{0}", at + 1));
        let name = exclusion.name.as_ref().map_or_else(|| "an exclusion".to_owned(), |name| name.to_string());
        let message = format!("{} is to satisfy {name}, but rows exclude each other", self.work.old.name);
        Some(format!(
            "-- dbmig: check {}\nSELECT one.*, other.* FROM {rows} AS one JOIN {rows} AS other ON one.ctid < other.ctid AND {} LIMIT 5;",
            one_line(&message),
            pairs.collect::<Vec<_>>().join(" AND ")
        ))
    }

    /// What is indexed, in the names before.
    fn key(&self, column: &IndexColumn) -> Option<String> {
        match &column.key {
            IndexKey::Column(name) => self.old(name).map(|name| name.sql()),
            IndexKey::Expression(expression) => self.old_expression(expression).map(|one| format!("({one})")),
        }
    }

    fn orphans(&self, key: &ForeignKey) -> Option<String> {
        let columns: Vec<Name> = key.columns.iter().map(|name| self.old(name)).collect::<Option<_>>()?;
        let parent = self.way.after.tables.get(&key.table)?;
        let own_key =
            || parent.primary_key.iter().flat_map(|key| &key.columns).filter_map(IndexColumn::name).cloned().collect();
        let referred: Vec<Name> = if key.referenced.is_empty() { own_key() } else { key.referenced.clone() };
        let child = self.work.old.name.sql();
        let set: Vec<String> = columns.iter().map(|name| format!("{} IS NOT NULL", name.sql())).collect();
        let is_full = key.match_type.as_deref() == Some("FULL");
        let set = set.join(if is_full { " OR " } else { " AND " });
        let mut broken = if is_full && columns.len() > 1 { format!("({set})") } else { set };
        // A table that comes with the key has no rows yet.
        if let Some(origin) = self.way.tables.get(&key.table) {
            let pairs: Option<Vec<String>> = referred
                .iter()
                .zip(&columns)
                .map(|(to, from)| {
                    let to = origin.columns.get(to)?;
                    Some(format!("parent.{} = {child}.{}", to.sql(), from.sql()))
                })
                .collect();
            let retyped = self.way.renamed.tables.get(&key.table).is_none_or(|present| {
                referred.iter().any(|name| match (present.column(name), parent.column(name)) {
                    (Some(from), Some(to)) => is_retyped(self.way, from, to),
                    _ => true,
                })
            });
            if retyped {
                return None;
            }
            let parent = origin.table.sql();
            broken.push_str(&format!(
                " AND NOT EXISTS (SELECT 1 FROM {parent} AS parent WHERE {})",
                pairs?.join(" AND ")
            ));
        }
        let names = columns.iter().map(Name::to_string).collect::<Vec<_>>().join(", ");
        let message =
            format!("{} ({names}) is to refer to {}, but rows refer to nothing there", self.work.old.name, key.table);
        Some(self.find(&message, &columns, &broken))
    }

    fn find(&self, message: &str, columns: &[Name], limit: &str) -> String {
        check(message, &select(self.work.old, columns), &self.work.old.name, limit)
    }
}

/// Whether values of one type compare alike in another one.
fn keeps_values(from: &ColumnType, to: &ColumnType) -> bool {
    let both = |names: &[&str]| names.contains(&from.name.as_str()) && names.contains(&to.name.as_str());
    from.array == to.array && (both(&["smallint", "integer", "bigint"]) || both(&["text", "varchar"]))
}

fn check(message: &str, columns: &str, table: &ObjectName, limit: &str) -> String {
    format!("-- dbmig: check {}\nSELECT {columns} FROM {} WHERE {limit} LIMIT 5;", one_line(message), table.sql())
}

/// What names a row, then the columns in question.
fn select(table: &Table, columns: &[Name]) -> String {
    let key = table.primary_key.iter().flat_map(|key| &key.columns).filter_map(IndexColumn::name);
    let mut names: Vec<String> = key.filter(|name| !columns.contains(name)).map(Name::sql).collect();
    if names.is_empty() && !columns.iter().any(|name| is_key(table, name)) {
        names.push("ctid".to_owned());
    }
    names.extend(columns.iter().map(Name::sql));
    names.join(", ")
}

fn is_key(table: &Table, name: &Name) -> bool {
    table.primary_key.iter().any(|key| key.columns.iter().any(|one| one.name() == Some(name)))
}
