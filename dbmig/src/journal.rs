//! The journal: how each version was applied, and how to undo it.
