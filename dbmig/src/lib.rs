//! The part of dbmig that ships in a program: the embedded chain of migrations and what runs it.
//!
//! Without features this crate is pure data and graph code (that is how `dbmig-build` uses it); a
//! backend feature adds the drivers and the runner, `clap` adds the `--migrate` arguments.

pub mod backend;
pub mod bundle;
pub mod checksum;
pub mod revision;
pub mod version;

pub use backend::Backend;
pub use bundle::{Bundle, Revision, Script, Statement};
pub use dbmig_derive::Model;
