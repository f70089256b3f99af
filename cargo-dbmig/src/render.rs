//! Changes to SQL, up and down.
