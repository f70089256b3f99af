//! Rust out: the `table!` modules and the bundle.

pub mod bundle;
pub mod out;
