//! Plans: graph to steps.
