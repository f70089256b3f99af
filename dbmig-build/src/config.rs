//! Configuration: `[package.metadata.dbmig]` of the host.
