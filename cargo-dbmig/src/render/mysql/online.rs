//! What `ALTER TABLE` says of the table's users: `ALGORITHM` and `LOCK`.
//!
//! A server refuses a statement that promises more than it can keep, so a promise is made only where MySQL 8 and
//! MariaDB from 10.6 on both keep it; elsewhere the server takes the best way that it knows, unasked.
//!
//! | operation | clause |
//! |---|---|
//! | index or unique added, dropped, renamed; column renamed; primary key exchanged; foreign key dropped | `ALGORITHM=INPLACE, LOCK=NONE` |
//! | column added, dropped, moved; NOT NULL taken off; default or comment changed; varchar grown within its length byte; label appended to an enum | `LOCK=NONE` (`INSTANT` where it can be) |
//! | NOT NULL, which is in place in strict mode alone; AUTO_INCREMENT, generated columns, computed defaults, options | none |
//! | type, collation or character set; check or foreign key added; primary key dropped or full-text index added | none, and a comment says that writes wait |
//! | anything on tables with full-text or spatial indexes, generated columns, a unique on a whole text or in the place of a primary key, partitions, cascading foreign keys, or of another engine than InnoDB | none |
//!
//! Sources: <https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html>,
//! <https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-limitations.html> (cascades),
//! <https://mariadb.com/kb/en/innodb-online-ddl-overview/> and the pages on each algorithm below it.

use dbmig_build::schema::{Autoincrement, Column, ColumnType, IndexColumn, ReferentialAction, Table, TableOptions};

use super::definition::{is_literal, is_now};

/// How an operation can be done while others read and write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// In place, nobody waits.
    InPlace,
    /// In place or at once, nobody waits.
    Concurrent,
    /// As the server can.
    Unstated,
    /// Writes wait; why.
    Blocks(String),
}

impl How {
    pub(super) fn copies(why: impl Into<String>) -> How {
        How::Blocks(why.into())
    }

    pub(super) fn drop_primary_key() -> How {
        How::copies("rows are kept in the order of the primary key, which goes")
    }
}

/// What is said in a statement, and above it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) comment: Option<String>,
    pub(super) words: Option<&'static str>,
}

/// What can be said of a statement with several actions: as much as of the worst of them.
pub(super) fn clause(hows: &[&How], before: &Table, after: &Table) -> Clause {
    let why = hows.iter().find_map(|how| match how {
        How::Blocks(why) => Some(why),
        _ => None,
    });
    if let Some(why) = why {
        let comment = format!("Writes to {} wait until this is done: {why}.", after.name);
        return Clause { comment: Some(comment), words: None };
    }
    if hows.contains(&&How::Unstated) || is_special(before) || is_special(after) {
        return Clause::default();
    }
    let words = if hows.contains(&&How::Concurrent) { "LOCK=NONE" } else { "ALGORITHM=INPLACE, LOCK=NONE" };
    Clause { comment: None, words: Some(words) }
}

/// Whether a table has what keeps either server from working in place beside writers.
fn is_special(table: &Table) -> bool {
    let cascades =
        |action: ReferentialAction| !matches!(action, ReferentialAction::NoAction | ReferentialAction::Restrict);
    table.options.engine.as_ref().is_some_and(|engine| engine != "innodb")
        || table.options.partition_by.is_some()
        || table.columns.iter().any(|column| column.generated.is_some())
        || table.indexes.iter().any(|index| index.method.is_some())
        || table.foreign_keys.iter().any(|key| cascades(key.on_delete) || cascades(key.on_update))
        || table.uniques.iter().any(|unique| unique.columns.iter().any(|part| is_hashed(part, table)))
        || is_clustered_by_unique(table)
}

/// Whether rows are kept in the order of a unique key, for want of a primary one: to InnoDB it is the primary key.
fn is_clustered_by_unique(table: &Table) -> bool {
    let not_null =
        |part: &IndexColumn| part.name().and_then(|name| table.column(name)).is_some_and(|one| !one.nullable);
    table.primary_key.is_none() && table.uniques.iter().any(|unique| unique.columns.iter().all(not_null))
}

