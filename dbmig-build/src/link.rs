//! Metadata to graph, with diagnostics.
