//! Models: Rust structs to the desired schema.
