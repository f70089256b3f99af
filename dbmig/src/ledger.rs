//! The ledger: the table of applied versions.
