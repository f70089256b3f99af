//! A database to its schema.
