//! Selectors: what a user types for a revision.
