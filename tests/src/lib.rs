//! What the tests across the crates share.

pub mod database;
pub mod random;
