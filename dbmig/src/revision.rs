//! Revisions as a graph: pure code over versions, shared by the build script, `cargo dbmig` and the binary.

pub mod graph;

pub use graph::{Fault, Graph, Id, Node};
