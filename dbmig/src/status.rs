//! What a database has of a chain.
