//! Random pairs of schemas, from a seed: a schema, and another one that somebody could have made of it.
//!
//! Everything is chosen so that rows of [`inserts`] can live through the change: each row of a table holds values that
//! depend on nothing but a column's type and the row's number, so that references always find their row, and the
//! second schema never demands of the rows what they can't give.

pub mod chain;
mod grow;
mod mutate;
mod rows;

use dbmig::Backend;
use dbmig_build::schema::{Expression, Name, Renames, Schema};
use dbmig_build::sql;

pub use rows::{ROWS, inserts, value};

/// A schema, and one that it may become.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The schema before.
    pub before: Schema,
    /// The schema after; its triggers and views are those of before, with the names of after.
    pub after: Schema,
    /// What the models say of names.
    pub renames: Renames,
}

/// The pair of a seed.
pub fn pair(seed: u64) -> Pair {
    let mut random = Random::new(seed);
    let before = grow::schema(&mut random);
    loop {
        if let Some(pair) = mutate::mutate(&before, &mut random) {
            return pair;
        }
    }
}

/// A small generator of pseudo-random numbers: SplitMix64, <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number less than `end`, which isn't 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() { None } else { list.get(self.below(list.len())) }
    }
}

/// A name.
fn name(text: &str) -> Name {
    Name::new(text, Backend::Sqlite)
}

/// An expression that is known to be one.
#[expect(clippy::unwrap_used, reason = "the texts are this module's own")]
fn expression(text: &str) -> Expression {
    sql::expression(text, Backend::Sqlite).unwrap()
}
