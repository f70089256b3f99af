//! SQLite's table rebuild.
//!
//! The usual way is that of <https://sqlite.org/lang_altertable.html#otheralter>: make a new table, copy, drop the old
//! one, give the new one its name. RENAME reads every view and trigger again, and while the old table is gone it fails
//! on those that mention it; `PRAGMA legacy_alter_table` would silence it, but a script can't put that back as it was.
//! So where a view or another table's trigger mentions the table, the rows wait in a table without constraints while
//! the table is made anew under its own name. That copies twice and leaves everything else alone.

use dbmig_build::schema::{Autoincrement, ObjectName, Table};

use super::sqlite_create::{create_index, create_table};
use super::sqlite_fill::Fill;
use super::text::{comment, lines, literal};

/// How the new table comes to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It is renamed when the old one is gone.
    Rename,
    /// It has it from the start; the rows wait elsewhere.
    Aside,
}

/// What a script with a rebuild starts with: it stops while foreign keys are on.
///
/// `PRAGMA foreign_keys = OFF` does nothing within a transaction, so the script can't help itself.
pub(super) fn guard() -> String {
    let why = comment(
        "This script drops tables that others may refer to: with foreign keys on, SQLite would delete the rows that \
         refer to them. dbmig switches them off before the transaction begins and checks them before it ends; run by \
         anything else with foreign keys on, the script stops here and changes nothing.",
    );
    format!(
        "{why}
CREATE TEMPORARY TABLE __dbmig_foreign_keys_off (
    foreign_keys INTEGER CONSTRAINT \"foreign keys must be off here: run this migration with dbmig\" CHECK (foreign_keys = 0)
);
INSERT INTO temp.__dbmig_foreign_keys_off SELECT foreign_keys FROM pragma_foreign_keys;
DROP TABLE temp.__dbmig_foreign_keys_off;"
    )
}

/// The statements of a rebuild. `present` has its new names already.
pub(super) fn rebuild(present: &Table, after: &Table, fill: &Fill, way: Way) -> String {
    let name = &after.name;
    let named =
        |prefix: &str| ObjectName { name: name.name.renamed(&format!("{prefix}{}", name.name)), ..name.clone() };
    let mut statements = Vec::new();
    let drop = format!("DROP TABLE {};", name.sql());
    match way {
        Way::Rename => {
            let new = named("__dbmig_new_");
            statements.push(create_table(after, &new));
            statements.extend(keep_sequence(present, after, name, &new));
            statements.push(insert(&new, fill, &fill.values, name));
            statements.push(drop);
            statements.push(format!("ALTER TABLE {} RENAME TO {};", new.sql(), name.name.sql()));
        }
        Way::Aside => {
            let old = named("__dbmig_old_");
            let columns = fill.columns.iter().filter(|column| !fill.is_rowid(column));
            let columns: Vec<String> = columns.cloned().collect();
            statements.push(format!("CREATE TABLE {} ({});", old.sql(), columns.join(", ")));
            statements.push(insert(&old, fill, &fill.values, name));
            let sequence = keep_sequence(present, after, name, &old);
            let keeps_sequence = sequence.is_some();
            statements.extend(sequence);
            statements.push(drop);
            statements.push(create_table(after, name));
            if keeps_sequence {
                let (from, to) = (literal(old.name.as_str()), literal(name.name.as_str()));
                statements.push(format!("UPDATE sqlite_sequence SET name = {to} WHERE name = {from};"));
            }
            statements.push(insert(name, fill, &fill.columns, &old));
            statements.push(format!("DROP TABLE {};", old.sql()));
        }
    }
    statements.extend(after.indexes.iter().map(|index| create_index(name, index)));
    statements.extend(present.triggers.iter().map(|trigger| format!("{};", trigger.sql)));
    statements.join("\n")
}

fn insert(into: &ObjectName, fill: &Fill, values: &[String], from: &ObjectName) -> String {
    let columns = fill.columns.join(", ");
    let values = lines(values);
    format!("INSERT INTO {} ({columns})\nSELECT\n{values}\nFROM {};", into.sql(), from.sql())
}

/// AUTOINCREMENT never gives out a value twice, so the greatest one that it gave out is kept.
fn keep_sequence(present: &Table, after: &Table, from: &ObjectName, to: &ObjectName) -> Option<String> {
    let counts = |table: &Table| table.columns.iter().any(|one| one.autoincrement == Autoincrement::Keyword);
    let (from, to) = (literal(from.name.as_str()), literal(to.name.as_str()));
    (counts(present) && counts(after)).then(|| {
        format!("INSERT INTO sqlite_sequence (name, seq)\nSELECT {to}, seq FROM sqlite_sequence WHERE name = {from};")
    })
}
