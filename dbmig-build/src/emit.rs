//! Rust out: the `table!` modules and the bundle.
