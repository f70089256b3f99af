//! Sequences, those of columns included.

use std::collections::BTreeMap;

use dbmig_build::schema::{
    Autoincrement, Column, ColumnType, Name, ObjectName, Schema, Sequence, Table, sequence_literal,
};

use super::super::text::literal;
use super::definition::{identity, type_sql};

/// What stands behind the name of a column whose values the database gives out.
pub(super) struct Values {
    /// `serial` or the column's type.
    pub(super) column_type: String,
    /// `GENERATED … AS IDENTITY`, options included.
    pub(super) identity: Option<String>,
    /// Whether it is written `serial`: that says the default and NOT NULL too.
    pub(super) serial: bool,
}

/// Name after to name before of sequences that are there already.
pub(super) type Taken = BTreeMap<ObjectName, ObjectName>;

/// How a new column's values come.
pub(super) fn values(schema: &Schema, table: &Table, taken: &Taken, column: &Column) -> Values {
    let column_type = type_sql(&column.column_type, &column.name);
    if let Some(words) = identity(column) {
        let sequence = owned(schema, &table.name, &column.name);
        let options = sequence.map(|one| identity_options(one, &table.name, column)).unwrap_or_default();
        return Values { column_type, identity: Some(format!("{words}{options}")), serial: false };
    }
    match is_serial(schema, table, taken, column) {
        true => Values { column_type: serial(&column.column_type).to_owned(), identity: None, serial: true },
        false => Values { column_type, identity: None, serial: false },
    }
}

/// The sequence that goes with a column.
pub(super) fn owned<'a>(schema: &'a Schema, table: &ObjectName, column: &Name) -> Option<&'a Sequence> {
    let is_it = |one: &&Sequence| one.owner.as_ref().is_some_and(|owner| owner.0 == *table && owner.1 == *column);
    // Most have the name that PostgreSQL gave them, and then it is no matter how many there are.
    let automatic = schema.sequences.get(&automatic_name(table, column)).filter(is_it);
    let counts = schema.tables.get(table).and_then(|table| table.column(column)).is_some_and(is_identity);
    if automatic.is_some_and(|one| one.identity.0 || !counts) {
        return automatic;
    }
    let own = schema.sequences.values().find(|one| counts && one.identity.0 && is_it(one));
    own.or(automatic).or_else(|| schema.sequences.values().find(is_it))
}

/// `(START WITH 100)`, with a space before it; nothing where all is as it comes.
pub(super) fn identity_options(one: &Sequence, table: &ObjectName, column: &Column) -> String {
    let mut words = Vec::new();
    if one.name != automatic_name(table, &column.name) {
        words.push(format!("SEQUENCE NAME {}", one.name.sql()));
    }
    words.extend(options(one));
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(" ")) }
}

/// Whether `serial` makes the column and its sequence as they are.
fn is_serial(schema: &Schema, table: &Table, taken: &Taken, column: &Column) -> bool {
    let Some(name) = column.default.as_ref().and_then(sequence_literal) else { return false };
    let automatic = automatic_name(&table.name, &column.name);
    let is_sequence = |one: &Sequence| {
        one.owner == Some((table.name.clone(), column.name.clone()))
            && *one
                == Sequence {
                    data_type: column.column_type.clone(),
                    owner: one.owner.clone(),
                    ..Sequence::new(automatic.clone())
                }
    };
    !serial(&column.column_type).is_empty()
        && !column.nullable
        && name == automatic.sql()
        && automatic.name.as_str().len() <= 63
        && !taken.contains_key(&automatic)
        && schema.sequences.get(&automatic).is_none_or(is_sequence)
}

fn serial(column_type: &ColumnType) -> &'static str {
    match column_type.name.as_str() {
        _ if column_type.array || column_type.schema.is_some() => "",
        "smallint" => "smallserial",
        "integer" => "serial",
        "bigint" => "bigserial",
        _ => "",
    }
}

