//! The metadata.toml of a migration that Diesel made: what Diesel reads in it today, and what dbmig needs besides.

use dbmig::version::Version;
use dbmig_build::migration::{Metadata, write_metadata};
use toml_edit::DocumentMut;

/// Whether a metadata.toml says where its migration stands in a chain. A broken one says nothing that could be kept.
pub(super) fn is_adopted(text: &str) -> bool {
    text.parse::<DocumentMut>().is_ok_and(|document| document.contains_key("dbmig"))
}

/// How Diesel runs a migration with this metadata.toml: a missing file means in a transaction, a file without the key
/// means without one, and what Diesel can't read means in one. Source: `migrations_internals` 2.3, `TomlMetadata`.
pub(super) fn run_in_transaction(text: Option<&str>) -> Mode {
    let Some(text) = text else { return Mode { run_in_transaction: true, is_said: false } };
    let Ok(document) = text.parse::<DocumentMut>() else { return Mode { run_in_transaction: true, is_said: false } };
    match document.get("run_in_transaction") {
        None => Mode { run_in_transaction: false, is_said: false },
        Some(value) => match value.as_bool() {
            Some(run_in_transaction) => Mode { run_in_transaction, is_said: true },
            None => Mode { run_in_transaction: true, is_said: false },
        },
    }
}

/// How Diesel runs a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mode {
    /// Whether in a transaction.
    pub(super) run_in_transaction: bool,
    /// Whether the file says so, or Diesel fell back on it.
    pub(super) is_said: bool,
}

/// The text to write: what the file held, with `run_in_transaction` on its first line and the `[dbmig]` table behind.
pub(super) fn merged(text: Option<&str>, metadata: &Metadata) -> String {
    let written = write_metadata(metadata);
    let Some((first, dbmig)) = written.split_once("\n\n") else { return written };
    let kept = kept(text.unwrap_or_default());
    if kept.trim().is_empty() {
        return written;
    }
    format!("{first}\n\n{}\n\n{dbmig}", kept.trim_matches('\n'))
}

/// A metadata.toml with another parent; none where it can't be read.
pub(super) fn with_parent(text: &str, parent: &Version) -> Option<String> {
    let mut document = text.parse::<DocumentMut>().ok()?;
    let revises = toml_edit::Array::from_iter([parent.as_str()]);
    document.get_mut("dbmig")?.as_table_like_mut()?.insert("revises", toml_edit::value(revises));
    Some(document.to_string())
}

/// All lines but the one that says `run_in_transaction`, which stands before the first table. A comment behind it goes
/// with it: it would stand behind nothing.
fn kept(text: &str) -> String {
    let mut in_table = false;
    let lines = text.trim_start_matches('\u{feff}').lines().filter(|line| {
        in_table |= line.trim_start().starts_with('[');
        let key = line.split('=').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        in_table || key != "run_in_transaction"
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_are_read_as_diesel_reads_them() {
        for (text, expected, is_said) in [
            (None, true, false),
            (Some(""), false, false),
            (Some("# nothing\n"), false, false),
            (Some("run_in_transaction = false\n"), false, true),
            (Some("run_in_transaction = true\n[other]\na = 1\n"), true, true),
            (Some("[other]\nrun_in_transaction = true\n"), false, false),
            (Some("run_in_transaction = \"false\"\n"), true, false),
            (Some("run_in_transaction ="), true, false),
        ] {
            assert_eq!(run_in_transaction(text), Mode { run_in_transaction: expected, is_said }, "{text:?}");
        }
    }

    #[test]
    fn what_stood_there_is_kept() {
        let metadata = Metadata { run_in_transaction: false, ..Metadata::new("add index", vec!["1".into()]) };
        let dbmig = "[dbmig]\nmessage = \"add index\"\nrevises = [\"1\"]\n";
        for (text, expected) in [
            (None, format!("run_in_transaction = false\n\n{dbmig}")),
            (Some("run_in_transaction = false # why\n"), format!("run_in_transaction = false\n\n{dbmig}")),
            (
                Some("# a note\nrun_in_transaction = false\n\n[other]\nrun_in_transaction = 1\n"),
                format!("run_in_transaction = false\n\n# a note\n\n[other]\nrun_in_transaction = 1\n\n{dbmig}"),
            ),
        ] {
            assert_eq!(merged(text, &metadata), expected);
        }
    }
}
