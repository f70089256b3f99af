//! Random chains of SQL for the servers, from a seed: plain text, written by nothing that dbmig has.
//!
//! A statement may be one that the server refuses (a column that a view needs is dropped, say); whoever runs them
//! leaves those out, so that everything that the server takes is tried.

mod mysql;
mod postgres;
mod steps;

pub use steps::{Step, pair_of, steps};

use dbmig::Backend;

use super::Random;

/// The statements of a chain.
///
/// # Panics
///
/// For SQLite, whose schemas are [`super::pair`]'s.
pub fn chain(backend: Backend, seed: u64) -> Vec<String> {
    let mut shop =
        Shop { random: Random::new(seed), tables: Vec::new(), statements: Vec::new(), number: 0, unique: Vec::new() };
    match backend {
        Backend::Postgres => postgres::write(&mut shop),
        Backend::Mysql => mysql::write(&mut shop),
        Backend::Sqlite => panic!("SQLite has pairs of schemas"),
    }
    shop.statements
}

/// Where a chain is made.
struct Shop {
    random: Random,
    tables: Vec<Table>,
    statements: Vec<String>,
    number: usize,
    /// What is unique already; to say it again makes two keys of one.
    unique: Vec<String>,
}

/// What is remembered of a table; the server may know better.
#[derive(Clone)]
struct Table {
    /// Its name in quotes.
    name: String,
    columns: Vec<Column>,
}

#[derive(Clone)]
struct Column {
    /// Its name in quotes.
    name: String,
    /// Which of the dialect's types it has.
    of: usize,
}

const NAMES: [&str; 16] = [
    "id",
    "name",
    "email",
    "title",
    "owner",
    "created",
    "note",
    "amount",
    "kind",
    "order",
    "group",
    "é",
    "two words",
    "Mixed",
    "select",
    "x",
];

impl Shop {
    fn one_of(&mut self, list: &[&'static str]) -> &'static str {
        self.random.pick(list).copied().unwrap_or_default()
    }

    fn maybe(&mut self, percent: usize, text: &'static str) -> &'static str {
        if self.random.chance(percent) { text } else { "" }
    }

    /// A name of this chain's own: `u_7`.
    fn fresh(&mut self, prefix: &str) -> String {
        self.number += 1;
        format!("{prefix}_{}", self.number)
    }

    fn say(&mut self, sql: String) {
        self.statements.push(sql);
    }

    /// The place of one of the tables.
    fn table(&mut self) -> usize {
        self.random.below(self.tables.len())
    }

    /// A column of a table.
    fn column(&mut self, table: usize) -> Column {
        let columns = &self.tables[table].columns;
        columns[self.random.below(columns.len())].clone()
    }
}
