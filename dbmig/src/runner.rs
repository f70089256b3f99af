//! Executes the steps of a plan and decides nothing.
