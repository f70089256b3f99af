//! Table options and partitions.

use super::{character_set, collation, string, word};
use crate::sql::lex::TokenKind;
use crate::sql::parse::cursor::{Cursor, Fault};
use crate::sql::syntax::mysql::Options;

/// What stands behind a table's parenthesis, up to a query or the end.
pub(super) fn options(cursor: &mut Cursor<'_>) -> Result<Options, Fault> {
    let mut options = Options::default();
    loop {
        if cursor.are(&["partition", "by"]) {
            options.partition_by = Some(partitions(cursor));
        } else if !option(cursor, &mut options)? {
            return Ok(options);
        }
        cursor.eat(&[","]);
    }
}

/// `PARTITION BY …` up to the end, as written, one space wherever white space stood.
fn partitions(cursor: &mut Cursor<'_>) -> String {
    cursor.eat(&["partition", "by"]);
    let start = cursor.position();
    let query = ["select", "as", "ignore", "replace"];
    for _ in 0..cursor.until(|cursor, ahead| query.iter().any(|word| cursor.is(ahead, word))) {
        cursor.step();
    }
    let place = cursor.since(start);
    place.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads one option, if one begins here.
pub(super) fn option(cursor: &mut Cursor<'_>, options: &mut Options) -> Result<bool, Fault> {
    if cursor.is(0, "default") {
        cursor.step();
    }
    if let Some(name) = character_set(cursor)? {
        options.character_set = Some(name);
        return Ok(true);
    }
    if let Some(name) = collation(cursor)? {
        options.collation = Some(name);
        return Ok(true);
    }
    if cursor.eat(&["engine"]) || cursor.eat(&["type"]) {
        cursor.eat(&["="]);
        options.engine = Some(word(cursor, "the engine's name")?);
        return Ok(true);
    }
    if cursor.eat(&["comment"]) {
        cursor.eat(&["="]);
        options.comment = Some(string(cursor)?);
        return Ok(true);
    }
    if cursor.eat(&["auto_increment"]) {
        // A counter is data.
        cursor.eat(&["="]);
        cursor.step();
        return Ok(true);
    }
    parameter(cursor, options)
}

/// `NAME [=] value`
fn parameter(cursor: &mut Cursor<'_>, options: &mut Options) -> Result<bool, Fault> {
    const PARAMETERS: [&str; 32] = [
        "autoextend_size",
        "avg_row_length",
        "checksum",
        "compression",
        "connection",
        "delay_key_write",
        "encrypted",
        "encryption",
        "encryption_key_id",
        "engine_attribute",
        "ietf_quotes",
        "insert_method",
        "key_block_size",
        "max_rows",
        "min_rows",
        "pack_keys",
        "page_checksum",
        "page_compressed",
        "page_compression_level",
        "password",
        "row_format",
        "secondary_engine",
        "secondary_engine_attribute",
        "sequence",
        "stats_auto_recalc",
        "stats_persistent",
        "stats_sample_pages",
        "storage",
        "tablespace",
        "table_checksum",
        "transactional",
        "union",
    ];
    for (what, value) in [("data", "directory"), ("index", "directory"), ("system", "versioning")] {
        let versioned = cursor.are(&["with", what, value]);
        if versioned || cursor.are(&[what, value]) {
            for _ in 0..2 + usize::from(versioned) {
                cursor.step();
            }
            if !versioned && what != "system" {
                cursor.eat(&["="]);
                let value = string(cursor)?;
                options.parameters.push((format!("{what} directory"), value));
            }
            return Ok(true);
        }
    }
    let name = cursor.text(0).to_ascii_lowercase();
    let is_known = PARAMETERS.contains(&name.as_str());
    // Engines have options of their own in MariaDB, always with `=`.
    if cursor.kind(0) != Some(TokenKind::Word) || !(is_known || cursor.is(1, "=")) {
        return Ok(false);
    }
    cursor.step();
    cursor.eat(&["="]);
    let value = if cursor.is(0, "(") {
        let start = cursor.position();
        cursor.list(|cursor| cursor.name("a table's name"))?;
        cursor.since(start).text().to_owned()
    } else {
        word(cursor, "the option's value")?
    };
    options.parameters.retain(|(known, _)| *known != name);
    options.parameters.push((name, value));
    options.parameters.sort();
    Ok(true)
}
