//! What the tests across the crates share.

pub mod corpus;
pub mod database;
pub mod filling;
pub mod fuzz;
pub mod host;
pub mod journey;
pub mod long_chain;
pub mod names;
pub mod program;
pub mod random;
pub mod reading;
pub mod server;
pub mod story;
pub mod text_diff;
pub mod wide;
