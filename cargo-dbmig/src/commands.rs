//! One file a command: its help text, its arguments, and a short function that asks, calls and shows.

pub mod adopt;
pub mod branches;
pub mod check;
pub mod completions;
pub mod current;
mod describe;
pub mod downgrade;
pub mod edit;
pub mod explain;
pub mod heads;
pub mod history;
pub mod init;
mod listing;
pub mod merge;
pub mod migrate;
pub mod models;
pub mod rebase;
pub mod redo;
mod reverting;
pub mod revision;
mod running;
pub mod schema;
mod selection;
mod setup;
pub mod show;
pub mod stamp;
pub mod upgrade;
