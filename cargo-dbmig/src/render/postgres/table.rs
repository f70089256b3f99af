//! `CREATE TABLE` with all that belongs to a table.

use dbmig_build::schema::{Column, Constraint, Deferrable, IndexColumn, Name, ObjectName, PrimaryKey, Schema, Table};

use super::super::text::{self, literal};
use super::definition::{Lock, column, constraint, create_index, parameters};
use super::partition;
use super::sequences::{Taken, values};
use super::work::{is_inherited, is_inherited_index};

/// A table with its indexes, comments and triggers: one statement each. Foreign keys that `is_late` names are left out;
/// `taken` are the sequences that are there already.
pub(super) fn all(schema: &Schema, table: &Table, taken: &Taken, is_late: impl Fn(&Constraint) -> bool) -> Vec<String> {
    let stands_alone = |one: &Constraint| exempts(one) || repeats(table, one);
    let mut statements = vec![create(schema, table, taken, |one| is_late(one) || stands_alone(one))];
    statements.extend(partition::own(schema, table, taken));
    let alone = table.constraints().filter(|one| stands_alone(one) && !is_late(one));
    let alone = alone.filter(|one| !is_inherited(schema, table, one));
    statements.extend(alone.map(|one| add_constraint(&table.name, &one)));
    let own = table.indexes.iter().filter(|index| !is_inherited_index(schema, table, index));
    statements.extend(own.map(|index| create_index(&table.name, index, Lock::Blocking)));
    statements.extend(table.comment.iter().map(|text| comment_on_table(&table.name, Some(text))));
    for column in &table.columns {
        statements.extend(column.comment.iter().map(|text| comment_on_column(&table.name, &column.name, Some(text))));
    }
    statements.extend(table.triggers.iter().map(|trigger| format!("{};", trigger.sql)));
    statements
}

/// Whether a constraint exempts rows. In `CREATE TABLE`, where there are none, PostgreSQL overlooks the words.
fn exempts(one: &Constraint) -> bool {
    match one {
        Constraint::ForeignKey(key) => key.not_valid,
        Constraint::Check(check) => check.not_valid,
        _ => false,
    }
}

/// Whether a constraint says what the primary key or an earlier unique says. In `CREATE TABLE`, PostgreSQL makes one of
/// both.
fn repeats(table: &Table, one: &Constraint) -> bool {
    let Constraint::Unique(unique) = one else { return false };
    let nameless = one.clone().with_name(None);
    let is_same = |other: &Constraint| other.clone().with_name(None) == nameless;
    let is_key = |key: &PrimaryKey| {
        let alike =
            (&key.columns, &key.include, key.deferrable) == (&unique.columns, &unique.include, unique.deferrable);
        alike && !unique.nulls_not_distinct
    };
    let first = table.constraints().find(is_same);
    table.primary_key.as_ref().is_some_and(is_key) || first.is_some_and(|first| first != *one)
}

fn create(schema: &Schema, table: &Table, taken: &Taken, is_late: impl Fn(&Constraint) -> bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    let key = table.primary_key.as_ref().and_then(|key| inline_key(table, key));
    for one in table.columns.iter().filter(|column| !column.inherited) {
        lines.push(column_definition(schema, table, taken, one, key == Some(&one.name)));
    }
    for one in table.constraints().filter(|one| !is_inherited(schema, table, one) && !is_late(one)) {
        let is_inline = key.is_some() && matches!(one, Constraint::PrimaryKey(_));
        if !is_inline {
            lines.push(constraint(&one));
        }
    }
    let unlogged = if table.options.unlogged { "UNLOGGED " } else { "" };
    let body = match &table.options.partition_of {
        Some(partition) => {
            let own = if lines.is_empty() { String::new() } else { format!(" (\n{}\n)", text::lines(&lines)) };
            format!("PARTITION OF {}{own} {}", partition.parent.sql(), partition.bound)
        }
        None if lines.is_empty() => "()".to_owned(),
        None => format!("(\n{}\n)", text::lines(&lines)),
    };
    let mut text = format!("CREATE {unlogged}TABLE {} {body}", table.name.sql());
    if !table.options.inherits.is_empty() {
        let parents: Vec<String> = table.options.inherits.iter().map(ObjectName::sql).collect();
        text.push_str(&format!(" INHERITS ({})", parents.join(", ")));
    }
    text.push_str(&table.options.partition_by.iter().map(|by| format!(" PARTITION BY {by}")).collect::<String>());
    if !table.options.parameters.is_empty() {
        text.push_str(&format!(" WITH ({})", parameters(&table.options.parameters)));
    }
    text + ";"
}

