//! Walks over the graph.
