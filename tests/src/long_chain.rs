//! Chains of any length, with branches and merges, and the models that they build.

use std::fmt::Write;

use crate::host::Host;

/// How long a chain is, and how many tables it makes.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// The number of revisions.
    pub revisions: usize,
    /// The number of tables; the revisions after the first so many add columns to them.
    pub tables: usize,
}

/// The version of a revision, counted from 0.
pub fn version(at: usize) -> String {
    folder(at).chars().filter(char::is_ascii_digit).take(14).collect()
}

/// The folder of a revision, counted from 0: a second later than the one before.
pub fn folder(at: usize) -> String {
    format!("2026-11-21-{:02}{:02}{:02}_step", at / 3600, at / 60 % 60, at % 60)
}

/// The parents of a revision: of each fifty, the last two but one are branches, and the next fifty begin with their
/// merge. The last revision is never one of two heads.
pub fn parents(at: usize, revisions: usize) -> Vec<usize> {
    let is_branch = |at: usize| at % 50 == 49 && at + 1 < revisions;
    match at {
        0 => Vec::new(),
        _ if is_branch(at) => vec![at - 2],
        _ if is_branch(at - 1) => vec![at - 2, at - 1],
        _ => vec![at - 1],
    }
}

/// Writes the chain and its models into a host.
pub fn write(host: &Host, size: Size) {
    for at in 0..size.revisions {
        let parents: Vec<String> = parents(at, size.revisions).into_iter().map(version).collect();
        let (up, down) = if at < size.tables {
            let up =
                format!("CREATE TABLE t{at} (\n    id INTEGER NOT NULL PRIMARY KEY,\n    name TEXT NOT NULL\n);\n");
            (up, format!("DROP TABLE t{at};\n"))
        } else {
            let table = at % size.tables;
            let up = format!("ALTER TABLE t{table} ADD COLUMN c{at} INTEGER;\n");
            (up, format!("ALTER TABLE t{table} DROP COLUMN c{at};\n"))
        };
        host.revision(&folder(at), &parents.iter().map(String::as_str).collect::<Vec<_>>(), &up, &down);
    }
    host.write("src/models.rs", models(size));
}

fn models(size: Size) -> String {
    let mut text = String::new();
    for table in 0..size.tables {
        let added = (size.tables..size.revisions).filter(|at| at % size.tables == table);
        let added = added.fold(String::new(), |text, at| text + &format!("    pub c{at}: Option<i32>,\n"));
        writeln!(
            text,
            "#[derive(dbmig::Model)]\n#[diesel(table_name = t{table})]\npub struct T{table} {{\n    pub id: i32,\n    \
             pub name: String,\n{added}}}\n"
        )
        .expect("strings grow");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_ascend_and_branches_join() {
        assert!((1..8000).all(|at| version(at - 1) < version(at)));
        assert_eq!(parents(49, 100), [47]);
        assert_eq!(parents(50, 100), [48, 49]);
        assert_eq!(parents(99, 100), [98]);
    }
}
