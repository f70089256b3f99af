//! What a command works on: the package, its configuration, its chain.
