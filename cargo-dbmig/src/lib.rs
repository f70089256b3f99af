//! `cargo dbmig`: everything that has a human or a live database in it.
//!
//! A library only so that the workspace's tests can reach its stages; there is no public interface but the command.

pub mod cli;
pub mod commands;
pub mod context;
pub mod drift;
pub mod error;
pub mod introspect;
pub mod kept;
pub mod model_source;
pub mod render;
pub mod scaffold;
pub mod table_macro;
pub mod ui;