/// The only column of a key that can be written on it: one with the name that PostgreSQL gives.
fn inline_key<'a>(table: &'a Table, key: &'a PrimaryKey) -> Option<&'a Name> {
    let [only] = key.columns.as_slice() else { return None };
    let automatic = format!("{}_pkey", table.name.name);
    let is_automatic = key.name.as_ref().is_none_or(|name| name.as_str() == automatic && automatic.len() <= 63);
    let is_plain = key.deferrable == Deferrable::No && key.include.is_empty();
    let own = table.column(only.name()?).is_some_and(|column| !column.inherited);
    only.name().filter(|_| is_automatic && is_plain && own)
}

/// A column as it stands in `CREATE TABLE` and behind `ADD COLUMN`.
pub(super) fn column_definition(schema: &Schema, table: &Table, taken: &Taken, one: &Column, is_key: bool) -> String {
    let values = values(schema, table, taken, one);
    let plain = match values.serial {
        true => &Column { default: None, nullable: true, ..one.clone() },
        false => one,
    };
    let mut text = column(plain, &values.column_type, values.identity.as_deref(), !is_key);
    text.push_str(if is_key { " PRIMARY KEY" } else { "" });
    text
}

/// `COMMENT ON TABLE`.
pub(super) fn comment_on_table(table: &ObjectName, text: Option<&String>) -> String {
    format!("COMMENT ON TABLE {} IS {};", table.sql(), quoted(text))
}

/// `COMMENT ON COLUMN`.
pub(super) fn comment_on_column(table: &ObjectName, column: &Name, text: Option<&String>) -> String {
    format!("COMMENT ON COLUMN {}.{} IS {};", table.sql(), column.sql(), quoted(text))
}

fn quoted(text: Option<&String>) -> String {
    text.map_or_else(|| "NULL".to_owned(), |text| literal(text))
}

/// `ALTER TABLE … ADD CONSTRAINT`.
pub(super) fn add_constraint(table: &ObjectName, one: &Constraint) -> String {
    format!("ALTER TABLE {} ADD {};", table.sql(), constraint(one))
}

/// `ALTER TABLE … DROP CONSTRAINT`; nothing for one without a name, which PostgreSQL doesn't know.
pub(super) fn drop_constraint(table: &ObjectName, one: &Constraint) -> Option<String> {
    let name = one.name()?;
    Some(format!("ALTER TABLE {} DROP CONSTRAINT {};", table.sql(), name.sql()))
}

/// The columns of each key and index on which a foreign key can lean: those that are checked at once.
pub(super) fn reference_targets(table: &Table) -> impl Iterator<Item = &[IndexColumn]> {
    let at_once = |deferrable: Deferrable| deferrable == Deferrable::No;
    let key = table.primary_key.iter().filter(move |key| at_once(key.deferrable)).map(|key| &key.columns);
    let uniques = table.uniques.iter().filter(move |key| at_once(key.deferrable)).map(|key| &key.columns);
    let indexes = table.indexes.iter().filter(|one| one.unique && one.predicate.is_none()).map(|one| &one.columns);
    key.chain(uniques).chain(indexes).map(Vec::as_slice)
}
