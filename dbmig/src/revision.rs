//! Revisions as a graph: pure code over versions, shared by the build script, `cargo dbmig` and the binary.

mod adjacency;
mod fault;
pub mod graph;
pub mod labels;
pub mod order;
pub mod place;
pub mod plan;
pub mod range;
pub mod selector;

pub use fault::Fault;
pub use graph::{Graph, Id, Node};
pub use order::{Gap, IdSet};
pub use place::PlaceError;
pub use plan::{Direction, Plan, PlanError, Step};
pub use selector::{Scope, SelectorError, Target};
