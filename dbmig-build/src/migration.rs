//! Migrations: the folder, its metadata and its scripts.
