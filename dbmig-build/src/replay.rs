//! The chain schema: what a chain of migrations builds, worked out without a database.
