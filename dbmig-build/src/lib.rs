//! The compiler of dbmig: migrations and models in, diagnostics and Rust out.
//!
//! Offline, deterministic and light to build: every host crate compiles it for its build script. The pipeline stands
//! on one page in [`mod@compile`].

pub mod bundle;
pub mod cargo;
pub mod compile;
pub mod config;
pub mod diagnostic;
pub mod diff;
pub mod emit;
pub mod link;
pub mod migration;
pub mod models;
pub mod nearest;
pub mod replay;
pub mod schema;
pub mod source;
pub mod sql;
pub mod target;
mod toml_reader;
pub mod verify;

pub use compile::{Compiled, Config, compile};