/// Whether a unique key has a text whole, which MariaDB keeps as a hash in a hidden generated column.
fn is_hashed(part: &IndexColumn, table: &Table) -> bool {
    let column = part.name().and_then(|name| table.column(name)).filter(|_| part.length.is_none());
    column.is_some_and(|column| is_long(&column.column_type))
}

/// Whether values are kept outside of their rows.
fn is_long(column_type: &ColumnType) -> bool {
    ["text", "blob", "json"].iter().any(|word| column_type.name.contains(word))
}

pub(super) fn add_column(column: &Column) -> How {
    let is_plain = column.default.as_ref().is_none_or(is_literal);
    if column.autoincrement != Autoincrement::No {
        How::copies("its rows are numbered")
    } else if column.generated.is_some() || !is_plain {
        How::Unstated
    } else {
        How::Concurrent
    }
}

pub(super) fn drop_column(column: &Column) -> How {
    if column.generated.is_some() { How::Unstated } else { How::Concurrent }
}

/// An index or a unique on columns that are there.
pub(super) fn add_key(columns: &[IndexColumn], method: Option<&str>, present: &Table) -> How {
    match method {
        Some("fulltext") => return How::copies("a full-text index is built"),
        Some("spatial" | "rtree") => return How::copies("a spatial index is built"),
        _ => {}
    }
    let is_plain = |part: &IndexColumn| {
        let column = part.name().and_then(|name| present.column(name));
        column.is_some_and(|column| {
            column.generated.is_none() && (part.length.is_some() || !is_long(&column.column_type))
        })
    };
    if columns.iter().all(is_plain) { How::InPlace } else { How::Unstated }
}

/// A column that is restated.
pub(super) fn modify(from: &Column, to: &Column, options: &TableOptions) -> How {
    let place = &to.name;
    if from.generated != to.generated {
        return How::copies(format!("{place} is computed otherwise"));
    }
    if (&from.collation, &from.character_set) != (&to.collation, &to.character_set) {
        return How::copies(format!("the collation of {place} changes"));
    }
    if from.column_type != to.column_type && !grows_in_place(from, to, options) {
        return How::copies(format!("the type of {place} changes"));
    }
    let tightens = from.nullable && !to.nullable;
    let default = to.default.as_ref().is_none_or(|default| is_literal(default) || is_now(default));
    let moves_clock = from.on_update != to.on_update || from.autoincrement != to.autoincrement;
    if tightens || moves_clock || (from.default != to.default && !default) { How::Unstated } else { How::Concurrent }
}

/// Whether the values of the one type are those of the other as they stand in the rows.
fn grows_in_place(from: &Column, to: &Column, options: &TableOptions) -> bool {
    let (a, b) = (&from.column_type, &to.column_type);
    if a.name != b.name {
        return false;
    }
    match a.name.as_str() {
        "varchar" => {
            let length =
                |one: &ColumnType| one.arguments.first().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
            let (short, long) = (length(a), length(b));
            // A length is kept in one byte up to 255 bytes, in two above; a character has one to four.
            let set = to.character_set.as_deref().or(options.character_set.as_deref());
            let most = if set == Some("latin1") || set == Some("ascii") { 1 } else { 4 };
            let least = if set == Some("utf8mb4") { 4 } else { 1 };
            short <= long && (long * most <= 255 || short * least > 255)
        }
        "enum" => b.arguments.starts_with(&a.arguments) && (a.arguments.len() > 255) == (b.arguments.len() > 255),
        "set" => {
            let bytes = |one: &ColumnType| match one.arguments.len().div_ceil(8) {
                5.. => 8,
                bytes => bytes,
            };
            b.arguments.starts_with(&a.arguments) && bytes(a) == bytes(b)
        }
        _ => false,
    }
}

/// Whether a type is of characters, which have a collation.
pub(super) fn is_text(column_type: &ColumnType) -> bool {
    ["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"]
        .contains(&column_type.name.as_str())
}