/// The name that PostgreSQL gives a column's sequence, if it is free.
pub(super) fn automatic_name(table: &ObjectName, column: &Name) -> ObjectName {
    let name = table.name.renamed(&format!("{}_{column}_seq", table.name));
    ObjectName { schema: table.schema.clone(), name }
}

/// `CREATE SEQUENCE`, without its owner, which may not be there yet.
pub(super) fn create(one: &Sequence) -> String {
    let mut text = format!("CREATE SEQUENCE {}", one.name.sql());
    if one.data_type.name != "bigint" {
        text.push_str(&format!(" AS {}", type_sql(&one.data_type, &one.name.name)));
    }
    for option in options(one) {
        text.push_str(&format!(" {option}"));
    }
    text + ";"
}

/// What of a sequence isn't as it comes. Its type isn't among it.
fn options(one: &Sequence) -> Vec<String> {
    let mut words = Vec::new();
    if one.increment != 1 {
        words.push(format!("INCREMENT BY {}", one.increment));
    }
    words.extend(bounds(one));
    words.extend(one.start.map(|value| format!("START WITH {value}")));
    if one.cache != 1 {
        words.push(format!("CACHE {}", one.cache));
    }
    if one.cycle {
        words.push("CYCLE".to_owned());
    }
    words
}

/// The bounds that aren't those of its type.
pub(super) fn bounds(one: &Sequence) -> Vec<String> {
    let minimum = one.minimum.map(|value| format!("MINVALUE {value}"));
    minimum.into_iter().chain(one.maximum.map(|value| format!("MAXVALUE {value}"))).collect()
}

/// `OWNED BY`; nothing for a sequence of its own.
pub(super) fn owned_by(one: &Sequence) -> String {
    let owner = one.owner.as_ref().map(|(table, column)| format!("{}.{}", table.sql(), column.sql()));
    format!("ALTER SEQUENCE {} OWNED BY {};", one.name.sql(), owner.unwrap_or_else(|| "NONE".to_owned()))
}

/// The options in which two sequences differ, their names and owners aside.
pub(super) fn differences(from: &Sequence, to: &Sequence) -> Vec<String> {
    let bound = |word: &str, value: Option<i64>| value.map_or(format!("NO {word}"), |value| format!("{word} {value}"));
    let mut words = Vec::new();
    if from.data_type != to.data_type {
        words.push(format!("AS {}", type_sql(&to.data_type, &to.name.name)));
    }
    if from.increment != to.increment {
        words.push(format!("INCREMENT BY {}", to.increment));
    }
    let turned = (from.increment < 0) != (to.increment < 0);
    if from.minimum != to.minimum || turned {
        words.push(bound("MINVALUE", to.minimum));
    }
    if from.maximum != to.maximum || turned {
        words.push(bound("MAXVALUE", to.maximum));
    }
    if first(from) != first(to) {
        words.push(format!("START WITH {}", first(to)));
    }
    if from.cache != to.cache {
        words.push(format!("CACHE {}", to.cache));
    }
    if from.cycle != to.cycle {
        words.push(if to.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    words
}

/// The first value of a sequence.
fn first(one: &Sequence) -> i64 {
    let bound = if one.increment > 0 { one.minimum.unwrap_or(1) } else { one.maximum.unwrap_or(-1) };
    one.start.unwrap_or(bound)
}

/// Gives a sequence the place of another one.
pub(super) fn take_over(to: &ObjectName, from: &ObjectName) -> String {
    format!("SELECT setval({}, last_value, is_called) FROM {};", literal(&to.sql()), from.sql())
}

/// Lets a sequence go on behind the greatest value of its column.
pub(super) fn catch_up(sequence: &ObjectName, table: &ObjectName, column: &Name) -> String {
    let (name, column, table) = (literal(&sequence.sql()), column.sql(), table.sql());
    format!("SELECT setval({name}, max({column})) FROM {table} HAVING max({column}) IS NOT NULL;")
}

/// Whether a column is an identity column.
pub(super) fn is_identity(column: &Column) -> bool {
    matches!(column.autoincrement, Autoincrement::IdentityAlways | Autoincrement::IdentityByDefault)
}
