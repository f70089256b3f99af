//! Two schemas to the changes between them.
